import { describe, expect, it } from 'vitest'
import { bundledLab } from '../support/bundled-labs'
import { run } from '../support/run'

/** Spec 4.11, typed from it: what truncate does under each variant while a drive writes to the file's pages. */
const SUMMARY = [
  { variant: 'none', blocks: false, fails: null, corrupts: true, liveness: null },
  { variant: 'wait-hold-lock', blocks: true, fails: null, corrupts: false, liveness: 'L5' },
  { variant: 'block-new-refs', blocks: true, fails: null, corrupts: false, liveness: null },
  { variant: 'wait-retry', blocks: true, fails: null, corrupts: false, liveness: 'L1' },
  { variant: 'busy-extent', blocks: false, fails: null, corrupts: false, liveness: null },
  { variant: 'fail-etxtbsy', blocks: false, fails: 'ETXTBSY', corrupts: false, liveness: null },
  { variant: 'noop-success', blocks: false, fails: null, corrupts: false, liveness: null },
] as const

/** When the first request of the drive is over: whoever returns later has waited for it. */
const FIRST_COMPLETION_NS = 80_000

const { lab } = bundledLab('truncate-vs-dma')

describe.each(SUMMARY)('truncate versus DMA under $variant', ({ variant, blocks, fails, corrupts, liveness }) => {
  const { summary } = run(lab, { policy: `linux-4.20,truncate-vs-dma=${variant}` })
  const truncate = summary.operations.find(({ op }) => op === 'admin.1')

  it(blocks ? 'keeps the caller waiting' : 'returns without waiting', () => {
    const returnedNs = truncate?.endNs ?? Infinity
    expect(returnedNs > FIRST_COMPLETION_NS).toBe(blocks)
  })

  it(fails === null ? 'never fails' : `fails with ${fails}`, () => { expect(truncate?.errno ?? null).toBe(fails) })

  it(corrupts ? 'overwrites another file' : 'corrupts nothing', () => {
    const safety = summary.violations.filter((violation) => violation.class === 'safety').map(({ id }) => id)
    expect(safety).toEqual(corrupts ? ['S1', 'S2'] : [])
  })

  it(liveness === null ? 'lets everybody go on' : `breaks ${liveness}`, () => {
    const found = summary.violations.filter((violation) => violation.class === 'liveness').map(({ id }) => id)
    expect([...new Set(found)]).toEqual(liveness === null ? [] : [liveness])
  })

  it('meets the expectations of the lab', () => {
    expect(summary.expectations.filter(({ ok }) => ok !== true)).toEqual([])
    expect(summary.expectations.length).toBeGreaterThan(0)
  })
})

it('marks what the threads leave open as assumed', () => {
  const open = run(lab, { policy: 'truncate-vs-dma=fail-etxtbsy' }).description.variants.filter(({ assumed }) => assumed)
  expect(open.map(({ id }) => id)).toEqual(['fail-etxtbsy'])
})

describe('the guide', () => {
  const steps = lab.guide?.steps ?? []
  it('visits all seven variants', () => {
    const visited = steps.map(({ policy }) => /truncate-vs-dma=([\w-]+)/.exec(policy)?.[1])
    expect(new Set(visited)).toEqual(new Set(SUMMARY.map(({ variant }) => variant)))
  })
  it.each(steps.map((step) => [step.title, step] as const))('step "%s" asks a question with an answer and names its source', (_title, step) => {
    expect(step.answers[step.correct]).toBeDefined()
    expect(step.source).toMatch(/Thread of/)
    expect(() => run(lab, { policy: step.policy })).not.toThrow()
  })
})
