import { ERRNO } from '@shared/domain/errno';
import { arena } from '@shared/state/arena';
import { buffers, users } from '@shared/state/buffer-tables';
import type { Row } from '@shared/state/dictionary';
import { holders, hosts, mappings, processes } from '@shared/state/tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, done, fail, site, sleep } from '../engine/step';
import { kernel } from '../kernel';
import { LOOKUP_READS, mappingAt } from './address-space';
import { DROP_READS, DROP_TERMS, dropHold, howWord, SPLIT_TERMS, splitHold, shortenHold } from './folio-counts';
import { folioAt } from './folios';
import { getUserPages } from './get-user-pages';
import { isFsdax, isHugetlb, isShmem } from './gup-rules';
import { mappingsIn } from './vma';

/** Longest io_uring buffer: 1 GiB (io_buffer_validate()). */
const URING_PAGES_MAX = 2 ** 18;

const U = frame('op', 'process', 'vpn', 'pages', 'buffer', 'slowOnly', 'errno');

const state = at(buffers.state, U.buffer);
const PINNING = buffers.state.valueOf('pinning');
const REGISTERED = buffers.state.valueOf('registered');
const pinForUring = site(getUserPages, U.process, U.vpn, U.pages, 1, howWord('longterm'), U.op, U.buffer, 0, 0, U.slowOnly);

/** Holds of a buffer in the order in which they were taken. */
const holdsOf = (op: Row): readonly Row[] => holders.$.rows(arena).filter(holder => holders.op.get(holder) === op && holders.how.get(holder) !== 0)
  .sort((a, b) => holders.piece.get(a) - holders.piece.get(b));

/** io_uring's own look at the mappings of a buffer, up to 6.1 (spec 5.2). 0 lets pass. */
function uringRefusal(): number {
  const { uringFileBuffers } = kernel.policy.knobs;
  if (uringFileBuffers === 'allow') return 0;
  const fileAt = (vpn: number): Row => mappings.file.get(mappingAt(U.process.v, vpn));
  const first = fileAt(U.vpn.v);
  for (let vpn = U.vpn.v; vpn < U.vpn.v + U.pages.v;) {
    const mapping = mappingAt(U.process.v, vpn);
    const file = fileAt(vpn);
    if (file !== first && uringFileBuffers === 'refuse') return ERRNO.EINVAL;
    if (file !== 0 && !isHugetlb(file) && !(uringFileBuffers === 'refuse' && isShmem(file))) return ERRNO.EOPNOTSUPP;
    vpn = mappings.vpnFirst.get(mapping) + mappings.pageCount.get(mapping);
  }
  return 0;
}

/** A short count is EFAULT (io_sqe_buffer_register()); up to 5.10 a DAX mapping anywhere in the range refuses all of it (check_dax_vmas()). */
function shortCount(): number {
  if (kernel.policy.knobs.daxVmasChecked === 'before-pinning') return ERRNO.EFAULT;
  return mappingsIn(U.process.v, U.vpn.v, U.pages.v).some(mapping => isFsdax(mappings.file.get(mapping))) ? ERRNO.EOPNOTSUPP : ERRNO.EFAULT;
}

/** Folios of the holds, each once, whether they are large, and where in which hold their first page is. */
function foliosOf(op: Row): readonly { readonly hold: Row; readonly pfn: number; readonly pages: number; readonly folioPages: number; readonly isFirst: boolean }[] {
  const found: ReturnType<typeof foliosOf>[number][] = [];
  const seen = new Set<number>();
  for (const hold of holdsOf(op)) {
    const host = holders.host.get(hold);
    const end = holders.pfnFirst.get(hold) + holders.pageCount.get(hold);
    for (let pfn = holders.pfnFirst.get(hold); pfn < end;) {
      const folio = folioAt(host, pfn);
      const pages = folio.pageCount === 1 ? Math.min(end, hosts.order.runEnd(host, pfn)) - pfn : Math.min(end, folio.first + folio.pageCount) - pfn;
      found.push({ hold, pfn, pages, folioPages: folio.pageCount, isFirst: folio.pageCount === 1 || !seen.has(folio.first) });
      seen.add(folio.first);
      pfn += pages;
    }
  }
  return found;
}

