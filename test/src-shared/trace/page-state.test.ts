import { expect, test } from 'vitest'
import { arena } from '@shared/state/arena'
import { hosts } from '@shared/state/tables'
import { pageStateAt, pageStatesIn } from '@shared/trace/page-state'
import { BLOCK_0, holdByHand, mountedByHand, requestByHand, type HandBuilt } from '../../support/hand-built-run'

const shown = (built: HandBuilt, first: number, end: number): string[] =>
  [...pageStatesIn(arena, built.run, first, end)].map(({ first: from, count, state, owner }) => `${from - BLOCK_0}+${count} ${state} ${owner ?? '-'}`)

test('frames that look alike are one run, and a terabyte costs what its runs cost', () => {
  const built = mountedByHand()
  expect(shown(built, BLOCK_0, BLOCK_0 + 2 ** 28)).toEqual(['0+4 file F', `4+${2 ** 28 - 4} free -`])
})

test('nothing is shown of an empty range', () => {
  expect(shown(mountedByHand(), BLOCK_0, BLOCK_0)).toEqual([])
})

test('a pin splits a run where it begins and ends, and outranks a mapping', () => {
  const built = mountedByHand()
  hosts.maps.add(built.host, BLOCK_0, 4, 1)
  holdByHand(built, 'pin', BLOCK_0 + 1, 2, requestByHand(built, 'submitted', 2), built.dio)
  expect(shown(built, BLOCK_0, BLOCK_0 + 4)).toEqual(['0+1 mapped F', '1+2 short-pin F', '3+1 mapped F'])
})

test('a long-term pin outranks a short one and a plain reference', () => {
  const built = mountedByHand()
  holdByHand(built, 'get', BLOCK_0, 3, 0, built.dio, 0)
  holdByHand(built, 'pin', BLOCK_0 + 1, 2, 0, built.dio, 1)
  holdByHand(built, 'longterm', BLOCK_0 + 2, 1, built.run.regions[0]!.row, built.dio, 2)
  expect(shown(built, BLOCK_0, BLOCK_0 + 3)).toEqual(['0+1 referenced F', '1+1 short-pin F', '2+1 long-pin F'])
})

test('what the drive is moving is under DMA', () => {
  const built = mountedByHand()
  holdByHand(built, 'pin', BLOCK_0, 2, requestByHand(built, 'running', 2), built.dio)
  expect(shown(built, BLOCK_0, BLOCK_0 + 4)).toEqual(['0+2 dma F', '2+2 file F'])
})

test('freed blocks are busy while a device holds them, in a transaction before the log commits', () => {
  const built = mountedByHand()
  hosts.owner.assign(built.host, BLOCK_0, 1, -1)
  hosts.owner.assign(built.host, BLOCK_0 + 1, 1, -2)
  expect(shown(built, BLOCK_0, BLOCK_0 + 3)).toEqual(['0+1 busy -', '1+1 in-transaction -', '2+1 file F'])
})

test('anonymous memory names its process', () => {
  const built = mountedByHand()
  hosts.anon.assign(built.host, 0x1000, 8, 1)
  expect(pageStateAt(arena, built.run, 0x1004)).toMatchObject({ state: 'anon', owner: 'app' })
})
