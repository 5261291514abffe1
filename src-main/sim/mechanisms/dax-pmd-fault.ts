import { ERRNO } from '@shared/domain/errno';
import { pmdFallbackNumber, type PmdFallback } from '@shared/domain/pmd-fallback';
import { SIGNALS } from '@shared/domain/signal';
import { PAGE_BYTES } from '@shared/units/pages';
import { actors, files, filesystems, hosts, mappings, processes } from '@shared/state/tables';
import { emit } from '../engine/events';
import { answer, machine } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame, pagesAt } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { ENTRY_READS, PTE_TERMS, zapRange } from './address-space';
import { allocateBlocks, convertRange, freeRun, KIND } from './allocate-blocks';
import { firstShared, SHARED_READS } from './block-sharing';
import { changeWatchedFile, FILE_CHANGE, hasWatchedEntries, WATCHED_READS } from './change-watched-file';
import { ZERO_TERMS } from './contents';
import { hasPageTable, mapHugeZeroPage, mapPmds, PMD_READS, PMD_TERMS, setPmdEntries } from './dax-entries';
import { ENTRY, TAG, zeroUnwritten, type DaxAccess } from './dax-mapping';
import { pmdEnd, pmdFirst, PMD_PAGES } from './folios';
import { isLayoutDirty, LOG_CHANGE_TERMS } from './metadata-log';
import { endInvalidation, END_READS, END_TERMS, invalidateRange, isWatched, WATCH_READS } from './mmu-notifier';

/**
 * `first` is the file page of the first PMD, `count` the pages of all PMDs that are served at once, `locked` those whose entries are
 * locked, `ask` those that the file system is asked for, `rest` those that fall back to entries of 4 KiB.
 */
const T = frame('process', 'vpn', 'pages', 'write', 'mapping', 'file', 'first', 'count', 'locked', 'ask', 'unwritten', 'sync', 'rest', 'errno', 'told', 'pmd');

const invlock = at(files.invlock, T.file);
const ilock = at(files.ilock, T.file);
const size = at(files.size, T.file);
const kind = pagesAt(files.kind, T.file);
const blockDelta = pagesAt(files.blockDelta, T.file);
const entry = pagesAt(files.entry, T.file);
const entryHuge = pagesAt(files.entryHuge, T.file);
const entryLock = pagesAt(files.entryLock, T.file);
const tag = pagesAt(files.tag, T.file);
const pageTable = [...every(processes.pte, processes.huge, processes.table)];
const layout = [kind, blockDelta, pagesAt(files.durableKind, T.file), pagesAt(files.durableDelta, T.file)];
const mapping = [mappings.fileFirst, mappings.vpnFirst, mappings.pageCount, mappings.shared].map(column => at(column, T.mapping));
const tellZero = site(changeWatchedFile, T.file, T.first, T.count, FILE_CHANGE.unmap, 0);
const tellPmd = site(invalidateRange, T.process, T.pmd, PMD_PAGES, 0);
const allocate = site(allocateBlocks, T.file, T.first, T.ask, T.unwritten);

const wholePmds = (pages: number): number => pages - (pages % PMD_PAGES);
const access = (): DaxAccess => ({ process: T.process.v, mapping: T.mapping.v, file: T.file.v, vpn: pmdFirst(T.vpn.v), index: T.first.v, pages: T.count.v, isWrite: T.write.v === 1 });
const isShared = (): boolean => mappings.shared.get(T.mapping.v) === 1;
/** What remains of the request in the PMD of the page that faults. */
const inThisPmd = (): number => Math.min(T.pages.v, pmdEnd(T.vpn.v + 1) - T.vpn.v);

function fallBack(reason: PmdFallback, pages = inThisPmd()): void {
  T.rest.v = pages;
  emit('pmd-fell-back', T.process.v, T.vpn.v, pmdFallbackNumber(reason));
}

/** The SIGBUS of a page beyond the end, or of metadata that cannot be made durable. */
function fails(): void {
  T.errno.v = ERRNO.EFAULT;
  emit('fault-failed', T.process.v, T.vpn.v, SIGNALS.SIGBUS);
}

