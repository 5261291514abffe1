import { fragments, mishaps } from '@shared/state/content-tables';
import type { Row } from '@shared/state/dictionary';
import { actors, hosts } from '@shared/state/tables';
import type { PageField } from '@shared/state/table';
import { PAGE_BYTES } from '@shared/units/pages';
import { machine } from '../engine/machine';
import { every } from '../engine/place';
import { cellsOf, cut, FRAGMENT_TERMS, fragmentsIn, put, wholePages, type Area } from './fragments';
import { isPersistentFrame } from './memory-types';

/** What {@link contentAt} reads. */
export const CONTENT_READS = [...every(hosts.content), ...FRAGMENT_TERMS];
/** What any change of contents writes. */
export const CONTENT_TERMS = [...CONTENT_READS, ...every(hosts.stale, hosts.unflushed, hosts.persisted)];

/** What {@link noteRead} writes. */
export const READ_TERMS = every(mishaps.exposed);
export const STALE_READS = [...CONTENT_READS, ...every(hosts.stale)];
/** What {@link zeroPages} writes. */
export const ZERO_TERMS = [...CONTENT_TERMS, ...every(mishaps.wiped)];

/** Symbolic content of one byte of a frame. */
export function contentAt(host: Row, pfn: number, byte: number): number {
  const part = fragmentsIn({ pfn, pages: 1, firstByte: byte, endByte: byte + 1 })[0];
  return part === undefined ? hosts.content.at(host, pfn) : fragments.tag.get(part.row);
}

/** Frames get a new content that is as durable as their memory: by DMA, by zeroing, by a copy past the CPU caches. */
export function writePages(host: Row, pfn: number, pages: number, tag: number): void {
  cut(wholePages(pfn, pages));
  hosts.content.assign(host, pfn, pages, tag);
  clear(host, pfn, pages, hosts.stale, hosts.unflushed, hosts.persisted);
}

function clear(host: Row, pfn: number, pages: number, ...fields: readonly PageField[]): void {
  for (const field of fields) if (field.find(host, pfn, pfn + pages, value => value !== 0) >= 0) field.assign(host, pfn, pages, 0);
}

/** As {@link writePages}, for a part of each page. */
export function writeBytes(host: Row, area: Area, tag: number): void {
  if (area.endByte - area.firstByte === PAGE_BYTES) writePages(host, area.pfn, area.pages, tag);
  else {
    cut(area);
    put(area, tag, 0, 0);
  }
}

/** A CPU stores: in persistent memory the new content is in CPU caches until it is flushed. */
export function storeBytes(host: Row, area: Area, tag: number): void {
  if (!isPersistentFrame(area.pfn)) {
    writeBytes(host, area, tag);
    return;
  }
  if (area.endByte - area.firstByte === PAGE_BYTES) storePages(host, area.pfn, area.pages, tag);
  else {
    const before = cellsOf(host, area);
    cut(area);
    for (const cell of before) put(cell, tag, 1, cell.persisted);
  }
}

const CACHES_NEWER = hosts.unflushed.valueOf('caches newer');
const MEMORY_STALE = hosts.unflushed.valueOf('caches newer, memory stale');

function storePages(host: Row, pfn: number, pages: number, tag: number): void {
  const parts = fragmentsIn(wholePages(pfn, pages)).flatMap(part => cellsOf(host, clipped(part, pfn, pages)));
  for (let at = pfn; at < pfn + pages;) {
    const next = Math.min(pfn + pages, hosts.unflushed.runEnd(host, at), hosts.content.runEnd(host, at), hosts.stale.runEnd(host, at));
    if (hosts.unflushed.at(host, at) === 0) {
      hosts.persisted.assign(host, at, next - at, hosts.content.at(host, at));
      hosts.unflushed.assign(host, at, next - at, hosts.stale.at(host, at) === 0 ? CACHES_NEWER : MEMORY_STALE);
    }
    at = next;
  }
  cut(wholePages(pfn, pages));
  hosts.content.assign(host, pfn, pages, tag);
  clear(host, pfn, pages, hosts.stale);
  for (const part of parts) if (hosts.persisted.find(host, part.pfn, part.pfn + part.pages, persisted => persisted !== part.persisted) >= 0) put(part, tag, 1, part.persisted);
}

const clipped = (area: Area, pfn: number, pages: number): Area => {
  const first = Math.max(area.pfn, pfn);
  return { ...area, pfn: first, pages: Math.min(area.pfn + area.pages, pfn + pages) - first };
};

/**
 * Zeroes frames of a block, past the CPU caches. What somebody stored there since the block was allocated is wiped out, and that
 * is noted (S3).
 */
