import { beforeEach, describe, expect, it } from 'vitest'
import { contentAt, flushPages, loseContents, loseUnflushed, makeStale, storeBytes, writePages } from '../../../../src-main/sim/mechanisms/contents'
import { wholePages } from '../../../../src-main/sim/mechanisms/fragments'
import { hosts } from '../../../../src-shared/state/tables'
import { smallLab } from '../../../support/small-lab'
import { stepperOf } from '../../../support/stepper'

/** CPU caches over persistent memory: 16 pages, nothing in them but what a test writes. */
describe('frames of persistent memory', () => {
  let host = 0
  let pfn = 0
  let ram = 0
  beforeEach(() => {
    const { run } = stepperOf(smallLab({ actors: {} }))
    host = run.host
    pfn = run.memories.find(({ node }) => node === 'pmem0')!.firstPfn
    ram = run.memories.find(({ node }) => node === 'node0')!.firstPfn
  })
  const bytes = (first: number, end: number, from = pfn, pages = 1) => ({ pfn: from, pages, firstByte: first, endByte: end })
  const held = (...at: readonly number[]): number[] => at.map((byte) => contentAt(host, pfn, byte))

  it('of a block that nobody has zeroed are stale again where the store to it is lost, and are not where it was flushed', () => {
    writePages(host, pfn, 2, 5)
    makeStale(host, pfn, 2)
    storeBytes(host, wholePages(pfn, 2), 7)
    expect([hosts.stale.at(host, pfn), ...held(0)]).toEqual([0, 7])
    flushPages(host, pfn + 1, 1)
    expect(loseUnflushed(host, pfn, 2)).toBe(1)
    expect([hosts.stale.at(host, pfn), contentAt(host, pfn, 0), hosts.stale.at(host, pfn + 1), contentAt(host, pfn + 1, 0)]).toEqual([1, 5, 0, 7])
  })

  it('go back to what each of their bytes held when it was flushed last', () => {
    writePages(host, pfn, 1, 1)
    storeBytes(host, bytes(0, 64), 2)
    storeBytes(host, bytes(32, 128), 3)
    flushPages(host, pfn, 1)
    storeBytes(host, bytes(16, 48), 4)
    storeBytes(host, bytes(0, 4096), 5)
    storeBytes(host, bytes(100, 200), 6)
    expect(held(0, 20, 40, 110, 150, 300)).toEqual([5, 5, 5, 6, 6, 5])
    loseUnflushed(host, pfn, 1)
    expect(held(0, 20, 40, 110, 150, 300)).toEqual([2, 2, 3, 3, 1, 1])
  })

  it('keep on one page what was flushed there, and lose on the next what was not', () => {
    storeBytes(host, bytes(0, 64, pfn, 3), 2)
    flushPages(host, pfn + 1, 1)
    expect(loseUnflushed(host, pfn, 3)).toBe(2)
    expect([0, 1, 2].map((page) => contentAt(host, pfn + page, 0))).toEqual([0, 2, 0])
  })

  it('are told from those of RAM, which hold nothing without power', () => {
    storeBytes(host, bytes(0, 64, ram), 2)
    writePages(host, ram + 1, 1, 3)
    expect([contentAt(host, ram, 0), contentAt(host, ram + 1, 0)]).toEqual([2, 3])
    loseContents(host, ram, 2)
    expect([contentAt(host, ram, 0), contentAt(host, ram + 1, 0)]).toEqual([0, 0])
  })
})
