import { source } from '@shared/domain/source';
import type { LongtermFilePin } from '../policy';

export const mapSyncOnly: LongtermFilePin = {
  axis: 'longterm-file-pin',
  id: 'map-sync-only',
  title: 'Only through MAP_SYNC mappings',
  doc: 'DAX pages may be pinned where the mapping is synchronous; others would be reached through the page cache.',
  era: 'proposed 2019',
  source: source('thread of 8 Feb 2019 (Williams); coherence of the indirect case is not said; spec 5.2', 'S', 'unknown'),
  fsdax: 'needs-map-sync',
  cacheSharedWrite: 'allow',
  refusesFiles: false,
  layoutLeases: false,
  guards: null,
};
