import { ERRNO } from '@shared/domain/errno';
import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { completionQueues, queuePairs, regions, windows, workRequests } from '@shared/state/rdma-tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { emit } from '../engine/events';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { isAtomic, nextOrder, stateOf, WIRE, WR_KIND, WR_STATE } from './queue-pairs';
import { requester } from './rdma-requester';

/** What a key of a work request is: that of the registration as it is, one that is never valid, or that of a registration that has gone. */
export const KEY_CHOICE = { own: 0, bad: 1, stale: 2 } as const;

/**
 * `local` and `remote` are registrations (a window too), bytes are offsets in them, after whole pages: words of a frame hold 31 bits. `how` says whether the program waits for the
 * completion: 0 no, 1 yes, 2 it stands for its queue pair itself.
 */
const P = frame('op', 'qp', 'wr', 'kind', 'how', 'signaled', 'local', 'lkey', 'localPage', 'localByte', 'remote', 'rkey', 'remotePage', 'remoteByte', 'pages', 'bytes', 'operand');

const length = (): number => P.pages.v * PAGE_BYTES + P.bytes.v;

const drive = site(requester, P.qp, 1);
const NO_KEY = -1;

/** Keys are words: the poster carries what the registration had when it looked. */
function keyNow(row: Row, choice: number): number {
  if (choice === KEY_CHOICE.bad || row === 0) return NO_KEY;
  if (arena.w[row] === windows.$.id) return windows.key.get(row);
  const isAlive = regions.state.get(row) === regions.state.valueOf('valid');
  return choice === KEY_CHOICE.stale && isAlive ? regions.key.get(row) - 1 : regions.key.get(row);
}

const mayPost = (): boolean => {
  const state = stateOf(P.qp.v);
  return P.kind.v === WR_KIND.receive ? state !== 'absent' && state !== 'RESET' : ['RTS', 'SQD', 'SQE', 'ERR'].includes(state);
};

const isMisaligned = (): boolean => isAtomic(P.kind.v) && P.remoteByte.v % 8 !== 0 && kernel.policy.knobs.rxeUnalignedAtomic === 'post-EINVAL';

const KEYS_READ = every(regions.state, regions.key, windows.key);
const POST_COLUMNS = [
  workRequests.state, workRequests.kind, workRequests.qp, workRequests.local, workRequests.localKey, workRequests.localByte, workRequests.remote, workRequests.remoteKey, workRequests.remoteByte,
  workRequests.bytes, workRequests.late, workRequests.sent, workRequests.done, workRequests.received, workRequests.wire, workRequests.receive, workRequests.reported, workRequests.queued, workRequests.status,
];

function post(): void {
  const row = P.wr.v;
  for (const column of POST_COLUMNS) column.set(row, 0);
  workRequests.state.set(row, WR_STATE.posted);
  workRequests.kind.set(row, P.kind.v);
  workRequests.qp.set(row, P.qp.v);
  workRequests.local.set(row, P.local.v);
  workRequests.localKey.set(row, keyNow(P.local.v, P.lkey.v));
  workRequests.localByte.set(row, P.localPage.v * PAGE_BYTES + P.localByte.v);
  workRequests.remote.set(row, P.remote.v);
  workRequests.remoteKey.set(row, keyNow(P.remote.v, P.rkey.v));
  workRequests.remoteByte.set(row, P.remotePage.v * PAGE_BYTES + P.remoteByte.v);
  workRequests.bytes.set(row, length());
  workRequests.operand.set(row, P.operand.v);
  workRequests.signaled.set(row, P.signaled.v);
  workRequests.late.set(row, stateOf(P.qp.v) === 'ERR' ? 1 : 0);
  workRequests.order.set(row, nextOrder());
}

const isFree = (): boolean => workRequests.state.get(P.wr.v) === WR_STATE.none || workRequests.state.get(P.wr.v) === WR_STATE.completed;
/** The requester of this build has read all local memory before the call returns (knob `rxeDeregRace`). */
const hasRead = (): boolean => kernel.policy.knobs.rxeDeregRace !== 'loc-qp-op-err' || P.local.v === 0 || P.kind.v === WR_KIND.receive
  || workRequests.state.get(P.wr.v) === WR_STATE.completed || workRequests.sent.get(P.wr.v) === length() || workRequests.wire.get(P.wr.v) > WIRE.acknowledgement;

