import { actors, operations } from '@shared/state/tables';
import { machine } from './machine';

/**
 * Called where a step decides by a rule that nobody knows (evidence `unknown`): the outcome of the running operation, and whatever
 * rule breaks later in the run, is shown as assumed (spec 0.1).
 */
export function assume(): void {
  const op = actors.op.get(machine.self);
  if (op !== 0) operations.assumed.set(op, 1);
}
