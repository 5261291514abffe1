import { ERRNO } from '@shared/domain/errno';
import type { Row } from '@shared/state/dictionary';
import type { PageField } from '@shared/state/table';
import { files, hosts, operations } from '@shared/state/tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { emit } from '../engine/events';
import { mechanism } from '../engine/mechanism';
import { at, every, frame, pagesAt } from '../engine/place';
import { call, done, fail, site, type Next } from '../engine/step';
import { kernel } from '../kernel';
import { unmapFile, UNMAP_FILE_READS, UNMAP_TERMS } from './address-space';
import { ADD_READS, ADD_TERMS, addToCache, CACHE_READS, DETACH_TERMS, detachPages, fillPages, forEachCached, hasMedium, hasPageContent, hostOf, isClear, markDirty, splitFolios } from './page-cache';
import { ALL_PAGES, changeWatchedFile, FILE_CHANGE, hasWatchedEntries, WATCHED_READS } from './change-watched-file';
import { CONTENT_TERMS, writeBytes } from './contents';
import { LOG_CHANGE_TERMS, logQuietly } from './metadata-log';

/** What a layout operation does to the range. `truncate` sets the size that its operation asks for; `evict` is the end of the inode. */
export const CACHE_MODE = { truncate: 0, punch: 1, zero: 2, collapse: 3, insert: 4, alloc: 5, evict: 6 } as const;

/**
 * [first, first + pages) are whole pages. The page before them is zeroed from byte `head` on, the one behind them up to `tail`, where
 * these are not 0; −1 pages are a part of one page, from `head` to `tail`.
 */
const T = frame('file', 'first', 'pages', 'op', 'mode', 'head', 'tail', 'errno');

const iolock = at(files.iolock, T.file);
const invlock = at(files.invlock, T.file);
const size = at(files.size, T.file);
const kind = pagesAt(files.kind, T.file);
const medium = pagesAt(files.medium, T.file);

const is = (...modes: readonly (keyof typeof CACHE_MODE)[]): boolean => modes.some(mode => CACHE_MODE[mode] === T.mode.v);
/** Pages that leave the cache: what moves in the file goes with what is removed. */
const firstGone = (): number => T.first.v;
const endGone = (): number => (is('collapse', 'insert', 'truncate', 'evict') ? Number.MAX_SAFE_INTEGER : T.first.v + T.pages.v);
const removes = (): boolean => !is('alloc') && T.pages.v > 0;
const newSize = (): number => kernel.operations[operations.nth.get(T.op.v)].sizeBytes;
const isUnlocked = (): boolean => !removes() || (isClear(T.file.v, firstGone(), endGone(), hosts.locked) && isClear(T.file.v, firstGone(), endGone(), hosts.writeback));

/** Why a file system does not do this at all (vfs_fallocate(), shmem_fallocate(), ext4_collapse_range(), xfs_falloc_*()). */
function refusal(): number {
  if (is('truncate', 'evict')) return 0;
  if (!hasPageContent(T.file.v)) return ERRNO.EOPNOTSUPP;
  if (is('zero', 'collapse', 'insert') && !hasMedium(T.file.v)) return ERRNO.EOPNOTSUPP;
  const end = (T.first.v + T.pages.v) * PAGE_BYTES;
  if (is('collapse') && end >= size.v) return ERRNO.EINVAL;
  return is('insert') && T.first.v * PAGE_BYTES >= size.v ? ERRNO.EINVAL : 0;
}

/** Dirty pages that are to move are written out first (filemap_write_and_wait_range()). */
function writeOut(): void {
  const host = hostOf(T.file.v);
  forEachCached(T.file.v, T.first.v, Number.MAX_SAFE_INTEGER, (index, pfn, pages) => {
    for (let at = pfn; at < pfn + pages;) {
      const next = Math.min(pfn + pages, hosts.content.runEnd(host, at), hosts.dirty.runEnd(host, at));
      if (hosts.dirty.at(host, at) === 1) medium.assign(index + at - pfn, next - at, hosts.content.at(host, at));
      at = next;
    }
    hosts.dirty.assign(host, pfn, pages, 0);
  });
}

/** Moves what lies from `from` on to `to`: the extents of a collapse or insert. */
function shift(field: PageField, from: number, to: number): void {
  const runs: { first: number; count: number; value: number }[] = [];
  for (let index = from; Number.isFinite(index);) {
    const next = field.runEnd(T.file.v, index);
    const value = field.at(T.file.v, index);
    if (Number.isFinite(next)) runs.push({ first: index - from + to, count: next - index, value });
    index = next;
  }
  const lowest = Math.min(from, to);
  clearFrom(field, lowest);
  for (const { first, count, value } of runs) if (value !== 0) field.assign(T.file.v, first, count, value);
}

