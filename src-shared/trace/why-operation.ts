import { errnoName } from '../domain/errno';
import { signalName } from '../domain/signal';
import { actors, operations } from '../state/tables';
import { showNs } from '../units/show';
import type { EventKind, TraceEvent } from './event';
import { lastEvent } from './event-search';
import { actorName, operationText } from './names';
import { stepOf } from './running-frame';
import type { RunOperation, WhyLink } from './run-description';
import { blockedChain, LINKS_MAX, shortened, waitsOf } from './wait-graph';
import { endOf, whyActor } from './why-actor';
import { eventLink, holdTakenNs, operationLink, policyLink, sourceOfAxis, type Question, type WhyAnswer } from './why-answer';

/** Why an operation has not begun, waits, failed, was ended, or what it did. */
export function whyOperation(question: Question, nth: number): WhyAnswer {
  const { state, run } = question;
  const operation = run.operations[nth];
  const phase = operations.state.nameIn(state, operation.row);
  if (phase === 'pending') return whyNotBegun(question, operation);
  if (phase === 'running') return whyUnderWay(question, operation);
  if (phase === 'skipped') return { question: `Why was ${operation.text} skipped?`, links: [...ended(question, operation), operationLink(run, operation.row, `${operation.name}: ${operation.text} was skipped`)], counts: [], source: '' };
  if (operations.killedBy.in(state, operation.row) !== 0) return whyEnded(question, operation);
  return operations.errno.in(state, operation.row) === 0 ? whatItDid(question, operation) : whyErrno(question, operation);
}

function whyNotBegun(question: Question, operation: RunOperation): WhyAnswer {
  const { state, run } = question;
  const before = run.operations.find(({ actor, row }) => actor === operation.actor && operations.state.nameIn(state, row) === 'running');
  const asked = `Why has ${operation.text} not begun?`;
  if (before === undefined) {
    const wakeNs = actors.wakeNs.in(state, run.actors[operation.actor].row);
    const first: WhyLink = { text: `${actorName(run, operation.actor)} has not come to it${wakeNs > 0 ? `: it begins at ${showNs(wakeNs)} or later` : ''}`, at: { kind: 'actor', value: actorName(run, operation.actor) } };
    return { question: asked, links: [first, operationLink(run, operation.row, `${operation.name}: ${operation.text}`)], counts: [], source: '' };
  }
  const inner = whyActor(question, operation.actor);
  return { ...inner, question: asked, links: shortened([operationLink(run, before.row, `${actorName(run, operation.actor)} is still inside ${before.text}`), ...inner.links]) };
}

function whyUnderWay(question: Question, operation: RunOperation): WhyAnswer {
  const { state, run } = question;
  const isBlocked = waitsOf(state, run, operation.actor).length > 0;
  const source = stepOf(state, run, run.actors[operation.actor].row)?.source ?? '';
  if (!isBlocked) return { question: `What is ${operation.text} doing?`, links: whyActor(question, operation.actor).links, counts: [], source };
  return { question: `Why is ${operation.text} blocked?`, links: blockedChain(state, run, operation.actor, holder => holdTakenNs(question, holder)).links, counts: [], source };
}

/** Events that say who refused, and the axis whose rule it was; null where the operation itself is the cause. */
const REFUSALS: Readonly<Partial<Record<EventKind, string | null>>> = {
  'layout-refused': 'truncate-vs-dma', 'pin-refused': 'longterm-file-pin', 'mr-refused': null, 'allocation-failed': 'truncate-vs-dma',
  'fault-failed': null, 'signal-delivered': null, 'work-completed': null, 'request-completed': null,
};

/** Errnos that a rule about long-term pins answers with; a plain EFAULT comes from the mapping. */
const PIN_RULES = new Set(['EOPNOTSUPP', 'EPERM', 'EBUSY', 'EACCES', 'EINVAL']);

function whyErrno(question: Question, operation: RunOperation): WhyAnswer {
  const { state, run } = question;
  const errno = operations.errno.in(state, operation.row);
  const name = errnoName(errno);
  const reason = refusalOf(question, operation, errno);
  const end = operationLink(run, operation.row, `${operation.name}: ${operation.text} ${endOf(question, operation.row)}`);
  const axis = reason === null ? null : axisOf(reason, name);
  const why = reason === null ? [] : [eventLink(question, reason)];
  const from: WhyLink[] = reason?.kind === 'signal-delivered' ? senderOf(question, operation) : [];
  const rule = axis === null ? [] : [policyLink(run, axis, `${name} by`)];
  const links = rule.length > 0 ? [end, ...why, ...rule] : [...why, ...from, { ...end, text: `so ${end.text}` }];
  return { question: `Why did ${operation.text} fail with ${name}?`, links, counts: [], source: axis === null ? sourceOfLastStep(question, operation) : sourceOfAxis(run, axis) };
}

function axisOf(refusal: TraceEvent, name: string): string | null {
  const axis = REFUSALS[refusal.kind] ?? null;
  if (refusal.kind !== 'pin-refused') return axis;
  if (name === 'EAGAIN') return 'truncate-vs-dma';
  return PIN_RULES.has(name) ? axis : null;
}

