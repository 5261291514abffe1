import { source } from '@shared/domain/source';
import type { WritebackVsPin } from '../policy';

export const noReclaimPinned: WritebackVsPin = {
  axis: 'writeback-vs-pin',
  id: 'no-reclaim-pinned',
  title: 'Reclaim keeps pinned folios',
  doc: 'Reclaim never strips file-system data from, or writes out, a folio that may be pinned; writeback itself still ignores pins.',
  era: '6.4',
  source: source('mm/vmscan.c shrink_folio_list() (6.1, 6.6); spec 9.6', 'V', 'M'),
  onPinned: 'write',
  reclaimKeepsPinned: true,
  deniesLongterm: false,
};
