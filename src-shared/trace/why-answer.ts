import { showSource } from '../domain/source';
import type { Row } from '../state/dictionary';
import { showNs } from '../units/show';
import { TraceCursor, type Trace } from './cursor';
import type { TraceEvent } from './event';
import { lastEvent } from './event-search';
import { eventText } from './event-text';
import { operationName } from './names';
import type { RunDescription, WhyLink } from './run-description';
import type { Selection } from './selection';

/** Why something is as it is at the cursor: a chain of links whose last line is a cause. */
export interface WhyAnswer {
  readonly question: string;
  /** At most seven; the last one names an operation or a policy. */
  readonly links: readonly WhyLink[];
  /** Summands of the refcount, where the question is about a page. */
  readonly counts: readonly { readonly text: string; readonly value: number }[];
  /** Where the rule stands that decides here. */
  readonly source: string;
}

/** What every answer is made from. */
export interface Question {
  readonly trace: Trace;
  /** The state at the cursor. */
  readonly state: TraceCursor;
  readonly run: RunDescription;
}

export const operationLink = (run: RunDescription, op: Row, text: string): WhyLink => ({ text, at: { kind: 'operation', value: operationName(run, op) } });

/** "allowed by longterm-file-pin = allow-all". */
export function policyLink(run: RunDescription, axis: string, verb: string): WhyLink {
  const variant = run.variants.find(active => active.axis === axis);
  const title = variant === undefined ? '' : `: ${variant.title}`;
  return { text: `${verb} ${axis} = ${variant?.id ?? 'not chosen'}${title}${variant?.assumed === true ? ' (assumed)' : ''}`, at: { kind: 'policy', value: axis } };
}

export function sourceOfAxis(run: RunDescription, axis: string): string {
  const variant = run.variants.find(active => active.axis === axis);
  return variant === undefined ? '' : showSource(variant.source);
}

/** Operation that `actor` was inside of at a step; 0 if none had begun. */
export function operationAt(trace: Trace, run: RunDescription, actor: number, step: number): Row {
  const mine = new Set(run.operations.filter(operation => operation.actor === actor).map(({ row }) => row));
  return lastEvent(trace, step + 1, ['operation-started'], argument => mine.has(argument(0)))?.args[0] ?? 0;
}

/** When the hold of `holder` was taken, in ns; null if the trace does not say. */
export function holdTakenNs(question: Question, holder: Row): number | null {
  const taken = lastEvent(question.trace, question.state.position, ['pin-taken', 'reference-taken'], argument => argument(0) === holder);
  return taken === null ? null : question.trace.stepAt(taken.step).timeNs;
}

/** "at 2 µs, admin waits: page F:1 is held", with frames named as they were then. */
export function eventLink({ trace, run }: Question, event: TraceEvent): WhyLink {
  const { actor, timeNs } = trace.stepAt(event.step);
  const said = lookBack({ trace }, event.step + 1, state => eventText(event, { run, state, actor }));
  return { text: `at ${showNs(timeNs)}, ${said}`, at: { kind: 'step', value: String(event.step) } };
}

/** What is seen in the state after `position` steps. The cursor of the question stays where it is. */
export function lookBack<Seen>({ trace }: Pick<Question, 'trace'>, position: number, look: (then: TraceCursor) => Seen): Seen {
  const then = new TraceCursor(trace);
  then.seek(position);
  const seen = look(then);
  // Prefix sums of page runs belong to the trace's dictionary: they are now those of `then`.
  trace.dictionary.touchedAll();
  return seen;
}

/** What a link leads to; none where it names a policy or something that cannot be selected. */
export function selectionOfLink(link: WhyLink, run: RunDescription): Selection {
  if (link.at === undefined) return { kind: 'none' };
  const { kind, value } = link.at;
  switch (kind) {
    case 'actor': return { kind: 'actor', nth: run.actors.findIndex(({ name }) => name === value) };
    case 'operation': return { kind: 'operation', nth: run.operations.findIndex(({ name }) => name === value) };
    case 'page': return { kind: 'page', pfn: Number(value) };
    case 'row': return { kind: 'row', row: Number(value) };
    case 'step': return { kind: 'step', index: Number(value) };
    case 'policy': return { kind: 'none' };
  }
}
