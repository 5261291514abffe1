import type { Row } from '@shared/state/dictionary';
import { actors, holders } from '@shared/state/tables';
import type { StepEntry } from '@shared/protocol/catalogue';
import { TraceCursor, type Trace } from '@shared/trace/cursor';
import { EVENTS, type TraceEvent } from '@shared/trace/event';
import { PAGE_STATES, type PageStateId } from '@shared/trace/page-state';
import { natureOfWait, type WaitNature } from '@shared/trace/own-work';
import type { RunDescription } from '@shared/trace/run-description';
import type { Axis } from './time-scale';

/**
 * A stretch of an actor's life: taking the steps of one operation, or held up at one of them: blocked by somebody else, waiting for
 * its own I/O, or awaiting what the lab's author told it to await.
 */
export interface LaneSegment {
  readonly kind: 'run' | WaitNature;
  readonly actor: number;
  readonly fromNs: number;
  /** Infinity where the run ended and it had not. */
  readonly toNs: number;
  /** Positions in the trace: it begins with step `fromStep` and is over before `toStep`. */
  readonly fromStep: number;
  readonly toStep: number;
  /** Its steps are `steps[firstOwn .. endOwn)` of the actor; none where it is blocked. */
  readonly firstOwn: number;
  readonly endOwn: number;
  /** Index of the operation, -1 where there is none. */
  readonly operation: number;
  /** What its steps did to pages that matters most; null if nothing. */
  readonly effect: PageStateId | null;
  /** Pages that a device moved. */
  readonly pages: number;
  /** Id of the step at which it is blocked, or of its first step. */
  readonly at: number;
}

export interface ActorActivity {
  readonly segments: readonly LaneSegment[];
  /** Indexes of the steps it took, ascending. */
  readonly steps: readonly number[];
}

export const startOf = (segment: LaneSegment, axis: Axis): number => (axis === 'time' ? segment.fromNs : segment.fromStep);
export const endOf = (segment: LaneSegment, axis: Axis): number => (axis === 'time' ? segment.toNs : segment.toStep);

type OpenSegment = { -readonly [Key in keyof LaneSegment]: LaneSegment[Key] };

interface ActorSoFar {
  readonly row: Row;
  /** A program is at rest between its operations; engines and workers have none. */
  readonly isTask: boolean;
  readonly segments: OpenSegment[];
  readonly steps: number[];
  /** The segment that a further step may lengthen. */
  open: OpenSegment | null;
  /** When its last step was paid for. */
  readyNs: number;
  /** Position from which it was seen waiting, -1 if it was not. */
  waitFrom: number;
  /** The step it stands at. */
  pc: number;
  /** Row of the operation it is inside of. */
  op: Row;
}

/**
 * Everything that lanes of actors show, from one walk over the trace. A walk may be made in slices, so that a long run
 * never holds up the window; {@link activityOf} answers for what was walked so far.
 */
export class LaneSegments {
  /** Steps walked. */
  walked = 0;
  private readonly actorsSoFar: ActorSoFar[];
  private readonly cursor: TraceCursor;
  private readonly stepOf: ReadonlyMap<number, StepEntry>;
  private readonly operationOf: ReadonlyMap<Row, number>;
  private readonly events: Generator<TraceEvent>;
  private nextEvent: TraceEvent | null;
  /** The step that is being walked over cut the power. */
  private hasPowerFailed = false;

  constructor(private readonly trace: Trace, run: RunDescription) {
    this.cursor = new TraceCursor(trace);
    this.cursor.seek(0);
    this.stepOf = new Map(run.steps.map(step => [step.id, step]));
    this.operationOf = new Map(run.operations.map((operation, nth) => [operation.row, nth]));
    this.actorsSoFar = run.actors.map(({ row, kind }) => ({
      row, isTask: kind === 'task', segments: [], steps: [], open: null, readyNs: 0, waitFrom: -1,
      pc: trace.steps === 0 ? 0 : actors.pc.in(this.cursor, row), op: 0,
    }));
    this.events = trace.events();
    this.nextEvent = this.readEvent();
  }

  get endNs(): number {
    const last = this.walked === 0 ? 0 : this.trace.stepAt(this.walked - 1).timeNs;
    return this.actorsSoFar.reduce((end, actor) => Math.max(end, actor.pc === 0 ? 0 : Math.min(actor.readyNs, end)), last);
  }

