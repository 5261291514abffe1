import { source } from '@shared/domain/source';
import type { EndInvariant } from './invariant';

export const l2NoUserControlledWait: EndInvariant = {
  kind: 'end',
  id: 'L2',
  class: 'notice',
  sentence: 'No operation waits for a hold that only user space can end.',
  source: source('spec 10.2 L2', 'D'),
  brokenBy: outcome => outcome.blocked
    .map(actor => outcome.chainOf(actor))
    .filter(chain => chain.end === 'pin')
    .map(chain => ({ chain: chain.lines })),
};
