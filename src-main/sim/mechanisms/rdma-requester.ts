import { queuePairs, regions, workRequests, type WcStatus } from '@shared/state/rdma-tables';
import { accesses, actors, operations } from '@shared/state/tables';
import { machine } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { done, sleep, type Next } from '../engine/step';
import { kernel } from '../kernel';
import { ACCESS_TERMS } from './device-access';
import { KEY_READS, localFault, localStatus, remoteRegion } from './rdma-keys';
import { DMA_READS, isMapped, pieceAt, readPiece, writePiece, type Piece } from './rdma-memory';
import {
  COMPLETE_READS, COMPLETE_TERMS, completeWork, enterRegion, isAtomic, leaveRegion, postedReceives, postedSends, QUEUE_READS, responderOf, setState, stateOf, WIRE, WR_KIND, WR_STATE,
} from './queue-pairs';

/** rnr_retry of 7 means for ever (IBTA 9.7.5.2.8). */
const RNR_FOR_EVER = 7;

/** `once`: a program that stands for its own queue pair; it leaves when its queue is empty. */
const T = frame('qp', 'once', 'wr');

const MOVES = [workRequests.sent, workRequests.done, workRequests.received, workRequests.wire, workRequests.carried, workRequests.retriesLeft, workRequests.rnrLeft].map(column => at(column, T.wr));
const END_TERMS = [...COMPLETE_TERMS, ...every(queuePairs.state)];
const state = at(queuePairs.state, T.qp);

/** What the queue pair may work on next: sends in RTS, in ERR whatever lies in its queues, oldest first. */
function next(): number {
  switch (stateOf(T.qp.v)) {
    case 'RTS': return postedSends(T.qp.v)[0] ?? 0;
    case 'ERR': return [...postedSends(T.qp.v), ...postedReceives(T.qp.v).filter(wr => workRequests.late.get(wr) === 0 || kernel.policy.knobs.rxeLateRecv === 'flushed')][0] ?? 0;
    case 'SQE': return postedSends(T.qp.v)[0] ?? 0;
    default: return 0;
  }
}

const kind = (): number => workRequests.kind.get(T.wr.v);
const sendsData = (): boolean => kind() === WR_KIND.write || kind() === WR_KIND.send;
const hasMoreToSend = (): boolean => sendsData() && workRequests.wire.get(T.wr.v) === WIRE.nothing && workRequests.sent.get(T.wr.v) < workRequests.bytes.get(T.wr.v);
const isBroken = (): boolean => !['RTS', 'SQD'].includes(stateOf(T.qp.v));
const tag = (): number => kernel.operations[operations.nth.get(workRequests.op.get(T.wr.v))].tag;

function fail(status: WcStatus): void {
  completeWork(T.wr.v, remoteRegion(T.wr.v), status);
  setState(T.qp.v, 'ERR');
}

/** Sends the message again, from the packet at `from` on. */
function resend(from: number): void {
  workRequests.sent.set(T.wr.v, from);
  workRequests.done.set(T.wr.v, from);
  workRequests.wire.set(T.wr.v, WIRE.nothing);
}

const localPiece = (from: number, left: number): Piece =>
  pieceAt(workRequests.local.get(T.wr.v), workRequests.localByte.get(T.wr.v) + from, left, workRequests.bytes.get(T.wr.v), from === 0);

/** What is left of the packet that is being read: the memory of a remote peer is not modelled, so its packets are all there at once. */
function nextPacket(): Piece {
  const sent = workRequests.sent.get(T.wr.v);
  return localPiece(sent, workRequests.bytes.get(T.wr.v) - sent);
}

/** Whether the whole message counts as one access of the local registration, so that a dereg waits for it (knob `rxeDeregRace`). */
const fencesMessage = (): boolean => kernel.policy.knobs.rxeDeregRace === 'waits';

function transferNs(): number {
  const access = accesses.$.row(actors.nth.get(machine.self));
  return kernel.transferNs(queuePairs.nic.get(T.qp.v), accesses.pfnFirst.get(access), accesses.pageCount.get(access));
}

/** The answer on the wire: what arrives of it next. */
function answered(): { readonly from: number; readonly bytes: number } {
  const from = workRequests.received.get(T.wr.v);
  return { from, bytes: workRequests.done.get(T.wr.v) - from };
}

