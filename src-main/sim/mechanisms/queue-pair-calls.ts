import { ERRNO } from '@shared/domain/errno';
import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { completionQueues, nics, protectionDomains, QP_STATES, queuePairs, workRequests, type QpState } from '@shared/state/rdma-tables';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { done, fail } from '../engine/step';
import { kernel } from '../kernel';
import { FENCE_TERMS, isServed, leaveRegion, responderOf, setState, stateOf, WIRE, WR_STATE } from './queue-pairs';
import { remoteRegion } from './rdma-keys';

/** Which states a queue pair may go to, besides RESET and ERR, which any may (verbs.c qp_state_table). */
const NEXT: Readonly<Record<QpState, readonly QpState[]>> = {
  absent: [], RESET: ['INIT'], INIT: ['INIT', 'RTR'], RTR: ['RTS'], RTS: ['RTS', 'SQD'], SQD: ['RTS', 'SQD'], SQE: ['RTS'], ERR: [],
};

const mayGo = (from: QpState, to: QpState): boolean => from !== 'absent' && (to === 'RESET' || to === 'ERR' || NEXT[from].includes(to));

/** What {@link forgetWork} reads and writes. */
const FORGET_TERMS = [...every(nics.served, queuePairs.peer, workRequests.state, workRequests.wire, workRequests.qp, workRequests.reported), ...FENCE_TERMS];

/** A reset or destroyed queue pair forgets what was posted to it, and lets go of registrations that its peer was using. */
function forgetWork(qp: Row): void {
  for (const wr of workRequests.$.rows(arena)) {
    if (workRequests.state.get(wr) === WR_STATE.none) continue;
    if (responderOf(wr) === qp && !isServed(wr)) leaveRegion(wr, workRequests.translated, remoteRegion(wr));
    if (workRequests.qp.get(wr) !== qp || workRequests.state.get(wr) === WR_STATE.completed) continue;
    leaveRegion(wr, workRequests.readsLocal, workRequests.local.get(wr));
    if (!isServed(wr)) leaveRegion(wr, workRequests.translated, remoteRegion(wr));
    workRequests.wire.set(wr, WIRE.nothing);
    workRequests.state.set(wr, WR_STATE.completed);
    workRequests.reported.set(wr, 0);
  }
}

const T = frame('qp', 'pd', 'sendCq', 'recvCq', 'peer', 'access', 'retryCount', 'rnrRetry', 'to');

const COLUMNS = [queuePairs.pd, queuePairs.sendCq, queuePairs.recvCq, queuePairs.peer, queuePairs.access, queuePairs.retryCount, queuePairs.rnrRetry] as const;
const PARAMETERS = [T.pd, T.sendCq, T.recvCq, T.peer, T.access, T.retryCount, T.rnrRetry] as const;

/** ibv_create_qp(), and where `to` says so the modifications that follow it, up to RTS. */
export const createQueuePair = mechanism({
  name: 'create-qp',
  source: 'ibv_create_qp(3); drivers/infiniband/core/verbs.c ib_create_qp_user() (6.19)',
  frame: T,
  order: 'CQ1',
  steps: {
    CQ1: {
      title: 'create the queue pair', reads: [at(queuePairs.state, T.qp), at(protectionDomains.isLive, T.pd)], to: ['done'], costNs: () => kernel.costs.syscallNs,
      writes: [at(queuePairs.state, T.qp), at(protectionDomains.usecnt, T.pd), ...COLUMNS.map(column => at(column, T.qp))],
      run: () => {
        if (stateOf(T.qp.v) !== 'absent') return fail(ERRNO.EBUSY);
        if (protectionDomains.isLive.get(T.pd.v) === 0) return fail(ERRNO.EINVAL);
        protectionDomains.usecnt.set(T.pd.v, protectionDomains.usecnt.get(T.pd.v) + 1);
        COLUMNS.forEach((column, nth) => { column.set(T.qp.v, PARAMETERS[nth].v); });
        setState(T.qp.v, QP_STATES[T.to.v]);
        return done();
      },
    },
  },
});

const M = frame('qp', 'to', 'hasAccess', 'access', 'peer', 'retryCount', 'rnrRetry');

