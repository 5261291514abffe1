import { ERRNO } from '@shared/domain/errno';
import { SIGNALS } from '@shared/domain/signal';
import type { Row } from '@shared/state/dictionary';
import { actors, files, filesystems, hosts, mappings, processes } from '@shared/state/tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { emit } from '../engine/events';
import { machine } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame, pagesAt } from '../engine/place';
import { done, fail } from '../engine/step';
import { kernel } from '../kernel';
import { ENTRY_READS, entryRun, mapFrames, mapHugeFrames, mapsFrame, PTE, rightsOf, UNMAP_TERMS, zapRange } from './address-space';
import { placementOf } from './anonymous-fault';
import { PMD_ORDER, PMD_PAGES } from './folios';
import { ALLOCATE_TERMS, allocateAnonymous, freeFrames } from './frames';
import { ADD_READS, ADD_TERMS, addToCache, CACHE_READS, cacheOrderOf, fillPages, forEachCached, hasMedium, hostOf, isClear, isHugetlb, lockFolios, markDirty, wholeFolios } from './page-cache';
import { CONTENT_TERMS, copyContent } from './contents';

const T = frame('process', 'vpn', 'pages', 'write', 'mapping', 'file', 'index', 'errno');

const invlock = at(files.invlock, T.file);
const size = at(files.size, T.file);
const cached = pagesAt(files.cached, T.file);
const kind = pagesAt(files.kind, T.file);

const end = (): number => T.index.v + T.pages.v;
const me = (): number => actors.nth.get(machine.self) + 1;
const host = (): Row => hostOf(T.file.v);
const isCopy = (): boolean => T.write.v === 1 && mappings.shared.get(T.mapping.v) === 0;
/** Whether the file system wants to know of the first write to a page (page_mkwrite). */
const isTracked = (): boolean => T.write.v === 1 && !isCopy() && hasMedium(T.file.v);
/** A huge page that is in no cache comes straight from the pool into a private mapping, for readers too (hugetlb_no_page()). */
const isOwnHuge = (): boolean => isHugetlb(T.file.v) && mappings.shared.get(T.mapping.v) === 0 && cached.at(T.index.v) === 0;
const vpnOf = (index: number): number => T.vpn.v + index - T.index.v;

const isFree = (field: typeof hosts.locked): boolean => isClear(T.file.v, T.index.v, end(), field);

/** Puts the first missing pages into the cache, locked; 0 where there is no memory. */
function addMissing(first: number): number {
  const order = cacheOrderOf(T.file.v, first, end() - first);
  const place = placementOf(T.mapping.v);
  const added = addToCache(T.file.v, first, end() - first, order, place.numaNode);
  if (added > 0) lockFolios(T.file.v, first, first + added, me());
  return added;
}

const tailOf = (): number => Math.ceil(size.v / PAGE_BYTES);

/** A reader may store later without a fault where nobody tracks dirty pages (vma_wants_writenotify()). */
const readRights = (): number => (mappings.shared.get(T.mapping.v) === 1 && !hasMedium(T.file.v) ? rightsOf(T.mapping.v) : PTE.read);

/** Points the entries of one run at its frames; what another thread has mapped stays. */
function mapRun(index: number, pfn: number, pages: number): void {
  const rights = T.write.v === 1 ? PTE.write : readRights();
  for (let done = 0; done < pages;) {
    const run = entryRun(T.process.v, vpnOf(index + done), vpnOf(index + pages));
    if (run.pte === PTE.none || !mapsFrame(run.pte) || run.pfn !== pfn + done) {
      zapRange(T.process.v, run.vpn, run.pages);
      if (isHugetlb(T.file.v)) mapHugeFrames(T.process.v, host(), run.vpn, pfn + done, run.pages, rights);
      else mapFrames(T.process.v, host(), run.vpn, pfn + done, run.pages, rights);
      emit('page-faulted', T.process.v, run.vpn, pfn + done, T.write.v);
    } else if (T.write.v === 1) processes.pte.assign(T.process.v, run.vpn, run.pages, PTE.write);
    done += run.pages;
  }
}

/** The pages of a private mapping are copied into memory of its own (do_cow_fault()), fresh where there is no frame; false where there is none. */
function copyRun(index: number, pfn: number, pages: number): boolean {
  const order = isHugetlb(T.file.v) ? PMD_ORDER : 0;
  for (let done = 0; done < pages;) {
    const free = freeFrames(host(), { ...placementOf(T.mapping.v), pagesMax: pages - done, order });
    if (free === null) return false;
    const vpn = vpnOf(index + done);
    zapRange(T.process.v, vpn, free.pages);
    allocateAnonymous(host(), free, order, processes.nth.get(T.process.v));
    if (pfn > 0) copyContent(host(), pfn + done, free.pfn, free.pages);
    if (order > 0) mapHugeFrames(T.process.v, host(), vpn, free.pfn, free.pages, rightsOf(T.mapping.v));
    else mapFrames(T.process.v, host(), vpn, free.pfn, free.pages, rightsOf(T.mapping.v));
    emit('page-faulted', T.process.v, vpn, free.pfn, 1);
    done += free.pages;
  }
  return true;
}

/**
 * Fault on a mapping of a file that is page cache: ext4 and XFS on a drive, tmpfs, hugetlbfs, secretmem. The caller holds mmap_lock
 * shared. A shared write is announced to a file system that tracks dirty pages, and waits for writeback where pages must be stable.
 */
