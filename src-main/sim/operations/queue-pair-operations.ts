import { source } from '@shared/domain/source';
import type { Parameter } from '@shared/protocol/parameter';
import { completionQueues, QP_STATES, queuePairs } from '@shared/state/rdma-tables';
import { site } from '../engine/step';
import { allocateDomain, createCompletionQueue, createQueuePair, destroyQueuePairCall, modifyQueuePair } from '../mechanisms/queue-pair-calls';
import { pollCompletions } from '../mechanisms/rdma-post';
import { accessOf, accessParameter } from './memory-registration';
import { aNic, type Lowered, type Operation, type OperationReader } from './operation';

const ALL_REMOTE = 'remote-write+remote-read+remote-atomic';
const text = (name: string, doc: string, required = false): Parameter => ({ name, title: name, doc, required, type: { kind: 'text' } });
const count = (name: string, doc: string, max: number, otherwise: number): Parameter => ({ name, title: name, doc, required: false, type: { kind: 'quantity', dimension: 'count', min: 0, max, default: otherwise } });
const time = (name: string, doc: string, otherwise: number): Parameter => ({ name, title: name, doc, required: false, type: { kind: 'quantity', dimension: 'ns', min: 0, max: 1e10, default: otherwise } });

/** timeout 14 and min_rnr_timer 12, as perftest sets them (IBTA 9.7.5.1.3, table 45). */
const TIMEOUT_NS = 67_108_864;
const RNR_TIMER_NS = 640_000;
const RETRIES = 7;

const QP_PARAMETERS: readonly Parameter[] = [
  text('name', 'how other operations call the queue pair', true),
  text('pd', 'protection domain, of this process; its default one if not said'),
  text('cq', 'completion queue of sends; one of its own if not said'),
  text('recvCq', 'completion queue of receives; that of sends if not said'),
  accessParameter(ALL_REMOTE),
  count('retryCount', 'retry_cnt: resends when nobody acknowledges', 7, RETRIES),
  count('rnrRetry', 'rnr_retry: resends when the other end has no receive posted; 7 is for ever', 7, RETRIES),
  time('timeout', 'how long it waits for an acknowledgement', TIMEOUT_NS),
  time('minRnrTimer', 'how long it asks senders to wait that find no receive', RNR_TIMER_NS),
  aNic,
];

const numberOr = (read: OperationReader, name: string, otherwise: number): number => (read.has(name) ? read.number(name, 'count') : otherwise);

function lowerCreate(read: OperationReader, state: 'RESET' | 'RTS'): Lowered {
  const qp = read.verbs('name', 'qp');
  const sendCq = read.has('cq') ? read.verbs('cq', 'cq') : read.ownQueue(read.text('name'));
  const recvCq = read.has('recvCq') ? read.verbs('recvCq', 'cq') : sendCq;
  queuePairs.process.set(qp, read.process);
  if (!read.isRemote) queuePairs.nic.set(qp, read.nic('nic'));
  queuePairs.timeoutNs.set(qp, read.has('timeout') ? read.number('timeout', 'ns') : TIMEOUT_NS);
  queuePairs.minRnrTimerNs.set(qp, read.has('minRnrTimer') ? read.number('minRnrTimer', 'ns') : RNR_TIMER_NS);
  const peer = read.has('peer') ? read.verbs('peer', 'qp') : 0;
  return {
    call: site(createQueuePair, qp, read.pd('pd'), sendCq, recvCq, peer, accessOf(read, ALL_REMOTE), numberOr(read, 'retryCount', RETRIES), numberOr(read, 'rnrRetry', RETRIES), QP_STATES.indexOf(state)),
    text: `create QP ${read.text('name')}${state === 'RTS' ? `, connected to ${read.text('peer')}` : ''}`,
  };
}

export const qp: Operation = {
  word: 'qp',
  title: 'QP, connected',
  doc: 'Creates a queue pair and takes it to RTS at once, connected to another one that may not be there yet.',
  source: source('ibv_create_qp(3), ibv_modify_qp(3); spec 6.1, 6.3', 'V', 'O'),
  parameters: [...QP_PARAMETERS, text('peer', 'the queue pair at the other end', true)],
  lower: read => lowerCreate(read, 'RTS'),
};

export const createQp: Operation = {
  word: 'create-qp',
  title: 'ibv_create_qp',
  doc: 'Creates a queue pair, in RESET.',
  source: source('ibv_create_qp(3); drivers/infiniband/core/verbs.c ib_create_qp_user() (6.19)', 'V'),
  parameters: QP_PARAMETERS,
  lower: read => lowerCreate(read, 'RESET'),
};

