import { ERRNO } from '@shared/domain/errno';
import { mappings, processes } from '@shared/state/tables';
import { emit } from '../engine/events';
import { mechanism } from '../engine/mechanism';
import { at, frame } from '../engine/place';
import { done, fail } from '../engine/step';
import { kernel } from '../kernel';
import { mapFrames, mapHugeFrames, PTE, PTE_TERMS, rightsOf } from './address-space';
import { isPmdAligned, PMD_ORDER, PMD_PAGES } from './folios';
import { ALLOCATE_TERMS, allocateAnonymous, freeFrames, type FrameRequest } from './frames';

const T = frame('process', 'vpn', 'pages', 'write', 'mapping');

const end = (): number => Math.min(T.vpn.v + T.pages.v, processes.pte.runEnd(T.process.v, T.vpn.v));

/** What the mapping asks of the allocator (mbind(2), or the node the lab put it on). */
export function placementOf(mapping: number): Pick<FrameRequest, 'numaNode'> {
  const node = mappings.numaNode.get(mapping);
  return node === 0 ? {} : { numaNode: node - 1 };
}

/** The huge page that covers a virtual page, if the mapping may have one there and nothing of it is mapped yet; −1 otherwise. */
function hugeFirst(vpn: number): number {
  const mapping = T.mapping.v;
  const first = vpn - (vpn % PMD_PAGES);
  const inMapping = mappings.vpnFirst.get(mapping) <= first && first + PMD_PAGES <= mappings.vpnFirst.get(mapping) + mappings.pageCount.get(mapping);
  const isEmpty = processes.pte.find(T.process.v, first, first + PMD_PAGES, pte => pte !== PTE.none) < 0;
  return mappings.huge.get(mapping) === 1 && inMapping && isEmpty && isPmdAligned(first) ? first : -1;
}

/** Readers of memory that nobody wrote share the zero page, small or huge; it is no frame of the lab. */
function mapZeroPage(): void {
  for (let vpn = T.vpn.v; vpn < end();) {
    const huge = hugeFirst(vpn);
    const [first, pages] = huge < 0 ? [vpn, mappings.huge.get(T.mapping.v) === 1 ? 1 : end() - vpn] : [huge, PMD_PAGES];
    processes.pte.assign(T.process.v, first, pages, PTE.zero);
    if (huge >= 0) processes.huge.assign(T.process.v, first, pages, 1);
    vpn = first + pages;
  }
}

/** Maps zeroed frames of its own to each page; answers how far memory went. */
function mapFresh(): number {
  const host = processes.host.get(T.process.v);
  const last = end();
  let vpn = T.vpn.v;
  while (vpn < last) {
    const huge = hugeFirst(vpn);
    const folio = huge < 0 ? null : freeFrames(host, { ...placementOf(T.mapping.v), pagesMax: PMD_PAGES, order: PMD_ORDER });
    const free = folio ?? freeFrames(host, { ...placementOf(T.mapping.v), pagesMax: mappings.huge.get(T.mapping.v) === 1 ? 1 : last - vpn });
    if (free === null) return vpn;
    allocateAnonymous(host, free, folio === null ? 0 : PMD_ORDER, processes.nth.get(T.process.v));
    const first = folio === null ? vpn : huge;
    if (folio === null) mapFrames(T.process.v, host, first, free.pfn, free.pages, rightsOf(T.mapping.v));
    else mapHugeFrames(T.process.v, host, first, free.pfn, free.pages, rightsOf(T.mapping.v));
    emit('page-faulted', T.process.v, first, free.pfn, 1);
    vpn = first + free.pages;
  }
  return vpn;
}

/** do_anonymous_page(), do_huge_pmd_anonymous_page(): zero page for readers, fresh zeroed frames for writers as far as memory goes; ENOMEM where there is none for the first. */
export const anonymousFault = mechanism({
  name: 'anonymous-fault',
  source: 'mm/memory.c do_anonymous_page(), mm/huge_memory.c do_huge_pmd_anonymous_page() (6.19)',
  frame: T,
  order: 'AF1',
  steps: {
    AF1: {
      title: 'map the zero page or zeroed frames',
      reads: [mappings.writable, mappings.unreadable, mappings.huge, mappings.numaNode, mappings.vpnFirst, mappings.pageCount].map(column => at(column, T.mapping)),
      writes: [...PTE_TERMS, ...ALLOCATE_TERMS], to: ['done'],
      costNs: () => kernel.costs.faultNs,
      run: () => {
        if (processes.pte.at(T.process.v, T.vpn.v) !== PTE.none) return done();
        if (T.write.v === 0) {
          mapZeroPage();
          return done();
        }
        return mapFresh() === T.vpn.v ? fail(ERRNO.ENOMEM) : done();
      },
    },
  },
});
