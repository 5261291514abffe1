import { ERRNO } from '@shared/domain/errno';
import { processes, regions } from '@shared/state/tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { emit } from '../engine/events';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { holders } from '@shared/state/tables';
import { DROP_READS, DROP_TERMS, dropHold, howWord } from './folio-counts';
import { getUserPages } from './get-user-pages';

/** uverbs pins this many pages at a time: the page pointers that fit one page (spec 6.2 RM4). */
const CHUNK_PAGES = 512;
/** Longer registrations stand for their many equal chunks by the first and the rest (spec 13). */
const CHUNKED_PAGES_MAX = 8 * CHUNK_PAGES;

/** `local` and `remote` are access flags; the MR row is born absent. */
const T = frame('op', 'process', 'vpn', 'pages', 'mr', 'nic', 'local', 'remote', 'done', 'chunk', 'chunkVpn', 'piece', 'errno', 'write', 'force');

const pinnedVm = at(processes.pinnedVm, T.process);
const limit = at(processes.memlockLimit, T.process);
const ipcLock = at(processes.ipcLock, T.process);
const pin = site(getUserPages, T.process, T.chunkVpn, T.chunk, T.write, howWord('longterm'), T.op, T.mr, T.piece, T.force);
const mrTerms = [regions.state, regions.pageCount, regions.pieces, regions.charged, regions.remoteWrite, regions.nic, regions.op, regions.key].map(column => at(column, T.mr));

/** The next chunk, and the number of its first holder. */
function nextChunk(): void {
  const left = T.pages.v - T.done.v;
  T.chunkVpn.v = T.vpn.v + T.done.v;
  T.chunk.v = T.pages.v <= CHUNKED_PAGES_MAX || T.done.v === 0 ? Math.min(left, CHUNK_PAGES) : left;
  T.piece.v = heldPieces();
}

/** The name is in use until its teardown is through: nobody may register under it meanwhile. */
function isTaken(): boolean {
  const state = regions.state.get(T.mr.v);
  return state === regions.state.valueOf('valid') || state === regions.state.valueOf('invalidating') || regions.charged.get(T.mr.v) > 0;
}

function heldPieces(): number {
  let pieces = 0;
  while (holders.how.get(holders.$.row(T.op.v, pieces)) !== 0) pieces++;
  return pieces;
}

/** ibv_reg_mr(): charges, pins chunk by chunk, programs the NIC. Any failure undoes everything. */
export const registerMemory = mechanism({
  name: 'register-memory',
  source: 'spec 6.2 RM1–RM6, 1.7; drivers/infiniband/core/umem.c ib_umem_get(), uverbs_cmd.c ib_uverbs_reg_mr() (6.19)',
  frame: T,
  order: 'RM1 RM3 RM3b RM4 RM4b RM4u RM4v RM6',
  steps: {
    RM1: {
      title: 'check the access flags', reads: [at(regions.state, T.mr), at(regions.charged, T.mr)], to: ['done'], costNs: () => kernel.costs.syscallNs,
      run: () => {
        if (T.remote.v === 1 && T.local.v === 0) return fail(ERRNO.EINVAL);
        if (isTaken()) return fail(ERRNO.EBUSY);
        T.force.v = T.local.v === 0 && kernel.policy.knobs.mrReadOnlyForcesWrite ? 1 : 0;
        T.write.v = T.local.v === 1 || T.force.v === 1 ? 1 : 0;
      },
    },
    RM3: {
      title: 'charge the pages', reads: [pinnedVm, limit, ipcLock], writes: [pinnedVm], to: ['done'],
      run: () => {
        if (limit.v === 0 && ipcLock.v === 0) return fail(ERRNO.EPERM);
        pinnedVm.v += T.pages.v;
      },
    },
    RM3b: {
      title: 'over the limit?', reads: [pinnedVm, limit, ipcLock], to: ['RM4', 'RM4v'],
      run: go => {
        if (limit.v < 0 || ipcLock.v === 1 || pinnedVm.v <= Math.floor(limit.v / PAGE_BYTES)) return go.RM4;
        T.errno.v = ERRNO.ENOMEM;
        return go.RM4v;
      },
    },
    RM4: {
      title: 'pin one chunk', reads: every(holders.how), calls: [pin], to: ['RM6'],
      run: go => {
        if (T.done.v === T.pages.v) return go.RM6;
        nextChunk();
        return call(pin);
      },
    },
    RM4b: {
      title: 'count the chunk', to: ['RM4', 'RM4u'],
      run: go => {
        if (answer.result > 0) T.done.v += answer.result;
        else T.errno.v = answer.errno;
        return answer.result > 0 ? go.RM4 : go.RM4u;
      },
    },
    RM4u: {
      title: 'undo: unpin one piece', reads: DROP_READS, writes: DROP_TERMS, costNs: () => kernel.costs.unpinPageNs,
      run: () => {
        const pieces = heldPieces();
        if (pieces > 0) dropHold(holders.$.row(T.op.v, pieces - 1));
      },
      again: () => heldPieces() > 0,
    },
    RM4v: {
      title: 'undo: give the charge back', reads: [pinnedVm], writes: [pinnedVm], to: ['done'],
      run: () => {
        pinnedVm.v -= T.pages.v;
        emit('mr-refused', T.op.v, T.errno.v);
        return fail(T.errno.v);
      },
    },
    RM6: {
      title: 'program the NIC: the keys become valid', reads: every(holders.how), writes: [...mrTerms, at(processes.hasPinned, T.process)], to: ['RM4u', 'done'],
      costNs: () => kernel.costs.registerNs,
      run: go => {
        if (isTaken()) {
          T.errno.v = ERRNO.EBUSY;
          return go.RM4u;
        }
        regions.state.set(T.mr.v, regions.state.valueOf('valid'));
        regions.pageCount.set(T.mr.v, T.pages.v);
        regions.pieces.set(T.mr.v, heldPieces());
        regions.charged.set(T.mr.v, T.pages.v);
        regions.remoteWrite.set(T.mr.v, T.remote.v);
        regions.nic.set(T.mr.v, T.nic.v);
        regions.op.set(T.mr.v, T.op.v);
        regions.key.set(T.mr.v, regions.key.get(T.mr.v) + 1);
        processes.hasPinned.set(T.process.v, 1);
        emit('mr-registered', T.mr.v, T.pages.v);
        return done();
      },
    },
  },
});
