import { ERRNO } from '@shared/domain/errno';
import type { Row } from '@shared/state/dictionary';
import { hosts, mappings, processes } from '@shared/state/tables';
import { emit } from '../engine/events';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { done, fail } from '../engine/step';
import { kernel } from '../kernel';
import { ENTRY_READS, entryRun, mapFrames, mapsFrame, PTE, rightsOf, splitHugeMapping, UNMAP_TERMS, zapRange, type EntryRun } from './address-space';
import { placementOf } from './anonymous-fault';
import { ALLOCATE_TERMS, allocateAnonymous, freeFrames } from './frames';
import { copyContent, CONTENT_TERMS } from './contents';

const T = frame('process', 'vpn', 'pages', 'mapping');

const host = (): Row => processes.host.get(T.process.v);

/** Whether a page of a private mapping already is, or may become, the mapping's alone without a copy (wp_can_reuse_anon_folio()). */
function isReusable({ pte, pfn, isHuge }: EntryRun): boolean {
  if (!mapsFrame(pte) || hosts.anon.at(host(), pfn) === 0) return false;
  if (hosts.exclusive.at(host(), pfn) === 1) return true;
  return (isHuge || hosts.order.at(host(), pfn) === 0) && hosts.refs.at(host(), pfn) === 1;
}

/** Pages from the first of a run on that are treated alike. */
function alike(run: EntryRun): number {
  if (!mapsFrame(run.pte)) return run.pages;
  const fields = [hosts.anon, hosts.exclusive, hosts.refs, hosts.order];
  return Math.min(run.pages, ...fields.map(field => field.runEnd(host(), run.pfn) - run.pfn));
}

/** Gives the first pages of a run frames of their own with the same content; answers how many, 0 where there is no memory. */
function copyRun(run: EntryRun, pages: number): number {
  const free = freeFrames(host(), { ...placementOf(T.mapping.v), pagesMax: pages });
  if (free === null) return 0;
  allocateAnonymous(host(), free, 0, processes.nth.get(T.process.v));
  if (mapsFrame(run.pte)) copyContent(host(), run.pfn, free.pfn, free.pages);
  zapRange(T.process.v, run.vpn, free.pages);
  mapFrames(T.process.v, host(), run.vpn, free.pfn, free.pages, rightsOf(T.mapping.v));
  emit('page-faulted', T.process.v, run.vpn, free.pfn, 1);
  return free.pages;
}

/** Makes one piece of the range the mapping's own; answers the pages done, 0 where there is no memory. */
function ownPiece(vpn: number, end: number): number {
  const run = entryRun(T.process.v, vpn, end);
  if (run.pte === PTE.none || run.pte === PTE.write) return run.pages;
  const pages = alike(run);
  if (isReusable(run)) {
    hosts.exclusive.assign(host(), run.pfn, pages, 1);
    processes.pte.assign(T.process.v, vpn, pages, rightsOf(T.mapping.v));
    return pages;
  }
  if (!run.isHuge) return copyRun(run, pages);
  splitHugeMapping(T.process.v, vpn);
  return copyRun(entryRun(T.process.v, vpn, end), Math.min(pages, end - vpn));
}

/**
 * do_wp_page(): a write (or un-share) of pages that a private mapping has already. A page that is the mapping's alone is written in
 * place, any other is copied. ENOMEM where there is no memory for the first.
 */
export const cowFault = mechanism({
  name: 'cow-fault',
  source: 'mm/memory.c do_wp_page(), wp_page_copy(); mm/huge_memory.c do_huge_pmd_wp_page() (6.19)',
  frame: T,
  order: 'CW1',
  steps: {
    CW1: {
      title: 'write in place or copy', to: ['done'], costNs: () => kernel.costs.faultNs,
      reads: [...ENTRY_READS, at(mappings.writable, T.mapping), at(mappings.unreadable, T.mapping), at(mappings.numaNode, T.mapping), ...every(hosts.anon, hosts.exclusive, hosts.refs, hosts.order, hosts.owner)],
      writes: [...UNMAP_TERMS, ...ALLOCATE_TERMS, ...CONTENT_TERMS],
      run: () => {
        const end = T.vpn.v + T.pages.v;
        for (let vpn = T.vpn.v; vpn < end;) {
          const pages = ownPiece(vpn, end);
          if (pages === 0) return vpn === T.vpn.v ? fail(ERRNO.ENOMEM) : done();
          vpn += pages;
        }
        return done();
      },
    },
  },
});
