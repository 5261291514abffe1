import { ERRNO } from '@shared/domain/errno';
import { SIGNALS } from '@shared/domain/signal';
import { PAGE_BYTES } from '@shared/units/pages';
import { actors, counters, files, filesystems, mappings } from '@shared/state/tables';
import { emit } from '../engine/events';
import { answer, machine } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame, pagesAt } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { allocateBlocks, convertRange, KIND } from './allocate-blocks';
import { changeWatchedFile, FILE_CHANGE } from './change-watched-file';
import { ZERO_TERMS, zeroPages } from './contents';
import { alikePages, ENTRY, isCopyOf, MAP_READS, MAP_TERMS, mapBlock, mapCopies, mapZeroPage, replacesWatchedZero, setEntry, TAG, type DaxAccess } from './dax-mapping';
import { counterRow } from './folio-counts';
import { isLayoutDirty, LOG_CHANGE_TERMS } from './metadata-log';
import { forEachBlockRun } from './remove-blocks';

const T = frame('process', 'vpn', 'pages', 'write', 'mapping', 'file', 'index', 'unwritten', 'sync', 'errno', 'zero', 'zeroPages');

const invlock = at(files.invlock, T.file);
const ilock = at(files.ilock, T.file);
const size = at(files.size, T.file);
const kind = pagesAt(files.kind, T.file);
const blockDelta = pagesAt(files.blockDelta, T.file);
const entry = pagesAt(files.entry, T.file);
const entryLock = pagesAt(files.entryLock, T.file);
const tag = pagesAt(files.tag, T.file);
const layout = [kind, blockDelta, pagesAt(files.durableKind, T.file), pagesAt(files.durableDelta, T.file)];

const end = (): number => T.index.v + T.pages.v;
const me = (): number => actors.nth.get(machine.self) + 1;
const isEntryUnlocked = (): boolean => entryLock.find(T.index.v, end(), holder => holder !== 0) < 0;
const access = (): DaxAccess => ({ process: T.process.v, mapping: T.mapping.v, file: T.file.v, vpn: T.vpn.v, index: T.index.v, pages: T.pages.v, isWrite: T.write.v === 1 });
const alike = (index: number): number => alikePages(T.file.v, index, end());
const allocate = site(allocateBlocks, T.file, T.index, T.pages, T.unwritten);
const tellZero = site(changeWatchedFile, T.file, T.zero, T.zeroPages, FILE_CHANGE.unmap, 0);
const hasUnwritten = (): boolean => kind.find(T.index.v, end(), value => value === KIND.unwritten) >= 0;

/** The fault is a SIGBUS: beyond the end, no block, or metadata that cannot be made durable. */
function fails(): void {
  T.errno.v = ERRNO.EFAULT;
  emit('fault-failed', T.process.v, T.vpn.v, SIGNALS.SIGBUS);
}

function lockEntries(): void {
  entryLock.assign(T.index.v, T.pages.v, me());
  for (let index = T.index.v; index < end(); index += alike(index)) {
    if (entry.at(index) === ENTRY.none) entry.assign(index, alike(index), ENTRY.empty);
  }
}

function unlockEntries(): void {
  entryLock.assign(T.index.v, T.pages.v, 0);
  for (let index = T.index.v; index < end(); index += alike(index)) {
    if (entry.at(index) === ENTRY.empty) entry.assign(index, alike(index), ENTRY.none);
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
      if (T.write.v === 1) tag.assign(index, pages, TAG.dirty);
      mapBlock(access(), index, pages);
    }
  }
}

