import { arena } from '@shared/state/arena';
import { fragments } from '@shared/state/content-tables';
import type { Row } from '@shared/state/dictionary';
import { hosts } from '@shared/state/tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { every } from '../engine/place';

export const FRAGMENT_TERMS = every(fragments.pageCount, fragments.endByte, fragments.tag, fragments.unflushed, fragments.persisted);

/** Pages by bytes within each of them. */
export interface Area {
  readonly pfn: number;
  readonly pages: number;
  readonly firstByte: number;
  readonly endByte: number;
}

export interface Fragment extends Area {
  readonly row: Row;
}

/** What is seen of an area that is alike all over, and what persistent memory has there: the same, unless CPU caches are newer. */
export interface Cell extends Area {
  readonly tag: number;
  readonly persisted: number;
}

export const wholePages = (pfn: number, pages: number): Area => ({ pfn, pages, firstByte: 0, endByte: PAGE_BYTES });

const fragmentAt = (row: Row): Fragment => ({
  row, pfn: fragments.pfnFirst.get(row), pages: fragments.pageCount.get(row), firstByte: fragments.firstByte.get(row), endByte: fragments.endByte.get(row),
});

/** Fragments that an area touches. */
export function fragmentsIn({ pfn, pages, firstByte, endByte }: Area): readonly Fragment[] {
  return fragments.$.rows(arena).map(fragmentAt)
    .filter(part => part.endByte > firstByte && part.firstByte < endByte && part.pfn < pfn + pages && part.pfn + part.pages > pfn);
}

export function put(area: Area, tag: number, unflushed: number, persisted: number): void {
  if (area.pages <= 0 || area.endByte <= area.firstByte) return;
  const row = fragments.$.row(area.pfn, area.firstByte);
  fragments.pageCount.set(row, area.pages);
  fragments.endByte.set(row, area.endByte);
  fragments.tag.set(row, tag);
  fragments.unflushed.set(row, unflushed);
  fragments.persisted.set(row, persisted);
}

/** Takes an area out of all fragments; what they have around it stays. */
export function cut(area: Area): void {
  for (const part of fragmentsIn(area)) {
    const [tag, unflushed, persisted] = [fragments.tag, fragments.unflushed, fragments.persisted].map(column => column.get(part.row)) as [number, number, number];
    for (const column of [fragments.pageCount, fragments.endByte, fragments.tag, fragments.unflushed, fragments.persisted]) column.set(part.row, 0);
    const from = Math.max(part.pfn, area.pfn);
    const to = Math.min(part.pfn + part.pages, area.pfn + area.pages);
    const leave = (pfn: number, end: number, firstByte: number, endByte: number): void => { put({ pfn, pages: end - pfn, firstByte, endByte }, tag, unflushed, persisted); };
    leave(part.pfn, from, part.firstByte, part.endByte);
    leave(to, part.pfn + part.pages, part.firstByte, part.endByte);
    leave(from, to, part.firstByte, Math.min(part.endByte, area.firstByte));
    leave(from, to, Math.max(part.firstByte, area.endByte), part.endByte);
  }
}

const persistedAt = (host: Row, pfn: number): number => (hosts.unflushed.at(host, pfn) === 0 ? hosts.content : hosts.persisted).at(host, pfn);

/** An area in parts that are alike, ascending by page, then by byte. */
export function cellsOf(host: Row, area: Area): readonly Cell[] {
  const cells: Cell[] = [];
  const within = fragmentsIn(area);
  const end = area.pfn + area.pages;
  for (let pfn = area.pfn; pfn < end;) {
    const edges = within.flatMap(part => [part.pfn, part.pfn + part.pages]).filter(edge => edge > pfn);
    const next = Math.min(end, ...edges, ...[hosts.content, hosts.unflushed, hosts.persisted].map(field => field.runEnd(host, pfn)));
    const base = { tag: hosts.content.at(host, pfn), persisted: persistedAt(host, pfn) };
    const strip = { pfn, pages: next - pfn };
    let byte = area.firstByte;
    for (const part of within.filter(candidate => candidate.pfn <= pfn && candidate.pfn + candidate.pages > pfn).sort((a, b) => a.firstByte - b.firstByte)) {
      const firstByte = Math.max(byte, part.firstByte);
      if (firstByte > byte) cells.push({ ...strip, firstByte: byte, endByte: firstByte, ...base });
      byte = Math.min(area.endByte, part.endByte);
      const tag = fragments.tag.get(part.row);
      cells.push({ ...strip, firstByte, endByte: byte, tag, persisted: fragments.unflushed.get(part.row) === 0 ? tag : fragments.persisted.get(part.row) });
    }
    if (byte < area.endByte) cells.push({ ...strip, firstByte: byte, endByte: area.endByte, ...base });
    pfn = next;
  }
  return cells;
}
