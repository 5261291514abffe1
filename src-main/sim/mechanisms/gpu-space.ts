import { gpuSpaces } from '@shared/state/device-memory-tables';
import type { Row } from '@shared/state/dictionary';
import { intervals } from '@shared/state/notifier-tables';
import { every } from '../engine/place';

/** Values of `gpuSpaces.pte`. */
export const GPU_PTE = { none: 0, read: 1, write: 2, atomic: 3 } as const;

/** Virtual pages of an address space, far beyond those of any mapping: a GPU hears about all of them. */
const EVERY_PAGE = 2 ** 30;

/** What subscribing writes. */
export const SUBSCRIBE_TERMS = every(intervals.pageCount);

/** The interval of a GPU in an address space; it hears about all of it from its first use on (dmirror_fops_open()). */
export function subscribe(process: Row, gpu: Row): Row {
  const interval = intervals.$.row(process, gpuSpaces.$.row(process, gpu));
  if (intervals.pageCount.get(interval) === 0) intervals.pageCount.set(interval, EVERY_PAGE);
  return interval;
}

/** Lets a GPU access frames at virtual pages. */
export function mapOnGpu(space: Row, vpn: number, pfn: number, pages: number, pte: number): void {
  gpuSpaces.pte.assign(space, vpn, pages, pte);
  gpuSpaces.pfnDelta.assign(space, vpn, pages, pfn - vpn);
}
