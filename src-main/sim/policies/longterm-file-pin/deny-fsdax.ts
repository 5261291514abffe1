import { source } from '@shared/domain/source';
import type { LongtermFilePin } from '../policy';

export const denyFsdax: LongtermFilePin = {
  axis: 'longterm-file-pin',
  id: 'deny-fsdax',
  title: 'No long-term pins on file-system DAX mappings',
  doc: 'A mapping of a file on a DAX inode is refused, private ones too, because nothing could tell the holder to let go.',
  era: '4.15 to 6.4',
  source: source('mm/gup.c get_user_pages_longterm() (4.15.1), check_vma_flags() (6.19); spec 1.5 rule 2, 5.2', 'V', 'O'),
  fsdax: 'deny',
  cacheSharedWrite: 'allow',
  refusesFiles: false,
  layoutLeases: false,
  guards: null,
};
