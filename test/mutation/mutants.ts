import { ERRNO } from '../../src-shared/domain/errno'
import { PageField } from '../../src-shared/state/table'
import { actors } from '../../src-shared/state/tables'
import { patch } from '../support/patch'
import { termName, type Audit, type TermName } from '../support/audit'
import { machine } from '../../src-main/sim/engine/machine'
import { mechanism } from '../../src-main/sim/engine/mechanism'
import { frame, type Term } from '../../src-main/sim/engine/place'
import { CALL, DONE, FALL_THROUGH, pending, SLEEP, type Mechanism, type Next, type Step } from '../../src-main/sim/engine/step'

/** What one mutation operator does to a step. */
export type MutationKind = 'missing step' | 'guard' | 'lock' | 'lock kept' | 'signal' | 'errno' | 'result' | 'successor' | 'count' | 'loop' | 'footprint'

/** One change of one step of one mechanism. `apply` makes it and returns what takes it back. */
export interface Mutant {
  readonly kind: MutationKind
  readonly mechanism: string
  readonly step: string
  readonly text: string
  apply(): () => void
}

type Changeable = { -readonly [Key in keyof Step]?: Step[Key] | undefined }

/** Changes members of a step in place: the machine mounts these very objects. */
function changed(step: Step, change: Changeable): () => void {
  const before = { ...step }
  Object.assign(step, change)
  return () => {
    for (const key of Object.keys(change)) if (!(key in before)) Reflect.deleteProperty(step, key)
    Object.assign(step, before)
  }
}

const isJump = (next: Next | undefined): next is Next => next !== undefined && next > 0

/** A step that runs as before, and whose ending `change` may replace. */
const ending = (step: Step, change: (next: Next | undefined) => Next | undefined): Changeable => {
  const before = { ...step }
  return { run: (go, choice) => change(before.run?.(go, choice)) }
}

/** Takes the effect of a step away; where it was the last it still ends. */
const missing = (isLast: boolean): Changeable => ({
  run: () => {
    if (!isLast) return undefined
    pending.result = 0
    pending.errno = 0
    return DONE
  },
  again: () => false,
})

/** Page fields change by one too many in this step, the first time they change. */
function countingWrong(step: Step): Changeable {
  const before = { ...step }
  return {
    run: (go, choice) => {
      let isFirst = true
      const undo = patch(PageField.prototype, 'add', (add) => function addOneMore(this: PageField, row, first, count, by) {
        add.call(this, row, first, count, isFirst && by !== 0 ? by + Math.sign(by) : by)
        isFirst = false
      })
      try {
        return before.run?.(go, choice)
      } finally {
        undo()
      }
    },
  }
}

/** What a step was seen to do in any run: a change that nothing could ever show is no mutant. */
export interface Behaviour {
  readonly fails: boolean
  readonly answers: boolean
  readonly jumps: boolean
  readonly countsPages: boolean
  /** Declarations that something it did rests on. */
  readonly needs: ReadonlySet<TermName>
}

type Behaviours = ReadonlyMap<string, Behaviour>

const NOTHING: Behaviour = { fails: false, answers: false, jumps: false, countsPages: false, needs: new Set() }
const idle = mechanism({ name: 'idle', source: 'none', frame: frame(), order: 'ID1', steps: { ID1: { title: 'nothing' } } })
/** A step that only takes or drops a lock has no body of its own. */
const bodyText = (step: Step): string => String(Reflect.get(step, 'run'))
const hasBody = (step: Step): boolean => bodyText(step) !== bodyText(idle.steps[0]!)

/** Every mutant of the mechanisms that `mechanisms` lists, in their order: the operator chooses, not whoever wrote the tests. */
export const mutantsOf = (mechanisms: readonly Mechanism[], seen: Behaviours): readonly Mutant[] =>
  mechanisms.flatMap((mechanism) => mechanism.steps.flatMap((step, at) => mutantsOfStep(mechanism, step, at, seen.get(`${mechanism.name} ${mechanism.stepNames[at] ?? '?'}`) ?? NOTHING)))

