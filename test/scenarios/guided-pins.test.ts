import { describe, expect, it } from 'vitest'
import { bundledLab } from '../support/bundled-labs'
import { run } from '../support/run'

/** What the two threads report, typed from them and from spec 1.6: a policy or a schedule, and what comes of it. */
const LOOP = [
  { policy: 'linux-6.12', errno: null, result: null, violated: ['L8'] },
  { policy: 'linux-5.15', errno: null, result: null, violated: ['L8'] },
  { policy: 'linux-6.12,longtermMigrates=cma', errno: null, result: 2, violated: [] },
  { policy: 'linux-4.20', errno: null, result: 2, violated: [] },
] as const

describe('a long-term pin of a page that cannot be isolated', () => {
  const { lab } = bundledLab('longterm-pin-loop')

  it.each(LOOP)('under $policy', ({ policy, result, violated }) => {
    const { summary } = run(lab, { policy })
    const pin = summary.operations.find(({ op }) => op === 'app.4')
    expect(pin?.result).toBe(result)
    expect(summary.violations.filter(({ id }) => id === 'L8').map(({ id }) => id)).toEqual(violated)
    expect(summary.expectations.filter(({ ok }) => ok === false)).toEqual([])
  })

  it('ends once the page is back on the LRU: the loop has lost nothing', () => {
    const { kernel, ...others } = lab.actors
    const back = { ...kernel!, ops: [...kernel!.ops, { word: 'put-on-lru', parameters: { mapping: 'buf', at: '30 us' } }] }
    const { summary } = run({ ...lab, actors: { kernel: back, ...others } }, { policy: 'linux-6.12' })
    expect(summary.operations.find(({ op }) => op === 'app.4')?.result).toBe(2)
    expect(summary.violations.map(({ id }) => id)).not.toContain('L8')
  })
})

describe('two pinners of one page in CMA', () => {
  const { lab } = bundledLab('two-pinners-vs-migration')

  it('both succeed one after the other; the page has moved once', () => {
    const { summary, trace } = run(lab, { policy: 'linux-6.12' })
    expect(summary.expectations.filter(({ ok }) => ok === false)).toEqual([])
    expect([...trace.events()].filter(({ kind }) => kind === 'folios-moved')).toHaveLength(1)
  })

  it('defeat each other where both hold the page at once: ENOMEM, and nothing is left pinned by the one that failed', () => {
    const { summary } = run(lab, { policy: 'linux-6.12', schedule: 'both-hold' })
    expect(summary.operations.find(({ op }) => op === 'one.3')?.errno).toBe('ENOMEM')
    expect(summary.expectations.filter(({ ok }) => ok === false)).toEqual([])
    expect(summary.violations.filter((violation) => violation.class === 'safety')).toEqual([])
  })

  it('keep S4 and S5 on any schedule', () => {
    for (let seed = 1; seed <= 100; seed++) {
      const { summary } = run(lab, { policy: 'linux-6.12', schedule: 'random', seed })
      expect(summary.violations.filter((violation) => violation.class === 'safety').map(({ id }) => id), `seed ${seed}`).toEqual([])
    }
  })
})
