import { ERRNO } from '@shared/domain/errno';
import { hosts, mappings, processes } from '@shared/state/tables';
import { emit } from '../engine/events';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { done, fail } from '../engine/step';
import { kernel } from '../kernel';
import { mapFrames, PTE, PTE_TERMS } from './address-space';

const T = frame('process', 'vpn', 'pages', 'mapping');

/** First free frames of host memory, at most `pagesMax` of them; null if all are in use. They need not lie side by side. */
export function freeFrames(host: number, pagesMax: number): { readonly pfn: number; readonly pages: number } | null {
  for (const { firstPfn, pageCount } of kernel.hostMemories) {
    const pfn = hosts.anon.find(host, firstPfn, firstPfn + pageCount, owner => owner === 0);
    if (pfn >= 0) return { pfn, pages: Math.min(pagesMax, firstPfn + pageCount - pfn, hosts.anon.runEnd(host, pfn) - pfn) };
  }
  return null;
}

/** do_anonymous_page(): a fresh zeroed frame for each page that has none, as far as memory goes; ENOMEM where there is none for the first. */
export const anonymousFault = mechanism({
  name: 'anonymous-fault',
  source: 'mm/memory.c do_anonymous_page() (6.19)',
  frame: T,
  order: 'AF1',
  steps: {
    AF1: {
      title: 'map zeroed frames',
      reads: [at(mappings.writable, T.mapping)], writes: [...PTE_TERMS, ...every(hosts.anon, hosts.content)], to: ['done'],
      costNs: () => kernel.costs.faultNs,
      run: () => {
        if (processes.pte.at(T.process.v, T.vpn.v) !== PTE.none) return done();
        const host = processes.host.get(T.process.v);
        const pte = mappings.writable.get(T.mapping.v) === 1 ? PTE.write : PTE.read;
        const end = Math.min(T.vpn.v + T.pages.v, processes.pte.runEnd(T.process.v, T.vpn.v));
        let vpn = T.vpn.v;
        for (let free = freeFrames(host, end - vpn); free !== null && vpn < end; free = freeFrames(host, end - vpn)) {
          hosts.anon.assign(host, free.pfn, free.pages, processes.nth.get(T.process.v));
          hosts.content.assign(host, free.pfn, free.pages, 0);
          mapFrames(T.process.v, host, vpn, free.pfn, free.pages, pte);
          emit('page-faulted', T.process.v, vpn, free.pfn, 1);
          vpn += free.pages;
        }
        return vpn === T.vpn.v ? fail(ERRNO.ENOMEM) : done();
      },
    },
  },
});
