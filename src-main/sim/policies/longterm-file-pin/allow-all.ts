import { source } from '@shared/domain/source';
import type { LongtermFilePin } from '../policy';

export const allowAll: LongtermFilePin = {
  axis: 'longterm-file-pin',
  id: 'allow-all',
  title: 'Any memory may be pinned for the long term',
  doc: 'Nobody looks at what is mapped. A registration on a DAX file holds the blocks of the file system for as long as user space likes.',
  era: 'mainline up to 4.13, and 4.14.0',
  source: source('mm/gup.c before get_user_pages_longterm() (4.14.0); spec 5.2', 'M'),
  fsdax: 'allow',
  cacheSharedWrite: 'allow',
  refusesFiles: false,
  layoutLeases: false,
  guards: null,
};
