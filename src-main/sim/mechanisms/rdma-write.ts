import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { accesses, actors, counters, holders, nics, operations, processes, queuePairs, regions, transfers } from '@shared/state/tables';
import { emit } from '../engine/events';
import { machine } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { done } from '../engine/step';
import { kernel } from '../kernel';
import { ACCESS_READS, ACCESS_TERMS, noteAccess } from './device-access';
import { counterRow } from './folio-counts';

const STATE = transfers.state;
const STATUS = transfers.status;
const POSTED = STATE.valueOf('posted');
const COMPLETED = STATE.valueOf('completed');

/** `transfer` is the one of `op`. */
const P = frame('op', 'nic', 'mr', 'qp', 'first', 'pages', 'transfer');
const transferTerms = [STATE, transfers.nic, transfers.mr, transfers.key, transfers.qp, transfers.firstPage, transfers.pages, transfers.done, STATUS].map(column => at(column, P.transfer));

/** A remote peer posts one RC WRITE and waits for its work completion. Answers 0; the status is in the transfer. */
export const rdmaWrite = mechanism({
  name: 'rdma-write',
  source: 'spec 6.4 WR1–WR3, WR7; drivers/infiniband/sw/rxe/rxe_req.c, rxe_comp.c (6.19)',
  frame: P,
  order: 'WR1 WR7',
  steps: {
    WR1: {
      title: 'post the WRITE', reads: [at(queuePairs.state, P.qp), at(regions.key, P.mr)], writes: transferTerms,
      run: () => {
        transfers.nic.set(P.transfer.v, P.nic.v);
        transfers.mr.set(P.transfer.v, P.mr.v);
        transfers.key.set(P.transfer.v, regions.key.get(P.mr.v));
        transfers.qp.set(P.transfer.v, P.qp.v);
        transfers.firstPage.set(P.transfer.v, P.first.v);
        transfers.pages.set(P.transfer.v, P.pages.v);
        transfers.done.set(P.transfer.v, 0);
        STATUS.set(P.transfer.v, 0);
        counters.order.set(counterRow(), counters.order.get(counterRow()) + 1);
        transfers.order.set(P.transfer.v, counters.order.get(counterRow()));
        const isUp = queuePairs.state.get(P.qp.v) === queuePairs.state.valueOf('RTS');
        if (!isUp) STATUS.set(P.transfer.v, STATUS.valueOf('WR_FLUSH_ERR'));
        STATE.set(P.transfer.v, isUp ? POSTED : COMPLETED);
        emit('packet-sent', P.op.v, P.first.v);
      },
    },
    WR7: {
      title: 'take the work completion', when: () => STATE.get(P.transfer.v) === COMPLETED, waitsFor: { kind: 'transfer', op: 'op' },
      reads: [at(STATE, P.transfer), at(STATUS, P.transfer)], to: ['done'],
      run: () => {
        emit('work-completed', P.op.v, STATUS.get(P.transfer.v));
        return done();
      },
    },
  },
});

const N = frame('nic', 'transfer', 'mr');

function posted(nic: Row): readonly Row[] {
  return transfers.$.rows(arena)
    .filter(transfer => STATE.get(transfer) === POSTED && transfers.nic.get(transfer) === nic)
    .sort((a, b) => transfers.order.get(a) - transfers.order.get(b));
}

/** The hold that covers page `page` of an MR, and the frame there. */
function translate(mr: Row, page: number): { readonly holder: Row; readonly pfn: number; readonly left: number } {
  const op = regions.op.get(mr);
  let first = 0;
  for (let piece = 0; piece < regions.pieces.get(mr); piece++) {
    const holder = holders.$.row(op, piece);
    const pages = holders.pageCount.get(holder);
    if (page < first + pages) return { holder, pfn: holders.pfnFirst.get(holder) + page - first, left: first + pages - page };
    first += pages;
  }
  return { holder: 0, pfn: -1, left: 0 };
}

/** A key means something to the NIC that gave it, and only until the registration goes: one made later has another. */
function isAllowed(transfer: Row): boolean {
  const mr = transfers.mr.get(transfer);
  return regions.state.get(mr) === regions.state.valueOf('valid') && regions.nic.get(mr) === N.nic.v
    && regions.key.get(mr) === transfers.key.get(transfer) && regions.remoteWrite.get(mr) === 1
    && transfers.firstPage.get(transfer) + transfers.pages.get(transfer) <= regions.pageCount.get(mr);
}

/** Whoever exits destroys its queue pairs first: nobody is left who could acknowledge (spec 6.5, 6.6). */
const isResponderGone = (): boolean => processes.qpsGone.get(regions.process.get(N.mr.v)) === 1;

