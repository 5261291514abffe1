import { arena } from '../../src-shared/state/arena'
import type { Column, PageField } from '../../src-shared/state/table'
import { TABLES } from '../../src-shared/state/all-tables'
import { accesses, operations } from '../../src-shared/state/tables'
import type { RunDescription } from '../../src-shared/trace/run-description'
import type { Finding, StateInvariant } from '../../src-main/sim/invariants/invariant'
import { INVARIANTS } from '../../src-main/sim/invariants/registry'

type Watched = Column | PageField

export interface BrokenState {
  readonly invariant: StateInvariant
  readonly finding: Finding
}

/** The accesses of a device count even where they change no content, and the end of an operation where its result is what it was. */
const ALSO: readonly (readonly [Watched, Watched])[] = [[accesses.wrote, accesses.count], [operations.result, operations.state]]
const watchesOf = ({ watches }: StateInvariant): readonly Watched[] => [...watches, ...ALSO.flatMap(([watched, also]) => (watches.includes(watched) ? [also] : []))]

/** What each invariant has to look at again. */
const WATCHED = INVARIANTS.filter((invariant): invariant is StateInvariant => invariant.kind === 'state').map((invariant) => [invariant, watchesOf(invariant)] as const)

const bitsOf = (watched: Watched): number => WATCHED.reduce((bits, [, columns], nth) => (columns.includes(watched) ? bits | (1 << nth) : bits), 0)
const COLUMN_BITS = new Map<number, readonly (readonly [number, number])[]>()
const FIELD_BITS = new Map<number, readonly number[]>()
for (const { id, columns, fields } of TABLES) {
  COLUMN_BITS.set(id, columns.map((column) => [column.off, bitsOf(column)] as const).filter(([, bits]) => bits !== 0))
  FIELD_BITS.set(id, fields.map(bitsOf))
}

/** Judges every state: after each step all rules whose words it really wrote, whatever the step declares. */
export class EveryState {
  private readonly ofWord: number[] = []
  private readonly ofSlot: number[] = []
  private rows = 0
  private slots = 0

  constructor(private readonly run: RunDescription) {}

  /** What is broken since the log was `mark` words long. */
  broken(mark: number): readonly BrokenState[] {
    this.learn()
    let bits = 0
    for (let at = mark; at < arena.n; at += 3) {
      const word = arena.log[at]!
      bits |= (word >= 0 ? this.ofWord[word] : this.ofSlot[~word]) ?? 0
    }
    return bits === 0 ? [] : this.judge(bits)
  }

  /** What is broken now, all rules asked. */
  judge(bits = -1): readonly BrokenState[] {
    return WATCHED.flatMap(([invariant], nth) => {
      if ((bits & (1 << nth)) === 0) return []
      const finding = invariant.broken({ run: this.run, host: this.run.host })
      return finding === null ? [] : [{ invariant, finding }]
    })
  }

  private learn(): void {
    const { rows, boundaries } = arena.dictionary
    for (; this.rows < rows.length; this.rows++) {
      const { row, table } = rows[this.rows]!
      for (const [off, bits] of COLUMN_BITS.get(table) ?? []) this.ofWord[row + off] = bits
    }
    for (; this.slots < boundaries.length; this.slots++) {
      const { slot, space, field } = boundaries[this.slots]!
      this.ofSlot[slot] = FIELD_BITS.get(arena.w[space]!)?.[field] ?? 0
    }
  }
}
