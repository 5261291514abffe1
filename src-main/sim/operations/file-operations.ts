import { source } from '@shared/domain/source';
import type { Row } from '@shared/state/dictionary';
import { files } from '@shared/state/tables';
import { showBytes } from '@shared/units/show';
import { PAGE_BYTES } from '@shared/units/pages';
import { site } from '../engine/step';
import { fallocate } from '../mechanisms/fallocate';
import { syncFile } from '../mechanisms/fsync';
import { readFile } from '../mechanisms/file-access';
import { readCached, writeCached } from '../mechanisms/cache-access';
import { CACHE_MODE, changeCached, isPageCache } from '../mechanisms/cache-layout';
import { mayChangeKind } from '../mechanisms/dax-flag';
import { readLoaded, truncateLoaded, writeLoaded } from '../mechanisms/loaded-file';
import { layoutEntry, writeEntry } from '../mechanisms/layout-entry';
import { byteRange, bytesIn, rangeText } from './byte-range';
import { writebackFile } from '../mechanisms/writeback';
import { aFile, somePages, type Operation } from './operation';

/** Pages behind any file: a range to the end of a file reaches this far. */
const TO_THE_END_PAGES = 2 ** 30;

export const ftruncate: Operation = {
  word: 'ftruncate',
  title: 'ftruncate',
  doc: 'Sets the size of a file. Blocks behind the new end are freed; what happens to pages that a device holds is the policy truncate-vs-dma.',
  source: source('ftruncate(2); fs/open.c do_sys_ftruncate() (6.19)', 'V'),
  parameters: [aFile, { name: 'size', title: 'size', doc: 'new size', required: true, type: { kind: 'quantity', dimension: 'bytes', min: 0, max: 2 ** 42 } }],
  lower(read) {
    const file = read.file('file');
    const sizeBytes = read.number('size', 'bytes');
    return {
      call: mayChangeKind(file) ? site(truncateLoaded, read.op, file, Math.ceil(sizeBytes / PAGE_BYTES), TO_THE_END_PAGES) : isPageCache(file) ? site(changeCached, file, Math.ceil(sizeBytes / PAGE_BYTES), TO_THE_END_PAGES, read.op, CACHE_MODE.truncate) : site(layoutEntry, file, Math.ceil(sizeBytes / PAGE_BYTES), TO_THE_END_PAGES, read.op),
      sizeBytes,
      text: `ftruncate ${read.text('file')} to ${showBytes(sizeBytes)}`,
    };
  },
};

const isPipe = (file: Row): boolean => files.type.get(file) === files.type.valueOf('pipe');

const MODES = ['punch', 'zero', 'collapse', 'insert', 'alloc', 'unshare'] as const;

export const fallocateOperation: Operation = {
  word: 'fallocate',
  title: 'fallocate',
  doc: 'Punches a hole, zeroes, collapses, inserts, allocates or unshares a range. All are layout operations, but for plain allocation on ext4.',
  source: source('fallocate(2); fs/xfs/xfs_file.c __xfs_file_fallocate(), fs/ext4/extents.c ext4_fallocate() (6.19)', 'V', 'O'),
  parameters: [
    aFile,
    { name: 'mode', title: 'mode', doc: 'what to do with the range', required: true, type: { kind: 'choice', values: MODES } },
    somePages('pages, first+count; all if not said'),
  ],
  lower(read) {
    const file = read.file('file');
    if (mayChangeKind(file)) read.fail('file', 'fallocate on a file system mounted with dax=inode is not modelled; mount: dax or never is');
    const bytes = bytesIn(read, Math.max(1, read.filePages(file)) * PAGE_BYTES);
    const { first, pages } = byteRange(bytes);
    if (isPageCache(file)) {
      const change = read.text('mode') as keyof typeof CACHE_MODE;
      // Whole pages are taken out of the file, the parts of pages at the edges are zeroed.
      const from = Math.ceil(bytes.start / PAGE_BYTES);
      const end = change === 'punch' || change === 'zero' ? Math.floor(bytes.end / PAGE_BYTES) : Math.ceil(bytes.end / PAGE_BYTES);
      if (!(change in CACHE_MODE)) read.fail('mode', `${change} of a file in the page cache is not modelled`);
      return { call: site(changeCached, file, from, end - from, read.op, CACHE_MODE[change], bytes.start % PAGE_BYTES, bytes.end % PAGE_BYTES), text: `${change} ${read.text('file')} ${rangeText(bytes)}` };
    }
    const mode = MODES.find(candidate => candidate === read.text('mode')) ?? 'punch';
    return {
      call: site(fallocate, file, first, pages, read.op), change: { mode, ...bytes },
      text: `${mode} ${read.text('file')} ${rangeText(bytes)}`,
    };
  },
};

