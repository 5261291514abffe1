import { ERRNO } from '@shared/domain/errno';
import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { OWNER_BUSY_DAX, OWNER_FREE, OWNER_IN_TRANSACTION } from '@shared/state/owner';
import { busyExtents, files, filesystems, hosts } from '@shared/state/tables';
import { emit } from '../engine/events';
import { mechanism } from '../engine/mechanism';
import { at, every, frame, pagesAt } from '../engine/place';
import { done, fail } from '../engine/step';
import { kernel } from '../kernel';

/** Values of `files.kind`. */
export const KIND = { hole: 0, unwritten: 1, written: 2 } as const;

const T = frame('file', 'index', 'pages', 'fs', 'errno');

const ilock = at(files.ilock, T.file);
const kind = pagesAt(files.kind, T.file);
const blockDelta = pagesAt(files.blockDelta, T.file);
const freeBlocks = at(filesystems.freeBlocks, T.fs);

const end = (): number => T.index.v + T.pages.v;

interface Extent {
  readonly pfn: number;
  readonly pages: number;
}

/** First free blocks of the file system, at most `pages` of them; null if every block is owned or busy. */
function firstFree(fs: Row, pages: number): Extent | null {
  const host = filesystems.host.get(fs);
  const first = filesystems.firstPfn.get(fs);
  const endPfn = first + filesystems.blockCount.get(fs);
  const pfn = hosts.owner.find(host, first, endPfn, owner => owner === OWNER_FREE);
  if (pfn < 0) return null;
  return { pfn, pages: Math.min(pages, endPfn - pfn, hosts.owner.runEnd(host, pfn) - pfn) };
}

const hasBlocksOf = (owner: number): boolean => {
  const first = filesystems.firstPfn.get(T.fs.v);
  return hosts.owner.find(filesystems.host.get(T.fs.v), first, first + filesystems.blockCount.get(T.fs.v), value => value === owner) >= 0;
};

/** Nothing more is needed, or free blocks exist, or waiting would not bring any: the log has nothing to commit and no busy extent may be waited for. */
const mayGoOn = (): boolean =>
  needsNoBlock() || firstFree(T.fs.v, 1) !== null || (!hasBlocksOf(OWNER_IN_TRANSACTION) && !(kernel.policy.knobs.busyFull === 'wait' && hasBlocksOf(OWNER_BUSY_DAX)));

const nextUnwritten = (): number => kind.find(T.index.v, end(), value => value !== KIND.written);
const isDone = (): boolean => nextUnwritten() < 0;
/** The next page has a block and is converted in place, or there is no next page. */
const needsNoBlock = (): boolean => isDone() || kind.at(nextUnwritten()) === KIND.unwritten;

/** Gives the next pages of the range that have none a run of free blocks, zeroed before anybody can see them. */
function allocateRun(): void {
  const index = nextUnwritten();
  const host = filesystems.host.get(T.fs.v);
  if (kind.at(index) === KIND.unwritten) {
    const pages = Math.min(end(), kind.runEnd(index), blockDelta.runEnd(index)) - index;
    hosts.content.assign(host, index + blockDelta.at(index), pages, 0);
    kind.assign(index, pages, KIND.written);
    return;
  }
  const free = firstFree(T.fs.v, Math.min(end(), kind.runEnd(index)) - index);
  if (free === null) {
    T.errno.v = ERRNO.ENOSPC;
    emit('allocation-failed', T.file.v, ERRNO.ENOSPC);
    return;
  }
  hosts.owner.assign(host, free.pfn, free.pages, files.nth.get(T.file.v));
  hosts.ownerDelta.assign(host, free.pfn, free.pages, index - free.pfn);
  hosts.content.assign(host, free.pfn, free.pages, 0);
  kind.assign(index, free.pages, KIND.written);
  blockDelta.assign(index, free.pages, free.pfn - index);
  freeBlocks.v -= free.pages;
  emit('blocks-allocated', T.file.v, index, free.pfn, free.pages);
}

const SPACE = every(hosts.owner, hosts.ownerDelta);

/**
 * Allocates what a range of a file lacks, zeroed and marked written before the transaction commits (spec 3.3).
 * Busy blocks are trimmed around and never reused in place; with nothing else free it waits for the log or for a busy
 * extent, or answers ENOSPC (knob busyFull).
 */
export const allocateBlocks = mechanism({
  name: 'allocate-blocks',
  source: 'spec 3.3, 4.6 B6; fs/xfs/xfs_iomap.c xfs_iomap_write_direct(), fs/xfs/xfs_extent_busy.c xfs_extent_busy_flush() (6.19)',
  frame: T,
  order: 'AB1 AB2 AB3 AB4',
  steps: {
    AB1: { title: 'take the allocation lock', takes: ilock, run: () => { T.fs.v = files.fs.get(T.file.v); } },
    AB2: {
      title: 'find free blocks', when: mayGoOn, waitsFor: { kind: 'blocks', fs: 'fs' },
      reads: [kind, ...every(hosts.owner)], to: ['AB3', 'AB4'],
      run: go => (isDone() ? go.AB4 : go.AB3),
    },
    AB3: {
      title: 'zero the blocks and give them to the file', to: ['AB2', 'AB4'],
      reads: [kind, blockDelta, freeBlocks, ...SPACE], writes: [kind, blockDelta, freeBlocks, ...SPACE, ...every(hosts.content)],
      costNs: () => kernel.costs.allocateNs,
      run: go => {
        allocateRun();
        return T.errno.v === 0 ? go.AB2 : go.AB4;
      },
    },
    AB4: { title: 'commit and drop the allocation lock', drops: [ilock], to: ['done'], run: () => (T.errno.v === 0 ? done() : fail(T.errno.v)) },
  },
});

/** Blocks that statfs counts free but that cannot be allocated now (spec 4.6). */
export function unallocatableBlocks(fs: Row): number {
  let blocks = 0;
  for (const extent of busyExtents.$.rows(arena)) {
    if (busyExtents.fs.get(extent) === fs && busyExtents.state.get(extent) !== 0) blocks += busyExtents.pageCount.get(extent);
  }
  return blocks;
}