/** dax_fault_check_fallback(): what shows before any entry is looked at. `index` is the file page of the page that faults. */
function misfit(index: number): PmdFallback | null {
  const first = mappings.vpnFirst.get(T.mapping.v);
  const pmd = pmdFirst(T.vpn.v);
  if ((T.vpn.v - index) % PMD_PAGES !== 0) return 'unaligned';
  if (T.write.v === 1 && !isShared()) return 'private';
  if (pmd < first || pmd + PMD_PAGES > first + mappings.pageCount.get(T.mapping.v)) return 'mapping';
  if (pmdFirst(index) + PMD_PAGES > Math.ceil(size.v / PAGE_BYTES)) return 'eof';
  return firstShared(T.file.v, pmdFirst(index), pmdFirst(index) + PMD_PAGES) < 0 ? null : 'shared';
}

/** PMDs that the request touches, as far as mapping and file go. */
function askedPages(): number {
  const pmd = pmdFirst(T.vpn.v);
  const inMapping = mappings.vpnFirst.get(T.mapping.v) + mappings.pageCount.get(T.mapping.v) - pmd;
  return wholePmds(Math.min(pmdEnd(T.vpn.v + T.pages.v) - pmd, inMapping, Math.ceil(size.v / PAGE_BYTES) - T.first.v));
}

/** A smaller entry in the 2 MiB stands in the way, locked or not: nobody waits for it (get_next_unlocked_entry()). */
function isConflict(first: number): boolean {
  const index = entry.find(first, first + PMD_PAGES, value => value !== ENTRY.none);
  return index >= 0 && entryHuge.at(index) === 0;
}
const isUnlocked = (): boolean => entryLock.find(T.first.v, T.first.v + PMD_PAGES, holder => holder !== 0) < 0;

/** PMDs behind the first whose entries and page tables are like its own: one step stands for all of them. */
function alikePages(): number {
  const vpn = pmdFirst(T.vpn.v);
  const inFile = Math.min(...[entry, entryHuge, entryLock].map(field => field.runEnd(T.first.v))) - T.first.v;
  const inTable = Math.min(...[processes.pte, processes.huge, processes.table].map(field => field.runEnd(T.process.v, vpn))) - vpn;
  return Math.max(PMD_PAGES, wholePmds(Math.min(T.count.v, inFile, inTable)));
}

function lockEntries(): void {
  T.locked.v = T.count.v;
  entryLock.assign(T.first.v, T.locked.v, actors.nth.get(machine.self) + 1);
  if (entry.at(T.first.v) !== ENTRY.none) return;
  entry.assign(T.first.v, T.locked.v, ENTRY.empty);
  entryHuge.assign(T.first.v, T.locked.v, 1);
}

/** Blocks to ask for: up to where the first extent ends, and no more than lie side by side. */
function blocksToAsk(): number {
  const extent = Math.min(T.first.v + T.count.v, kind.runEnd(T.first.v), blockDelta.runEnd(T.first.v)) - T.first.v;
  const free = kind.at(T.first.v) === KIND.hole ? freeRun(files.fs.get(T.file.v), extent) : extent;
  return free < PMD_PAGES ? free : wholePmds(free);
}

/** The file system’s answer as an entry and PMDs; a synchronous fault sets the entry and nothing else yet. */
function mapAnswer(): void {
  const extent = Math.min(T.first.v + T.count.v, kind.runEnd(T.first.v), blockDelta.runEnd(T.first.v)) - T.first.v;
  if (extent < PMD_PAGES) {
    fallBack('blocks');
    return;
  }
  T.count.v = wholePmds(extent);
  const isWritten = kind.at(T.first.v) === KIND.written;
  if (!isWritten) {
    if (!mapHugeZeroPage(access(), pmdFirst(T.vpn.v), T.first.v, T.count.v)) fallBack('mapped');
    return;
  }
  if ((T.first.v + blockDelta.at(T.first.v)) % PMD_PAGES !== 0) {
    fallBack('frames', Math.min(T.pages.v, pmdFirst(T.vpn.v) + T.count.v - T.vpn.v));
    return;
  }
  setPmdEntries(access(), T.first.v, T.count.v);
  T.sync.v = T.write.v === 1 && mappings.sync.get(T.mapping.v) === 1 && isLayoutDirty(T.file.v, T.first.v, T.first.v + T.count.v) ? 1 : 0;
  if (T.sync.v === 0) mapNow();
}

