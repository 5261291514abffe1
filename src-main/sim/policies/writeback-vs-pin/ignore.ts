import { source } from '@shared/domain/source';
import type { OnlyValue } from '../policy';

export const ignore: OnlyValue = {
  axis: 'writeback-vs-pin',
  id: 'ignore',
  title: 'Writeback never looks at pins',
  doc: 'Dirty pages are cleaned and written whether or not a device may still write to them.',
  era: 'shipped',
  source: source('mm/page-writeback.c folio_clear_dirty_for_io() (6.19); spec 9.5, 9.6', 'V'),
};