/** dax_iomap_pte_fault() under the file system’s invalidate lock. The caller holds mmap_lock shared. */
export const daxFault = mechanism({
  name: 'dax-fault',
  source: 'spec 3.4 E1–E9, 3.6 SY1–SY3; fs/dax.c dax_iomap_pte_fault(), grab_mapping_entry(), dax_finish_sync_fault(); mm/memory.c finish_fault() (6.19)',
  frame: T,
  order: 'E0 E1 E2 E3 E5 E6 E6z E6c E7 E8 SY2 SY3 SY3u E9',
  steps: {
    E0: {
      title: 'find the file and index', reads: [mappings.file, mappings.fileFirst, mappings.vpnFirst].map(column => at(column, T.mapping)),
      run: () => {
        T.file.v = mappings.file.get(T.mapping.v);
        T.index.v = T.vpn.v - mappings.vpnFirst.get(T.mapping.v) + mappings.fileFirst.get(T.mapping.v);
        T.unwritten.v = kernel.policy.daxFault.zeroes === 'in-fault' ? 1 : 0;
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
      reads: [entryLock, entry, kind, blockDelta], writes: [entryLock, entry], run: () => { lockEntries(); },
    },
    E5: {
      title: 'ask the file system for the block', takes: ilock, shared: true, drops: [ilock], reads: [kind, at(mappings.shared, T.mapping)], calls: [allocate], to: ['E7', 'E6'],
      run: go => {
        const isAllocated = kind.find(T.index.v, end(), value => value !== KIND.written) < 0;
        if (isAllocated || T.write.v === 0 || isCopyOf(access())) return go.E7;
        return call(allocate, go.E6);
      },
    },
    E6: {
      title: 'take the file system’s answer', reads: [kind], to: ['E6z', 'E7', 'E8'],
      run: go => {
        if (answer.result < 0) {
          fails();
          return go.E8;
        }
        return hasUnwritten() ? go.E6z : go.E7;
      },
    },
    E6z: {
      title: 'zero unwritten blocks under the entry lock', reads: [kind, blockDelta, at(files.fs, T.file)], writes: ZERO_TERMS, costNs: () => kernel.costs.zeroPageNs * T.pages.v,
      run: () => {
        const host = filesystems.host.get(files.fs.get(T.file.v));
        forEachBlockRun(T.file.v, T.index.v, end(), (index, pfn, pages) => {
          if (kind.at(index) !== KIND.unwritten) return;
          zeroPages(host, pfn, pages);
          counters.zeroedPages.set(counterRow(), counters.zeroedPages.get(counterRow()) + pages);
        });
      },
    },
    E6c: {
      title: 'convert them to written', takes: ilock, drops: [ilock], writes: [kind, ...LOG_CHANGE_TERMS], costNs: () => kernel.costs.allocateNs,
      run: () => { convertRange(T.file.v, T.index.v, end()); },
    },
    E7: {
      title: 'set the entry and map the page',
      reads: [...layout, at(mappings.shared, T.mapping), at(mappings.writable, T.mapping), at(mappings.sync, T.mapping), ...MAP_READS],
      writes: [entry, tag, ...MAP_TERMS], calls: [tellZero], to: ['E7'],
      run: go => {
        if (findWatchedZero()) return call(tellZero, go.E7);
        const isSynchronous = T.write.v === 1 && mappings.sync.get(T.mapping.v) === 1 && !isCopyOf(access());
        T.sync.v = isSynchronous && isLayoutDirty(T.file.v, T.index.v, end()) ? 1 : 0;
        mapRange();
        return undefined;
      },
    },
    E8: {
      title: 'unlock the entry', reads: [entryLock, entry, kind, blockDelta], writes: [entryLock, entry], to: ['E9', 'SY2'],
      run: go => {
        unlockEntries();
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
      reads: [entryLock, ...layout, ...MAP_READS, at(mappings.shared, T.mapping)], writes: [entry, entryLock, tag, ...MAP_TERMS],
      run: () => {
        entryLock.assign(T.index.v, T.pages.v, me());
        for (let index = T.index.v, pages = 0; index < end(); index += pages) {
          pages = alike(index);
          if (entry.at(index) !== ENTRY.real || isLayoutDirty(T.file.v, index, index + pages)) continue;
          tag.assign(index, pages, TAG.dirty);
          mapBlock(access(), index, pages);
        }
      },
    },
    SY3u: { title: 'synchronous: unlock the entry', writes: [entryLock], run: () => { entryLock.assign(T.index.v, T.pages.v, 0); } },
    E9: {
      title: 'drop invalidate_lock', drops: [invlock], to: ['done'],
      run: () => (T.errno.v === 0 ? done() : fail(T.errno.v)),
    },
  },
});