/** Pages that io_uring charges: whole large folios, each once (io_buffer_account_pin()). */
const chargeOf = (op: Row): number => foliosOf(op).reduce((sum, { isFirst, pages, folioPages }) => sum + (folioPages === 1 ? pages : isFirst ? folioPages : 0), 0);

/** Keeps one pin of each large folio and drops the rest (io_coalesce_buffer()). */
function coalesce(op: Row): void {
  const folios = foliosOf(op);
  if (!kernel.policy.knobs.uringOnePinPerFolio || folios.some(({ folioPages }) => folioPages === 1)) return;
  let piece = holdsOf(op).reduce((next, hold) => Math.max(next, holders.piece.get(hold) + 1), 0);
  // From behind: what has been split off a hold is no longer part of it.
  for (const { hold, pfn, isFirst } of [...folios].reverse()) {
    const front = pfn - holders.pfnFirst.get(hold);
    const part = front === 0 ? hold : holders.$.row(op, piece++);
    if (front > 0) splitHold(hold, front, part);
    if (isFirst) shortenHold(part, 1);
    else dropHold(part);
  }
}

const userOf = (process: Row): Row => users.$.row(processes.uid.get(process));

/** Charges the user and the address space; the errno if that is over the limit. */
function charge(pages: number): number {
  const limit = processes.memlockLimit.get(U.process.v);
  const isLimited = processes.ipcLock.get(U.process.v) === 0;
  const user = userOf(U.process.v);
  if (isLimited && limit >= 0 && users.lockedVm.get(user) + pages > Math.floor(limit / PAGE_BYTES)) return ERRNO.ENOMEM;
  if (isLimited) users.lockedVm.set(user, users.lockedVm.get(user) + pages);
  processes.pinnedVm.set(U.process.v, processes.pinnedVm.get(U.process.v) + pages);
  buffers.charged.set(U.buffer.v, pages);
  buffers.chargesUser.set(U.buffer.v, isLimited ? 1 : 0);
  return 0;
}

const LIMIT_READS = every(processes.memlockLimit, processes.ipcLock, processes.uid, users.lockedVm, processes.pinnedVm);

/** io_uring_register(IORING_REGISTER_BUFFERS): pins for the long term and for writing, looks at the mappings, charges. */
export const uringRegister = mechanism({
  name: 'uring-register',
  source: 'spec 1.4 Callers, 1.7, 5.2; io_uring/rsrc.c io_sqe_buffer_register(), io_buffer_account_pin(), io_uring/memmap.c io_pin_pages() (6.1, 6.12, 6.19)',
  frame: U,
  order: 'UR1 UR2 UR3 URu URv',
  steps: {
    UR1: {
      title: 'check the length and pin the pages', reads: [state], writes: [state], calls: [pinForUring], to: ['done'], costNs: () => kernel.costs.syscallNs,
      run: () => {
        if (state.v !== 0) return fail(ERRNO.EBUSY);
        if (U.pages.v === 0 || U.pages.v > URING_PAGES_MAX) return fail(ERRNO.EFAULT);
        U.slowOnly.v = kernel.policy.knobs.uringFileBuffers === 'allow' ? 0 : 1;
        state.v = PINNING;
        return call(pinForUring);
      },
    },
    UR2: {
      title: 'may these mappings be registered?', to: ['UR3', 'URu'], reads: [...LOOKUP_READS, ...every(mappings.file)],
      run: go => {
        if (answer.result === U.pages.v) U.errno.v = uringRefusal();
        else U.errno.v = answer.result < 0 ? answer.errno : shortCount();
        return U.errno.v === 0 ? go.UR3 : go.URu;
      },
    },
    UR3: {
      title: 'charge the pages; keep one pin of each large folio', to: ['URu', 'done'],
      reads: [...LIMIT_READS, ...every(holders.how, holders.pfnFirst, holders.pageCount, hosts.order), ...DROP_READS],
      writes: [...every(users.lockedVm, processes.pinnedVm), ...[buffers.state, buffers.charged, buffers.pageCount, buffers.op].map(column => at(column, U.buffer)), ...SPLIT_TERMS, ...DROP_TERMS],
      run: go => {
        U.errno.v = charge(chargeOf(U.op.v));
        if (U.errno.v !== 0) return go.URu;
        coalesce(U.op.v);
        state.v = REGISTERED;
        buffers.pageCount.set(U.buffer.v, U.pages.v);
        buffers.op.set(U.buffer.v, U.op.v);
        return done();
      },
    },
    URu: {
      title: 'undo: unpin one piece', reads: [...DROP_READS, ...every(holders.how)], writes: DROP_TERMS, costNs: () => kernel.costs.unpinPageNs,
      run: () => { dropLast(U.op.v); }, again: () => holdsOf(U.op.v).length > 0,
    },
    URv: {
      title: 'answer why', writes: [state], to: ['done'],
      run: () => {
        state.v = 0;
        return fail(U.errno.v);
      },
    },
  },
});

