import { describe, expect, it } from 'vitest'
import { bundledLab } from '../support/bundled-labs'
import { run } from '../support/run'

/** Spec 3.8, typed from it: what each way to keep two faults apart protects against, and what it costs beside. */
const SUMMARY = [
  { variant: 'racy-unwritten', protects: false, liveness: null, secondWaits: false },
  { variant: 'i_mmap-exclusive', protects: true, liveness: 'L5', secondWaits: true },
  { variant: 'zero-at-allocation', protects: true, liveness: null, secondWaits: true },
  { variant: 'entry-lock', protects: true, liveness: null, secondWaits: true },
  { variant: 'both', protects: true, liveness: null, secondWaits: true },
  { variant: 'zero-after-commit', protects: true, liveness: null, secondWaits: true },
] as const

const { lab } = bundledLab('double-fault')

describe.each(SUMMARY)('two write faults on one unwritten block under $variant', ({ variant, protects, liveness, secondWaits }) => {
  const { summary } = run(lab, { policy: `dax-fault=${variant}` })
  const second = summary.operations.find(({ op }) => op === 'second.2')

  it(protects ? 'keeps both stores' : 'loses a store', () => {
    expect(summary.violations.filter((violation) => violation.class === 'safety').map(({ id }) => id)).toEqual(protects ? [] : ['S3'])
  })

  it(liveness === null ? 'lets everybody go on' : `breaks ${liveness}`, () => {
    expect(summary.violations.filter((violation) => violation.class === 'liveness').map(({ id }) => id)).toEqual(liveness === null ? [] : [liveness])
  })

  it(secondWaits ? 'makes the second fault wait' : 'makes nobody wait', () => { expect((second?.blockedNs ?? 0) > 0).toBe(secondWaits) })

  it('meets the expectations of the lab', () => { expect(summary.expectations.filter(({ ok }) => ok !== true)).toEqual([]) })
})

it('a block is zeroed once where faults are kept apart, twice where they race', () => {
  expect(run(lab, { policy: 'dax-fault=racy-unwritten' }).summary.cost.zeroedPages).toBe(2)
  expect(run(lab, { policy: 'dax-fault=both' }).summary.cost.zeroedPages).toBe(1)
})

it('the deadlock, whose exact cycle nobody knows, is shown as assumed', () => {
  const { violations } = run(lab, { policy: 'dax-fault=i_mmap-exclusive' }).summary
  expect(violations.map(({ id, assumed }) => [id, assumed])).toEqual([['L5', true]])
})
