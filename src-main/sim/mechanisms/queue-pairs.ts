import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { completionQueues, nics, QP_STATES, queuePairs, regions, WC_STATUSES, workRequests, type QpState, type WcStatus } from '@shared/state/rdma-tables';
import { counters } from '@shared/state/tables';
import { emit } from '../engine/events';
import { every } from '../engine/place';
import { counterRow } from './folio-counts';

/** Values of `workRequests.state`, `kind` and `wire`. */
export const WR_STATE = { none: 0, posted: 1, sending: 2, completed: 3 } as const;
export const WR_KIND = { write: 1, read: 2, send: 3, receive: 4, fetchAdd: 5, compareSwap: 6 } as const;
export const WIRE = { nothing: 0, request: 1, answer: 2, acknowledgement: 3, rnr: 4, pageFault: 5, refusal: 6, lost: 7 } as const;

export const stateOf = (qp: Row): QpState => QP_STATES[queuePairs.state.get(qp)];
export const statusWord = (status: WcStatus): number => WC_STATUSES.indexOf(status);
export const isAtomic = (kind: number): boolean => kind === WR_KIND.fetchAdd || kind === WR_KIND.compareSwap;

export function setState(qp: Row, state: QpState): void {
  if (stateOf(qp) === state) return;
  queuePairs.state.set(qp, queuePairs.state.valueOf(state));
  emit('qp-state', qp, queuePairs.state.get(qp));
}

/** The other end of the queue pair that a work request was posted to. */
export const responderOf = (wr: Row): Row => queuePairs.peer.get(workRequests.qp.get(wr));

const ofQueuePair = (qp: Row, state: number): readonly Row[] => workRequests.$.rows(arena)
  .filter(wr => workRequests.qp.get(wr) === qp && workRequests.state.get(wr) === state)
  .sort((a, b) => workRequests.order.get(a) - workRequests.order.get(b));

const isReceive = (wr: Row): boolean => workRequests.kind.get(wr) === WR_KIND.receive;

export const postedSends = (qp: Row): readonly Row[] => ofQueuePair(qp, WR_STATE.posted).filter(wr => !isReceive(wr));
export const postedReceives = (qp: Row): readonly Row[] => ofQueuePair(qp, WR_STATE.posted).filter(isReceive);
export const QUEUE_READS = every(workRequests.state, workRequests.kind, workRequests.qp);

/** The number of a posting or completion: they only grow. */
export function nextOrder(): number {
  counters.order.set(counterRow(), counters.order.get(counterRow()) + 1);
  return counters.order.get(counterRow());
}

export const FENCE_TERMS = every(workRequests.translated, workRequests.readsLocal, regions.inflight, workRequests.local, workRequests.remote);

/** A work request counts as an access that is under way through the registration that `through` names. */
export function enterRegion(wr: Row, flag: typeof workRequests.translated, mr: Row): void {
  if (flag.get(wr) === 1) return;
  flag.set(wr, 1);
  regions.inflight.set(mr, regions.inflight.get(mr) + 1);
}

export function leaveRegion(wr: Row, flag: typeof workRequests.translated, mr: Row): void {
  if (flag.get(wr) === 0) return;
  flag.set(wr, 0);
  regions.inflight.set(mr, regions.inflight.get(mr) - 1);
}

/** Whether a responder has the packet of a work request in its hands. */
export const isServed = (wr: Row): boolean => nics.$.rows(arena).some(nic => nics.served.get(nic) === wr);

export const COMPLETE_READS = every(queuePairs.sendCq, queuePairs.recvCq, queuePairs.peer, nics.served, workRequests.kind);
export const COMPLETE_TERMS = [
  ...every(workRequests.state, workRequests.status, workRequests.reported, workRequests.queued, workRequests.wire, completionQueues.entries, completionQueues.overrun, queuePairs.state), ...FENCE_TERMS,
];

/** Ends a work request. It leaves a completion if it was signaled, or failed; a full CQ is an error of the queue pair (spec 6.6). */
export function completeWork(wr: Row, mr: Row, status: WcStatus): void {
  const qp = workRequests.qp.get(wr);
  leaveRegion(wr, workRequests.readsLocal, workRequests.local.get(wr));
  if (!isServed(wr)) leaveRegion(wr, workRequests.translated, mr);
  workRequests.wire.set(wr, WIRE.nothing);
  workRequests.status.set(wr, statusWord(status));
  workRequests.state.set(wr, WR_STATE.completed);
  const reports = status !== 'success' || workRequests.signaled.get(wr) === 1;
  workRequests.reported.set(wr, reports ? 1 : 0);
  workRequests.completedOrder.set(wr, nextOrder());
  emit('work-completed', workRequests.op.get(wr), statusWord(status));
  const cq = isReceive(wr) ? queuePairs.recvCq.get(qp) : queuePairs.sendCq.get(qp);
  if (!reports || cq === 0) return;
  if (completionQueues.entries.get(cq) < completionQueues.depth.get(cq)) {
    completionQueues.entries.set(cq, completionQueues.entries.get(cq) + 1);
    workRequests.queued.set(wr, 1);
    return;
  }
  completionQueues.overrun.set(cq, 1);
  workRequests.reported.set(wr, 0);
  emit('cq-overrun', cq);
  setState(qp, 'ERR');
}
