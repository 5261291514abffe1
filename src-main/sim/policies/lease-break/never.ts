import { source } from '@shared/domain/source';
import type { LeaseBreak } from '../policy';

export const never: LeaseBreak = {
  axis: 'lease-break',
  id: 'never',
  title: 'The file system refuses instead of breaking',
  doc: 'The layout operation fails with ETXTBSY; nobody is asked to let go.',
  era: 'proposed 2019',
  source: source('thread of 8 Feb 2019; spec 5.8', 'S'),
  atDeadline: 'refuse',
};
