import { ERRNO } from '@shared/domain/errno';
import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { OWNER_BUSY_DAX, OWNER_FREE, OWNER_IN_TRANSACTION } from '@shared/state/owner';
import { busyExtents, counters, files, filesystems, hosts } from '@shared/state/tables';
import { emit } from '../engine/events';
import { mechanism } from '../engine/mechanism';
import { at, every, frame, pagesAt } from '../engine/place';
import { done, fail } from '../engine/step';
import { kernel } from '../kernel';
import type { DaxFault } from '../policies/policy';
import { CONTENT_TERMS, makeStale, ZERO_TERMS, zeroPages } from './contents';
import { counterRow } from './folio-counts';
import { LOG_CHANGE_TERMS, logChange } from './metadata-log';

const XFS = filesystems.type.valueOf('xfs');

/** Values of `files.kind`. */
export const KIND = { hole: 0, unwritten: 1, written: 2 } as const;

/** `unwritten` is 1 where blocks stay as they are, to be zeroed or written and converted by the caller. `at`, `pfn` and `run` name the blocks in hand. */
const T = frame('file', 'index', 'pages', 'unwritten', 'fs', 'at', 'pfn', 'run', 'errno');

const ilock = at(files.ilock, T.file);
const kind = pagesAt(files.kind, T.file);
const blockDelta = pagesAt(files.blockDelta, T.file);
const freeBlocks = at(filesystems.freeBlocks, T.fs);

const end = (): number => T.index.v + T.pages.v;

interface Extent {
  readonly pfn: number;
  readonly pages: number;
}

/** Whether the allocator of a file system takes freed blocks again at once: chance, and a property of what was observed (spec 16, reuseSoon). */
export function reusesSoon(fs: Row): boolean {
  const { reuseSoon } = kernel.policy.knobs;
  return reuseSoon === 'true' || (reuseSoon === 'xfs-only' && filesystems.type.get(fs) === XFS);
}

/** First free blocks of the file system, at most `pages` of them; null if every block is owned, busy or not taken yet again. */
function firstFree(fs: Row, pages: number): Extent | null {
  const host = filesystems.host.get(fs);
  const endPfn = filesystems.firstPfn.get(fs) + filesystems.blockCount.get(fs);
  for (let at = filesystems.firstPfn.get(fs); at < endPfn;) {
    const pfn = hosts.owner.find(host, at, endPfn, owner => owner === OWNER_FREE);
    if (pfn < 0) return null;
    at = Math.min(endPfn, hosts.owner.runEnd(host, pfn), hosts.resting.runEnd(host, pfn));
    if (hosts.resting.at(host, pfn) === 0) return { pfn, pages: Math.min(pages, at - pfn) };
  }
  return null;
}

/** Free blocks that lie side by side, of `pages` wanted; all that are wanted where none is free, so that the allocation finds out. */
export const freeRun = (fs: Row, pages: number): number => firstFree(fs, pages)?.pages ?? pages;

const hasBlocksOf = (fs: Row, owner: number): boolean => {
  const first = filesystems.firstPfn.get(fs);
  return hosts.owner.find(filesystems.host.get(fs), first, first + filesystems.blockCount.get(fs), value => value === owner) >= 0;
};

/** Free blocks exist, or waiting would not bring any: the log has nothing to commit and no busy extent may be waited for. */
export const mayFindBlocks = (fs: Row): boolean =>
  firstFree(fs, 1) !== null || (!hasBlocksOf(fs, OWNER_IN_TRANSACTION) && !(kernel.policy.knobs.busyFull === 'wait' && hasBlocksOf(fs, OWNER_BUSY_DAX)));

/** No transaction begins on a file system that is shut down (xfs_trans_alloc()). */
export const isShutDown = (fs: Row): boolean => filesystems.shutDown.get(fs) === 1;

/** First page of the range that still lacks what is asked for; −1 if none does. */
const nextMissing = (): number => kind.find(T.index.v, end(), value => (T.unwritten.v === 1 ? value === KIND.hole : value !== KIND.written));
const isDone = (): boolean => nextMissing() < 0;
/** The next page has a block and is converted in place, or there is no next page. */
const needsNoBlock = (): boolean => isDone() || kind.at(nextMissing()) === KIND.unwritten;

/** Makes the first free blocks those of a file; null if none is free. */
export function takeBlocks(file: Row, index: number, pages: number): Extent | null {
  const fs = files.fs.get(file);
  const host = filesystems.host.get(fs);
  const free = firstFree(fs, pages);
  if (free === null) return null;
  hosts.owner.assign(host, free.pfn, free.pages, files.nth.get(file));
  hosts.ownerDelta.assign(host, free.pfn, free.pages, index - free.pfn);
  makeStale(host, free.pfn, free.pages);
  filesystems.freeBlocks.set(fs, filesystems.freeBlocks.get(fs) - free.pages);
  return free;
}

/** Takes blocks in hand for the next pages that lack something: those they have, else free ones, which are the file’s from now on. */
function reserve(): void {
  T.at.v = nextMissing();
  if (kind.at(T.at.v) === KIND.unwritten) {
    T.run.v = Math.min(end(), kind.runEnd(T.at.v), blockDelta.runEnd(T.at.v)) - T.at.v;
    T.pfn.v = T.at.v + blockDelta.at(T.at.v);
    return;
  }
  const free = takeBlocks(T.file.v, T.at.v, Math.min(end(), kind.runEnd(T.at.v)) - T.at.v);
  if (free === null) {
    T.errno.v = ERRNO.ENOSPC;
    emit('allocation-failed', T.file.v, ERRNO.ENOSPC);
    return;
  }
  T.run.v = free.pages;
  T.pfn.v = free.pfn;
}