/** ibv_modify_qp(): the transition table decides (spec 6.3). Parameters below 0 are left as they are. */
export const modifyQueuePair = mechanism({
  name: 'modify-qp',
  source: 'spec 6.3; drivers/infiniband/core/verbs.c ib_modify_qp_is_ok() qp_state_table (6.19)',
  frame: M,
  order: 'MQ1',
  steps: {
    MQ1: {
      title: 'go to the state, if the table allows it', reads: [at(queuePairs.state, M.qp), ...FORGET_TERMS, ...every(queuePairs.peer)], to: ['done'], costNs: () => kernel.costs.syscallNs,
      writes: [...[queuePairs.state, queuePairs.access, queuePairs.peer, queuePairs.retryCount, queuePairs.rnrRetry].map(column => at(column, M.qp)), ...FORGET_TERMS],
      run: () => {
        const to = QP_STATES[M.to.v];
        if (!mayGo(stateOf(M.qp.v), to)) return fail(ERRNO.EINVAL);
        if (M.hasAccess.v === 1) queuePairs.access.set(M.qp.v, M.access.v);
        if (M.peer.v > 0) queuePairs.peer.set(M.qp.v, M.peer.v);
        if (M.retryCount.v >= 0) queuePairs.retryCount.set(M.qp.v, M.retryCount.v);
        if (M.rnrRetry.v >= 0) queuePairs.rnrRetry.set(M.qp.v, M.rnrRetry.v);
        setState(M.qp.v, to);
        if (to === 'RESET') forgetWork(M.qp.v);
        return done();
      },
    },
  },
});

/** What {@link destroyQueuePair} reads and writes. */
export const DESTROY_TERMS = [...FORGET_TERMS, ...every(queuePairs.state, queuePairs.pd, queuePairs.peer, protectionDomains.usecnt)];

/** A queue pair goes with all that is posted to it; packets that come for it fall. */
export function destroyQueuePair(qp: Row): void {
  const pd = queuePairs.pd.get(qp);
  if (pd !== 0) protectionDomains.usecnt.set(pd, protectionDomains.usecnt.get(pd) - 1);
  forgetWork(qp);
  setState(qp, 'absent');
}

const D = frame('qp');

export const destroyQueuePairCall = mechanism({
  name: 'destroy-qp',
  source: 'ibv_destroy_qp(3); drivers/infiniband/core/verbs.c ib_destroy_qp_user() (6.19)',
  frame: D,
  order: 'DQ1',
  steps: {
    DQ1: {
      title: 'destroy the queue pair', reads: DESTROY_TERMS, writes: DESTROY_TERMS, to: ['done'], costNs: () => kernel.costs.syscallNs,
      run: () => {
        if (stateOf(D.qp.v) === 'absent') return fail(ERRNO.EINVAL);
        destroyQueuePair(D.qp.v);
        return done();
      },
    },
  },
});

const A = frame('pd', 'frees');

/** ibv_alloc_pd() and ibv_dealloc_pd(). A protection domain that is in use stays: EBUSY (spec 6.2). */
export const allocateDomain = mechanism({
  name: 'alloc-pd',
  source: 'spec 6.2; drivers/infiniband/core/verbs.c ib_dealloc_pd_user(), uverbs_std_types.c uverbs_free_pd() (6.19)',
  frame: A,
  order: 'AP1',
  steps: {
    AP1: {
      title: 'allocate or free the protection domain', reads: [at(protectionDomains.usecnt, A.pd), at(protectionDomains.isLive, A.pd)], to: ['done'], costNs: () => kernel.costs.syscallNs,
      writes: [at(protectionDomains.isLive, A.pd)],
      run: () => {
        if (A.frees.v === 1 && protectionDomains.isLive.get(A.pd.v) === 0) return fail(ERRNO.EINVAL);
        if (A.frees.v === 1 && protectionDomains.usecnt.get(A.pd.v) > 0) return fail(ERRNO.EBUSY);
        protectionDomains.isLive.set(A.pd.v, A.frees.v === 1 ? 0 : 1);
        return done();
      },
    },
  },
});

const Q = frame('cq', 'depth');

/** ibv_create_cq(). */
export const createCompletionQueue = mechanism({
  name: 'create-cq',
  source: 'ibv_create_cq(3); drivers/infiniband/sw/rxe/rxe_cq.c rxe_cq_from_init() (6.19)',
  frame: Q,
  order: 'CC1',
  steps: {
    CC1: {
      title: 'make room for completions', to: ['done'], costNs: () => kernel.costs.syscallNs,
      run: () => {
        completionQueues.depth.set(Q.cq.v, Q.depth.v);
        return done();
      },
    },
  },
});
