import { source } from '@shared/domain/source';
import type { EndInvariant } from './invariant';

export const l3LeaseBreakEnds: EndInvariant = {
  kind: 'end',
  id: 'L3',
  class: 'liveness',
  sentence: 'A lease break ends at most lease-break-time after the last signal to a holder.',
  source: source('spec 10.2 L3, 5.6, 5.8; fs/locks.c __break_lease() (6.19)', 'D', 'V'),
  brokenBy: outcome => outcome.blocked
    .map(actor => outcome.chainOf(actor))
    .filter(chain => chain.end === 'lease')
    .map(chain => ({ chain: chain.lines })),
};
