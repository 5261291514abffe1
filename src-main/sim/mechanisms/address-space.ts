import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { hosts, mappings, processes } from '@shared/state/tables';
import { emit } from '../engine/events';
import { every } from '../engine/place';
import { afterPut } from './folio-counts';
import { forEachFolioRun, PMD_PAGES } from './folios';
import { FREE_TERMS } from './frames';
import { mappingsHold, memoryAt } from './memory-types';

/** Values of `processes.pte`. */
export const PTE = { none: 0, read: 1, write: 2, zero: 3, migration: 4, privateRead: 5, privateWrite: 6, exclusive: 7, swap: 8 } as const;

/** What {@link mappingAt} reads. */
export const LOOKUP_READS = every(mappings.pageCount, mappings.vpnFirst);

/** The mapping that covers a virtual page; 0 if there is none. */
export function mappingAt(process: Row, vpn: number): Row {
  for (const mapping of mappings.$.rows(arena)) {
    if (mappings.process.get(mapping) !== process) continue;
    const first = mappings.vpnFirst.get(mapping);
    if (first <= vpn && vpn < first + mappings.pageCount.get(mapping)) return mapping;
  }
  return 0;
}

/** What clearing or setting page-table entries writes. */
export const PTE_TERMS = every(processes.pte, processes.pfnDelta, processes.huge, hosts.maps, hosts.refs);

/** Whether an entry names a frame that it maps: with its reference and its place in the mapcount. */
const mapsFrame = (pte: number): boolean => pte === PTE.read || pte === PTE.write || pte === PTE.privateRead || pte === PTE.privateWrite || pte === PTE.exclusive;

/** Points virtual pages at frames. `pte` says with which rights; the pages were not mapped before. */
export function mapFrames(process: Row, host: Row, vpn: number, pfn: number, pages: number, pte: number): void {
  processes.pte.assign(process, vpn, pages, pte);
  processes.pfnDelta.assign(process, vpn, pages, pfn - vpn);
  countMappings(host, pfn, pages, 1);
}

/** Points a PMD at each huge folio of a range: one mapping a folio (spec 1.2). */
export function mapHugeFrames(process: Row, host: Row, vpn: number, pfn: number, pages: number, pte: number): void {
  processes.pte.assign(process, vpn, pages, pte);
  processes.pfnDelta.assign(process, vpn, pages, pfn - vpn);
  processes.huge.assign(process, vpn, pages, 1);
  hosts.maps.add(host, pfn, pages, 1);
  if (mappingsHold(memoryAt(pfn).type)) hosts.refs.add(host, pfn, pages, 1);
}

/** Turns the PMD that maps a huge folio into 512 page-table entries: each of them counts (__split_huge_pmd()). */
export function splitHugeMapping(process: Row, vpn: number): void {
  const first = vpn - (vpn % PMD_PAGES);
  const pfn = first + processes.pfnDelta.at(process, first);
  const host = processes.host.get(process);
  processes.huge.assign(process, first, PMD_PAGES, 0);
  hosts.maps.add(host, pfn, PMD_PAGES, PMD_PAGES - 1);
  if (mappingsHold(memoryAt(pfn).type)) hosts.refs.add(host, pfn, PMD_PAGES, PMD_PAGES - 1);
}

/** Adds or takes away one page-table entry for each page of a range. */
function countMappings(host: Row, pfn: number, pages: number, sign: 1 | -1): void {
  const holds = mappingsHold(memoryAt(pfn).type);
  forEachFolioRun(host, pfn, pages, (first, frameCount, touched) => {
    hosts.maps.add(host, first, frameCount, sign * touched);
    if (holds) hosts.refs.add(host, first, frameCount, sign * touched);
  });
}

/**
 * Clears page-table entries, run by run; copies that a private mapping made only where `copiesToo` says so (even_cows).
 * Returns how many pages were mapped.
 */
export function zapRange(process: Row, vpn: number, pages: number, copiesToo = true): number {
  const host = processes.host.get(process);
  const end = vpn + pages;
  for (const edge of [vpn, end]) if (edge % PMD_PAGES !== 0 && processes.huge.at(process, edge) === 1) splitHugeMapping(process, edge);
  let zapped = 0;
  for (let at = vpn; at < end;) {
    const pte = processes.pte.at(process, at);
    const next = Math.min(end, processes.pte.runEnd(process, at), processes.pfnDelta.runEnd(process, at), processes.huge.runEnd(process, at));
    const pfn = at + processes.pfnDelta.at(process, at);
    const isCopy = mapsFrame(pte) && hosts.anon.at(host, pfn) !== 0;
    if (pte !== PTE.none && (copiesToo || !isCopy)) {
      zapped += next - at;
      if (mapsFrame(pte)) unmapFrames(host, pfn, next - at, processes.huge.at(process, at) === 1);
      processes.pte.assign(process, at, next - at, PTE.none);
      processes.pfnDelta.assign(process, at, next - at, 0);
      processes.huge.assign(process, at, next - at, 0);
    }
    at = next;
  }
  return zapped;
}

function unmapFrames(host: Row, pfn: number, pages: number, isHuge: boolean): void {
  if (isHuge) {
    hosts.maps.add(host, pfn, pages, -1);
    if (mappingsHold(memoryAt(pfn).type)) hosts.refs.add(host, pfn, pages, -1);
  } else countMappings(host, pfn, pages, -1);
  if (mappingsHold(memoryAt(pfn).type)) afterPut(host, pfn, pages);
}

/**
 * Unmaps pages [first, end) of a file from every address space (unmap_mapping_range). Only a truncate takes private copies
 * away with the pages they were made from; a punch and a layout break leave them (mm/truncate.c, fs/dax.c, 6.19).
 */
export function unmapFile(file: Row, first: number, end: number, copiesToo = false): void {
  let zapped = 0;
  for (const mapping of mappings.$.rows(arena)) {
    if (mappings.file.get(mapping) !== file) continue;
    const fileFirst = mappings.fileFirst.get(mapping);
    const from = Math.max(first, fileFirst);
    const to = Math.min(end, fileFirst + mappings.pageCount.get(mapping));
    if (from < to) zapped += zapRange(mappings.process.get(mapping), mappings.vpnFirst.get(mapping) + from - fileFirst, to - from, copiesToo);
  }
  emit('file-unmapped', file, zapped);
}

/** What {@link unmapFile} reads. */
export const UNMAP_FILE_READS = every(mappings.pageCount, mappings.vpnFirst, mappings.file, mappings.fileFirst, hosts.owner, hosts.anon, hosts.order);
/** What {@link zapRange} writes where it takes private copies too. Without them it is {@link PTE_TERMS}. */
export const UNMAP_TERMS = [...PTE_TERMS, ...FREE_TERMS];
