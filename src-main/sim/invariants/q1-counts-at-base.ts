import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import { explainCounts, sumOf } from '@shared/trace/holder-counts';
import { frameName } from '@shared/trace/names';
import { boundaries } from './count-boundaries';
import type { EndInvariant } from './invariant';
import { heldBy, leftBehind } from './left-behind';

export const q1CountsAtBase: EndInvariant = {
  kind: 'end',
  id: 'Q1',
  class: 'rest',
  sentence: 'When a run has come to rest, the count of every folio is what its state gives: idle, mapped, cached.',
  source: source('spec 10.3, 2.2', 'V'),
  brokenBy({ run, host, isAtRest }) {
    if (!isAtRest) return [];
    const unexplained = boundaries(run, host).flatMap(pfn => {
      const { refs, refTerms } = explainCounts(arena, run, pfn);
      const sum = sumOf(refTerms);
      return refs === sum ? [] : [[`refcount of ${frameName(arena, run, pfn)} is ${refs}`, `what is known of it adds up to ${sum}`]];
    });
    return leftBehind([...heldBy(run, ['get']), ...unexplained]);
  },
};