function clearFrom(field: PageField, first: number): void {
  for (let index = first, next = 0; ; index = next) {
    next = field.runEnd(T.file.v, index);
    if (!Number.isFinite(next)) return;
    if (field.at(T.file.v, index) !== 0) field.assign(T.file.v, index, next - index, 0);
  }
}

interface Edge {
  readonly index: number;
  readonly firstByte: number;
  readonly endByte: number;
}

/** Parts of pages that are to read as zeroes: behind a new end, and at the ends of what is punched. */
function edges(): readonly Edge[] {
  if (!is('truncate', 'punch', 'zero') || (is('truncate') && newSize() >= size.v)) return [];
  const head = is('truncate') ? newSize() % PAGE_BYTES : T.head.v;
  const isInOnePage = T.pages.v < 0;
  const before = { index: T.first.v - 1, firstByte: head, endByte: isInOnePage ? T.tail.v : PAGE_BYTES };
  const behind = { index: T.first.v + T.pages.v, firstByte: 0, endByte: T.tail.v };
  return [...(head > 0 ? [before] : []), ...(T.tail.v > 0 && !isInOnePage ? [behind] : [])].filter(({ index }) => index * PAGE_BYTES < size.v);
}

function zeroPart({ index, firstByte, endByte }: Edge): void {
  if (files.cached.at(T.file.v, index) === 0) {
    if (medium.at(index) === 0 || addToCache(T.file.v, index, 1, 0) === 0) return;
    fillPages(T.file.v, index, 1);
  }
  writeBytes(hostOf(T.file.v), { pfn: index + files.cacheDelta.at(T.file.v, index), pages: 1, firstByte, endByte }, 0);
  markDirty(T.file.v, index, index + 1);
}

/** What lies behind the pages afterwards. */
function changeExtents(): void {
  const { first: { v: first }, pages: { v: pages } } = T;
  if (is('truncate', 'evict')) for (const field of [files.kind, files.medium]) clearFrom(field, first);
  if (is('punch', 'zero') && pages > 0) {
    medium.assign(first, pages, 0);
    kind.assign(first, pages, files.kind.valueOf(is('zero') ? 'unwritten' : 'hole'));
  }
  if (is('collapse')) for (const field of [files.kind, files.medium]) shift(field, first + pages, first);
  if (is('insert')) for (const field of [files.kind, files.medium]) shift(field, first, first + pages);
  if (is('alloc') && hasMedium(T.file.v)) {
    for (let index = kind.find(first, first + pages, value => value === 0); index >= 0; index = kind.find(index, first + pages, value => value === 0)) {
      kind.assign(index, Math.min(first + pages, kind.runEnd(index)) - index, files.kind.valueOf('unwritten'));
    }
  }
}

function changedSize(): number {
  const end = (T.first.v + T.pages.v) * PAGE_BYTES;
  if (is('truncate')) return newSize();
  if (is('collapse')) return size.v - T.pages.v * PAGE_BYTES;
  if (is('insert')) return size.v + T.pages.v * PAGE_BYTES;
  return is('alloc', 'zero') ? Math.max(size.v, end) : size.v;
}

const tellAll = site(changeWatchedFile, T.file, T.first, ALL_PAGES, FILE_CHANGE.unmapCopiesToo, 0);
const tellBehind = site(changeWatchedFile, T.file, T.first, ALL_PAGES, FILE_CHANGE.unmap, 0);
const tellRange = site(changeWatchedFile, T.file, T.first, T.pages, FILE_CHANGE.unmap, 0);

/** `again` is the step that asks: it comes back once whoever copied entries has been told. */
function unmapGone(again: Next): Next | undefined {
  const copiesToo = is('truncate', 'evict');
  if (hasWatchedEntries(T.file.v, firstGone(), endGone() - firstGone(), copiesToo ? FILE_CHANGE.unmapCopiesToo : FILE_CHANGE.unmap)) {
    return call(copiesToo ? tellAll : is('collapse', 'insert') ? tellBehind : tellRange, again);
  }
  unmapFile(T.file.v, firstGone(), endGone(), copiesToo);
  return undefined;
}

