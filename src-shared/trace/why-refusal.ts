import { errnoName } from '../domain/errno';
import { signalName, SIGNALS } from '../domain/signal';
import { OWNER_BUSY_DAX, OWNER_IN_TRANSACTION } from '../state/owner';
import { runsIn } from '../state/page-runs';
import { accessText } from '../domain/rdma-access';
import { queuePairs, regions, WC_STATUSES, workRequests } from '../state/rdma-tables';
import { files, filesystems, hosts, mappings, operations } from '../state/tables';
import { showPages } from '../units/show';
import type { EventKind, TraceEvent } from './event';
import { lastEvent, type Argument } from './event-search';
import { actorName, fileName, filesystemName, nameOfRow, operationText, processName } from './names';
import { remoteRegionOf, responderNicOf } from './rdma-work';
import { decidingSource, endStepOf, firstStepOf } from './operation-span';
import type { RunOperation, WhyLink } from './run-description';
import { LINKS_MAX } from './wait-graph';
import { endOf } from './why-actor';
import { lentIn } from './why-lent';
import { dmabufCause } from './why-dmabuf';
import { failedNicFault, revokedBuffer } from './why-nic-fault';
import { peerCause, pinCause } from './why-peer';
import { targetCause } from './why-target';
import { eventLink, lookBack, operationAt, operationLink, policyLink, sourceOfAxis, type Question, type WhyAnswer } from './why-answer';
import { powerCutBefore } from './why-power';

/** Why an operation answered an errno: the event that refused it, and the rule or the call behind that. */
export function whyErrno(question: Question, operation: RunOperation): WhyAnswer {
  const { state, run } = question;
  const errno = operations.errno.in(state, operation.row);
  const name = errnoName(errno);
  const asked = `Why did ${operation.text} fail with ${name}?`;
  const refusal = refusalOf(question, operation, errno);
  const end = `${operation.name}: ${operation.text} ${endOf(question, operation.row)}`;
  const axis = refusal === null ? null : axisOf(question, refusal, name);
  if (refusal !== null && axis !== null) {
    const links = [operationLink(run, operation.row, end), eventLink(question, refusal), policyLink(run, axis, `${name} by`)];
    return { question: asked, links, counts: [], source: sourceOfAxis(run, axis) };
  }
  const because = [...peerCause(question, operation, errno), ...dmabufCause(question, operation), ...targetCause(question, operation, errno), ...(operation.word === 'memory-block' ? lentIn(question, operation) : []), ...(refusal === null ? [] : [...behind(question, operation, refusal), eventLink(question, refusal)])];
  return { question: asked, links: [...because.slice(-LINKS_MAX + 1), operationLink(run, operation.row, `so ${end}`)], counts: [], source: decidingSource(question, operation) };
}

/** Events that carry an errno, the one that says most first: policies speak before callers pass their errno on. */
const REFUSALS: readonly (readonly EventKind[])[] = [
  ['layout-refused', 'pin-refused', 'allocation-failed'], ['request-completed', 'fault-failed', 'signal-delivered'], ['mr-refused'],
];

function refusalOf(question: Question, operation: RunOperation, errno: number): TraceEvent | null {
  const { trace } = question;
  const first = firstStepOf(question, operation);
  const isMine = (argument: Argument, kind: EventKind, actor: number): boolean => {
    switch (kind) {
      case 'layout-refused': case 'pin-refused': return actor === operation.actor && argument(2) === errno;
      case 'allocation-failed': case 'mr-refused': return actor === operation.actor && argument(1) === errno;
      case 'request-completed': return argument(0) === operation.row && argument(1) === errno;
      case 'signal-delivered': return errnoName(errno) === 'EINTR' && argument(0) === operation.actor;
      default: return actor === operation.actor;
    }
  };
  return REFUSALS.map(kinds => lastEvent(trace, endStepOf(question, operation), kinds, isMine, first)).find(found => found !== null) ?? null;
}

/** Errnos that a rule about long-term pins answers with; a plain EFAULT comes from the mapping. */
const PIN_RULES = new Set(['EOPNOTSUPP', 'EPERM', 'EBUSY', 'EACCES', 'EINVAL']);

