import type { Row } from '../state/dictionary';

/** Steps a chunk holds at most. */
export const CHUNK_STEPS = 16_384;

/**
 * A piece of a trace, in columns: who took which step when, what it changed, what it said. State at any of its steps is the
 * keyframe plus deltas, forwards by the new words or backwards by the old ones.
 */
export interface TraceChunk {
  /** Index of its first step in the run. */
  readonly firstStep: number;
  readonly count: number;
  readonly timeNs: Float64Array;
  /** Index of the actor. */
  readonly actor: Int32Array;
  /** Id of the step, see the run description. */
  readonly step: Int32Array;
  readonly choice: Int32Array;
  /** Words of `log` in use after each step. */
  readonly logEnd: Int32Array;
  /** Deltas: (word, old, new); a negative word is ~slot of a page-range difference. */
  readonly log: Int32Array;
  /** Words of `events` in use after each step. */
  readonly eventEnd: Int32Array;
  readonly events: Int32Array;
  /** Rows named for the first time before or in this chunk: row, table, number of constants, constants. */
  readonly births: Int32Array;
  /** Boundaries named for the first time: slot, space, field, page. */
  readonly boundaries: Float64Array;
  /** State before the first step. */
  readonly keyframe: { readonly words: Int32Array; readonly differences: Int32Array };
}

/** What a step of the trace did, without its deltas. */
export interface TraceStep {
  readonly index: number;
  readonly timeNs: number;
  readonly actor: number;
  readonly step: number;
  readonly choice: number;
}

export interface NamedRow {
  readonly row: Row;
  readonly name: string;
}
