import type { Result } from '@shared/base/result';
import type { TraceChunk } from '@shared/trace/chunk';
import type { RunDescription, RunSummary } from '@shared/trace/run-description';

/** Something wrong in a lab document: where (keys and indexes from its root) and what. */
export interface LabProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** What a run may set beside the lab; null takes the lab’s own. */
export interface RunRequest {
  /** Name shown for the lab: its file name without directory. */
  readonly name: string;
  readonly policy: string | null;
  readonly seed: number | null;
  /** Name of one of the lab's schedules, or the text of one. */
  readonly schedule: string | null;
}

export type ChunkSink = (chunk: TraceChunk) => void;
export type RunResult = Result<{ readonly description: RunDescription; readonly summary: RunSummary }, readonly LabProblem[]>;
