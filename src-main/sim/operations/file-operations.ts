import { source } from '@shared/domain/source';
import { showBytes } from '@shared/units/show';
import { PAGE_BYTES } from '@shared/units/pages';
import { site } from '../engine/step';
import { readFile } from '../mechanisms/file-access';
import { readCached, writeCached } from '../mechanisms/cache-access';
import { CACHE_MODE, changeCached, isPageCache } from '../mechanisms/cache-layout';
import { layoutEntry, writeEntry } from '../mechanisms/layout-entry';
import { aByteRange, byteRange, bytesIn, rangeText } from './byte-range';
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
      call: isPageCache(file) ? site(changeCached, file, Math.ceil(sizeBytes / PAGE_BYTES), TO_THE_END_PAGES, read.op, CACHE_MODE.truncate) : site(layoutEntry, file, Math.ceil(sizeBytes / PAGE_BYTES), TO_THE_END_PAGES, read.op),
      sizeBytes,
      text: `ftruncate ${read.text('file')} to ${showBytes(sizeBytes)}`,
    };
  },
};

export const fallocate: Operation = {
  word: 'fallocate',
  title: 'fallocate',
  doc: 'Punches a hole, zeroes a range, takes it out of the file or opens one, or allocates blocks.',
  source: source('fallocate(2) FALLOC_FL_PUNCH_HOLE; fs/xfs/xfs_file.c xfs_falloc_punch_hole() (6.19)', 'V'),
  parameters: [
    aFile,
    { name: 'mode', title: 'mode', doc: 'what to do with the range', required: true, type: { kind: 'choice', values: ['punch', 'zero', 'collapse', 'insert', 'alloc'] } },
    somePages('pages to punch, first+count'),
  ],
  lower(read) {
    const file = read.file('file');
    const bytes = bytesIn(read, read.filePages(file) * PAGE_BYTES);
    const mode = read.text('mode') as 'punch' | 'zero' | 'collapse' | 'insert' | 'alloc';
    const text = `${mode} ${read.text('file')} ${rangeText(bytes)}`;
    if (isPageCache(file)) {
      // Whole pages are taken out of the file, the parts of pages at the edges are zeroed.
      const first = Math.ceil(bytes.start / PAGE_BYTES);
      const end = mode === 'punch' || mode === 'zero' ? Math.floor(bytes.end / PAGE_BYTES) : Math.ceil(bytes.end / PAGE_BYTES);
      return { call: site(changeCached, file, first, end - first, read.op, CACHE_MODE[mode], bytes.start % PAGE_BYTES, bytes.end % PAGE_BYTES), text };
    }
    if (mode !== 'punch') read.fail('mode', `${mode} of a DAX file is not modelled; there is punch`);
    const pages = read.pages('pages', read.filePages(file));
    return { call: site(layoutEntry, file, pages.first, pages.count, read.op), text };
  },
};

export const pread: Operation = {
  word: 'pread',
  title: 'pread',
  doc: 'Reads a part of a file with a system call: a copy under iolock.',
  source: source('pread(2); fs/xfs/xfs_file.c xfs_file_dax_read() (6.19)', 'V'),
  parameters: [aFile, somePages('pages to read, first+count; all if not said'), aByteRange],
  lower(read) {
    const file = read.file('file');
    const bytes = bytesIn(read, read.filePages(file) * PAGE_BYTES);
    const { first, pages, head, tail } = byteRange(bytes);
    return { call: site(isPageCache(file) ? readCached : readFile, read.op, file, first, pages, head, tail), text: `pread ${read.text('file')} ${rangeText(bytes)}` };
  },
};

export const pwrite: Operation = {
  word: 'pwrite',
  title: 'pwrite',
  doc: 'Writes a part of a file with a system call. Allocates what is missing and extends the file; in place it changes no layout.',
  source: source('pwrite(2); fs/xfs/xfs_file.c xfs_file_dax_write() (6.19)', 'V'),
  parameters: [aFile, somePages('pages to write, first+count; all if not said'), aByteRange],
  lower(read) {
    const file = read.file('file');
    const bytes = bytesIn(read, Math.max(1, read.filePages(file)) * PAGE_BYTES);
    const { first, pages, head, tail } = byteRange(bytes);
    return { call: site(isPageCache(file) ? writeCached : writeEntry, read.op, file, first, pages, head, tail), text: `pwrite ${read.text('file')} ${rangeText(bytes)}` };
  },
};