  private readEvent(): TraceEvent | null {
    const read = this.events.next();
    return read.done === true ? null : read.value;
  }

  /** Walks at most `steps` more steps; true once the whole trace was walked. */
  advance(steps: number): boolean {
    const until = Math.min(this.trace.steps, this.walked + steps);
    while (this.walked < until) this.take(this.walked++);
    return this.walked === this.trace.steps;
  }

  activityOf(actor: number): ActorActivity {
    const soFar = this.actorsSoFar[actor]!;
    const tail = this.tailOf(soFar, actor);
    return { steps: soFar.steps, segments: tail === null ? soFar.segments : [...soFar.segments, tail] };
  }

  private take(index: number): void {
    const { actor: nth, timeNs, step } = this.trace.stepAt(index);
    const actor = this.actorsSoFar[nth]!;
    const waited = actor.waitFrom >= 0 ? actor.waitFrom < index || timeNs > actor.readyNs : timeNs > actor.readyNs;
    if (waited && this.blocksAt(step, actor)) {
      actor.segments.push(this.blocked(nth, actor, { toNs: timeNs, toStep: index }));
      actor.open = null;
    }
    this.cursor.seek(index + 1);
    const op = actors.op.in(this.cursor, actor.row);
    this.lengthen(actor, nth, { index, timeNs, step, op: op === 0 ? actor.op : op });
    this.see(actor, index, op);
    if (this.hasPowerFailed) this.cutAll(nth, index);
    this.noteWaiters(index + 1);
  }

  /** The power failed at this step: what every other actor was at is over. */
  private cutAll(except: number, index: number): void {
    this.hasPowerFailed = false;
    const { timeNs } = this.trace.stepAt(index);
    this.actorsSoFar.forEach((actor, nth) => {
      if (nth === except) return;
      const op = actors.op.in(this.cursor, actor.row);
      if (op !== 0 && op === actor.op) return;
      if (actor.waitFrom >= 0 && this.blocksAt(actor.pc, actor)) actor.segments.push(this.blocked(nth, actor, { toNs: timeNs, toStep: index + 1 }));
      const last = actor.segments.at(-1);
      if (last !== undefined) last.toNs = Math.min(last.toNs, timeNs);
      actor.readyNs = Math.min(actor.readyNs, timeNs);
      actor.open = null;
      actor.op = op;
      actor.pc = actors.pc.in(this.cursor, actor.row);
      actor.waitFrom = -1;
    });
  }

  /** Whether waiting at a step is being blocked: an engine or worker without work is at rest, a program may just not be due. */
  private blocksAt(step: number, actor: ActorSoFar): boolean {
    const entry = this.stepOf.get(step);
    if (entry === undefined || entry.waitsFor?.kind === 'work' || (actor.isTask && actor.op === 0)) return false;
    return actor.waitFrom >= 0 || entry.waitsFor !== undefined || entry.lock !== undefined;
  }

  private natureAt(step: number): WaitNature {
    const entry = this.stepOf.get(step);
    return entry?.waitsFor === undefined || entry.lock !== undefined ? 'blocked' : natureOfWait(entry.waitsFor.kind);
  }

  private blocked(nth: number, actor: ActorSoFar, to: Pick<LaneSegment, 'toNs' | 'toStep'>): OpenSegment {
    const fromStep = actor.waitFrom >= 0 ? actor.waitFrom : (actor.steps.at(-1) ?? -1) + 1;
    return {
      kind: this.natureAt(actor.pc), actor: nth, fromNs: actor.readyNs, fromStep, ...to, firstOwn: actor.steps.length, endOwn: actor.steps.length,
      operation: this.operationOf.get(actor.op) ?? -1, effect: null, pages: 0, at: actor.pc,
    };
  }

