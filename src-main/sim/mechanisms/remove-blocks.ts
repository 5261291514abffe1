import type { Row } from '@shared/state/dictionary';
import { OWNER_BUSY_DAX, OWNER_IN_TRANSACTION } from '@shared/state/owner';
import { PAGE_BYTES } from '@shared/units/pages';
import { busyExtents, files, filesystems, hosts, operations } from '@shared/state/tables';
import { assume } from '../engine/assume';
import { emit } from '../engine/events';
import { mechanism } from '../engine/mechanism';
import { at, every, frame, pagesAt } from '../engine/place';
import { call, done, site, type Next } from '../engine/step';
import { kernel } from '../kernel';
import { unmapFile, UNMAP_FILE_READS, UNMAP_TERMS } from './address-space';
import { KIND } from './allocate-blocks';
import { letGo, LET_GO_READS, LET_GO_TERMS } from './block-sharing';
import { ALL_PAGES, changeWatchedFile, FILE_CHANGE, hasWatchedEntries, WATCHED_READS } from './change-watched-file';
import { coveredByEntries } from './dax-entries';
import { disassociate, DISASSOCIATE_TERMS, ENTRY, TAG } from './dax-mapping';
import { firstBusyFrame } from './folio-counts';
import { splitIdleFolios } from './folios';
import { LOG_CHANGE_TERMS, logChange } from './metadata-log';
import { noteUse, USE_READS, USE_TERMS } from './pgmap';

/** `op` asks: its size is the new i_size, or −1 where the size stays (punch); none asks where an inode is evicted. `used` pages of the range may have a block or an entry. */
const T = frame('file', 'first', 'pages', 'op', 'used');

const size = at(files.size, T.file);
const iMmap = at(files.iMmap, T.file);
const ilock = at(files.ilock, T.file);
const kind = pagesAt(files.kind, T.file);
const blockDelta = pagesAt(files.blockDelta, T.file);
const entry = pagesAt(files.entry, T.file);
const entryLock = pagesAt(files.entryLock, T.file);
const end = (): number => T.first.v + T.pages.v;
const usedEnd = (): number => T.first.v + T.used.v;
const hostOf = (file: Row): Row => filesystems.host.get(files.fs.get(file));

/** Calls `visit` for each run of blocks of the file in [first, end). */
export function forEachBlockRun(file: Row, first: number, last: number, visit: (index: number, pfn: number, pages: number) => void): void {
  for (let index = first; index < last;) {
    const next = Math.min(last, files.kind.runEnd(file, index), files.blockDelta.runEnd(file, index));
    if (files.kind.at(file, index) !== KIND.hole) visit(index, index + files.blockDelta.at(file, index), next - index);
    index = next;
  }
}

/** First page of [first, end) whose frame a device holds; −1 if all are idle or only mapped (dax_layout_busy_page_range). */
export function firstBusyIndex(file: Row, first: number, last: number): number {
  const host = hostOf(file);
  const [from, end] = coveredByEntries(file, first, last);
  for (let index = from; index < end;) {
    const next = Math.min(end, files.entry.runEnd(file, index), files.blockDelta.runEnd(file, index));
    if (files.entry.at(file, index) === ENTRY.real) {
      const pfn = index + files.blockDelta.at(file, index);
      const busy = firstBusyFrame(host, pfn, pfn + next - index);
      if (busy >= 0) return index + busy - pfn;
    }
    index = next;
  }
  return -1;
}

export const BUSY_READS = every(files.entry, files.entryHuge, files.blockDelta, hosts.refs, hosts.maps);

/** What {@link deleteEntries} reads and writes. */
export const ENTRY_READS = [...every(hosts.refs, files.blockDelta), ...USE_READS];
export const ENTRY_TERMS = [...every(files.entry, files.entryHuge, files.tag, hosts.order), ...DISASSOCIATE_TERMS, ...USE_TERMS];

