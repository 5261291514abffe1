import { source } from '@shared/domain/source';
import type { WritebackVsPin } from '../policy';

export const denyLongterm: WritebackVsPin = {
  axis: 'writeback-vs-pin',
  id: 'deny-longterm',
  title: 'Long-term write pins of tracked files are refused',
  doc: 'Only short pins remain; writeback ignores those.',
  era: '6.5',
  source: source('mm/gup.c check_vma_flags() (6.6); spec 9.6', 'V', 'M'),
  onPinned: 'write',
  reclaimKeepsPinned: false,
  deniesLongterm: true,
};
