import { assert } from '../base/assert';
import type { State } from '../state/arena';
import { Dictionary } from '../state/dictionary';
import type { TraceChunk, TraceStep } from './chunk';
import { EVENT_KINDS, EVENT_WORDS, EVENTS, type TraceEvent } from './event';

/** A recorded run: chunks as they arrive, and the names that all of them share. */
export class Trace {
  readonly chunks: TraceChunk[] = [];
  readonly dictionary = new Dictionary();
  steps = 0;

  append(chunk: TraceChunk): void {
    assert(chunk.firstStep === this.steps, 'chunks arrive in order', { expected: this.steps, got: chunk.firstStep });
    this.chunks.push(chunk);
    this.steps += chunk.count;
    const { births, boundaries } = chunk;
    for (let at = 0; at < births.length; at += 3 + births[at + 2]) {
      this.dictionary.addRow({ row: births[at], table: births[at + 1], ids: [...births.subarray(at + 3, at + 3 + births[at + 2])] });
    }
    for (let at = 0; at < boundaries.length; at += 4) {
      this.dictionary.addBoundary({ slot: boundaries[at], space: boundaries[at + 1], field: boundaries[at + 2], page: boundaries[at + 3] });
    }
  }

  private chunkOf(step: number): TraceChunk {
    let low = 0;
    let high = this.chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.chunks[middle].firstStep <= step) low = middle;
      else high = middle - 1;
    }
    return this.chunks[low];
  }

  stepAt(index: number): TraceStep {
    const chunk = this.chunkOf(index);
    const at = index - chunk.firstStep;
    return { index, timeNs: chunk.timeNs[at], actor: chunk.actor[at], step: chunk.step[at], choice: chunk.choice[at] };
  }

  /** Number of steps taken at or before `timeNs`. */
  stepsUntil(timeNs: number): number {
    let low = 0;
    let high = this.steps;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.stepAt(middle).timeNs <= timeNs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Events of steps [from, to). */
  *events(from = 0, to = this.steps): Generator<TraceEvent> {
    for (const chunk of this.chunks) {
      const begin = Math.max(from, chunk.firstStep) - chunk.firstStep;
      const end = Math.min(to, chunk.firstStep + chunk.count) - chunk.firstStep;
      for (let at = begin; at < end; at++) yield* eventsOfStep(chunk, at);
    }
  }

  /** The chunk whose keyframe leads to the state before `step`; the last one for the end of the run. */
  chunkHolding(step: number): TraceChunk {
    return this.chunkOf(Math.min(step, this.steps - 1));
  }
}

function* eventsOfStep(chunk: TraceChunk, at: number): Generator<TraceEvent> {
  const begin = at === 0 ? 0 : chunk.eventEnd[at - 1];
  for (let word = begin; word < chunk.eventEnd[at]; word += EVENT_WORDS) {
    const kind = EVENT_KINDS[chunk.events[word]];
    yield { kind, args: [...chunk.events.subarray(word + 1, word + 1 + EVENTS[kind].length)], step: chunk.firstStep + at };
  }
}

/** A place in a recorded run and the state there. Position k is the state after k steps. */
export class TraceCursor implements State {
  w = new Int32Array(0);
  p = new Int32Array(0);
  position = 0;
  private chunk: TraceChunk | null = null;
  /** How many rows of the trace's dictionary have their constants in `w`. */
  private rowsNamed = 0;

  constructor(readonly trace: Trace) {}

  /** Chunks that arrive later name rows and boundaries that are absent here: they must read as zero. */
  get dictionary(): Dictionary {
    this.makeRoom();
    return this.trace.dictionary;
  }

  private makeRoom(): void {
    const { rows, boundaries } = this.trace.dictionary;
    if (this.chunk === null || (rows.length === this.rowsNamed && boundaries.length === this.p.length)) return;
    const last = rows.at(-1);
    this.w = lengthened(this.w, last === undefined ? 0 : last.row + ROW_WORDS_MAX);
    this.p = lengthened(this.p, boundaries.length);
    for (; this.rowsNamed < rows.length; this.rowsNamed++) {
      const { row, table, ids } = rows[this.rowsNamed];
      this.w[row] = table;
      ids.forEach((id, at) => { this.w[row + 1 + at] = id; });
    }
  }

  /** Moves to the state after `position` steps; cost is at most one chunk of deltas. */
  seek(position: number): void {
    assert(position >= 0 && position <= this.trace.steps, 'the cursor stays inside the trace', { position, steps: this.trace.steps });
    if (this.trace.chunks.length === 0) return;
    const chunk = this.trace.chunkHolding(position);
    if (chunk !== this.chunk) this.load(chunk);
    while (this.position < position) this.forward();
    while (this.position > position) this.back();
  }

  private load(chunk: TraceChunk): void {
    this.w = new Int32Array(chunk.keyframe.words);
    this.p = new Int32Array(chunk.keyframe.differences);
    this.rowsNamed = 0;
    this.chunk = chunk;
    this.position = chunk.firstStep;
    this.dictionary.touchedAll();
  }

  private forward(): void {
    const chunk = this.chunk!;
    const at = this.position - chunk.firstStep;
    const end = chunk.logEnd[at];
    for (let i = at === 0 ? 0 : chunk.logEnd[at - 1]; i < end; i += 3) this.put(chunk.log[i], chunk.log[i + 2]);
    this.position++;
  }

  private back(): void {
    this.position--;
    const chunk = this.chunk!;
    const at = this.position - chunk.firstStep;
    const begin = at === 0 ? 0 : chunk.logEnd[at - 1];
    for (let i = chunk.logEnd[at] - 3; i >= begin; i -= 3) this.put(chunk.log[i], chunk.log[i + 1]);
  }

  private put(word: number, value: number): void {
    if (word >= 0) this.w[word] = value;
    else {
      this.p[~word] = value;
      this.dictionary.touched(~word);
    }
  }
}

function lengthened(words: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  if (length <= words.length) return words;
  const longer = new Int32Array(length);
  longer.set(words);
  return longer;
}

/** No table's rows are longer; a view reserves this much behind the last row. */
const ROW_WORDS_MAX = 256;
