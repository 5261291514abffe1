import { arena } from '../../src-shared/state/arena'
import { tableOf } from '../../src-shared/state/all-tables'
import { Column, PageField, WideColumn } from '../../src-shared/state/table'
import { actors } from '../../src-shared/state/tables'
import { patch } from './patch'
import { machine } from '../../src-main/sim/engine/machine'
import { EveryRow, PagesPlace, Place, type Term } from '../../src-main/sim/engine/place'
import type { Mechanism, Step } from '../../src-main/sim/engine/step'

/** A column that a step declares and through which local, or a step it says it goes to: "host.refs *", "file.iolock via file", "to W5". */
export type TermName = string

/** One declaration: "layout/wait-retry W4" and a term of it. */
export interface Declared {
  readonly step: string
  readonly term: TermName
}

interface Resolved {
  readonly what: Column | PageField
  readonly name: TermName
  /** The row it stands for as the step begins; null is every row. */
  readonly row: number | null
}

interface Footprint {
  readonly step: string
  readonly self: number
  readonly mayRead: readonly Resolved[]
  readonly mayWrite: readonly Resolved[]
}

export const termName = (term: Term): TermName => {
  if (term instanceof EveryRow) return `${nameOf(term.column)} *`
  return `${nameOf(term instanceof Place ? term.column : term.field)} via ${term.via.name}`
}
const columnOf = (term: Term): Column | PageField => (term instanceof PagesPlace ? term.field : term.column)
const nameOf = (what: Column | PageField): string => `${what.table}.${what.name}`
const OTHERS_WRITE: ReadonlySet<Column | PageField> = new Set([actors.signal, actors.dead])
const isOwnPlace = (what: Column | PageField, row: number, { self }: Footprint): boolean => row === self && !OTHERS_WRITE.has(what)
const isHidden = (what: Column | PageField): boolean => what instanceof Column && (what.spec.hidden === true || what.spec.kind === 'id')

/**
 * Watches every step that the machine takes, and every guard it asks, and compares with what the step declares. Terms through a
 * local mean the row that the local names when the step begins: that is what an explorer can know before it takes the step.
 *
 * Not judged: where the actor itself stands (pc, frame, stack, answer, operation: only its own steps move them, and every step
 * does), hidden columns (clocks, statistics, counters, constants: they enter neither the fingerprint nor a guard), constants of a
 * row (they never change), and costs (exploring ignores time). A pending signal is judged: others send it.
 */
export class Audit {
  readonly findings = new Set<string>()
  /** Declarations without which something would not have been covered, and the first run that showed it. */
  readonly needed = new Map<string, Map<TermName, number>>()
  /** Columns that guards looked at, by step. */
  readonly guarded = new Map<string, Set<string>>()
  /** Number of the run under watch. */
  run = 0
  private current: Footprint | null = null
  private readonly restore: (() => void)[] = []
  private readonly keys = new Map<Step, string>()

  /** `omitted` is taken away from the declarations: the audit must notice. */
  constructor(private readonly omitted: Declared | null = null) {}

  /** Runs `body` with the engine under watch. */
  watch<T>(body: () => T): T {
    this.patchMachine()
    this.patchState()
    try {
      return body()
    } finally {
      while (this.restore.length > 0) this.restore.pop()?.()
    }
  }

  private patch<Owner extends object, Name extends keyof Owner>(owner: Owner, name: Name, make: (original: Owner[Name]) => Owner[Name]): void {
    this.restore.push(patch(owner, name, make))
  }

  private patchMachine(): void {
    this.patch(machine, 'mount', (mount) => (mechanisms) => {
      mount.call(machine, mechanisms)
      machine.steps = machine.steps.map((step, id) => (id === 0 ? step : this.watched(step, machine.mechanismAt(id), id)))
    })
    this.patch(machine, 'execute', (execute) => (actor, choice) => this.execute(actor, choice, (a, c) => execute.call(machine, a, c)))
  }

