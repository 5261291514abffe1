import { hosts, processes } from '@shared/state/tables';
import { mechanism } from '../engine/mechanism';
import { every, frame, pagesAt } from '../engine/place';
import { done } from '../engine/step';
import { mapsFrame } from './address-space';
import { forEachFolioRun } from './folios';
import { memoryAt } from './memory-types';

const T = frame('process', 'vpn', 'pages', 'place');

const pte = pagesAt(processes.pte, T.process);
const pfnDelta = pagesAt(processes.pfnDelta, T.process);

/** Some part of the kernel takes mapped pages off the LRU list for good, or puts them back: nobody else can isolate them meanwhile. */
export const setLruPlace = mechanism({
  name: 'lru-place',
  source: 'the lab’s own step; mm/folio-compat.c folio_isolate_lru() fails for a folio that is not on the LRU (6.19)',
  frame: T,
  order: 'LP1',
  steps: {
    LP1: {
      title: 'change the place on the LRU', reads: [pte, pfnDelta, ...every(hosts.order)], writes: every(hosts.isolated), to: ['done'],
      run: () => {
        for (let vpn = T.vpn.v; vpn < T.vpn.v + T.pages.v;) {
          const end = Math.min(T.vpn.v + T.pages.v, pte.runEnd(vpn), pfnDelta.runEnd(vpn));
          const pfn = vpn + pfnDelta.at(vpn);
          if (mapsFrame(pte.at(vpn)) && memoryAt(pfn).type === 'normal') {
            forEachFolioRun(processes.host.get(T.process.v), pfn, end - vpn, (first, count) => { hosts.isolated.assign(processes.host.get(T.process.v), first, count, T.place.v); });
          }
          vpn = end;
        }
        return done();
      },
    },
  },
});

export const LRU_PLACE = { on: hosts.isolated.valueOf('on the LRU'), off: hosts.isolated.valueOf('cannot be isolated') } as const;
