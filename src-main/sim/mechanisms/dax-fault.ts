import { ERRNO } from '@shared/domain/errno';
import { SIGNALS } from '@shared/domain/signal';
import { PAGE_BYTES } from '@shared/units/pages';
import { actors, files, filesystems, mappings, processes } from '@shared/state/tables';
import { emit } from '../engine/events';
import { answer, machine } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame, pagesAt } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { allocateBlocks, convertRange, KIND } from './allocate-blocks';
import { changeWatchedFile, FILE_CHANGE, hasWatchedEntries, WATCHED_READS } from './change-watched-file';
import { firstShared, SHARED_READS } from './block-sharing';
import { ZERO_TERMS } from './contents';
import { coveredByEntries, DOWNGRADE_READS, DOWNGRADE_TERMS, downgradeEntries, firstDowngraded, hasPageTable } from './dax-entries';
import { alikePages, ENTRY, isCopyOf, MAP_READS, MAP_TERMS, mapBlock, mapCopies, mapZeroPage, replacesWatchedZero, setEntry, TAG, zeroUnwritten, type DaxAccess } from './dax-mapping';
import { daxPmdFault } from './dax-pmd-fault';
import { pmdEnd, pmdFirst, PMD_PAGES } from './folios';
import { isLayoutDirty, LOG_CHANGE_TERMS } from './metadata-log';
import { unshareBlocks } from './unshare-blocks';

const T = frame('process', 'vpn', 'pages', 'write', 'mapping', 'file', 'index', 'unwritten', 'sync', 'errno', 'zero', 'zeroPages');

const invlock = at(files.invlock, T.file);
const ilock = at(files.ilock, T.file);
const size = at(files.size, T.file);
const kind = pagesAt(files.kind, T.file);
const blockDelta = pagesAt(files.blockDelta, T.file);
const entry = pagesAt(files.entry, T.file);
const entryLock = pagesAt(files.entryLock, T.file);
const entryHuge = pagesAt(files.entryHuge, T.file);
const tag = pagesAt(files.tag, T.file);
const pageTable = [processes.pte, processes.huge, processes.table].map(field => pagesAt(field, T.process));
const layout = [kind, blockDelta, pagesAt(files.durableKind, T.file), pagesAt(files.durableDelta, T.file)];

const end = (): number => T.index.v + T.pages.v;
const me = (): number => actors.nth.get(machine.self) + 1;
/** Entries of 2 MiB are locked whole. */
const lockRange = (): readonly [first: number, end: number] => coveredByEntries(T.file.v, T.index.v, end());
const isEntryUnlocked = (): boolean => entryLock.find(T.index.v, end(), holder => holder !== 0) < 0;
const access = (): DaxAccess => ({ process: T.process.v, mapping: T.mapping.v, file: T.file.v, vpn: T.vpn.v, index: T.index.v, pages: T.pages.v, isWrite: T.write.v === 1 });
const alike = (index: number): number => alikePages(T.file.v, index, end());
const allocate = site(allocateBlocks, T.file, T.index, T.pages, T.unwritten);
const tellZero = site(changeWatchedFile, T.file, T.zero, T.zeroPages, FILE_CHANGE.unmap, 0);
const huge = site(daxPmdFault, T.process, T.vpn, T.pages, T.write, T.mapping, T.file);
const unshare = site(unshareBlocks, T.file, T.index, T.pages);
/** Whether a write meets blocks that another file page refers to as well. */
const meetsShared = (): boolean => T.write.v === 1 && !isCopyOf(access()) && firstShared(T.file.v, T.index.v, end()) >= 0;
const hasUnwritten = (): boolean => kind.find(T.index.v, end(), value => value === KIND.unwritten) >= 0;

/** The fault is a SIGBUS: beyond the end, no block, or metadata that cannot be made durable. */
function fails(): void {
  T.errno.v = ERRNO.EFAULT;
  emit('fault-failed', T.process.v, T.vpn.v, SIGNALS.SIGBUS);
}

/** Only a mapping of 2 MiB or more can have PMDs. */
const isLarge = (): boolean => mappings.pageCount.get(T.mapping.v) >= PMD_PAGES;

/** Pages from the one that faults on that page-table entries have to map, for a table of them stands there already. */
function inPageTables(): number {
  const { v: vpn } = T.vpn;
  return Math.min(T.pages.v, Math.max(pmdEnd(vpn + 1), processes.table.at(T.process.v, vpn) === 1 ? processes.table.runEnd(T.process.v, vpn) : 0) - vpn);
}

/** Page-table entries were set: their tables stay when they are cleared. */
function notePageTables(): void {
  if (!isLarge()) return;
  const first = Math.max(mappings.vpnFirst.get(T.mapping.v), pmdFirst(T.vpn.v));
  const last = Math.min(mappings.vpnFirst.get(T.mapping.v) + mappings.pageCount.get(T.mapping.v), pmdEnd(T.vpn.v + T.pages.v));
  processes.table.assign(T.process.v, first, last - first, 1);
}

