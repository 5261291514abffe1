import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import { mishaps } from '@shared/state/content-tables';
import { contentText } from '@shared/trace/content';
import { actorName, frameName } from '@shared/trace/names';
import type { StateInvariant } from './invariant';

export const s15NoStaleExposure: StateInvariant = {
  kind: 'state',
  id: 'S15',
  class: 'safety',
  sentence: 'Nobody reads from a block what it held before it was allocated.',
  source: source('spec 10.1 S15, 3.3; comment in fs/xfs/xfs_iomap.c xfs_iomap_write_direct() (6.19)', 'V'),
  watches: [mishaps.exposed],
  broken({ run }) {
    const mishap = mishaps.$.rows(arena)[0];
    if (mishap === undefined || mishaps.exposed.get(mishap) === 0) return null;
    return {
      chain: [
        `${actorName(run, mishaps.exposedTo.get(mishap))} read ${frameName(arena, run, mishaps.exposedPfn.get(mishap))}`,
        `it holds ${contentText(run, mishaps.exposedTag.get(mishap))}, from before the block was allocated`,
        'the file system says it is written, and it was never zeroed',
      ],
    };
  },
};
