import { hexOf, mix } from '@shared/base/hash';
import { arena } from '@shared/state/arena';
import { CHUNK_STEPS, type TraceChunk } from '@shared/trace/chunk';
import { emitted } from './events';

/**
 * Turns the arena’s log into trace chunks: the log itself is the trace, cut every {@link CHUNK_STEPS} steps and taken away,
 * with a keyframe in front. The digest folds every column in order (architecture 2, 3).
 */
export class Recorder {
  private readonly timeNs: Float64Array;
  private readonly actor: Int32Array;
  private readonly step: Int32Array;
  private readonly choice: Int32Array;
  private readonly logEnd: Int32Array;
  private readonly eventEnd: Int32Array;
  private events: Int32Array<ArrayBuffer>[] = [];
  private eventWords = 0;
  private count = 0;
  private firstStep = 0;
  private rowsSent = 0;
  private boundariesSent = 0;
  private keyframe = takeKeyframe();
  /** The last whole chunk: held back until the next step, since what is noted until then belongs to its last one. */
  private whole: TraceChunk | null = null;
  private laneA = 0x2545f491;
  private laneB = 0x1b873593;

  constructor(private readonly sink: (chunk: TraceChunk) => void, private readonly chunkSteps = CHUNK_STEPS) {
    this.timeNs = new Float64Array(chunkSteps);
    const column = (): Int32Array => new Int32Array(chunkSteps);
    [this.actor, this.step, this.choice, this.logEnd, this.eventEnd] = [column(), column(), column(), column(), column()];
    arena.n = 0;
    emitted.n = 0;
  }

  get steps(): number {
    return this.firstStep + this.count;
  }

  /** Notes the step just taken. Its deltas are the log since the last one. */
  record(timeNs: number, actor: number, step: number, choice: number): void {
    this.send();
    const at = this.count++;
    this.timeNs[at] = timeNs;
    this.actor[at] = actor;
    this.step[at] = step;
    this.choice[at] = choice;
    this.takeEvents();
    this.logEnd[at] = arena.n;
    this.eventEnd[at] = this.eventWords;
    if (this.count === this.chunkSteps) this.whole = this.takeChunk();
  }

  private takeEvents(): void {
    if (emitted.n === 0) return;
    this.events.push(emitted.words.slice(0, emitted.n));
    this.eventWords += emitted.n;
    emitted.n = 0;
  }

  /** Sends what has been recorded since the last chunk. What the scheduler or the watcher noted after the last step belongs to it. */
  flush(): void {
    if (this.count > 0) {
      this.takeEvents();
      this.logEnd[this.count - 1] = arena.n;
      this.eventEnd[this.count - 1] = this.eventWords;
      this.whole = this.takeChunk();
    } else if (this.whole !== null) {
      this.takeEvents();
      this.whole = lengthened(this.whole, arena.log.slice(0, arena.n), joined(this.events, this.eventWords), this.newRows(), this.newBoundaries());
      this.forget();
    }
    this.send();
  }

  private send(): void {
    if (this.whole === null) return;
    const chunk = this.whole;
    this.whole = null;
    this.foldIntoDigest(chunk);
    this.sink(chunk);
  }

  private takeChunk(): TraceChunk {
    const { count } = this;
    const chunk: TraceChunk = {
      firstStep: this.firstStep, count,
      timeNs: this.timeNs.slice(0, count), actor: this.actor.slice(0, count), step: this.step.slice(0, count),
      choice: this.choice.slice(0, count), logEnd: this.logEnd.slice(0, count), eventEnd: this.eventEnd.slice(0, count),
      log: arena.log.slice(0, arena.n), events: joined(this.events, this.eventWords),
      births: this.newRows(), boundaries: this.newBoundaries(), keyframe: this.keyframe,
    };
    this.firstStep += count;
    this.count = 0;
    this.forget();
    this.keyframe = takeKeyframe();
    return chunk;
  }

  private forget(): void {
    this.events = [];
    this.eventWords = 0;
    arena.n = 0;
  }

  private newRows(): Int32Array {
    const words: number[] = [];
    const { rows } = arena.dictionary;
    for (; this.rowsSent < rows.length; this.rowsSent++) {
      const { row, table, ids } = rows[this.rowsSent];
      words.push(row, table, ids.length, ...ids);
    }
    return Int32Array.from(words);
  }

  private newBoundaries(): Float64Array {
    const words: number[] = [];
    const { boundaries } = arena.dictionary;
    for (; this.boundariesSent < boundaries.length; this.boundariesSent++) {
      const { slot, space, field, page } = boundaries[this.boundariesSent];
      words.push(slot, space, field, page);
    }
    return Float64Array.from(words);
  }

  private foldIntoDigest(chunk: TraceChunk): void {
    const add = (word: number): void => {
      this.laneA = mix(this.laneA, word);
      this.laneB = mix(this.laneB, this.laneA ^ word);
    };
    for (let at = 0; at < chunk.count; at++) {
      add(chunk.timeNs[at] | 0);
      add(Math.floor(chunk.timeNs[at] / 0x1_0000_0000));
      add(chunk.actor[at]);
      add(chunk.step[at]);
      add(chunk.choice[at]);
    }
    chunk.log.forEach(add);
    chunk.events.forEach(add);
    chunk.births.forEach(add);
  }

  /** 16 hexadecimal digits over everything flushed so far. */
  digest(): string {
    return hexOf(this.laneA, this.laneB);
  }
}

const takeKeyframe = (): TraceChunk['keyframe'] => ({ words: arena.w.slice(0, arena.top), differences: arena.p.slice(0, arena.slots) });

/** A chunk whose last step did a little more. */
function lengthened(chunk: TraceChunk, log: Int32Array, events: Int32Array, births: Int32Array, boundaries: Float64Array): TraceChunk {
  const logEnd = chunk.logEnd.slice();
  const eventEnd = chunk.eventEnd.slice();
  logEnd[chunk.count - 1] += log.length;
  eventEnd[chunk.count - 1] += events.length;
  return {
    ...chunk, logEnd, eventEnd, log: joined([chunk.log, log], chunk.log.length + log.length), events: joined([chunk.events, events], chunk.events.length + events.length),
    births: joined([chunk.births, births], chunk.births.length + births.length), boundaries: Float64Array.from([...chunk.boundaries, ...boundaries]),
  };
}

function joined(parts: readonly Int32Array[], words: number): Int32Array {
  const all = new Int32Array(words);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
