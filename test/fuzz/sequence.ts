import { actors, operations } from '../../src-shared/state/tables'
import { arena } from '../../src-shared/state/arena'
import type { RunDescription } from '../../src-shared/trace/run-description'
import { LassoWatch } from '../../src-main/sim/assembly/lasso'
import { outcomeOf } from '../../src-main/sim/assembly/run-outcome'
import { machine } from '../../src-main/sim/engine/machine'
import { INVARIANTS } from '../../src-main/sim/invariants/registry'
import type { RandomLab } from '../support/random-lab'
import { stepperOf, type TakenStep } from '../support/stepper'
import { EveryState } from './every-state'
import { leftBehind } from './left-behind'

/** Once memory is used whose struct pages are gone, or a pgmap is put too often, no count means anything. */
const USED_AFTER_GONE = 'S6'

/** A rule that a sequence broke. */
export interface Breach {
  /** "S4", "L5", or what the suite itself asks for: "leak", "left behind", "end". */
  readonly rule: string
  /** Word of the operation that was at it, or the device or worker that was. */
  readonly by: string
  readonly text: string
}

export interface SequenceOutcome {
  readonly steps: number
  readonly end: 'ended' | 'bound' | 'lasso' | 'crash'
  /** Rules that broke, each once. */
  readonly broken: readonly Breach[]
}

/** Runs a lab under its policy to its end, judging every state and the end. Throws what a crash throws. */
export function runCase({ lab, policy, schedule, ends }: RandomLab, seed: number): SequenceOutcome {
  const stepper = stepperOf(lab, { policy, seed, schedule })
  const { run } = stepper
  const states = new EveryState(run)
  const lasso = schedule === 'random' ? null : new LassoWatch()
  const found = new Map<string, Breach>()
  const note = (breach: Breach): void => { if (!found.has(breach.rule)) found.set(breach.rule, breach) }
  const outcome = (steps: number, end: SequenceOutcome['end']): SequenceOutcome => ({ steps, end, broken: [...found.values()] })
  for (const { invariant, finding } of states.judge()) note({ rule: invariant.id, by: 'the lab', text: finding.chain.join('; ') })
  const stepsMax = lab.bounds?.stepsMax ?? Infinity
  for (let steps = 0; steps < stepsMax; steps++) {
    arena.n = 0
    const rounds = machine.actorRows.map((row) => actors.op.get(row))
    const step = stepper.take()
    if (step === null) {
      for (const breach of [...brokenEnds(run, null), ...leftBehind(run).map((text) => ({ rule: text.split(':')[0]!, by: 'the end', text }))]) note(breach)
      return outcome(steps, 'ended')
    }
    for (const { invariant, finding } of states.broken(step.mark)) {
      note({ rule: invariant.id, by: nameOfDoer(run, step, rounds[step.actor]!), text: `after ${steps + 1} steps: ${finding.chain.join('; ')}` })
      if (finding.endsRun === true || invariant.id === USED_AFTER_GONE) return outcome(steps + 1, 'crash')
    }
    const starving = lasso !== null && closesRound(step, rounds[step.actor]!) ? lasso.starving() : null
    if (starving !== null) {
      for (const breach of brokenEnds(run, starving)) note(breach)
      return outcome(steps + 1, 'lasso')
    }
  }
  if (ends) note({ rule: 'end', by: 'the lab', text: `does not end within ${stepsMax} steps` })
  return outcome(stepsMax, 'bound')
}

/** A loop of the programs, or of a retrying operation, has closed. */
function closesRound({ actor, stepId }: TakenStep, opBefore: number): boolean {
  const op = actors.op.get(machine.actorRows[actor]!)
  return machine.steps[stepId]!.beginsRound === true || (opBefore === 0 && op !== 0 && operations.rounds.get(op) > 1)
}

function brokenEnds(run: RunDescription, starving: readonly number[] | null): readonly Breach[] {
  const outcome = outcomeOf(run, starving, starving === null)
  const stuck = starving ?? outcome.blocked
  return [...unnamedWaits(run, outcome), ...INVARIANTS.flatMap((invariant) => (invariant.kind !== 'end' ? [] : invariant.brokenBy(outcome).map(({ chain }) => ({
    rule: invariant.id, by: stuck.map((actor) => wordOf(run, actors.op.get(run.actors[actor]!.row))).join('+'), text: chain.join('; '),
  }))))]
}

/** Programs that wait in user space, or for the lab's own order: nobody need ever bring that about. */
const USER_WAITS: ReadonlySet<string> = new Set(['await-held', 'await-waiting', 'await-done', 'await-break', 'await-boot', 'poll-cq', 'waitpid', 'rdma-write', 'rdma-read', 'send', 'fetch-add', 'compare-swap'])

/** Whoever waits in the kernel where nothing goes on any more is told who holds it: a hold, a lease, a mapping, or a cycle. */
function unnamedWaits(run: RunDescription, outcome: ReturnType<typeof outcomeOf>): readonly Breach[] {
  return outcome.blocked.flatMap((actor) => {
    const by = wordOf(run, actors.op.get(run.actors[actor]!.row))
    const { end, lines } = outcome.chainOf(actor)
    // Where the chain goes on to another who waits, that one is judged by itself.
    const isUnnamed = end === 'work' || (end === 'nothing' && lines.length === 1)
    return isUnnamed && !USER_WAITS.has(by) ? [{ rule: 'unnamed', by, text: `waits, and nobody is named who holds it: ${lines.join('; ')}` }] : []
  })
}

const wordOf = (run: RunDescription, op: number): string => run.operations.find(({ row }) => row === op)?.word ?? 'exit'

function nameOfDoer(run: RunDescription, { actor }: TakenStep, opBefore: number): string {
  const { kind, name, row } = run.actors[actor]!
  return kind === 'task' ? wordOf(run, opBefore === 0 ? actors.op.get(row) : opBefore) : name.replace(/^.*\./, '').replace(/\d+$/, '')
}
