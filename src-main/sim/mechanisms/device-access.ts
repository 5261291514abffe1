import { OWNER_BUSY_DAX } from '@shared/state/owner';
import { accesses, actors, counters, files, holders, hosts } from '@shared/state/tables';
import type { Row } from '@shared/state/dictionary';
import { PAGE_BYTES } from '@shared/units/pages';
import { emit } from '../engine/events';
import { every } from '../engine/place';
import { otherUser } from './block-sharing';
import { CONTENT_TERMS, noteRead, READ_TERMS, STALE_READS, writeBytes } from './contents';
import { counterRow } from './folio-counts';

/** What {@link noteAccess} reads to judge a write. */
export const ACCESS_READS = [...every(holders.owner, holders.ownerDelta, hosts.owner, hosts.ownerDelta, hosts.sharers, files.dax, files.kind, files.blockDelta), ...STALE_READS];
/** What {@link noteAccess} writes. */
export const ACCESS_TERMS = [...CONTENT_TERMS, ...READ_TERMS, ...every(accesses.wrote)];

/** Bytes of each page. */
const WHOLE_PAGE = { firstByte: 0, endByte: PAGE_BYTES };

/** A device may reach frames that nobody holds for it: by on-demand paging, through a dma-buf, or by mistake. */
const machineOf = (holder: Row): Row => (holder === 0 ? hosts.$.row(0) : holders.host.get(holder));

/** A device reads or writes frames through a hold; 0 where there is none. The access is noted as state, so that invariants judge it (spec 10 S1, S2). */
export function noteAccess(actor: Row, holder: Row, pfn: number, pages: number, wrote: boolean, tag: number, part = WHOLE_PAGE): void {
  const nth = actors.nth.get(actor);
  const access = accesses.$.row(nth);
  accesses.count.set(access, accesses.count.get(access) + 1);
  accesses.pfnFirst.set(access, pfn);
  accesses.pageCount.set(access, pages);
  accesses.wrote.set(access, wrote ? 1 : 0);
  accesses.holder.set(access, holder);
  noteStray(access, holder, pfn, pages, wrote);
  if (!wrote) {
    noteRead(machineOf(holder), pfn, pages);
    emit('dma-read-done', nth, pfn, pages);
    return;
  }
  const host = machineOf(holder);
  writeBytes(host, { pfn, pages, ...part }, tag);
  if (hosts.owner.at(host, pfn) === OWNER_BUSY_DAX) counters.orphanWrites.set(counterRow(), counters.orphanWrites.get(counterRow()) + pages);
  emit('dma-write-landed', nth, pfn, pages, tag);
}

/**
 * Whose blocks a write hits is judged as it happens: later the hold may be gone or mean other frames, and the blocks may
 * have changed hands rightly. Busy extents are nobody's to lose (spec 4.6). A block that another file shares by now is its too.
 */
function noteStray(access: Row, holder: Row, pfn: number, pages: number, wrote: boolean): void {
  const host = machineOf(holder);
  const then = holder === 0 ? 0 : holders.owner.get(holder);
  const lost = wrote && then > 0 ? strayPage(host, pfn, pfn + pages, then, holders.ownerDelta.get(holder)) : -1;
  const shared = wrote && then > 0 && lost < 0 ? hosts.sharers.find(host, pfn, pfn + pages, sharers => sharers > 0) : -1;
  const user = shared < 0 ? null : otherUser(host, shared);
  const stray = user === null ? lost : shared;
  accesses.strayPfn.set(access, Math.max(0, stray));
  accesses.strayOwner.set(access, user?.nth ?? (stray < 0 ? 0 : hosts.owner.at(host, stray)));
  accesses.strayIndex.set(access, user?.index ?? (stray < 0 ? 0 : stray + hosts.ownerDelta.at(host, stray)));
  accesses.strayOwnerThen.set(access, stray < 0 ? 0 : then);
  accesses.strayShared.set(access, user === null ? 0 : 1);
}

/** First page that belongs to somebody else than then; if none, the first that is another page of the same file now. −1 if all are as they were. */
function strayPage(host: Row, pfn: number, end: number, then: number, deltaThen: number): number {
  const lost = hosts.owner.find(host, pfn, end, owner => owner !== then && owner !== OWNER_BUSY_DAX);
  if (lost >= 0) return lost;
  for (let at = pfn; at < end; at = Math.min(hosts.owner.runEnd(host, at), hosts.ownerDelta.runEnd(host, at))) {
    if (hosts.owner.at(host, at) === then && hosts.ownerDelta.at(host, at) !== deltaThen) return at;
  }
  return -1;
}
