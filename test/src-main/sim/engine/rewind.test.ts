import { describe, expect, it } from 'vitest'
import type { Lab } from '../../../../src-shared/lab/lab'
import { prngFromSeed } from '../../../../src-shared/base/prng'
import { arena } from '../../../../src-shared/state/arena'
import { runEnd, runsIn, valueAt } from '../../../../src-shared/state/page-runs'
import { hosts } from '../../../../src-shared/state/tables'
import { CHUNK_STEPS } from '../../../../src-shared/trace/chunk'
import { Trace, TraceCursor } from '../../../../src-shared/trace/cursor'
import { Recorder } from '../../../../src-main/sim/engine/recorder'
import { bundledLabs, bundledLab } from '../../../support/bundled-labs'
import { LAYOUT_POLICIES } from '../../../support/policies'
import { randomLab } from '../../../support/random-lab'
import { run } from '../../../support/run'
import { LONG, seedOf } from '../../../support/seed'
import { stepperOf, type StepperOptions } from '../../../support/stepper'

/** A state as it was at some step of a run by hand. */
interface Frozen {
  readonly position: number
  readonly w: Int32Array
  readonly p: Int32Array
}

const frozen = (position: number): Frozen => ({ position, w: arena.w.slice(0, arena.top), p: arena.p.slice(0, arena.slots) })

/** The states of a run by hand after each of these numbers of steps, ascending. */
function replayed(lab: Lab, options: StepperOptions, positions: readonly number[]): readonly Frozen[] {
  const stepper = stepperOf(lab, options)
  const states: Frozen[] = []
  let steps = 0
  for (const position of positions) {
    for (; steps < position; steps++) stepper.take()
    states.push(frozen(position))
  }
  return states
}

/** Records a run by hand in chunks of `chunkSteps`, and keeps every state as it was. */
function recordedInChunks(lab: Lab, options: StepperOptions, chunkSteps: number, stepsMax: number): { readonly trace: Trace; readonly states: readonly Frozen[] } {
  const stepper = stepperOf(lab, options)
  const trace = new Trace()
  const recorder = new Recorder((chunk) => { trace.append(chunk) }, chunkSteps)
  const states = [frozen(0)]
  while (recorder.steps < stepsMax) {
    const step = stepper.take()
    if (step === null) break
    recorder.record(step.timeNs, step.actor, step.stepId, step.choice)
    states.push(frozen(recorder.steps))
  }
  recorder.flush()
  // What the scheduler notes while it finds that nobody can go on belongs to the last step.
  states[recorder.steps] = frozen(recorder.steps)
  return { trace, states }
}

/** Word for word: rows born later are absent, so beyond what was there then the cursor may name rows but no values. */
function expectAt(cursor: TraceCursor, { position, w, p }: Frozen): void {
  cursor.seek(position)
  expect(firstDifference(cursor.w, w), `words after ${position} steps`).toBe(-1)
  expect(firstDifference(cursor.p, p), `page ranges after ${position} steps`).toBe(-1)
  for (const { row, ids, table } of cursor.dictionary.rows) {
    if (row < w.length) continue
    expect(cursor.w[row]).toBe(table)
    expect([...cursor.w.subarray(row + 1, row + 1 + ids.length)]).toEqual(ids)
  }
  expect(cursor.p.subarray(p.length).every((value) => value === 0), 'no range of later').toBe(true)
}

const firstDifference = (got: Int32Array, wanted: Int32Array): number => wanted.findIndex((value, at) => got[at] !== value)

/** Jumps of every kind: to the ends, to the borders of chunks, one on and one back, anywhere. */
function jumps(steps: number, borders: readonly number[], seed: number): readonly number[] {
  const prng = prngFromSeed(seed)
  const around = borders.flatMap((border) => [border, border - 1, border + 1, border])
  const anywhere = Array.from({ length: 25 }, () => prng.below(steps + 1)).flatMap((position) => [position, position + 1, position])
  return [0, steps, ...around, ...anywhere, 0, steps].filter((position) => position >= 0 && position <= steps)
}

const bordersOf = (trace: Trace): readonly number[] => trace.chunks.map(({ firstStep }) => firstStep)

