import { source } from '@shared/domain/source';
import type { BioCompletion } from '../policy';

export const endIoBoolGup: BioCompletion = {
  axis: 'bio-completion',
  id: 'end_io-bool-gup',
  title: 'One end_io with a flag per bio',
  doc: 'The flag says whether all pages of the bio came from GUP.',
  era: 'proposed 2019',
  source: source('thread of 16 Apr 2019 (Harrosh); spec 9.3', 'S'),
  directIoHold: 'pin',
  releases: 'by-end-io',
};
