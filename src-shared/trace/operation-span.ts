import { lastEvent } from './event-search';
import type { RunOperation } from './run-description';
import type { Question } from './why-answer';

/** The step at which an operation last began, before the cursor. */
export const firstStepOf = (question: Question, operation: RunOperation): number =>
  lastEvent(question.trace, endStepOf(question, operation), ['operation-started'], argument => argument(0) === operation.row)?.step ?? 0;

/** Number of steps until an operation returned; until the cursor if it has not. */
export function endStepOf({ trace, state }: Question, operation: RunOperation): number {
  const ended = lastEvent(trace, state.position, ['operation-returned', 'operation-killed', 'operation-lost'], argument => argument(0) === operation.row);
  return ended === null ? state.position : ended.step + 1;
}

/** Source of the mechanism that decided how an operation ended. */
export function decidingSource(question: Question, operation: RunOperation): string {
  const { trace, run } = question;
  const steps = new Map(run.steps.map(step => [step.id, step]));
  const first = firstStepOf(question, operation);
  for (let index = endStepOf(question, operation) - 1; index >= first; index--) {
    const { actor, step } = trace.stepAt(index);
    const entry = steps.get(step);
    // The program's own steps begin and return; the mechanism before them decided.
    if (actor === operation.actor && entry !== undefined && !entry.mechanism.startsWith('task/')) return entry.source;
  }
  return '';
}
