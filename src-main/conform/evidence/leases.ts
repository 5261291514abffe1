import { errnoName } from '@shared/domain/errno';
import type { Row } from '@shared/state/dictionary';
import { LEASE_TYPES, leaseHandlers, leases, openFiles } from '@shared/state/vfs-tables';
import { NotModelled } from '../translation/not-modelled';
import type { Evidence } from './evidence';
import type { Facts } from './fact';

/** What observations print where nobody asked. */
const NOT_ASKED = '-';

/** The handler that the lease's holder installed, as it stands at the end. */
function handlerOf(evidence: Evidence): Row {
  const installed = evidence.run.operations.find(({ word }) => word === 'on-break');
  const row = installed === undefined ? undefined : leaseHandlers.$.rows(evidence.at(evidence.end)).find(candidate => leaseHandlers.op.in(evidence.at(evidence.end), candidate) === installed.row);
  if (row === undefined) throw new NotModelled('the holder of a lease');
  return row;
}

const ofHandler = (evidence: Evidence, column: typeof leaseHandlers.delivered): number => column.in(evidence.at(evidence.end), handlerOf(evidence));
const wasSignalled = (evidence: Evidence): boolean => ofHandler(evidence, leaseHandlers.delivered) > 0;

/** What F_GETLEASE answers for an open file description: during a break the type that is asked for. */
function typeOf(evidence: Evidence, open: Row, position: number): string {
  const state = evidence.at(position);
  const lease = leases.$.rows(state).find(row => leases.open.in(state, row) === open && leases.type.in(state, row) !== 0);
  if (lease === undefined || leases.unlockPending.in(state, lease) === 1) return 'F_UNLCK';
  return leases.downgradePending.in(state, lease) === 1 ? 'F_RDLCK' : LEASE_TYPES[leases.type.in(state, lease) - 1] ?? '';
}

/** Open file description that the observed fcntl is about: what its descriptor was opened as. */
function askedOpen(evidence: Evidence, position: number): Row {
  const opened = evidence.scene.opens.get(evidence.scene.asked ?? '');
  const state = evidence.at(position);
  return opened === undefined ? 0 : openFiles.$.rows(state).find(row => openFiles.op.in(state, row) === evidence.rowOf(opened)) ?? 0;
}

/** Signal that the caller itself got since the observed call began; 0 is none. */
function ownSignal(evidence: Evidence): number {
  const actor = evidence.run.actors.findIndex(({ name }) => name === evidence.scene.observed[0]?.actor);
  for (const { kind, args } of evidence.finished.trace.events(evidence.before)) if (kind === 'signal-delivered' && args[0] === actor) return args[1] ?? 0;
  return 0;
}

/** Ways of giving in after which the holder has no descriptor to ask about. */
const LEAVES: ReadonlySet<string> = new Set(['close', 'exit']);

/** Leases, and what their holders were told. */
export const leaseFacts: Facts = {
  signal_delivered: wasSignalled,
  si_fd_is_lease_fd: evidence => (wasSignalled(evidence) ? ofHandler(evidence, leaseHandlers.fdMatches) === 1 : null),
  si_code: evidence => ofHandler(evidence, leaseHandlers.siCode),
  getlease_while_breaking: evidence => (wasSignalled(evidence) ? LEASE_TYPES[ofHandler(evidence, leaseHandlers.seen) - 1] : NOT_ASKED),
  holder_setlease_result: evidence => {
    if (ofHandler(evidence, leaseHandlers.tried) === 0) return NOT_ASKED;
    const errno = ofHandler(evidence, leaseHandlers.errno);
    return errno === 0 ? '0' : errnoName(errno);
  },
  getlease_after: evidence => {
    if (!wasSignalled(evidence) || LEAVES.has(evidence.scene.reaction ?? '')) return NOT_ASKED;
    return typeOf(evidence, leaseHandlers.open.in(evidence.at(evidence.end), handlerOf(evidence)), evidence.end);
  },
  getlease: evidence => typeOf(evidence, askedOpen(evidence, evidence.returned), evidence.returned),
  signal: ownSignal,
  second_signal: ownSignal,
};
