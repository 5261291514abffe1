/**
 * A lock is one word: 0 free, negative for one exclusive owner (~actor), positive for a set of sharers (bit per actor).
 * Who waits is not in it: waiting is enabledness, see the engine.
 */
export const ACTORS_MAX = 31;

export const isFree = (word: number): boolean => word === 0;
export const isExclusive = (word: number): boolean => word < 0;
export const mayTake = (word: number, shared: boolean): boolean => word === 0 || (shared && word > 0);

export const taken = (word: number, actor: number, shared: boolean): number => (shared ? word | (1 << actor) : ~actor);
export const released = (word: number, actor: number): number => (word < 0 ? 0 : word & ~(1 << actor));
export const holds = (word: number, actor: number): boolean => (word < 0 ? ~word === actor : (word & (1 << actor)) !== 0);

/** Indexes of the actors that hold the lock, ascending. */
export function holdersOf(word: number): readonly number[] {
  if (word < 0) return [~word];
  const actors: number[] = [];
  for (let actor = 0; actor < ACTORS_MAX; actor++) if ((word & (1 << actor)) !== 0) actors.push(actor);
  return actors;
}
