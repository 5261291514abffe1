import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { OWNER_BUSY_DAX } from '@shared/state/owner';
import { accesses, holders, hosts } from '@shared/state/tables';

/** A device write into a block whose owner is not the one it was held for. */
export interface StrayWrite {
  readonly actor: number;
  readonly holder: Row;
  readonly pfn: number;
  readonly owner: number;
  readonly ownerThen: number;
}

/** First frame of any device’s last write whose block meanwhile belongs to somebody else, busy extents excepted. */
export function strayWrite(host: Row): StrayWrite | null {
  for (const access of accesses.$.rows(arena)) {
    if (accesses.wrote.get(access) === 0) continue;
    const holder = accesses.holder.get(access);
    const ownerThen = holders.owner.get(holder);
    if (ownerThen <= 0) continue;
    const first = accesses.pfnFirst.get(access);
    const pfn = hosts.owner.find(host, first, first + accesses.pageCount.get(access), owner => owner !== ownerThen && owner !== OWNER_BUSY_DAX);
    if (pfn >= 0) return { actor: accesses.actor.get(access), holder, pfn, owner: hosts.owner.at(host, pfn), ownerThen };
  }
  return null;
}
