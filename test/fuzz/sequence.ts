import { TABLES } from '../../src-shared/state/all-tables'
import { holdersOf } from '../../src-shared/state/lock'
import { runsIn } from '../../src-shared/state/page-runs'
import { regions } from '../../src-shared/state/rdma-tables'
import { actors, holders, hosts, pipes, processes, requests } from '../../src-shared/state/tables'
import { arena } from '../../src-shared/state/arena'
import { nameOfRow } from '../../src-shared/trace/names'
import type { RunDescription } from '../../src-shared/trace/run-description'
import { randomLab, type RandomLab } from '../support/random-lab'
import { stepperOf } from '../support/stepper'
import { EveryState } from './every-state'

export interface SequenceOutcome {
  readonly steps: number
  readonly end: 'ended' | 'bound'
  /** Rules that broke, each once. */
  readonly broken: readonly string[]
}

/** Runs the random lab of a seed to its end. Throws what a crash throws. */
export const runSequence = (seed: number): SequenceOutcome => runCase(randomLab(seed), seed)

/** Runs a lab under its policy to its end, judging every state. */
export function runCase({ lab, policy, schedule, ends }: RandomLab, seed: number): SequenceOutcome {
  const stepper = stepperOf(lab, { policy, seed, schedule })
  const states = new EveryState(stepper.run)
  const found = new Map(states.judge().map((text) => [idOf(text), text]))
  const stepsMax = lab.bounds?.stepsMax ?? Infinity
  for (let steps = 0; ; steps++) {
    if (steps === stepsMax) {
      if (ends) found.set('end', `does not end within ${stepsMax} steps`)
      return { steps, end: 'bound', broken: [...found.values()] }
    }
    arena.n = 0
    const step = stepper.take()
    if (step === null) {
      for (const text of leftBehind(stepper.run)) found.set(text, text)
      return { steps, end: 'ended', broken: [...found.values()] }
    }
    for (const text of states.broken(step.mark)) if (!found.has(idOf(text))) found.set(idOf(text), `after ${steps + 1} steps ${text}`)
  }
}

const idOf = (text: string): string => text.split(':')[0]!

/**
 * Where nobody goes on, every hold has somebody who keeps it: an MR, an open pipe, a request on its way, or an operation that is
 * still going on (spec 10.3); and what a process is charged are its registrations (spec S18).
 */
function leftBehind(run: RunDescription): readonly string[] {
  const going = new Set(run.actors.map(({ row }) => actors.op.get(row)).filter((op) => op !== 0))
  const lost = holders.$.rows().filter((holder) => {
    if (holders.how.get(holder) === 0 || going.has(holders.op.get(holder))) return false
    const keeper = holders.keeper.get(holder)
    return !(run.regions.some(({ row }) => row === keeper && regions.state.nameIn(arena, row) === 'valid' && regions.op.get(row) === holders.op.get(holder))
      || run.pipes.some(({ row }) => row === keeper && pipes.closed.get(row) === 0)
      || (arena.w[keeper] === requests.$.id && requests.state.get(keeper) !== 0))
  })
  const leaked = [...runsIn(arena, run.host, hosts.anon.field)].filter(({ first, count }) => hosts.refs.find(run.host, first, first + count, (refs) => refs === 0) >= 0)
  const charged = going.size > 0 ? [] : run.processes.filter(({ row }) =>
    processes.pinnedVm.get(row) !== run.regions.reduce((sum, region) => sum + (regions.process.get(region.row) === row ? regions.charged.get(region.row) : 0), 0))
  const locked = TABLES.flatMap(({ id, columns }) => columns.filter(({ spec }) => spec.kind === 'lock').flatMap((column) =>
    arena.dictionary.rowsIn(id).filter((row) => holdersOf(column.get(row)).some((actor) => actors.pc.get(run.actors[actor]!.row) === 0)).map(() => `${column.table}.${column.name}`)))
  return [
    ...locked.map((name) => `left locked: ${name} is held by somebody who has ended`),
    ...lost.map((holder) => `left behind: ${nameOfRow(arena, run, holders.keeper.get(holder))} of ${nameOfRow(arena, run, holders.op.get(holder))} keeps a hold that nobody will release`),
    ...leaked.map(({ first, count }) => `leak: anonymous frames ${first}+${count} have no reference and are not free`),
    ...charged.map(({ name, row }) => `S18: ${name} is charged ${processes.pinnedVm.get(row)} pages`),
  ]
}
