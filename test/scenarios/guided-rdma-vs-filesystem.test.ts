import { describe, expect, it } from 'vitest'
import { bundledLab } from '../support/bundled-labs'
import { run } from '../support/run'

/** Spec 5.2, 5.4 to 5.8, typed from it: may the page be pinned, what does truncate answer, and what becomes of the data. */
const SUMMARY = [
  { policy: 'linux-4.14', pins: null, truncate: '0', afterDeadline: false, corrupts: true, notice: null },
  { policy: 'linux-4.20', pins: 'EOPNOTSUPP', truncate: '0', afterDeadline: false, corrupts: false, notice: null },
  { policy: 'williams-2019-admin', pins: null, truncate: '0', afterDeadline: false, corrupts: true, notice: null },
  { policy: 'gunthorpe-2019-fs-veto', pins: null, truncate: 'ETXTBSY', afterDeadline: false, corrupts: false, notice: null },
  { policy: 'lameter-2019-noop', pins: null, truncate: '0', afterDeadline: false, corrupts: false, notice: 'S16' },
  { policy: 'weiny-2019-layout-lease,lease-break=revoke-mr', pins: null, truncate: '0', afterDeadline: true, corrupts: false, notice: null },
  { policy: 'weiny-2019-layout-lease', pins: null, truncate: '0', afterDeadline: true, corrupts: false, notice: null },
  { policy: 'weiny-2019-layout-lease,lease-break=lease-only', pins: null, truncate: 'open', afterDeadline: false, corrupts: false, notice: 'L2' },
  { policy: 'linux-6.1,longterm-file-pin=odp-only', pins: 'EOPNOTSUPP', truncate: '0', afterDeadline: false, corrupts: false, notice: null },
] as const

/** Spec 0.4. */
const LEASE_BREAK_NS = 45_000_000_000

const { lab } = bundledLab('rdma-vs-filesystem')

describe.each(SUMMARY)('RDMA versus the file system under $policy', ({ policy, pins, truncate, afterDeadline, corrupts, notice }) => {
  const { summary } = run(lab, { policy })
  const op = (name: string): (typeof summary.operations)[number] | undefined => summary.operations.find((operation) => operation.op === name)

  it(pins === null ? 'lets the NIC pin the file' : `refuses the registration with ${pins}`, () => { expect(op('app.4')?.errno ?? null).toBe(pins) })

  it(`truncate: ${truncate}${afterDeadline ? ', after the deadline of the lease' : ''}`, () => {
    const { errno, result, endNs } = op('admin.2') ?? {}
    expect(errno ?? (endNs === null ? 'open' : String(result))).toBe(truncate)
    expect((endNs ?? 0) > LEASE_BREAK_NS).toBe(afterDeadline)
  })

  it(corrupts ? 'overwrites another file' : 'corrupts nothing', () => {
    expect(summary.violations.filter((violation) => violation.class === 'safety').map(({ id }) => id)).toEqual(corrupts ? ['S1', 'S2'] : [])
  })

  it(notice === null ? 'has nothing to note' : `notes ${notice}`, () => { expect(summary.notices.map(({ id }) => id)).toEqual(notice === null ? [] : [notice]) })

  it('meets the expectations of the lab', () => {
    expect(summary.expectations.filter(({ ok }) => ok !== true)).toEqual([])
    expect(summary.expectations.length).toBeGreaterThan(0)
  })
})

describe('the guide', () => {
  const steps = lab.guide?.steps ?? []
  it('visits every answer', () => { expect(steps.map(({ policy }) => policy)).toEqual(SUMMARY.map(({ policy }) => policy)) })
  it.each(steps.map((step) => [step.title, step] as const))('step "%s" asks a question with an answer and names its source', (_title, step) => {
    expect(step.answers[step.correct]).toBeDefined()
    expect(step.source).toMatch(/Thread of|fs\/locks\.c/)
  })
})
