import { source } from '@shared/domain/source';
import type { LongtermFilePin } from '../policy';

export const odpOnly: LongtermFilePin = {
  axis: 'longterm-file-pin',
  id: 'odp-only',
  title: 'No pinned registrations of files, on-demand paging instead',
  doc: 'A pinned registration of a file mapping is refused; a NIC with on-demand paging needs no pin.',
  era: 'available',
  source: source('spec 5.2', 'X'),
  fsdax: 'deny',
  cacheSharedWrite: 'allow',
  refusesFiles: true,
  layoutLeases: false,
  guards: null,
};