function zeroInHand(): void {
  zeroPages(filesystems.host.get(T.fs.v), T.pfn.v, T.run.v);
  counters.zeroedPages.set(counterRow(), counters.zeroedPages.get(counterRow()) + T.run.v);
}

/** Whether blocks in hand are zeroed by this allocation, and when (spec 3.3, 3.8). */
const zeroesNow = (when: DaxFault['zeroes']): boolean => T.unwritten.v === 0 && kernel.policy.daxFault.zeroes === when;

const SPACE = every(hosts.owner, hosts.ownerDelta, hosts.resting);
/** What {@link takeBlocks} reads and writes. */
export const SPACE_TERMS = [...SPACE, ...every(filesystems.freeBlocks), ...CONTENT_TERMS];

/**
 * Allocates what a range of a file lacks. Where blocks become written at once, they are zeroed before the transaction that says so
 * commits, or right behind it (policy dax-fault); where they stay unwritten, the caller zeroes and converts them.
 * Answers what lies behind the first page then, a word of `files.kind`. Busy blocks are trimmed around and never reused in place; with nothing else free it waits for the log or for a busy
 * extent, or answers ENOSPC (knob busyFull).
 */
export const allocateBlocks = mechanism({
  name: 'allocate-blocks',
  source: 'spec 3.3, 4.6 B6; fs/xfs/xfs_iomap.c xfs_iomap_write_direct(), fs/xfs/xfs_extent_busy.c xfs_extent_busy_flush() (6.19)',
  frame: T,
  order: 'AB1 AB2 AB3 AB3m AB3z AB4',
  steps: {
    AB1: { title: 'take the allocation lock', takes: ilock, run: () => { T.fs.v = files.fs.get(T.file.v); } },
    AB2: {
      title: 'find free blocks', when: () => isShutDown(T.fs.v) || needsNoBlock() || mayFindBlocks(T.fs.v), waitsFor: { kind: 'blocks', fs: 'fs' },
      reads: [kind, at(filesystems.shutDown, T.fs), ...every(hosts.owner, hosts.resting)], to: ['AB3', 'AB4'],
      run: go => {
        if (isDone()) return go.AB4;
        if (isShutDown(T.fs.v)) T.errno.v = ERRNO.EIO;
        return T.errno.v === 0 ? go.AB3 : go.AB4;
      },
    },
    AB3: {
      title: 'reserve blocks; zero them before anybody can see them', to: ['AB3m', 'AB4'],
      reads: [kind, blockDelta, ...SPACE], writes: [freeBlocks, ...SPACE, ...ZERO_TERMS],
      costNs: () => (zeroesNow('before-commit') ? kernel.costs.zeroPageNs * T.run.v : 0),
      run: go => {
        reserve();
        if (T.errno.v !== 0) return go.AB4;
        if (zeroesNow('before-commit')) zeroInHand();
        return go.AB3m;
      },
    },
    AB3m: {
      title: 'give them to the file in one transaction', reads: [kind], writes: [kind, blockDelta, ...LOG_CHANGE_TERMS], to: ['AB2', 'AB3z'],
      costNs: () => kernel.costs.allocateNs,
      run: go => {
        if (kind.at(T.at.v) === KIND.hole) emit('blocks-allocated', T.file.v, T.at.v, T.pfn.v, T.run.v);
        kind.assign(T.at.v, T.run.v, T.unwritten.v === 1 ? KIND.unwritten : KIND.written);
        blockDelta.assign(T.at.v, T.run.v, T.pfn.v - T.at.v);
        logChange(T.file.v);
        return zeroesNow('after-commit') ? go.AB3z : go.AB2;
      },
    },
    AB3z: {
      title: 'zero them, outside the transaction', writes: ZERO_TERMS, to: ['AB2'], costNs: () => kernel.costs.zeroPageNs * T.run.v,
      run: go => {
        zeroInHand();
        return go.AB2;
      },
    },
    AB4: { title: 'drop the allocation lock', drops: [ilock], to: ['done'], reads: [kind], run: () => (T.errno.v === 0 ? done(kind.at(T.index.v)) : fail(T.errno.v)) },
  },
});

/** Makes unwritten blocks of a range written: what they hold may be read from now on. */
export function convertRange(file: Row, first: number, last: number): void {
  for (let index = files.kind.find(file, first, last, value => value === KIND.unwritten); index >= 0; index = files.kind.find(file, first, last, value => value === KIND.unwritten)) {
    files.kind.assign(file, index, Math.min(last, files.kind.runEnd(file, index)) - index, KIND.written);
    logChange(file);
  }
}

/** Blocks that statfs counts free but that cannot be allocated now (spec 4.6). */
export function unallocatableBlocks(fs: Row): number {
  let blocks = 0;
  for (const extent of busyExtents.$.rows(arena)) {
    if (busyExtents.fs.get(extent) === fs && busyExtents.state.get(extent) !== 0) blocks += busyExtents.pageCount.get(extent);
  }
  return blocks;
}