describe('a cursor shows what a fresh run reaches', () => {
  const seed = seedOf('rewind')

  // The labs take turns at the layout policies, so that all of them come up.
  it.each(bundledLabs().map(({ name, lab }, turn) => ({ name, lab, turn })))('in $name, under layout policies, in chunks of any length', ({ lab, turn }) => {
    LAYOUT_POLICIES.forEach((policy, nth) => {
      if (nth % 3 !== turn % 3) return
      for (const schedule of [null, 'random']) {
        const { trace, states } = recordedInChunks(lab, { policy, seed: seed + nth, schedule }, 1 + (nth % 9), 400)
        const cursor = new TraceCursor(trace)
        for (const position of jumps(trace.steps, bordersOf(trace), seed + nth)) expectAt(cursor, states[position]!)
      }
    })
  })

  it.each(bundledLabs())('in $name, as the engine records it', ({ lab }) => {
    for (const schedule of ['random', undefined]) {
      const options = { seed, ...(schedule === undefined ? {} : { schedule }) }
      const { trace } = run(lab, options)
      const wanted = [...new Set(jumps(trace.steps, [], seed))].sort((a, b) => a - b)
      const states = new Map(replayed(lab, options, wanted).map((state) => [state.position, state]))
      const cursor = new TraceCursor(trace)
      // The last state holds what the scheduler noted behind it; the property above has that.
      for (const position of jumps(trace.steps, [], seed).filter((one) => one < trace.steps)) expectAt(cursor, states.get(position)!)
    }
  })

  it('in random labs', () => {
    for (let nth = 0; nth < 150 * LONG; nth++) {
      const { lab, policy, schedule } = randomLab(seed + nth)
      const { trace, states } = recordedInChunks(lab, { policy, seed: nth, schedule }, 1 + (nth % 13), 300)
      const cursor = new TraceCursor(trace)
      for (const position of jumps(trace.steps, bordersOf(trace), seed + nth)) expectAt(cursor, states[position]!)
    }
  }, 60_000 * LONG)
})

/** Goes round without its state ever coming back: each lap frees blocks, and the busy generation only grows. */
const restless = (stepsMax: number): Lab => ({
  version: 1,
  title: 'blocks come and go',
  policy: 'linux-6.1,truncate-vs-dma=busy-extent',
  bounds: { stepsMax },
  topology: {
    nodes: { cpu0: { kind: 'cpu' }, node0: { kind: 'host-memory', size: '1 MiB' }, pmem0: { kind: 'pmem-region', size: '64 KiB', files: { F: { size: '32 KiB' } } } },
    links: [{ from: 'cpu0.memory', to: 'node0' }, { from: 'cpu0.memory', to: 'pmem0' }],
  },
  actors: {
    W: { ops: [{ word: 'pwrite', parameters: { file: 'F', pages: '0+8', repeat: 'forever' } }] },
    P: { ops: [{ word: 'fallocate', parameters: { file: 'F', mode: 'punch', pages: '1+2', repeat: 'forever' } }] },
  },
})

describe('a trace of several whole chunks', () => {
  const stepsMax = 3 * CHUNK_STEPS + 100
  const { trace, summary } = run(restless(stepsMax))
  const borders = bordersOf(trace)

  it('is cut where the chunk length says, and ran to its bound', () => {
    expect(summary.end).toBe('bound')
    expect(borders).toEqual([0, CHUNK_STEPS, 2 * CHUNK_STEPS, 3 * CHUNK_STEPS])
    expect(trace.steps).toBe(stepsMax)
  })

  it('rewinds across its borders word for word', () => {
    const wanted = jumps(stepsMax - 1, borders, seedOf('chunk borders'))
    const states = new Map(replayed(restless(stepsMax), {}, [...new Set(wanted)].sort((a, b) => a - b)).map((state) => [state.position, state]))
    const cursor = new TraceCursor(trace)
    for (const position of wanted) expectAt(cursor, states.get(position)!)
  })
})

describe('cursors on a trace', () => {
  const { lab } = bundledLab('truncate-under-short-dio-pin')
  const readings = (cursor: TraceCursor): unknown => {
    const host = cursor.dictionary.rowsIn(hosts.$.id)[0]!
    return [hosts.refs, hosts.maps, hosts.owner].map(({ field }) => Array.from(runsIn(cursor, host, field)))
  }

  it('do not disturb one another: two at different places read different page values', () => {
    const { trace } = recordedInChunks(lab, {}, 5, 400)
    const [one, other] = [new TraceCursor(trace), new TraceCursor(trace)]
    const alone: unknown[] = []
    for (let position = 0; position <= trace.steps; position++) {
      const fresh = new TraceCursor(trace)
      fresh.seek(position)
      alone.push(readings(fresh))
    }
    for (let position = 0; position <= trace.steps; position++) {
      one.seek(position)
      other.seek(trace.steps - position)
      expect(readings(one)).toEqual(alone[position])
      expect(readings(other)).toEqual(alone[trace.steps - position])
    }
  })

  it('stay readable while later chunks still arrive', () => {
    const { trace: whole } = recordedInChunks(lab, {}, 5, 400)
    const growing = new Trace()
    const cursor = new TraceCursor(growing)
    growing.append(whole.chunks[0]!)
    cursor.seek(3)
    const before = readings(cursor)
    for (const chunk of whole.chunks.slice(1)) {
      growing.append(chunk)
      expect(readings(cursor)).toEqual(before)
      const host = cursor.dictionary.rowsIn(hosts.$.id)[0]!
      expect(valueAt(cursor, host, hosts.maps.field, 2 ** 40)).toBe(0)
      expect(runEnd(cursor, host, hosts.maps.field, 2 ** 40)).toBe(Infinity)
      for (const { row } of cursor.dictionary.rows) expect(cursor.w[row + 1]).toBeDefined()
    }
  })
})