/** The axis whose variant refused; null where no policy did. */
function axisOf(question: Question, refusal: TraceEvent, name: string): string | null {
  switch (refusal.kind) {
    case 'layout-refused': return 'truncate-vs-dma';
    case 'pin-refused': return name === 'EAGAIN' ? 'truncate-vs-dma' : PIN_RULES.has(name) ? 'longterm-file-pin' : null;
    case 'allocation-failed': return lookBack(question, refusal.step, then => hasBusyBlocks({ ...question, state: then }, refusal.args[0])) ? 'truncate-vs-dma' : null;
    default: return null;
  }
}

function hasBusyBlocks({ state, run }: Question, file: number): boolean {
  const fs = files.fs.in(state, file);
  const first = filesystems.firstPfn.in(state, fs);
  return [...runsIn(state, run.host, hosts.owner.field, first, first + filesystems.blockCount.in(state, fs))].some(({ value }) => value === OWNER_BUSY_DAX);
}

/** What led to a refusal that no policy made. */
function behind(question: Question, operation: RunOperation, refusal: TraceEvent): WhyLink[] {
  switch (refusal.kind) {
    case 'allocation-failed': return fullDevice(question, refusal);
    case 'signal-delivered': return senderOf(question, operation);
    case 'pin-refused': {
      const failed = lastEvent(question.trace, refusal.step + 1, ['fault-failed'], (_argument, _kind, actor) => actor === operation.actor, firstStepOf(question, operation));
      return failed === null ? [...pinCause(refusal.args[2])] : [...cutBy(question, failed), eventLink(question, failed)];
    }
    case 'fault-failed': return cutBy(question, refusal);
    default: return [];
  }
}

/** Whose the blocks of a full file system are, and what would give some up. */
function fullDevice(question: Question, refusal: TraceEvent): WhyLink[] {
  const { run } = question;
  return lookBack(question, refusal.step, then => {
    const fs = files.fs.in(then, refusal.args[0]);
    const first = filesystems.firstPfn.in(then, fs);
    const owners = new Map<string, number>();
    for (const { value, count } of runsIn(then, run.host, hosts.owner.field, first, first + filesystems.blockCount.in(then, fs))) {
      const owner = value === OWNER_IN_TRANSACTION ? 'freed, not committed' : `of ${run.files[value - 1]?.name ?? 'nobody'}`;
      owners.set(owner, (owners.get(owner) ?? 0) + count);
    }
    const full: WhyLink = { text: `no block of ${filesystemName(run, fs)} is free: ${[...owners].map(([owner, count]) => `${showPages(count)} ${owner}`).join(', ')}`, at: { kind: 'row', value: String(fs) } };
    const freeing = run.operations.filter(({ word, row }) => (word === 'ftruncate' || word === 'fallocate') && operations.state.nameIn(then, row) === 'running');
    return [full, ...freeing.slice(0, 2).map(({ row }) => operationLink(run, row, `${operationText(run, row)} has not freed any by then`))];
  });
}

/** Who made the file end before the page that a fault asked for. */
function cutBy(question: Question, failed: TraceEvent): WhyLink[] {
  const { trace, run } = question;
  const [process, vpn, signal] = failed.args;
  if (signal !== SIGNALS.SIGBUS) return [];
  const file = lookBack(question, failed.step, then => {
    const mapping = run.mappings.find(({ row }) => {
      const page = vpn - mappings.vpnFirst.in(then, row);
      return mappings.process.in(then, row) === process && page >= 0 && page < mappings.pageCount.in(then, row);
    });
    return mapping === undefined ? 0 : mappings.file.in(then, mapping.row);
  });
  const cut = file === 0 ? null : lastEvent(trace, failed.step, ['size-changed'], argument => argument(0) === file);
  if (cut === null) return [];
  const op = operationAt(trace, run, trace.stepAt(cut.step).actor, cut.step);
  return [operationLink(run, op, `${fileName(run, file)} was cut to ${showPages(cut.args[1])} by ${operationText(run, op)}`)];
}

