import { describe, expect, it } from 'vitest'
import { conform } from '../../src-main/conform/conform'
import { sharePercent } from '../../src-shared/protocol/conformance'
import { reasonsOf, reportOf, tallyRows } from '../../src-main/conform/report'
import { table } from '../../src-main/cli/output'
import { observations, said } from './observed'

const { AREA, ONLY, KERNEL } = process.env

/** Shares of agreement, in percent, that have been reached; they only rise. */
const FLOOR_ALL = 86
const FLOORS: Readonly<Record<string, number>> = { accounting: 100, 'dax-fault': 100, 'dax-fs': 44, 'fork-cow': 100, gup: 97, lease: 100, memlock: 100, migration: 13, rdma: 100, teardown: 93, truncate: 99 }

describe('everything observed of Linux 6.1.192 and 6.12.117', () => {
  it.runIf(AREA === undefined && ONLY === undefined)('agrees as far as it did before', async () => {
    const report = reportOf((await observations()).map(conform))
    for (const line of table(tallyRows('area', report.areas, report.totals))) console.log(line)
    for (const { reason, count, example } of reasonsOf(report.rows, 'not-modelled').slice(0, 40)) console.log(`not modelled ${count}: ${reason} (${example})`)
    expect(sharePercent(report.totals)).toBeGreaterThanOrEqual(FLOOR_ALL)
    expect(Object.entries(report.areas).filter(([area, tally]) => sharePercent(tally) < (FLOORS[area] ?? 0))).toEqual([])
  }, 600_000)

  // AREA=gup ONLY=odirect KERNEL=6.12 vitest run test/conform/report.test.ts
  it.runIf(AREA !== undefined || ONLY !== undefined)('of one area, or with a text in set-up or action, in detail', async () => {
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
