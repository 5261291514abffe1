import { ERRNO } from '@shared/domain/errno';
import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { p2pAllocations } from '@shared/state/pgmap-tables';
import { holders, hosts } from '@shared/state/tables';
import { mechanism } from '../engine/mechanism';
import { every, frame } from '../engine/place';
import { done, fail } from '../engine/step';
import { kernel } from '../kernel';
import { afterPut, DROP_READS, DROP_TERMS, dropHold, TAKE_READS, TAKE_TERMS, takeHold } from './folio-counts';
import { noteUse } from './pgmap';

/** `first` and `pages` within the allocation. */
const G = frame('op', 'host', 'allocation', 'first', 'pages', 'done');

const ALLOCATION_READS = every(p2pAllocations.pfnFirst, p2pAllocations.pageCount);
const firstPfn = (): number => p2pAllocations.pfnFirst.get(G.allocation.v) + G.first.v;
const isInside = (): boolean => G.first.v + G.pages.v <= p2pAllocations.pageCount.get(G.allocation.v);

/** get_page() on each page of an allocation, by a driver that takes it for ordinary memory (spec 2.4). */
export const p2pGet = mechanism({
  name: 'p2p-get',
  source: 'spec 2.4; thread of 11 Nov 2020; include/linux/mm.h get_page() (6.19)',
  frame: G,
  order: 'PG1',
  steps: {
    PG1: {
      title: 'take a reference on each page', reads: [...TAKE_READS, ...ALLOCATION_READS], writes: TAKE_TERMS, to: ['done'], costNs: () => kernel.costs.syscallNs,
      run: () => {
        if (!isInside()) return fail(ERRNO.EINVAL);
        takeHold(holders.$.row(G.op.v, 0), G.host.v, firstPfn(), G.pages.v, 'get', G.allocation.v);
        return done();
      },
    },
  },
});

/** The reference on exactly these pages that the driver took before; 0 if it took none. */
const ownReference = (): Row => holders.$.rows(arena).find(holder => holders.how.get(holder) !== 0 && holders.keeper.get(holder) === G.allocation.v
  && holders.pfnFirst.get(holder) === firstPfn() && holders.pageCount.get(holder) === G.pages.v) ?? 0;

/** put_page() on each page of an allocation, whether a reference was taken or not (spec 2.4). */
export const p2pPut = mechanism({
  name: 'p2p-put',
  source: 'spec 2.4; thread of 11 Nov 2020; include/linux/mm.h put_page() (6.19)',
  frame: G,
  order: 'PT1 PT2',
  steps: {
    PT1: {
      title: 'drop the references taken before', reads: [...DROP_READS, ...ALLOCATION_READS, ...every(holders.how)], writes: DROP_TERMS, to: ['PT2', 'done'], costNs: () => kernel.costs.syscallNs,
      run: go => {
        if (!isInside()) return fail(ERRNO.EINVAL);
        const held = ownReference();
        if (held === 0) return go.PT2;
        dropHold(held);
        return done();
      },
    },
    PT2: {
      title: 'put a page without having got it', reads: [...DROP_READS, ...ALLOCATION_READS], writes: DROP_TERMS, to: ['PT2', 'done'],
      run: go => {
        const pfn = firstPfn() + G.done.v;
        noteUse(pfn);
        hosts.refs.add(G.host.v, pfn, 1, -1);
        afterPut(G.host.v, pfn, 1);
        G.done.v += 1;
        return G.done.v < G.pages.v ? go.PT2 : done();
      },
    },
  },
});
