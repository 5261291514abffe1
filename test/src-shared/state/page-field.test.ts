import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { arena } from '../../../src-shared/state/arena'
import { runsIn } from '../../../src-shared/state/page-runs'
import { id, table } from '../../../src-shared/state/table'
import { LONG, seedOf } from '../../support/seed'

const spaces = table('space', 'Page spaces of the tests.', { nth: id('which') }, { depth: { doc: 'a field' }, other: { doc: 'its neighbour' } })

/** Pages the edits reach, and one more: what lies behind is 0 for ever. */
const PAGES = 40

type Edit =
  | { readonly kind: 'add' | 'assign'; readonly first: number; readonly pages: number; readonly value: number }
  | { readonly kind: 'mark' }
  | { readonly kind: 'revert' }

const range = { first: fc.integer({ min: 0, max: PAGES - 8 }), pages: fc.integer({ min: 1, max: 8 }), value: fc.integer({ min: -2, max: 3 }) }
const onRange = fc.record({ kind: fc.constantFrom('add' as const, 'assign' as const), ...range })
const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 4, arbitrary: onRange },
  { weight: 1, arbitrary: fc.constantFrom<Edit>({ kind: 'mark' }, { kind: 'revert' }) },
)

/** What a loop over single pages would do. */
class EveryPage {
  values: readonly number[] = Array.from({ length: PAGES + 1 }, () => 0)

  change({ kind, first, pages, value }: Extract<Edit, { first: number }>): void {
    this.values = this.values.map((old, page) => (page < first || page >= first + pages ? old : kind === 'add' ? old + value : value))
  }

  runEnd(page: number): number {
    const next = this.values.findIndex((value, at) => at > page && value !== this.values[page])
    return next < 0 ? Infinity : next
  }

  find(first: number, end: number, wanted: (value: number) => boolean): number {
    return this.values.findIndex((value, page) => page >= first && page < end && wanted(value))
  }
}

function change(row: number, one: Extract<Edit, { first: number }>): void {
  if (one.kind === 'add') spaces.depth.add(row, one.first, one.pages, one.value)
  else spaces.depth.assign(row, one.first, one.pages, one.value)
}

function expectSame(row: number, model: EveryPage): void {
  for (let page = 0; page <= PAGES; page++) {
    expect(spaces.depth.at(row, page), `at ${page}`).toBe(model.values[page])
    expect(spaces.depth.runEnd(row, page), `run end behind ${page}`).toBe(model.runEnd(page))
  }
  for (const wanted of [-1, 0, 1, 2]) {
    const is = (value: number): boolean => value === wanted
    for (const [first, end] of [[0, PAGES], [3, 17], [20, 21]] as const) expect(spaces.depth.find(row, first, end, is)).toBe(model.find(first, end, is))
  }
}

beforeEach(() => { arena.clear() })

describe('a page field', () => {
  const seed = seedOf('page field')

  it('says what a loop over single pages would say, after any edits and undone edits', () => {
    fc.assert(fc.property(fc.array(edit, { maxLength: 25 }), (edits) => {
      arena.clear()
      const row = spaces.$.row(0)
      const model = new EveryPage()
      let marked = { n: 0, values: model.values }
      for (const one of edits) {
        if (one.kind === 'mark') marked = { n: arena.n, values: model.values }
        else if (one.kind === 'revert') {
          arena.revert(marked.n)
          model.values = marked.values
        } else {
          change(row, one)
          model.change(one)
          // Read in between, so that the derived index is warm when the next edit makes part of it stale.
          expect(spaces.depth.at(row, one.first + 3)).toBe(model.values[one.first + 3])
        }
      }
      expectSame(row, model)
    }), { seed, numRuns: 500 * LONG })
  }, 30_000 * LONG)

  it('has one form for one set of values, by whichever edits they came about', () => {
    fc.assert(fc.property(fc.array(onRange, { maxLength: 25 }), (edits) => {
      arena.clear()
      const model = new EveryPage()
      for (const one of edits) {
        change(spaces.$.row(0), one)
        model.change(one)
      }
      arena.fold(0)
      const byEdits = [arena.laneA, arena.laneB]
      arena.clear()
      model.values.forEach((value, page) => { spaces.depth.add(spaces.$.row(0), page, 1, value) })
      expect(arena.fingerprint()).toEqual(byEdits)
    }), { seed, numRuns: 500 * LONG })
  })

  it('merges equal runs: two adjoining ranges of one value are one run', () => {
    const row = spaces.$.row(0)
    spaces.depth.add(row, 4, 3, 1)
    spaces.depth.assign(row, 7, 5, 1)
    expect([...runsIn(arena, row, spaces.depth.field)]).toEqual([{ first: 4, count: 8, value: 1 }])
    expect(spaces.depth.runEnd(row, 4)).toBe(12)
  })

  it('keeps its neighbour and the other spaces as they are', () => {
    const [row, next] = [spaces.$.row(0), spaces.$.row(1)]
    spaces.other.assign(row, 2, 4, 9)
    spaces.depth.assign(next, 2, 4, 8)
    spaces.depth.assign(row, 0, 10, 1)
    expect([spaces.other.at(row, 3), spaces.depth.at(next, 3), spaces.depth.at(row, 3)]).toEqual([9, 8, 1])
  })

  it('refuses an empty range, which would shift the values behind it', () => {
    const row = spaces.$.row(0)
    spaces.depth.assign(row, 0, 8, 5)
    expect(() => { spaces.depth.assign(row, 4, 0, 1) }).toThrow('a range has at least one page')
    expect(spaces.depth.at(row, 4)).toBe(5)
  })

  it('costs boundaries, not pages: 1 TiB is two of them', () => {
    const row = spaces.$.row(0)
    const pagesOfOneTib = 2 ** 28
    spaces.depth.add(row, 5, pagesOfOneTib, 1)
    expect(arena.dictionary.boundaries.length).toBe(2)
    expect(arena.n).toBe(2 * 3)
    for (let pin = 0; pin < 100; pin++) spaces.depth.add(row, 5 + pin * 1_000_003, 2 ** 20, 1024)
    expect(arena.dictionary.boundaries.length).toBeLessThanOrEqual(2 + 2 * 100)
    const mark = arena.n
    spaces.depth.assign(row, 0, 2 * pagesOfOneTib, 7)
    expect(arena.n - mark).toBeLessThanOrEqual(3 * (2 + 2 * 100 + 2))
    expect([...runsIn(arena, row, spaces.depth.field)]).toEqual([{ first: 0, count: 2 * pagesOfOneTib, value: 7 }])
  })

  it('numbers pages beyond 2^32: the fingerprint tells them apart', () => {
    const row = spaces.$.row(0)
    spaces.depth.add(row, 1, 1, 1)
    const low = arena.fingerprint()
    arena.clear()
    spaces.depth.add(spaces.$.row(0), 1 + 2 ** 32, 1, 1)
    expect(spaces.depth.at(spaces.$.row(0), 1 + 2 ** 32)).toBe(1)
    expect(arena.fingerprint()).not.toEqual(low)
  })
})
