import { ERRNO } from '@shared/domain/errno';
import { files, filesystems, hosts } from '@shared/state/tables';
import { emit } from '../engine/events';
import { mechanism } from '../engine/mechanism';
import { at, every, frame, pagesAt } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { unmapFile, UNMAP_FILE_READS, PTE_TERMS } from './address-space';
import { isShutDown, KIND, mayFindBlocks, SPACE_TERMS, takeBlocks } from './allocate-blocks';
import { firstShared, letGo, LET_GO_READS, LET_GO_TERMS, SHARED_READS } from './block-sharing';
import { changeWatchedFile, FILE_CHANGE, hasWatchedEntries, WATCHED_READS } from './change-watched-file';
import { CONTENT_TERMS, copyContent, noteRead, READ_TERMS } from './contents';
import { coveredByEntries } from './dax-entries';
import { ENTRY } from './dax-mapping';
import { LOG_CHANGE_TERMS, logChange } from './metadata-log';
import { USE_READS } from './pgmap';
import { deleteEntries, ENTRY_TERMS, releaseBlocks, RELEASE_TERMS } from './remove-blocks';

/** `at`, `pfn` and `run` name the new blocks in hand, `first` and `count` the pages whose entries and mappings go. */
const T = frame('file', 'index', 'pages', 'fs', 'at', 'pfn', 'run', 'errno', 'first', 'count');

const ilock = at(files.ilock, T.file);
const tell = site(changeWatchedFile, T.file, T.first, T.count, FILE_CHANGE.unmap, 0);
const kind = pagesAt(files.kind, T.file);
const blockDelta = pagesAt(files.blockDelta, T.file);
const end = (): number => T.index.v + T.pages.v;
const next = (): number => firstShared(T.file.v, T.index.v, end());
const host = (): number => filesystems.host.get(T.fs.v);

/** Takes new blocks in hand for the next pages that share theirs. */
function reserve(): void {
  T.at.v = next();
  const pfn = T.at.v + blockDelta.at(T.at.v);
  const pages = Math.min(end(), kind.runEnd(T.at.v), blockDelta.runEnd(T.at.v), T.at.v + hosts.sharers.runEnd(host(), pfn) - pfn) - T.at.v;
  const taken = takeBlocks(T.file.v, T.at.v, pages);
  if (taken === null) {
    T.errno.v = ERRNO.ENOSPC;
    emit('allocation-failed', T.file.v, ERRNO.ENOSPC);
    return;
  }
  T.pfn.v = taken.pfn;
  T.run.v = taken.pages;
}

/** An entry that somebody has locked, to look at the block again, stays as an empty one. */
function keepLocked(): void {
  for (let index = T.at.v; index < T.at.v + T.run.v;) {
    const next = Math.min(T.at.v + T.run.v, files.entryLock.runEnd(T.file.v, index));
    if (files.entryLock.at(T.file.v, index) !== 0) files.entry.assign(T.file.v, index, next - index, ENTRY.empty);
    index = next;
  }
}

/** The new blocks get the content of the old ones and their place in the file. Who maps the old ones looks again; who holds them keeps them. */
function replace(): void {
  const old = T.at.v + blockDelta.at(T.at.v);
  unmapFile(T.file.v, T.first.v, T.first.v + T.count.v);
  deleteEntries(T.file.v, T.at.v, T.at.v + T.run.v);
  keepLocked();
  noteRead(host(), old, T.run.v);
  copyContent(host(), old, T.pfn.v, T.run.v);
  letGo(T.file.v, T.at.v, old, T.run.v, (index, pfn, pages) => { releaseBlocks(T.file.v, index, pfn, pages); });
  blockDelta.assign(T.at.v, T.run.v, T.pfn.v - T.at.v);
  logChange(T.file.v);
  emit('blocks-unshared', T.file.v, T.at.v, T.pfn.v, T.run.v);
}

/**
 * Gives a range of a DAX file blocks of its own where it shares them: what a write, a write fault or an unsharing does first (spec 4.10).
 * It waits for no holder of the old blocks. Answers what lies behind its pages then, a word of `files.kind`, or ENOSPC where no block is free.
 * Model: a kernel puts the new blocks in their place once the data is written; here they are there, as copies, before.
 */
export const unshareBlocks = mechanism({
  name: 'unshare-blocks',
  source: 'spec 4.10, 3.4 E7; fs/xfs/xfs_reflink.c xfs_reflink_allocate_cow(), xfs_reflink_end_cow(), fs/dax.c dax_iomap_copy_around() (6.1, 6.19)',
  frame: T,
  order: 'US1 US2 US3 US4 US5',
  steps: {
    US1: { title: 'take the allocation lock', takes: ilock, run: () => { T.fs.v = files.fs.get(T.file.v); } },
    US2: {
      title: 'find free blocks for the next pages that are shared', when: () => isShutDown(T.fs.v) || next() < 0 || mayFindBlocks(T.fs.v), waitsFor: { kind: 'blocks', fs: 'fs' },
      reads: [kind, blockDelta, at(filesystems.shutDown, T.fs), ...SHARED_READS, ...every(hosts.owner, hosts.resting)], to: ['US3', 'US5'],
      run: go => {
        if (next() < 0) return go.US5;
        if (isShutDown(T.fs.v)) T.errno.v = ERRNO.EIO;
        return T.errno.v === 0 ? go.US3 : go.US5;
      },
    },
    US3: {
      title: 'reserve them', reads: [kind, blockDelta, ...SHARED_READS], writes: SPACE_TERMS, to: ['US2', 'US4', 'US5'], costNs: () => kernel.costs.allocateNs,
      run: go => {
        // The other file may have let go of its blocks meanwhile.
        if (next() < 0) return go.US2;
        reserve();
        return T.errno.v === 0 ? go.US4 : go.US5;
      },
    },
    US4: {
      title: 'unmap the old blocks, copy them, put the copies in their place', reads: [kind, ...UNMAP_FILE_READS, ...WATCHED_READS, ...USE_READS, ...LET_GO_READS, ...every(files.entryLock, files.entryHuge, hosts.refs, hosts.maps)],
      writes: [blockDelta, ...ENTRY_TERMS, ...PTE_TERMS, ...CONTENT_TERMS, ...READ_TERMS, ...LET_GO_TERMS, ...RELEASE_TERMS, ...LOG_CHANGE_TERMS],
      calls: [tell], to: ['US2', 'US4'], costNs: () => kernel.costs.copyPageNs * T.run.v,
      run: go => {
        // An entry of 2 MiB goes as a whole.
        const [first, last] = coveredByEntries(T.file.v, T.at.v, T.at.v + T.run.v);
        [T.first.v, T.count.v] = [first, last - first];
        if (hasWatchedEntries(T.file.v, T.first.v, T.count.v, FILE_CHANGE.unmap)) return call(tell, go.US4);
        replace();
        return go.US2;
      },
    },
    US5: { title: 'drop the allocation lock', drops: [ilock], to: ['done'], run: () => (T.errno.v === 0 ? done(KIND.written) : fail(T.errno.v)) },
  },
});
