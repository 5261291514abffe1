import { ERRNO } from '@shared/domain/errno';
import { arena } from '@shared/state/arena';
import { files, processes } from '@shared/state/tables';
import { descriptors, openFiles } from '@shared/state/vfs-tables';
import { emit } from '../engine/events';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, done, fail, site, type Call } from '../engine/step';
import { kernel } from '../kernel';
import { breakLeases } from './break-leases';
import { CACHE_MODE, changeCached, isPageCache } from './cache-layout';
import { layoutEntry } from './layout-entry';
import { describe, forget, mayAccess, OPEN_TERMS } from './open-files';
import { putFile } from './put-file';

/** Pages behind any file: to the end of a file reaches this far. */
const TO_THE_END_PAGES = 2 ** 30;

/** `open` is the row that becomes the open file description. */
const O = frame('op', 'process', 'file', 'descriptor', 'open', 'reads', 'writes', 'truncates', 'nonblock', 'path', 'errno');

const asksToBreak = site(breakLeases, O.file, O.writes, O.nonblock, 0);
const truncate = site(layoutEntry, O.file, 0, TO_THE_END_PAGES, O.op);
const truncateCached = site(changeCached, O.file, 0, TO_THE_END_PAGES, O.op, CACHE_MODE.truncate);
const put = site(putFile, 0, O.file);

/** errno of what the name and the permissions say, or 0. */
function refusal(): number {
  if (files.links.get(O.file.v) === 0) return ERRNO.ENOENT;
  if (descriptors.open.get(O.descriptor.v) !== 0 || openFiles.file.get(O.open.v) !== 0) return ERRNO.EMFILE;
  if (O.path.v === 1) return 0;
  if (O.writes.v === 1 && files.type.nameIn(arena, O.file.v) === 'directory') return ERRNO.EISDIR;
  return mayAccess(O.process.v, O.file.v, O.reads.v === 1, O.writes.v === 1 || O.truncates.v === 1) ? 0 : ERRNO.EACCES;
}

/**
 * open(2): the open counts as reader or writer before it breaks leases, so no holder can go down to what it would disturb. The
 * lab has one descriptor for each name and one description for each operation: EMFILE if it is in use.
 */
export const openFile = mechanism({
  name: 'open',
  source: 'spec 5.6; fs/open.c do_dentry_open(), fs/namei.c do_open(), handle_truncate() (6.19)',
  frame: O,
  order: 'OP1 OP2 OP3 OP4 OP5 OP6 OP7',
  steps: {
    OP1: {
      title: 'find the file, check permissions, count the open', costNs: () => kernel.costs.syscallNs, to: ['OP5', 'done'],
      reads: [at(files.links, O.file), at(descriptors.open, O.descriptor), at(openFiles.file, O.open), at(processes.uid, O.process)], writes: OPEN_TERMS,
      run: go => {
        const errno = refusal();
        if (errno !== 0) return fail(errno);
        describe(O.open.v, O.file.v, { reads: O.reads.v === 1, writes: O.writes.v === 1, path: O.path.v === 1 });
        openFiles.nonblock.set(O.open.v, O.nonblock.v);
        return O.path.v === 1 ? go.OP5 : undefined;
      },
    },
    OP2: { title: 'break leases', calls: [asksToBreak], run: () => call(asksToBreak) },
    OP3: {
      title: 'truncate, if O_TRUNC asks for it', calls: [truncate, truncateCached], to: ['OP5', 'OP6'],
      run: go => {
        O.errno.v = answer.result < 0 ? answer.errno : 0;
        if (O.errno.v !== 0) return go.OP6;
        return O.truncates.v === 1 ? call(isPageCache(O.file.v) ? truncateCached : truncate) : go.OP5;
      },
    },
    OP4: {
      title: 'take its answer', to: ['OP5', 'OP6'],
      run: go => {
        O.errno.v = answer.result < 0 ? answer.errno : 0;
        return O.errno.v === 0 ? go.OP5 : go.OP6;
      },
    },
    OP5: {
      title: 'install the descriptor', writes: [at(descriptors.open, O.descriptor), at(openFiles.opening, O.open)], to: ['done'],
      run: () => {
        descriptors.open.set(O.descriptor.v, O.open.v);
        openFiles.opening.set(O.open.v, 0);
        emit('file-opened', O.file.v, O.writes.v);
        return done();
      },
    },
    OP6: { title: 'undo the open', writes: OPEN_TERMS, calls: [put], run: () => { forget(O.open.v); return call(put); } },
    OP7: { title: 'fail', to: ['done'], run: () => fail(O.errno.v) },
  },
});

const C = frame('descriptor', 'open', 'file');

const release: Call = site(putFile, C.open, C.file);

/** close(2): the open file description goes with its last descriptor and mapping. */
export const closeFile = mechanism({
  name: 'close',
  source: 'fs/file_table.c fput(), fs/open.c filp_close() (6.19)',
  frame: C,
  order: 'CL1 CL2',
  steps: {
    CL1: {
      title: 'take the descriptor away', reads: every(openFiles.file), writes: [at(descriptors.open, C.descriptor)], calls: [release], to: ['done'], costNs: () => kernel.costs.syscallNs,
      run: () => {
        C.open.v = descriptors.open.get(C.descriptor.v);
        if (C.open.v === 0) return fail(ERRNO.EBADF);
        C.file.v = openFiles.file.get(C.open.v);
        descriptors.open.set(C.descriptor.v, 0);
        return call(release);
      },
    },
    CL2: { title: 'return', to: ['done'], run: () => done() },
  },
});

const D = frame('of', 'descriptor');

/** dup(2): a second descriptor of the same open file description. */
export const duplicate = mechanism({
  name: 'dup',
  source: 'fs/file.c ksys_dup3() (6.19)',
  frame: D,
  order: 'DU1',
  steps: {
    DU1: {
      title: 'install a second descriptor', reads: [at(descriptors.open, D.of)], writes: [at(descriptors.open, D.descriptor)], to: ['done'], costNs: () => kernel.costs.syscallNs,
      run: () => {
        const open = descriptors.open.get(D.of.v);
        if (open === 0) return fail(ERRNO.EBADF);
        if (descriptors.open.get(D.descriptor.v) !== 0) return fail(ERRNO.EMFILE);
        descriptors.open.set(D.descriptor.v, open);
        return done();
      },
    },
  },
});