export function zeroPages(host: Row, pfn: number, pages: number): void {
  const stored = firstStored(host, pfn, pages);
  if (stored !== null) {
    const mishap = mishaps.$.row(0);
    mishaps.wiped.set(mishap, 1);
    mishaps.wipedPfn.set(mishap, stored.pfn);
    mishaps.wipedTag.set(mishap, stored.tag);
    mishaps.wipedBy.set(mishap, actors.nth.get(machine.self));
  }
  writePages(host, pfn, pages, 0);
}

/** First content that was written since the block was allocated; null if there is none. */
function firstStored(host: Row, pfn: number, pages: number): { readonly pfn: number; readonly tag: number } | null {
  for (let at = pfn; at < pfn + pages; at = Math.min(hosts.stale.runEnd(host, at), hosts.content.runEnd(host, at))) {
    if (hosts.stale.at(host, at) === 0 && hosts.content.at(host, at) !== 0) return { pfn: at, tag: hosts.content.at(host, at) };
  }
  const part = fragmentsIn(wholePages(pfn, pages)).find(({ row }) => fragments.tag.get(row) !== 0);
  return part === undefined ? null : { pfn: Math.max(pfn, part.pfn), tag: fragments.tag.get(part.row) };
}

/** Blocks change hands: what they hold is from before, and nobody’s to read. */
export function makeStale(host: Row, pfn: number, pages: number): void {
  cut(wholePages(pfn, pages));
  hosts.stale.assign(host, pfn, pages, 1);
}

/** Somebody reads frames; that their content is older than their block is noted (S15). */
export function noteRead(host: Row, pfn: number, pages: number): void {
  const stale = hosts.stale.find(host, pfn, pfn + pages, value => value !== 0);
  if (stale < 0) return;
  const mishap = mishaps.$.row(0);
  mishaps.exposed.set(mishap, 1);
  mishaps.exposedPfn.set(mishap, stale);
  mishaps.exposedTag.set(mishap, hosts.content.at(host, stale));
  mishaps.exposedTo.set(mishap, actors.nth.get(machine.self));
}

/** What CPU caches hold of these frames goes to persistent memory (clwb, dax_flush()). */
export function flushPages(host: Row, pfn: number, pages: number): void {
  clear(host, pfn, pages, hosts.unflushed, hosts.persisted);
  for (const part of fragmentsIn(wholePages(pfn, pages))) {
    if (fragments.unflushed.get(part.row) === 0) continue;
    const tag = fragments.tag.get(part.row);
    const inside = clipped(part, pfn, pages);
    cut(inside);
    put(inside, tag, 0, 0);
  }
}

/** The power fails before CPU caches are flushed: persistent memory holds what it held. Answers how many pages lose something. */
export function loseUnflushed(host: Row, pfn: number, pages: number): number {
  let lost = 0;
  for (let at = hosts.unflushed.find(host, pfn, pfn + pages, value => value !== 0); at >= 0; at = hosts.unflushed.find(host, at, pfn + pages, value => value !== 0)) {
    const count = Math.min(pfn + pages, hosts.unflushed.runEnd(host, at), hosts.persisted.runEnd(host, at)) - at;
    if (hosts.unflushed.at(host, at) === MEMORY_STALE) hosts.stale.assign(host, at, count, 1);
    hosts.content.assign(host, at, count, hosts.persisted.at(host, at));
    clear(host, at, count, hosts.unflushed, hosts.persisted);
    lost += count;
  }
  for (const { row } of fragmentsIn(wholePages(pfn, pages))) {
    if (fragments.unflushed.get(row) === 0) continue;
    lost += fragments.pageCount.get(row);
    fragments.tag.set(row, fragments.persisted.get(row));
    fragments.unflushed.set(row, 0);
    fragments.persisted.set(row, 0);
  }
  return lost;
}

/** Copies frames, fragments included. */
export function copyContent(host: Row, from: number, to: number, pages: number): void {
  // Read before anything is written: the two ranges may lie in one another.
  const parts = fragmentsIn(wholePages(from, pages)).map(part => ({ part, tag: fragments.tag.get(part.row) }));
  for (let at = 0; at < pages;) {
    const next = Math.min(pages, hosts.content.runEnd(host, from + at) - from);
    writePages(host, to + at, next - at, hosts.content.at(host, from + at));
    at = next;
  }
  for (const { part, tag } of parts) {
    const first = Math.max(part.pfn, from);
    const end = Math.min(part.pfn + part.pages, from + pages);
    put({ ...part, pfn: first - from + to, pages: end - first }, tag, 0, 0);
  }
}

/** Memory that is not persistent loses what it holds. */
export function loseContents(host: Row, pfn: number, pages: number): void {
  cut(wholePages(pfn, pages));
  clear(host, pfn, pages, hosts.content, hosts.stale, hosts.unflushed, hosts.persisted);
}
