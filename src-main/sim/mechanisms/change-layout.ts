import { files, filesystems, operations } from '@shared/state/tables';
import type { Row } from '@shared/state/dictionary';
import { PAGE_BYTES } from '@shared/units/pages';
import { hosts } from '@shared/state/tables';
import { emit } from '../engine/events';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame, pagesAt } from '../engine/place';
import { call, done, fail, site, type Call } from '../engine/step';
import { kernel, type LayoutChange } from '../kernel';
import { allocateBlocks, KIND } from './allocate-blocks';
import { firstShared, moveOwner, SHARED_READS } from './block-sharing';
import { CONTENT_TERMS, writeBytes } from './contents';
import { LOG_CHANGE_TERMS, logChange } from './metadata-log';
import { LOST_READS, lostErrno } from './lost-filesystem';
import { deleteEntries, ENTRY_READS, ENTRY_TERMS, forEachBlockRun, removeBlocks } from './remove-blocks';
import { ALL_PAGES } from './change-watched-file';
import { unmapStep } from './unmap-step';
import { unshareBlocks } from './unshare-blocks';

/** Pages [first, first + pages) are touched; those from `whole` on, `wholePages` of them, wholly. */
const T = frame('file', 'first', 'pages', 'op', 'whole', 'wholePages', 'edge', 'unshared');

const size = at(files.size, T.file);
const ilock = at(files.ilock, T.file);
const kind = pagesAt(files.kind, T.file);
const blockDelta = pagesAt(files.blockDelta, T.file);
const entryLock = pagesAt(files.entryLock, T.file);
const END = Number.MAX_SAFE_INTEGER;
const remove = site(removeBlocks, T.file, T.whole, T.wholePages, T.op);
const allocate = site(allocateBlocks, T.file, T.first, T.pages, 1);
const unshareEdge = site(unshareBlocks, T.file, T.edge, 1);
const unshare = site(unshareBlocks, T.file, T.first, T.pages);

const asked = (): { readonly sizeBytes: number; readonly change: LayoutChange | null } => kernel.operations[operations.nth.get(T.op.v)];
/** What is to be done; a hole is punched where the operation says nothing else. */
const mode = (): LayoutChange['mode'] | 'truncate' => (asked().sizeBytes >= 0 ? 'truncate' : asked().change?.mode ?? 'punch');

/** Zeroes bytes [from, to) of one page of the file, if it has a written block. */
function zeroPart(from: number, to: number): void {
  const index = Math.floor(from / PAGE_BYTES);
  if (to <= from || kind.at(index) !== KIND.written) return;
  const host = filesystems.host.get(files.fs.get(T.file.v));
  writeBytes(host, { pfn: index + blockDelta.at(index), pages: 1, firstByte: from - index * PAGE_BYTES, endByte: to - index * PAGE_BYTES }, 0);
}

const roundUp = (bytes: number): number => Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES;

/** The parts of pages that the operation leaves in the file, but not what is in them. */
function edges(): readonly (readonly [from: number, to: number])[] {
  const { sizeBytes, change } = asked();
  if (mode() === 'truncate') {
    const from = Math.min(sizeBytes, size.v);
    return [[from, roundUp(from)]];
  }
  if (change === null || (change.mode !== 'punch' && change.mode !== 'zero')) return [];
  const head = [change.start, Math.min(change.end, roundUp(change.start))] as const;
  const lastPage = Math.floor(change.end / PAGE_BYTES) * PAGE_BYTES;
  return lastPage >= roundUp(change.start) ? [head, [lastPage, change.end]] : [head];
}

/** First page that keeps a part and shares its block: it has to be copied before it is zeroed. −1 if there is none. */
const sharedEdge = (): number => edges().filter(([from, to]) => to > from).map(([from]) => Math.floor(from / PAGE_BYTES)).find(page => firstShared(T.file.v, page, page + 1) >= 0) ?? -1;

/** What is to have blocks of its own before anything else. */
function sharedPart(): Call | null {
  T.edge.v = Math.max(0, sharedEdge());
  if (sharedEdge() >= 0) return unshareEdge;
  return mode() === 'unshare' && firstShared(T.file.v, T.first.v, T.first.v + T.pages.v) >= 0 ? unshare : null;
}

/** The pages that go wholly. */
function findWhole(): void {
  const { change } = asked();
  const first = change === null ? T.first.v : Math.ceil(change.start / PAGE_BYTES);
  const end = change === null ? T.first.v + T.pages.v : Math.floor(change.end / PAGE_BYTES);
  T.whole.v = first;
  T.wholePages.v = Math.max(0, end - first);
}

interface Run {
  readonly index: number;
  readonly pfn: number;
  readonly pages: number;
  readonly kind: number;
}

