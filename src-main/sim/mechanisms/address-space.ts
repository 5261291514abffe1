import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { hosts, mappings, processes } from '@shared/state/tables';
import { emit } from '../engine/events';
import { every } from '../engine/place';
import { afterPut } from './folio-counts';
import { WINDOW_READS, windowsOn } from './file-windows';
import { forEachFolioRun, pmdFirst, PMD_PAGES } from './folios';
import { FREE_TERMS } from './frames';
import { mappingsHold, memoryAt } from './memory-types';

/** Values of `processes.pte`. */
export const PTE = { none: 0, read: 1, write: 2, zero: 3, migration: 4, privateRead: 5, privateWrite: 6, exclusive: 7, swap: 8, migrationWrite: 9, noAccess: 10 } as const;

/** Whether the CPU may access a page through its entry without a fault. */
export const allows = (pte: number, isWrite: boolean): boolean => pte === PTE.write || (!isWrite && (pte === PTE.read || pte === PTE.zero));

/** Whether the folio behind an entry is on its way to another place: a fault waits. */
export const isMigrating = (pte: number): boolean => pte === PTE.migration || pte === PTE.migrationWrite;

/** Whether an entry names a page of a device that the CPU cannot reach. */
export const isPrivateEntry = (pte: number): boolean => pte === PTE.privateRead || pte === PTE.privateWrite;

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

/** The entry that a page of its own gets in a mapping (vm_page_prot). */
export function rightsOf(mapping: Row): number {
  if (mappings.writable.get(mapping) === 1) return PTE.write;
  return mappings.unreadable.get(mapping) === 1 ? PTE.noAccess : PTE.read;
}

/** What clearing or setting page-table entries writes. */
export const PTE_TERMS = every(processes.pte, processes.pfnDelta, processes.huge, hosts.maps, hosts.refs);

const MAPPING_ENTRIES: ReadonlySet<number> = new Set([PTE.read, PTE.write, PTE.noAccess, PTE.privateRead, PTE.privateWrite, PTE.exclusive]);

/** Whether an entry names a frame that it maps: with its reference and its place in the mapcount. */
export const mapsFrame = (pte: number): boolean => MAPPING_ENTRIES.has(pte);

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
  countHugeMappings(host, pfn, pages, 1);
}

function countHugeMappings(host: Row, pfn: number, pages: number, sign: 1 | -1): void {
  hosts.maps.add(host, pfn, pages, sign);
  if (mappingsHold(memoryAt(pfn).type)) hosts.refs.add(host, pfn, pages, sign);
}

/** Turns the PMD that maps a huge folio into 512 page-table entries: each of them counts (__split_huge_pmd()). */
export function splitHugeMapping(process: Row, vpn: number): void {
  const first = vpn - (vpn % PMD_PAGES);
  if (!mapsFrame(processes.pte.at(process, first))) {
    processes.huge.assign(process, first, PMD_PAGES, 0);
    return;
  }
  const pfn = first + processes.pfnDelta.at(process, first);
  const host = processes.host.get(process);
  processes.huge.assign(process, first, PMD_PAGES, 0);
  hosts.maps.add(host, pfn, PMD_PAGES, PMD_PAGES - 1);
  if (mappingsHold(memoryAt(pfn).type)) hosts.refs.add(host, pfn, PMD_PAGES, PMD_PAGES - 1);
}

/**
 * Gets PMDs out of the way that reach over an edge of a range: one of anonymous memory is split, one that maps a file is taken away
 * whole, for its pages come back by faults (__split_huge_pmd_locked()).
 */
export function splitHugeEdges(process: Row, vpn: number, pages: number): void {
  for (const edge of [vpn, vpn + pages]) {
    if (edge % PMD_PAGES === 0 || processes.huge.at(process, edge) === 0) continue;
    const mapping = mappingAt(process, edge);
    if (mapping === 0 || mappings.file.get(mapping) === 0) splitHugeMapping(process, edge);
    else zapEntries(process, pmdFirst(edge), PMD_PAGES, true);
  }
}