export const fsync: Operation = {
  word: 'fsync',
  title: 'fsync',
  doc: 'Makes what was stored to a file, its size and its layout durable.',
  source: source('fsync(2); fs/dax.c dax_writeback_one(), fs/xfs/xfs_file.c xfs_file_fsync() (6.19)', 'V', 'O'),
  parameters: [aFile],
  lower(read) {
    const file = read.file('file');
    return { call: isPageCache(file) ? site(writebackFile, file, 1) : site(syncFile, file), text: `fsync ${read.text('file')}` };
  },
};

export const pread: Operation = {
  word: 'pread',
  title: 'pread',
  doc: 'Reads a part of a file with a system call: a copy under iolock.',
  source: source('pread(2); fs/xfs/xfs_file.c xfs_file_dax_read() (6.19)', 'V'),
  parameters: [aFile, somePages('pages to read, first+count; all if not said')],
  lower(read) {
    const file = read.file('file');
    const bytes = bytesIn(read, read.filePages(file) * PAGE_BYTES);
    const { first, pages, head, tail } = byteRange(bytes);
    return { call: site(mayChangeKind(file) ? readLoaded : isPageCache(file) ? readCached : readFile, read.op, file, first, pages, head, tail), text: `pread ${read.text('file')} ${rangeText(bytes)}` };
  },
};

export const read: Operation = {
  word: 'read',
  title: 'read',
  doc: 'Reads from the beginning of a file, as the first read of a descriptor does.',
  source: source('read(2); fs/read_write.c vfs_read() (6.19)', 'V', 'O'),
  parameters: [aFile, { name: 'bytes', title: 'bytes', doc: 'how many; all if not said', required: false, type: { kind: 'quantity', dimension: 'bytes', min: 1, max: 2 ** 42 } }],
  lower(given) {
    const file = given.file('file');
    if (isPipe(file)) given.fail('file', `${given.text('file')} is a pipe; read-pipe reads what vmsplice put into one`);
    const end = given.has('bytes') ? given.number('bytes', 'bytes') : Math.max(1, given.filePages(file)) * PAGE_BYTES;
    const { first, pages, head, tail } = byteRange({ start: 0, end });
    return { call: site(mayChangeKind(file) ? readLoaded : isPageCache(file) ? readCached : readFile, given.op, file, first, pages, head, tail), text: `read ${showBytes(end)} of ${given.text('file')}` };
  },
};

export const pwrite: Operation = {
  word: 'pwrite',
  title: 'pwrite',
  doc: 'Writes a part of a file with a system call. Allocates what is missing and extends the file; in place it changes no layout.',
  source: source('pwrite(2); fs/xfs/xfs_file.c xfs_file_dax_write() (6.19)', 'V'),
  parameters: [aFile, somePages('pages to write, first+count; all if not said')],
  lower(read) {
    const file = read.file('file');
    const bytes = bytesIn(read, Math.max(1, read.filePages(file)) * PAGE_BYTES);
    const { first, pages, head, tail } = byteRange(bytes);
    return { call: site(mayChangeKind(file) ? writeLoaded : isPageCache(file) ? writeCached : writeEntry, read.op, file, first, pages, head, tail), text: `pwrite ${read.text('file')} ${rangeText(bytes)}` };
  },
};
