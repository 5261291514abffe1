import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { files, filesystems } from '@shared/state/tables';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, done, site } from '../engine/step';
import { kernel } from '../kernel';
import { isPageCache } from './cache-layout';
import { isDeviceDax } from './device-dax';
import { syncFile } from './fsync';
import { hasMedium } from './page-cache';
import { writebackFile } from './writeback';

/** `file` and `fs` are the last that were looked at. */
const T = frame('file', 'fs');

const writeDax = site(syncFile, T.file);
const writeCached = site(writebackFile, T.file, 1);
const nextFile = (): Row => files.$.rows(arena).find(file => file > T.file.v && files.gone.get(file) === 0 && hasMedium(file) && !isDeviceDax(file)) ?? 0;
const nextLog = (): Row => filesystems.$.rows(arena).find(fs => fs > T.fs.v && filesystems.logDirty.get(fs) === 1) ?? 0;

/** sync(2): writes out every inode of every file system, then waits for their logs. It never fails. */
export const syncAll = mechanism({
  name: 'sync',
  source: 'fs/sync.c ksys_sync(), sync_inodes_one_sb(), sync_fs_one_sb(); fs/xfs/xfs_super.c xfs_fs_sync_fs() (6.19)',
  frame: T,
  order: 'SA1 SA2 SA3 SA4',
  steps: {
    SA1: { title: 'enter', costNs: () => kernel.costs.syscallNs },
    SA2: {
      title: 'write out the next inode', reads: every(files.gone, files.dax, files.fs, filesystems.type, filesystems.drive, filesystems.mount), calls: [writeDax, writeCached], to: ['SA2', 'SA3'],
      run: go => {
        T.file.v = nextFile();
        return T.file.v === 0 ? go.SA3 : call(isPageCache(T.file.v) ? writeCached : writeDax, go.SA2);
      },
    },
    SA3: {
      title: 'take the next log', reads: every(filesystems.logDirty), to: ['done', 'SA4'],
      run: go => {
        T.fs.v = nextLog();
        return T.fs.v === 0 ? done() : go.SA4;
      },
    },
    SA4: {
      title: 'wait until it has committed', when: () => filesystems.logDirty.get(T.fs.v) === 0 || filesystems.shutDown.get(T.fs.v) === 1, waitsFor: { kind: 'log-commit', fs: 'fs' },
      reads: [at(filesystems.logDirty, T.fs), at(filesystems.shutDown, T.fs)], to: ['SA3'], run: go => go.SA3,
    },
  },
});
