import type { Row } from '@shared/state/dictionary';
import { files, hosts, mappings, processes } from '@shared/state/tables';
import { emit } from '../engine/events';
import { every } from '../engine/place';
import { kernel } from '../kernel';
import { entryRun, mapHugeFrames, PTE, PTE_TERMS, UNMAP_FILE_READS } from './address-space';
import { ENTRY, unmapZeroPages, type DaxAccess } from './dax-mapping';
import { pmdEnd, pmdFirst, PMD_ORDER, PMD_PAGES } from './folios';

/** Pages of the entries that touch [first, end): an entry of 2 MiB is locked, scanned and deleted whole. */
export function coveredByEntries(file: Row, first: number, end: number): readonly [first: number, end: number] {
  if (end <= first) return [first, end];
  return [
    files.entryHuge.at(file, first) === 1 ? pmdFirst(first) : first,
    files.entryHuge.at(file, end - 1) === 1 ? pmdEnd(end) : end,
  ];
}

/** First entry of [first, end) that is one of 2 MiB without a block: the zero page, or nothing yet. −1 if there is none. */
export function firstDowngraded(file: Row, first: number, end: number): number {
  for (let index = first; index < end; index = Math.min(files.entry.runEnd(file, index), files.entryHuge.runEnd(file, index))) {
    if (files.entryHuge.at(file, index) === 1 && files.entry.at(file, index) !== ENTRY.real) return index;
  }
  return -1;
}

/** What {@link downgradeEntries} reads and writes of address spaces: only zero pages are unmapped. */
export const DOWNGRADE_READS = every(mappings.pageCount, mappings.vpnFirst, mappings.file, mappings.fileFirst);
export const DOWNGRADE_TERMS = every(processes.pte, processes.pfnDelta, processes.huge);

/**
 * A fault on one page is not served by an entry of 2 MiB that has no block: whoever mapped its zero page looks again, and it
 * leaves with its lock, so that everybody who waits at any of the 512 pages goes on.
 */
export function downgradeEntries(file: Row, first: number, end: number): void {
  for (let index = firstDowngraded(file, first, end); index >= 0; index = firstDowngraded(file, first, end)) {
    const from = pmdFirst(index);
    if (files.entry.at(file, index) === ENTRY.zero) unmapZeroPages(file, from, PMD_PAGES);
    files.entry.assign(file, from, PMD_PAGES, ENTRY.none);
    files.entryHuge.assign(file, from, PMD_PAGES, 0);
    files.entryLock.assign(file, from, PMD_PAGES, 0);
    emit('pmd-entry-downgraded', file, from);
  }
}

/** What {@link setPmdEntries}, {@link mapPmds} and {@link mapHugeZeroPage} read and write. */
export const PMD_READS = UNMAP_FILE_READS;
export const PMD_TERMS = [...PTE_TERMS, ...every(hosts.mapping, hosts.order)];

/**
 * The entries of whole PMDs name frames that lie side by side. From 6.15 the 512 frames of each become one folio
 * (dax_folio_init()); before, they stay single pages.
 */
export function setPmdEntries({ file, process }: DaxAccess, index: number, pages: number): void {
  const host = processes.host.get(process);
  const pfn = index + files.blockDelta.at(file, index);
  if (files.entry.at(file, index) === ENTRY.zero) unmapZeroPages(file, index, pages);
  if (files.entry.at(file, index) === ENTRY.real) return;
  files.entry.assign(file, index, pages, ENTRY.real);
  hosts.mapping.assign(host, pfn, pages, files.nth.get(file));
  if (kernel.policy.zoneDeviceRefcount.pmdEntryIsFolio) hosts.order.assign(host, pfn, pages, PMD_ORDER);
}

/** PMDs point at the blocks; one that was mapped to be read becomes writable in place (vmf_insert_folio_pmd()). */
export function mapPmds({ process, file, isWrite }: DaxAccess, vpn: number, index: number, pages: number): void {
  const host = processes.host.get(process);
  const toFrame = files.blockDelta.at(file, index) + index - vpn;
  for (let at = vpn; at < vpn + pages;) {
    const run = entryRun(process, at, vpn + pages);
    if (run.pte === PTE.none) mapHugeFrames(process, host, at, at + toFrame, run.pages, isWrite ? PTE.write : PTE.read);
    else if (isWrite) processes.pte.assign(process, at, run.pages, PTE.write);
    emit('pmd-mapped', process, at, at + toFrame, run.pages);
    at += run.pages;
  }
}

/** Readers of 2 MiB without data share the huge zero page; false where something is mapped there already (dax_pmd_load_hole()). */
export function mapHugeZeroPage({ process, file }: DaxAccess, vpn: number, index: number, pages: number): boolean {
  files.entry.assign(file, index, pages, ENTRY.zero);
  if (processes.pte.at(process, vpn) !== PTE.none) return false;
  processes.pte.assign(process, vpn, pages, PTE.zero);
  processes.huge.assign(process, vpn, pages, 1);
  return true;
}

/** Whether page-table entries map, or mapped, the 2 MiB of a virtual page: their table stands where a PMD would (pmd_none()). */
export function hasPageTable(process: Row, vpn: number): boolean {
  const first = pmdFirst(vpn);
  if (processes.table.at(process, vpn) === 1) return true;
  return processes.huge.at(process, first) === 0 && processes.pte.find(process, first, first + PMD_PAGES, pte => pte !== PTE.none) >= 0;
}
