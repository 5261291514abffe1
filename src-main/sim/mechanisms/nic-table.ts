import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { regions } from '@shared/state/rdma-tables';
import { holders } from '@shared/state/tables';
import { every } from '../engine/place';

/** Values of `regions.nicEntry`. */
export const NIC_ENTRY = { none: 0, read: 1, write: 2, zero: 3 } as const;

export const NIC_TERMS = every(regions.nicEntry, regions.nicDelta);

/** Lets the NIC reach frames as pages of a registration from `page` on. */
export function mapForNic(mr: Row, page: number, pfn: number, pages: number, entry: number): void {
  regions.nicEntry.assign(mr, page, pages, entry);
  regions.nicDelta.assign(mr, page, pages, entry === NIC_ENTRY.zero ? 0 : pfn - page);
}

/** Takes pages of a registration away from the NIC. */
export function zapForNic(mr: Row, page: number, pages: number): void {
  if (pages <= 0 || regions.nicEntry.find(mr, page, page + pages, entry => entry !== NIC_ENTRY.none) < 0) return;
  regions.nicEntry.assign(mr, page, pages, NIC_ENTRY.none);
  regions.nicDelta.assign(mr, page, pages, 0);
}

/** What the NIC finds for a page: its frame, -1 for the zero page, and how many pages lie behind one another from there. */
export function translated(mr: Row, page: number): { readonly entry: number; readonly pfn: number; readonly left: number } {
  const entry = regions.nicEntry.at(mr, page);
  const left = Math.min(regions.nicEntry.runEnd(mr, page), regions.nicDelta.runEnd(mr, page), regions.pageCount.get(mr)) - page;
  return { entry, pfn: entry === NIC_ENTRY.none || entry === NIC_ENTRY.zero ? -1 : page + regions.nicDelta.at(mr, page), left };
}

/** The pin of a registration that covers a frame; 0 if there is none. */
export const pinOn = (mr: Row, pfn: number): Row => holders.$.rows(arena).find(holder =>
  holders.keeper.get(holder) === mr && holders.how.get(holder) !== 0 && holders.pfnFirst.get(holder) <= pfn && pfn < holders.pfnFirst.get(holder) + holders.pageCount.get(holder)) ?? 0;
export const PIN_READS = every(holders.keeper, holders.how, holders.pfnFirst, holders.pageCount);
