import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import { operations } from '@shared/state/tables';
import type { StateInvariant } from './invariant';

const LAYOUT_WORDS: ReadonlySet<string> = new Set(['ftruncate', 'fallocate', 'reflink']);
const DONE = operations.state.valueOf('done');

export const s16HonestResult: StateInvariant = {
  kind: 'state',
  id: 'S16',
  class: 'notice',
  sentence: 'A system call that returns 0 has done what it was asked for.',
  source: source('spec 10.1 S16; thread of 8 Feb 2019 on the no-op truncate', 'S'),
  watches: [operations.result],
  broken({ run }) {
    const liar = run.operations.find(({ row, word }) => LAYOUT_WORDS.has(word)
      && operations.state.in(arena, row) === DONE && operations.result.in(arena, row) === 0 && operations.killedBy.in(arena, row) === 0 && operations.applied.in(arena, row) === 0);
    if (liar === undefined) return null;
    return { chain: [`${liar.text} returned 0`, 'size and blocks are as they were', 'policy truncate-vs-dma answers success without acting on held pages'] };
  },
};
