import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { counters, holders, hosts } from '@shared/state/tables';
import { runsIn } from '@shared/state/page-runs';
import { explainCounts, sumOf } from '@shared/trace/holder-counts';
import { frameName, memoryOf } from '@shared/trace/names';
import type { StateInvariant } from './invariant';

/** First frames of whatever has a pincount or a pin. */
function pinnedFrames(host: Row): ReadonlySet<number> {
  const counted = [...runsIn(arena, host, hosts.pins.field)].map(({ first }) => first);
  const held = holders.$.rows(arena).filter(holder => ['pin', 'longterm'].includes(holders.how.nameIn(arena, holder))).map(holder => holders.pfnFirst.get(holder));
  return new Set([...counted, ...held]);
}

const FREE = hosts.use.valueOf('free');

export const s5PinConservation: StateInvariant = {
  kind: 'state',
  id: 'S5',
  class: 'safety',
  sentence: 'Every pincount is the pins that live on the folio; pins taken minus pins released are those that live; a free folio has none.',
  source: source('spec 10.1 S5', 'V'),
  watches: [hosts.pins, hosts.refs, holders.how],
  broken({ run, host }) {
    for (const { first, value } of runsIn(arena, host, hosts.pins.field)) {
      if (value < 0) return { chain: [`pincount of pfn ${first} is ${value}`, 'a pin was dropped that nobody held'] };
    }
    for (const { first, count, value } of runsIn(arena, host, hosts.pins.field)) {
      const freed = value === 0 ? -1 : hosts.use.find(host, first, first + count, use => use === FREE);
      if (freed >= 0 && memoryOf(run, freed)?.type === 'normal') return { chain: [`pfn ${freed} was freed with pincount ${value}`, 'the allocator reports "nonzero pincount": a pin was released as a plain reference, and whoever still uses it writes into free memory'] };
    }
    for (const pfn of pinnedFrames(host)) {
      const { pins, pinTerms } = explainCounts(arena, run, pfn);
      if (pins !== sumOf(pinTerms)) return { chain: [`pincount of ${frameName(arena, run, pfn)} is ${pins}`, `the pins on it add up to ${sumOf(pinTerms)}`, 'a pin was released in another way than it was taken'] };
    }
    if (run.counts.smallPin !== 'bias') return null;
    const counter = counters.$.row(0);
    const live = holders.$.rows(arena).reduce((pages, holder) => {
      const how = holders.how.nameIn(arena, holder);
      return how === 'pin' || how === 'longterm' ? pages + holders.pageCount.get(holder) : pages;
    }, 0);
    const difference = counters.pinsAcquired.get(counter) - counters.pinsReleased.get(counter);
    return difference === live ? null : { chain: [`${difference} pins are taken and not released`, `${live} pins live`, 'a release was missed or doubled'] };
  },
};
