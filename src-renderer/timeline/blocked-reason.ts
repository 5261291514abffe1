import { actors, holders as holderTable } from '@shared/state/tables';
import { TraceCursor, type Trace } from '@shared/trace/cursor';
import type { RunDescription } from '@shared/trace/run-description';
import { waitsOf } from '@shared/trace/wait-graph';
import type { WaitHolder } from '@shared/trace/wait-targets';
import type { LaneSegment } from './lane-segments';

export interface BlockedReason {
  /** "blocked: page F:1 to become idle, held by a short-term pin of app.1". */
  readonly text: string;
  /** Index of the operation that is in the way; null if nobody's is. */
  readonly cause: number | null;
}

/** Why actors were blocked, looked up when somebody looks: each needs the state at which the wait began. */
export class BlockedReasons {
  private readonly known = new Map<string, BlockedReason>();
  private readonly cursor: TraceCursor;

  constructor(private readonly trace: Trace, private readonly run: RunDescription) {
    this.cursor = new TraceCursor(trace);
  }

  of(segment: LaneSegment): BlockedReason {
    const key = `${segment.actor}:${segment.fromStep}`;
    const known = this.known.get(key) ?? this.lookUp(segment);
    this.known.set(key, known);
    return known;
  }

  /** A wait that never ended is told by what is in its way at the end. */
  private lookUp(segment: LaneSegment): BlockedReason {
    this.cursor.seek(segment.toStep === Infinity ? this.trace.steps : segment.fromStep);
    const [wait] = waitsOf(this.cursor, this.run, segment.actor);
    if (wait === undefined) return { text: `${segment.kind === 'blocked' ? 'blocked' : 'waits'} at ${this.stepText(segment.at)}`, cause: null };
    if (segment.kind === 'set-up') return { text: `awaits ${wait.text}`, cause: null };
    if (segment.kind === 'io') return { text: `waits for I/O: ${wait.text}`, cause: null };
    const [first, ...more] = wait.holders;
    const holders = first === undefined ? '' : `, ${first.text}${more.length === 0 ? '' : ` and ${more.length} more`}`;
    return { text: `blocked: ${wait.text}${holders}`, cause: first === undefined ? null : this.causeOf(first) };
  }

  /** Who took the hold that is in the way; else what the actor is about that has to act. */
  private causeOf({ row, actor }: WaitHolder): number | null {
    const actorRow = actor === null ? undefined : this.run.actors[actor]?.row;
    const isHold = this.cursor.w[row] === holderTable.$.id;
    const op = isHold ? holderTable.op.in(this.cursor, row) : actorRow === undefined ? 0 : actors.op.in(this.cursor, actorRow);
    const nth = this.run.operations.findIndex(operation => operation.row === op);
    return nth < 0 ? null : nth;
  }

  private stepText(id: number): string {
    const step = this.run.steps.find(candidate => candidate.id === id);
    return step === undefined ? `step ${id}` : `${step.name}, ${step.title}`;
  }
}
