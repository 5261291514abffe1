import { arena } from '@shared/state/arena';
import { actors, operations } from '@shared/state/tables';
import type { RunOutcome } from './invariant';

/** The word of the operation that an actor is in; empty if it is in none. */
export function operationWord({ run }: RunOutcome, actor: number): string {
  const operation = actors.op.get(run.actors[actor].row);
  return operation === 0 ? '' : run.operations[operations.nth.in(arena, operation)].word;
}
