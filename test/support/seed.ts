/** Seed of this run of a property: chosen anew each time, said aloud, and repeatable by SEED=n. */
export function seedOf(property: string): number {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000_000)
  console.log(`${property}: seed ${seed}`)
  return seed
}

/** How many times the usual work properties do; the long suite sets it. */
export const LONG = Number(process.env['PINLAB_LONG'] ?? 1)
