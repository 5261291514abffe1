import type { StepEntry } from '../protocol/catalogue';
import type { State } from '../state/arena';
import type { Row } from '../state/dictionary';
import { actors } from '../state/tables';
import type { RunDescription } from './run-description';

/** Where an actor stands: the step it takes next, in its running frame; null once it has finished. */
export function stepOf(state: State, run: RunDescription, actor: Row): StepEntry | null {
  const pc = actors.pc.in(state, actor);
  if (pc === 0) return null;
  const direct = run.steps[pc - 1];
  return direct?.id === pc ? direct : run.steps.find(({ id }) => id === pc) ?? null;
}

/** Value of a local of the running mechanism; 0 if it has none of that name. */
export function localOf(state: State, actor: Row, step: StepEntry, name: string): number {
  const at = step.locals.indexOf(name);
  return at < 0 ? 0 : state.w[actor + actors.stack.off + actors.frame.in(state, actor) + at];
}

/** The operation that an actor is inside of, as an index into the run's operations; −1 if none. */
export const operationOf = (state: State, run: RunDescription, actor: Row): number => {
  const op = actors.op.in(state, actor);
  return op === 0 ? -1 : run.operations.findIndex(({ row }) => row === op);
};
