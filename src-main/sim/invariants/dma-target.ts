import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { accesses } from '@shared/state/tables';

/** A device write into a block whose owner is not the one it was held for. */
export interface StrayWrite {
  readonly actor: number;
  readonly holder: Row;
  readonly pfn: number;
  readonly owner: number;
  readonly ownerThen: number;
}

/** First stray frame of any device’s last access. */
export function strayWrite(): StrayWrite | null {
  const access = accesses.$.rows(arena).find(row => accesses.strayPfn.get(row) !== 0);
  if (access === undefined) return null;
  return {
    actor: accesses.actor.get(access), holder: accesses.holder.get(access), pfn: accesses.strayPfn.get(access),
    owner: accesses.strayOwner.get(access), ownerThen: accesses.strayOwnerThen.get(access),
  };
}
