import { describe, expect, it } from 'vitest'
import { conform } from '../../src-main/conform/conform'
import { PRESETS } from '../../src-main/sim/policies/presets'
import type { Agreement } from '../../src-shared/protocol/catalogue'
import { sharePercent } from '../../src-shared/protocol/conformance'
import { reasonsOf, reportOf, tallyRows } from '../../src-main/conform/report'
import { table } from '../../src-main/cli/output'
import { observations, said } from './observed'

const { AREA, ONLY, KERNEL } = process.env

/** Shares of agreement, in percent, that have been reached; they only rise. */
const FLOOR_ALL = 100
const FLOORS: Readonly<Record<string, number>> = { accounting: 100, config: 100, 'dax-fault': 100, 'dax-fs': 100, 'fork-cow': 100, gup: 100, lease: 100, memlock: 100, migration: 100, rdma: 100, teardown: 100, truncate: 100 }

// AREA=gup ONLY=odirect KERNEL=6.12 vitest run test/conform/report.test.ts tells the differences of a part.
const isWhole = AREA === undefined && ONLY === undefined

describe('everything observed of Linux 6.1.192 and 6.12.117', () => {
  if (isWhole) it('agrees as far as it did before', async () => {
    const report = reportOf((await observations()).map(conform))
    for (const line of table(tallyRows('area', report.areas, report.totals))) console.log(line)
    for (const { reason, count, example } of reasonsOf(report.rows, 'not-modelled').slice(0, 40)) console.log(`not modelled ${count}: ${reason} (${example})`)
    const counted = Object.entries(report.kernels).map(([kernel, { agree, differ, notModelled }]): Agreement => ({ kernel, agree, observed: agree + differ + notModelled }))
    expect(PRESETS.flatMap(({ agreement }) => agreement ?? []), 'policies/agreement.ts says what is counted here').toEqual(counted)
    expect(sharePercent(report.totals)).toBeGreaterThanOrEqual(FLOOR_ALL)
    expect(Object.entries(report.areas).filter(([area, tally]) => sharePercent(tally) < (FLOORS[area] ?? 0))).toEqual([])
  }, 600_000)

  else it('of one area, or with a text in set-up or action, in detail', async () => {
    const wanted = (await observations()).filter((observation) =>
      (AREA === undefined || AREA === '' || observation.area === AREA) && observation.kernel.startsWith(`Linux ${KERNEL ?? ''}`) && said(observation).includes(ONLY ?? ''))
    const rows = wanted.map(conform)
    rows.forEach((row, at) => { if (row.verdict === 'differ') console.log(`DIFFER ${row.kernel} ${row.id}\n    ${said(wanted[at]!)}\n    ${row.reason}`) })
    const report = reportOf(rows)
    for (const { reason, count, example } of reasonsOf(report.rows, 'not-modelled')) console.log(`not modelled ${count}: ${reason} (${example})`)
    for (const line of table(tallyRows('area', report.areas, report.totals))) console.log(line)
    expect(wanted.length, 'AREA, ONLY and KERNEL name at least one observation').toBeGreaterThan(0)
  }, 600_000)
})
