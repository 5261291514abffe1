import { filesystems } from '@shared/state/tables';
import { emit } from '../engine/events';
import { mechanism } from '../engine/mechanism';
import { at, frame } from '../engine/place';
import { done } from '../engine/step';
import { kernel } from '../kernel';

const T = frame('fs');

/** FS_IOC_SHUTDOWN: the log is closed; who waits for it finds out. */
export const shutDownFilesystem = mechanism({
  name: 'fs-shutdown',
  source: 'fs/xfs/xfs_fsops.c xfs_do_force_shutdown() (6.19)',
  frame: T,
  order: 'SH1',
  steps: {
    SH1: {
      title: 'close the log', writes: [at(filesystems.shutDown, T.fs)], to: ['done'], costNs: () => kernel.costs.syscallNs,
      run: () => {
        filesystems.shutDown.set(T.fs.v, 1);
        emit('filesystem-shut-down', T.fs.v);
        return done();
      },
    },
  },
});
