import { files, hosts, operations } from '@shared/state/tables';
import type { PageField } from '@shared/state/table';
import { PAGE_BYTES } from '@shared/units/pages';
import { emit } from '../engine/events';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, done, site } from '../engine/step';
import { kernel } from '../kernel';
import { UNMAP_FILE_READS, UNMAP_TERMS, unmapFile } from './address-space';
import { changeWatchedFile, FILE_CHANGE, hasWatchedEntries, WATCHED_READS } from './change-watched-file';
import { CONTENT_TERMS } from './contents';
import { CACHE_READS, DETACH_TERMS, detachPages, isClear, splitFolios } from './page-cache';
import { writebackFile } from './writeback';

/** Locks are taken in the order of inode numbers: `low`, then `high`. */
const T = frame('from', 'to', 'first', 'pages', 'toFirst', 'op', 'low', 'high');

const lowIolock = at(files.iolock, T.low);
const highIolock = at(files.iolock, T.high);
const lowInvlock = at(files.invlock, T.low);
const highInvlock = at(files.invlock, T.high);
const write = site(writebackFile, T.from, 1);
const tell = site(changeWatchedFile, T.to, T.toFirst, T.pages, FILE_CHANGE.unmapCopiesToo, 0);
const toEnd = (): number => T.toFirst.v + T.pages.v;

/** Makes a field of the target’s pages what it is of the source’s. */
function copyRange(field: PageField): void {
  for (let page = 0; page < T.pages.v;) {
    const next = Math.min(T.pages.v, field.runEnd(T.from.v, T.first.v + page) - T.first.v);
    field.assign(T.to.v, T.toFirst.v + page, next - page, field.at(T.from.v, T.first.v + page));
    page = next;
  }
}

/**
 * The two-inode part of a reflink of files that are page cache: the source is written back, the target’s pages go, and both have one
 * content on the medium until one of them is written. Nobody waits for holders of their pages (spec 4.9). Model: which blocks such
 * files have is not followed, so neither is who shares them.
 */
export const shareCached = mechanism({
  name: 'share-cached',
  source: 'spec 4.9, 4.10; fs/xfs/xfs_reflink.c xfs_reflink_remap_prep(), fs/remap_range.c __generic_remap_file_range_prep() (6.19)',
  frame: T,
  order: 'RC1 RC2 RC3 RC4 RC5 RC6 RC7 RC8 RC9',
  steps: {
    RC1: {
      title: 'order the inodes', reads: [at(files.nth, T.from), at(files.nth, T.to)],
      run: () => {
        const isFromLow = files.nth.get(T.from.v) < files.nth.get(T.to.v);
        T.low.v = isFromLow ? T.from.v : T.to.v;
        T.high.v = isFromLow ? T.to.v : T.from.v;
      },
    },
    RC2: { title: 'take the iolock of the lower inode', takes: lowIolock },
    RC3: { title: 'take the iolock of the higher inode', takes: highIolock },
    RC4: { title: 'take the invalidate_lock of the lower inode', takes: lowInvlock },
    RC5: { title: 'take the invalidate_lock of the higher inode; write the source back', takes: highInvlock, calls: [write], run: () => call(write) },
    RC6: {
      title: 'unmap the range of the target', reads: [...UNMAP_FILE_READS, ...WATCHED_READS], writes: UNMAP_TERMS, calls: [tell], to: ['RC6'], costNs: () => kernel.costs.unmapNs,
      run: go => {
        if (hasWatchedEntries(T.to.v, T.toFirst.v, T.pages.v, FILE_CHANGE.unmapCopiesToo)) return call(tell, go.RC6);
        unmapFile(T.to.v, T.toFirst.v, toEnd(), true);
        return undefined;
      },
    },
    RC7: {
      title: 'take its pages out of the cache', waitsFor: { kind: 'cache-folio', file: 'to', index: 'toFirst' },
      when: () => isClear(T.to.v, T.toFirst.v, toEnd(), hosts.locked) && isClear(T.to.v, T.toFirst.v, toEnd(), hosts.writeback),
      reads: [...CACHE_READS, ...every(hosts.locked, hosts.writeback, hosts.maps)], writes: [...DETACH_TERMS, ...CONTENT_TERMS],
      run: () => {
        const [first, end] = splitFolios(T.to.v, T.toFirst.v, toEnd());
        if (first < end) detachPages(T.to.v, first, end);
      },
    },
    RC8: {
      title: 'map the blocks of the source in one transaction', takes: at(files.ilock, T.to), drops: [at(files.ilock, T.to)], costNs: () => kernel.costs.allocateNs,
      reads: every(files.kind, files.medium, files.size), writes: [...every(files.kind, files.medium, files.size), at(operations.applied, T.op)],
      run: () => {
        if (T.pages.v > 0) for (const field of [files.kind, files.medium]) copyRange(field);
        const bytes = T.toFirst.v * PAGE_BYTES + Math.min(files.size.get(T.from.v), (T.first.v + T.pages.v) * PAGE_BYTES) - T.first.v * PAGE_BYTES;
        if (bytes > files.size.get(T.to.v)) {
          files.size.set(T.to.v, bytes);
          emit('size-changed', T.to.v, Math.ceil(bytes / PAGE_BYTES));
        }
        operations.applied.set(T.op.v, 1);
      },
    },
    RC9: { title: 'drop the locks of both', drops: [highInvlock, lowInvlock, highIolock, lowIolock], to: ['done'], run: () => done() },
  },
});
