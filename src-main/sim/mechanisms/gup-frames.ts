import type { Row } from '@shared/state/dictionary';
import { hosts, processes } from '@shared/state/tables';
import { every } from '../engine/place';
import { kernel } from '../kernel';
import { PTE } from './address-space';
import { PMD_PAGES } from './folios';
import { HUGE_ZERO_PFN, ZERO_PAGE_PFN } from './memory-types';
import { pieceOf } from './pieces';

/** What {@link frameAt} and {@link alikePages} read. */
export const LOOK_READS = every(processes.pte, processes.pfnDelta, processes.huge, hosts.owner, hosts.ownerDelta, hosts.anon, hosts.exclusive, hosts.mapping, hosts.order);

export const isZeroEntry = (process: Row, vpn: number): boolean => processes.pte.at(process, vpn) === PTE.zero;

/** A pin of the small zero page takes nothing where the era says so; the huge zero page is like any other (spec 1.2). */
export const isPinUncounted = (process: Row, vpn: number): boolean => isZeroEntry(process, vpn) && processes.huge.at(process, vpn) === 0 && !kernel.policy.knobs.zeroPagePinCounted;

/** Frame behind a virtual page that is mapped. */
export function frameAt(process: Row, vpn: number): number {
  if (!isZeroEntry(process, vpn)) return vpn + processes.pfnDelta.at(process, vpn);
  return processes.huge.at(process, vpn) === 1 ? HUGE_ZERO_PFN + (vpn % PMD_PAGES) : ZERO_PAGE_PFN;
}

/** Pages from `vpn` on, of the `left` of a range of `total`, that one step of get-user-pages may take. */
export function alikePages(host: Row, process: Row, vpn: number, total: number, left: number): number {
  const pfn = frameAt(process, vpn);
  const entries = [processes.pte, processes.pfnDelta, processes.huge].map(field => field.runEnd(process, vpn) - vpn);
  const isHugeZero = isZeroEntry(process, vpn) && processes.huge.at(process, vpn) === 1;
  const frames = [hosts.owner, hosts.ownerDelta, hosts.anon, hosts.exclusive, hosts.mapping, hosts.order].map(field => field.runEnd(host, pfn) - pfn);
  return pieceOf(total, left, ...entries, ...frames, isHugeZero ? PMD_PAGES - (vpn % PMD_PAGES) : Infinity);
}

/** Pages that one entry of the page table maps, from `vpn` on. */
export const pagesOfEntry = (process: Row, vpn: number): number => (processes.huge.at(process, vpn) === 1 ? PMD_PAGES - (vpn % PMD_PAGES) : 1);

