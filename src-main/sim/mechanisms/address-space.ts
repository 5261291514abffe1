import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { filesystems, hosts, mappings, processes } from '@shared/state/tables';
import { emit } from '../engine/events';
import { every } from '../engine/place';
import { kernel } from '../kernel';
import { freeAnonymous, noticeIdle } from './folio-counts';

/** Values of `processes.pte`. */
export const PTE = { none: 0, read: 1, write: 2, zero: 3 } as const;

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
export const PTE_TERMS = every(processes.pte, processes.pfnDelta, hosts.maps, hosts.refs);

/** Whether a frame is file-system DAX memory: its counts follow the ZONE_DEVICE rules of spec 2. */
export const isFsdaxFrame = (pfn: number): boolean =>
  filesystems.$.rows(arena).some(fs => pfn >= filesystems.firstPfn.get(fs) && pfn < filesystems.firstPfn.get(fs) + filesystems.blockCount.get(fs));

/** Whether a mapping of the frame holds a reference: always for host memory, by regime for DAX. */
const mappingHolds = (pfn: number): boolean => !isFsdaxFrame(pfn) || kernel.policy.zoneDeviceRefcount.mappingsCount;

/** Points virtual pages at frames. `pte` says with which rights; the pages were not mapped before. */
export function mapFrames(process: Row, host: Row, vpn: number, pfn: number, pages: number, pte: number): void {
  processes.pte.assign(process, vpn, pages, pte);
  processes.pfnDelta.assign(process, vpn, pages, pfn - vpn);
  hosts.maps.add(host, pfn, pages, 1);
  if (mappingHolds(pfn)) hosts.refs.add(host, pfn, pages, 1);
}

/**
 * Clears page-table entries, run by run; copies that a private mapping made only where `copiesToo` says so (even_cows).
 * Returns how many pages were mapped.
 */
export function zapRange(process: Row, vpn: number, pages: number, copiesToo = true): number {
  const host = processes.host.get(process);
  const end = vpn + pages;
  let zapped = 0;
  for (let at = vpn; at < end;) {
    const pte = processes.pte.at(process, at);
    const next = Math.min(end, processes.pte.runEnd(process, at), processes.pfnDelta.runEnd(process, at));
    const isCopy = pte !== PTE.none && pte !== PTE.zero && !isFsdaxFrame(at + processes.pfnDelta.at(process, at));
    if (pte !== PTE.none && (copiesToo || !isCopy)) {
      zapped += next - at;
      if (pte !== PTE.zero) unmapFrames(host, at + processes.pfnDelta.at(process, at), next - at);
      processes.pte.assign(process, at, next - at, PTE.none);
      processes.pfnDelta.assign(process, at, next - at, 0);
    }
    at = next;
  }
  return zapped;
}

function unmapFrames(host: Row, pfn: number, pages: number): void {
  hosts.maps.add(host, pfn, pages, -1);
  if (!mappingHolds(pfn)) return;
  hosts.refs.add(host, pfn, pages, -1);
  if (isFsdaxFrame(pfn)) noticeIdle(host, pfn, pages);
  else freeAnonymous(host, pfn, pages);
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
export const UNMAP_FILE_READS = every(mappings.pageCount, mappings.vpnFirst, mappings.file, mappings.fileFirst, hosts.owner);
/** What {@link zapRange} writes where it takes private copies too. Without them it is {@link PTE_TERMS}. */
export const UNMAP_TERMS = [...PTE_TERMS, ...every(hosts.anon, hosts.content)];
