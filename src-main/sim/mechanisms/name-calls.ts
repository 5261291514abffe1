import { ERRNO } from '@shared/domain/errno';
import { files, filesystems, hosts, processes } from '@shared/state/tables';
import { openFiles } from '@shared/state/vfs-tables';
import { emit } from '../engine/events';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { breakLeases } from './break-leases';
import { evictInode } from './evict-inode';
import { CACHE_MODE, changeCached, isPageCache } from './cache-layout';
import { layoutEntry } from './layout-entry';
import { firstLongtermFrame } from './lease-records';
import { LOST_READS, lostErrno } from './lost-filesystem';
import { LOG_CHANGE_TERMS, logQuietly } from './metadata-log';
import { describe, forget, isOwner, mayAccess, OPEN_TERMS } from './open-files';
import { putFile } from './put-file';

const N = frame('file', 'by', 'op');
const iolock = at(files.iolock, N.file);
const links = at(files.links, N.file);
const evict = site(evictInode, N.file, N.op);

/** unlink(2) (`by` −1), link(2) (1), rename(2) to a free name (0): under the inode lock. None of them breaks a lease (spec 5.6). */
export const changeLinks = mechanism({
  name: 'change-links',
  source: 'fs/namei.c vfs_unlink(), vfs_link(), vfs_rename(); fs/inode.c iput() (6.19); spec 4.3, 5.6',
  frame: N,
  order: 'NL1 NL2 NL3 NL4',
  steps: {
    NL1: { title: 'take the inode lock', takes: iolock, costNs: () => kernel.costs.syscallNs },
    NL2: {
      title: 'change the number of names', drops: [iolock], reads: [links, at(files.fs, N.file), ...LOST_READS], writes: [links, ...LOG_CHANGE_TERMS], to: ['done'],
      run: () => {
        if (links.v === 0) return fail(ERRNO.ENOENT);
        const lost = lostErrno(N.file.v, 'change');
        if (lost !== 0) return fail(lost);
        links.v += N.by.v;
        logQuietly(N.file.v);
        if (N.by.v >= 0) return done();
      },
    },
    NL3: { title: 'drop the inode, if that was all that led to it', calls: [evict], run: () => call(evict) },
    NL4: { title: 'return', to: ['done'], run: () => done() },
  },
});

const M = frame('process', 'file', 'mode');
const modeLock = at(files.iolock, M.file);

/** chmod(2): the owner or CAP_FOWNER may. */
export const changeMode = mechanism({
  name: 'chmod',
  source: 'fs/open.c chmod_common(), fs/attr.c setattr_prepare() (6.19)',
  frame: M,
  order: 'CM1 CM2',
  steps: {
    CM1: { title: 'take the inode lock', takes: modeLock, costNs: () => kernel.costs.syscallNs },
    CM2: {
      title: 'change the permission bits', drops: [modeLock], reads: [at(files.links, M.file), at(files.fs, M.file), ...LOST_READS], writes: [at(files.mode, M.file), ...LOG_CHANGE_TERMS], to: ['done'],
      run: () => {
        if (files.links.get(M.file.v) === 0) return fail(ERRNO.ENOENT);
        const lost = lostErrno(M.file.v, 'change');
        if (lost !== 0) return fail(lost);
        if (!isOwner(M.process.v, M.file.v) && processes.capable.get(M.process.v) === 0) return fail(ERRNO.EPERM);
        files.mode.set(M.file.v, M.mode.v);
        logQuietly(M.file.v);
        return done();
      },
    },
  },
});

const P = frame('file', 'pinnable');

/** Marks a file as one whose layout the file system keeps for long-term pins, or takes the mark away: not while there are any. */
export const setPinnable = mechanism({
  name: 'set-pinnable',
  source: 'spec 5.4; no such call exists, the errno is a choice of the model',
  frame: P,
  order: 'SP1',
  steps: {
    SP1: {
      title: 'change the mark', reads: every(files.kind, files.blockDelta, hosts.longterm), writes: [at(files.pinnable, P.file)], to: ['done'], costNs: () => kernel.costs.syscallNs,
      run: () => {
        if (P.pinnable.v === 0 && firstLongtermFrame(P.file.v, 0, Number.MAX_SAFE_INTEGER) >= 0) return fail(ERRNO.EBUSY);
        files.pinnable.set(P.file.v, P.pinnable.v);
        return done();
      },
    },
  },
});