function mapNow(): void {
  if (T.write.v === 1) tag.assign(T.first.v, T.count.v, TAG.dirty);
  mapPmds(access(), pmdFirst(T.vpn.v), T.first.v, T.count.v);
}

/**
 * The fault on 2 MiB that comes before the one on a page (create_huge_pmd(), wp_huge_pmd()), for as many PMDs at once as are alike.
 * The caller holds mmap_lock shared. Answers 0 if the fault is served, else how many pages have to be mapped by 4 KiB; EFAULT stands
 * for SIGBUS.
 */
export const daxPmdFault = mechanism({
  name: 'dax-pmd-fault',
  source: 'spec 3.5; fs/dax.c dax_iomap_pmd_fault(), dax_fault_check_fallback(), dax_pmd_load_hole(), dax_insert_pfn_mkwrite(), mm/memory.c create_huge_pmd(), wp_huge_pmd() (6.19)',
  frame: T,
  order: 'DP1 DP2 DP3 DP5 DP5a DP5z DP5c DP6 DP7 DP8n DP8 DP9 DS2 DS3 DS4',
  steps: {
    DP1: { title: 'take invalidate_lock shared', takes: invlock, shared: true },
    DP2: {
      title: 'do 2 MiB fit here?', reads: [kind, blockDelta, ...SHARED_READS, size, ...mapping], to: ['DP3', 'DP8n', 'DP9'], costNs: () => kernel.costs.faultNs,
      run: go => {
        const index = T.vpn.v - mappings.vpnFirst.get(T.mapping.v) + mappings.fileFirst.get(T.mapping.v);
        if (index >= Math.ceil(size.v / PAGE_BYTES)) {
          fails();
          return go.DP9;
        }
        const reason = misfit(index);
        if (reason !== null) {
          fallBack(reason, reason === 'unaligned' || reason === 'private' ? T.pages.v : inThisPmd());
          return go.DP8n;
        }
        T.unwritten.v = kernel.policy.daxFault.zeroes === 'in-fault' ? 1 : 0;
        T.first.v = pmdFirst(index);
        T.count.v = askedPages();
        return go.DP3;
      },
    },
    DP3: {
      title: 'lock the DAX entry of 2 MiB, unless there is a smaller one', when: () => isConflict(T.first.v) || isUnlocked(), waitsFor: { kind: 'entry', file: 'file', index: 'first' },
      reads: [entry, entryHuge, entryLock, ...pageTable], writes: [entry, entryHuge, entryLock], to: ['DP5', 'DP7', 'DP8n'],
      run: go => {
        if (isConflict(T.first.v)) {
          fallBack('entries');
          return go.DP8n;
        }
        T.count.v = alikePages();
        lockEntries();
        // Entries of the page table came first: the access is tried again, and falls to them.
        return hasPageTable(T.process.v, T.vpn.v) ? go.DP7 : go.DP5;
      },
    },
    DP5: {
      title: 'ask the file system for 2 MiB in one piece', takes: ilock, shared: true, drops: [ilock], reads: [kind, blockDelta, at(files.fs, T.file), ...every(hosts.owner, hosts.resting)], calls: [allocate], to: ['DP5a', 'DP6'],
      run: go => {
        if (T.write.v === 0 || kind.at(T.first.v) === KIND.written) return go.DP6;
        T.ask.v = blocksToAsk();
        return call(allocate, go.DP5a);
      },
    },
    DP5a: {
      title: 'take the file system’s answer', reads: [kind], to: ['DP5z', 'DP6', 'DP7'],
      run: go => {
        if (answer.result < 0) {
          fallBack('blocks');
          return go.DP7;
        }
        return kind.find(T.first.v, T.first.v + T.ask.v, value => value === KIND.unwritten) < 0 ? go.DP6 : go.DP5z;
      },
    },
    DP5z: {
      title: 'zero unwritten blocks under the entry lock', reads: [kind, blockDelta, at(files.fs, T.file)], writes: ZERO_TERMS, costNs: () => kernel.costs.zeroPageNs * T.ask.v,
      run: () => { zeroUnwritten(T.file.v, T.first.v, T.first.v + T.ask.v); },
    },
    DP5c: {
      title: 'convert them to written', takes: ilock, drops: [ilock], writes: [kind, ...LOG_CHANGE_TERMS], costNs: () => kernel.costs.allocateNs,
      run: () => { convertRange(T.file.v, T.first.v, T.first.v + T.ask.v); },
    },
    DP6: {
      title: 'set the entry and map 2 MiB', reads: [entry, ...layout, at(mappings.sync, T.mapping), ...PMD_READS, ...WATCHED_READS], writes: [entry, tag, ...PMD_TERMS], calls: [tellZero], to: ['DP6', 'DP7'],
      run: go => {
        const replacesZero = T.write.v === 1 && entry.at(T.first.v) === ENTRY.zero;
        if (replacesZero && hasWatchedEntries(T.file.v, T.first.v, T.count.v, FILE_CHANGE.unmap)) return call(tellZero, go.DP6);
        mapAnswer();
        return go.DP7;
      },
    },
    DP7: {
      title: 'unlock the entry', writes: [entryLock], to: ['DP8n', 'DP9', 'DS2'],
      run: go => {
        entryLock.assign(T.first.v, T.locked.v, 0);
        if (T.rest.v > 0) return go.DP8n;
        return T.sync.v === 1 ? go.DS2 : go.DP9;
      },
    },
    DP8n: {
      title: 'fall back to 4 KiB: tell who copied the entries of a PMD that goes', reads: [pagesAt(processes.huge, T.process), ...WATCH_READS], calls: [tellPmd], to: ['DP8'],
      run: go => {
        T.pmd.v = pmdFirst(T.vpn.v);
        if (processes.huge.at(T.process.v, T.vpn.v) === 0 || !isWatched(T.process.v)) return go.DP8;
        T.told.v = 1;
        return call(tellPmd, go.DP8);
      },
    },
    DP8: {
      title: 'take it away, drop invalidate_lock', drops: [invlock], reads: [...ENTRY_READS, ...END_READS, ...every(hosts.anon, hosts.owner)], writes: [...PTE_TERMS, ...END_TERMS], to: ['done'],
      run: () => {
        if (processes.huge.at(T.process.v, T.vpn.v) === 1) zapRange(T.process.v, T.pmd.v, PMD_PAGES, false);
        if (T.told.v === 1) endInvalidation(T.process.v);
        return done(T.rest.v);
      },
    },
    DP9: {
      title: 'drop invalidate_lock', drops: [invlock], to: ['done'],
      run: () => (T.errno.v === 0 ? done() : fail(T.errno.v)),
    },
    DS2: {
      title: 'synchronous: wait until the log has made the metadata durable', when: () => files.metaDirty.get(T.file.v) === 0 || filesystems.shutDown.get(files.fs.get(T.file.v)) === 1,
      waitsFor: { kind: 'log', file: 'file' }, reads: [at(files.metaDirty, T.file), at(files.fs, T.file), ...every(filesystems.shutDown)], to: ['DS3', 'DP9'],
      run: go => {
        if (files.metaDirty.get(T.file.v) === 0) return go.DS3;
        fails();
        return go.DP9;
      },
    },
    DS3: {
      title: 'synchronous: lock the entry again and map 2 MiB, if it is still the same', when: () => isConflict(T.first.v) || isUnlocked(), waitsFor: { kind: 'entry', file: 'file', index: 'first' },
      reads: [entry, entryHuge, entryLock, ...layout, ...pageTable], writes: [entryLock, tag, ...PTE_TERMS], to: ['DP9', 'DS4'],
      run: go => {
        const isSame = entry.at(T.first.v) === ENTRY.real && entryHuge.at(T.first.v) === 1;
        if (!isSame || hasPageTable(T.process.v, T.vpn.v) || isLayoutDirty(T.file.v, T.first.v, T.first.v + PMD_PAGES)) return go.DP9;
        T.count.v = PMD_PAGES;
        T.locked.v = PMD_PAGES;
        entryLock.assign(T.first.v, T.locked.v, actors.nth.get(machine.self) + 1);
        mapNow();
        return go.DS4;
      },
    },
    DS4: {
      title: 'synchronous: unlock the entry', writes: [entryLock], to: ['DP9'],
      run: go => {
        entryLock.assign(T.first.v, T.locked.v, 0);
        return go.DP9;
      },
    },
  },
});
