import { source } from '@shared/domain/source';
import { actorName } from '@shared/trace/names';
import type { EndInvariant } from './invariant';

export const l5NoWaitCycle: EndInvariant = {
  kind: 'end',
  id: 'L5',
  class: 'liveness',
  sentence: 'Nobody waits, directly or through others, for himself.',
  source: source('spec 10.2 L5; lock order of spec 0.3', 'D'),
  brokenBy(outcome) {
    const seen = new Set<string>();
    return outcome.blocked.flatMap(actor => {
      const { cycle, lines } = outcome.chainOf(actor);
      const members = [...cycle].sort((a, b) => a - b).map(member => actorName(outcome.run, member)).join(', ');
      if (cycle.length === 0 || seen.has(members)) return [];
      seen.add(members);
      return [{ chain: lines }];
    });
  },
};
