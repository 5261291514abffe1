import { ERRNO } from '@shared/domain/errno';
import { SIGNALS } from '@shared/domain/signal';
import { PAGE_BYTES } from '@shared/units/pages';
import { counters, files, filesystems, mappings } from '@shared/state/tables';
import { emit } from '../engine/events';
import { assume } from '../engine/assume';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame, pagesAt } from '../engine/place';
import { call, done, fail, site, type Mechanism } from '../engine/step';
import { kernel } from '../kernel';
import { allocateBlocks, convertRange, KIND } from './allocate-blocks';
import { changeWatchedFile, FILE_CHANGE, WATCHED_READS } from './change-watched-file';
import { firstShared, SHARED_READS } from './block-sharing';
import { ZERO_TERMS, zeroPages } from './contents';
import { alikePages, isCopyOf, MAP_READS, MAP_TERMS, mapBlock, mapCopies, mapZeroPage, replacesWatchedZero, setEntry, type DaxAccess } from './dax-mapping';
import { counterRow } from './folio-counts';
import { LOG_CHANGE_TERMS } from './metadata-log';
import { unshareBlocks } from './unshare-blocks';

/** `found` is what get_block answered, a word of `files.kind`; `locked` tells that the fault holds the file system’s own fault lock. */
const T = frame('process', 'vpn', 'pages', 'write', 'mapping', 'file', 'index', 'found', 'unwritten', 'locked', 'errno');

const invlock = at(files.invlock, T.file);
const ilock = at(files.ilock, T.file);
const iMmap = at(files.iMmap, T.file);
const size = at(files.size, T.file);
const kind = pagesAt(files.kind, T.file);
const blockDelta = pagesAt(files.blockDelta, T.file);
const entry = pagesAt(files.entry, T.file);
const end = (): number => T.index.v + T.pages.v;
const access = (): DaxAccess => ({ process: T.process.v, mapping: T.mapping.v, file: T.file.v, vpn: T.vpn.v, index: T.index.v, pages: T.pages.v, isWrite: T.write.v === 1 });
const allocate = site(allocateBlocks, T.file, T.index, T.pages, T.unwritten);
const unshare = site(unshareBlocks, T.file, T.index, T.pages);
const zeroesInFault = (): boolean => kernel.policy.daxFault.zeroes === 'in-fault';
/** XFS had a fault lock of its own (MMAPLOCK), ext4 none before 4.5 (spec 4.3 N1). */
const hasFaultLock = (): boolean => filesystems.type.get(files.fs.get(T.file.v)) === filesystems.type.valueOf('xfs');

function fails(): void {
  T.errno.v = ERRNO.EFAULT;
  emit('fault-failed', T.process.v, T.vpn.v, SIGNALS.SIGBUS);
}

/** F0. Answers whether there is a fault lock to take. */
function begin(): boolean {
  T.file.v = mappings.file.get(T.mapping.v);
  T.index.v = T.vpn.v - mappings.vpnFirst.get(T.mapping.v) + mappings.fileFirst.get(T.mapping.v);
  T.unwritten.v = zeroesInFault() ? 1 : 0;
  T.locked.v = hasFaultLock() ? 1 : 0;
  return T.locked.v === 1;
}

/** Blocks allocated before the end moved stay behind it: harmless, the next truncate finds them (4.3, dax_insert_mapping()). */
function isInFile(): boolean {
  T.pages.v = Math.min(T.pages.v, Math.max(0, Math.ceil(size.v / PAGE_BYTES) - T.index.v));
  if (T.pages.v === 0) fails();
  return T.pages.v > 0;
}

/** F2: what get_block finds, for as many pages as it is the same. */
function needsBlocks(): boolean {
  T.pages.v = alikePages(T.file.v, T.index.v, end());
  T.found.v = kind.at(T.index.v);
  const isMissing = T.found.v === KIND.hole || (T.found.v === KIND.unwritten && !zeroesInFault());
  return isMissing && T.write.v === 1 && !isCopyOf(access());
}

function takesAnswer(): boolean {
  if (answer.result < 0) fails();
  else T.found.v = answer.result;
  return answer.result >= 0;
}

const mustZero = (): boolean => T.found.v === KIND.unwritten && zeroesInFault() && !isCopyOf(access());

const insertsBlock = (): boolean => !isCopyOf(access()) && (T.found.v === KIND.written || (T.found.v === KIND.unwritten && zeroesInFault()));
/** The caller has i_mmap. */
const tellZero = site(changeWatchedFile, T.file, T.index, T.pages, FILE_CHANGE.unmap, 1);

/** Whether the blocks that get_block answered were taken from the file meanwhile: a punch on ext4, which had no fault lock. */
const isGone = (): boolean => T.found.v !== KIND.hole && kind.find(T.index.v, end(), value => value === KIND.hole) >= 0;

/**
 * F6: what get_block answered decides, not what the file has by now. Blocks that are gone are left unmapped, and the access faults
 * again: ext4 up to 4.4 mapped them all the same, which nobody here has read out.
 */
