import { ERRNO } from '@shared/domain/errno';
import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { hosts, mappings, processes } from '@shared/state/tables';
import { descriptors } from '@shared/state/vfs-tables';
import { emit } from '../engine/events';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import {
  countEntries, ENTRY_READS, entryRun, forEachEntry, mapFrames, mapsFrame, PTE, rightsOf, splitHugeMapping, UNMAP_TERMS, type EntryRun,
} from './address-space';
import { isMaybePinned } from './folio-counts';
import { ALLOCATE_TERMS, allocateAnonymous, freeFrames } from './frames';
import { copyDescriptors } from './open-files';
import { CONTENT_TERMS, copyContent } from './contents';
import { endInvalidation, END_READS, END_TERMS, invalidateRange, isWatched, WATCH_READS } from './mmu-notifier';
import { copyMapping, REMOVE_READS, REMOVE_TERMS, removeRange, VMA_TERMS } from './vma';

const T = frame('process', 'child', 'nth', 'isOut', 'told');

/** Every page there may be. */
const ALL_PAGES = 2 ** 30;
const tell = site(invalidateRange, T.process, 0, ALL_PAGES, 0);

const mmapLock = at(processes.mmapLock, T.process);
const host = (): Row => processes.host.get(T.process.v);

/** Mappings of the parent that the child gets, in the order of their rows. */
const inherited = (): readonly Row[] =>
  mappings.$.rows(arena).filter(mapping => mappings.process.get(mapping) === T.process.v && mappings.pageCount.get(mapping) > 0 && mappings.dontFork.get(mapping) === 0);

/** Pages of file mappings without copies come back by faults: their entries stay behind (vma_needs_copy()). */
function needsEntries(mapping: Row): boolean {
  if (mappings.shared.get(mapping) === 1) return false;
  if (mappings.file.get(mapping) === 0) return true;
  let hasCopies = false;
  forEachEntry(T.process.v, mappings.vpnFirst.get(mapping), mappings.pageCount.get(mapping), ({ pte, pfn, pages }) => {
    hasCopies ||= mapsFrame(pte) && hosts.anon.find(host(), pfn, pfn + pages, owner => owner > 0) >= 0;
  });
  return hasCopies;
}

/** A page that a device may be writing stays with the parent alone (folio_needs_cow_for_dma()). */
const mustCopy = (pfn: number): boolean => processes.hasPinned.get(T.process.v) === 1 && hosts.anon.at(host(), pfn) > 0 && hosts.exclusive.at(host(), pfn) === 1 && isMaybePinned(host(), pfn);

const READ_ONLY: Readonly<Record<number, number>> = { [PTE.write]: PTE.read, [PTE.privateWrite]: PTE.privateRead, [PTE.migrationWrite]: PTE.migration, [PTE.exclusive]: PTE.read };

/** Parent and child share the pages read-only until one of them writes. */
function share({ vpn, pages, pte, pfn, isHuge }: EntryRun): void {
  const shared = READ_ONLY[pte] ?? pte;
  if (shared !== pte) processes.pte.assign(T.process.v, vpn, pages, shared);
  processes.pte.assign(T.child.v, vpn, pages, shared);
  if (pte !== PTE.zero) processes.pfnDelta.assign(T.child.v, vpn, pages, pfn - vpn);
  if (isHuge) processes.huge.assign(T.child.v, vpn, pages, 1);
  if (!mapsFrame(pte)) return;
  countEntries(host(), { pfn, pages, isHuge }, 1);
  if (hosts.anon.find(host(), pfn, pfn + pages, owner => owner > 0) >= 0) hosts.exclusive.assign(host(), pfn, pages, 0);
}

/** The child gets its own copies (copy_present_page()); false where there is no memory for them. */
function copyPages(mapping: Row, { vpn, pages, pfn }: EntryRun): boolean {
  for (let copied = 0; copied < pages;) {
    const free = freeFrames(host(), { pagesMax: pages - copied });
    if (free === null) return false;
    allocateAnonymous(host(), free, 0, processes.nth.get(T.child.v));
    copyContent(host(), pfn + copied, free.pfn, free.pages);
    mapFrames(T.child.v, host(), vpn + copied, free.pfn, free.pages, rightsOf(mapping));
    copied += free.pages;
  }
  return true;
}

