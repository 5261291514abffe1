import { arena } from '../../src-shared/state/arena'
import type { Column, PageField } from '../../src-shared/state/table'
import { TABLES } from '../../src-shared/state/all-tables'
import { accesses } from '../../src-shared/state/tables'
import type { RunDescription } from '../../src-shared/trace/run-description'
import type { StateInvariant } from '../../src-main/sim/invariants/invariant'
import { s1NoDmaToReusableBlock } from '../../src-main/sim/invariants/s1-no-dma-to-reusable-block'
import { s11BusyNotAllocated } from '../../src-main/sim/invariants/s11-busy-not-allocated'
import { s2NoCrossOwnerWrite } from '../../src-main/sim/invariants/s2-no-cross-owner-write'
import { s4CountConservation } from '../../src-main/sim/invariants/s4-count-conservation'
import { s5PinConservation } from '../../src-main/sim/invariants/s5-pin-conservation'
import { s7FsdaxState } from '../../src-main/sim/invariants/s7-fsdax-state'

type Watched = Column | PageField

/** What each invariant has to look at again; the accesses of a device count even where they change no content. */
const WATCHED: readonly (readonly [StateInvariant, readonly Watched[]])[] = [
  ...[s4CountConservation, s5PinConservation, s7FsdaxState, s11BusyNotAllocated].map((invariant) => [invariant, invariant.watches] as const),
  ...[s1NoDmaToReusableBlock, s2NoCrossOwnerWrite].map((invariant) => [invariant, [accesses.count]] as const),
]

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

  /** What is broken since the log was `mark` words long: "S4: …". */
  broken(mark: number): readonly string[] {
    this.learn()
    let bits = 0
    for (let at = mark; at < arena.n; at += 3) {
      const word = arena.log[at]!
      bits |= (word >= 0 ? this.ofWord[word] : this.ofSlot[~word]) ?? 0
    }
    return bits === 0 ? [] : this.judge(bits)
  }

  /** What is broken now, all rules asked. */
  judge(bits = -1): readonly string[] {
    return WATCHED.flatMap(([invariant], nth) => {
      if ((bits & (1 << nth)) === 0) return []
      const finding = invariant.broken({ run: this.run, host: this.run.host })
      return finding === null ? [] : [`${invariant.id}: ${finding.chain.join('; ')}`]
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