/** Who sent the signal that ended or interrupted an operation. */
function senderOf(question: Question, operation: RunOperation): WhyLink[] {
  const sent = lastEvent(question.trace, endStepOf(question, operation), ['signal-sent'], argument => argument(0) === operation.actor);
  return sent === null ? [] : [eventLink(question, sent)];
}

/** Why an operation never began: its actor was ended before. */
export function whySkipped(question: Question, operation: RunOperation): WhyAnswer {
  const { run } = question;
  const before = run.operations.findLast(({ actor, row }) => actor === operation.actor && operations.state.nameIn(question.state, row) === 'done');
  const sender = senderOf(question, operation);
  const isCut = operations.state.nameIn(question.state, operation.row) === 'skipped';
  const skipped = operationLink(run, operation.row, `so ${operation.name}: ${operation.text} was skipped`);
  if (isCut) return { question: `Why did ${operation.text} never begin?`, links: [...powerCutBefore(question, question.state.position), skipped], counts: [], source: '' };
  const last = before === undefined ? { text: `${actorName(run, operation.actor)} ended before it` } : operationLink(run, before.row, `${actorName(run, operation.actor)} ended after ${before.name}: ${before.text} ${endOf(question, before.row)}`);
  return { question: `Why did ${operation.text} never begin?`, links: [...sender, last, skipped], counts: [], source: '' };
}

/** Why a signal ended an operation. */
export function whyEnded(question: Question, operation: RunOperation): WhyAnswer {
  const { state, run, trace } = question;
  const signal = signalName(operations.killedBy.in(state, operation.row));
  const failed = lastEvent(trace, endStepOf(question, operation), ['fault-failed'], (_argument, _kind, actor) => actor === operation.actor, firstStepOf(question, operation));
  const because = failed === null ? senderOf(question, operation) : [...cutBy(question, failed), eventLink(question, failed)];
  const links = [...because, operationLink(run, operation.row, `so ${operation.name}: ${operation.text} ${endOf(question, operation.row)}`)];
  return { question: `Why was ${operation.text} ended by ${signal}?`, links, counts: [], source: decidingSource(question, operation) };
}

/** Row of the transfer of an operation whose work completion is an error; 0 if there is none. */
export function failedTransfer({ state }: Question, { row }: RunOperation): number {
  return workRequests.$.rows(state).find(transfer => workRequests.op.in(state, transfer) === row && workRequests.reported.in(state, transfer) === 1 && workRequests.status.in(state, transfer) !== 0) ?? 0;
}

/** Why an RDMA operation completed with an error (spec 6.6). */
export function whyStatus(question: Question, operation: RunOperation, transfer: number): WhyAnswer {
  const { state, run } = question;
  const status = workRequests.status.nameIn(state, transfer);
  const links = [...statusCause(question, operation, transfer), operationLink(run, operation.row, `so ${operation.name}: ${operation.text} completed with ${status}`)];
  return { question: `Why did ${operation.text} complete with ${status}?`, links, counts: [], source: decidingSource(question, operation) };
}

function statusCause(question: Question, operation: RunOperation, transfer: number): WhyLink[] {
  const { state, run } = question;
  const qp = workRequests.qp.in(state, transfer);
  const peer = queuePairs.peer.in(state, qp);
  const [name, peerName] = [qp, peer].map(row => nameOfRow(state, run, row));
  const about = (row: number, text: string): WhyLink[] => [{ text, at: { kind: 'row', value: String(row) } }];
  switch (WC_STATUSES[workRequests.status.in(state, transfer)]) {
    case 'WR_FLUSH_ERR': return [...firstFailure(question, qp, transfer), ...about(qp, `${name} is in ERR since an earlier failure: whatever is posted is flushed`)];
    case 'RETRY_EXC_ERR': return silentPeer(question, operation, peer);
    case 'RNR_RETRY_EXC_ERR': return about(peer, `no receive was posted to ${peerName}, and ${name} came again ${queuePairs.rnrRetry.in(state, qp)} times (rnr_retry)`);
    case 'REM_INV_REQ_ERR': return about(peer, `${peerName} does not allow it: it lets the other end do ${accessText(queuePairs.access.in(state, peer))}; or the request itself is malformed`);
    case 'LOC_PROT_ERR': case 'LOC_QP_OP_ERR': return about(workRequests.local.in(state, transfer), 'its own memory does not fit: a key that is not valid, another protection domain, a range too long, or no right to write there');
    case 'REM_OP_ERR': return about(peer, `${peerName} could not carry it out: the memory of its receive does not fit, or a page fault of its NIC could not be resolved`);
    case 'LOC_LEN_ERR': return about(transfer, 'the message is longer than the receive');
    default: return refusedKey(question, operation, transfer);
  }
}

