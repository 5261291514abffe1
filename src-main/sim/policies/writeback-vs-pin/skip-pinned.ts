import { source } from '@shared/domain/source';
import type { WritebackVsPin } from '../policy';

export const skipPinned: WritebackVsPin = {
  axis: 'writeback-vs-pin',
  id: 'skip-pinned',
  title: 'Periodic writeback skips pinned folios',
  doc: 'fsync must still write them; with which content nobody said.',
  era: 'discussed 2018 to 2019',
  source: source('list discussion 2018 to 2019; what fsync writes is not known; spec 9.6', 'M', 'unknown'),
  onPinned: 'skip',
  reclaimKeepsPinned: false,
  deniesLongterm: false,
};
