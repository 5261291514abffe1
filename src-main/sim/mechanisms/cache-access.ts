import { ERRNO } from '@shared/domain/errno';
import type { Row } from '@shared/state/dictionary';
import { actors, files, filesystems, hosts, operations } from '@shared/state/tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { emit } from '../engine/events';
import { machine } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame, pagesAt } from '../engine/place';
import { done, fail, type Next } from '../engine/step';
import { kernel } from '../kernel';
import { ADD_READS, ADD_TERMS, addToCache, CACHE_READS, cacheOrderOf, fillPages, forEachCached, hasMedium, hostOf, isClear, isXfs, lockFolios, markDirty } from './page-cache';
import { CONTENT_READS, CONTENT_TERMS, contentAt, writeBytes } from './contents';
import { forEachPart } from './file-access';

const WRITTEN = files.kind.valueOf('written');
const me = (): number => actors.nth.get(machine.self) + 1;
const mediaNs = (file: Row): number => kernel.mediaNs(filesystems.drive.get(files.fs.get(file)));

/** `head` is the first byte within the first page, `tail` the end within the last. */
const R = frame('op', 'file', 'first', 'pages', 'head', 'tail', 'missing', 'added', 'errno');
const readEnd = (): number => Math.min(R.first.v + R.pages.v, Math.ceil(files.size.get(R.file.v) / PAGE_BYTES));
const LOOK = [...CACHE_READS, at(files.size, R.file), ...every(hosts.locked)];

function answerRead(): Next {
  const last = Math.min((R.first.v + R.pages.v - 1) * PAGE_BYTES + R.tail.v, files.size.get(R.file.v));
  return R.errno.v === 0 ? done(Math.max(0, last - R.first.v * PAGE_BYTES - R.head.v)) : fail(R.errno.v);
}

/** pread(2) of a file that is page cache. XFS reads under iolock, ext4 and tmpfs do not. Answers bytes read. */
export const readCached = mechanism({
  name: 'cache-read',
  source: 'mm/filemap.c filemap_read(), filemap_create_folio(); fs/xfs/xfs_file.c xfs_file_buffered_read() (6.19)',
  frame: R,
  order: 'CR0 CR1 CR2 CR3 CR4 CR5',
  steps: {
    CR0: { title: 'enter', to: ['CR2'], costNs: () => kernel.costs.syscallNs, run: go => (isXfs(R.file.v) ? undefined : go.CR2) },
    CR1: { title: 'XFS: take iolock shared', takes: at(files.iolock, R.file), shared: true },
    CR2: {
      title: 'look in the page cache', when: () => isClear(R.file.v, R.first.v, readEnd(), hosts.locked), waitsFor: { kind: 'cache-folio', file: 'file', index: 'first' },
      reads: [...LOOK, ...ADD_READS], writes: [...ADD_TERMS, ...every(hosts.locked)], to: ['CR4'],
      run: go => {
        const end = readEnd();
        R.missing.v = end > R.first.v ? files.cached.find(R.file.v, R.first.v, end, cached => cached === 0) : -1;
        if (R.missing.v < 0) return go.CR4;
        R.added.v = addToCache(R.file.v, R.missing.v, end - R.missing.v, cacheOrderOf(R.file.v, R.missing.v, end - R.missing.v));
        if (R.added.v > 0) lockFolios(R.file.v, R.missing.v, R.missing.v + R.added.v, me());
        else R.errno.v = ERRNO.ENOMEM;
        if (R.errno.v !== 0) return go.CR4;
      },
    },
    CR3: {
      title: 'read the missing pages from the medium', reads: [...CACHE_READS, pagesAt(files.medium, R.file), pagesAt(files.kind, R.file)], writes: [...CONTENT_TERMS, ...every(hosts.locked)], to: ['CR2'],
      costNs: () => (hasMedium(R.file.v) && files.kind.find(R.file.v, R.missing.v, R.missing.v + R.added.v, kind => kind === WRITTEN) >= 0 ? mediaNs(R.file.v) : 0),
      run: go => {
        fillPages(R.file.v, R.missing.v, R.added.v);
        lockFolios(R.file.v, R.missing.v, R.missing.v + R.added.v, 0);
        return go.CR2;
      },
    },
    CR4: {
      title: 'copy out', reads: [...LOOK, ...CONTENT_READS], to: ['CR5', 'done'],
      run: go => {
        if (R.errno.v === 0 && readEnd() > R.first.v) {
          const seen = contentAt(hostOf(R.file.v), R.first.v + files.cacheDelta.at(R.file.v, R.first.v), R.head.v);
          operations.seen.set(R.op.v, seen);
          emit('file-read', R.file.v, R.first.v, R.pages.v, seen);
        }
        return isXfs(R.file.v) ? go.CR5 : answerRead();
      },
    },
    CR5: { title: 'XFS: drop iolock', drops: [at(files.iolock, R.file)], reads: [at(files.size, R.file)], to: ['done'], run: answerRead },
  },
});

