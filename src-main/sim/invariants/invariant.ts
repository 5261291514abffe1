import { arena } from '@shared/state/arena';
import { actors, operations } from '@shared/state/tables';
import type { Column, PageField } from '@shared/state/table';
import type { InvariantEntry } from '@shared/protocol/catalogue';
import type { RunDescription } from '@shared/trace/run-description';
import type { ChainEnd } from '@shared/trace/wait-graph';
import type { Row } from '@shared/state/dictionary';

/** What an invariant may look at. */
export interface Judgement {
  readonly run: RunDescription;
  readonly host: Row;
}

/** A rule that is broken: the minimal chain of facts that shows it, each one line. */
export interface Finding {
  readonly chain: readonly string[];
  /** A kernel does not get over it: the run ends at that step. */
  readonly endsRun?: true;
}

/** A rule about every state. It is judged after each step that declares to write one of the columns it watches. */
export interface StateInvariant extends InvariantEntry {
  readonly kind: 'state';
  readonly watches: readonly (Column | PageField)[];
  broken(judgement: Judgement): Finding | null;
}

/** How a run ended, as an invariant of its end sees it. */
export interface RunOutcome extends Judgement {
  /** Every program has finished or can take no step, and nobody else has work: what there is now stays. */
  readonly isAtRest: boolean;
  /** The logical state came back while these actors’ operations went on. */
  readonly lasso: boolean;
  /** Indexes of actors inside an operation that can take no step. */
  readonly blocked: readonly number[];
  /** Indexes of actors inside an operation that began before the logical state came back. */
  readonly starving: readonly number[];
  /** For each blocked actor: the chain of whom it waits for. */
  chainOf(actor: number): { readonly lines: readonly string[]; readonly end: ChainEnd; readonly cycle: readonly number[] };
}

/** A rule about how runs end: progress, cycles, what stays behind. */
export interface EndInvariant extends InvariantEntry {
  readonly kind: 'end';
  brokenBy(outcome: RunOutcome): readonly Finding[];
}

export type Invariant = StateInvariant | EndInvariant;

/** The word of the operation that an actor is in; empty if it is in none. */
export function operationWord({ run }: RunOutcome, actor: number): string {
  const operation = actors.op.get(run.actors[actor].row);
  return operation === 0 ? '' : run.operations[operations.nth.in(arena, operation)].word;
}