/** ibv_post_send(), ibv_post_recv(), and where the program asks for it the wait for its completion. Answers 0; the status is in the work request. */
export const postWork = mechanism({
  name: 'rdma-post',
  source: 'spec 6.3, 6.4 WR1, WR7; drivers/infiniband/sw/rxe/rxe_verbs.c rxe_post_send(), rxe_post_recv() (6.19)',
  frame: P,
  order: 'WR0 WR1 WR1r WR8',
  steps: {
    WR0: { title: 'wait for room: the request of this operation is still on its way', when: isFree, waitsFor: { kind: 'transfer', op: 'op' }, reads: [at(workRequests.state, P.wr)], interruptible: 'kill' },
    WR1: {
      title: 'post the work request', reads: [at(queuePairs.state, P.qp), ...KEYS_READ], writes: POST_COLUMNS.map(column => at(column, P.wr)), calls: [drive], to: ['WR8', 'done'],
      costNs: () => (P.how.v === 2 ? 0 : kernel.costs.postNs),
      run: go => {
        if (!mayPost() || isMisaligned()) return fail(ERRNO.EINVAL);
        post();
        emit('packet-sent', P.op.v, 0);
        return P.how.v === 2 ? call(drive, go.WR8) : undefined;
      },
    },
    WR1r: {
      title: 'return to user space', to: ['done', 'WR8'], when: hasRead, waitsFor: { kind: 'transfer', op: 'op' }, interruptible: 'kill',
      reads: [workRequests.state, workRequests.sent, workRequests.wire].map(column => at(column, P.wr)),
      run: go => (P.how.v === 0 ? done() : go.WR8),
    },
    WR8: {
      title: 'take the work completion', when: () => workRequests.state.get(P.wr.v) === WR_STATE.completed, waitsFor: { kind: 'transfer', op: 'op' }, interruptible: 'kill',
      reads: [at(workRequests.state, P.wr), at(workRequests.queued, P.wr), at(queuePairs.sendCq, P.qp)], writes: [at(workRequests.queued, P.wr), ...every(completionQueues.entries)], to: ['done'],
      run: () => {
        takeCompletion(P.wr.v, queuePairs.sendCq.get(P.qp.v));
        return done();
      },
    },
  },
});

function takeCompletion(wr: Row, cq: Row): void {
  if (cq === 0 || workRequests.queued.get(wr) === 0) return;
  workRequests.queued.set(wr, 0);
  completionQueues.entries.set(cq, completionQueues.entries.get(cq) - 1);
}

const C = frame('cq', 'count');

/** Completions in a CQ, in their order. */
const inQueue = (): readonly Row[] => workRequests.$.rows(arena)
  .filter(wr => workRequests.queued.get(wr) === 1 && cqOf(wr) === C.cq.v)
  .sort((a, b) => workRequests.completedOrder.get(a) - workRequests.completedOrder.get(b));

function cqOf(wr: Row): Row {
  const qp = workRequests.qp.get(wr);
  return workRequests.kind.get(wr) === WR_KIND.receive ? queuePairs.recvCq.get(qp) : queuePairs.sendCq.get(qp);
}

/** ibv_poll_cq() until `count` completions have come. */
export const pollCompletions = mechanism({
  name: 'poll-cq',
  source: 'ibv_poll_cq(3); drivers/infiniband/sw/rxe/rxe_verbs.c rxe_poll_cq() (6.19)',
  frame: C,
  order: 'PC1',
  steps: {
    PC1: {
      title: 'take completions from the CQ', when: () => completionQueues.entries.get(C.cq.v) >= C.count.v, waitsFor: { kind: 'completions', cq: 'cq' }, interruptible: 'kill', to: ['done'],
      reads: [at(completionQueues.entries, C.cq), ...every(workRequests.queued, workRequests.qp, workRequests.kind, queuePairs.sendCq, queuePairs.recvCq)], writes: [at(completionQueues.entries, C.cq), ...every(workRequests.queued)],
      costNs: () => kernel.costs.postNs,
      run: () => {
        if (completionQueues.entries.get(C.cq.v) < C.count.v) return fail(ERRNO.EINTR);
        for (const wr of inQueue().slice(0, C.count.v)) takeCompletion(wr, C.cq.v);
        return done(C.count.v);
      },
    },
  },
});