/** Copies the entries of one mapping; false where memory ran out. */
function copyEntries(mapping: Row): boolean {
  const end = mappings.vpnFirst.get(mapping) + mappings.pageCount.get(mapping);
  for (let vpn = mappings.vpnFirst.get(mapping); vpn < end;) {
    const run = entryRun(T.process.v, vpn, end);
    const pages = mapsFrame(run.pte) ? Math.min(run.pages, ...[hosts.anon, hosts.exclusive, hosts.refs, hosts.pins].map(field => field.runEnd(host(), run.pfn) - run.pfn)) : run.pages;
    const isPinned = mapsFrame(run.pte) && mustCopy(run.pfn);
    if (isPinned && run.isHuge) {
      splitHugeMapping(T.process.v, vpn);
      continue;
    }
    if (isPinned && !copyPages(mapping, { ...run, pages })) return false;
    if (!isPinned && run.pte !== PTE.none) share({ ...run, pages });
    vpn += pages;
  }
  return true;
}

/** fork(2): the child gets a copy of the address space; private pages are shared until somebody writes. Answers the child's number. */
export const forkProcess = mechanism({
  name: 'fork',
  source: 'spec 1.4 fork; kernel/fork.c dup_mmap(), mm/memory.c copy_page_range(), copy_present_page(), mm/huge_memory.c copy_huge_pmd() (6.19)',
  frame: T,
  order: 'FK1 FK2 FK3',
  steps: {
    FK1: {
      title: 'take mmap_lock exclusive', takes: mmapLock, costNs: () => kernel.costs.syscallNs, to: ['FK3'], reads: [at(processes.unborn, T.child), ...WATCH_READS], calls: [tell],
      run: go => {
        if (processes.unborn.get(T.child.v) === 0) {
          T.isOut.v = ERRNO.EAGAIN;
          return go.FK3;
        }
        T.told.v = isWatched(T.process.v) ? 1 : 0;
        return T.told.v === 1 ? call(tell) : undefined;
      },
    },
    FK2: {
      title: 'copy one mapping and its page-table entries', costNs: () => kernel.costs.unmapNs, to: ['FK3'],
      reads: [...ENTRY_READS, ...every(hosts.anon, hosts.exclusive, hosts.refs, hosts.pins, hosts.order, processes.hasPinned), ...REMOVE_READS],
      writes: [...VMA_TERMS, ...UNMAP_TERMS, ...ALLOCATE_TERMS, ...CONTENT_TERMS, ...REMOVE_TERMS],
      run: go => {
        const mapping = inherited()[T.nth.v];
        if (mapping === undefined) return go.FK3;
        const copy = mappings.$.row(T.child.v, mappings.nth.get(mapping));
        copyMapping(mapping, copy);
        mappings.locked.set(copy, 0);
        if (needsEntries(mapping) && !copyEntries(mapping)) {
          T.isOut.v = ERRNO.ENOMEM;
          for (const row of inherited()) removeRange(T.child.v, mappings.vpnFirst.get(row), mappings.pageCount.get(row));
          return go.FK3;
        }
        T.nth.v += 1;
      },
      again: () => true,
    },
    FK3: {
      title: 'the child runs', drops: [mmapLock], to: ['done'], reads: [...END_READS, ...every(processes.memlockLimit, processes.ipcLock, processes.uid, descriptors.open)],
      writes: [at(processes.unborn, T.child), at(processes.hasPinned, T.child), ...END_TERMS, ...every(descriptors.open)],
      run: () => {
        if (T.told.v === 1) endInvalidation(T.process.v);
        if (T.isOut.v !== 0) return fail(T.isOut.v);
        for (const column of [processes.memlockLimit, processes.ipcLock, processes.uid, processes.capable]) column.set(T.child.v, column.get(T.process.v));
        copyDescriptors(T.process.v, T.child.v);
        processes.unborn.set(T.child.v, 0);
        emit('process-forked', T.process.v, T.child.v);
        return done(processes.nth.get(T.child.v));
      },
    },
  },
});

const W = frame('child');

/** waitpid(2): until the child has exited. */
export const waitChild = mechanism({
  name: 'waitpid',
  source: 'kernel/exit.c do_wait() (6.19)',
  frame: W,
  order: 'WC1',
  steps: {
    WC1: {
      title: 'wait until the child has exited, if there is one', when: () => processes.exited.get(W.child.v) === 1 || processes.unborn.get(W.child.v) === 1, waitsFor: { kind: 'threads', process: 'child' }, interruptible: 'signal', to: ['done'],
      reads: every(processes.exited, processes.unborn),
      run: () => (processes.unborn.get(W.child.v) === 1 ? fail(ERRNO.ECHILD) : processes.exited.get(W.child.v) === 1 ? done(processes.nth.get(W.child.v)) : fail(ERRNO.EINTR)),
    },
  },
});