function lockWith(holder: number): void {
  const [first, last] = lockRange();
  entryLock.assign(first, last - first, holder);
}

function setTag(index: number, pages: number): void {
  const [first, last] = coveredByEntries(T.file.v, index, index + pages);
  tag.assign(first, last - first, TAG.dirty);
}

function lockEntries(): void {
  lockWith(me());
  for (let index = T.index.v; index < end(); index += alike(index)) {
    if (entry.at(index) === ENTRY.none) entry.assign(index, alike(index), ENTRY.empty);
  }
}

/** Names the next pages that a block takes from the zero page while a device may have copied that; false if there are none. */
function findWatchedZero(): boolean {
  if (isCopyOf(access())) return false;
  for (let index = T.index.v; index < end(); index += alike(index)) {
    if (kind.at(index) !== KIND.written || !replacesWatchedZero(access(), index, alike(index))) continue;
    [T.zero.v, T.zeroPages.v] = [index, alike(index)];
    return true;
  }
  return false;
}

/** E7, E8: what each run of the range becomes. A synchronous fault sets the entry and nothing else yet. */
function mapRange(): void {
  for (let index = T.index.v, pages = 0; index < end(); index += pages) {
    pages = alike(index);
    if (isCopyOf(access())) T.errno.v ||= mapCopies(access(), index, pages);
    else if (kind.at(index) !== KIND.written) mapZeroPage(access(), index, pages);
    else {
      setEntry(access(), index, pages);
      if (T.sync.v === 1) continue;
      if (T.write.v === 1) setTag(index, pages);
      mapBlock(access(), index, pages);
    }
  }
  if (T.sync.v === 0) notePageTables();
}

/**
 * A fault on a DAX file under the file system’s invalidate lock: 2 MiB at once where the mapping is that large and no page table
 * stands in the way, else pages (dax_iomap_pte_fault()). The caller holds mmap_lock shared.
 */
