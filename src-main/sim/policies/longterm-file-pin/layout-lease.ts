import { source } from '@shared/domain/source';
import type { LongtermFilePin } from '../policy';

export const layoutLease: LongtermFilePin = {
  axis: 'longterm-file-pin',
  id: 'layout-lease',
  title: 'Only under a layout lease',
  doc: 'A long-term pin of a DAX file needs a lease that covers it; a layout operation breaks the lease or fails.',
  era: 'RFC of 2019, never merged',
  source: source('RFC series of 2019 (Weiny), list archive; the errno without a lease is not known; spec 5.7', 'S', 'X', 'unknown'),
  fsdax: 'needs-lease',
  cacheSharedWrite: 'allow',
  layoutLeases: false,
  guards: null,
};
