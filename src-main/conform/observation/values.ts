import { NS_PER_MS, NS_PER_S } from '@shared/units/time';
import { PAGE_BYTES } from '@shared/units/pages';
import type { Clause } from './clause';

/** A value of a clause that cannot be read: says which clause and key, and what was expected. */
export class ClauseError extends Error {
  override readonly name = 'ClauseError';

  constructor(readonly clause: Clause, readonly expected: string) {
    super(`"${clause.text}": expected ${expected}`);
  }
}

/** Bytes from a start. */
export interface ByteRange {
  readonly start: number;
  readonly length: number;
}

const POWERS: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };
const TIMES: Readonly<Record<string, number>> = { ms: NS_PER_MS, s: NS_PER_S };

function sizeOf(text: string): number | null {
  const match = /^(\d+)([KMG]?)$/.exec(text);
  return match === null ? null : Number(match[1]) * (POWERS[match[2] ?? ''] ?? 1);
}

function pairOf(text: string): ByteRange | null {
  const [start, length] = text.split('+').map(sizeOf);
  return text.split('+').length !== 2 || start === null || length === null || start === undefined || length === undefined ? null : { start, length };
}

/** The value of a key, read as what the vocabulary says it is. Each answers null where the clause does not have the key. */
export function readingOf(clause: Clause) {
  const { values } = clause;
  const read = <Value>(key: string, from: (text: string) => Value | null, expected: string): Value | null => {
    const text = values[key];
    if (text === undefined) return null;
    const value = from(text);
    if (value === null) throw new ClauseError(clause, `${key}=${expected}; got "${text}"`);
    return value;
  };
  const whole = (text: string): number | null => (/^\d+$/.test(text) ? Number(text) : null);
  return {
    text: (key: string): string | null => values[key] ?? null,
    whole: (key: string): number | null => read(key, whole, 'a whole number'),
    /** Bytes. */
    size: (key: string): number | null => read(key, sizeOf, 'a size: bytes, or a number with K, M or G'),
    /** Nanoseconds. */
    time: (key: string): number | null => read(key, text => {
      const match = /^(\d+)(ms|s)$/.exec(text);
      return match === null ? null : Number(match[1]) * (TIMES[match[2] ?? ''] ?? 0);
    }, 'a time: a number with ms or s'),
    range: (key: string): ByteRange | null => read(key, pairOf, 'start+length, in bytes'),
    /** Pages as bytes from a start. */
    pages: (key: string): ByteRange | null => read(key, text => {
      const pair = /^\d+\+\d+$/.test(text) ? pairOf(text) : null;
      return pair === null ? null : { start: pair.start * PAGE_BYTES, length: pair.length * PAGE_BYTES };
    }, 'first+count, in pages'),
    /** "a+b", or "none" for the empty set. */
    set: (key: string): readonly string[] | null => read(key, text => (text === 'none' ? [] : text.split('+')), 'words parted by "+"'),
    /** "A|B" as in C. */
    flags: (key: string): readonly string[] | null => read(key, text => text.split('|'), 'words parted by "|"'),
  };
}

export type Reading = ReturnType<typeof readingOf>;
