import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import { cacheLosses } from '@shared/state/cache-tables';
import { contentText } from '@shared/trace/content';
import { fileName } from '@shared/trace/names';
import type { StateInvariant } from './invariant';

export const s3bNoSilentDrop: StateInvariant = {
  kind: 'state',
  id: 'S3b',
  class: 'safety',
  sentence: 'No folio is thrown away as clean while it is newer than its medium.',
  source: source('spec 10.1 S3b, 9.5; mm/gup.c comment on unpin_user_pages_dirty_lock() (6.19)', 'V', 'D'),
  watches: [cacheLosses.pages],
  broken({ run }) {
    const loss = cacheLosses.$.rows(arena)[0];
    if (loss === undefined || cacheLosses.pages.get(loss) === 0) return null;
    return {
      chain: [
        `page ${fileName(run, cacheLosses.file.get(loss))}:${cacheLosses.index.get(loss)} held ${contentText(run, cacheLosses.tag.get(loss))}, which the medium never got`,
        'it was clean when it was dropped: a device wrote it after writeback had begun, and nobody marked it dirty',
      ],
    };
  },
};
