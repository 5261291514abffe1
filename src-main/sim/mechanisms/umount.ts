import { ERRNO } from '@shared/domain/errno';
import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { busyExtents, files, filesystems } from '@shared/state/tables';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { done, fail } from '../engine/step';
import { kernel } from '../kernel';
import { ENTRY } from './dax-mapping';
import { isInUse, OPEN_READS } from './open-files';
import { USE_READS } from './pgmap';
import { BUSY_READS, deleteEntries, ENTRY_TERMS, firstBusyIndex } from './remove-blocks';

const T = frame('fs', 'file');

/** All of a file. */
const WHOLE_FILE = [0, 2 ** 30] as const;

const filesOn = (): readonly Row[] => files.$.rows(arena).filter(file => files.fs.get(file) === T.fs.v);
/** The next inode that still has DAX entries; 0 if there is none. */
const nextInode = (): Row => filesOn().find(file => files.entry.find(file, ...WHOLE_FILE, entry => entry !== ENTRY.none) >= 0) ?? 0;
const DAX_WAIT = busyExtents.state.valueOf('dax-wait');
/** The log of a file system that was shut down is aborted: what was in a transaction is busy no more (xlog_cil_committed() with abort). */
const keepsBusy = (extent: Row): boolean => (filesystems.shutDown.get(T.fs.v) === 1 ? busyExtents.state.get(extent) === DAX_WAIT : busyExtents.state.get(extent) !== 0);
const isDrained = (): boolean => busyExtents.$.rows(arena).every(extent => busyExtents.fs.get(extent) !== T.fs.v || !keepsBusy(extent));

/** umount(2): refused while anybody has a file open or mapped; else the inodes go, whatever devices still hold of their pages (spec 2.6). */
export const umount = mechanism({
  name: 'umount',
  source: 'spec 2.6, 4.3, 4.6; fs/namespace.c do_umount(), fs/inode.c evict_inodes() (6.1, 6.12, 6.19)',
  frame: T,
  order: 'UM1 UM2 UM3 UM4 UM5',
  steps: {
    UM1: {
      title: 'is a file open or mapped?', reads: [at(filesystems.unmounted, T.fs), ...OPEN_READS], to: ['done'], costNs: () => kernel.costs.syscallNs,
      run: () => {
        if (filesystems.unmounted.get(T.fs.v) === 1) return fail(ERRNO.EINVAL);
        if (filesOn().some(isInUse)) return fail(ERRNO.EBUSY);
      },
    },
    UM2: {
      title: 'take the next inode', reads: every(files.entry), to: ['UM4'],
      run: go => {
        T.file.v = nextInode();
        if (T.file.v === 0) return go.UM4;
      },
    },
    UM3: {
      title: 'evict it (6.15+: once no device holds a page of it)', when: () => !kernel.policy.knobs.evictionWaits || firstBusyIndex(T.file.v, ...WHOLE_FILE) < 0,
      waitsFor: { kind: 'file-idle', file: 'file' }, reads: [...BUSY_READS, ...USE_READS], writes: ENTRY_TERMS, to: ['UM2'],
      run: go => {
        deleteEntries(T.file.v, ...WHOLE_FILE);
        return go.UM2;
      },
    },
    UM4: { title: 'wait until no block is busy', when: isDrained, waitsFor: { kind: 'busy-drained', fs: 'fs' }, reads: [at(filesystems.shutDown, T.fs), ...every(busyExtents.state)] },
    UM5: {
      title: 'unmounted', writes: [at(filesystems.unmounted, T.fs)], to: ['done'],
      run: () => {
        filesystems.unmounted.set(T.fs.v, 1);
        return done();
      },
    },
  },
});
