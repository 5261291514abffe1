import type { Row } from '@shared/state/dictionary';
import { writePages } from './contents';
import { files, filesystems, hosts } from '@shared/state/tables';
import type { PageField } from '@shared/state/table';
import { emit } from '../engine/events';
import { every } from '../engine/place';
import { kernel } from '../kernel';
import { afterPut } from './folio-counts';
import { folioAt, PMD_ORDER } from './folios';
import { ALLOCATE_TERMS, freeFrames, FREE_TERMS, USE } from './frames';

const FS = { hugetlbfs: filesystems.type.valueOf('hugetlbfs'), secretmem: filesystems.type.valueOf('secretmem'), xfs: filesystems.type.valueOf('xfs') };

const NO_MOUNT = filesystems.mount.valueOf('none');

const fsTypeOf = (file: Row): number => filesystems.type.get(files.fs.get(file));
export const hostOf = (file: Row): Row => filesystems.host.get(files.fs.get(file));

export const isHugetlb = (file: Row): boolean => fsTypeOf(file) === FS.hugetlbfs;

/** Whether the file system tracks dirty pages, and writes them back to a medium: not in host memory (vma_needs_dirty_tracking()). */
export const hasMedium = (file: Row): boolean => filesystems.drive.get(files.fs.get(file)) !== 0 || filesystems.mount.get(files.fs.get(file)) !== NO_MOUNT;

/** XFS reads page cache under iolock. */
export const isXfs = (file: Row): boolean => fsTypeOf(file) === FS.xfs;

/** Whether a file has content before anybody maps it: hugetlbfs and secretmem cannot be written by a system call. */
export const hasPageContent = (file: Row): boolean => fsTypeOf(file) !== FS.hugetlbfs && fsTypeOf(file) !== FS.secretmem;

/** Order of the folio that is put into the cache at an index, where `pages` are wanted from there on (mapping_max_folio_order()). */
export function cacheOrderOf(file: Row, index: number, pages: number): number {
  if (isHugetlb(file)) return PMD_ORDER;
  if (kernel.policy.knobs.cacheLargeFolios !== 'xfs' || fsTypeOf(file) !== FS.xfs) return 0;
  let order = 0;
  while (order < PMD_ORDER && 2 ** (order + 1) <= pages && index % 2 ** (order + 1) === 0) order += 1;
  return order;
}

/** What looking into the cache of a file reads. */
export const CACHE_READS = every(files.cached, files.cacheDelta, hosts.order);
/** What {@link addToCache} and {@link fillPages} read and write. */
export const ADD_READS = every(files.medium, files.cached);
export const ADD_TERMS = [...ALLOCATE_TERMS, ...every(files.cached, files.cacheDelta, hosts.mapping, hosts.indexDelta, hosts.refs)];

/**
 * Adds pages that are not cached to the cache, in folios of `order`, or small ones where there is no memory for that. They have no
 * content yet. Answers how many pages; 0 where there is no memory (filemap_add_folio()).
 */
export function addToCache(file: Row, index: number, pagesMax: number, order: number, near = files.numaNode.get(file) - 1): number {
  const host = hostOf(file);
  const missing = order > 0 ? 2 ** order : Math.min(pagesMax, files.cached.runEnd(file, index) - index);
  const free = freeFrames(host, { pagesMax: missing, order, ...(near < 0 ? {} : { near }) });
  if (free === null) return order > 0 && !isHugetlb(file) ? addToCache(file, index, pagesMax, 0, near) : 0;
  hosts.use.assign(host, free.pfn, free.pages, USE.pageCache);
  hosts.order.assign(host, free.pfn, free.pages, order);
  hosts.mapping.assign(host, free.pfn, free.pages, files.nth.get(file));
  hosts.indexDelta.assign(host, free.pfn, free.pages, index - free.pfn);
  hosts.refs.add(host, free.pfn, free.pages, 2 ** order);
  files.cached.assign(file, index, free.pages, 1);
  files.cacheDelta.assign(file, index, free.pages, free.pfn - index);
  return free.pages;
}

/** Gives cached pages the content that the medium has; zeroes where there is nothing. */
export function fillPages(file: Row, index: number, pages: number): void {
  const host = hostOf(file);
  forEachCached(file, index, index + pages, (at, pfn, count) => {
    for (let done = 0; done < count;) {
      const next = Math.min(count, files.medium.runEnd(file, at + done) - at);
      writePages(host, pfn + done, next - done, files.medium.at(file, at + done));
      done = next;
    }
  });
}

