import { files, filesystems, operations } from '@shared/state/tables';
import type { Row } from '@shared/state/dictionary';
import { PAGE_BYTES } from '@shared/units/pages';
import { emit } from '../engine/events';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, frame, pagesAt } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { PTE_TERMS, unmapFile, UNMAP_FILE_READS } from './address-space';
import { allocateBlocks, convertRange, KIND } from './allocate-blocks';
import { changeWatchedFile, FILE_CHANGE, hasWatchedEntries, WATCHED_READS } from './change-watched-file';
import { firstShared, SHARED_READS } from './block-sharing';
import { CONTENT_TERMS, contentAt, noteRead, READ_TERMS, STALE_READS, writeBytes, writePages } from './contents';
import { coveredByEntries } from './dax-entries';
import { ENTRY } from './dax-mapping';
import { LOST_READS, lostErrno } from './lost-filesystem';
import { LOG_CHANGE_TERMS, logChange } from './metadata-log';
import { forEachBlockRun } from './remove-blocks';
import { unshareBlocks } from './unshare-blocks';

/** Pages of a file by bytes: all of them, but for the bytes before `head` of the first and from `tail` on of the last. */
export interface ByteRange {
  readonly first: number;
  readonly pages: number;
  readonly head: number;
  readonly tail: number;
}

/** Calls `visit` for pages of which the same bytes belong to the range. */
export function forEachPart({ first, pages, head, tail }: ByteRange, visit: (index: number, pages: number, firstByte: number, endByte: number) => void): void {
  if (pages === 1) {
    visit(first, 1, head, tail);
    return;
  }
  const from = head > 0 ? 1 : 0;
  const to = tail < PAGE_BYTES ? pages - 1 : pages;
  if (from > 0) visit(first, 1, head, PAGE_BYTES);
  if (to > from) visit(first + from, to - from, 0, PAGE_BYTES);
  if (to < pages) visit(first + pages - 1, 1, 0, tail);
}

const hostOf = (file: Row): Row => filesystems.host.get(files.fs.get(file));

/** `head` is the first byte within the first page, `tail` the end within the last. */
const R = frame('op', 'file', 'first', 'pages', 'head', 'tail');

/** pread(2) of a DAX file: a copy under iolock, so it queues behind a waiting truncate (spec 4.5). Answers bytes read. */
export const readFile = mechanism({
  name: 'pread',
  source: 'fs/xfs/xfs_file.c xfs_file_dax_read(), fs/dax.c dax_iomap_rw() (6.19)',
  frame: R,
  order: 'FR1 FR2',
  steps: {
    FR1: { title: 'take iolock shared', takes: at(files.iolock, R.file), shared: true, costNs: () => kernel.costs.syscallNs },
    FR2: {
      title: 'copy out, drop iolock', drops: [at(files.iolock, R.file)], to: ['done'],
      reads: [at(files.size, R.file), pagesAt(files.kind, R.file), pagesAt(files.blockDelta, R.file), at(files.fs, R.file), ...LOST_READS, ...STALE_READS], writes: READ_TERMS,
      run: () => {
        const lost = lostErrno(R.file.v, 'read');
        if (lost !== 0) return fail(lost);
        const start = R.first.v * PAGE_BYTES + R.head.v;
        const end = Math.min((R.first.v + R.pages.v - 1) * PAGE_BYTES + R.tail.v, files.size.get(R.file.v));
        if (end <= start) return done(0);
        const host = hostOf(R.file.v);
        forEachBlockRun(R.file.v, R.first.v, Math.ceil(end / PAGE_BYTES), (index, pfn, pages) => { if (files.kind.at(R.file.v, index) === KIND.written) noteRead(host, pfn, pages); });
        const isWritten = files.kind.at(R.file.v, R.first.v) === KIND.written;
        const seen = isWritten ? contentAt(host, R.first.v + files.blockDelta.at(R.file.v, R.first.v), R.head.v) : 0;
        operations.seen.set(R.op.v, seen);
        emit('file-read', R.file.v, R.first.v, R.pages.v, seen);
        return done(end - start);
      },
    },
  },
});

/** `pages` and `tail` are cut down to what got blocks. */
const W = frame('op', 'file', 'first', 'pages', 'head', 'tail', 'unwritten', 'errno', 'stale', 'stalePages');
const iolock = at(files.iolock, W.file);
const ilock = at(files.ilock, W.file);
const iMmap = at(files.iMmap, W.file);
const size = at(files.size, W.file);
const kind = pagesAt(files.kind, W.file);
const blockDelta = pagesAt(files.blockDelta, W.file);
const entry = pagesAt(files.entry, W.file);
const entryHuge = pagesAt(files.entryHuge, W.file);
const entryLock = pagesAt(files.entryLock, W.file);
const allocate = site(allocateBlocks, W.file, W.first, W.pages, W.unwritten);
const tellStale = site(changeWatchedFile, W.file, W.stale, W.stalePages, FILE_CHANGE.unmap, 0);
const unshare = site(unshareBlocks, W.file, W.first, W.pages);
const end = (): number => W.first.v + W.pages.v;
const endByte = (): number => (end() - 1) * PAGE_BYTES + W.tail.v;

