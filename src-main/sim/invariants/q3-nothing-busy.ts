import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import { busyExtents } from '@shared/state/tables';
import { frameName, nameOfRow } from '@shared/trace/names';
import { showPages } from '@shared/units/show';
import type { EndInvariant } from './invariant';
import { leftBehind } from './left-behind';

export const q3NothingBusy: EndInvariant = {
  kind: 'end',
  id: 'Q3',
  class: 'rest',
  sentence: 'When a run has come to rest, the busy tree of no file system has a DAX extent.',
  source: source('spec 10.3, 4.6', 'S'),
  brokenBy({ run, isAtRest }) {
    if (!isAtRest) return [];
    const busy = busyExtents.$.rows(arena).filter(extent => busyExtents.dax.get(extent) === 1 && !['absent', 'committed'].includes(busyExtents.state.nameIn(arena, extent)));
    return leftBehind(busy.map(extent => [
      `${nameOfRow(arena, run, extent)}: ${showPages(busyExtents.pageCount.get(extent))} from ${frameName(arena, run, busyExtents.firstPfn.get(extent))}`,
      'freed while a page of it was held; it can be allocated once that is let go',
    ]));
  },
};
