import { ERRNO } from '@shared/domain/errno';
import { ACCESS } from '@shared/domain/rdma-access';
import { nics, protectionDomains, regions } from '@shared/state/rdma-tables';
import { intervals } from '@shared/state/notifier-tables';
import { holders, processes } from '@shared/state/tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { emit } from '../engine/events';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, done, fail, site, sleep } from '../engine/step';
import { kernel } from '../kernel';
import { DROP_READS, DROP_TERMS, dropHold, howWord } from './folio-counts';
import { getUserPages } from './get-user-pages';
import { mapForNic, NIC_ENTRY, NIC_TERMS } from './nic-table';

/** uverbs pins this many pages at a time: the page pointers that fit one page (spec 6.2 RM4). */
const CHUNK_PAGES = 512;
/** Longer registrations stand for their many equal chunks by the first and the rest (spec 13). */
const CHUNKED_PAGES_MAX = 8 * CHUNK_PAGES;

/**
 * `startByte` is where the range begins in its first page, `tailBytes` what it leaves of its last one; `iovaByte` is the offset in
 * page of the address that peers use. `pages` is -1 where start and length overflow. The MR row is born absent.
 */
const T = frame('op', 'process', 'vpn', 'pages', 'mr', 'nic', 'access', 'pd', 'startByte', 'tailBytes', 'iovaByte', 'done', 'chunk', 'chunkVpn', 'piece', 'errno', 'write', 'force');

const pinnedVm = at(processes.pinnedVm, T.process);
const limit = at(processes.memlockLimit, T.process);
const ipcLock = at(processes.ipcLock, T.process);
const pin = site(getUserPages, T.process, T.chunkVpn, T.chunk, T.write, howWord('longterm'), T.op, T.mr, T.piece, T.force);
const MR_TERMS = [
  ...[regions.state, regions.pageCount, regions.startByte, regions.bytes, regions.vpnFirst, regions.pieces, regions.charged, regions.access, regions.nic, regions.pd, regions.op, regions.key].map(column => at(column, T.mr)),
  at(protectionDomains.usecnt, T.pd), ...NIC_TERMS,
];

const ALL_ACCESS = Object.values(ACCESS).reduce<number>((sum, bit) => sum | bit, 0);
const has = (...words: readonly (keyof typeof ACCESS)[]): boolean => words.some(word => (T.access.v & ACCESS[word]) !== 0);

/** ib_check_mr_access() and what the driver itself supports, before anything is looked up or pinned. */
function refusedAccess(): number {
  if (T.iovaByte.v !== T.startByte.v) return ERRNO.EINVAL;
  if (has('remote-write', 'remote-atomic') && !has('local-write')) return ERRNO.EINVAL;
  if ((T.access.v & ~ALL_ACCESS) !== 0) return ERRNO.EINVAL;
  if (has('on-demand') && nics.odp.get(T.nic.v) === 0) return ERRNO[kernel.policy.knobs.odpRefusedErrno];
  return isTaken() ? ERRNO.EBUSY : 0;
}

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

/** What the NIC may reach: the pinned frames, and the zero page where nothing had to be pinned. */
function mapPinned(): void {
  mapForNic(T.mr.v, 0, 0, T.pages.v, NIC_ENTRY.zero);
  for (let piece = 0; piece < heldPieces(); piece++) {
    const holder = holders.$.row(T.op.v, piece);
    mapForNic(T.mr.v, holders.vpnFirst.get(holder) - T.vpn.v, holders.pfnFirst.get(holder), holders.pageCount.get(holder), T.write.v === 1 ? NIC_ENTRY.write : NIC_ENTRY.read);
  }
}

function describe(charged: number): void {
  regions.state.set(T.mr.v, regions.state.valueOf('valid'));
  regions.pageCount.set(T.mr.v, T.pages.v);
  regions.startByte.set(T.mr.v, T.startByte.v);
  regions.bytes.set(T.mr.v, T.pages.v * PAGE_BYTES - T.startByte.v - T.tailBytes.v);
  regions.vpnFirst.set(T.mr.v, T.vpn.v);
  regions.pieces.set(T.mr.v, heldPieces());
  regions.charged.set(T.mr.v, charged);
  regions.access.set(T.mr.v, T.access.v);
  regions.nic.set(T.mr.v, T.nic.v);
  regions.pd.set(T.mr.v, T.pd.v);
  regions.op.set(T.mr.v, T.op.v);
  regions.key.set(T.mr.v, regions.key.get(T.mr.v) + 1);
  if (T.pd.v !== 0) protectionDomains.usecnt.set(T.pd.v, protectionDomains.usecnt.get(T.pd.v) + 1);
  emit('mr-registered', T.mr.v, T.pages.v);
}

