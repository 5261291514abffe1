import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import { mishaps } from '@shared/state/content-tables';
import { contentText } from '@shared/trace/content';
import { actorName, frameName } from '@shared/trace/names';
import type { StateInvariant } from './invariant';

export const s3StoresSurvive: StateInvariant = {
  kind: 'state',
  id: 'S3',
  class: 'safety',
  sentence: 'No zeroing wipes out what was stored to a block since it was allocated.',
  source: source('spec 10.1 S3, 3.2; thread of 28 Sep 2015', 'V', 'S'),
  watches: [mishaps.wiped],
  broken({ run }) {
    const mishap = mishaps.$.rows(arena)[0];
    if (mishap === undefined || mishaps.wiped.get(mishap) === 0) return null;
    return {
      chain: [
        `${actorName(run, mishaps.wipedBy.get(mishap))} zeroed ${frameName(arena, run, mishaps.wipedPfn.get(mishap))}`,
        `it held ${contentText(run, mishaps.wipedTag.get(mishap))}, stored since the block was allocated`,
        'policy dax-fault let it zero by an answer of the file system that was no longer true',
      ],
    };
  },
};
