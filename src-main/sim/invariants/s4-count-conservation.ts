import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import { holders, hosts } from '@shared/state/tables';
import { explainCounts, sumOf } from '@shared/trace/holder-counts';
import { frameName } from '@shared/trace/names';
import { boundaries } from './count-boundaries';
import type { StateInvariant } from './invariant';

export const s4CountConservation: StateInvariant = {
  kind: 'state',
  id: 'S4',
  class: 'safety',
  sentence: 'The refcount of every folio is the sum of its holders, and never negative.',
  source: source('spec 10.1 S4, 1.9', 'V'),
  watches: [hosts.refs, hosts.maps, holders.how],
  broken({ run, host }) {
    for (const pfn of boundaries(run, host)) {
      const { refs, refTerms } = explainCounts(arena, run, pfn);
      const expected = sumOf(refTerms);
      if (refs !== expected || refs < 0) {
        return { chain: [`refcount of ${frameName(arena, run, pfn)} is ${refs}`, `its holders add up to ${expected}`, 'a reference was taken or dropped that nobody accounts for'] };
      }
    }
    return null;
  },
};
