import type { Row } from '../state/dictionary';
import { regions } from '../state/rdma-tables';
import { lastEvent } from './event-search';
import type { TraceEvent } from './event';
import { endStepOf, firstStepOf } from './operation-span';
import type { RunOperation, WhyLink } from './run-description';
import { eventLink, type Question } from './why-answer';

/** What a page fault of a NIC on a registration failed on, while an operation was under way: the failed fault of its driver, if it took one. */
export interface FailedNicFault {
  readonly event: TraceEvent;
  readonly cpuFault: TraceEvent | null;
}

/** The page fault that the NIC took for an operation and that its driver could not resolve; null if there was none (spec 6.7). */
export function failedNicFault(question: Question, operation: RunOperation, mr: Row): FailedNicFault | null {
  const { trace } = question;
  const first = firstStepOf(question, operation);
  const event = lastEvent(trace, endStepOf(question, operation), ['nic-fault-failed'], argument => argument(0) === mr, first);
  if (event === null) return null;
  const { actor } = trace.stepAt(event.step);
  return { event, cpuFault: lastEvent(trace, event.step, ['fault-failed'], (_argument, _kind, by) => by === actor, first) };
}

/** The exporter has taken the buffer of a registration away; empty if not. */
export function revokedBuffer(question: Question, mr: Row, before: TraceEvent): readonly WhyLink[] {
  const buffer = regions.dmabuf.in(question.state, mr);
  const revoked = lastEvent(question.trace, before.step, ['dmabuf-revoked'], argument => argument(0) === buffer);
  return buffer === 0 || revoked === null ? [] : [eventLink(question, revoked)];
}