/** fallocate(2) of tmpfs allocates the pages themselves; false where there is no memory. */
function allocatePages(): boolean {
  const end = T.first.v + T.pages.v;
  for (let index = files.cached.find(T.file.v, T.first.v, end, cached => cached === 0); index >= 0; index = files.cached.find(T.file.v, index, end, cached => cached === 0)) {
    const added = addToCache(T.file.v, index, end - index, 0);
    if (added === 0) return false;
    fillPages(T.file.v, index, added);
  }
  return true;
}

/**
 * Truncate, fallocate and eviction of a file that is page cache. They take the pages from the file, and from every address space;
 * pins and references keep orphans that the file never sees again. Nobody waits for them (spec 4.9).
 */
export const changeCached = mechanism({
  name: 'cache-layout',
  source: 'spec 4.9; mm/truncate.c truncate_inode_pages_range(), truncate_pagecache_range(); fs/ext4/extents.c ext4_fallocate(); mm/shmem.c shmem_fallocate() (6.19)',
  frame: T,
  order: 'PT1 PT2 PT3 PT4 PT5 PT5z PT6 PT7 PT8',
  steps: {
    PT1: {
      title: 'take iolock exclusive', takes: iolock, reads: [size], to: ['PT8'], costNs: () => kernel.costs.syscallNs,
      run: go => {
        T.errno.v = refusal();
        if (T.errno.v !== 0) return go.PT8;
      },
    },
    PT2: { title: 'take invalidate_lock exclusive', takes: invlock },
    PT3: {
      title: 'write out what is to move', reads: [...CACHE_READS, ...every(hosts.content)], writes: [medium, ...every(hosts.dirty)],
      costNs: () => (is('collapse', 'insert') ? kernel.costs.logCommitNs : 0),
      run: () => { if (is('collapse', 'insert')) writeOut(); },
    },
    PT4: {
      title: 'unmap the range', reads: [...UNMAP_FILE_READS, ...WATCHED_READS], writes: UNMAP_TERMS, calls: [tellAll, tellBehind, tellRange], to: ['PT4'], costNs: () => kernel.costs.unmapNs,
      run: go => (removes() ? unmapGone(go.PT4) : undefined),
    },
    PT5: {
      title: 'lock the folios, wait for their writeback, take them out of the cache', when: isUnlocked, waitsFor: { kind: 'cache-folio', file: 'file', index: 'first' },
      reads: [...CACHE_READS, ...every(hosts.locked, hosts.writeback, hosts.maps)], writes: [...DETACH_TERMS, ...CONTENT_TERMS],
      run: () => {
        if (!removes()) return;
        const [first, end] = splitFolios(T.file.v, firstGone(), endGone());
        if (first < end) detachPages(T.file.v, first, end);
      },
    },
    PT5z: {
      title: 'zero the parts of pages at the edges', when: () => edges().every(({ index }) => isClear(T.file.v, index, index + 1, hosts.locked)), waitsFor: { kind: 'cache-folio', file: 'file', index: 'first' },
      reads: [...CACHE_READS, ...ADD_READS, kind, size, ...every(hosts.locked)], writes: [...ADD_TERMS, ...CONTENT_TERMS, ...every(hosts.dirty), kind],
      run: () => { for (const edge of edges()) zeroPart(edge); },
    },
    PT6: {
      title: 'change the extents and the size', takes: at(files.ilock, T.file), drops: [at(files.ilock, T.file)],
      reads: [...CACHE_READS, ...ADD_READS], writes: [kind, medium, size, at(operations.applied, T.op), ...ADD_TERMS, ...CONTENT_TERMS, ...LOG_CHANGE_TERMS], costNs: () => kernel.costs.allocateNs,
      run: () => {
        if (is('alloc') && !hasMedium(T.file.v) && !allocatePages()) {
          T.errno.v = ERRNO.ENOSPC;
          return;
        }
        changeExtents();
        const bytes = changedSize();
        if (bytes !== size.v) emit('size-changed', T.file.v, Math.ceil(bytes / PAGE_BYTES));
        size.v = bytes;
        logQuietly(T.file.v);
        operations.applied.set(T.op.v, 1);
      },
    },
    PT7: { title: 'drop invalidate_lock', drops: [invlock] },
    PT8: { title: 'drop iolock', drops: [iolock], to: ['done'], run: () => (T.errno.v === 0 ? done() : fail(T.errno.v)) },
  },
});

/** Whether a file’s layout is changed by this mechanism, not by that of DAX. */
export const isPageCache = (file: Row): boolean => files.dax.get(file) === 0;