function mutantsOfStep(mechanism: Mechanism, step: Step, at: number, seen: Behaviour): readonly Mutant[] {
  const isLast = at === mechanism.steps.length - 1
  const mutant = (kind: MutationKind, text: string, change: () => Changeable): Mutant =>
    ({ kind, mechanism: mechanism.name, step: mechanism.stepNames[at] ?? '?', text, apply: () => changed(step, change()) })
  const found: Mutant[] = hasBody(step) ? [mutant('missing step', 'does nothing', () => missing(isLast))] : []
  if (step.when !== undefined) found.push(mutant('guard', 'waits for nothing', () => ({ when: () => true })))
  if (step.takes !== undefined) found.push(mutant('lock', 'takes no lock', () => ({ takes: undefined })))
  if (step.drops !== undefined) found.push(mutant('lock kept', 'keeps its lock', () => ({ drops: [] })))
  if (step.interruptible !== undefined) found.push(mutant('signal', 'ignores signals', () => ({ interruptible: undefined })))
  if (step.again !== undefined) found.push(mutant('loop', 'goes round once only', () => ({ again: () => false })))
  if (seen.fails) found.push(mutant('errno', 'fails with another errno', () => ending(step, withOtherErrno)))
  if (seen.answers) found.push(mutant('result', 'answers one too few', () => ending(step, withOneTooFew)))
  if (seen.jumps) found.push(mutant('successor', 'goes to another of its successors', () => ending(step, (next) => otherSuccessor(mechanism, at, next))))
  if (seen.countsPages) found.push(mutant('count', 'counts one too many', () => countingWrong(step)))
  for (const name of declaredBy(step).filter((declared) => seen.needs.has(declared))) found.push(mutant('footprint', `does not declare ${name}`, () => without(step, name)))
  return found
}

/** What a step says of its footprint; its locks speak for themselves. */
const declaredBy = ({ reads = [], writes = [], to = [] }: Step): readonly TermName[] => [...new Set([...[...reads, ...writes].map(termName), ...to.map((name) => `to ${name}`)])]

/** A step that does not say that it touches a column through a local, or that it goes to a step. */
function without(step: Step, name: TermName): Changeable {
  const others = <T extends Term>(terms: readonly T[] = []): readonly T[] => terms.filter((term) => termName(term) !== name)
  return { reads: others(step.reads), writes: others(step.writes), to: (step.to ?? []).filter((to) => `to ${to}` !== name) }
}

const withOtherErrno = (next: Next | undefined): Next | undefined => {
  if (next === DONE && pending.errno !== 0) pending.errno = pending.errno === ERRNO.EIO ? ERRNO.ENOMEM : ERRNO.EIO
  return next
}

const withOneTooFew = (next: Next | undefined): Next | undefined => {
  if (next === DONE && pending.errno === 0 && pending.result > 0) pending.result -= 1
  return next
}

function otherSuccessor({ base, steps, stepNames }: Mechanism, at: number, next: Next | undefined): Next | undefined {
  if (next === CALL || next === SLEEP || next === DONE) return next
  const here = isJump(next) ? next - base : at + 1
  const targets = (steps[at]?.to ?? []).filter((name) => name !== 'done').map((name) => stepNames.indexOf(name))
  const other = targets.find((target) => target !== here)
  if (other !== undefined) return (base + other) as Next
  return at === steps.length - 1 || !isJump(next) ? next : FALL_THROUGH
}

/** Watches the steps that the machine takes while it runs labs. */
export class StepWatch {
  readonly behaviours = new Map<string, Behaviour>()

  /** Learns from an audit which declarations are needed. */
  learn(audit: Audit): void {
    for (const [key, terms] of audit.needed) {
      const before = this.behaviours.get(key) ?? NOTHING
      this.behaviours.set(key, { ...before, needs: new Set([...before.needs, ...terms.keys()]) })
    }
  }

  /** Runs `body`; answers which steps it took, as "mechanism step". */
  during(body: () => void): ReadonlySet<string> {
    const taken = new Set<string>()
    let counts = false
    const undo = [
      patch(PageField.prototype, 'add', (add) => function countedAdd(this: PageField, row, first, count, by) {
        counts ||= by !== 0
        add.call(this, row, first, count, by)
      }),
      patch(machine, 'execute', (execute) => (actor, choice) => {
        counts = false
        return this.execute(taken, actor, () => execute.call(machine, actor, choice), () => counts)
      }),
    ]
    try {
      body()
    } finally {
      for (const one of undo) one()
    }
    return taken
  }

  private execute(taken: Set<string>, actor: number, execute: () => number, hasCounted: () => boolean): number {
    const pc = actors.pc.get(actor)
    const frameBefore = actors.frame.get(actor)
    const { base, stepNames, name } = machine.mechanismAt(pc)
    const key = `${name} ${stepNames[pc - base] ?? '?'}`
    taken.add(key)
    pending.errno = 0
    pending.result = 0
    const costNs = execute()
    const [after, frame] = [actors.pc.get(actor), actors.frame.get(actor)]
    const hasLeft = frame < frameBefore || after === 0
    const before = this.behaviours.get(key) ?? NOTHING
    this.behaviours.set(key, {
      fails: before.fails || (hasLeft && pending.errno !== 0), answers: before.answers || (hasLeft && pending.errno === 0 && pending.result > 0),
      jumps: before.jumps || (!hasLeft && after !== pc && after !== pc + 1 && frame === frameBefore), countsPages: before.countsPages || hasCounted(), needs: before.needs,
    })
    return costNs
  }
}