  private lengthen(actor: ActorSoFar, nth: number, taken: { index: number; timeNs: number; step: number; op: Row }): void {
    const { index, timeNs, step } = taken;
    const operation = this.operationOf.get(taken.op) ?? -1;
    actor.steps.push(index);
    const isBetween = actor.isTask && taken.op === 0;
    if (!isBetween && (actor.open === null || actor.open.operation !== operation)) {
      actor.open = {
        kind: 'run', actor: nth, fromNs: timeNs, toNs: timeNs, fromStep: index, toStep: index + 1,
        firstOwn: actor.steps.length - 1, endOwn: actor.steps.length, operation, effect: null, pages: 0, at: step,
      };
      actor.segments.push(actor.open);
    }
    actor.readyNs = Math.max(timeNs, actors.wakeNs.in(this.cursor, actor.row));
    if (actor.open !== null) {
      actor.open.toNs = actor.readyNs;
      actor.open.toStep = index + 1;
      actor.open.endOwn = actor.steps.length;
    }
    for (; this.nextEvent !== null && this.nextEvent.step <= index; this.nextEvent = this.readEvent()) {
      if (actor.open !== null) this.note(actor.open, this.nextEvent);
      if (this.nextEvent.kind === 'power-failed') this.hasPowerFailed = true;
    }
  }

  private see(actor: ActorSoFar, index: number, op: Row): void {
    actor.waitFrom = -1;
    actor.pc = actors.pc.in(this.cursor, actor.row);
    const isOver = op === 0 && (actor.op !== 0 || this.stepOf.get(actor.pc)?.waitsFor?.kind === 'work');
    actor.op = op;
    if (isOver || actor.pc === 0) actor.open = null;
    // A program between two operations sleeps until the next one is due; that time belongs to neither.
    const last = actor.segments.at(-1);
    if (isOver && last !== undefined && last.operation >= 0) last.toNs = Math.min(last.toNs, this.trace.stepAt(index).timeNs);
  }

  private noteWaiters(position: number): void {
    for (const actor of this.actorsSoFar) {
      if (actor.waitFrom < 0 && actors.waitingSince.in(this.cursor, actor.row) !== 0) actor.waitFrom = position;
    }
  }

  private note(segment: OpenSegment, event: TraceEvent): void {
    if (event.kind === 'dma-write-landed' || event.kind === 'dma-read-done') segment.pages += event.args[2]!;
    const named = (EVENTS[event.kind] as readonly string[]).indexOf('operation');
    if (segment.operation < 0 && named >= 0) segment.operation = this.operationOf.get(event.args[named]!) ?? -1;
    const effect = this.effectOf(event);
    if (effect !== null && (segment.effect === null || PAGE_STATES.indexOf(effect) < PAGE_STATES.indexOf(segment.effect))) segment.effect = effect;
  }

  private effectOf({ kind, args }: TraceEvent): PageStateId | null {
    switch (kind) {
      case 'dma-write-landed':
      case 'dma-read-done': return 'dma';
      case 'mr-registered': return 'long-pin';
      case 'pin-taken': return holders.how.nameIn(this.cursor, args[0]!) === 'longterm' ? 'long-pin' : 'short-pin';
      case 'reference-taken': return 'referenced';
      case 'blocks-busy': return 'busy';
      case 'page-faulted':
      case 'pmd-mapped':
      case 'store-landed':
      case 'load-done': return 'mapped';
      case 'blocks-allocated':
      case 'file-written': return 'file';
      default: return null;
    }
  }

  /** What an actor that has not finished is doing when the trace ends: blocked, for all one can see. */
  private tailOf(actor: ActorSoFar, nth: number): LaneSegment | null {
    const waits = actor.waitFrom >= 0 || actor.readyNs <= this.endNs;
    if (actor.pc === 0 || !waits || !this.blocksAt(actor.pc, actor)) return null;
    return this.blocked(nth, actor, { toNs: Infinity, toStep: Infinity });
  }
}

/** How many of `segments`' actors were blocked, from each value of the axis on. */
export function blockedCounts(segments: readonly LaneSegment[], axis: Axis): { readonly from: number; readonly count: number }[] {
  const edges = segments
    .flatMap(segment => (segment.kind === 'blocked' ? [{ at: startOf(segment, axis), by: 1 }, { at: endOf(segment, axis), by: -1 }] : []))
    .filter(edge => edge.at !== Infinity)
    .sort((a, b) => a.at - b.at);
  const counts = [{ from: 0, count: 0 }];
  let count = 0;
  for (const { at, by } of edges) {
    count += by;
    if (counts.at(-1)!.from === at) counts.pop();
    if (counts.at(-1)?.count !== count) counts.push({ from: at, count });
  }
  return counts;
}
