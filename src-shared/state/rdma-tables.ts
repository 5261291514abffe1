import { count, flag, id, int, lock, oneOf, ref, table, wide } from './table';

export const nics = table('nic', 'An RDMA NIC.', {
  nth: id('index in the lab, from 0'),
  served: ref('the work request whose packet it works on'),
  odp: flag('it can take page faults (on-demand paging)', { hidden: true }),
  skipsFence: flag('its driver unpins a registration before it has fenced it', { hidden: true }),
}, {});

export const protectionDomains = table('pd', 'A protection domain: keys and queue pairs of different ones do not fit together.', {
  process: id('whose it is'),
  nth: id('which of the lab’s, from 0'),
  usecnt: count('registrations, windows and queue pairs in it'),
  isLive: flag('it is allocated'),
}, {}, ['process']);

export const completionQueues = table('cq', 'A completion queue.', {
  process: id('whose it is'),
  nth: id('which of the lab’s, from 0'),
  depth: count('entries that it has room for', { hidden: true }),
  entries: count('completions that nobody polled yet'),
  overrun: flag('a completion found it full'),
}, {}, ['process']);

export const regions = table('mr', 'A memory registration.', {
  process: id('who registered it'),
  nth: id('which of the lab’s registrations, from 0'),
  state: oneOf('life cycle', ['absent', 'valid', 'invalidating', 'invalid']),
  kind: oneOf('how the NIC gets at its pages', ['pinned', 'odp', 'dmabuf', 'dmabuf-pinned']),
  pageCount: count('length', { unit: 'pages' }),
  startByte: int('where it begins in its first page', { hidden: true, unit: 'bytes' }),
  bytes: wide('length', { unit: 'bytes' }),
  vpnFirst: int('first virtual page', { hidden: true }),
  pieces: count('holders that make it up'),
  charged: count('pages charged to pinned_vm', { unit: 'pages' }),
  access: int('access rights, a bit each'),
  key: int('generation of its keys: a name that is registered again gets new ones'),
  inflight: count('accesses that are already translated'),
  windows: count('memory windows bound to it'),
  pd: ref('its protection domain'),
  nic: ref('the NIC that translates it'),
  op: ref('the operation that registered it'),
  dmabuf: ref('the buffer it imports; none is memory of its process'),
  fault: oneOf('page fault of the NIC that waits for its driver', ['none', 'read', 'write']),
  faultPage: int('page of that fault'),
  faultFailed: int('page, from 1, whose fault could not be resolved: the next to come for it is refused'),
}, {
  nicEntry: { doc: 'what the NIC translates the page to', names: ['none', 'read', 'write', 'zero page'] },
  nicDelta: { doc: 'pfn minus page of the registration, where there is a frame' },
}, ['process']);

export const windows = table('mw', 'A memory window of type 2: part of a registration under a key of its own.', {
  process: id('whose it is'),
  nth: id('which of the lab’s, from 0'),
  mr: ref('the registration it is bound to; none is unbound'),
  firstByte: wide('where it begins in the registration', { unit: 'bytes' }),
  bytes: wide('length', { unit: 'bytes' }),
  access: int('access rights, a bit each'),
  key: int('generation of its key'),
}, {}, ['process']);

export const QP_STATES = ['absent', 'RESET', 'INIT', 'RTR', 'RTS', 'SQD', 'SQE', 'ERR'] as const;
export type QpState = (typeof QP_STATES)[number];

export const queuePairs = table('qp', 'A queue pair of a reliable connection.', {
  nth: id('index in the lab, from 0'),
  state: oneOf('state', QP_STATES),
  process: ref('whose it is; none is a remote peer'),
  nic: ref('its NIC; none is that of a remote peer', { hidden: true }),
  pd: ref('its protection domain; none is that of whatever it meets', { hidden: true }),
  peer: ref('the queue pair at the other end'),
  sendCq: ref('where completions of its sends go', { hidden: true }),
  recvCq: ref('where completions of its receives go', { hidden: true }),
  access: int('what it lets the other end do, a bit each'),
  retryCount: int('resends when nobody acknowledges (retry_cnt)', { hidden: true }),
  rnrRetry: int('resends when the other end has no receive posted; 7 is for ever (rnr_retry)', { hidden: true }),
  minRnrTimerNs: wide('how long it asks senders to wait that find no receive', { hidden: true, unit: 'ns' }),
  timeoutNs: wide('how long it waits for an acknowledgement', { hidden: true, unit: 'ns' }),
}, {});