/** Moves all blocks from page `from` on by some pages; what was there is a hole then. */
function shift(from: number, by: number): void {
  const host: Row = filesystems.host.get(files.fs.get(T.file.v));
  const runs: Run[] = [];
  let last = from;
  while (Number.isFinite(kind.runEnd(last))) last = kind.runEnd(last);
  forEachBlockRun(T.file.v, from, last, (index, pfn, pages) => { runs.push({ index, pfn, pages, kind: kind.at(index) }); });
  for (const { index, pages } of runs) {
    kind.assign(index, pages, KIND.hole);
    blockDelta.assign(index, pages, 0);
  }
  for (const run of runs) {
    kind.assign(run.index + by, run.pages, run.kind);
    blockDelta.assign(run.index + by, run.pages, run.pfn - run.index - by);
    moveOwner(host, files.nth.get(T.file.v), run.index, run.pfn, run.pages, by);
  }
  emit('layout-shifted', T.file.v, from, by);
}

function setSize(bytes: number): void {
  size.v = bytes;
  emit('size-changed', T.file.v, Math.ceil(bytes / PAGE_BYTES));
}

/** What a layout operation does once nothing stands against it: the caller holds iolock and invalidate_lock. Answers ENOSPC where it has to allocate. */
export const changeLayout = mechanism({
  name: 'change-layout',
  source: 'spec 4.1, 4.3; fs/xfs/xfs_iops.c xfs_setattr_size(), fs/xfs/xfs_bmap_util.c xfs_free_file_space(), xfs_collapse_file_space(), xfs_insert_file_space(), xfs_alloc_file_space() (6.19)',
  frame: T,
  order: 'CL1 CL2 CL3 CL4 CL5 CL6 CL7',
  steps: {
    CL1: {
      title: 'zero the parts of pages that stay', reads: [size, kind, blockDelta, at(files.fs, T.file), ...LOST_READS, ...SHARED_READS], writes: CONTENT_TERMS, to: ['CL1', 'CL2', 'CL3', 'CL6', 'done'], calls: [allocate, unshare, unshareEdge],
      run: go => {
        const lost = lostErrno(T.file.v, 'change');
        if (lost !== 0) return fail(lost);
        if (T.unshared.v === 1 && answer.result < 0) return fail(answer.errno);
        const shared = sharedPart();
        T.unshared.v = shared === null ? 0 : 1;
        if (shared !== null) return call(shared, go.CL1);
        findWhole();
        for (const [from, to] of edges()) zeroPart(from, to);
        switch (mode()) {
          case 'insert': return go.CL3;
          case 'alloc': case 'unshare': return call(allocate, go.CL6);
          default: return go.CL2;
        }
      },
    },
    CL2: {
      title: 'remove the blocks', calls: [remove], to: ['CL3', 'CL6', 'CL7'],
      run: go => call(remove, mode() === 'collapse' ? go.CL3 : mode() === 'zero' ? go.CL6 : go.CL7),
    },
    CL3: unmapStep('CL3', 'unmap all that moves', T.file, [{ first: T.whole, pages: ALL_PAGES }]),
    CL4: {
      title: 'delete the DAX entries of what moves', when: () => entryLock.find(T.whole.v, END, holder => holder !== 0) < 0, waitsFor: { kind: 'entry', file: 'file', index: 'whole' },
      reads: [entryLock, ...ENTRY_READS], writes: ENTRY_TERMS, run: () => { deleteEntries(T.file.v, T.whole.v, END); },
    },
    CL5: {
      title: 'shift the extents in one transaction', takes: ilock, drops: [ilock], writes: [size, kind, blockDelta, at(operations.applied, T.op), ...every(hosts.ownerDelta), ...LOG_CHANGE_TERMS],
      reads: [at(files.fs, T.file), ...every(hosts.owner)], to: ['done'], costNs: () => kernel.costs.allocateNs,
      run: () => {
        const isInsert = mode() === 'insert';
        shift(isInsert ? T.whole.v : T.whole.v + T.wholePages.v, isInsert ? T.wholePages.v : -T.wholePages.v);
        setSize(size.v + (isInsert ? 1 : -1) * T.wholePages.v * PAGE_BYTES);
        logChange(T.file.v);
        operations.applied.set(T.op.v, 1);
        return done();
      },
    },
    CL6: {
      title: 'allocated: extend the size', takes: ilock, drops: [ilock], reads: [size], writes: [size, at(operations.applied, T.op), ...LOG_CHANGE_TERMS], calls: [allocate], to: ['CL7', 'done'],
      run: go => {
        if (mode() !== 'zero' && answer.result < 0) return fail(answer.errno);
        const { change } = asked();
        operations.applied.set(T.op.v, 1);
        if (change !== null && change.end > size.v) {
          setSize(change.end);
          logChange(T.file.v);
        }
        return mode() === 'zero' ? call(allocate, go.CL7) : done();
      },
    },
    CL7: { title: 'return', to: ['done'], run: () => (answer.result < 0 ? fail(answer.errno) : done()) },
  },
});
