import { source } from '@shared/domain/source';
import type { BioCompletion } from '../policy';

export const putPageAll: BioCompletion = {
  axis: 'bio-completion',
  id: 'put_page-all',
  title: 'O_DIRECT references its buffer and puts it at completion',
  doc: 'The block layer takes plain references on user pages and drops each with put_page().',
  era: 'up to 6.4',
  source: source('block/bio.c (6.1); spec 1.4, 9.3', 'V', 'O'),
  directIoHold: 'get',
  releases: 'put-all',
};