/** Completion statuses (include/rdma/ib_verbs.h enum ib_wc_status), success first. */
export const WC_STATUSES = [
  'success', 'LOC_LEN_ERR', 'LOC_QP_OP_ERR', 'LOC_PROT_ERR', 'WR_FLUSH_ERR', 'REM_INV_REQ_ERR', 'REM_ACCESS_ERR', 'REM_OP_ERR', 'RETRY_EXC_ERR', 'RNR_RETRY_EXC_ERR',
] as const;
export type WcStatus = (typeof WC_STATUSES)[number];

export const WR_KINDS = ['none', 'RDMA WRITE', 'RDMA READ', 'SEND', 'receive', 'fetch-add', 'compare-swap'] as const;

export const workRequests = table('work request', 'A work request on a queue of a queue pair, on its way through the NICs.', {
  op: id('operation that posted it'),
  state: oneOf('how far it got', ['none', 'posted', 'sending', 'completed']),
  kind: oneOf('what it asks for', WR_KINDS),
  qp: ref('the queue pair it was posted to'),
  local: ref('registration of its local memory; none is memory that is not modelled'),
  localKey: int('generation of the lkey that it carries; -1 is no valid key'),
  localByte: wide('where its local memory begins in the registration', { unit: 'bytes' }),
  remote: ref('registration or window that its rkey names'),
  remoteKey: int('generation of the rkey that it carries; -1 is no valid key'),
  remoteByte: wide('where it begins in the registration', { unit: 'bytes' }),
  bytes: wide('length', { unit: 'bytes' }),
  operand: int('what an atomic adds, or swaps in', { hidden: true }),
  signaled: flag('it leaves a completion also when it succeeds', { hidden: true }),
  late: flag('it was posted to a queue pair in ERR'),
  translated: flag('the responder has found its registration'),
  readsLocal: flag('the requester has found its local registration'),
  sent: wide('bytes that the requester has sent, or asked for', { unit: 'bytes' }),
  done: wide('bytes that the responder has moved', { unit: 'bytes' }),
  received: wide('bytes of the answer that have arrived in local memory', { unit: 'bytes' }),
  wire: oneOf('what is on the wire', ['nothing', 'request', 'answer', 'acknowledgement', 'RNR', 'page fault', 'refusal', 'lost']),
  carried: int('content of the packet on the wire'),
  refusal: oneOf('status that the responder refuses it with', WC_STATUSES),
  receive: ref('the receive that a SEND uses up'),
  retriesLeft: int('resends left when nobody acknowledges'),
  rnrLeft: int('resends left when no receive is posted'),
  status: oneOf('work completion', WC_STATUSES),
  reported: flag('it has a work completion'),
  queued: flag('its completion lies in the CQ'),
  order: int('order of posting', { hidden: true }),
  completedOrder: int('order of completion', { hidden: true }),
}, {}, ['op']);

/** Memory that a device exports to others (struct dma_buf). What the exporter does to it is its own affair; importers see where it is. */
export const dmabufs = table('dma-buf', 'A buffer that one device exports and others import.', {
  nth: id('which of the lab’s, from 0'),
  state: oneOf('life cycle', ['absent', 'exported', 'revoked']),
  exporter: ref('the device that it belongs to'),
  pfnFirst: int('first frame where it is now'),
  pageCount: count('length', { unit: 'pages' }),
  location: oneOf('where it is now', ['device memory', 'system memory']),
  pinned: count('importers that do not let it move'),
  resv: lock('reservation lock (dma_resv)'),
  op: ref('the operation that exported it', { hidden: true }),
  fenced: flag('work of the exporter on it is not done yet'),
}, {});
