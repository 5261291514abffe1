import { describe, expect, it } from 'vitest'
import { bundledLab } from '../support/bundled-labs'
import { run } from '../support/run'

const { lab } = bundledLab('gup-pins')

/** Spec 1.8 and 1.9, typed from them: what a completion that releases wrongly breaks, and whether reclaim sees the pin. */
const SUMMARY = [
  { policy: 'linux-4.20', safety: [], reclaimSeesPin: false },
  { policy: 'linux-5.15', safety: ['S4', 'S5'], reclaimSeesPin: false },
  { policy: 'linux-6.12', safety: ['S4', 'S5'], reclaimSeesPin: true },
  { policy: 'harrosh-2019-dual-ref', safety: ['S5'], reclaimSeesPin: null },
] as const

describe.each(SUMMARY)('pages pinned through GUP under $policy', ({ policy, safety, reclaimSeesPin }) => {
  const { summary, trace } = run(lab, { policy })

  it('breaks what it must', () => { expect(summary.violations.map(({ id }) => id).sort()).toEqual(safety) })

  it('meets the expectations of the lab', () => {
    expect(summary.expectations.filter(({ ok }) => ok !== true)).toEqual([])
    expect(summary.expectations.length).toBeGreaterThan(4)
  })

  if (reclaimSeesPin !== null) {
    it(reclaimSeesPin ? 'keeps the page from reclaim' : 'lets reclaim unmap the page', () => {
      expect([...trace.events()].some(({ kind }) => kind === 'folio-kept')).toBe(reclaimSeesPin)
    })
  }
})

it('the guide visits all four, and each step names its source', () => {
  const steps = lab.guide?.steps ?? []
  expect(steps.map(({ policy }) => policy)).toEqual(SUMMARY.map(({ policy }) => policy))
  for (const step of steps) {
    expect(step.answers[step.correct]).toBeDefined()
    expect(step.source).toMatch(/Thread of 2019/)
  }
})
