import { describe, expect, it } from 'vitest'
import { prngFromSeed } from '../../src-shared/base/prng'
import { LONG, seedOf } from '../support/seed'
import { mutantsOf, type Mutant } from './mutants'
import { ALL_MECHANISMS, killerOf, suiteOf } from './suite'

/** Mutants that each run of the suite tries; the long suite tries all. */
const SAMPLE = 60
/** Of 100. A sample may meet more of those that survive. */
const KILLED_MIN = LONG > 1 ? 90 : 75
/** Random sequences among the tests that may notice a mutant. */
const SEQUENCES = 150

function sampled(all: readonly Mutant[], seed: number): readonly Mutant[] {
  if (LONG > 1) return all
  const prng = prngFromSeed(seed)
  const left = [...all]
  return Array.from({ length: Math.min(SAMPLE, left.length) }, () => left.splice(prng.below(left.length), 1)[0]!)
}

describe('mutants of the step tables', () => {
  const { cases, behaviours } = suiteOf(SEQUENCES * LONG)
  const all = mutantsOf(ALL_MECHANISMS, behaviours)

  it('come in every kind, at least 300 of them', () => {
    expect(all.length).toBeGreaterThanOrEqual(300)
    expect(new Set(all.map(({ kind }) => kind)).size).toBe(11)
  })

  it('leave no trace once they are taken back', () => {
    const before = cases.slice(0, 5).map((one) => one.complaints())
    for (const mutant of all) mutant.apply()()
    expect(cases.slice(0, 5).map((one) => one.complaints())).toEqual(before)
  })

  it(`are noticed by scenario rows, random sequences or the footprint audit, at least ${KILLED_MIN} % of them`, () => {
    const tried = sampled(all, seedOf('mutation'))
    const survivors = tried.filter((mutant) => killerOf(mutant, cases) === null)
    const killed = tried.length - survivors.length
    console.log(`mutation: ${killed} of ${tried.length} killed`)
    for (const { mechanism, step, kind, text } of survivors) console.log(`survivor: ${mechanism} ${step}, ${kind}: ${text}`)
    expect(100 * killed / tried.length).toBeGreaterThanOrEqual(KILLED_MIN)
  }, Infinity)
})
