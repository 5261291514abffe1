import { EVENT_KINDS, EVENT_WORDS, type EVENTS, type EventKind } from '@shared/trace/event';

type Numbers<Names extends readonly string[]> = { readonly [I in keyof Names]: number };
type Args<K extends EventKind> = Numbers<(typeof EVENTS)[K]>;

const NUMBER_OF = new Map(EVENT_KINDS.map((kind, number) => [kind, number]));

/** Events of the running step, EVENT_WORDS each; the recorder takes them away, or nobody does (exploring). */
export const emitted = { words: new Int32Array(EVENT_WORDS * 64), n: 0, on: true };

/** Says what happened in this step. Costs nothing where events are switched off. */
export function emit<K extends EventKind>(kind: K, ...args: Args<K>): void {
  if (!emitted.on) return;
  if (emitted.n + EVENT_WORDS > emitted.words.length) {
    const larger = new Int32Array(emitted.words.length * 2);
    larger.set(emitted.words);
    emitted.words = larger;
  }
  emitted.words[emitted.n] = NUMBER_OF.get(kind)!;
  for (let i = 0; i < EVENT_WORDS - 1; i++) emitted.words[emitted.n + 1 + i] = (args as readonly number[])[i] ?? 0;
  emitted.n += EVENT_WORDS;
}