/** Answers the time that it takes. */
function dropLast(op: Row): number {
  const hold = holdsOf(op).at(-1);
  return hold === undefined ? 0 : dropHold(hold);
}

const X = frame('op', 'process', 'vpn', 'pages', 'buffer', 'errno');
const pinForXdp = site(getUserPages, X.process, X.vpn, X.pages, 1, howWord('longterm'), X.op, X.buffer, 0, 0, 1);

/** XDP_UMEM_REG: pins for the long term and for writing, the slow way; a short count is ENOMEM. */
export const xdpRegister = mechanism({
  name: 'xdp-register',
  source: 'spec 1.4 Callers; net/xdp/xdp_umem.c xdp_umem_pin_pages() (6.19)',
  frame: X,
  order: 'XD1 XD2 XDu XDv',
  steps: {
    XD1: {
      title: 'pin the pages', reads: [at(buffers.state, X.buffer)], writes: [at(buffers.state, X.buffer)], calls: [pinForXdp], to: ['done'], costNs: () => kernel.costs.syscallNs,
      run: () => {
        if (buffers.state.get(X.buffer.v) !== 0) return fail(ERRNO.EBUSY);
        buffers.state.set(X.buffer.v, PINNING);
        return call(pinForXdp);
      },
    },
    XD2: {
      title: 'all of them?', to: ['XDu', 'done'], writes: [buffers.state, buffers.pageCount, buffers.op].map(column => at(column, X.buffer)),
      run: go => {
        if (answer.result !== X.pages.v) {
          X.errno.v = answer.result < 0 ? answer.errno : ERRNO.ENOMEM;
          return go.XDu;
        }
        buffers.state.set(X.buffer.v, REGISTERED);
        buffers.pageCount.set(X.buffer.v, X.pages.v);
        buffers.op.set(X.buffer.v, X.op.v);
        return done();
      },
    },
    XDu: {
      title: 'undo: unpin one piece', reads: [...DROP_READS, ...every(holders.how)], writes: DROP_TERMS, costNs: () => kernel.costs.unpinPageNs,
      run: () => { dropLast(X.op.v); }, again: () => holdsOf(X.op.v).length > 0,
    },
    XDv: {
      title: 'answer why', writes: [at(buffers.state, X.buffer)], to: ['done'],
      run: () => {
        buffers.state.set(X.buffer.v, 0);
        return fail(X.errno.v);
      },
    },
  },
});

const R = frame('buffer', 'isClose');

/** An operation that took pages for the buffer, more than one where a name was taken again; 0 once all are let go. */
function takerFor(buffer: Row): Row {
  const hold = holders.$.rows(arena).find(holder => holders.keeper.get(holder) === buffer && holders.how.get(holder) !== 0);
  return hold === undefined ? 0 : holders.op.get(hold);
}

