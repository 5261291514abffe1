import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import { pgmaps } from '@shared/state/pgmap-tables';
import { nameOfRow } from '@shared/trace/names';
import type { StateInvariant } from './invariant';

export const s6PgmapLifetime: StateInvariant = {
  kind: 'state',
  id: 'S6',
  class: 'safety',
  sentence: 'Nobody uses a page whose struct page is gone, and no pgmap is put more often than it was got.',
  source: source('spec 10.1 S6, 2.3, 2.6; mm/memremap.c memunmap_pages() (6.19)', 'V', 'O'),
  watches: [pgmaps.usedAfter, pgmaps.refs],
  broken({ run }) {
    for (const pgmap of pgmaps.$.rows(arena)) {
      const name = nameOfRow(arena, run, pgmap);
      if (pgmaps.usedAfter.get(pgmap) === 1) {
        return { endsRun: true, chain: [`a page of the ${name} was used`, 'its struct page is gone: memunmap did not wait for who held it', 'the observed kernels crash here (page fault in the put path); policy zone-device-refcount says what memunmap waits for'] };
      }
      if (pgmaps.refs.get(pgmap) < 0) return { chain: [`the reference count of the ${name} is ${pgmaps.refs.get(pgmap)}`, 'more pages let go of it than ever held it', 'memunmap ends while memory is in use'] };
    }
    return null;
  },
};
