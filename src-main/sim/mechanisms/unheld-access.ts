import { staleUses } from '@shared/state/device-memory-tables';
import type { Row } from '@shared/state/dictionary';
import { accesses, actors, processes } from '@shared/state/tables';
import { emit } from '../engine/events';
import { machine } from '../engine/machine';
import { every } from '../engine/place';
import { kernel } from '../kernel';
import { mapsFrame } from './address-space';
import { CONTENT_TERMS, copyContent, writePages } from './contents';

/** What {@link noteUnheldAccess} and {@link noteCopy} write. */
export const UNHELD_TERMS = [...CONTENT_TERMS, ...every(accesses.wrote)];
/** What {@link noteStaleUse} writes. */
export const STALE_TERMS = every(staleUses.pfn);

function note(pfn: number, pages: number, wrote: boolean): number {
  const nth = actors.nth.get(machine.self);
  const access = accesses.$.row(nth);
  accesses.count.set(access, accesses.count.get(access) + 1);
  accesses.pfnFirst.set(access, pfn);
  accesses.pageCount.set(access, pages);
  accesses.wrote.set(access, wrote ? 1 : 0);
  accesses.holder.set(access, 0);
  return nth;
}

/** The zero page is no frame of the lab. */
export const isFrame = (pfn: number): boolean => kernel.memories.some(({ firstPfn, pageCount }) => pfn >= firstPfn && pfn < firstPfn + pageCount);

/** A device reads or writes frames that it does not hold: its page table names them, and it is told before that changes. */
export function noteUnheldAccess(host: Row, pfn: number, pages: number, wrote: boolean, tag: number): void {
  if (!isFrame(pfn)) return;
  const nth = note(pfn, pages, wrote);
  if (!wrote) {
    emit('dma-read-done', nth, pfn, pages);
    return;
  }
  writePages(host, pfn, pages, tag);
  emit('dma-write-landed', nth, pfn, pages, tag);
}

/** A copy engine moves what frames hold to other frames. `outwards` is away from the device. */
export function noteCopy(host: Row, from: number, to: number, pages: number, outwards: boolean): void {
  copyContent(host, from, to, pages);
  note(outwards ? to : from, pages, outwards);
  emit('pages-copied', from, to, pages);
}

/** Whether an address space still has these frames at a virtual page: what uses them there uses the copy that counts. */
export function entryStillMaps(process: Row, vpn: number, pfn: number, pages: number): boolean {
  const isThere = (at: number): boolean => (!isFrame(pfn) || (mapsFrame(processes.pte.at(process, at)) && at + processes.pfnDelta.at(process, at) === pfn + at - vpn));
  return isThere(vpn) && isThere(vpn + pages - 1);
}

/** Something used a frame that is not the copy that counts any more (S13). */
export function noteStaleUse(process: Row, vpn: number, pfn: number, how: 'read' | 'written' | 'faulted on'): void {
  const stale = staleUses.$.row(actors.nth.get(machine.self));
  staleUses.pfn.set(stale, pfn);
  staleUses.vpn.set(stale, vpn);
  staleUses.process.set(stale, process);
  staleUses.how.set(stale, staleUses.how.valueOf(how));
}
