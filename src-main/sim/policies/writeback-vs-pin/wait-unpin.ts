import { source } from '@shared/domain/source';
import type { WritebackVsPin } from '../policy';

export const waitUnpin: WritebackVsPin = {
  axis: 'writeback-vs-pin',
  id: 'wait-unpin',
  title: 'Writeback waits until a folio is unpinned',
  doc: 'A sync hangs for as long as a long-term pin lives.',
  era: 'strawman',
  source: source('spec 9.6', 'X'),
  onPinned: 'wait',
  reclaimKeepsPinned: false,
  deniesLongterm: false,
};