export const modifyQp: Operation = {
  word: 'modify-qp',
  title: 'ibv_modify_qp',
  doc: 'Takes a queue pair to another state: RESET, INIT, RTR, RTS, SQD, ERR; any other way than the table allows is EINVAL.',
  source: source('ibv_modify_qp(3); drivers/infiniband/core/verbs.c qp_state_table (6.19); spec 6.3', 'V'),
  parameters: [
    text('qp', 'the queue pair', true), { name: 'to', title: 'to', doc: 'the state', required: true, type: { kind: 'choice', values: ['RESET', 'INIT', 'RTR', 'RTS', 'SQD', 'SQE', 'ERR'] } },
    text('peer', 'the queue pair at the other end, told with RTR'), accessParameter(ALL_REMOTE), count('retryCount', 'retry_cnt', 7, RETRIES), count('rnrRetry', 'rnr_retry', 7, RETRIES),
  ],
  lower: read => ({
    call: site(modifyQueuePair, read.verbs('qp', 'qp'), QP_STATES.findIndex(state => state === read.text('to')), read.has('access') ? 1 : 0, accessOf(read, ALL_REMOTE), read.has('peer') ? read.verbs('peer', 'qp') : 0,
      numberOr(read, 'retryCount', -1), numberOr(read, 'rnrRetry', -1)),
    text: `modify QP ${read.text('qp')} to ${read.text('to')}`,
  }),
};

export const destroyQp: Operation = {
  word: 'destroy-qp',
  title: 'ibv_destroy_qp',
  doc: 'Destroys a queue pair with all that is posted to it; packets that come for it fall.',
  source: source('ibv_destroy_qp(3); drivers/infiniband/core/verbs.c ib_destroy_qp_user() (6.19)', 'V'),
  parameters: [text('qp', 'the queue pair', true)],
  lower: read => ({ call: site(destroyQueuePairCall, read.verbs('qp', 'qp')), text: `destroy QP ${read.text('qp')}` }),
};

export const createPd: Operation = {
  word: 'create-pd',
  title: 'ibv_alloc_pd',
  doc: 'Allocates a protection domain. One that is named without being made is there from the start.',
  source: source('ibv_alloc_pd(3); spec 6.1', 'V'),
  parameters: [text('name', 'how other operations of this process call it', true)],
  lower: read => ({ call: site(allocateDomain, read.pd('name'), 0), text: `create PD ${read.text('name')}` }),
};

export const deallocPd: Operation = {
  word: 'dealloc-pd',
  title: 'ibv_dealloc_pd',
  doc: 'Frees a protection domain; EBUSY while a registration or queue pair is in it.',
  source: source('ibv_dealloc_pd(3); uverbs usecnt; spec 6.2', 'V', 'O'),
  parameters: [text('pd', 'the protection domain')],
  lower: read => ({ call: site(allocateDomain, read.pd('pd'), 1), text: `free PD ${read.text('pd')}` }),
};

export const createCq: Operation = {
  word: 'create-cq',
  title: 'ibv_create_cq',
  doc: 'Creates a completion queue. A completion that finds it full breaks its queue pair.',
  source: source('ibv_create_cq(3); spec 6.6', 'V'),
  parameters: [text('name', 'how other operations call it', true), count('depth', 'entries it has room for', 65_536, 256)],
  lower: read => ({ call: site(createCompletionQueue, read.verbs('name', 'cq'), numberOr(read, 'depth', 256)), text: `create CQ ${read.text('name')}` }),
};

export const pollCq: Operation = {
  word: 'poll-cq',
  title: 'ibv_poll_cq',
  doc: 'Polls a completion queue until so many completions have come, and takes them.',
  source: source('ibv_poll_cq(3)', 'V'),
  parameters: [text('cq', 'the completion queue'), text('qp', 'or that of the sends of this queue pair'), count('count', 'how many', 65_536, 1)],
  lower(read) {
    const cq = read.has('cq') ? read.verbs('cq', 'cq') : read.ownQueue(read.text('qp'));
    if (!read.has('cq')) read.verbs('qp', 'qp');
    const wanted = numberOr(read, 'count', 1);
    if (wanted > completionQueues.depth.get(cq) && completionQueues.depth.get(cq) > 0) read.fail('count', `the queue never holds ${wanted} completions`);
    return { call: site(pollCompletions, cq, wanted), text: `poll ${wanted} from ${read.has('cq') ? read.text('cq') : `the CQ of ${read.text('qp')}`}` };
  },
};
