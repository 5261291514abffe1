import { ERRNO } from '@shared/domain/errno';
import { SIGNALS } from '@shared/domain/signal';
import { PAGE_BYTES } from '@shared/units/pages';
import { actors, files, hosts, mappings, processes } from '@shared/state/tables';
import { emit } from '../engine/events';
import { answer, machine } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame, pagesAt } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { allocateBlocks, KIND } from './allocate-blocks';
import { mapFrames, PTE, UNMAP_FILE_READS, UNMAP_TERMS, zapRange } from './address-space';
import { ALLOCATE_TERMS, allocateAnonymous, freeFrames } from './frames';

/** Values of `files.entry`. */
export const ENTRY = { none: 0, real: 1, zero: 2, empty: 3 } as const;

const T = frame('process', 'vpn', 'pages', 'write', 'mapping', 'file', 'index', 'errno');

const invlock = at(files.invlock, T.file);
const size = at(files.size, T.file);
const kind = pagesAt(files.kind, T.file);
const blockDelta = pagesAt(files.blockDelta, T.file);
const entry = pagesAt(files.entry, T.file);
const entryLock = pagesAt(files.entryLock, T.file);

const end = (): number => T.index.v + T.pages.v;
const me = (): number => actors.nth.get(machine.self) + 1;
const isEntryUnlocked = (): boolean => entryLock.find(T.index.v, end(), holder => holder !== 0) < 0;
const isCopy = (): boolean => T.write.v === 1 && mappings.shared.get(T.mapping.v) === 0;
const allocate = site(allocateBlocks, T.file, T.index, T.pages);

/** Pages that share extent kind, block run and entry with the first: what one pass of E5–E8 may stand for. */
function alike(index: number): number {
  return Math.min(end(), kind.runEnd(index), blockDelta.runEnd(index), entry.runEnd(index)) - index;
}

/**
 * Calls `visit` for the pages of [index, index + pages) that the fault still has to map. Where a page-table entry allows the
 * access already, another thread was first and its page stays (finish_fault(), insert_page_into_pte_locked()).
 */
function forEachUnmapped(index: number, pages: number, visit: (index: number, vpn: number, pages: number) => void): void {
  for (let at = index; at < index + pages;) {
    const vpn = T.vpn.v + at - T.index.v;
    const pte = processes.pte.at(T.process.v, vpn);
    const next = Math.min(index + pages, at + Math.min(processes.pte.runEnd(T.process.v, vpn), processes.pfnDelta.runEnd(T.process.v, vpn)) - vpn);
    if (pte === PTE.none || (pte !== PTE.write && T.write.v === 1 && !isOwnCopy(pte, vpn))) visit(at, vpn, next - at);
    at = next;
  }
}

/** A copy in a read-only mapping is the page that a forced write asks for. */
const isOwnCopy = (pte: number, vpn: number): boolean => pte === PTE.read && isCopy() && hosts.anon.at(processes.host.get(T.process.v), vpn + processes.pfnDelta.at(T.process.v, vpn)) > 0;

/** E6: readers of a hole share the zero page until somebody writes. */
function mapZeroPage(index: number, pages: number): void {
  entry.assign(index, pages, ENTRY.zero);
  forEachUnmapped(index, pages, (_index, vpn, count) => { processes.pte.assign(T.process.v, vpn, count, PTE.zero); });
}

/** E7, E8: the entry names the block’s frame, and a page-table entry points at it. */
function mapBlock(index: number, pages: number): void {
  const host = processes.host.get(T.process.v);
  const pfn = index + blockDelta.at(index);
  if (entry.at(index) === ENTRY.zero) unmapZeroPages(index, pages);
  entry.assign(index, pages, ENTRY.real);
  hosts.mapping.assign(host, pfn, pages, files.nth.get(T.file.v));
  forEachUnmapped(index, pages, (at, vpn, count) => {
    const first = pfn + at - index;
    zapRange(T.process.v, vpn, count);
    mapFrames(T.process.v, host, vpn, first, count, T.write.v === 1 ? PTE.write : PTE.read);
    emit('page-faulted', T.process.v, vpn, first, T.write.v);
  });
}

/** COW of a private mapping: the block is copied into fresh anonymous memory; no entry keeps the copy (spec 3.4). */
function mapCopy(index: number, vpnFirst: number, pages: number): void {
  const host = processes.host.get(T.process.v);
  const isWritten = kind.at(index) === KIND.written;
  const delta = blockDelta.at(index);
  const rights = mappings.writable.get(T.mapping.v) === 1 ? PTE.write : PTE.read;
  for (let at = index; at < index + pages;) {
    const alikePages = isWritten ? hosts.content.runEnd(host, at + delta) - at - delta : pages;
    const free = freeFrames(host, { pagesMax: Math.min(index + pages - at, alikePages) });
    if (free === null) {
      // What is mapped already stays: the caller asks again for the rest.
      if (at === T.index.v) T.errno.v = ERRNO.ENOMEM;
      return;
    }
    const vpn = vpnFirst + at - index;
    zapRange(T.process.v, vpn, free.pages);
    allocateAnonymous(host, free, 0, processes.nth.get(T.process.v));
    hosts.content.assign(host, free.pfn, free.pages, isWritten ? hosts.content.at(host, at + delta) : 0);
    mapFrames(T.process.v, host, vpn, free.pfn, free.pages, rights);
    emit('page-faulted', T.process.v, vpn, free.pfn, 1);
    at += free.pages;
  }
}

