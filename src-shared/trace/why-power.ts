import { lastEvent } from './event-search';
import { endStepOf } from './operation-span';
import type { RunOperation, WhyLink } from './run-description';
import { eventLink, operationAt, operationLink, type Question, type WhyAnswer } from './why-answer';

/** The last power failure before a step, and who cut the power; nothing where the power held. */
export function powerCutBefore(question: Question, end: number): readonly WhyLink[] {
  const { trace, run } = question;
  const failed = lastEvent(trace, end, ['power-failed']);
  if (failed === null) return [];
  const op = operationAt(trace, run, trace.stepAt(failed.step).actor, failed.step);
  const by = run.operations.find(({ row }) => row === op);
  return [...(by === undefined ? [] : [operationLink(run, op, `${run.actors[by.actor].name} cut the power: ${by.name}`)]), eventLink(question, failed)];
}

/** Why an operation never returned, neither to a result nor to an error. */
export function whyLost(question: Question, operation: RunOperation): WhyAnswer {
  const { run } = question;
  const links = [...powerCutBefore(question, endStepOf(question, operation)), operationLink(run, operation.row, `so ${operation.name}: ${operation.text} never returned`)];
  return { question: `Why was ${operation.text} lost?`, links, counts: [], source: run.steps.find(({ mechanism }) => mechanism === 'power-failure')?.source ?? '' };
}
