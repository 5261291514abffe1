import { source } from '@shared/domain/source';
import type { LongtermFilePin } from '../policy';

export const adminDisable: LongtermFilePin = {
  axis: 'longterm-file-pin',
  id: 'admin-disable',
  title: 'Pins allowed; the administrator keeps others from truncating',
  doc: 'Reflink is off and nobody with access truncates by convention; the kernel does not check.',
  era: 'proposed 2019',
  source: source('thread of 8 Feb 2019 (Williams); spec 5.5', 'S'),
  fsdax: 'allow',
  cacheSharedWrite: 'allow',
  layoutLeases: false,
  guards: null,
};