/** Everybody who mapped the zero page instead looks again (spec 3.4 E7). */
function unmapZeroPages(index: number, pages: number): void {
  for (const mapping of mappings.$.rows()) {
    if (mappings.file.get(mapping) !== T.file.v) continue;
    const first = mappings.fileFirst.get(mapping);
    const from = Math.max(index, first);
    const to = Math.min(index + pages, first + mappings.pageCount.get(mapping));
    if (from < to) zapRange(mappings.process.get(mapping), mappings.vpnFirst.get(mapping) + from - first, to - from, false);
  }
}

/** dax_iomap_pte_fault() under the file system’s invalidate lock. The caller holds mmap_lock shared. */
export const daxFault = mechanism({
  name: 'dax-fault',
  source: 'spec 3.4 E1–E9; fs/dax.c dax_iomap_pte_fault(), grab_mapping_entry(); mm/memory.c finish_fault() (6.19)',
  frame: T,
  order: 'E0 E1 E2 E3 E5 E6 E7 E8 E9',
  steps: {
    E0: {
      title: 'find the file and index', reads: [mappings.file, mappings.fileFirst, mappings.vpnFirst].map(column => at(column, T.mapping)),
      run: () => {
        T.file.v = mappings.file.get(T.mapping.v);
        T.index.v = T.vpn.v - mappings.vpnFirst.get(T.mapping.v) + mappings.fileFirst.get(T.mapping.v);
      },
    },
    E1: { title: 'take invalidate_lock shared', takes: invlock, shared: true },
    E2: {
      title: 'beyond end of file?', reads: [size], to: ['E3', 'E9'], costNs: () => kernel.costs.faultNs,
      run: go => {
        const pagesInFile = Math.ceil(size.v / PAGE_BYTES);
        if (T.index.v < pagesInFile) {
          T.pages.v = Math.min(T.pages.v, pagesInFile - T.index.v);
          return go.E3;
        }
        T.errno.v = ERRNO.EFAULT;
        emit('fault-failed', T.process.v, T.vpn.v, SIGNALS.SIGBUS);
        return go.E9;
      },
    },
    E3: {
      title: 'lock the DAX entry', when: isEntryUnlocked, waitsFor: { kind: 'entry', file: 'file', index: 'index' },
      reads: [entryLock, entry, kind, blockDelta], writes: [entryLock, entry],
      run: () => {
        entryLock.assign(T.index.v, T.pages.v, me());
        for (let index = T.index.v; index < end(); index += alike(index)) {
          if (entry.at(index) === ENTRY.none) entry.assign(index, alike(index), ENTRY.empty);
        }
      },
    },
    E5: {
      title: 'ask the file system for the block', reads: [kind, at(mappings.shared, T.mapping)], calls: [allocate], to: ['E7', 'E6'],
      run: go => {
        const isAllocated = kind.find(T.index.v, end(), value => value !== KIND.written) < 0;
        if (isAllocated || T.write.v === 0 || isCopy()) return go.E7;
        return call(allocate, go.E6);
      },
    },
    E6: {
      title: 'take the file system’s answer', to: ['E7', 'E8'],
      run: go => {
        if (answer.result >= 0) return go.E7;
        T.errno.v = ERRNO.EFAULT;
        emit('fault-failed', T.process.v, T.vpn.v, SIGNALS.SIGBUS);
        return go.E8;
      },
    },
    E7: {
      title: 'set the entry and map the page',
      reads: [kind, blockDelta, at(mappings.shared, T.mapping), at(mappings.writable, T.mapping), ...UNMAP_FILE_READS],
      writes: [entry, ...every(hosts.mapping), ...UNMAP_TERMS, ...ALLOCATE_TERMS],
      run: () => {
        for (let index = T.index.v, pages = 0; index < end(); index += pages) {
          pages = alike(index);
          if (isCopy()) forEachUnmapped(index, pages, mapCopy);
          else if (kind.at(index) === KIND.written) mapBlock(index, pages);
          else mapZeroPage(index, pages);
        }
      },
    },
    E8: {
      title: 'unlock the entry', reads: [entryLock, entry, kind, blockDelta], writes: [entryLock, entry],
      run: () => {
        entryLock.assign(T.index.v, T.pages.v, 0);
        for (let index = T.index.v; index < end(); index += alike(index)) {
          if (entry.at(index) === ENTRY.empty) entry.assign(index, alike(index), ENTRY.none);
        }
      },
    },
    E9: {
      title: 'drop invalidate_lock', drops: [invlock], to: ['done'],
      run: () => (T.errno.v === 0 ? done() : fail(T.errno.v)),
    },
  },
});