function failWith(status: 'REM_ACCESS_ERR' | 'RETRY_EXC_ERR'): void {
  STATUS.set(N.transfer.v, STATUS.valueOf(status));
  queuePairs.state.set(transfers.qp.get(N.transfer.v), queuePairs.state.valueOf('ERR'));
}

const TRANSLATION_READS = [at(regions.pieces, N.mr), at(regions.op, N.mr), ...every(holders.pfnFirst, holders.pageCount), ...ACCESS_READS];
const RANGE_READS = [at(transfers.firstPage, N.transfer), at(transfers.pages, N.transfer)];

/** The responder half of a NIC: checks the key, writes page by page, acknowledges. */
export const nicEngine = mechanism({
  name: 'nic-engine',
  source: 'spec 6.4 WR4–WR6, 6.6; drivers/infiniband/sw/rxe/rxe_resp.c check_rkey(), write_data_in() (6.19)',
  frame: N,
  order: 'WR3 WR4 WR5 WR6',
  steps: {
    WR3: {
      title: 'receive a packet', when: () => posted(N.nic.v).length > 0, waitsFor: { kind: 'work' },
      reads: every(transfers.nic, transfers.mr), writes: [...every(STATE), at(nics.served, N.nic)], costNs: () => kernel.fabricNs(N.nic.v),
      run: () => {
        N.transfer.v = posted(N.nic.v)[0]!;
        N.mr.v = transfers.mr.get(N.transfer.v);
        STATE.set(N.transfer.v, STATE.valueOf('checked'));
        nics.served.set(N.nic.v, N.transfer.v);
      },
    },
    WR4: {
      title: 'check rkey, bounds and access', to: ['WR5', 'WR6'],
      reads: [...RANGE_READS, at(transfers.mr, N.transfer), at(transfers.key, N.transfer), at(transfers.qp, N.transfer),
        ...[regions.state, regions.remoteWrite, regions.pageCount, regions.nic, regions.key].map(column => at(column, N.mr)), ...every(processes.qpsGone)],
      writes: [at(regions.inflight, N.mr), at(STATUS, N.transfer), ...every(queuePairs.state)],
      run: go => {
        if (!isResponderGone() && isAllowed(N.transfer.v)) {
          regions.inflight.set(N.mr.v, regions.inflight.get(N.mr.v) + 1);
          return go.WR5;
        }
        failWith(isResponderGone() ? 'RETRY_EXC_ERR' : 'REM_ACCESS_ERR');
        return go.WR6;
      },
    },
    WR5: {
      title: 'write one piece by DMA',
      reads: [...TRANSLATION_READS, ...RANGE_READS], writes: [at(transfers.done, N.transfer), ...ACCESS_TERMS],
      costNs: () => {
        const access = accesses.$.row(actors.nth.get(machine.self));
        return kernel.transferNs(N.nic.v, accesses.pfnFirst.get(access), accesses.pageCount.get(access));
      },
      run: () => {
        const page = transfers.firstPage.get(N.transfer.v) + transfers.done.get(N.transfer.v);
        const { holder, pfn, left } = translate(N.mr.v, page);
        const toDo = transfers.pages.get(N.transfer.v) - transfers.done.get(N.transfer.v);
        const pages = Math.min(left, toDo, toDo <= 8 ? 1 : toDo);
        const { tag } = kernel.operations[operations.nth.get(transfers.op.get(N.transfer.v))];
        noteAccess(machine.self, holder, pfn, pages, true, tag);
        transfers.done.set(N.transfer.v, transfers.done.get(N.transfer.v) + pages);
      },
      again: () => transfers.done.get(N.transfer.v) < transfers.pages.get(N.transfer.v),
    },
    WR6: {
      title: 'acknowledge, where somebody is left to do it', to: ['WR3'],
      reads: [at(STATUS, N.transfer), at(transfers.qp, N.transfer), at(regions.inflight, N.mr), ...every(processes.qpsGone)],
      writes: [at(STATE, N.transfer), at(STATUS, N.transfer), at(nics.served, N.nic), at(regions.inflight, N.mr), ...every(queuePairs.state)], forgets: [N.transfer, N.mr],
      run: go => {
        if (STATUS.get(N.transfer.v) === 0) {
          regions.inflight.set(N.mr.v, regions.inflight.get(N.mr.v) - 1);
          if (isResponderGone()) failWith('RETRY_EXC_ERR');
        }
        STATE.set(N.transfer.v, COMPLETED);
        nics.served.set(N.nic.v, 0);
        return go.WR3;
      },
    },
  },
});