function insert(): void {
  if (isGone()) {
    assume();
    return;
  }
  if (isCopyOf(access())) T.errno.v = mapCopies(access(), T.index.v, T.pages.v);
  else if (insertsBlock()) {
    setEntry(access(), T.index.v, T.pages.v);
    mapBlock(access(), T.index.v, T.pages.v);
  } else mapZeroPage(access(), T.index.v, T.pages.v);
}

/**
 * The faults of 4.0 to 4.3: nothing keeps two of them on one page apart, unless they hold i_mmap exclusively from the question to
 * the conversion. The caller holds mmap_lock shared. Entries are set as later kernels do, so that layout operations find the pages.
 */
export const legacyDaxFault = (name: string, isExclusive: boolean): Mechanism => mechanism({
  name,
  source: 'spec 3.2 F1–F8, 3.3; fs/dax.c __dax_fault(), dax_insert_mapping() (4.2, 4.3)',
  frame: T,
  order: 'F0 F0l F1 F2 F3 F4 F4r F4u F5 F6 F7 F8 F8u',
  steps: {
    F0: {
      title: 'find the file and index', reads: [...[mappings.file, mappings.fileFirst, mappings.vpnFirst].map(column => at(column, T.mapping)), ...every(files.fs)], to: ['F0l', 'F1'],
      run: go => (begin() ? go.F0l : go.F1),
    },
    F0l: { title: 'take the fault lock shared', takes: invlock, shared: true },
    F1: {
      ...(isExclusive ? { takes: iMmap } : {}),
      title: 'look at the size and for a hole page', reads: [size], to: ['F2', 'F8'],
      run: go => (isInFile() ? go.F2 : go.F8),
    },
    F2: {
      title: 'get_block without allocating', takes: ilock, shared: true, drops: [ilock], reads: [kind, blockDelta, entry, pagesAt(files.entryHuge, T.file), at(mappings.shared, T.mapping), ...SHARED_READS], calls: [allocate, unshare], to: ['F4', 'F3'], costNs: () => kernel.costs.faultNs,
      run: go => {
        if (needsBlocks()) return call(allocate, go.F3);
        return T.write.v === 1 && !isCopyOf(access()) && firstShared(T.file.v, T.index.v, end()) >= 0 ? call(unshare, go.F3) : go.F4;
      },
    },
    F3: {
      title: 'get_block allocated: take its answer', to: ['F4', 'F8'],
      run: go => (takesAnswer() ? go.F4 : go.F8),
    },
    F4: {
      ...(isExclusive ? {} : { takes: iMmap, shared: true }),
      title: 'look at the size again under i_mmap', reads: [size, entry, at(mappings.shared, T.mapping), ...WATCHED_READS], calls: [tellZero], to: ['F4r', 'F4u', 'F5', 'F6'], costNs: () => (mustZero() ? kernel.costs.zeroPageNs * T.pages.v : 0),
      run: go => {
        if (!isInFile()) return go.F4u;
        if (insertsBlock() && replacesWatchedZero(access(), T.index.v, T.pages.v)) return call(tellZero, go.F4r);
        return mustZero() ? go.F5 : go.F6;
      },
    },
    F4r: { title: 'nobody has the hole page mapped any more', reads: [at(mappings.shared, T.mapping)], to: ['F5', 'F6'], run: go => (mustZero() ? go.F5 : go.F6) },
    F4u: { title: 'beyond the end: give up', drops: isExclusive ? [] : [iMmap], to: ['F8'], run: go => go.F8 },
    F5: {
      title: 'zero the whole page', reads: [kind, blockDelta, at(files.fs, T.file)], writes: ZERO_TERMS,
      run: () => {
        if (isGone()) return;
        zeroPages(filesystems.host.get(files.fs.get(T.file.v)), T.index.v + blockDelta.at(T.index.v), T.pages.v);
        counters.zeroedPages.set(counterRow(), counters.zeroedPages.get(counterRow()) + T.pages.v);
      },
    },
    F6: {
      title: 'insert the page-table entry; one that is there already stays', reads: [kind, blockDelta, at(mappings.shared, T.mapping), at(mappings.writable, T.mapping), ...MAP_READS],
      writes: [entry, ...MAP_TERMS], drops: isExclusive ? [] : [iMmap], to: ['F7', 'F8'],
      run: go => {
        insert();
        return mustZero() && !isGone() ? go.F7 : go.F8;
      },
    },
    F7: {
      title: 'convert the extent to written', takes: ilock, drops: [ilock], writes: [kind, ...LOG_CHANGE_TERMS], costNs: () => kernel.costs.allocateNs,
      run: () => { convertRange(T.file.v, T.index.v, end()); },
    },
    F8: {
      title: 'return from the fault', drops: isExclusive ? [iMmap] : [], to: ['F8u', 'done'],
      run: go => {
        if (T.locked.v === 1) return go.F8u;
        return T.errno.v === 0 ? done() : fail(T.errno.v);
      },
    },
    F8u: { title: 'drop the fault lock', drops: [invlock], to: ['done'], run: () => (T.errno.v === 0 ? done() : fail(T.errno.v)) },
  },
});
