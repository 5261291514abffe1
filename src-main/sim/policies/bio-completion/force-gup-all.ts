import { source } from '@shared/domain/source';
import type { BioCompletion } from '../policy';

export const forceGupAll: BioCompletion = {
  axis: 'bio-completion',
  id: 'force-gup-all',
  title: 'Every page of a bio gets a GUP reference',
  doc: 'The submitter pins pages that are not from GUP too, so that a bio is uniform and is released one way.',
  era: 'proposed 2019',
  source: source('thread of 16 Apr 2019 (Harrosh); spec 9.3', 'S'),
  directIoHold: 'pin',
  releases: 'unpin-all',
};
