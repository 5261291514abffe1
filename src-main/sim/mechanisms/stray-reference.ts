import { ERRNO } from '@shared/domain/errno';
import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { actors, holders, operations, processes } from '@shared/state/tables';
import { mechanism } from '../engine/mechanism';
import { every, frame } from '../engine/place';
import { done, fail } from '../engine/step';
import { kernel } from '../kernel';
import { ENTRY_READS, entryRun, isMigrating, mapsFrame } from './address-space';
import { DROP_READS, DROP_TERMS, dropHold, TAKE_READS, TAKE_TERMS, takeHold } from './folio-counts';
import { nextPiece } from './get-user-pages';

const T = frame('op', 'process', 'vpn', 'pages', 'times');

/** get_page() on whatever is mapped in a range, device pages too: nothing of GUP's checks. EFAULT where no frame is mapped. */
export const takeStray = mechanism({
  name: 'get-page',
  source: 'include/linux/mm.h get_page() (6.19)',
  frame: T,
  order: 'TR1',
  steps: {
    TR1: {
      title: 'take references on what is mapped', reads: [...ENTRY_READS, ...TAKE_READS, ...every(holders.how)], writes: TAKE_TERMS, costNs: () => kernel.costs.gupPageNs, to: ['done'],
      run: () => {
        const host = processes.host.get(T.process.v);
        const end = T.vpn.v + T.pages.v;
        for (let vpn = T.vpn.v; vpn < end;) {
          const run = entryRun(T.process.v, vpn, end);
          if (!mapsFrame(run.pte) && !isMigrating(run.pte)) return fail(ERRNO.EFAULT);
          for (let nth = 0; nth < T.times.v; nth++) takeHold(holders.$.row(T.op.v, nextPiece(T.op.v)), host, run.pfn, run.pages, 'get', 0);
          vpn += run.pages;
        }
        return done(T.pages.v);
      },
    },
  },
});

const D = frame('actor', 'done');

/** A reference that an operation get-page of the actor took; 0 if there is none. */
function nextStray(): Row {
  const nth = actors.nth.get(D.actor.v);
  return holders.$.rows(arena).find(holder => {
    const operation = kernel.operations[operations.nth.get(holders.op.get(holder))];
    return holders.how.get(holder) !== 0 && operation.actor === nth && operation.source.word === 'get-page';
  }) ?? 0;
}

/** put_page() of every reference that the actor took so. Answers how many. */
export const dropStray = mechanism({
  name: 'put-page',
  source: 'include/linux/mm.h put_page() (6.19)',
  frame: D,
  order: 'DR0 DR1',
  steps: {
    DR0: {
      title: 'put one of them', reads: [...DROP_READS, ...every(holders.how)], writes: DROP_TERMS, costNs: () => kernel.costs.unpinPageNs,
      run: () => {
        const holder = nextStray();
        if (holder === 0) return;
        dropHold(holder);
        D.done.v += 1;
      },
      again: () => nextStray() !== 0,
    },
    DR1: { title: 'return', to: ['done'], run: () => done(D.done.v) },
  },
});