/** Calls `visit` for the cached pages of [first, end), in runs of frames that follow each other. */
export function forEachCached(file: Row, first: number, end: number, visit: (index: number, pfn: number, pages: number) => void): void {
  for (let index = files.cached.find(file, first, end, cached => cached === 1); index >= 0 && index < end;) {
    const next = Math.min(end, files.cached.runEnd(file, index), files.cacheDelta.runEnd(file, index));
    visit(index, index + files.cacheDelta.at(file, index), next - index);
    index = files.cached.find(file, next, end, cached => cached === 1);
  }
}

/** What {@link detachPages} reads and writes. */
export const DETACH_TERMS = [...FREE_TERMS, ...every(files.cached, files.cacheDelta, hosts.mapping, hosts.refs, hosts.dirty, hosts.longterm, hosts.orphanOf, hosts.orphanDelta)];

/** Remembers which page of the file these frames were, where somebody has them pinned for the long term (S17). */
function noteOrphans(file: Row, index: number, pfn: number, pages: number): void {
  const host = hostOf(file);
  for (let at = pfn; at < pfn + pages;) {
    const next = Math.min(pfn + pages, hosts.longterm.runEnd(host, at), hosts.orphanOf.runEnd(host, at));
    const isPinned = hosts.longterm.at(host, at) > 0;
    if (isPinned || hosts.orphanOf.at(host, at) !== 0) {
      hosts.orphanOf.assign(host, at, next - at, isPinned ? files.nth.get(file) : 0);
      hosts.orphanDelta.assign(host, at, next - at, isPinned ? index - pfn : 0);
    }
    at = next;
  }
}

/**
 * Takes whole folios of a range out of the cache: whoever else holds them keeps an orphan that the file never sees again
 * (filemap_remove_folio(), spec 4.9).
 */
export function detachPages(file: Row, first: number, end: number): void {
  const host = hostOf(file);
  forEachCached(file, first, end, (index, pfn, pages) => {
    noteOrphans(file, index, pfn, pages);
    files.cached.assign(file, index, pages, 0);
    files.cacheDelta.assign(file, index, pages, 0);
    for (const field of [hosts.mapping, hosts.indexDelta, hosts.dirty]) field.assign(host, pfn, pages, 0);
    for (let at = pfn; at < pfn + pages;) {
      const next = Math.min(pfn + pages, hosts.order.runEnd(host, at));
      hosts.refs.add(host, at, next - at, -(2 ** hosts.order.at(host, at)));
      at = next;
    }
    afterPut(host, pfn, pages);
  });
}

/** A range widened to whole folios. */
export function wholeFolios(file: Row, first: number, end: number): readonly [first: number, end: number] {
  const host = hostOf(file);
  const widened = (index: number, isEnd: boolean): number => {
    if (files.cached.at(file, index) === 0) return index + (isEnd ? 1 : 0);
    const delta = files.cacheDelta.at(file, index);
    const folio = folioAt(host, index + delta);
    return folio.first - delta + (isEnd ? folio.pageCount : 0);
  };
  return [widened(first, false), end === first ? end : widened(end - 1, true)];
}

/** Whether a field of the cached frames of [first, end) is 0 all over. */
export function isClear(file: Row, first: number, end: number, field: PageField): boolean {
  const host = hostOf(file);
  let clear = true;
  forEachCached(file, first, end, (_index, pfn, pages) => { clear &&= field.find(host, pfn, pfn + pages, value => value !== 0) < 0; });
  return clear;
}

/** Sets a field on all frames of the folios that a range touches. */
function setOnFolios(file: Row, first: number, end: number, field: PageField, value: number): void {
  const host = hostOf(file);
  forEachCached(file, ...wholeFolios(file, first, end), (_index, pfn, pages) => { field.assign(host, pfn, pages, value); });
}

/** Locks the folios of a range, or with 0 unlocks them. `holder` is an actor, from 1. */
export const lockFolios = (file: Row, first: number, end: number, holder: number): void => { setOnFolios(file, first, end, hosts.locked, holder); };

/** A write that the file system knows of: blocks are reserved, the folios are dirty. Files without a medium have neither. */
export function markDirty(file: Row, first: number, end: number): void {
  if (!hasMedium(file)) return;
  files.kind.assign(file, first, end - first, files.kind.valueOf('written'));
  setOnFolios(file, first, end, hosts.dirty, 1);
}

/**
 * Large folios that reach over an edge of a range are split where nobody but the cache holds them; else the part of them that is
 * removed is zeroed and they stay whole (truncate_inode_partial_folio()). Nobody maps them any more. Answers what of the range may
 * be taken out of the cache.
 */
export function splitFolios(file: Row, first: number, end: number): readonly [first: number, end: number] {
  const from = splitAt(file, first, first, end) ? first : wholeFolios(file, first, first + 1)[1];
  return [from, end === Number.MAX_SAFE_INTEGER || splitAt(file, end, first, end) || from >= end ? end : wholeFolios(file, end - 1, end)[0]];
}