/** The work request that broke the queue pair: what comes behind it is flushed. */
function firstFailure({ state, run }: Question, qp: number, flushed: number): WhyLink[] {
  const failed = workRequests.$.rows(state).filter(row => workRequests.qp.in(state, row) === qp && row !== flushed && workRequests.reported.in(state, row) === 1)
    .filter(row => !['success', 'WR_FLUSH_ERR'].includes(workRequests.status.nameIn(state, row)));
  return failed.slice(0, 1).map(row => operationLink(run, workRequests.op.in(state, row), `${operationText(run, workRequests.op.in(state, row))} failed first, with ${workRequests.status.nameIn(state, row)}`));
}

function silentPeer(question: Question, operation: RunOperation, peer: number): WhyLink[] {
  const { state, run, trace } = question;
  const process = queuePairs.process.in(state, peer);
  const exited = lastEvent(trace, endStepOf(question, operation), ['process-exited'], argument => argument(0) === process);
  const isGone = queuePairs.state.nameIn(state, peer) === 'absent';
  const why = isGone && process !== 0 ? `${processName(run, process)} has destroyed its queue pairs` : `${nameOfRow(state, run, peer)} is ${queuePairs.state.nameIn(state, peer)}`;
  const silent: WhyLink = { text: `${why}: nobody acknowledges, and the retries run out`, at: { kind: 'row', value: String(peer) } };
  return exited === null ? [silent] : [eventLink(question, exited), silent];
}

function refusedKey(question: Question, operation: RunOperation, transfer: number): WhyLink[] {
  const { state, run, trace } = question;
  const mr = remoteRegionOf(state, transfer);
  const name = nameOfRow(state, run, mr);
  const gone = lastEvent(trace, endStepOf(question, operation), ['mr-deregistered'], argument => argument(0) === mr);
  if (gone !== null) return [eventLink(question, gone)];
  const because = (text: string): WhyLink[] => [{ text, at: { kind: 'row', value: String(mr) } }];
  const nic = responderNicOf(state, transfer);
  if (mr === 0 || workRequests.remoteKey.in(state, transfer) < 0) return [{ text: 'its rkey was never valid', at: { kind: 'row', value: String(transfer) } }];
  if (regions.state.nameIn(state, mr) !== 'valid') return because(`${name} is not registered: its state is ${regions.state.nameIn(state, mr)}`);
  if (regions.nic.in(state, mr) !== nic) return because(`${name} is a registration with ${nameOfRow(state, run, regions.nic.in(state, mr))}: ${nameOfRow(state, run, nic)} knows no such key`);
  if (workRequests.remote.in(state, transfer) === mr && regions.key.in(state, mr) !== workRequests.remoteKey.in(state, transfer)) return because(`${name} was registered after the write was posted: its keys are new ones`);
  const pd = queuePairs.pd.in(state, queuePairs.peer.in(state, workRequests.qp.in(state, transfer)));
  if (pd !== 0 && pd !== regions.pd.in(state, mr)) return because(`${name} is in another protection domain than the queue pair`);
  if (workRequests.remoteByte.in(state, transfer) + workRequests.bytes.in(state, transfer) > regions.bytes.in(state, mr)) return because(`the pages lie outside ${name}, which has ${showPages(regions.pageCount.in(state, mr))}`);
  const fault = failedNicFault(question, operation, mr);
  if (fault === null) return because(`${name} does not allow it: it allows ${accessText(regions.access.in(state, mr))}`);
  return [...revokedBuffer(question, mr, fault.event), ...(fault.cpuFault === null ? [] : cutBy(question, fault.cpuFault)), eventLink(question, fault.event)];
}
