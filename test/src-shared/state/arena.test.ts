import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { arena } from '../../../src-shared/state/arena'
import { count, id, int, oneOf, ref, table, wide } from '../../../src-shared/state/table'
import { LONG, seedOf } from '../../support/seed'

const shelves = table('shelf', 'A table of the tests.', { nth: id('which'), full: count('how full'), seen: count('a statistic', { hidden: true }) }, { depth: { doc: 'a page field' }, shade: { doc: 'another' } })
const books = table('book', 'A table of the tests with references.', {
  shelf: id('where it stands'), nth: id('which of the shelf'),
  on: ref('another shelf'), bytes: wide('a size'), state: oneOf('how it is', ['shut', 'open']), by: int('anything'),
}, {}, ['shelf'])

/** One write to the logical state, named by keys and never by addresses. */
type Write =
  | { readonly kind: 'full' | 'seen'; readonly shelf: number; readonly value: number }
  | { readonly kind: 'on'; readonly shelf: number; readonly nth: number; readonly target: number }
  | { readonly kind: 'bytes' | 'by' | 'state'; readonly shelf: number; readonly nth: number; readonly value: number }
  | { readonly kind: 'depth' | 'shade'; readonly shelf: number; readonly page: number; readonly pages: number; readonly value: number }

const shelf = fc.integer({ min: 0, max: 4 })
const nth = fc.integer({ min: 0, max: 3 })
const word = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }))
const write: fc.Arbitrary<Write> = fc.oneof(
  fc.record({ kind: fc.constantFrom('full' as const, 'seen' as const), shelf, value: word }),
  fc.record({ kind: fc.constant('on' as const), shelf, nth, target: fc.integer({ min: -1, max: 4 }) }),
  fc.record({ kind: fc.constant('bytes' as const), shelf, nth, value: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.maxSafeNat()) }),
  fc.record({ kind: fc.constant('by' as const), shelf, nth, value: word }),
  fc.record({ kind: fc.constant('state' as const), shelf, nth, value: fc.integer({ min: 0, max: 1 }) }),
  fc.record({ kind: fc.constantFrom('depth' as const, 'shade' as const), shelf, page: fc.integer({ min: 0, max: 12 }), pages: fc.integer({ min: 1, max: 8 }), value: fc.integer({ min: -2, max: 2 }) }),
)

function perform(one: Write): void {
  const row = shelves.$.row(one.shelf)
  switch (one.kind) {
    case 'full': case 'seen': shelves[one.kind].set(row, one.value); return
    case 'on': books.on.set(books.$.row(row, one.nth), one.target < 0 ? 0 : shelves.$.row(one.target)); return
    case 'bytes': case 'by': case 'state': books[one.kind].set(books.$.row(row, one.nth), one.value); return
    case 'depth': case 'shade': shelves[one.kind].add(row, one.page, one.pages, one.value)
  }
}

/** The last write to each place wins, whatever the order of the others; range additions all count. */
const placeOf = (one: Write): string => JSON.stringify([one.kind, one.shelf, 'nth' in one ? one.nth : -1, 'page' in one ? [one.page, one.pages, one.value] : null])
const words = (): readonly number[] => [...arena.w.subarray(0, arena.top)]
const differences = (): readonly number[] => [...arena.p.subarray(0, arena.slots)]
/** Words of rows born since then are absent again; only who they are stays. */
const isAbsent = (from: number): boolean => arena.dictionary.rows.filter(({ row }) => row >= from).every(({ row, ids }) => {
  const next = Math.min(arena.top, ...arena.dictionary.rows.map((other) => other.row).filter((other) => other > row))
  return arena.w.subarray(row + 1 + ids.length, next).every((value) => value === 0)
})

beforeEach(() => { arena.clear() })

