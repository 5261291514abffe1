import { source } from '@shared/domain/source';
import type { WritebackVsPin } from '../policy';

export const bounce: WritebackVsPin = {
  axis: 'writeback-vs-pin',
  id: 'bounce',
  title: 'Writeback writes a copy of a pinned folio',
  doc: 'The copy goes to disk and the folio stays dirty until it is unpinned.',
  era: 'discussed 2018 to 2019',
  source: source('list discussion; block layer bounce for stable pages left between 6.13 and 6.18; spec 9.6', 'M'),
  onPinned: 'write-copy',
  reclaimKeepsPinned: false,
  deniesLongterm: false,
};