export const cacheFault = mechanism({
  name: 'cache-fault',
  source: 'spec 4.9, 9.5; mm/filemap.c filemap_fault(), mm/memory.c do_fault(), fs/iomap/buffered-io.c iomap_page_mkwrite(), mm/shmem.c shmem_fault(), mm/hugetlb.c hugetlb_fault() (6.19)',
  frame: T,
  order: 'FM0 FM1 FM2 FM3 FM4 FM5 FM6 FM7 FM8 FM9',
  steps: {
    FM0: {
      title: 'find the file and index', reads: [mappings.file, mappings.fileFirst, mappings.vpnFirst].map(column => at(column, T.mapping)),
      run: () => {
        T.file.v = mappings.file.get(T.mapping.v);
        T.index.v = T.vpn.v - mappings.vpnFirst.get(T.mapping.v) + mappings.fileFirst.get(T.mapping.v);
        if (!isHugetlb(T.file.v)) return;
        const inside = T.index.v % PMD_PAGES;
        T.vpn.v -= inside;
        T.index.v -= inside;
        T.pages.v = PMD_PAGES;
      },
    },
    FM1: { title: 'take invalidate_lock shared', takes: invlock, shared: true },
    FM2: {
      title: 'beyond end of file?', reads: [size], to: ['FM3', 'FM9'], costNs: () => kernel.costs.faultNs,
      run: go => {
        if (T.index.v < tailOf()) {
          if (!isHugetlb(T.file.v)) T.pages.v = Math.min(T.pages.v, tailOf() - T.index.v);
          return go.FM3;
        }
        T.errno.v = ERRNO.EFAULT;
        emit('fault-failed', T.process.v, T.vpn.v, SIGNALS.SIGBUS);
        return go.FM9;
      },
    },
    FM3: {
      title: 'look in the page cache and lock the folios', when: () => isFree(hosts.locked), waitsFor: { kind: 'cache-folio', file: 'file', index: 'index' },
      reads: [...CACHE_READS, ...ADD_READS, at(mappings.shared, T.mapping), at(mappings.numaNode, T.mapping), ...every(hosts.locked)], writes: [...ADD_TERMS, ...every(hosts.locked)], to: ['FM4', 'FM5', 'FM7', 'FM9'],
      run: go => {
        if (isOwnHuge()) return go.FM7;
        const missing = cached.find(T.index.v, end(), value => value === 0);
        if (missing !== T.index.v) {
          // The pages up to there are served first; the access asks again for the rest.
          if (missing > 0) T.pages.v = missing - T.index.v;
          lockFolios(T.file.v, T.index.v, end(), me());
          return go.FM5;
        }
        const added = addMissing(missing);
        T.pages.v = Math.min(T.pages.v, added);
        if (added > 0) return go.FM4;
        T.errno.v = isHugetlb(T.file.v) ? ERRNO.EFAULT : ERRNO.ENOMEM;
        return go.FM9;
      },
    },
    FM4: {
      title: 'read the pages from the medium', reads: [...CACHE_READS, pagesAt(files.medium, T.file), kind], writes: CONTENT_TERMS,
      costNs: () => (hasMedium(T.file.v) && kind.find(T.index.v, end(), value => value === files.kind.valueOf('written')) >= 0 ? kernel.mediaNs(filesystems.drive.get(files.fs.get(T.file.v))) : 0),
      run: () => {
        const [first, last] = wholeFolios(T.file.v, T.index.v, end());
        fillPages(T.file.v, first, last - first);
      },
    },
    FM5: {
      title: 'a write: tell the file system, wait until the pages may change', when: () => !isTracked() || files.stable.get(T.file.v) === 0 || isFree(hosts.writeback),
      waitsFor: { kind: 'cache-folio', file: 'file', index: 'index' },
      reads: [...CACHE_READS, at(mappings.shared, T.mapping), ...every(hosts.writeback)],
    },
    FM6: {
      title: 'page_mkwrite: reserve blocks and mark dirty', reads: [...CACHE_READS, at(mappings.shared, T.mapping)], writes: [kind, ...every(hosts.dirty)],
      run: () => {
        if (isTracked()) markDirty(T.file.v, T.index.v, end());
      },
    },
    FM7: {
      title: 'map the pages, or a copy of them',
      reads: [...CACHE_READS, ...ENTRY_READS, at(mappings.shared, T.mapping), at(mappings.writable, T.mapping), at(mappings.unreadable, T.mapping), at(mappings.numaNode, T.mapping), ...every(hosts.owner, hosts.anon)],
      writes: [...UNMAP_TERMS, ...ALLOCATE_TERMS, ...CONTENT_TERMS],
      run: () => {
        if (isOwnHuge()) {
          if (!copyRun(T.index.v, 0, PMD_PAGES)) T.errno.v = ERRNO.EFAULT;
          return;
        }
        forEachCached(T.file.v, T.index.v, end(), (index, pfn, pages) => {
          if (!isCopy()) mapRun(index, pfn, pages);
          else if (!copyRun(index, pfn, pages) && index === T.index.v) T.errno.v = ERRNO.ENOMEM;
        });
      },
    },
    FM8: { title: 'unlock the folios', reads: CACHE_READS, writes: every(hosts.locked), run: () => { lockFolios(T.file.v, T.index.v, end(), 0); } },
    FM9: {
      title: 'drop invalidate_lock', drops: [invlock], to: ['done'],
      run: () => (T.errno.v === 0 ? done() : fail(T.errno.v)),
    },
  },
});