describe('the arena', () => {
  const seed = seedOf('arena')
  const check = <T>(property: fc.IProperty<T>): void => { fc.assert(property, { seed, numRuns: 300 * LONG }) }

  it('gives every word back when the log is walked back to a mark', () => {
    check(fc.property(fc.array(write, { maxLength: 20 }), fc.array(write, { maxLength: 20 }), (before, after) => {
      arena.clear()
      before.forEach(perform)
      const [w, p, top, mark] = [words(), differences(), arena.top, arena.n]
      after.forEach(perform)
      arena.revert(mark)
      expect(words().slice(0, w.length)).toEqual(w)
      expect(differences().slice(0, p.length)).toEqual(p)
      expect(differences().slice(p.length).every((value) => value === 0)).toBe(true)
      expect(isAbsent(top)).toBe(true)
    }))
  })

  it('folds step by step to the fingerprint from scratch, undone steps included', () => {
    const step = fc.record({ writes: fc.array(write, { maxLength: 5 }), isUndone: fc.boolean() })
    check(fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      arena.clear()
      for (const { writes, isUndone } of steps) {
        const [mark, laneA, laneB] = [arena.n, arena.laneA, arena.laneB]
        writes.forEach(perform)
        arena.fold(mark)
        expect([arena.laneA, arena.laneB]).toEqual(arena.fingerprint())
        if (!isUndone) continue
        arena.revert(mark)
        arena.laneA = laneA
        arena.laneB = laneB
        expect(arena.fingerprint()).toEqual([laneA, laneB])
      }
    }))
  })

  it('has one fingerprint for one logical state, whatever the order of writes and births', () => {
    check(fc.property(fc.uniqueArray(write, { maxLength: 20, selector: placeOf }), fc.array(shelf), fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (writes, bornFirst, stream) => {
      arena.clear()
      writes.forEach(perform)
      const straight = arena.fingerprint()
      arena.clear()
      for (const early of bornFirst) books.$.row(shelves.$.row(early), early % 3)
      const orders = [...stream.take(writes.length)]
      const shuffled = writes.map((one, nth) => ({ one, order: orders[nth] ?? 0 })).sort((a, b) => a.order - b.order)
      for (const { one } of shuffled) perform(one)
      arena.fold(0)
      expect(arena.fingerprint()).toEqual(straight)
      expect([arena.laneA, arena.laneB]).toEqual(straight)
    }))
  })

  it('tells states apart: any plain word that changes, and a reference to another row, change the fingerprint', () => {
    check(fc.property(fc.array(write, { maxLength: 10 }), write.filter(({ kind }) => kind !== 'seen'), (writes, last) => {
      arena.clear()
      writes.forEach(perform)
      const before = arena.fingerprint()
      const mark = arena.n
      perform(last)
      if (arena.n === mark) expect(arena.fingerprint()).toEqual(before)
      else expect(arena.fingerprint()).not.toEqual(before)
    }))
  })

  it('does not see hidden columns', () => {
    const row = shelves.$.row(1)
    shelves.full.set(row, 7)
    const before = arena.fingerprint()
    shelves.seen.set(row, 1_000)
    expect(arena.fingerprint()).toEqual(before)
  })

  it('follows a reference to who is meant, not to where the row lies', () => {
    const fingerprintOf = (births: readonly number[]): readonly number[] => {
      arena.clear()
      for (const early of births) shelves.$.row(early)
      books.on.set(books.$.row(shelves.$.row(0), 0), shelves.$.row(3))
      return arena.fingerprint()
    }
    expect(fingerprintOf([3, 0])).toEqual(fingerprintOf([0, 1, 2, 3]))
  })

  it('keeps a wide number to the last bit and takes it back whole', () => {
    const book = books.$.row(shelves.$.row(0), 0)
    for (const value of [0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1]) {
      const mark = arena.n
      books.bytes.set(book, value)
      expect(books.bytes.get(book)).toBe(value)
      arena.revert(mark)
      expect(books.bytes.get(book)).toBe(0)
    }
  })
})
