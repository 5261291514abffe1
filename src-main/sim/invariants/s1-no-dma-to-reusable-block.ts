import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import { accesses, files } from '@shared/state/tables';
import { actorName, fileName, frameName, nameOfRow } from '@shared/trace/names';
import { strayWrite } from './dma-target';
import type { StateInvariant } from './invariant';

export const s1NoDmaToReusableBlock: StateInvariant = {
  kind: 'state',
  id: 'S1',
  class: 'safety',
  sentence: 'A device never writes to a block that its file has lost, or has again as another page, unless the block is kept busy.',
  source: source('spec 10.1 S1; that a block which moved within its file is lost follows from spec 3.1: the owner of a block is a file and an index', 'D'),
  watches: [accesses.wrote],
  broken({ run }) {
    const stray = strayWrite();
    if (stray === null || stray.isShared) return null;
    const fileThen = fileName(run, files.$.row(stray.ownerThen));
    return {
      chain: [
        `${actorName(run, stray.actor)} wrote ${frameName(arena, run, stray.pfn)} by DMA`,
        `it went through the ${nameOfRow(arena, run, stray.holder)}`,
        stray.owner === stray.ownerThen
          ? `the block was page ${stray.indexThen} of ${fileThen} when it was taken; now it is page ${stray.index} of ${fileThen}`
          : `the block belonged to ${fileThen} when it was taken; now ${stray.owner > 0 ? `it belongs to ${fileName(run, files.$.row(stray.owner))}` : 'it is free to be allocated'}`,
        'policy truncate-vs-dma let the block go while it was held',
      ],
    };
  },
};
