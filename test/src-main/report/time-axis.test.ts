import { expect, test } from 'vitest'
import { drawnTogether } from '../../../src-main/report/dense'
import { timeAxis } from '../../../src-main/report/time-axis'

test('evenly spread changes give a linear axis without breaks', () => {
  const axis = timeAxis([0, 250, 500, 750], 1000, 100, 1100)
  expect(axis.breaks).toEqual([])
  expect([0, 250, 1000].map(axis.xOf)).toEqual([100, 350, 1100])
})

test('a long stretch without change is cut, and says how long it was', () => {
  const axis = timeAxis([0, 1000, 2000, 3000, 45_000_003_000], 45_000_004_000, 0, 1000)
  expect(axis.breaks.map(({ label }) => label)).toEqual(['45 s'])
  expect(axis.xOf(1000)).toBeGreaterThan(200)
  expect(axis.xOf(45_000_004_000)).toBe(1000)
})

test('places never go backwards, nor beyond the end', () => {
  const axis = timeAxis([10, 20, 5_000_000, 5_000_050], 5_000_100, 0, 1000)
  const xs = [0, 5, 10, 20, 2_000_000, 5_000_000, 5_000_050, 5_000_100, 9e9].map(axis.xOf)
  expect(xs).toEqual([...xs].sort((a, b) => a - b))
  expect(xs.at(-1)).toBe(1000)
})

test('labels of ticks keep their distance', () => {
  const { ticks } = timeAxis([0, 400, 800], 1200, 0, 1000)
  const gaps = ticks.slice(1).map(({ x }, at) => x - ticks[at]!.x)
  expect(Math.min(...gaps)).toBeGreaterThan(50)
})

test('a run that takes no time still has an axis', () => {
  expect(timeAxis([0], 0, 0, 1000).xOf(0)).toBe(0)
})

test('narrow spans that touch are drawn together, wide ones alone', () => {
  const spans = [[0, 100], [100, 100.2], [100.2, 100.4], [100.4, 100.6], [150, 150.1], [200, 300]].map(([fromNs, toNs]) => ({ fromNs: fromNs!, toNs: toNs! }))
  expect(drawnTogether(spans, (timeNs) => timeNs).map((group) => group.length)).toEqual([1, 3, 1, 1])
})
