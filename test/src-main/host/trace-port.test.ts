import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { TraceMessage } from '@shared/protocol/commands'
import type { TraceChunk } from '@shared/trace/chunk'
import { IN_FLIGHT_MAX, TracePort } from '../../../src-main/host/trace-port'

const words = new Int32Array(0)
const chunk = (firstStep: number): TraceChunk => ({
  firstStep, count: 1, timeNs: new Float64Array(1), actor: words, step: words, choice: words, logEnd: words, log: words,
  eventEnd: words, events: words, births: words, boundaries: new Float64Array(0), keyframe: { words, differences: words }
})
const chunks = Array.from({ length: 20 }, (_unused, i) => chunk(i))

test('never more than the limit is on its way, and the order is kept', async () => {
  const port = new TracePort()
  const received: number[] = []
  let onTheWay = 0
  let most = 0
  port.attach(({ chunk: { firstStep } }) => {
    received.push(firstStep)
    most = Math.max(most, ++onTheWay)
  })
  const done = port.stream(1, chunks)
  for (const _chunk of chunks) {
    await nextTurn()
    onTheWay--
    port.taken()
  }
  expect(await done).toBe(true)
  expect(most).toBe(IN_FLIGHT_MAX)
  expect(received).toEqual(chunks.map(({ firstStep }) => firstStep))
})

test('a run is complete only when the window has taken the last chunk', async () => {
  const port = new TracePort()
  let isComplete = false
  port.attach(() => undefined)
  const done = port.stream(1, chunks.slice(0, 2)).then(() => {
    isComplete = true
  })
  port.taken()
  await nextTurn()
  expect(isComplete).toBe(false)
  port.taken()
  await done
  expect(isComplete).toBe(true)
})

test('chunks wait for a window', async () => {
  const port = new TracePort()
  const received: TraceMessage[] = []
  const done = port.stream(3, chunks.slice(0, 1))
  await nextTurn()
  port.attach((message) => received.push(message))
  await nextTurn()
  port.taken()
  expect(await done).toBe(true)
  expect(received.map(({ run }) => run)).toEqual([3])
})

test('a window that is loaded anew gets nothing of a run that began before', async () => {
  const port = new TracePort()
  port.attach(() => undefined)
  const done = port.stream(1, chunks)
  const received: TraceMessage[] = []
  port.attach((message) => received.push(message))
  expect(await done).toBe(false)
  expect(received).toEqual([])
})
