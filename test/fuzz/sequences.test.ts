import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { catalogue, runLab } from '../../src-main/sim/assemble'
import { checkLab } from '../../src-shared/lab/lab-check'
import { wiringFindings } from '../../src-shared/lab/wiring-check'
import { randomLab, type RandomLab } from '../support/random-lab'
import { LONG, seedOf } from '../support/seed'
import { defectsOf } from './defects'
import { runCase, runSequence } from './sequence'

/** Sequences that each run of the suite takes. */
const SEQUENCES = 20_000 * LONG
/** Failing seeds that are told, with what broke; more help nobody. */
const TOLD_MAX = 10

describe('random sequences of operations', () => {
  const base = seedOf('sequences')

  it(`end without a crash and break no rule in any state, ${SEQUENCES} of them`, () => {
    const failing: string[] = []
    for (let seed = base; seed < base + SEQUENCES && failing.length < TOLD_MAX; seed++) {
      failing.push(...defectsOf(randomLab(seed), seed).map((defect) => `seed ${seed}: ${defect}`))
    }
    expect(failing).toEqual([])
  }, Infinity)

  it('come to what they are meant for: without a guard, a device writes to a block that its file has lost', () => {
    const policy = 'truncate-vs-dma=none,longterm-file-pin=allow-all'
    let broken: readonly string[] = []
    for (let seed = base; seed < base + 20_000 && broken.length === 0; seed++) broken = runCase({ ...randomLab(seed), policy }, seed).broken
    expect(broken.join()).toMatch(/S1: .* wrote .* by DMA/)
  }, 60_000)

  it('are labs like any other: checked without a finding, run by the engine, and one seed gives one digest', () => {
    const registries = catalogue()
    for (let seed = base; seed < base + 250; seed++) {
      const { lab, policy, schedule } = randomLab(seed)
      expect([...checkLab(lab, registries), ...wiringFindings(lab.topology, registries)], `seed ${seed}`).toEqual([])
      const digests = [1, 2].map(() => {
        const result = runLab(lab, { name: 'random', policy, seed, schedule }, () => undefined)
        return result.ok ? result.value.summary.digest : JSON.stringify(result.refusal)
      })
      expect(digests[0], `seed ${seed}`).toMatch(/^[0-9a-f]{16}$/)
      expect(digests[1], `seed ${seed}`).toBe(digests[0])
    }
  })

  it('of one seed are one lab', () => {
    expect(randomLab(base)).toEqual(randomLab(base))
    expect(runSequence(base)).toEqual(runSequence(base))
  })
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
