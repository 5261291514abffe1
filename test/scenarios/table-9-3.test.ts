import { describe, expect, it } from 'vitest'
import type { Lab } from '../../src-shared/lab/lab'
import { comparedRun } from '../../src-shared/trace/comparison'
import { counters } from '../../src-shared/state/tables'
import { bundledLab } from '../support/bundled-labs'
import { run } from '../support/run'

/**
 * Spec 9.3, typed from it: what end_io does to a bio that has two user pages, a zero page as filler and a page of the page cache, where
 * its submitter says "GUP" and where it says "other". Right is a count that is as it was before the bio.
 */
const TABLE = [
  { variant: 'put_page-all', policy: 'linux-4.20', says: 'gup', user: 'right', filler: 'wrong', cached: 'wrong' },
  { variant: 'two-end_io', policy: 'linux-5.15,bio-completion=two-end_io', says: 'gup', user: 'right', filler: 'wrong', cached: 'wrong' },
  { variant: 'two-end_io', policy: 'linux-5.15,bio-completion=two-end_io', says: 'other', user: 'wrong', filler: 'wrong', cached: 'wrong' },
  { variant: 'end_io-bool-gup', policy: 'linux-5.15,bio-completion=end_io-bool-gup', says: 'gup', user: 'right', filler: 'wrong', cached: 'wrong' },
  { variant: 'end_io-bool-gup', policy: 'linux-5.15,bio-completion=end_io-bool-gup', says: 'other', user: 'wrong', filler: 'wrong', cached: 'wrong' },
  { variant: 'force-gup-all', policy: 'linux-5.15,bio-completion=force-gup-all', says: 'gup', user: 'right', filler: 'right', cached: 'right' },
  { variant: 'bio-flag-pinned', policy: 'linux-6.6', says: 'gup', user: 'right', filler: 'right', cached: 'right' },
] as const

const { lab } = bundledLab('one-bio-many-owners')

/** The lab with other expectations, its bio said to be of such pages. */
function saying(says: string, expect: NonNullable<Lab['expect']>): Lab {
  const { ops } = lab.actors['app']!
  const bio = ops.at(-1)!
  return { ...lab, actors: { app: { ops: [...ops.slice(0, -1), { ...bio, parameters: { ...bio.parameters, says } }] } }, expect }
}

describe.each(TABLE)('spec 9.3, $variant, submitted as $says', ({ policy, says, user, filler, cached }) => {
  const finished = run(saying(says, [{ page: 'buf:0', ref: 1 }, { page: '0', ref: 0 }, { page: 'F:0', ref: 1 }]), { policy })
  const { summary, description } = finished

  it(`user pages ${user}, filler ${filler}, cached page ${cached}`, () => {
    expect(summary.expectations.map(({ ok }) => (ok === true ? 'right' : 'wrong'))).toEqual([user, filler, cached])
  })

  it('compare says so', () => {
    const isRight = [user, filler, cached].every((word) => word === 'right')
    const { verdict, firstBadEvent } = comparedRun(summary, description)
    expect([verdict, firstBadEvent?.id ?? null]).toEqual(isRight ? ['holds', null] : ['safety', 'S4'])
  })
})

describe('spec 9.3, column "failure it shows"', () => {
  const pinsTaken = (policy: string): number => {
    run(saying('gup', []), { policy })
    return counters.pinsAcquired.get(counters.$.row(0))
  }

  it('put_page-all, with pins: row 1 of 1.8, a page that counts as pinned for ever', () => {
    const { lab: right } = bundledLab('mismatched-put-in-end-io--right')
    const { summary } = run({ ...right, expect: [{ page: 'buf:0', ref: 1024 }, { page: 'node0:1', ref: 1023 }, { violated: 'S5' }] }, { policy: 'linux-6.1,odirectHold=pin' })
    expect(summary.expectations.map(({ ok }) => ok)).toEqual([true, true, true])
  })

  it('force-gup-all costs pins that the flag does not: of the filler, where its pins count, and of the cached page', () => {
    expect(pinsTaken('linux-5.15,bio-completion=force-gup-all')).toBe(4)
    expect(pinsTaken('linux-6.6')).toBe(2)
  })

  it('bio-flag-pinned, a zero page in a pinned bio: unpin is no operation', () => {
    const { summary } = run(saying('gup', [{ page: '0', ref: 0 }, { notViolated: 'any' }]), { policy: 'linux-6.6' })
    expect(summary.expectations.map(({ ok }) => ok)).toEqual([true, true])
  })
})

describe('the guide', () => {
  const steps = lab.guide?.steps ?? []
  it('visits every variant', () => { expect(steps.map(({ policy }) => run(lab, { policy }).description.variants.find(({ axis }) => axis === 'bio-completion')?.id)).toEqual([...new Set(TABLE.map(({ variant }) => variant))]) })
  it.each(steps)('step "$title" meets the expectations of the lab, has an answer and names its source', ({ policy, answers, correct, source }) => {
    const { expectations } = run(lab, { policy }).summary
    expect(expectations.filter(({ ok }) => ok !== true)).toEqual([])
    expect(expectations.length).toBeGreaterThan(5)
    expect(answers[correct]).toBeDefined()
    expect(source).toMatch(/Thread of 2019/)
  })
})
