import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import type { Column } from '@shared/state/table';
import { hosts, mappings, processes } from '@shared/state/tables';
import { emit } from '../engine/events';
import { every } from '../engine/place';
import { ENTRY_READS, UNMAP_TERMS, zapRange } from './address-space';
import { ZONE_PUT_READS, ZONE_PUT_TERMS } from './pgmap';

/** Mappings that came into being by a split are numbered from here: the lab's own names lie below. */
const SPLIT_FIRST = 0x1000;

/** Columns of a mapping, its place and length apart. */
export const TRAITS: readonly Column[] = [
  mappings.file, mappings.open, mappings.writable, mappings.unreadable, mappings.shared, mappings.sync, mappings.locked, mappings.dontFork, mappings.huge, mappings.numaNode,
];
const ALL: readonly Column[] = [mappings.pageCount, mappings.vpnFirst, mappings.fileFirst, ...TRAITS];

/** What looking at, splitting, changing and removing mappings reads and writes. */
export const VMA_TERMS = every(...ALL);
/** What {@link removeRange} reads and writes besides. */
export const REMOVE_READS = [...ENTRY_READS, ...every(hosts.owner, hosts.anon, hosts.order, hosts.use, processes.lockedVm), ...ZONE_PUT_READS];
export const REMOVE_TERMS = [...VMA_TERMS, ...UNMAP_TERMS, ...every(processes.lockedVm, processes.table), ...ZONE_PUT_TERMS];

/** Mappings that touch [vpn, vpn + pages) of an address space, ascending. */
export function mappingsIn(process: Row, vpn: number, pages: number): readonly Row[] {
  return mappings.$.rows(arena)
    .filter(mapping => mappings.process.get(mapping) === process && mappings.pageCount.get(mapping) > 0)
    .filter(mapping => mappings.vpnFirst.get(mapping) < vpn + pages && vpn < mappings.vpnFirst.get(mapping) + mappings.pageCount.get(mapping))
    .sort((a, b) => mappings.vpnFirst.get(a) - mappings.vpnFirst.get(b));
}

/** Mappings that make up exactly [vpn, vpn + pages), as far as it is mapped: those that reach over an edge are split (split_vma()). */
export function mappingsOf(process: Row, vpn: number, pages: number): readonly Row[] {
  for (const edge of [vpn, vpn + pages]) splitAt(process, edge);
  return mappingsIn(process, vpn, pages);
}

function splitAt(process: Row, edge: number): void {
  const mapping = mappingsIn(process, edge, 1).find(row => mappings.vpnFirst.get(row) < edge);
  if (mapping === undefined) return;
  const front = edge - mappings.vpnFirst.get(mapping);
  const behind = unusedRow(process);
  for (const trait of TRAITS) trait.set(behind, trait.get(mapping));
  mappings.vpnFirst.set(behind, edge);
  mappings.fileFirst.set(behind, mappings.file.get(mapping) === 0 ? 0 : mappings.fileFirst.get(mapping) + front);
  mappings.pageCount.set(behind, mappings.pageCount.get(mapping) - front);
  mappings.pageCount.set(mapping, front);
}

function unusedRow(process: Row): Row {
  for (let nth = SPLIT_FIRST; ; nth++) {
    const row = mappings.$.row(process, nth);
    if (mappings.pageCount.get(row) === 0) return row;
  }
}

/** Whether every page of [vpn, vpn + pages) is mapped. */
export const isWhollyMapped = (process: Row, vpn: number, pages: number): boolean =>
  mappingsIn(process, vpn, pages).reduce((covered, mapping) => covered + overlap(mapping, vpn, pages), 0) === pages;

function overlap(mapping: Row, vpn: number, pages: number): number {
  const first = mappings.vpnFirst.get(mapping);
  return Math.min(vpn + pages, first + mappings.pageCount.get(mapping)) - Math.max(vpn, first);
}

/** Takes the mappings of a range away with their page-table entries. Holds on its pages stay (spec 1.4). */
export function removeRange(process: Row, vpn: number, pages: number): void {
  for (const mapping of mappingsOf(process, vpn, pages)) {
    const first = mappings.vpnFirst.get(mapping);
    const count = mappings.pageCount.get(mapping);
    if (mappings.locked.get(mapping) === 1) processes.lockedVm.set(process, processes.lockedVm.get(process) - count);
    emit('range-unmapped', process, first, zapRange(process, first, count));
    if (processes.table.find(process, first, first + count, table => table !== 0) >= 0) processes.table.assign(process, first, count, 0);
    for (const column of ALL) column.set(mapping, 0);
  }
}

/** Copies a mapping to another row; its place too. */
export function copyMapping(from: Row, to: Row): void {
  for (const column of ALL) column.set(to, column.get(from));
}
