import { source } from '@shared/domain/source';
import type { EndInvariant } from './invariant';
import { leftBehind } from './left-behind';

export const q4NobodyBlocked: EndInvariant = {
  kind: 'end',
  id: 'Q4',
  class: 'rest',
  sentence: 'When a run has come to rest, no task is blocked.',
  source: source('spec 10.3', 'V'),
  brokenBy(outcome) {
    if (!outcome.isAtRest) return [];
    return leftBehind(outcome.blocked.map(actor => [`${outcome.run.actors[actor].name} is blocked`, ...outcome.chainOf(actor).lines]));
  },
};
