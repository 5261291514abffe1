import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import { actors, operations } from '@shared/state/tables';
import { ERRNO } from '@shared/domain/errno';
import { operationText } from '@shared/trace/names';
import { operationWord, type EndInvariant } from './invariant';

/** What reads page tables under a notifier, and over when an invalidation came between. */
const RETRYING: ReadonlySet<string> = new Set(['gpu-read', 'gpu-write']);

export const l7RangeFaultEnds: EndInvariant = {
  kind: 'end',
  id: 'L7',
  class: 'liveness',
  sentence: 'A device that faults memory in succeeds, or gives up when its time is over.',
  source: source('spec 10.2 L7, 8.9; include/linux/hmm.h HMM_RANGE_DEFAULT_TIMEOUT, lib/test_hmm.c dmirror_range_fault() (6.19)', 'V', 'D'),
  brokenBy(outcome) {
    const { run } = outcome;
    const looping = outcome.starving.filter(actor => RETRYING.has(operationWord(outcome, actor))).map(actor => ({
      chain: [
        `${operationText(run, actors.op.get(run.actors[actor].row))} reads the page tables again and again: the whole state has come back to what it was`,
        'each time an invalidation came between reading and committing',
        ...outcome.chainOf(actor).lines,
      ],
    }));
    const gaveUp = run.operations.filter(({ row, word }) => RETRYING.has(word) && operations.errno.in(arena, row) === ERRNO.EBUSY).map(({ row }) => ({
      chain: [`${operationText(run, row)} gave up after 1 s: EBUSY`, 'each time an invalidation came between reading and committing'],
    }));
    return [...looping, ...gaveUp];
  },
};
