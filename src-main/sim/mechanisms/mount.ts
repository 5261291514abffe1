import { ERRNO } from '@shared/domain/errno';
import { filesystems } from '@shared/state/tables';
import { mechanism } from '../engine/mechanism';
import { at, frame } from '../engine/place';
import { done, fail } from '../engine/step';
import { kernel } from '../kernel';
import { MOUNT } from './dax-flag';

const T = frame('fs', 'mount');

/** mount(2) of a file system on persistent memory: EBUSY where it is mounted; EINVAL for -o dax with reflink up to 5.15 (knob daxReflink). */
export const mount = mechanism({
  name: 'mount',
  source: 'spec 4.10; fs/xfs/xfs_super.c xfs_fs_fill_super() (5.15, 6.1); fs/super.c get_tree_bdev() (6.19)',
  frame: T,
  order: 'MO1',
  steps: {
    MO1: {
      title: 'check the options, mount', to: ['done'], costNs: () => kernel.costs.syscallNs,
      reads: [at(filesystems.unmounted, T.fs), at(filesystems.reflink, T.fs)], writes: [at(filesystems.unmounted, T.fs), at(filesystems.mount, T.fs)],
      run: () => {
        if (filesystems.unmounted.get(T.fs.v) === 0) return fail(ERRNO.EBUSY);
        if (T.mount.v === MOUNT.dax && filesystems.reflink.get(T.fs.v) === 1 && !kernel.policy.knobs.daxReflink) return fail(ERRNO.EINVAL);
        filesystems.mount.set(T.fs.v, T.mount.v);
        filesystems.unmounted.set(T.fs.v, 0);
        return done();
      },
    },
  },
});
