import { source } from '@shared/domain/source';
import type { LeaseBreak } from '../policy';

export const revokeMr: LeaseBreak = {
  axis: 'lease-break',
  id: 'revoke-mr',
  title: 'A forced break tears the registration down',
  doc: 'At the deadline the NIC’s key is invalidated and the pages are unpinned; the holder sees failed work completions.',
  era: 'idea',
  source: source('spec 5.8', 'X'),
  atDeadline: 'deregister',
};
