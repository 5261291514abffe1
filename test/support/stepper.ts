import type { Lab } from '../../src-shared/lab/lab'
import { parsePolicies } from '../../src-shared/lab/policy-text'
import { arena } from '../../src-shared/state/arena'
import { actors } from '../../src-shared/state/tables'
import type { RunDescription } from '../../src-shared/trace/run-description'
import { catalogue } from '../../src-main/sim/assemble'
import { describeRun } from '../../src-main/sim/assembly/describe-run'
import { mountLab, type MountedLab } from '../../src-main/sim/assembly/mount-lab'
import { emitted } from '../../src-main/sim/engine/events'
import { machine } from '../../src-main/sim/engine/machine'
import type { Order, Pick } from '../../src-main/sim/engine/order'
import { OrderAtRandom } from '../../src-main/sim/engine/order-at-random'
import { OrderByRecording, parseSchedule } from '../../src-main/sim/engine/order-by-recording'
import { OrderByTime } from '../../src-main/sim/engine/order-by-time'
import { kernel } from '../../src-main/sim/kernel'

export interface StepperOptions {
  readonly policy?: string | null
  readonly seed?: number
  /** "random", a schedule as text, or null for the order of time. */
  readonly schedule?: string | null
}

export interface TakenStep extends Pick {
  readonly stepId: number
  /** Words the log held before it. */
  readonly mark: number
}

/** A lab on the arena, its steps taken one by one: what a run is made of, without recorder, watcher and verdicts. */
export interface Stepper {
  readonly mounted: MountedLab
  readonly run: RunDescription
  /** Takes the next step; null once nobody can. */
  take(): TakenStep | null
}

const known = catalogue()

export function stepperOf(lab: Lab, { policy = null, seed = 1, schedule = null }: StepperOptions = {}): Stepper {
  const policies = parsePolicies(policy, known, lab.policy ?? null)
  if (!policies.ok) throw new Error(policies.refusal)
  const mounted = mountLab(lab, policies.value[0]!)
  if (!mounted.ok) throw new Error(mounted.refusal.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'))
  const run = describeRun(mounted.value, seed, schedule)
  const order = orderOf(schedule, seed, mounted.value)
  arena.n = 0
  emitted.n = 0
  return { mounted: mounted.value, run, take: () => takeNext(order) }
}

function orderOf(schedule: string | null, seed: number, mounted: MountedLab): Order {
  if (schedule === 'random') return new OrderAtRandom(seed)
  if (schedule === null) return new OrderByTime(seed)
  return new OrderByRecording(parseSchedule(schedule, mounted.actors.map(({ name }) => name)), new OrderByTime(seed), () => undefined)
}

function takeNext(order: Order): TakenStep | null {
  const pick = order.next()
  if (pick === null) return null
  const row = machine.actorRows[pick.actor]!
  const taken = { ...pick, stepId: actors.pc.get(row), mark: arena.n }
  kernel.nowNs = pick.timeNs
  const costNs = machine.execute(row, pick.choice)
  actors.wakeNs.set(row, pick.timeNs + costNs)
  arena.fold(taken.mark)
  emitted.n = 0
  return taken
}
