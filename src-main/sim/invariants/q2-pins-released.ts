import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import { counters, holders } from '@shared/state/tables';
import type { EndInvariant } from './invariant';
import { heldBy, leftBehind } from './left-behind';

const PINS = ['pin', 'longterm'];

export const q2PinsReleased: EndInvariant = {
  kind: 'end',
  id: 'Q2',
  class: 'rest',
  sentence: 'When a run has come to rest, every pin that was taken is released: nr_foll_pin_acquired is nr_foll_pin_released.',
  source: source('spec 10.3; mm/vmstat.c nr_foll_pin_acquired, nr_foll_pin_released (6.19)', 'V'),
  brokenBy({ run, isAtRest }) {
    if (!isAtRest) return [];
    const counter = counters.$.row(0);
    const difference = counters.pinsAcquired.get(counter) - counters.pinsReleased.get(counter);
    const live = holders.$.rows(arena).filter(holder => PINS.includes(holders.how.nameIn(arena, holder))).reduce((pages, holder) => pages + holders.pageCount.get(holder), 0);
    const isCounted = run.counts.smallPin === 'bias';
    const lost = isCounted && difference !== live ? [[`${difference} pins are taken and not released`, `${live} of them have somebody who holds them`]] : [];
    return leftBehind([...heldBy(run, PINS), ...lost]);
  },
};
