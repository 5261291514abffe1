import { assert } from '@shared/base/assert';
import type { State } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { TraceCursor, type Trace } from '@shared/trace/cursor';
import type { OperationOutcome, RunDescription, RunSummary } from '@shared/trace/run-description';
import { nameOf, type Step } from '../translation/draft';
import { TASK, type Scene } from '../translation/scene';

/** A finished run, and what its lab was made from. */
export interface FinishedRun {
  readonly trace: Trace;
  readonly description: RunDescription;
  readonly summary: RunSummary;
}

/** What can be asked of the run of an observation's lab: states at the places that counters speak of, and outcomes of steps. */
export class Evidence {
  private readonly cursor: TraceCursor;
  /** Steps taken before the observed call began, and when it had returned; the end of the run if it never did. */
  readonly before: number;
  readonly returned: number;
  readonly end: number;

  constructor(readonly finished: FinishedRun, readonly scene: Scene) {
    this.cursor = new TraceCursor(finished.trace);
    this.end = finished.trace.steps;
    this.before = this.startOf(scene.observed[0]) ?? this.end;
    this.returned = (scene.takesHold ? this.submitted() : null) ?? this.returnOf(scene.observed.at(-1)) ?? this.end;
  }

  /** Steps taken once the I/O of an observed hold was in flight. */
  private submitted(): number | null {
    const row = this.rowOf(this.scene.observed[0]!);
    for (const { kind, args, step } of this.finished.trace.events()) if (kind === 'request-submitted' && args[0] === row) return step + 1;
    return null;
  }

  get run(): RunDescription {
    return this.finished.description;
  }

  at(position: number): State {
    this.cursor.seek(position);
    return this.cursor;
  }

  outcome(step: Step): OperationOutcome {
    const found = this.finished.summary.operations.find(({ op }) => op === nameOf(step));
    assert(found !== undefined, 'a step of the scene is an operation of its lab', { step: nameOf(step) });
    return found;
  }

  /** The observed call; where it is done several times, the last of them. */
  get call(): OperationOutcome {
    return this.outcome(this.scene.observed.at(-1)!);
  }

  /** Simulated time from the start of the observed call to its return; null while it waits. */
  get elapsedNs(): number | null {
    const { startNs } = this.outcome(this.scene.observed[0]!);
    const { endNs } = this.call;
    return startNs === null || endNs === null ? null : endNs - startNs;
  }

  rowOf(step: Step): Row {
    return this.run.operations.find(({ name }) => name === nameOf(step))!.row;
  }

  /** Steps taken before an operation began; null if it never did. */
  startOf(step: Step | undefined): number | null {
    return step === undefined ? null : this.eventOf(step, ['operation-started'])?.before ?? null;
  }

  /** Steps taken once an operation had returned. */
  returnOf(step: Step | undefined): number | null {
    const found = step === undefined ? null : this.eventOf(step, ['operation-returned', 'operation-killed']);
    return found === null ? null : found.before + 1;
  }

  /** Steps taken before an actor's process ended; all of them if it did not. */
  lastStateOf(actor: string): number {
    const process = this.processOf(actor);
    for (const event of this.finished.trace.events()) if (event.kind === 'process-exited' && event.args[0] === process) return this.exitOf(actor) ?? event.step;
    return this.end;
  }

  /** Steps taken before an actor began to exit by itself. */
  private exitOf(actor: string): number | null {
    const operation = this.run.operations.find(({ name, word }) => word === 'exit' && name.startsWith(`${actor}.`));
    return operation === undefined ? null : this.startOf({ actor, nth: Number(operation.name.slice(actor.length + 1)) });
  }

  private eventOf(step: Step, kinds: readonly string[]): { readonly before: number } | null {
    const row = this.rowOf(step);
    for (const event of this.finished.trace.events()) {
      if (kinds.includes(event.kind) && event.args[0] === row) return { before: event.step };
    }
    return null;
  }

  /** Steps taken until so long after the observed call returned. */
  after(ns: number): number {
    const { endNs } = this.call;
    return endNs === null ? this.end : this.finished.trace.stepsUntil(endNs + ns);
  }

  /** Row of the process of an actor. */
  processOf(actor = this.scene.observed[0]?.actor ?? TASK): Row {
    const name = this.scene.draft.processOf(actor);
    return this.run.processes.find(process => process.name === name)!.row;
  }

  fileRow(name: string): Row {
    return this.run.files.find(file => file.name === name)?.row ?? 0;
  }

  mappingRow(name: string): Row {
    return this.run.mappings.find(mapping => mapping.name === name)?.row ?? 0;
  }
}
