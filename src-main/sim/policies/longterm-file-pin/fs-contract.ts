import { source } from '@shared/domain/source';
import type { LongtermFilePin } from '../policy';

export const fsContract: LongtermFilePin = {
  axis: 'longterm-file-pin',
  id: 'fs-contract',
  title: 'The file system decides, and keeps its word',
  doc: 'The file system is asked at each long-term pin; if it agrees, the layout of the range stays until the unpin.',
  era: 'proposed 2019',
  source: source('thread of 8 Feb 2019 (Gunthorpe); the errno of a refusal is not said; spec 5.4', 'S', 'X', 'unknown'),
  fsdax: 'ask-fs',
  cacheSharedWrite: 'ask-fs',
  refusesFiles: false,
  layoutLeases: false,
  guards: null,
};