/** The requester half of a queue pair: takes work requests in order, reads local memory, sends, and completes what comes back. */
export const requester = mechanism({
  name: 'rdma-requester',
  source: 'spec 6.4 WR2, WR3, WR7, 6.6; drivers/infiniband/sw/rxe/rxe_req.c, rxe_comp.c (6.19)',
  frame: T,
  order: 'SQ1 WR2 WR2f WR2d WR7 WR7d',
  steps: {
    SQ1: {
      title: 'take the next work request of the queue', when: () => T.once.v === 1 || next() !== 0, waitsFor: { kind: 'work' }, to: ['SQ1', 'WR2', 'done'],
      reads: [state, ...QUEUE_READS, ...every(workRequests.late), ...COMPLETE_READS], writes: [...every(...MOVES.map(({ column }) => column)), ...END_TERMS],
      run: go => {
        T.wr.v = next();
        if (T.wr.v === 0) return done();
        if (stateOf(T.qp.v) !== 'RTS') {
          completeWork(T.wr.v, remoteRegion(T.wr.v), 'WR_FLUSH_ERR');
          T.wr.v = 0;
          return go.SQ1;
        }
        workRequests.state.set(T.wr.v, WR_STATE.sending);
        for (const column of [workRequests.sent, workRequests.done, workRequests.received]) column.set(T.wr.v, 0);
        workRequests.retriesLeft.set(T.wr.v, queuePairs.retryCount.get(T.qp.v));
        workRequests.rnrLeft.set(T.wr.v, queuePairs.rnrRetry.get(T.qp.v));
        return go.WR2;
      },
    },
    WR2: {
      title: 'find the local memory through its lkey', to: ['SQ1', 'WR2d', 'WR2f', 'WR7'],
      reads: [...KEY_READS, ...DMA_READS, ...COMPLETE_READS, ...every(regions.fault)], writes: [...MOVES, ...END_TERMS, ...every(regions.fault, regions.faultPage)],
      run: go => {
        const mr = workRequests.local.get(T.wr.v);
        if (isBroken()) return go.WR7;
        if (!sendsData() || workRequests.bytes.get(T.wr.v) === 0 || mr === 0) {
          send(tag(), workRequests.bytes.get(T.wr.v));
          return go.WR7;
        }
        const sent = workRequests.sent.get(T.wr.v);
        const fault = workRequests.readsLocal.get(T.wr.v) === 1 ? null : localFault(T.wr.v, false, sent, sent + nextPacket().bytes);
        if (fault !== null) {
          fail(localStatus(fault));
          return go.SQ1;
        }
        if (!isMapped(nextPacket(), false)) {
          // What it waits for may be an invalidation that waits until nothing of the registration is under way.
          leaveRegion(T.wr.v, workRequests.readsLocal, mr);
          askForPage(mr, nextPacket().page);
          return go.WR2f;
        }
        enterRegion(T.wr.v, workRequests.readsLocal, mr);
        return go.WR2d;
      },
    },
    WR2f: {
      title: 'stall until the page of the on-demand registration is there', when: () => regions.fault.get(workRequests.local.get(T.wr.v)) === 0, waitsFor: { kind: 'work' }, reads: [...every(regions.fault, regions.faultFailed, workRequests.wire), ...KEY_READS, ...COMPLETE_READS], writes: [...END_TERMS, ...every(regions.faultFailed)], to: ['SQ1', 'WR2', 'WR7d'],
      run: go => {
        const mr = workRequests.local.get(T.wr.v);
        if (regions.faultFailed.get(mr) === 0) return workRequests.wire.get(T.wr.v) === WIRE.answer ? go.WR7d : go.WR2;
        regions.faultFailed.set(mr, 0);
        fail('LOC_PROT_ERR');
        return go.SQ1;
      },
    },
    WR2d: {
      title: 'read a packet from local memory by DMA', reads: [...KEY_READS, ...DMA_READS], writes: [...MOVES, ...every(workRequests.readsLocal, regions.inflight), ...ACCESS_TERMS], costNs: transferNs,
      run: () => {
        const mr = workRequests.local.get(T.wr.v);
        const packet = nextPacket();
        send(readPiece(mr, packet), workRequests.sent.get(T.wr.v) + packet.bytes);
        const isLast = workRequests.sent.get(T.wr.v) === workRequests.bytes.get(T.wr.v);
        if (isLast || !fencesMessage()) leaveRegion(T.wr.v, workRequests.readsLocal, mr);
      },
    },
    WR7: {
      title: 'take what comes back', waitsFor: { kind: 'transfer', op: 'wr' }, to: ['SQ1', 'WR2', 'WR7d'],
      when: () => workRequests.wire.get(T.wr.v) >= WIRE.answer || hasMoreToSend() || isBroken(),
      reads: [state, ...every(queuePairs.minRnrTimerNs, queuePairs.timeoutNs, workRequests.refusal), ...KEY_READS, ...COMPLETE_READS, ...MOVES], writes: [...MOVES, ...END_TERMS],
      run: go => {
        if (isBroken()) {
          completeWork(T.wr.v, remoteRegion(T.wr.v), 'WR_FLUSH_ERR');
          return go.SQ1;
        }
        return back(go);
      },
    },
    WR7d: {
      title: 'write the answer to local memory by DMA', to: ['SQ1', 'WR2f', 'WR7'], costNs: transferNs,
      reads: [...KEY_READS, ...DMA_READS, ...COMPLETE_READS], writes: [...MOVES, ...END_TERMS, ...ACCESS_TERMS, ...every(regions.fault, regions.faultPage)],
      run: go => {
        const { from, bytes } = answered();
        const fault = workRequests.local.get(T.wr.v) === 0 ? null : localFault(T.wr.v, true, from, from + bytes);
        if (fault !== null) {
          fail('LOC_PROT_ERR');
          return go.SQ1;
        }
        if (workRequests.local.get(T.wr.v) !== 0 && !isMapped(localPiece(from, bytes), true)) {
          askForPage(workRequests.local.get(T.wr.v), localPiece(from, bytes).page, 'write');
          return go.WR2f;
        }
        if (workRequests.local.get(T.wr.v) !== 0) writePiece(workRequests.local.get(T.wr.v), localPiece(from, bytes), workRequests.carried.get(T.wr.v));
        workRequests.received.set(T.wr.v, from + bytes);
        if (from + bytes < workRequests.bytes.get(T.wr.v)) {
          workRequests.wire.set(T.wr.v, WIRE.request);
          return go.WR7;
        }
        completeWork(T.wr.v, remoteRegion(T.wr.v), 'success');
        return go.SQ1;
      },
    },
  },
});

