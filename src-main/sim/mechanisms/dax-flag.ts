import { ERRNO } from '@shared/domain/errno';
import type { Row } from '@shared/state/dictionary';
import { files, filesystems, processes } from '@shared/state/tables';
import { emit } from '../engine/events';
import { mechanism } from '../engine/mechanism';
import { at, frame } from '../engine/place';
import { done, fail } from '../engine/step';
import { kernel } from '../kernel';
import { LOG_CHANGE_TERMS, logQuietly } from './metadata-log';
import { isOwner } from './open-files';

/** Values of `filesystems.mount`: no DAX device, -o dax, -o dax=inode, -o dax=never. */
export const MOUNT = { none: 0, dax: 1, inode: 2, never: 3 } as const;

/** Whether S_DAX is in effect for an inode that is loaded now (spec 3.9; xfs_inode_should_enable_dax(), ext4_should_enable_dax()). */
export function isDaxWhenLoaded(file: Row): boolean {
  const mount = filesystems.mount.get(files.fs.get(file));
  return mount === MOUNT.dax || (mount === MOUNT.inode && files.xflag.get(file) === 1);
}

/** Whether a file may be loaded as DAX at one time and as page cache at another. */
export const mayChangeKind = (file: Row): boolean => filesystems.mount.get(files.fs.get(file)) === MOUNT.inode;

const F = frame('process', 'file', 'dax');
const lock = at(files.iolock, F.file);

/** FS_IOC_FSSETXATTR with FS_XFLAG_DAX: the owner or CAP_FOWNER may. Never refused by ext4 and XFS; the inode in memory stays as it is (spec 3.9). */
export const setDaxFlag = mechanism({
  name: 'set-xflag',
  source: 'spec 3.9; fs/file_attr.c vfs_fileattr_set(), fs/xfs/xfs_ioctl.c xfs_ioctl_setattr_prepare_dax(), fs/ext4/ioctl.c ext4_dax_dontcache() (6.19)',
  frame: F,
  order: 'SX1 SX2',
  steps: {
    SX1: { title: 'take the inode lock', takes: lock, costNs: () => kernel.costs.syscallNs },
    SX2: {
      title: 'change the flag on the medium, not the inode in memory', drops: [lock], reads: [at(files.gone, F.file)], writes: [at(files.xflag, F.file), ...LOG_CHANGE_TERMS], to: ['done'],
      run: () => {
        if (files.gone.get(F.file.v) === 1) return fail(ERRNO.ENOENT);
        if (!isOwner(F.process.v, F.file.v) && processes.capable.get(F.process.v) === 0) return fail(ERRNO.EPERM);
        files.xflag.set(F.file.v, F.dax.v);
        logQuietly(F.file.v);
        return done();
      },
    },
  },
});

const S = frame('file');

/** statx(2): STATX_ATTR_DAX says whether DAX is in effect, not whether it is asked for. */
export const statDax = mechanism({
  name: 'statx',
  source: 'fs/stat.c vfs_getattr_nosec() (6.19)',
  frame: S,
  order: 'SD1',
  steps: {
    SD1: {
      title: 'read the attributes', reads: [at(files.links, S.file), at(files.dax, S.file)], to: ['done'], costNs: () => kernel.costs.syscallNs,
      run: () => {
        if (files.links.get(S.file.v) === 0) return fail(ERRNO.ENOENT);
        emit('dax-state-read', S.file.v, files.dax.get(S.file.v));
        return done();
      },
    },
  },
});
