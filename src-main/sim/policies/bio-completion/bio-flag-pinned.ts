import { source } from '@shared/domain/source';
import type { BioCompletion } from '../policy';

export const bioFlagPinned: BioCompletion = {
  axis: 'bio-completion',
  id: 'bio-flag-pinned',
  title: 'A flag per bio says that its pages are pinned',
  doc: 'Set if the iterator is user-backed; release unpins all pages or touches none. Kernel iterators bring pages with no reference at all.',
  era: '6.5 and later',
  source: source('block/bio.c __bio_release_pages(), include/linux/uio.h iov_iter_extract_will_pin() (6.6, 6.19); spec 9.3', 'V', 'O'),
  directIoHold: 'pin',
  releases: 'by-bio-flag',
};