/** Page-table entries that are alike. */
export interface EntryRun {
  readonly vpn: number;
  readonly pages: number;
  readonly pte: number;
  readonly pfn: number;
  readonly isHuge: boolean;
}

/** What {@link forEachEntry} reads. */
export const ENTRY_READS = every(processes.pte, processes.pfnDelta, processes.huge);

/** Entries of [vpn, vpn + pages) that are set, by runs. `visit` may change the run that it is given. */
export function forEachEntry(process: Row, vpn: number, pages: number, visit: (run: EntryRun) => void): void {
  for (let at = vpn; at < vpn + pages;) {
    const run = entryRun(process, at, vpn + pages);
    if (run.pte !== PTE.none) visit(run);
    at += run.pages;
  }
}

/** The run of alike entries that begins at a virtual page, up to `end`. */
export function entryRun(process: Row, vpn: number, end: number): EntryRun {
  const next = Math.min(end, processes.pte.runEnd(process, vpn), processes.pfnDelta.runEnd(process, vpn), processes.huge.runEnd(process, vpn));
  return { vpn, pages: next - vpn, pte: processes.pte.at(process, vpn), pfn: vpn + processes.pfnDelta.at(process, vpn), isHuge: processes.huge.at(process, vpn) === 1 };
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
  splitHugeEdges(process, vpn, pages);
  return zapEntries(process, vpn, pages, copiesToo);
}

function zapEntries(process: Row, vpn: number, pages: number, copiesToo: boolean): number {
  const host = processes.host.get(process);
  let zapped = 0;
  forEachEntry(process, vpn, pages, run => {
    const isCopy = mapsFrame(run.pte) && hosts.anon.at(host, run.pfn) !== 0;
    if (isCopy && !copiesToo) return;
    zapped += run.pages;
    if (mapsFrame(run.pte)) unmapFrames(host, run);
    clearEntries(process, run.vpn, run.pages);
  });
  return zapped;
}

export function clearEntries(process: Row, vpn: number, pages: number): void {
  processes.pte.assign(process, vpn, pages, PTE.none);
  processes.pfnDelta.assign(process, vpn, pages, 0);
  processes.huge.assign(process, vpn, pages, 0);
}

/** Adds or takes away the mapcounts and references that entries stand for. */
export function countEntries(host: Row, { pfn, pages, isHuge }: Pick<EntryRun, 'pfn' | 'pages' | 'isHuge'>, sign: 1 | -1): void {
  if (isHuge) countHugeMappings(host, pfn, pages, sign);
  else countMappings(host, pfn, pages, sign);
}

/** Takes the mapcounts and references of a run of entries away. */
export function unmapFrames(host: Row, run: EntryRun): void {
  const { pfn, pages } = run;
  countEntries(host, run, -1);
  if (mappingsHold(memoryAt(pfn).type)) afterPut(host, pfn, pages);
}

/**
 * Unmaps pages [first, end) of a file from every address space (unmap_mapping_range). Only a truncate takes private copies
 * away with the pages they were made from; a punch and a layout break leave them (mm/truncate.c, fs/dax.c, 6.19).
 */
export function unmapFile(file: Row, first: number, end: number, copiesToo = false): void {
  const zapped = windowsOn(file, first, end).reduce((sum, { process, vpn, pages }) => sum + zapRange(process, vpn, pages, copiesToo), 0);
  emit('file-unmapped', file, zapped);
}

/** What {@link unmapFile} reads. */
export const UNMAP_FILE_READS = [...WINDOW_READS, ...every(hosts.owner, hosts.anon, hosts.order)];
/** What {@link zapRange} writes where it takes private copies too. Without them it is {@link PTE_TERMS}. */
export const UNMAP_TERMS = [...PTE_TERMS, ...FREE_TERMS];
