import { source } from '@shared/domain/source';
import type { BioCompletion } from '../policy';

export const twoEndIo: BioCompletion = {
  axis: 'bio-completion',
  id: 'two-end_io',
  title: 'Two end_io functions, one for GUP pages, one for others',
  doc: 'Bios with different end_io are never merged, so each releases its pages its own way; a bio with both kinds is released wrongly for one.',
  era: 'proposed 2019',
  source: source('thread of 16 Apr 2019 (Glisse); that bios do not merge is assumed there; spec 9.3', 'S'),
  directIoHold: 'pin',
  releases: 'by-end-io',
};
