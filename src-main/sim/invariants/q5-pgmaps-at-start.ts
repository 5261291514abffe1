import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import { pgmaps } from '@shared/state/pgmap-tables';
import { nameOfRow } from '@shared/trace/names';
import type { EndInvariant } from './invariant';
import { leftBehind } from './left-behind';

export const q5PgmapsAtStart: EndInvariant = {
  kind: 'end',
  id: 'Q5',
  class: 'rest',
  sentence: 'When a run has come to rest, every pgmap has the references of its creation, or none if it is gone.',
  source: source('spec 10.3, 2.3; mm/memremap.c memremap_pages(), memunmap_pages() (6.19)', 'V'),
  brokenBy({ run, isAtRest }) {
    if (!isAtRest) return [];
    return leftBehind(pgmaps.$.rows(arena).filter(pgmap => pgmaps.state.nameIn(arena, pgmap) !== 'none').flatMap(pgmap => {
      const isGone = pgmaps.state.nameIn(arena, pgmap) === 'gone';
      const wanted = !isGone && run.counts.pagesHoldPgmap[run.memories[pgmaps.memory.get(pgmap)].type] ? pgmaps.pageCount.get(pgmap) : 0;
      const refs = pgmaps.refs.get(pgmap);
      return refs === wanted ? [] : [[`${nameOfRow(arena, run, pgmap)} has ${refs} references`, `${wanted} are those of ${isGone ? 'a pgmap that is gone' : 'its creation'}; the others are pages of it that somebody uses`]];
    }));
  },
};
