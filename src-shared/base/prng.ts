/** One seeded stream of integers (xorshift32, shifts 13/17/5). The only source of chance in the engine. */
export interface Prng {
  /** A uniform integer in [0, bound). `bound` is at least 1. */
  below(bound: number): number;
}

export function prngFromSeed(seed: number): Prng {
  let x = (Math.imul(seed, 0x9e3779b1) ^ 0x6a09e667) | 0 || 1;
  const next = (): number => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
  for (let i = 0; i < 4; i++) next();
  return { below: bound => Math.floor((next() / 0x1_0000_0000) * bound) };
}
