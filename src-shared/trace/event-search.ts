import type { TraceChunk } from './chunk';
import type { Trace } from './cursor';
import { EVENT_KINDS, EVENT_WORDS, EVENTS, type EventKind, type TraceEvent } from './event';

/** Reads the n-th argument of an event where it lies. */
export type Argument = (nth: number) => number;

/** The last event before step `end` that fits, without building the others; null if there is none. */
export function lastEvent(trace: Trace, end: number, kinds: readonly EventKind[], fits: (argument: Argument, kind: EventKind, actor: number) => boolean = () => true, first = 0): TraceEvent | null {
  const numbers = kinds.map(kind => EVENT_KINDS.indexOf(kind));
  for (let at = trace.chunks.length - 1; at >= 0; at--) {
    const chunk = trace.chunks[at];
    if (chunk.firstStep >= end) continue;
    if (chunk.firstStep + chunk.count <= first) return null;
    const found = lastInChunk(chunk, Math.min(end - chunk.firstStep, chunk.count), numbers, fits);
    if (found !== null) return found.step < first ? null : found;
  }
  return null;
}

function lastInChunk(chunk: TraceChunk, count: number, numbers: readonly number[], fits: (argument: Argument, kind: EventKind, actor: number) => boolean): TraceEvent | null {
  const { events, eventEnd } = chunk;
  let at = count - 1;
  for (let word = (count === 0 ? 0 : eventEnd[count - 1]) - EVENT_WORDS; word >= 0; word -= EVENT_WORDS) {
    if (!numbers.includes(events[word])) continue;
    while (at > 0 && eventEnd[at - 1] > word) at--;
    const kind = EVENT_KINDS[events[word]];
    if (!fits(nth => events[word + 1 + nth], kind, chunk.actor[at])) continue;
    return { kind, args: [...events.subarray(word + 1, word + 1 + EVENTS[kind].length)], step: chunk.firstStep + at };
  }
  return null;
}
