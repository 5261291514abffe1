import { source } from '@shared/domain/source';
import type { LeaseBreak } from '../policy';

export const leaseOnly: LeaseBreak = {
  axis: 'lease-break',
  id: 'lease-only',
  title: 'A forced break only removes the lease',
  doc: 'At the deadline the lease record goes; pins and holders stay.',
  era: 'shipped',
  source: source('fs/locks.c time_out_leases() (6.19); spec 5.6, 5.8', 'V', 'O'),
  atDeadline: 'remove-lease',
};
