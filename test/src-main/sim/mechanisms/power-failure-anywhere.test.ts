import { describe, expect, it } from 'vitest'
import type { Lab, LabActor, LabOperation } from '../../../../src-shared/lab/lab'
import type { RunSummary } from '../../../../src-shared/trace/run-description'
import { bundledLabs } from '../../../support/bundled-labs'
import { randomLab } from '../../../support/random-lab'
import { run } from '../../../support/run'
import { LONG } from '../../../support/seed'

const POLICIES = ['linux-6.19', 'linux-4.20,truncate-vs-dma=busy-extent']

const opsOf = ({ actors }: Lab): readonly LabOperation[] => Object.values(actors).flatMap(({ ops }) => ops)
const isWithRemote = ({ actors, topology }: Lab): boolean => Object.values(actors).some(({ on }) => on !== undefined && topology.nodes[on]?.kind === 'rdma-peer')
const bare = (lab: Lab): Lab => ({ ...lab, expect: [], schedules: [], bounds: { stepsMax: 3_000 } })
const accepted = (lab: Lab, policy: string): RunSummary | null => {
  try {
    return run(bare(lab), { policy }).summary
  } catch {
    // Kernels without migrate_vma refuse labs that move pages to devices.
    return null
  }
}
const labs = bundledLabs().filter(({ lab }) => !isWithRemote(lab) && !opsOf(lab).some(({ word }) => word === 'power-failure'))
const cases = labs.flatMap(({ name, lab }) => POLICIES.flatMap((policy) => {
  const summary = accepted(lab, policy)
  return summary === null ? [] : [{ name, lab, policy, summary }]
}))

describe('a power failure', () => {
  it(`inside any of ${cases.length} runs breaks no rule that holds without it, and what is left can be read`, () => {
    const wrong = cases.flatMap(({ name, lab, policy, summary }) => [0.3, 0.7].flatMap((part) => {
      const at = `${Math.max(1, Math.floor(summary.endNs * part))} ns`
      const files = Object.values(lab.topology.nodes).flatMap(({ files: all = {} }) => Object.keys(all))
      const plug: LabActor = { ops: [{ word: 'power-failure', parameters: { at } }, ...files.flatMap((file) => ['pread', 'fsync'].map((word) => ({ word, parameters: { file } })))] }
      const after = run({ ...bare(lab), actors: { ...lab.actors, plug } }, { policy }).summary
      const broken = after.violations.filter(({ id }) => !summary.violations.some((before) => before.id === id)).map(({ id, chain }) => `${id}: ${chain.join(', ')}`)
      const open = after.operations.filter(({ actor, state }) => actor === 'plug' && state !== 'done').map(({ text, state }) => `${text} ${state}`)
      return [...broken, ...open].map((what) => `${name} under ${policy} at ${at}: ${what}`)
    }))
    expect(wrong).toEqual([])
  }, 300_000)
})

/** Rules about what the kernel keeps count of: no program can break them. */
const BOOKKEEPING: ReadonlySet<string> = new Set(['S4', 'S5', 'S7', 'S8', 'S9', 'S11', 'S12', 'S14', 'S15'])
const SEEDS = 400 * LONG

describe('random labs', () => {
  const readerOf = ({ topology }: Lab): LabActor => ({
    ops: [{ word: 'await-boot', parameters: {} }, ...Object.values(topology.nodes).flatMap(({ files = {} }) => Object.keys(files)).flatMap((file) => [
      { word: 'pread', parameters: { file } }, { word: 'mmap', parameters: { name: `after ${file}`, file, pages: '0+1' } }, { word: 'store', parameters: { mapping: `after ${file}` } },
      { word: 'fsync', parameters: { file } }, { word: 'ftruncate', parameters: { file, size: 0 } },
    ])],
  })

  it(`of ${SEEDS} seeds keep their books through a power failure, and their files can be used behind it`, () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { lab, policy, ends } = randomLab(seed)
      if (!ends || isWithRemote(lab)) continue
      const plug: LabActor = { ops: [{ word: 'wait', parameters: { for: `${((seed * 37) % 40) + 1} us` } }, { word: 'power-failure', parameters: { caches: 'either' } }] }
      const { violations, operations } = run({ ...lab, actors: { ...lab.actors, plug, reader: readerOf(lab) } }, { policy, seed, ...(seed % 2 === 0 ? { schedule: 'random' } : {}) }).summary
      const stuck = operations.filter(({ actor, state }) => actor === 'reader' && state === 'running').map(({ text }) => text)
      expect([...violations.filter(({ id }) => BOOKKEEPING.has(id)).map(({ id, chain }) => `${id}: ${chain.join(', ')}`), ...stuck], `seed ${seed}`).toEqual([])
    }
  }, 300_000)
})

describe('a machine that has booted again', () => {
  /** Operations begin when they are to, the children of forks when they are forked: these are not the same behind a boot. Page cache and files in RAM are gone. */
  const isRepeatable = (lab: Lab): boolean => !opsOf(lab).some(({ word, parameters }) => word === 'fork' || parameters['at'] !== undefined)
    && !Object.values(lab.topology.nodes).some(({ kind, files = {} }) => Object.values(files).some(({ cached }) => cached === true || kind === 'host-memory'))
  const behindBoot = ({ ops, ...more }: LabActor): LabActor => ({
    ...more,
    ops: [{ word: 'await-boot', parameters: {} }, ...ops.map(({ word, parameters }) => ({ word, parameters: parameters['op'] === undefined ? parameters : { ...parameters, op: Number(parameters['op']) + 1 } }))],
  })
  /** How operations ended; those of set-up name others by number. */
  const outcomes = ({ operations, violations }: RunSummary): readonly string[] => [
    ...operations.filter(({ text, actor }) => text !== 'await the boot' && actor !== 'plug').map(({ actor, text, state, result, errno, killedBy, status }) => `${actor} ${text.replace(/operation \d+/, 'operation')}: ${state} ${result} ${errno} ${killedBy} ${status}`),
    ...violations.map(({ id }) => id).sort(),
  ]
  const repeatable = cases.filter(({ lab }) => isRepeatable(lab))

  it(`runs ${repeatable.length} labs as one that has booted for the first time`, () => {
    expect(repeatable.length).toBeGreaterThan(80)
    for (const { name, lab, policy, summary } of repeatable) {
      const actors = Object.fromEntries(Object.entries(lab.actors).map(([actor, program]) => [actor, behindBoot(program)]))
      const again = run({ ...bare(lab), actors: { ...actors, plug: { ops: [{ word: 'power-failure', parameters: {} }] } } }, { policy, schedule: 'plug!' }).summary
      expect(outcomes(again), `${name} under ${policy}`).toEqual(outcomes(summary))
    }
  }, 300_000)
})
