import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import { holders, hosts } from '@shared/state/tables';
import { runsIn } from '@shared/state/page-runs';
import { explainCounts, sumOf } from '@shared/trace/holder-counts';
import { frameName } from '@shared/trace/names';
import type { RunDescription } from '@shared/trace/run-description';
import type { StateInvariant } from './invariant';

/** Every frame at which a count, or what it should be, changes. */
function boundaries(run: RunDescription, host: number): readonly number[] {
  const pages = new Set<number>();
  for (const field of [hosts.refs, hosts.maps, hosts.order, hosts.use]) {
    for (const { first, count } of runsIn(arena, host, field.field)) {
      pages.add(first);
      pages.add(first + count);
    }
  }
  for (const holder of holders.$.rows(arena)) {
    pages.add(holders.pfnFirst.get(holder));
    pages.add(holders.pfnFirst.get(holder) + holders.pageCount.get(holder));
  }
  for (const memory of run.memories) pages.add(memory.firstPfn);
  return [...pages].sort((a, b) => a - b);
}

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
