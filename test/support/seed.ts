/** Seed of this run of a property: chosen anew each time unless one is usual, said aloud, and repeatable by SEED=n. */
export function seedOf(property: string, usual = Date.now() % 1_000_000_000): number {
  const seed = Number(process.env['SEED'] ?? usual)
  console.log(`${property}: seed ${seed}`)
  return seed
}

/** How many times the usual work properties do; the long suite sets it. */
export const LONG = Number(process.env['PINLAB_LONG'] ?? 1)
