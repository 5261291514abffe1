import { describe, expect, it } from 'vitest'
import type { ExpectationOutcome } from '../../src-shared/trace/run-description'
import { bundledLab } from '../support/bundled-labs'
import { run, type RunOptions } from '../support/run'
import { LONG } from '../support/seed'
import { PENDING, ROWS } from './rows'

/** Random schedules that each row with every-schedule expectations must survive; the seed names the schedule. */
const SCHEDULES = 100 * LONG

const failures = (outcomes: readonly ExpectationOutcome[]): string[] => outcomes.filter(({ ok }) => ok === false).map(({ text, reason }) => `${text}: ${reason}`)

describe.each(ROWS)('$scenario × $row', ({ scenario, lab: file, row, policy }) => {
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
    console.log(`scenario ${scenario} × ${row} → pass`)
  })

  const everySchedule = judged({}).some(({ holds }) => holds === 'every-schedule')
  if (everySchedule) {
    it(`holds on ${SCHEDULES} random schedules`, () => {
      for (let seed = 1; seed <= SCHEDULES; seed++) expect(failures(judged({ schedule: 'random', seed })), `seed ${seed}`).toEqual([])
    }, Infinity)
  }
})

it('names the rows that are pending', () => {
  for (const { scenario, row, needs } of PENDING) console.log(`pending: ${scenario} × ${row} (needs ${needs})`)
  const done = new Set(ROWS.map(({ scenario, row }) => `${scenario} × ${row}`))
  expect(PENDING.filter(({ scenario, row }) => done.has(`${scenario} × ${row}`))).toEqual([])
})