/** The driver of the NIC is asked for a page that local memory lacks. */
function askForPage(mr: number, page: number, what: 'read' | 'write' = 'read'): void {
  if (regions.fault.get(mr) !== 0) return;
  regions.fault.set(mr, regions.fault.valueOf(what));
  regions.faultPage.set(mr, page);
}

function send(content: number, sent: number): void {
  workRequests.carried.set(T.wr.v, content);
  workRequests.sent.set(T.wr.v, sent);
  workRequests.wire.set(T.wr.v, WIRE.request);
}

/** What the other end answered, or did not (spec 6.6). */
function back(go: { readonly SQ1: Next; readonly WR2: Next; readonly WR7d: Next }): Next {
  const { wr } = T;
  switch (workRequests.wire.get(wr.v)) {
    case WIRE.answer: return go.WR7d;
    case WIRE.acknowledgement:
      completeWork(wr.v, remoteRegion(wr.v), 'success');
      return go.SQ1;
    case WIRE.refusal:
      fail(workRequests.refusal.spec.names![workRequests.refusal.get(wr.v)] as WcStatus);
      return go.SQ1;
    case WIRE.rnr:
      if (workRequests.rnrLeft.get(wr.v) === 0) {
        fail('RNR_RETRY_EXC_ERR');
        return go.SQ1;
      }
      if (queuePairs.rnrRetry.get(T.qp.v) !== RNR_FOR_EVER) workRequests.rnrLeft.set(wr.v, workRequests.rnrLeft.get(wr.v) - 1);
      resend(0);
      return sleep(queuePairs.minRnrTimerNs.get(responderOf(wr.v)), go.WR2);
    case WIRE.pageFault:
      resend(isAtomic(kind()) ? 0 : workRequests.done.get(wr.v));
      return sleep(queuePairs.minRnrTimerNs.get(responderOf(wr.v)), go.WR2);
    case WIRE.lost:
      if (workRequests.retriesLeft.get(wr.v) === 0) {
        fail('RETRY_EXC_ERR');
        return go.SQ1;
      }
      workRequests.retriesLeft.set(wr.v, workRequests.retriesLeft.get(wr.v) - 1);
      resend(0);
      return sleep(queuePairs.timeoutNs.get(T.qp.v), go.WR2);
    default: return go.WR2;
  }
}
