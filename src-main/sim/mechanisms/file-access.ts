import { files, filesystems, hosts, operations } from '@shared/state/tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { emit } from '../engine/events';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame, pagesAt } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { allocateBlocks } from './allocate-blocks';
import { forEachBlockRun } from './remove-blocks';

const R = frame('file', 'first', 'pages');

/** pread(2) of a DAX file: a copy under iolock, so it queues behind a waiting truncate (spec 4.5). Answers pages read. */
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
      run: () => done(Math.max(0, Math.min(R.pages.v, Math.ceil(files.size.get(R.file.v) / PAGE_BYTES) - R.first.v))),
    },
  },
});

const W = frame('op', 'file', 'first', 'pages');
const iolock = at(files.iolock, W.file);
const size = at(files.size, W.file);
const allocate = site(allocateBlocks, W.file, W.first, W.pages);

/** pwrite(2) to a DAX file: allocates what is missing, extends the file, copies in. In place it is no layout operation (spec 4.5). */
export const writeFile = mechanism({
  name: 'pwrite',
  source: 'fs/xfs/xfs_file.c xfs_file_dax_write(), fs/dax.c dax_iomap_rw() (6.19)',
  frame: W,
  order: 'FW1 FW2 FW3',
  steps: {
    FW1: { title: 'take iolock exclusive', takes: iolock, calls: [allocate], costNs: () => kernel.costs.syscallNs, run: () => call(allocate) },
    FW2: {
      title: 'copy in and extend the size', reads: [size, pagesAt(files.blockDelta, W.file), pagesAt(files.kind, W.file)], writes: [size, ...every(hosts.content)], to: ['FW3'],
      run: go => {
        if (answer.result < 0) return go.FW3;
        const { tag } = kernel.operations[operations.nth.get(W.op.v)];
        const host = filesystems.host.get(files.fs.get(W.file.v));
        forEachBlockRun(W.file.v, W.first.v, W.first.v + W.pages.v, (_index, pfn, pages) => hosts.content.assign(host, pfn, pages, tag));
        size.v = Math.max(size.v, (W.first.v + W.pages.v) * PAGE_BYTES);
        emit('file-written', W.file.v, W.first.v, W.pages.v, tag);
        return go.FW3;
      },
    },
    FW3: { title: 'drop iolock', drops: [iolock], to: ['done'], run: () => (answer.result < 0 ? fail(answer.errno) : done(W.pages.v)) },
  },
});
