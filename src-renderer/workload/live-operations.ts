import { errnoName } from '@shared/domain/errno';
import { signalName } from '@shared/domain/signal';
import { operations } from '@shared/state/tables';
import type { TraceCursor } from '@shared/trace/cursor';
import type { RunDescription } from '@shared/trace/run-description';
import { gravestWait, natureOfWait } from '@shared/trace/own-work';
import { waitsOf } from '@shared/trace/wait-graph';

/** How far an operation got at the cursor. */
export type LiveOperation =
  | { readonly kind: 'pending' | 'running' | 'skipped' | 'lost' }
  | { readonly kind: 'io' | 'set-up' | 'blocked'; readonly on: string }
  | { readonly kind: 'done'; readonly text: string; readonly failed: boolean };

/** Number of an actor's operation in the run; −1 if the run has none such (the lab was edited since). */
export function operationNth(run: RunDescription, actor: string, index: number): number {
  const actorNth = run.actors.findIndex(({ name }) => name === actor);
  let seen = 0;
  return run.operations.findIndex(operation => operation.actor === actorNth && seen++ === index);
}

/** The place of the run's n-th operation in the lab. */
export function operationPlace(run: RunDescription, nth: number): { readonly actor: string; readonly index: number } | null {
  const operation = run.operations[nth];
  const actor = operation === undefined ? undefined : run.actors[operation.actor];
  if (operation === undefined || actor === undefined) return null;
  return { actor: actor.name, index: run.operations.slice(0, nth).filter(earlier => earlier.actor === operation.actor).length };
}

export function liveOperation(state: TraceCursor, run: RunDescription, nth: number): LiveOperation {
  const operation = run.operations[nth];
  if (operation === undefined) return { kind: 'pending' };
  const { row } = operation;
  switch (operations.state.nameIn(state, row)) {
    case 'done': return done(state, row);
    case 'skipped': return { kind: 'skipped' };
    case 'lost': return { kind: 'lost' };
    case 'running': {
      const wait = gravestWait(waitsOf(state, run, operation.actor));
      return wait === null ? { kind: 'running' } : { kind: natureOfWait(wait.kind), on: wait.text };
    }
    default: return { kind: 'pending' };
  }
}

function done(state: TraceCursor, row: number): LiveOperation {
  const killedBy = operations.killedBy.in(state, row);
  if (killedBy !== 0) return { kind: 'done', text: signalName(killedBy), failed: true };
  const errno = operations.errno.in(state, row);
  return errno === 0 ? { kind: 'done', text: String(operations.result.in(state, row)), failed: false } : { kind: 'done', text: errnoName(errno), failed: true };
}
