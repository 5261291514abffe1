import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { accesses, holders } from '@shared/state/tables';

/**
 * A device write into a block that is not the page of the file any more that it was held for. It may have gone to another file
 * or to nobody, or have come back as another page of the same file: an owner is a file and an index (spec 3.1), so that is lost too.
 */
export interface StrayWrite {
  readonly actor: number;
  readonly holder: Row;
  readonly pfn: number;
  readonly owner: number;
  readonly ownerThen: number;
  /** Page of that file that it was held for. */
  readonly indexThen: number;
  /** Page of the owner that it is now. */
  readonly index: number;
  /** The block is as before, but another file shares it by now: that is `owner`. */
  readonly isShared: boolean;
}

/** First stray frame of any device’s last access. */
export function strayWrite(): StrayWrite | null {
  const access = accesses.$.rows(arena).find(row => accesses.strayPfn.get(row) !== 0);
  if (access === undefined) return null;
  const holder = accesses.holder.get(access);
  const pfn = accesses.strayPfn.get(access);
  return {
    actor: accesses.actor.get(access), holder, pfn, indexThen: pfn + holders.ownerDelta.get(holder),
    owner: accesses.strayOwner.get(access), ownerThen: accesses.strayOwnerThen.get(access),
    index: accesses.strayIndex.get(access), isShared: accesses.strayShared.get(access) === 1,
  };
}