const S = frame('file', 'byName');

/** stat(2) by name, fstat(2) by descriptor: no lock, no wait. */
export const statFile = mechanism({
  name: 'stat',
  source: 'fs/stat.c vfs_statx() (6.19)',
  frame: S,
  order: 'ST1',
  steps: {
    ST1: {
      title: 'read the attributes', reads: [at(files.links, S.file)], to: ['done'], costNs: () => kernel.costs.syscallNs,
      run: () => (S.byName.v === 1 && files.links.get(S.file.v) === 0 ? fail(ERRNO.ENOENT) : done()),
    },
  },
});

const C = frame('process', 'file', 'sizeBytes');

/** creat(2) and ftruncate(2) to a size: a new file without blocks. */
export const createFile = mechanism({
  name: 'create',
  source: 'fs/namei.c lookup_open() (6.19)',
  frame: C,
  order: 'CR1',
  steps: {
    CR1: {
      title: 'make the inode and its name', reads: [at(files.links, C.file), at(files.gone, C.file), at(files.fs, C.file), ...LOST_READS], writes: [...[files.links, files.gone, files.size].map(column => at(column, C.file)), ...LOG_CHANGE_TERMS], to: ['done'], costNs: () => kernel.costs.syscallNs,
      run: () => {
        if (files.links.get(C.file.v) > 0) return fail(ERRNO.EEXIST);
        const lost = lostErrno(C.file.v, 'change');
        if (lost !== 0) return fail(lost);
        files.links.set(C.file.v, 1);
        files.gone.set(C.file.v, 0);
        files.size.set(C.file.v, C.sizeBytes.v);
        files.uid.set(C.file.v, processes.uid.get(C.process.v));
        logQuietly(C.file.v);
        emit('file-created', C.file.v, filesystems.nth.get(files.fs.get(C.file.v)));
        return done();
      },
    },
  },
});

/** Pages behind any file. */
const TO_THE_END_PAGES = 2 ** 30;

/** `open` is a description that lasts as long as the call: it counts as a writer (get_write_access()). */
const T = frame('op', 'process', 'file', 'firstPage', 'open', 'errno');
const asksToUnlock = site(breakLeases, T.file, 1, 0, 0);
const truncate = site(layoutEntry, T.file, T.firstPage, TO_THE_END_PAGES, T.op);
const truncateCached = site(changeCached, T.file, T.firstPage, TO_THE_END_PAGES, T.op, CACHE_MODE.truncate);
const put = site(putFile, 0, T.file);

/** truncate(2) by path: write permission, write access, then leases are broken, then the size changes. */
export const truncatePath = mechanism({
  name: 'truncate',
  source: 'spec 5.6; fs/open.c vfs_truncate() (6.19)',
  frame: T,
  order: 'TP1 TP2 TP3 TP4 TP5',
  steps: {
    TP1: {
      title: 'find the file, check permissions, count as a writer', costNs: () => kernel.costs.syscallNs, to: ['done'], reads: [at(files.links, T.file), at(openFiles.file, T.open)], writes: OPEN_TERMS,
      run: () => {
        if (files.links.get(T.file.v) === 0) return fail(ERRNO.ENOENT);
        if (files.type.get(T.file.v) !== files.type.valueOf('regular')) return fail(files.type.get(T.file.v) === files.type.valueOf('directory') ? ERRNO.EISDIR : ERRNO.EINVAL);
        if (!mayAccess(T.process.v, T.file.v, false, true)) return fail(ERRNO.EACCES);
        describe(T.open.v, T.file.v, { reads: false, writes: true, path: false });
      },
    },
    TP2: { title: 'break leases', calls: [asksToUnlock], run: () => call(asksToUnlock) },
    TP3: {
      title: 'change the size', calls: [truncate, truncateCached], to: ['TP4'],
      run: go => {
        T.errno.v = answer.result < 0 ? answer.errno : 0;
        return T.errno.v === 0 ? call(isPageCache(T.file.v) ? truncateCached : truncate) : go.TP4;
      },
    },
    TP4: {
      title: 'count as a writer no more', writes: OPEN_TERMS, calls: [put],
      run: () => {
        if (T.errno.v === 0 && answer.result < 0) T.errno.v = answer.errno;
        forget(T.open.v);
        return call(put);
      },
    },
    TP5: { title: 'return', to: ['done'], run: () => (T.errno.v === 0 ? done() : fail(T.errno.v)) },
  },
});
