import type { Prng } from '../../../src-shared/base/prng'

/** Chance as generators speak of it. */
export class Chance {
  constructor(readonly prng: Prng) {}

  below(bound: number): number {
    return this.prng.below(bound)
  }

  percent(percent: number): boolean {
    return this.prng.below(100) < percent
  }

  one<T>(all: readonly T[]): T {
    return all[this.prng.below(all.length)]!
  }

  /** One of them, or undefined where there are none. */
  maybeOne<T>(all: readonly T[]): T | undefined {
    return all.length === 0 ? undefined : this.one(all)
  }

  weighted<T extends { readonly weight: number }>(all: readonly T[]): T {
    let left = this.prng.below(all.reduce((sum, { weight }) => sum + weight, 0))
    const found = all.find(({ weight }) => (left -= weight) < 0)
    if (found === undefined) throw new Error('weights add up')
    return found
  }

  /** Some pages of `total`, now and then a few too many. */
  pages(total: number): string {
    const first = this.prng.below(Math.max(1, total))
    return `${first}+${1 + this.prng.below(Math.max(1, total - first + (this.percent(10) ? 2 : 0)))}`
  }
}