/** Deletes DAX entries of a range, those of 2 MiB whole: the frames belong to no file’s page cache any more. */
export function deleteEntries(file: Row, first: number, last: number): void {
  const host = hostOf(file);
  const [from, end] = coveredByEntries(file, first, last);
  for (let index = from; index < end;) {
    const next = Math.min(end, files.entry.runEnd(file, index), files.blockDelta.runEnd(file, index));
    if (files.entry.at(file, index) === ENTRY.real) {
      const pfn = index + files.blockDelta.at(file, index);
      disassociate(host, pfn, next - index);
      noteUse(pfn);
      splitIdleFolios(host, pfn, next - index);
    }
    index = next;
  }
  files.entry.assign(file, from, end - from, ENTRY.none);
  for (const [field, none] of [[files.tag, TAG.clean], [files.entryHuge, 0]] as const) {
    if (field.find(file, from, end, value => value !== none) >= 0) field.assign(file, from, end - from, none);
  }
}

/** What {@link releaseBlocks} writes. */
export const RELEASE_TERMS = every(hosts.owner, hosts.ownerDelta, busyExtents.state, busyExtents.pageCount, busyExtents.dax, filesystems.freeBlocks);

/** Frees one run of blocks; those a device holds become busy extents where the policy keeps them. */
export function releaseBlocks(file: Row, index: number, pfn: number, pages: number): void {
  const host = hostOf(file);
  const keepsBusy = kernel.policy.truncateVsDma.keepsBusyBlocks;
  for (let at = pfn; at < pfn + pages;) {
    const busy = keepsBusy ? firstBusyFrame(host, at, pfn + pages) : -1;
    const isSplit = kernel.policy.knobs.busySplit && busy >= 0;
    const to = !isSplit ? pfn + pages : busy > at ? busy : Math.min(pfn + pages, hosts.refs.runEnd(host, at));
    release(file, index + at - pfn, at, to - at, isSplit ? busy === at : busy >= 0);
    at = to;
  }
}

function release(file: Row, index: number, pfn: number, pages: number, isHeld: boolean): void {
  const host = hostOf(file);
  const fs = files.fs.get(file);
  hosts.owner.assign(host, pfn, pages, isHeld ? OWNER_BUSY_DAX : OWNER_IN_TRANSACTION);
  hosts.ownerDelta.assign(host, pfn, pages, 0);
  const extent = busyExtents.$.row(fs, pfn);
  busyExtents.state.set(extent, busyExtents.state.valueOf('in-transaction'));
  busyExtents.pageCount.set(extent, pages);
  busyExtents.dax.set(extent, isHeld ? 1 : 0);
  busyExtents.firstIndex.set(extent, index);
  filesystems.freeBlocks.set(fs, filesystems.freeBlocks.get(fs) + pages);
  emit(isHeld ? 'blocks-busy' : 'blocks-freed', file, pfn, pages);
}

const sizeAsked = (): number => (T.op.v === 0 ? -1 : kernel.operations[operations.nth.get(T.op.v)].sizeBytes);
const isTruncate = (): boolean => sizeAsked() >= 0;

const tellBehind = site(changeWatchedFile, T.file, T.first, ALL_PAGES, FILE_CHANGE.unmapCopiesToo, 0);
const tellRange = site(changeWatchedFile, T.file, T.first, T.pages, FILE_CHANGE.unmap, 0);
const UNMAP_READS = [...UNMAP_FILE_READS, ...WATCHED_READS];

/** A truncate unmaps all behind the new end, private copies too (truncate_pagecache), also where no block ever was. `again` is the step that asks. */
function unmapRange(again: Next): Next | undefined {
  const [pages, change] = isTruncate() ? [ALL_PAGES, FILE_CHANGE.unmapCopiesToo] : [T.pages.v, FILE_CHANGE.unmap];
  if (hasWatchedEntries(T.file.v, T.first.v, pages, change)) return call(isTruncate() ? tellBehind : tellRange, again);
  unmapFile(T.file.v, T.first.v, T.first.v + pages, isTruncate());
  return undefined;
}

