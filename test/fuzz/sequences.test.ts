import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { catalogue, runLab } from '../../src-main/sim/assemble'
import { OPERATIONS } from '../../src-main/sim/operations/registry'
import { checkLab } from '../../src-shared/lab/lab-check'
import { wiringFindings } from '../../src-shared/lab/wiring-check'
import { anyLab } from '../support/any-lab/any-lab'
import { FAMILIES, NOT_DRAWN } from '../support/any-lab/families'
import { bundledLab } from '../support/bundled-labs'
import { randomLab, type RandomLab } from '../support/random-lab'
import { LONG, seedOf } from '../support/seed'
import { BROKEN_BY } from './broken-by'
import { defectsOf } from './defects'
import { runCase } from './sequence'
import { isEntryOf } from './table'

/** Sequences of all operations, and of those that collide on one file, that each run of the suite takes. */
const SEQUENCES = 600 * LONG
const COLLIDING = 2_000 * LONG
/** Where they begin in npm test. */
const USUAL_SEED = 1
/** Failing sequences that are told; more help nobody. */
const TOLD_MAX = 10
/** Sequences after the seed of an entry of the table within which its rule breaks. */
const BUDGET = 300

/** What to give to `pinlab run`, and to keep under test/fuzz/seeds. */
const replay = ({ lab, policy, schedule }: RandomLab, seed: number): string => JSON.stringify({ seed, policy, schedule, lab })

function failuresOf(labs: (seed: number) => RandomLab, base: number, count: number): readonly string[] {
  const failing: string[] = []
  for (let seed = base; seed < base + count && failing.length < TOLD_MAX; seed++) {
    const random = labs(seed)
    const defects = defectsOf(random, seed)
    if (defects.length > 0) failing.push(`seed ${seed}: ${defects.join('\n')}\n${replay(random, seed)}`)
  }
  return failing
}

describe('random sequences of operations', () => {
  // Labs of all kinds still come upon something new once in a thousand or two: looking for that is what the long suite is for.
  const base = LONG > 1 ? seedOf('sequences') : seedOf('sequences', USUAL_SEED)

  it(`of all kinds break rules only where the spec says so, and end, ${SEQUENCES} of them`, () => {
    expect(failuresOf(anyLab, base, SEQUENCES)).toEqual([])
  }, Infinity)

  it(`that collide on one file break rules only where the spec says so, and end, ${COLLIDING} of them`, () => {
    expect(failuresOf(randomLab, base, COLLIDING)).toEqual([])
  }, Infinity)

  it('are labs like any other: checked without a finding, run by the engine, and one seed gives one digest', () => {
    const registries = catalogue()
    for (let seed = base; seed < base + 100; seed++) {
      const { lab, policy, schedule } = anyLab(seed)
      expect([...checkLab(lab, registries), ...wiringFindings(lab.topology, registries)], `seed ${seed}`).toEqual([])
      const digests = [1, 2].map(() => {
        const result = runLab(lab, { name: 'random', policy, seed, schedule }, () => undefined)
        return result.ok ? result.value.summary.digest : JSON.stringify(result.refusal)
      })
      expect(digests[0], `seed ${seed}`).toMatch(/^[0-9a-f]{16}$/)
      expect(digests[1], `seed ${seed}`).toBe(digests[0])
    }
  }, 120_000)

  it('of one seed are one lab', () => {
    expect(anyLab(base)).toEqual(anyLab(base))
  })

  it('have every operation, but for those that are named with a reason', () => {
    const drawn = new Set(FAMILIES.flatMap(({ makers }) => makers.map(({ word }) => word)))
    expect(OPERATIONS.map(({ word }) => word).filter((word) => !drawn.has(word)).sort()).toEqual(Object.keys(NOT_DRAWN).sort())
    expect([...drawn].filter((word) => !OPERATIONS.some((operation) => operation.word === word))).toEqual([])
  })
})

describe('what the table says may break breaks', () => {
  it.each(BROKEN_BY.map((entry) => [`${entry.rule}, ${entry.section}`, entry] as const))('%s', (_, entry) => {
    const breaks = (random: RandomLab, seed: number): boolean => isEntryOf(entry, random.lab, random.policy) && runCase(random, seed).broken.some(({ rule }) => rule === entry.rule)
    const { found } = entry
    if ('lab' in found) {
      const lab = typeof found.lab === 'string' ? bundledLab(found.lab).lab : found.lab
      const schedule = found.schedule ?? null
      const orders = Array.from({ length: schedule === null ? 1 : BUDGET }, (_, nth) => nth + 1)
      expect(orders.some((seed) => breaks({ lab, policy: found.policy, schedule, ends: false }, seed))).toBe(true)
      return
    }
    let tries = 0
    while (tries < BUDGET && !breaks(anyLab(found.seed + tries, found), found.seed + tries)) tries++
    expect(tries).toBeLessThan(BUDGET)
  }, 120_000)
})

/** A sequence that once found a defect, as a lab of its own: it means the same whatever becomes of the generator. */
interface Kept extends RandomLab {
  readonly seed: number
  readonly found: string
}

const folder = join(import.meta.dirname, 'seeds')
const kept = readdirSync(folder).filter((file) => file.endsWith('.json')).sort().map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Kept)

describe('sequences that once found a defect', () => {
  it.each(kept)('$found', (one) => {
    expect(defectsOf(one, one.seed)).toEqual([])
  })
})
