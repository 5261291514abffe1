import { assert } from '../base/assert';
import { mix } from '../base/hash';
import { Dictionary, identityOf, type Row } from './dictionary';

/** Low two bits of a word's key: how it enters the fingerprint. */
export const HIDDEN = 0;
export const PLAIN = 1;
export const REFERENCE = 2;
const KIND = 3;

/** What a reader of state needs; a {@link Arena} while running, a replayed copy at a cursor. */
export interface State {
  /** Row words. */
  readonly w: Int32Array;
  /** Differences at page-range boundaries, by slot. */
  readonly p: Int32Array;
  readonly dictionary: Dictionary;
}

/** The shape of a row, given once by its table. */
export interface RowShape {
  readonly table: number;
  readonly words: number;
  /** Kind of each word, from the header on; constants are hidden, being in the identity already. */
  readonly kinds: readonly number[];
  /** Which constants are references, so that identity follows the target. */
  readonly idIsReference: readonly boolean[];
}

/**
 * All simulation state of a thread: words, and one log of (word, old, new).
 * `set` and `setDifference` are the only doors; undo, fingerprint, trace and digest are folds over the log (architecture 2).
 */
export class Arena implements State {
  w = new Int32Array(1 << 12);
  p = new Int32Array(1 << 8);
  key = new Int32Array(1 << 12);
  private differenceKey = new Int32Array(1 << 8);
  log = new Int32Array(3 << 10);
  /** Words used in `log`. */
  n = 0;
  /** First local of the running frame; set by the engine before a guard or a step. */
  f = 0;
  /** First unused row word. Word 0 stays free, so that 0 is no row. */
  top = 1;
  slots = 0;
  laneA = 0;
  laneB = 0;
  dictionary = new Dictionary();

  /** Forgets everything; a lab mounts on an empty arena. */
  clear(): void {
    this.w.fill(0, 0, this.top);
    this.p.fill(0, 0, this.slots);
    this.key.fill(0, 0, this.top);
    this.n = this.f = this.slots = this.laneA = this.laneB = 0;
    this.top = 1;
    this.dictionary = new Dictionary();
  }

  set(word: number, value: number): void {
    const old = this.w[word];
    if (old === value) return;
    this.w[word] = value;
    this.record(word, old, value);
  }

  setDifference(slot: number, value: number): void {
    const old = this.p[slot];
    if (old === value) return;
    this.p[slot] = value;
    this.dictionary.touched(slot);
    this.record(~slot, old, value);
  }

  private record(word: number, old: number, value: number): void {
    if (this.n === this.log.length) this.log = grown(this.log, this.n * 2);
    this.log[this.n] = word;
    this.log[this.n + 1] = old;
    this.log[this.n + 2] = value;
    this.n += 3;
  }

  /** Takes back everything since the log was `mark` words long. */
  revert(mark: number): void {
    const { log, w, p } = this;
    for (let i = this.n - 3; i >= mark; i -= 3) {
      const word = log[i];
      if (word >= 0) w[word] = log[i + 1]!;
      else {
        p[~word] = log[i + 1]!;
        this.dictionary.touched(~word);
      }
    }
    this.n = mark;
  }

  /** Folds the log since `mark` into the two lanes of the fingerprint of the logical state. */
  fold(mark: number): void {
    const { log, key, differenceKey, n } = this;
    let a = this.laneA;
    let b = this.laneB;
    for (let i = mark; i < n; i += 3) {
      const word = log[i];
      const k = word >= 0 ? key[word] : differenceKey[~word];
      if ((k & KIND) === HIDDEN) continue;
      let old = log[i + 1];
      let value = log[i + 2];
      if ((k & KIND) === REFERENCE) {
        old = key[old]!;
        value = key[value]!;
      }
      a = (a + laneOf(k, value) - laneOf(k, old)) | 0;
      b = (b + laneOf(~k, value) - laneOf(~k, old)) | 0;
    }
    this.laneA = a;
    this.laneB = b;
  }

  /** The fingerprint from scratch; equals the folded one (tested). */
  fingerprint(): readonly [number, number] {
    let a = 0;
    let b = 0;
    const add = (k: number, value: number): void => {
      if ((k & KIND) === HIDDEN) return;
      const meant = (k & KIND) === REFERENCE ? this.key[value] : value;
      a = (a + laneOf(k, meant)) | 0;
      b = (b + laneOf(~k, meant)) | 0;
    };
    for (let word = 1; word < this.top; word++) add(this.key[word], this.w[word]);
    for (let slot = 0; slot < this.slots; slot++) add(this.differenceKey[slot], this.p[slot]);
    return [a, b];
  }

  /** The row with these constants; brought into being, all zero, if it was never named before. Not logged: absent is zero. */
  row(shape: RowShape, ids: readonly number[]): Row {
    const known = this.dictionary.rowOf(shape.table, ids);
    if (known !== undefined) return known;
    const row = this.top;
    this.top += shape.words;
    if (this.top > this.w.length) {
      this.w = grown(this.w, Math.max(this.top, this.w.length * 2));
      this.key = grown(this.key, this.w.length);
    }
    const identity = identityOf(shape.table, ids.map((id, at) => (shape.idIsReference[at] ? this.key[id] : id)));
    this.key[row] = (identity & ~KIND) | HIDDEN;
    this.w[row] = shape.table;
    for (let at = 1; at < shape.words; at++) {
      const kind = shape.kinds[at];
      this.key[row + at] = kind === HIDDEN ? HIDDEN : (mix(identity, at) & ~KIND) | kind;
    }
    ids.forEach((id, at) => { this.w[row + 1 + at] = id; });
    this.dictionary.addRow({ row, table: shape.table, ids });
    return row;
  }

  /** The difference word of `field` of `space` at `page`; brought into being, zero, if it was never named before. */
  slot(space: Row, field: number, page: number): number {
    const home = this.dictionary.boundariesIn(space, field);
    let at = 0;
    let high = home.pages.length;
    while (at < high) {
      const middle = (at + high) >>> 1;
      if (home.pages[middle] < page) at = middle + 1;
      else high = middle;
    }
    if (home.pages[at] === page) return home.slots[at];
    assert(page >= 0 && Number.isSafeInteger(page), 'a page index is a natural number', { page });
    const slot = this.slots++;
    if (this.slots > this.p.length) {
      this.p = grown(this.p, this.slots * 2);
      this.differenceKey = grown(this.differenceKey, this.p.length);
    }
    const high32 = Math.floor(page / 0x1_0000_0000);
    const identity = mix(mix(mix(this.key[space], field), page | 0), high32);
    this.differenceKey[slot] = (identity & ~KIND) | PLAIN;
    this.dictionary.addBoundary({ slot, space, field, page });
    return slot;
  }
}

function laneOf(key: number, value: number): number {
  if (value === 0) return 0;
  let h = Math.imul(key ^ Math.imul(value, 0x9e3779b1), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0xc2b2ae35);
  return h ^ (h >>> 13);
}

function grown(words: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(words);
  return larger;
}

/** The arena of this thread. Labs mount on it one after the other; nothing may hold its arrays across a birth. */
export const arena = new Arena();
