import { ERRNO } from '@shared/domain/errno';
import type { Row } from '@shared/state/dictionary';
import { files, filesystems } from '@shared/state/tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { isPageCache } from './cache-layout';
import { LOST_READS, lostErrno } from './lost-filesystem';
import { createFile } from './name-calls';
import { shareCached } from './share-cached';
import { shareDax } from './share-dax';

/** Pages [first, first + pages) of `from` are to be pages toFirst on of `to`; 0 pages are all from `first` on. */
const T = frame('op', 'process', 'from', 'to', 'first', 'pages', 'toFirst', 'isMade');

const create = site(createFile, T.process, T.to, 0);
const dax = site(shareDax, T.from, T.to, T.first, T.pages, T.toFirst, T.op);
const cached = site(shareCached, T.from, T.to, T.first, T.pages, T.toFirst, T.op);

const XFS = filesystems.type.valueOf('xfs');
const REGULAR = files.type.valueOf('regular');
const DIRECTORY = files.type.valueOf('directory');

/** Whether files of a file system may share blocks: XFS made with reflink, as mkfs.xfs does by itself since 5.1. A pmem region says it. */
const hasReflink = (fs: Row): boolean => filesystems.type.get(fs) === XFS && (filesystems.reflink.get(fs) === 1 || filesystems.drive.get(fs) !== 0);

const isLastPage = (): boolean => (T.first.v + T.pages.v) * PAGE_BYTES >= files.size.get(T.from.v);

/** What refuses the call, in the order of the kernel; 0 lets pass. */
function refusal(): number {
  const { from: { v: from }, to: { v: to } } = T;
  const fs = files.fs.get(from);
  if (fs !== files.fs.get(to)) return ERRNO.EXDEV;
  if (files.type.get(from) !== REGULAR) return files.type.get(from) === DIRECTORY ? ERRNO.EISDIR : ERRNO.EINVAL;
  if (!hasReflink(fs)) return ERRNO.EOPNOTSUPP;
  const lost = lostErrno(from, 'change');
  if (lost !== 0) return lost;
  if (files.dax.get(from) !== files.dax.get(to) || (files.dax.get(from) === 1 && !kernel.policy.knobs.daxReflink)) return ERRNO.EINVAL;
  // A block that the end of the source cuts would show in the middle of the target what lies behind that end.
  const cut = isLastPage() ? files.size.get(from) % PAGE_BYTES : 0;
  return T.pages.v < 0 || (cut !== 0 && (T.toFirst.v + T.pages.v - 1) * PAGE_BYTES + cut < files.size.get(to)) ? ERRNO.EINVAL : 0;
}

/**
 * FICLONE and FICLONERANGE: two files share blocks until one of them is written. EXDEV across file systems, EOPNOTSUPP where the file
 * system cannot share (ext4, tmpfs, XFS without reflink), EINVAL for a DAX file up to 5.15 (knob daxReflink) and for a DAX file with one that is not.
 */
export const reflink = mechanism({
  name: 'reflink',
  source: 'spec 4.10; fs/remap_range.c vfs_clone_file_range(), generic_remap_checks(); fs/xfs/xfs_file.c xfs_file_remap_range(), fs/xfs/xfs_reflink.c xfs_reflink_remap_prep() (4.20, 5.15, 6.1, 6.19)',
  frame: T,
  order: 'RL1 RL2 RL3',
  steps: {
    RL1: {
      title: 'open both files; make the target if there is none', reads: [at(files.links, T.from), at(files.gone, T.to)], calls: [create], to: ['RL2', 'done'], costNs: () => kernel.costs.syscallNs,
      run: go => {
        if (files.links.get(T.from.v) === 0) return fail(ERRNO.ENOENT);
        T.isMade.v = files.gone.get(T.to.v);
        return T.isMade.v === 1 ? call(create) : go.RL2;
      },
    },
    RL2: {
      title: 'may these files share blocks?', calls: [dax, cached], to: ['done'],
      reads: [...LOST_READS, ...every(files.size, files.fs, files.type, files.dax, filesystems.type, filesystems.reflink, filesystems.drive)],
      run: () => {
        if (T.isMade.v === 1 && answer.result < 0) return fail(answer.errno);
        const pagesInFile = Math.ceil(files.size.get(T.from.v) / PAGE_BYTES);
        if (T.pages.v === 0) T.pages.v = Math.max(0, pagesInFile - T.first.v);
        else if (T.first.v + T.pages.v > pagesInFile) return fail(ERRNO.EINVAL);
        const errno = refusal();
        if (errno !== 0) return fail(errno);
        return call(isPageCache(T.from.v) ? cached : dax);
      },
    },
    RL3: { title: 'return', to: ['done'], run: () => (answer.result < 0 ? fail(answer.errno) : done()) },
  },
});