  private watched(step: Step, mechanism: Mechanism, id: number): Step {
    const key = `${mechanism.name} ${mechanism.stepNames[id - mechanism.base] ?? '?'}`
    const guard = <T>(body: () => T) => (): T => this.within(watched, body)
    const { when, timeoutNs, again, choices, costNs } = step
    const watched: Step = {
      ...step,
      ...(when === undefined ? {} : { when: guard(when) }),
      ...(timeoutNs === undefined ? {} : { timeoutNs: guard(timeoutNs) }),
      ...(again === undefined ? {} : { again: guard(again) }),
      ...(choices === undefined ? {} : { choices: guard(choices) }),
      run: (go, choice) => this.within(watched, () => step.run?.(go, choice)),
      ...(costNs === undefined ? {} : { costNs: () => this.outside(costNs) }),
    }
    this.keys.set(watched, key)
    this.declared.set(key, [...(step.reads ?? []), ...(step.writes ?? [])].filter((term) => !isHidden(columnOf(term))).map(termName))
    return watched
  }

  /** What each step seen so far declares, by name. */
  readonly declared = new Map<string, readonly TermName[]>()

  /** Footprint of a step, rows as its locals name them now. */
  private footprint(step: Step): Footprint {
    const key = this.keys.get(step) ?? '?'
    const isOmitted = (name: TermName): boolean => this.omitted?.step === key && this.omitted.term === name
    const resolve = (terms: readonly Term[]): Resolved[] => terms.map((term) => ({
      what: columnOf(term), name: termName(term), row: term instanceof EveryRow ? null : term.via.v,
    }))
    const locks = resolve([...(step.takes === undefined ? [] : [step.takes]), ...(step.drops ?? [])])
    const mayWrite = [...resolve(step.writes ?? []).filter(({ name }) => !isOmitted(name)), ...locks]
    return { step: key, self: machine.self, mayWrite, mayRead: [...resolve(step.reads ?? []).filter(({ name }) => !isOmitted(name)), ...mayWrite] }
  }

  /** What a guard or a step looks at is charged to the outermost one: it may ask whether others could go on. */
  private within<T>(step: Step, body: () => T): T {
    if (this.current !== null) return body()
    this.current = this.taken ?? this.footprint(step)
    try {
      return body()
    } finally {
      this.current = null
    }
  }

  private outside<T>(body: () => T): T {
    const before = this.current
    this.current = null
    const result = body()
    this.current = before
    return result
  }

  private taken: Footprint | null = null

  private execute(actor: number, choice: number, execute: (actor: number, choice: number) => number): number {
    machine.enter(actor)
    const from = { pc: actors.pc.get(actor), frame: actors.frame.get(actor) }
    const step = machine.steps[from.pc]!
    const mark = arena.n
    const footprint = this.footprint(step)
    this.taken = footprint
    const costNs = execute(actor, choice)
    this.taken = null
    for (let at = mark; at < arena.n; at += 3) this.checkWrite(footprint, arena.log[at]!)
    this.checkSuccessor(footprint.step, step, actor, from)
    return costNs
  }

  private checkWrite(footprint: Footprint, word: number): void {
    const place = word >= 0 ? columnAt(word) : fieldAt(~word)
    if (place === null) {
      this.findings.add(`${footprint.step} writes word ${word} of no row`)
      return
    }
    if (isHidden(place.what) || isOwnPlace(place.what, place.row, footprint)) return
    this.judge(footprint, footprint.mayWrite, place.what, place.row, 'writes')
  }

  private judge(footprint: Footprint, allowed: readonly Resolved[], what: Column | PageField, row: number, verb: string): void {
    const covering = new Set(allowed.filter((term) => term.what === what && (term.row === null || term.row === row)).map(({ name }) => name))
    if (covering.size > 1) return
    for (const only of covering) {
      this.need(footprint.step, only)
      return
    }
    const elsewhere = allowed.some((term) => term.what === what) ? ' of another row than its local names as the step begins' : ''
    this.findings.add(`${footprint.step} ${verb} ${nameOf(what)}${elsewhere}, undeclared`)
  }

  private need(step: string, term: TermName): void {
    const terms = this.needed.get(step) ?? new Map<TermName, number>()
    this.needed.set(step, terms)
    if (!terms.has(term)) terms.set(term, this.run)
  }

