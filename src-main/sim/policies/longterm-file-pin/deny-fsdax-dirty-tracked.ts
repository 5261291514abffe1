import { source } from '@shared/domain/source';
import type { LongtermFilePin } from '../policy';

export const denyFsdaxDirtyTracked: LongtermFilePin = {
  axis: 'longterm-file-pin',
  id: 'deny-fsdax+dirty-tracked',
  title: 'No long-term pins on DAX files, no long-term write pins on dirty-tracked files',
  doc: 'Beside DAX files, a shared writable mapping of a file whose dirty pages the file system tracks is refused: a device would write behind its back.',
  era: '6.5 and later',
  source: source('mm/gup.c check_vma_flags(), mm/vma.c vma_needs_dirty_tracking() (6.6, 6.19); spec 1.5 rule 4, 5.2', 'V', 'O'),
  fsdax: 'deny',
  cacheSharedWrite: 'deny',
  refusesFiles: false,
  layoutLeases: false,
  guards: null,
};
