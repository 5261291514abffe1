import { ERRNO } from '@shared/domain/errno';
import { hosts, mappings, processes } from '@shared/state/tables';
import { emit } from '../engine/events';
import { mechanism } from '../engine/mechanism';
import { every, frame } from '../engine/place';
import { done, fail } from '../engine/step';
import { kernel } from '../kernel';
import { mapFrames, MAPPING_READS, PTE, PTE_TERMS } from './address-space';

const T = frame('process', 'vpn', 'pages', 'mapping');

/** First run of at least `pages` free frames of host memory; −1 if there is none. */
export function freeFrames(host: number, pages: number): number {
  for (const { firstPfn, pageCount } of kernel.hostMemories) {
    const end = firstPfn + pageCount;
    for (let at = firstPfn; at < end;) {
      const next = Math.min(end, hosts.anon.runEnd(host, at));
      if (hosts.anon.at(host, at) === 0 && next - at >= pages) return at;
      at = next;
    }
  }
  return -1;
}

/** do_anonymous_page(): a fresh zeroed frame for each page that has none. */
export const anonymousFault = mechanism({
  name: 'anonymous-fault',
  source: 'mm/memory.c do_anonymous_page() (6.19)',
  frame: T,
  order: 'AF1',
  steps: {
    AF1: {
      title: 'map zeroed frames',
      reads: [...MAPPING_READS, ...every(processes.pte)], writes: [...PTE_TERMS, ...every(hosts.anon, hosts.content)], to: ['done'],
      costNs: () => kernel.costs.faultNs,
      run: () => {
        if (processes.pte.at(T.process.v, T.vpn.v) !== PTE.none) return done();
        const host = processes.host.get(T.process.v);
        const pfn = freeFrames(host, T.pages.v);
        if (pfn < 0) return fail(ERRNO.ENOMEM);
        hosts.anon.assign(host, pfn, T.pages.v, processes.nth.get(T.process.v));
        hosts.content.assign(host, pfn, T.pages.v, 0);
        mapFrames(T.process.v, host, T.vpn.v, pfn, T.pages.v, mappings.writable.get(T.mapping.v) === 1 ? PTE.write : PTE.read);
        emit('page-faulted', T.process.v, T.vpn.v, pfn, 1);
        return done();
      },
    },
  },
});
