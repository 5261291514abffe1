import { source } from '@shared/domain/source';
import type { WritebackVsPin } from '../policy';

export const ignore: WritebackVsPin = {
  axis: 'writeback-vs-pin',
  id: 'ignore',
  title: 'Writeback never looks at pins',
  doc: 'Dirty pages are cleaned and written whether or not a device may still write to them.',
  era: 'shipped up to 6.3',
  source: source('mm/page-writeback.c folio_clear_dirty_for_io() (6.19); spec 9.5, 9.6', 'V'),
  onPinned: 'write',
  reclaimKeepsPinned: false,
  deniesLongterm: false,
};
