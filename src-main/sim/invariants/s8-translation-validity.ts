import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { runsIn } from '@shared/state/page-runs';
import { dmabufs, regions } from '@shared/state/rdma-tables';
import { holders } from '@shared/state/tables';
import { nameOfRow } from '@shared/trace/names';
import { showPfn } from '@shared/units/show';
import type { StateInvariant } from './invariant';

const ZERO_PAGE = regions.nicEntry.valueOf('zero page');

/** Holds of a registration, as ranges of frames. */
const pinsOf = (mr: Row): readonly (readonly [first: number, end: number])[] => holders.$.rows(arena)
  .filter(holder => holders.keeper.get(holder) === mr && holders.how.get(holder) !== 0)
  .map(holder => [holders.pfnFirst.get(holder), holders.pfnFirst.get(holder) + holders.pageCount.get(holder)] as const);

/** First frame of [first, end) that no pin covers; -1 if there is none. */
function uncovered(pins: ReturnType<typeof pinsOf>, first: number, end: number): number {
  let at = first;
  while (at < end) {
    const pin = pins.find(([from, to]) => from <= at && at < to);
    if (pin === undefined) return at;
    [, at] = pin;
  }
  return -1;
}

/** First frame that the NIC reaches and may not; -1 if there is none. */
function strayFrame(mr: Row): number {
  const kind = regions.kind.nameIn(arena, mr);
  if (kind !== 'pinned') return kind.startsWith('dmabuf') && dmabufs.state.nameIn(arena, regions.dmabuf.get(mr)) !== 'exported' && runsOf(mr).length > 0 ? runsOf(mr)[0].pfn : -1;
  const pins = pinsOf(mr);
  return runsOf(mr).map(({ pfn, count }) => uncovered(pins, pfn, pfn + count)).find(pfn => pfn >= 0) ?? -1;
}

function runsOf(mr: Row): readonly { readonly pfn: number; readonly count: number }[] {
  return [...runsIn(arena, mr, regions.nicEntry.field)].flatMap(({ first, count, value }) => {
    const parts: { pfn: number; count: number }[] = [];
    if (value === ZERO_PAGE) return parts;
    for (let page = first, end = first; page < first + count; page = end) {
      end = Math.min(first + count, regions.nicDelta.runEnd(mr, page));
      parts.push({ pfn: page + regions.nicDelta.at(mr, page), count: end - page });
    }
    return parts;
  });
}

export const s8TranslationValidity: StateInvariant = {
  kind: 'state',
  id: 'S8',
  class: 'safety',
  sentence: 'A NIC translates a page of a registration only while its pin, its notifier or its exporter keeps the page there.',
  source: source('drivers/infiniband/core/umem.c __ib_umem_release() (6.19); spec 6.5, 10.1 S8', 'V', 'D'),
  watches: [regions.nicEntry, holders.how, holders.pageCount],
  broken({ run }) {
    for (const mr of regions.$.rows(arena)) {
      const pfn = strayFrame(mr);
      if (pfn >= 0) return { chain: [`the NIC translates a page of ${nameOfRow(arena, run, mr)} to frame ${showPfn(pfn)}`, 'the registration has no pin on it any more', 'whatever the NIC writes goes to whoever gets the frame next'] };
    }
    return null;
  },
};