  private patchState(): void {
    const read = (what: Column | PageField, row: number): void => {
      const footprint = this.current
      if (footprint === null) return
      if (this.taken === null && !isHidden(what)) this.guarded.set(footprint.step, (this.guarded.get(footprint.step) ?? new Set()).add(nameOf(what)))
      if (row === 0) this.findings.add(`${footprint.step} reads ${nameOf(what)} through a reference to nothing`)
      else if (!isHidden(what) && !isOwnPlace(what, row, footprint)) this.judge(footprint, footprint.mayRead, what, row, 'reads')
    }
    for (const prototype of [Column.prototype, WideColumn.prototype]) {
      this.patch(prototype, 'get', (get) => function watchedGet(this: Column, row) { read(this, row); return get.call(this, row) })
    }
    this.patch(PageField.prototype, 'at', (at) => function watchedAt(this: PageField, row, page) { read(this, row); return at.call(this, row, page) })
    this.patch(PageField.prototype, 'runEnd', (runEnd) => function watchedRunEnd(this: PageField, row, page) { read(this, row); return runEnd.call(this, row, page) })
    this.patch(PageField.prototype, 'find', (find) => function watchedFind(this: PageField, row, first, end, wanted) { read(this, row); return find.call(this, row, first, end, wanted) })
    // Changing a range looks at its ends: that is the write itself.
    this.patch(PageField.prototype, 'assign', (assign) => {
      const { outside } = { outside: (body: () => void) => { this.outside(body) } }
      return function quietAssign(this: PageField, row, first, count, value) { outside(() => { assign.call(this, row, first, count, value) }) }
    })
  }

  /** A step goes where it says: on, again, to a name, into a call it lists, or it is done. */
  private checkSuccessor(key: string, step: Step, actor: number, from: { readonly pc: number; readonly frame: number }): void {
    const [pc, frame] = [actors.pc.get(actor), actors.frame.get(actor)]
    const mechanism = machine.mechanismAt(from.pc)
    const nameAt = (id: number): string => mechanism.stepNames[id - mechanism.base] ?? 'done'
    const isNamed = (name: string): boolean => {
      this.need(key, `to ${name}`)
      return step.to?.includes(name) === true && !(this.omitted?.step === key && this.omitted.term === `to ${name}`)
    }
    const mayGo = (id: number): boolean => id === from.pc + 1 || isNamed(nameAt(id))
    if (pc === 0 || frame < from.frame) {
      if (!isNamed('done')) this.findings.add(`${key} is done, undeclared`)
    } else if (frame > from.frame) {
      const callee = machine.mechanismAt(pc)
      const site = step.calls?.find(({ target }) => target() === callee)
      if (site === undefined) this.findings.add(`${key} calls ${callee.name}, undeclared`)
      const returnTo = arena.w[arena.f + mechanism.locals.length]!
      if (!mayGo(returnTo)) this.findings.add(`${key} goes on at ${nameAt(returnTo)} after ${callee.name}, undeclared`)
    } else if (!(pc === from.pc && step.again !== undefined) && !mayGo(pc)) this.findings.add(`${key} goes to ${nameAt(pc)}, undeclared`)
  }
}

interface Placed {
  readonly what: Column | PageField
  readonly row: number
}

/** The column and row that a word belongs to; rows lie in the order of their birth. */
function columnAt(word: number): Placed | null {
  const { rows } = arena.dictionary
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (rows[middle]!.row <= word) low = middle + 1
    else high = middle
  }
  const birth = rows[low - 1]
  if (birth === undefined) return null
  const { columns, shape } = tableOf(birth.table)!
  const column = columns.findLast(({ off }) => birth.row + off <= word)
  return column === undefined || word >= birth.row + shape.words ? null : { what: column, row: birth.row }
}

function fieldAt(slot: number): Placed | null {
  const boundary = arena.dictionary.boundaries[slot]
  if (boundary === undefined) return null
  const field = tableOf(arena.w[boundary.space]!)?.fields[boundary.field]
  return field === undefined ? null : { what: field, row: boundary.space }
}