/** ibv_reg_mr(): charges, pins chunk by chunk, programs the NIC. Any failure undoes everything. */
export const registerMemory = mechanism({
  name: 'register-memory',
  source: 'spec 6.2 RM1–RM6, 1.7 (one atomic add, whose sum is compared); drivers/infiniband/core/umem.c ib_umem_get(), uverbs_cmd.c ib_uverbs_reg_mr(), ib_verbs.h ib_check_mr_access() (6.19)',
  frame: T,
  order: 'RM1 RM2 RMo RM3 RM4 RM4b RM4u RM4v RM5 RM6',
  steps: {
    RM1: {
      title: 'check addresses and access flags', reads: [at(regions.state, T.mr), at(regions.charged, T.mr)], to: ['done'], costNs: () => kernel.costs.syscallNs,
      run: () => {
        const errno = refusedAccess();
        if (errno !== 0) return fail(errno);
        const writes = has('local-write', 'remote-write', 'remote-atomic', 'mw-bind');
        T.force.v = !writes && kernel.policy.knobs.mrReadOnlyForcesWrite ? 1 : 0;
        T.write.v = writes || T.force.v === 1 ? 1 : 0;
      },
    },
    RM2: {
      title: 'find the protection domain', reads: [at(protectionDomains.isLive, T.pd)], to: ['RMo', 'RM3', 'done'],
      run: go => {
        if (T.pd.v !== 0 && protectionDomains.isLive.get(T.pd.v) === 0) return fail(ERRNO.EINVAL);
        return has('on-demand') ? go.RMo : go.RM3;
      },
    },
    RMo: {
      title: 'on-demand: watch the range; nothing is pinned, nothing charged', reads: every(holders.how), writes: [...MR_TERMS, at(regions.kind, T.mr), ...every(intervals.vpnFirst, intervals.pageCount)], to: ['done'], costNs: () => kernel.costs.registerNs,
      run: () => {
        if (T.pages.v <= 0) return fail(ERRNO.EINVAL);
        describe(0);
        regions.kind.set(T.mr.v, regions.kind.valueOf('odp'));
        const interval = intervals.$.row(T.process.v, T.mr.v);
        intervals.vpnFirst.set(interval, T.vpn.v);
        intervals.pageCount.set(interval, T.pages.v);
        return done();
      },
    },
    RM3: {
      title: 'charge the pages, and compare with the limit what the charge made of it', reads: [pinnedVm, limit, ipcLock], writes: [pinnedVm], to: ['RM4', 'RM4v', 'done'],
      run: go => {
        if (T.pages.v < 0) return fail(ERRNO.EINVAL);
        if (limit.v === 0 && ipcLock.v === 0) return fail(ERRNO.EPERM);
        if (T.pages.v === 0) return fail(ERRNO.EINVAL);
        pinnedVm.v += T.pages.v;
        if (limit.v < 0 || ipcLock.v === 1 || pinnedVm.v <= Math.floor(limit.v / PAGE_BYTES)) return go.RM4;
        T.errno.v = ERRNO.ENOMEM;
        return go.RM4v;
      },
    },
    RM4: {
      title: 'pin one chunk', reads: every(holders.how), calls: [pin], to: ['RM5'],
      run: go => {
        if (T.done.v === T.pages.v) return go.RM5;
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
      title: 'undo: unpin one piece', reads: DROP_READS, writes: DROP_TERMS, to: ['RM4u', 'RM4v'],
      run: go => {
        const pieces = heldPieces();
        return pieces === 0 ? go.RM4v : sleep(dropHold(holders.$.row(T.op.v, pieces - 1)), pieces > 1 ? go.RM4u : go.RM4v);
      },
    },
    RM4v: {
      title: 'undo: give the charge back', reads: [pinnedVm], writes: [pinnedVm], to: ['done'],
      run: () => {
        pinnedVm.v -= T.pages.v;
        emit('mr-refused', T.op.v, T.errno.v);
        return fail(T.errno.v);
      },
    },
    RM5: { title: 'map the pages for the NIC', costNs: () => kernel.costs.registerNs },
    RM6: {
      title: 'program the NIC: the keys become valid', reads: every(holders.how, holders.pfnFirst, holders.pageCount), writes: [...MR_TERMS, at(processes.hasPinned, T.process)], to: ['RM4u', 'done'],
      run: go => {
        if (isTaken()) {
          T.errno.v = ERRNO.EBUSY;
          return go.RM4u;
        }
        describe(T.pages.v);
        mapPinned();
        processes.hasPinned.set(T.process.v, 1);
        return done();
      },
    },
  },
});