/** The event of this operation that carries its errno; policies speak before callers pass their errno on. */
function refusalOf(question: Question, operation: RunOperation, errno: number): TraceEvent | null {
  const { trace, state } = question;
  const until = endStep(question, operation);
  const from = lastEvent(trace, until, ['operation-started'], argument => argument(0) === operation.row)?.step ?? 0;
  const isMine = (kind: EventKind, arguments_: (nth: number) => number, actor: number): boolean => {
    switch (kind) {
      case 'layout-refused': case 'pin-refused': return actor === operation.actor && arguments_(2) === errno;
      case 'allocation-failed': case 'mr-refused': return actor === operation.actor && arguments_(1) === errno;
      case 'request-completed': return arguments_(0) === operation.row && arguments_(1) === errno;
      case 'work-completed': return arguments_(0) === operation.row && arguments_(1) !== 0;
      case 'signal-delivered': return errnoName(errno) === 'EINTR' && (arguments_(0) === operation.actor || arguments_(0) === question.run.actors[operation.actor].row);
      default: return actor === operation.actor;
    }
  };
  const inOrder: readonly (readonly EventKind[])[] = [['layout-refused', 'pin-refused', 'allocation-failed'], ['work-completed', 'request-completed', 'fault-failed', 'signal-delivered'], ['mr-refused']];
  for (const kinds of inOrder) {
    const found = lastEvent(trace, Math.min(until, state.position), kinds, (argument, kind, actor) => isMine(kind, argument, actor), from);
    if (found !== null) return found;
  }
  return null;
}

/** Number of steps until the operation returned. */
function endStep({ trace, state }: Question, operation: RunOperation): number {
  const ended = lastEvent(trace, state.position, ['operation-returned', 'operation-killed'], argument => argument(0) === operation.row);
  return ended === null ? state.position : ended.step + 1;
}

function sourceOfLastStep({ trace, run, state }: Question, operation: RunOperation): string {
  for (let index = endStep({ trace, run, state }, operation) - 1; index >= 0; index--) {
    const { actor, step } = trace.stepAt(index);
    const entry = run.steps.find(({ id }) => id === step);
    // The program's own steps begin and return; the mechanism before them decided.
    if (actor === operation.actor && entry !== undefined && !entry.mechanism.startsWith('task/')) return entry.source;
  }
  return '';
}

/** Who sent the signal that ended or interrupted an operation. */
function senderOf(question: Question, operation: RunOperation): WhyLink[] {
  const { trace, run } = question;
  const actorRow = run.actors[operation.actor].row;
  const sent = lastEvent(trace, endStep(question, operation), ['signal-sent'], argument => argument(0) === operation.actor || argument(0) === actorRow);
  return sent === null ? [] : [eventLink(question, sent)];
}

function ended(question: Question, operation: RunOperation): WhyLink[] {
  const sender = senderOf(question, operation);
  return sender.length > 0 ? sender : [{ text: `${actorName(question.run, operation.actor)} ended before it`, at: { kind: 'actor', value: actorName(question.run, operation.actor) } }];
}

function whyEnded(question: Question, operation: RunOperation): WhyAnswer {
  const { state, run } = question;
  const signal = signalName(operations.killedBy.in(state, operation.row));
  const failed = lastEvent(question.trace, endStep(question, operation), ['fault-failed'], (_argument, _kind, actor) => actor === operation.actor);
  const because = failed === null ? ended(question, operation) : [eventLink(question, failed)];
  const links = [...because, operationLink(run, operation.row, `so ${operation.name}: ${operation.text} ${endOf(question, operation.row)}`)];
  return { question: `Why was ${operation.text} ended by ${signal}?`, links, counts: [], source: sourceOfLastStep(question, operation) };
}

const REMOVALS: ReadonlySet<EventKind> = new Set(['size-changed', 'blocks-freed', 'blocks-busy']);

/** A layout operation that answered 0 but was never carried out (S16). */
const isEmptySuccess = ({ state }: Question, { word, row }: RunOperation): boolean =>
  (word === 'ftruncate' || word === 'fallocate') && operations.applied.in(state, row) === 0;

/** What people want to know of a call that worked; the rest is in the event list. */
const DEEDS: readonly EventKind[] = [
  'layout-wait', 'layout-retry', 'size-changed', 'blocks-freed', 'blocks-busy', 'blocks-allocated', 'request-submitted', 'mr-registered', 'mr-deregistered',
  'reference-taken', 'pin-taken', 'hold-released', 'file-written', 'store-landed', 'load-done', 'signal-sent', 'process-exited', 'range-unmapped', 'page-faulted',
];

function whatItDid(question: Question, operation: RunOperation): WhyAnswer {
  const { trace, run } = question;
  const until = endStep(question, operation);
  const from = lastEvent(trace, until, ['operation-started'], argument => argument(0) === operation.row)?.step ?? 0;
  const deeds: TraceEvent[] = [];
  for (let end = until; deeds.length < LINKS_MAX - 1;) {
    const found = lastEvent(trace, end, DEEDS, (_argument, _kind, actor) => actor === operation.actor, from);
    if (found === null) break;
    if (!deeds.some(({ kind }) => kind === found.kind)) deeds.unshift(found);
    end = found.step;
  }
  const end = operationLink(run, operation.row, `${operationText(run, operation.row)} ${endOf(question, operation.row)}`);
  const links = deeds.map(event => eventLink(question, event));
  const asked = `What did ${operation.text} do?`;
  const hasRemoved = deeds.some(({ kind }) => REMOVALS.has(kind));
  if (hasRemoved || !isEmptySuccess(question, operation)) return { question: asked, links: [...links, end], counts: [], source: sourceOfLastStep(question, operation) };
  const lie: WhyLink = { text: 'it removed nothing: the size or layout it asked for does not hold' };
  return { question: asked, links: [...links.slice(-3), end, lie, policyLink(run, 'truncate-vs-dma', 'success without effect by')], counts: [], source: sourceOfAxis(run, 'truncate-vs-dma') };
}