/** The part every layout operation ends with, under iolock and invalidate_lock (spec 4.3 N2–N5). */
export const removeBlocks = mechanism({
  name: 'remove-blocks',
  source: 'spec 4.3 N2–N5; fs/xfs/xfs_iops.c xfs_setattr_size(), mm/truncate.c truncate_pagecache(), truncate_pagecache_range(), fs/dax.c dax_delete_mapping_entry() (6.19)',
  frame: T,
  order: 'N2 N3 N4 N5l N5i N5',
  steps: {
    N2: {
      title: 'set the size', reads: [size, kind, entry], writes: [size],
      run: () => {
        const sizeBytes = sizeAsked();
        if (sizeBytes >= 0) {
          size.v = sizeBytes;
          emit('size-changed', T.file.v, Math.ceil(sizeBytes / PAGE_BYTES));
        }
        T.used.v = Math.max(0, lastBlockEnd() - T.first.v);
      },
    },
    N3: {
      title: 'unmap the range', takes: iMmap, drops: [iMmap], reads: UNMAP_READS, writes: UNMAP_TERMS, calls: [tellBehind, tellRange], to: ['N3'], costNs: () => kernel.costs.unmapNs,
      run: go => unmapRange(go.N3),
    },
    N4: {
      title: 'delete the DAX entries', when: () => T.used.v === 0 || entryLock.find(T.first.v, usedEnd(), holder => holder !== 0) < 0,
      waitsFor: { kind: 'entry', file: 'file', index: 'first' },
      reads: [entryLock, ...ENTRY_READS], writes: ENTRY_TERMS,
      run: () => { if (T.used.v > 0) deleteEntries(T.file.v, T.first.v, usedEnd()); },
    },
    N5l: {
      title: 'open a transaction', takes: ilock, to: ['N5i', 'N5'],
      run: go => {
        if (kernel.policy.daxFault.serialises !== 'i_mmap') return go.N5;
        // The historical cycle is not known; this order of locks is the lab's (spec 3.2, 12).
        assume();
        return go.N5i;
      },
    },
    N5i: {
      // Where faults hold i_mmap while they ask for blocks, this is the other half of the inversion (spec 3.2).
      title: 'unmap what faulted meanwhile, inside the transaction', takes: iMmap, drops: [iMmap], reads: UNMAP_READS, writes: UNMAP_TERMS, calls: [tellBehind, tellRange], to: ['N5i'],
      run: go => unmapRange(go.N5i),
    },
    N5: {
      title: 'free the blocks and commit', drops: [ilock], to: ['done'],
      reads: [...LET_GO_READS, ...every(hosts.refs, hosts.maps)],
      writes: [kind, blockDelta, at(operations.applied, T.op), ...LET_GO_TERMS, ...RELEASE_TERMS, ...LOG_CHANGE_TERMS],
      costNs: () => kernel.costs.allocateNs,
      run: () => {
        if (T.op.v !== 0) operations.applied.set(T.op.v, 1);
        if (isTruncate()) logChange(T.file.v);
        if (T.used.v === 0) return done();
        let removed = 0;
        forEachBlockRun(T.file.v, T.first.v, usedEnd(), (first, blocks, count) => {
          letGo(T.file.v, first, blocks, count, (index, pfn, pages) => { releaseBlocks(T.file.v, index, pfn, pages); });
          removed += count;
        });
        kind.assign(T.first.v, T.used.v, KIND.hole);
        blockDelta.assign(T.first.v, T.used.v, 0);
        if (removed > 0) logChange(T.file.v);
        return done();
      },
    },
  },
});

/** Index behind the last page of the range that may have a block or an entry. */
function lastBlockEnd(): number {
  let last = 0;
  for (let index = T.first.v; index < end();) {
    const next = Math.min(kind.runEnd(index), entry.runEnd(index), end());
    if (kind.at(index) !== KIND.hole || entry.at(index) !== ENTRY.none) last = next;
    if (!Number.isFinite(next)) break;
    index = next;
  }
  return last;
}

