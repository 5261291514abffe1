import { files, filesystems, hosts, operations } from '@shared/state/tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { emit } from '../engine/events';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame, pagesAt } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { PTE_TERMS, unmapFile, UNMAP_FILE_READS } from './address-space';
import { allocateBlocks, KIND } from './allocate-blocks';
import { ENTRY } from './dax-fault';
import { forEachBlockRun } from './remove-blocks';

const R = frame('file', 'first', 'pages');

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
      reads: [at(files.size, R.file)],
      run: () => done(Math.max(0, Math.min(R.pages.v * PAGE_BYTES, files.size.get(R.file.v) - R.first.v * PAGE_BYTES))),
    },
  },
});

/** `pages` is cut down to what got blocks. */
const W = frame('op', 'file', 'first', 'pages', 'errno');
const iolock = at(files.iolock, W.file);
const size = at(files.size, W.file);
const kind = pagesAt(files.kind, W.file);
const entry = pagesAt(files.entry, W.file);
const entryLock = pagesAt(files.entryLock, W.file);
const allocate = site(allocateBlocks, W.file, W.first, W.pages);
const end = (): number => W.first.v + W.pages.v;

/** Takes the allocator’s answer: out of space, the write ends before the first page without a block, and fails only if that is the first of all. */
function cutToBlocks(): void {
  const missing = answer.result < 0 ? kind.find(W.first.v, end(), value => value !== KIND.written) : -1;
  if (missing < 0) return;
  W.pages.v = missing - W.first.v;
  if (W.pages.v === 0) W.errno.v = answer.errno;
}

/** First page of the range whose block is newer than its entry: the zero page stood for the hole that was there. −1 if there is none. */
const firstStale = (): number => entry.find(W.first.v, end(), value => value === ENTRY.zero);

/** pwrite(2) to a DAX file: allocates what is missing, extends the file, copies in. In place it is no layout operation (spec 4.5). Answers bytes written. */
export const writeFile = mechanism({
  name: 'pwrite',
  source: 'fs/xfs/xfs_file.c xfs_file_dax_write(), fs/dax.c dax_iomap_rw(), dax_iomap_iter() (6.19)',
  frame: W,
  order: 'FW1 FW2 FW2z FW3',
  steps: {
    FW1: { title: 'take iolock exclusive', takes: iolock, calls: [allocate], costNs: () => kernel.costs.syscallNs, run: () => call(allocate) },
    FW2: {
      title: 'copy in and extend the size', reads: [size, kind, entry, pagesAt(files.blockDelta, W.file)], writes: [size, ...every(hosts.content)], to: ['FW2z', 'FW3'],
      run: go => {
        cutToBlocks();
        if (W.errno.v !== 0) return go.FW3;
        if (firstStale() >= 0) return go.FW2z;
        const { tag } = kernel.operations[operations.nth.get(W.op.v)];
        const host = filesystems.host.get(files.fs.get(W.file.v));
        forEachBlockRun(W.file.v, W.first.v, end(), (_index, pfn, pages) => hosts.content.assign(host, pfn, pages, tag));
        size.v = Math.max(size.v, end() * PAGE_BYTES);
        emit('file-written', W.file.v, W.first.v, W.pages.v, tag);
        return go.FW3;
      },
    },
    FW2z: {
      // IOMAP_F_NEW: invalidate_inode_pages2_range() waits for locked entries and leaves private copies.
      title: 'new blocks: drop zero entries and unmap', when: () => entryLock.find(W.first.v, end(), holder => holder !== 0) < 0,
      waitsFor: { kind: 'entry', file: 'file', index: 'first' },
      reads: [entryLock, ...UNMAP_FILE_READS], writes: [entry, ...PTE_TERMS], to: ['FW2'], costNs: () => kernel.costs.unmapNs,
      run: go => {
        for (let index = firstStale(); index >= 0; index = firstStale()) {
          const next = Math.min(end(), entry.runEnd(index));
          entry.assign(index, next - index, ENTRY.none);
          unmapFile(W.file.v, index, next);
        }
        return go.FW2;
      },
    },
    FW3: { title: 'drop iolock', drops: [iolock], to: ['done'], run: () => (W.errno.v === 0 ? done(W.pages.v * PAGE_BYTES) : fail(W.errno.v)) },
  },
});