export const daxFault = mechanism({
  name: 'dax-fault',
  source: 'spec 3.4 E1–E9, 3.5, 3.6 SY1–SY3, 4.10; fs/dax.c dax_iomap_pte_fault(), grab_mapping_entry(), dax_finish_sync_fault(); mm/memory.c finish_fault() (6.19)',
  frame: T,
  order: 'E0 E0h E1 E2 E3 E3d E5 E6 E6z E6c E7 E8 SY2 SY3 SY3u E9',
  steps: {
    E0: {
      title: 'find the file and index; try 2 MiB at once', reads: [...[mappings.file, mappings.fileFirst, mappings.vpnFirst, mappings.pageCount].map(column => at(column, T.mapping)), ...pageTable],
      calls: [huge], to: ['E0h', 'E1'],
      run: go => {
        T.file.v = mappings.file.get(T.mapping.v);
        T.index.v = T.vpn.v - mappings.vpnFirst.get(T.mapping.v) + mappings.fileFirst.get(T.mapping.v);
        T.unwritten.v = kernel.policy.daxFault.zeroes === 'in-fault' ? 1 : 0;
        if (!isLarge()) return go.E1;
        if (!hasPageTable(T.process.v, T.vpn.v)) return call(huge, go.E0h);
        T.pages.v = inPageTables();
        return go.E1;
      },
    },
    E0h: {
      title: 'map what fell back to 4 KiB', to: ['E1', 'done'],
      run: go => {
        if (answer.result < 0) return fail(answer.errno);
        if (answer.result === 0) return done();
        T.pages.v = answer.result;
        return go.E1;
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
        fails();
        return go.E9;
      },
    },
    E3: {
      title: 'lock the DAX entry', when: isEntryUnlocked, waitsFor: { kind: 'entry', file: 'file', index: 'index' },
      reads: [entryLock, entry, entryHuge, kind, blockDelta, pagesAt(processes.huge, T.process)], writes: [entryLock, entry], to: ['E3d', 'E5', 'E8'],
      run: go => {
        if (firstDowngraded(T.file.v, T.index.v, end()) >= 0) {
          lockWith(me());
          return go.E3d;
        }
        lockEntries();
        // E4: a PMD was mapped since this fault began. The access is tried again.
        return processes.huge.at(T.process.v, T.vpn.v) === 1 ? go.E8 : go.E5;
      },
    },
    E3d: {
      title: 'downgrade an entry of 2 MiB without blocks: unmap its zero page, wake all who wait', reads: [entry, entryHuge, kind, blockDelta, ...DOWNGRADE_READS, ...WATCHED_READS], writes: [entryLock, entry, entryHuge, ...DOWNGRADE_TERMS], calls: [tellZero], to: ['E3d', 'E5', 'E8'],
      costNs: () => kernel.costs.unmapNs,
      run: go => {
        T.zero.v = pmdFirst(firstDowngraded(T.file.v, T.index.v, end()));
        T.zeroPages.v = pmdEnd(end()) - T.zero.v;
        if (hasWatchedEntries(T.file.v, T.zero.v, T.zeroPages.v, FILE_CHANGE.unmap)) return call(tellZero, go.E3d);
        downgradeEntries(T.file.v, T.index.v, end());
        lockEntries();
        return processes.huge.at(T.process.v, T.vpn.v) === 1 ? go.E8 : go.E5;
      },
    },
    E5: {
      title: 'ask the file system for the block', takes: ilock, shared: true, drops: [ilock], reads: [kind, blockDelta, at(mappings.shared, T.mapping), ...SHARED_READS], calls: [allocate, unshare], to: ['E7', 'E6'],
      run: go => {
        const isAllocated = kind.find(T.index.v, end(), value => value !== KIND.written) < 0;
        if (isAllocated && meetsShared()) return call(unshare, go.E6);
        if (isAllocated || T.write.v === 0 || isCopyOf(access())) return go.E7;
        return call(allocate, go.E6);
      },
    },
    E6: {
      title: 'take the file system’s answer', reads: [kind, blockDelta, at(mappings.shared, T.mapping), ...SHARED_READS], calls: [unshare], to: ['E6', 'E6z', 'E7', 'E8'],
      run: go => {
        if (answer.result < 0) {
          fails();
          return go.E8;
        }
        if (meetsShared()) return call(unshare, go.E6);
        return hasUnwritten() ? go.E6z : go.E7;
      },
    },
    E6z: {
      title: 'zero unwritten blocks under the entry lock', reads: [kind, blockDelta, at(files.fs, T.file)], writes: ZERO_TERMS, costNs: () => kernel.costs.zeroPageNs * T.pages.v,
      run: () => { zeroUnwritten(T.file.v, T.index.v, end()); },
    },
    E6c: {
      title: 'convert them to written', takes: ilock, drops: [ilock], writes: [kind, ...LOG_CHANGE_TERMS], costNs: () => kernel.costs.allocateNs,
      run: () => { convertRange(T.file.v, T.index.v, end()); },
    },
    E7: {
      title: 'set the entry and map the page',
      reads: [...layout, entryHuge, at(mappings.shared, T.mapping), at(mappings.writable, T.mapping), at(mappings.sync, T.mapping), ...MAP_READS],
      writes: [entry, tag, pagesAt(processes.table, T.process), ...MAP_TERMS], calls: [tellZero], to: ['E7'],
      run: go => {
        if (findWatchedZero()) return call(tellZero, go.E7);
        const isSynchronous = T.write.v === 1 && mappings.sync.get(T.mapping.v) === 1 && !isCopyOf(access());
        T.sync.v = isSynchronous && isLayoutDirty(T.file.v, T.index.v, end()) ? 1 : 0;
        mapRange();
        return undefined;
      },
    },
    E8: {
      title: 'unlock the entry', reads: [entryHuge], writes: [entryLock], to: ['E9', 'SY2'],
      run: go => {
        lockWith(0);
        return T.sync.v === 1 ? go.SY2 : go.E9;
      },
    },
    SY2: {
      title: 'synchronous: wait until the log has made the metadata durable', when: () => files.metaDirty.get(T.file.v) === 0 || filesystems.shutDown.get(files.fs.get(T.file.v)) === 1,
      waitsFor: { kind: 'log', file: 'file' }, reads: [at(files.metaDirty, T.file), at(files.fs, T.file), ...every(filesystems.shutDown)], to: ['SY3', 'E9'],
      run: go => {
        if (files.metaDirty.get(T.file.v) === 0) return go.SY3;
        fails();
        return go.E9;
      },
    },
    SY3: {
      title: 'synchronous: lock the entry again and map the page, if it is still the same', when: isEntryUnlocked, waitsFor: { kind: 'entry', file: 'file', index: 'index' },
      reads: [entryLock, entryHuge, ...layout, ...MAP_READS, at(mappings.shared, T.mapping)], writes: [entry, entryLock, tag, pagesAt(processes.table, T.process), ...MAP_TERMS],
      run: () => {
        lockWith(me());
        for (let index = T.index.v, pages = 0; index < end(); index += pages) {
          pages = alike(index);
          // An entry of another size came instead: the access is tried again.
          if (entry.at(index) !== ENTRY.real || entryHuge.at(index) === 1 || isLayoutDirty(T.file.v, index, index + pages)) continue;
          tag.assign(index, pages, TAG.dirty);
          mapBlock(access(), index, pages);
          notePageTables();
        }
      },
    },
    SY3u: { title: 'synchronous: unlock the entry', reads: [entryHuge], writes: [entryLock], run: () => { lockWith(0); } },
    E9: {
      title: 'drop invalidate_lock', drops: [invlock], to: ['done'],
      run: () => (T.errno.v === 0 ? done() : fail(T.errno.v)),
    },
  },
});
