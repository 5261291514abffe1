import { expect, test } from 'vitest'
import { arena } from '@shared/state/arena'
import { hosts } from '@shared/state/tables'
import { explainCounts, sumOf } from '@shared/trace/holder-counts'
import { BLOCK_0, holdByHand, mountedByHand } from '../../support/hand-built-run'

test('1025 = idle 1 + 1024 of one pin', () => {
  const built = mountedByHand()
  holdByHand(built, 'longterm', BLOCK_0, 4, built.run.regions[0]!.row, built.dio)
  const { refs, refTerms } = explainCounts(arena, built.run, BLOCK_0 + 2)
  expect(refs).toBe(1025)
  expect(refTerms.map(({ text, value }) => `${value} ${text}`)).toEqual(['1 idle FS_DAX page', '1024 long-term pin of MR m1'])
})

test.each([[false, 1], [true, 2]])('mappings count on DAX pages: %s, refcount %i', (mappingsCount, refs) => {
  const built = mountedByHand(mappingsCount)
  hosts.maps.add(built.host, BLOCK_0, 1, 2)
  if (mappingsCount) hosts.refs.add(built.host, BLOCK_0, 1, 2)
  const explained = explainCounts(arena, built.run, BLOCK_0)
  expect(explained.refs).toBe(refs)
  expect(sumOf(explained.refTerms)).toBe(refs)
})

test('a mapping of host memory always counts, and free memory is idle at 0', () => {
  const built = mountedByHand()
  hosts.maps.add(built.host, 0x100, 1, 1)
  hosts.refs.add(built.host, 0x100, 1, 1)
  expect(sumOf(explainCounts(arena, built.run, 0x100).refTerms)).toBe(1)
  expect(explainCounts(arena, built.run, 0x101).refTerms).toEqual([])
})

test('a put too many shows as a sum that differs from the count', () => {
  const built = mountedByHand()
  holdByHand(built, 'pin', BLOCK_0, 1, 0, built.dio)
  hosts.refs.add(built.host, BLOCK_0, 1, -1)
  const { refs, refTerms } = explainCounts(arena, built.run, BLOCK_0)
  expect([refs, sumOf(refTerms)]).toEqual([1024, 1025])
})
