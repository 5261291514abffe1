import { describe, expect, it } from 'vitest'
import type { Trace } from '../../src-shared/trace/cursor'
import type { ExpectationOutcome } from '../../src-shared/trace/run-description'
import { bundledLab } from '../support/bundled-labs'
import { run, type RunOptions } from '../support/run'
import { LONG } from '../support/seed'
import { PENDING, ROWS } from './rows'
import { TABLES } from './tables'

/** Random schedules that each row with every-schedule expectations must survive; the seed names the schedule. */
const SCHEDULES = 100 * LONG

/** Where one actor takes every step and chance decides nothing, so many schedules that are alike stand for all. */
const ALIKE = 20

function isOneActors(trace: Trace): boolean {
  const { actor } = trace.stepAt(0)
  return Array.from({ length: trace.steps }, (_, at) => trace.stepAt(at)).every((step) => step.actor === actor)
}

const failures = (outcomes: readonly ExpectationOutcome[]): string[] => outcomes.filter(({ ok }) => ok === false).map(({ text, reason }) => `${text}: ${reason}`)

describe.each(ROWS)('$scenario × $row', ({ scenario, lab: file, row, shows, policy }) => {
  const { lab } = bundledLab(file ?? scenario)
  const judged = (options: RunOptions): readonly ExpectationOutcome[] => run(lab, { policy, ...options }).summary.expectations

  it('holds in the run in time order and in its recorded schedules', () => {
    const inTime = judged({})
    const named = new Set(inTime.flatMap(({ schedule }) => (schedule === null ? [] : [schedule])))
    const recorded = [...named].flatMap((schedule) => judged({ schedule }))
    expect(failures([...inTime, ...recorded])).toEqual([])
    const open = inTime.filter(({ text, ok }) => ok === null && !recorded.some((outcome) => outcome.text === text && outcome.ok === true))
    expect(open.map(({ text }) => text), 'every expectation is decided by some run').toEqual([])
    expect(inTime.length, 'the row asserts something').toBeGreaterThan(0)
    for (const shown of shows ?? [row]) console.log(`scenario ${scenario} × ${shown} (${policy}) → pass`)
  })

  if (lab.expect?.some(({ holds }) => holds === 'every-schedule') === true) {
    it(`holds on ${SCHEDULES} random schedules`, () => {
      const orders = new Set<string>()
      for (let seed = 1; seed <= SCHEDULES; seed++) {
        const { summary, trace } = run(lab, { policy, schedule: 'random', seed })
        expect(failures(summary.expectations), `seed ${seed}`).toEqual([])
        orders.add(isOneActors(trace) ? summary.digest : `seed ${seed}`)
        if (seed === ALIKE && orders.size === 1) return
      }
    }, Infinity)
  }
})

const rowsOf = (scenario: string): readonly string[] => [
  ...ROWS.filter((entry) => entry.scenario === scenario).flatMap(({ row, shows }) => shows ?? [row]),
  ...PENDING.filter((entry) => entry.scenario === scenario).map(({ row }) => row)
]

describe.each(Object.entries(TABLES))('the tables of %s', (scenario, rows) => {
  it('miss no row: each is shown by an entry of ROWS, or named in PENDING', () => {
    const here = new Set(rowsOf(scenario))
    expect(rows.filter((row) => !here.has(row))).toEqual([])
  })
})

it('names the rows that are pending', () => {
  for (const { scenario, row, needs } of PENDING) console.log(`pending: ${scenario} × ${row} (needs ${needs})`)
  const done = new Set(ROWS.flatMap(({ scenario, row, shows }) => (shows ?? [row]).map((shown) => `${scenario} × ${shown}`)))
  expect(PENDING.map(({ scenario, row }) => `${scenario} × ${row}`).filter((row) => done.has(row))).toEqual([])
})

it('knows 71 scenarios, and every entry is one of them', () => {
  expect(Object.keys(TABLES)).toHaveLength(71)
  expect([...ROWS, ...PENDING].filter(({ scenario }) => TABLES[scenario] === undefined)).toEqual([])
  const unknown = [...ROWS.flatMap(({ scenario, shows }) => (shows ?? []).map((row) => ({ scenario, row }))), ...PENDING].filter(({ scenario, row }) => TABLES[scenario]?.includes(row) !== true)
  expect(unknown.map(({ scenario, row }) => `${scenario} × ${row}`), 'what is said to be shown stands in a table').toEqual([])
})
