import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import { accesses, files } from '@shared/state/tables';
import { actorName, fileName, frameName } from '@shared/trace/names';
import { strayWrite } from './dma-target';
import type { StateInvariant } from './invariant';

export const s2NoCrossOwnerWrite: StateInvariant = {
  kind: 'state',
  id: 'S2',
  class: 'safety',
  sentence: 'A device never overwrites a block that meanwhile belongs to another file, or to another file as well.',
  source: source('spec 10.1 S2', 'D'),
  watches: [accesses.wrote],
  broken({ run }) {
    const stray = strayWrite();
    if (stray === null || stray.owner <= 0 || stray.owner === stray.ownerThen) return null;
    const victim = fileName(run, files.$.row(stray.owner));
    return {
      chain: [
        `${actorName(run, stray.actor)} wrote ${frameName(arena, run, stray.pfn)} by DMA`,
        `that block is page ${stray.index} of ${victim} ${stray.isShared ? 'too since a reflink' : 'now'}: its data is overwritten`,
        `the device was given a page of ${fileName(run, files.$.row(stray.ownerThen))}`,
        stray.isShared ? 'policy truncate-vs-dma let the block be shared while it was held' : 'policy truncate-vs-dma let the block go while it was held',
      ],
    };
  },
};