const W = frame('op', 'file', 'first', 'pages', 'head', 'tail', 'errno');
const endByte = (): number => (end() - 1) * PAGE_BYTES + W.tail.v;
const iolock = at(files.iolock, W.file);
const size = at(files.size, W.file);
const end = (): number => W.first.v + W.pages.v;
const mayChange = (): boolean => isClear(W.file.v, W.first.v, end(), hosts.locked) && (files.stable.get(W.file.v) === 0 || isClear(W.file.v, W.first.v, end(), hosts.writeback));

/** Adds what of the range is not cached; false where memory does not suffice. */
function addMissing(): boolean {
  for (let index = W.first.v; index >= 0;) {
    index = files.cached.find(W.file.v, index, end(), cached => cached === 0);
    if (index < 0) return true;
    const added = addToCache(W.file.v, index, end() - index, cacheOrderOf(W.file.v, index, end() - index));
    if (added === 0) return false;
    fillPages(W.file.v, index, added);
    index += added;
  }
  return true;
}

/** pwrite(2) to a file that is page cache: the folios are locked, changed and dirty; holders of their frames see it (spec 4.9). Answers bytes written. */
export const writeCached = mechanism({
  name: 'cache-write',
  source: 'mm/filemap.c generic_perform_write(); fs/iomap/buffered-io.c iomap_write_begin(), folio_wait_stable(); mm/shmem.c shmem_write_begin() (6.19)',
  frame: W,
  order: 'CP1 CP2 CP3 CP4',
  steps: {
    CP1: { title: 'take iolock exclusive', takes: iolock, costNs: () => kernel.costs.syscallNs },
    CP2: {
      title: 'find or add the folios and lock them; where pages must be stable, wait for writeback', when: mayChange, waitsFor: { kind: 'cache-folio', file: 'file', index: 'first' },
      reads: [...CACHE_READS, ...ADD_READS, ...every(hosts.locked, hosts.writeback)], writes: [...ADD_TERMS, ...CONTENT_TERMS, ...every(hosts.locked)], to: ['CP4'],
      run: go => {
        if (addMissing()) {
          lockFolios(W.file.v, W.first.v, end(), me());
          return;
        }
        W.errno.v = ERRNO.ENOMEM;
        return go.CP4;
      },
    },
    CP3: {
      title: 'copy in, mark dirty, unlock, extend the size', reads: [...CACHE_READS, size], writes: [size, pagesAt(files.kind, W.file), ...CONTENT_TERMS, ...every(hosts.dirty, hosts.locked)],
      run: () => {
        const { tag } = kernel.operations[operations.nth.get(W.op.v)];
        forEachPart({ first: W.first.v, pages: W.pages.v, head: W.head.v, tail: W.tail.v }, (first, pages, firstByte, lastByte) => {
          forEachCached(W.file.v, first, first + pages, (_index, pfn, count) => { writeBytes(hostOf(W.file.v), { pfn, pages: count, firstByte, endByte: lastByte }, tag); });
        });
        markDirty(W.file.v, W.first.v, end());
        lockFolios(W.file.v, W.first.v, end(), 0);
        size.v = Math.max(size.v, endByte());
        emit('file-written', W.file.v, W.first.v, W.pages.v, tag);
      },
    },
    CP4: { title: 'drop iolock', drops: [iolock], to: ['done'], run: () => (W.errno.v === 0 ? done(endByte() - W.first.v * PAGE_BYTES - W.head.v) : fail(W.errno.v)) },
  },
});
