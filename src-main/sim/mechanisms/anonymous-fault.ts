import { ERRNO } from '@shared/domain/errno';
import { mappings, processes } from '@shared/state/tables';
import { emit } from '../engine/events';
import { mechanism } from '../engine/mechanism';
import { at, frame } from '../engine/place';
import { done, fail } from '../engine/step';
import { kernel } from '../kernel';
import { mapFrames, PTE, PTE_TERMS } from './address-space';
import { ALLOCATE_TERMS, allocateAnonymous, freeFrames } from './frames';

const T = frame('process', 'vpn', 'pages', 'mapping');

/** do_anonymous_page(): a fresh zeroed frame for each page that has none, as far as memory goes; ENOMEM where there is none for the first. */
export const anonymousFault = mechanism({
  name: 'anonymous-fault',
  source: 'mm/memory.c do_anonymous_page() (6.19)',
  frame: T,
  order: 'AF1',
  steps: {
    AF1: {
      title: 'map zeroed frames',
      reads: [at(mappings.writable, T.mapping)], writes: [...PTE_TERMS, ...ALLOCATE_TERMS], to: ['done'],
      costNs: () => kernel.costs.faultNs,
      run: () => {
        if (processes.pte.at(T.process.v, T.vpn.v) !== PTE.none) return done();
        const host = processes.host.get(T.process.v);
        const pte = mappings.writable.get(T.mapping.v) === 1 ? PTE.write : PTE.read;
        const end = Math.min(T.vpn.v + T.pages.v, processes.pte.runEnd(T.process.v, T.vpn.v));
        let vpn = T.vpn.v;
        for (let free = freeFrames(host, { pagesMax: end - vpn }); free !== null && vpn < end; free = freeFrames(host, { pagesMax: end - vpn })) {
          allocateAnonymous(host, free, 0, processes.nth.get(T.process.v));
          mapFrames(T.process.v, host, vpn, free.pfn, free.pages, pte);
          emit('page-faulted', T.process.v, vpn, free.pfn, 1);
          vpn += free.pages;
        }
        return vpn === T.vpn.v ? fail(ERRNO.ENOMEM) : done();
      },
    },
  },
});
