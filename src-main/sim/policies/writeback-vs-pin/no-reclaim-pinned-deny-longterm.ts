import { source } from '@shared/domain/source';
import type { WritebackVsPin } from '../policy';

export const noReclaimPinnedDenyLongterm: WritebackVsPin = {
  axis: 'writeback-vs-pin',
  id: 'no-reclaim-pinned+deny-longterm',
  title: 'Reclaim keeps pinned folios, long-term write pins are refused',
  doc: 'Both rules together.',
  era: '6.6 and later',
  source: source('mm/vmscan.c shrink_folio_list(), mm/gup.c check_vma_flags() (6.6, 6.19); spec 9.6', 'V'),
  onPinned: 'write',
  reclaimKeepsPinned: true,
  deniesLongterm: true,
};
