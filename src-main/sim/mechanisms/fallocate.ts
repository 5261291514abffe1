import { ERRNO } from '@shared/domain/errno';
import { files, filesystems, operations } from '@shared/state/tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { changeLayout } from './change-layout';
import { layoutEntry } from './layout-entry';

const T = frame('file', 'first', 'pages', 'op');

const iolock = at(files.iolock, T.file);
const guarded = site(layoutEntry, T.file, T.first, T.pages, T.op);
const plain = site(changeLayout, T.file, T.first, T.pages, T.op);

const isFs = (type: 'xfs' | 'ext4' | 'devdax'): boolean => filesystems.type.get(files.fs.get(T.file.v)) === filesystems.type.valueOf(type);
const isAligned = (bytes: number): boolean => bytes % PAGE_BYTES === 0;

/** What the file system refuses before anything else; 0 lets pass. */
function refusal(): number {
  if (isFs('devdax')) return ERRNO.ENODEV;
  const { change } = kernel.operations[operations.nth.get(T.op.v)];
  if (change === null) return 0;
  const { mode, start, end } = change;
  if (mode === 'unshare' && !isFs('xfs')) return ERRNO.EOPNOTSUPP;
  if (mode !== 'collapse' && mode !== 'insert') return 0;
  const size = files.size.get(T.file.v);
  const isInFile = mode === 'collapse' ? end < size : start < size;
  return isInFile && isAligned(start) && isAligned(end) ? 0 : ERRNO.EINVAL;
}

/** Plain allocation breaks layouts on XFS only (spec 4.1, 4.5). */
const needsNoBreak = (): boolean => isFs('ext4') && kernel.operations[operations.nth.get(T.op.v)].change?.mode === 'alloc';

/** fallocate(2) on a DAX file: a layout operation in every mode, but for plain allocation on ext4. */
export const fallocate = mechanism({
  name: 'fallocate',
  source: 'spec 4.1, 4.5; fs/open.c vfs_fallocate(), fs/xfs/xfs_file.c __xfs_file_fallocate(), fs/ext4/extents.c ext4_fallocate() (6.19)',
  frame: T,
  order: 'FA1 FA2 FA3 FA4',
  steps: {
    FA1: {
      title: 'check mode and range', reads: [at(files.size, T.file), at(files.fs, T.file), ...every(filesystems.type)], calls: [guarded], to: ['FA2', 'FA4', 'done'], costNs: () => kernel.costs.syscallNs,
      run: go => {
        const errno = refusal();
        if (errno !== 0) return fail(errno);
        return needsNoBreak() ? go.FA2 : call(guarded, go.FA4);
      },
    },
    FA2: { title: 'ext4: allocate under iolock alone', takes: iolock, calls: [plain], run: () => call(plain) },
    FA3: { title: 'drop iolock', drops: [iolock] },
    FA4: { title: 'return', to: ['done'], run: () => (answer.result < 0 ? fail(answer.errno) : done()) },
  },
});