/** Unregistering, or closing the ring or socket: every page is let go and the charge given back. ENXIO where nothing was registered, unless it is closed. */
export const releaseBuffer = mechanism({
  name: 'release-buffer',
  source: 'io_uring/rsrc.c io_buffer_unmap(), net/xdp/xdp_umem.c xdp_umem_unpin_pages() (6.19)',
  frame: R,
  order: 'BU1 BU2 BU3',
  steps: {
    BU1: {
      title: 'is there anything?', reads: [at(buffers.state, R.buffer)], to: ['done'], costNs: () => kernel.costs.syscallNs,
      run: () => {
        if (buffers.state.get(R.buffer.v) !== REGISTERED) return R.isClose.v === 1 ? done() : fail(ERRNO.ENXIO);
      },
    },
    BU2: {
      title: 'let go of one piece', reads: [...DROP_READS, ...every(holders.how, holders.keeper)], writes: DROP_TERMS, to: ['BU2', 'BU3'],
      run: go => sleep(dropLast(takerFor(R.buffer.v)), takerFor(R.buffer.v) !== 0 ? go.BU2 : go.BU3),
    },
    BU3: {
      title: 'give the charge back', to: ['done'], reads: every(buffers.charged, buffers.chargesUser, buffers.process, processes.uid, processes.pinnedVm, users.lockedVm),
      writes: [...every(processes.pinnedVm, users.lockedVm), ...[buffers.state, buffers.charged, buffers.pageCount, buffers.op].map(column => at(column, R.buffer))],
      run: () => {
        const process = buffers.process.get(R.buffer.v);
        const charged = buffers.charged.get(R.buffer.v);
        if (charged > 0) processes.pinnedVm.set(process, processes.pinnedVm.get(process) - charged);
        if (charged > 0 && buffers.chargesUser.get(R.buffer.v) === 1) users.lockedVm.set(userOf(process), users.lockedVm.get(userOf(process)) - charged);
        for (const column of [buffers.state, buffers.charged, buffers.chargesUser, buffers.pageCount, buffers.op]) column.set(R.buffer.v, 0);
        return done();
      },
    },
  },
});

/** The next buffer that a process leaves behind; 0 if there is none. */
export const bufferOf = (process: Row): Row => buffers.$.rows(arena).find(buffer => buffers.process.get(buffer) === process && buffers.state.get(buffer) === REGISTERED) ?? 0;

const K = frame('op', 'process', 'vpn', 'pages', 'buffer', 'how', 'write', 'times', 'p2p', 'piece', 'done');
const takeForKernel = site(getUserPages, K.process, K.vpn, K.pages, K.write, K.how, K.op, K.buffer, K.piece);

/** Some part of the kernel takes references or pins, as often as it is told. It keeps them until they are released. */
export const takePages = mechanism({
  name: 'take-pages',
  source: 'spec 1.4; mm/gup.c get_user_pages_fast(), pin_user_pages_fast(), is_valid_gup_args() (6.19), as lib/test and gup_test.c use them',
  frame: K,
  order: 'TP1 TP2',
  steps: {
    TP1: {
      title: 'take them once', reads: [at(buffers.state, K.buffer), ...every(holders.how, holders.piece)], writes: [at(buffers.p2p, K.buffer)], calls: [takeForKernel], to: ['done'],
      run: () => {
        // is_valid_gup_args(): the memory must be able to go with its device, so nobody may keep it for as long as he likes.
        if (K.p2p.v === 1 && K.how.v === howWord('longterm')) return fail(ERRNO.EINVAL);
        buffers.p2p.set(K.buffer.v, K.p2p.v);
        K.piece.v = holdsOf(K.op.v).reduce((next, hold) => Math.max(next, holders.piece.get(hold) + 1), 0);
        return call(takeForKernel);
      },
    },
    TP2: {
      title: 'once more?', to: ['TP1', 'done'], writes: [buffers.state, buffers.pageCount, buffers.op].map(column => at(column, K.buffer)),
      run: go => {
        if (answer.result < 0) return fail(answer.errno);
        K.done.v += 1;
        buffers.state.set(K.buffer.v, REGISTERED);
        buffers.pageCount.set(K.buffer.v, answer.result);
        buffers.op.set(K.buffer.v, K.op.v);
        return K.done.v < K.times.v ? go.TP1 : done(answer.result);
      },
    },
  },
});