/** Takes the allocator’s answer: out of space, the write ends before the first page without a block, and fails only if that is the first of all. */
function cutToBlocks(): void {
  const missing = answer.result < 0 ? kind.find(W.first.v, end(), value => (W.unwritten.v === 1 ? value === KIND.hole : value !== KIND.written)) : -1;
  if (missing < 0) return;
  W.pages.v = missing - W.first.v;
  W.tail.v = PAGE_BYTES;
  if (W.pages.v === 0) W.errno.v = answer.errno;
}

/** First page of the range whose block is newer than its entry: the zero page stood for the hole that was there. −1 if there is none. */
const firstStale = (): number => entry.find(W.first.v, end(), value => value === ENTRY.zero);

/** The bytes go past the CPU caches (memcpy_flushcache()); what surrounds them in a block that nobody has written yet is zeroed. */
function copyIn(): void {
  const { tag } = kernel.operations[operations.nth.get(W.op.v)];
  const host = hostOf(W.file.v);
  forEachPart({ first: W.first.v, pages: W.pages.v, head: W.head.v, tail: W.tail.v }, (first, count, firstByte, lastByte) => {
    forEachBlockRun(W.file.v, first, first + count, (index, pfn, pages) => {
      if (kind.at(index) === KIND.unwritten) writePages(host, pfn, pages, 0);
      writeBytes(host, { pfn, pages, firstByte, endByte: lastByte }, tag);
    });
  });
  emit('file-written', W.file.v, W.first.v, W.pages.v, tag);
}

/** pwrite(2) to a DAX file: allocates what is missing, extends the file, copies in. In place it is no layout operation (spec 4.5). Answers bytes written. */
export const writeFile = mechanism({
  name: 'pwrite',
  source: 'fs/xfs/xfs_file.c xfs_file_dax_write(), fs/dax.c dax_iomap_rw(), dax_iomap_iter() (6.19)',
  frame: W,
  order: 'FW1 FW2 FW2u FW2z FW2c FW3',
  steps: {
    FW1: {
      title: 'take iolock exclusive', takes: iolock, calls: [allocate], reads: [at(files.fs, W.file), ...LOST_READS], costNs: () => kernel.costs.syscallNs, to: ['FW3'],
      run: go => {
        W.errno.v = lostErrno(W.file.v, 'write');
        if (W.errno.v !== 0) return go.FW3;
        W.unwritten.v = kernel.policy.daxFault.zeroes === 'in-fault' ? 1 : 0;
        return call(allocate);
      },
    },
    FW2: {
      title: 'copy in', reads: [kind, entry, blockDelta, at(files.fs, W.file), ...SHARED_READS], writes: CONTENT_TERMS, calls: [unshare], to: ['FW2u', 'FW2z', 'FW2c', 'FW3'],
      run: go => {
        if (W.errno.v === 0) cutToBlocks();
        if (W.errno.v !== 0) return go.FW3;
        if (firstShared(W.file.v, W.first.v, end()) >= 0) return call(unshare, go.FW2u);
        if (firstStale() >= 0) return go.FW2z;
        copyIn();
        return go.FW2c;
      },
    },
    FW2u: {
      title: 'blocks that were shared are its own now, as far as there was room', reads: [kind, blockDelta, ...SHARED_READS], to: ['FW2', 'FW3'],
      run: go => {
        const shared = firstShared(W.file.v, W.first.v, end());
        if (shared < 0) return go.FW2;
        W.pages.v = shared - W.first.v;
        W.tail.v = PAGE_BYTES;
        if (W.pages.v > 0) return go.FW2;
        W.errno.v = answer.errno;
        return go.FW3;
      },
    },
    FW2z: {
      // IOMAP_F_NEW: invalidate_inode_pages2_range() waits for locked entries and leaves private copies.
      title: 'new blocks: drop zero entries and unmap', takes: iMmap, drops: [iMmap], when: () => entryLock.find(W.first.v, end(), holder => holder !== 0) < 0,
      waitsFor: { kind: 'entry', file: 'file', index: 'first' },
      reads: [entryLock, ...UNMAP_FILE_READS, ...WATCHED_READS], writes: [entry, entryHuge, ...PTE_TERMS], calls: [tellStale], to: ['FW2', 'FW2z'], costNs: () => kernel.costs.unmapNs,
      run: go => {
        for (let index = firstStale(); index >= 0; index = firstStale()) {
          const [first, next] = coveredByEntries(W.file.v, index, Math.min(end(), entry.runEnd(index), entryHuge.runEnd(index)));
          if (hasWatchedEntries(W.file.v, first, next - first, FILE_CHANGE.unmap)) {
            [W.stale.v, W.stalePages.v] = [first, next - first];
            return call(tellStale, go.FW2z);
          }
          entry.assign(first, next - first, ENTRY.none);
          if (entryHuge.at(first) === 1) entryHuge.assign(first, next - first, 0);
          unmapFile(W.file.v, first, next);
        }
        return go.FW2;
      },
    },
    FW2c: {
      title: 'extend the size, convert unwritten blocks', takes: ilock, drops: [ilock], writes: [size, kind, ...LOG_CHANGE_TERMS],
      run: () => {
        convertRange(W.file.v, W.first.v, end());
        if (endByte() <= size.v) return;
        size.v = endByte();
        logChange(W.file.v);
      },
    },
    FW3: { title: 'drop iolock', drops: [iolock], to: ['done'], run: () => (W.errno.v === 0 ? done(endByte() - W.first.v * PAGE_BYTES - W.head.v) : fail(W.errno.v)) },
  },
});
