import type { State } from '@shared/state/arena';
import { queuePairs, regions, workRequests, type WcStatus } from '@shared/state/rdma-tables';
import { NotModelled } from '../translation/not-modelled';
import type { Step } from '../translation/draft';
import type { SceneRegion } from '../translation/scene';
import { byteOfMapping } from './content';
import type { Evidence } from './evidence';
import type { Facts } from './fact';

/** Completion statuses as ibv_wc_status_str() prints them (vocabulary 8.2). */
const STATUS_TEXTS: Readonly<Record<WcStatus, string>> = {
  success: 'success', LOC_QP_OP_ERR: 'local QP operation error', LOC_PROT_ERR: 'local protection error', LOC_LEN_ERR: 'local length error', WR_FLUSH_ERR: 'Work Request Flushed Error',
  REM_ACCESS_ERR: 'remote access error', REM_INV_REQ_ERR: 'remote invalid request error', REM_OP_ERR: 'remote operation error', RETRY_EXC_ERR: 'transport retry counter exceeded',
  RNR_RETRY_EXC_ERR: 'RNR retry counter exceeded',
};

interface Completion {
  readonly wr: number;
  readonly status: string;
}

/** Steps taken before the common tail of the probes began. */
function beforeTail(evidence: Evidence): number {
  const [first] = evidence.scene.tail;
  return first === undefined ? evidence.end : evidence.startOf(first) ?? evidence.end;
}

/** Completions of steps, in the order in which they came. */
function completionsOf(evidence: Evidence, wanted: (step: Step) => boolean): readonly Completion[] {
  const state = evidence.at(evidence.end);
  const rows = [...evidence.scene.workIds].filter(([step]) => wanted(step)).flatMap(([step, wr]) => {
    const row = workRequests.$.rows(state).find(request => workRequests.op.in(state, request) === evidence.rowOf(step) && workRequests.reported.in(state, request) === 1);
    return row === undefined ? [] : [{ row, wr }];
  });
  return rows.sort((a, b) => workRequests.completedOrder.in(state, a.row) - workRequests.completedOrder.in(state, b.row))
    .map(({ row, wr }) => ({ wr, status: STATUS_TEXTS[workRequests.status.nameIn(state, row) as WcStatus] }));
}

function stateOfRole(evidence: Evidence, role: string): string {
  const name = evidence.scene.roles.get(role);
  const row = evidence.run.verbs.find(object => object.name === name)?.row;
  if (row === undefined) throw new NotModelled(`the queue pair of the ${role}`);
  return queuePairs.state.nameIn(evidence.at(beforeTail(evidence)), row);
}

function errnoOf(evidence: Evidence, mark: string): string {
  const step = evidence.scene.marked.get(mark);
  if (step === undefined) throw new NotModelled(mark);
  return evidence.outcome(step).errno ?? '0';
}

/** "r+4096": the byte there, through whatever is mapped at that address now. */
function byteAt(evidence: Evidence, place: string): string {
  const [name, offset] = place.split('+');
  const region = evidence.scene.regions.get(name ?? '');
  if (region === undefined) throw new NotModelled(`the region "${name}"`);
  return byteIn(evidence, region, Number(offset));
}

function byteIn(evidence: Evidence, region: SceneRegion, offset: number): string {
  const position = beforeTail(evidence);
  const mapping = evidence.scene.overlays.get(region.mapping) ?? region.mapping;
  const byte = byteOfMapping(evidence, mapping, region.range.start + offset, position) ?? (mapping === region.mapping ? null : byteOfMapping(evidence, region.mapping, region.range.start + offset, position));
  return byte === null ? 'unmapped' : hex(byte);
}

const hex = (byte: string): string => (byte.startsWith('0x') ? byte : `0x${(byte === '0' ? 0 : byte.charCodeAt(0)).toString(16).padStart(2, '0')}`);

/** Whether the keys of the registration that was to change are what they were. */
function rkeyAfter(evidence: Evidence): string {
  const step = evidence.scene.marked.get('rereg');
  if (step === undefined) throw new NotModelled('rkey');
  const key = (state: State): number => regions.$.rows(state).reduce((sum, row) => sum + regions.key.in(state, row), 0);
  return key(evidence.at(evidence.startOf(step) ?? 0)) === key(evidence.at(evidence.returnOf(step) ?? evidence.end)) ? 'unchanged' : 'changed';
}

/** Where the first request lands; the beginning of the responder’s memory where none does. */
const target = ({ scene }: Evidence): string => scene.target ?? `${[...scene.regions.keys()].at(-1) ?? ''}+0`;

/** Completions, states of queue pairs, and bytes that moved. */
export const rdmaFacts: Facts = {
  completions: evidence => completionsOf(evidence, step => !evidence.scene.tail.has(step)),
  later: evidence => completionsOf(evidence, step => evidence.scene.tail.has(step)),
  qp_requester_after: evidence => stateOfRole(evidence, 'requester'),
  qp_responder_after: evidence => stateOfRole(evidence, 'responder'),
  target_byte: evidence => byteAt(evidence, target(evidence)),
  local_byte0: evidence => byteAt(evidence, `${[...evidence.scene.regions.keys()][0] ?? ''}+0`),
  rereg_errno: evidence => errnoOf(evidence, 'rereg'),
  dereg_errno: evidence => errnoOf(evidence, 'dereg'),
  dealloc_pd_errno: evidence => errnoOf(evidence, 'dealloc-pd'),
  rkey: rkeyAfter,
  bind: evidence => [{ wr: 1, status: errnoOf(evidence, 'bind') === '0' ? 'success' : STATUS_TEXTS.LOC_QP_OP_ERR }],
};
