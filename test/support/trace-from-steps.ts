import { arena } from '@shared/state/arena';
import type { TraceChunk } from '@shared/trace/chunk';
import { Trace } from '@shared/trace/cursor';
import { EVENT_KINDS, EVENT_WORDS, type EventKind } from '@shared/trace/event';

/** One step of a made-up run: when, who, where it stood, what it changed through the columns, what it said. */
export interface MadeStep {
  readonly at: number;
  readonly actor: number;
  readonly step: number;
  readonly change?: () => void;
  readonly events?: readonly (readonly [EventKind, ...number[]])[];
}

/** A run from the state that `setUp` leaves in the arena of this thread; `perChunk` steps to a chunk. */
export function traceFromSteps<Built>(setUp: () => Built, stepsOf: (built: Built) => readonly MadeStep[], perChunk = 4): { readonly trace: Trace; readonly built: Built } {
  arena.clear();
  const built = setUp();
  const steps = stepsOf(built);
  const trace = new Trace();
  for (let first = 0; first < steps.length; first += perChunk) trace.append(chunkOf(steps.slice(first, first + perChunk), first, trace));
  return { trace, built };
}

function chunkOf(steps: readonly MadeStep[], firstStep: number, before: Trace): TraceChunk {
  const keyframe = { words: arena.w.slice(0, arena.top), differences: arena.p.slice(0, arena.slots) };
  arena.n = 0;
  const logEnd: number[] = [];
  const eventEnd: number[] = [];
  const events: number[] = [];
  for (const { change, events: said = [] } of steps) {
    change?.();
    for (const [kind, ...args] of said) events.push(EVENT_KINDS.indexOf(kind), ...Array.from({ length: EVENT_WORDS - 1 }, (_, i) => args[i] ?? 0));
    logEnd.push(arena.n);
    eventEnd.push(events.length);
  }
  const { rows, boundaries } = arena.dictionary;
  return {
    firstStep,
    count: steps.length,
    timeNs: Float64Array.from(steps, step => step.at),
    actor: Int32Array.from(steps, step => step.actor),
    step: Int32Array.from(steps, step => step.step),
    choice: new Int32Array(steps.length),
    logEnd: Int32Array.from(logEnd),
    log: arena.log.slice(0, arena.n),
    eventEnd: Int32Array.from(eventEnd),
    events: Int32Array.from(events),
    births: Int32Array.from(rows.slice(before.dictionary.rows.length).flatMap(({ row, table, ids }) => [row, table, ids.length].concat(ids))),
    boundaries: Float64Array.from(boundaries.slice(before.dictionary.boundaries.length).flatMap(({ slot, space, field, page }) => [slot, space, field, page])),
    keyframe,
  };
}