/** Makes an index the first page of a folio; false where the folio that reaches over it has to stay whole, its pages of [zeroFirst, zeroEnd) zeroed. */
function splitAt(file: Row, index: number, zeroFirst: number, zeroEnd: number): boolean {
  if (index === 0 || files.cached.at(file, index) === 0 || files.cached.at(file, index - 1) === 0) return true;
  const host = hostOf(file);
  const delta = files.cacheDelta.at(file, index);
  const { first, pageCount } = folioAt(host, index + delta);
  if (first === index + delta || pageCount === 1) return true;
  if (hosts.refs.at(host, first) === pageCount) {
    hosts.order.assign(host, first, pageCount, 0);
    hosts.refs.add(host, first, pageCount, 1 - pageCount);
    return true;
  }
  const from = Math.max(zeroFirst, first - delta);
  writePages(host, from + delta, Math.min(zeroEnd, first + pageCount - delta) - from, 0);
  return false;
}

const CACHED = hosts.use.valueOf('page cache');
/** What {@link dirtyHeld} and {@link isCleaned} read, and what dirtying writes. */
export const HELD_READS = every(hosts.use, hosts.mapping, hosts.indexDelta, hosts.dirty, hosts.order);
export const DIRTY_TERMS = every(hosts.dirty, files.unexpectedDirty);

/** Calls `visit` for the frames that are page cache of a file with a medium, by runs. */
function forEachTracked(host: Row, pfn: number, pages: number, visit: (file: Row, at: number, count: number) => void): void {
  for (let at = pfn; at < pfn + pages;) {
    const next = Math.min(pfn + pages, ...[hosts.use, hosts.mapping, hosts.dirty, hosts.indexDelta].map(field => field.runEnd(host, at)));
    const nth = hosts.use.at(host, at) === CACHED ? hosts.mapping.at(host, at) : 0;
    if (nth > 0 && hasMedium(files.$.row(nth))) visit(files.$.row(nth), at, next - at);
    at = next;
  }
}

/** First page among these frames whose file system tracks that it is dirty; null if there is none. */
export function firstTracked(host: Row, pfn: number, pages: number): { readonly file: Row; readonly index: number } | null {
  let first: { readonly file: Row; readonly index: number } | null = null;
  forEachTracked(host, pfn, pages, (file, at) => { first ??= { file, index: at + hosts.indexDelta.at(host, at) }; });
  return first;
}

/** Whether writeback has cleaned any of these frames (bio_check_pages_dirty()). */
export function isCleaned(host: Row, pfn: number, pages: number): boolean {
  let cleaned = false;
  forEachTracked(host, pfn, pages, (_file, at) => { cleaned ||= hosts.dirty.at(host, at) === 0; });
  return cleaned;
}

/**
 * Whoever wrote frames through a hold says so (set_page_dirty_lock()). A folio that was clean becomes dirty without page_mkwrite:
 * the file system has attached nothing to it (spec 9.5 WB5).
 */
export function dirtyHeld(host: Row, pfn: number, pages: number): void {
  forEachTracked(host, pfn, pages, (file, at, count) => {
    if (hosts.dirty.at(host, at) === 1) return;
    const size = 2 ** hosts.order.at(host, at);
    const first = at - (at % size);
    hosts.dirty.assign(host, first, Math.ceil((at + count) / size) * size - first, 1);
    files.unexpectedDirty.set(file, files.unexpectedDirty.get(file) + count);
    emit('unexpected-dirty', file, at + hosts.indexDelta.at(host, at), count);
  });
}

/** What {@link beginWriteout} and {@link toMedium} read and write. */
export const TO_MEDIUM_READS = every(hosts.use, hosts.mapping, hosts.indexDelta, hosts.dirty, hosts.content);
export const TO_MEDIUM_TERMS = every(files.medium);
export const WRITEOUT_TERMS = every(hosts.dirty, hosts.writeback, files.checksum);

/** Cached frames are on their way to their medium in a bio: clean, under writeback, their checksums made. */
export function beginWriteout(host: Row, pfn: number, pages: number): void {
  contentTo(files.checksum, host, pfn, pages);
  hosts.dirty.assign(host, pfn, pages, 0);
  hosts.writeback.assign(host, pfn, pages, 1);
}

/** A bio has put cached frames on their medium. */
export const toMedium = (host: Row, pfn: number, pages: number): void => { contentTo(files.medium, host, pfn, pages); };

function contentTo(field: PageField, host: Row, pfn: number, pages: number): void {
  forEachTracked(host, pfn, pages, (file, at, count) => {
    for (let frame = at; frame < at + count;) {
      const next = Math.min(at + count, hosts.content.runEnd(host, frame));
      field.assign(file, frame + hosts.indexDelta.at(host, frame), next - frame, hosts.content.at(host, frame));
      frame = next;
    }
  });
}
