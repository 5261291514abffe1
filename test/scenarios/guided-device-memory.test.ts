import { describe, expect, it } from 'vitest'
import { bundledLab } from '../support/bundled-labs'
import { run } from '../support/run'

const GUIDED = ['device-private-thp', 'lock-that-does-not-pin', 'device-fault-against-free'] as const

describe.each(GUIDED)('guided lab %s', (name) => {
  const { lab } = bundledLab(name)

  it.each(lab.guide!.steps)('step "$title" meets the expectations of the lab, has an answer and names its source', ({ policy, answers, correct, source }) => {
    const { summary } = run(lab, { policy })
    expect(summary.expectations.filter(({ ok }) => ok === false)).toEqual([])
    expect(summary.expectations.some(({ ok }) => ok === true)).toBe(true)
    expect(answers[correct]).toBeDefined()
    expect(source).toMatch(/spec|Thread/)
  })
})

/** Spec 2.2 and 2.3, typed from it: refcounts of free or idle pages, and what memunmap waits for, by regime. */
const REGIMES = [
  { preset: 'linux-5.15', private: 1, fsdax: 1, generic: 1, p2p: 1 },
  { preset: 'linux-6.1', private: 0, fsdax: 1, generic: 1, p2p: 1 },
  { preset: 'linux-6.15', private: 0, fsdax: 0, generic: 1, p2p: 0 },
  { preset: 'linux-6.19', private: 0, fsdax: 0, generic: 1, p2p: 0 },
] as const

describe.each(REGIMES)('ZONE_DEVICE pages under $preset', (regime) => {
  const { lab } = bundledLab('device-private-thp')
  const counts = (page: string, ref: number): boolean | null =>
    run({ ...lab, expect: [{ page, ref }] }, { policy: regime.preset }).summary.expectations[0]!.ok

  it('count from where the table says', () => {
    expect([counts('gpu1:0', regime.private), counts('F:0', regime.fsdax), counts('pmem1:0', regime.generic), counts('nvme0:0', regime.p2p)]).toEqual([true, true, true, true])
  })
})
