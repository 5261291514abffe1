import { expect, test } from 'vitest'
import { arena } from '@shared/state/arena'
import { daxEntryText, folioText, mappersText } from '@shared/trace/page-size'
import { runSmall, type SmallRun } from '../../support/small-lab'

const PFN = 0x80000 + 7
const mapped = (policy: string): SmallRun => runSmall({
  policy, files: { F: 512 }, pmemPages: 1024,
  actors: {
    A: [['mmap', { name: 'a', file: 'F' }], ['store', { mapping: 'a', pages: '3+1' }], ['mmap', { name: 'again', file: 'F', pages: '0+8' }], ['load', { mapping: 'again', pages: '7+1' }]],
    B: [['await-done', { actor: 'A', op: 4 }], ['mmap', { name: 'b', file: 'F', pages: '0+8' }], ['load', { mapping: 'b', pages: '7+1' }]],
  },
})

test('a page within 2 MiB says so: its folio, who maps it and how, and the entry of the file', () => {
  const { description } = mapped('linux-6.19')
  expect(folioText(arena, description, PFN)).toBe('512 pages from F:0')
  expect(mappersText(arena, description, PFN)).toBe('A by a PMD and a PTE, B')
  expect(mappersText(arena, description, PFN + 1)).toBe('A by a PMD')
  expect(daxEntryText(arena, description, PFN)).toBe('2 MiB from F:0, dirty')
})

test('up to 6.14 its pages are single pages, mapped by a PMD all the same', () => {
  const { description } = mapped('linux-6.12')
  expect([folioText(arena, description, PFN), mappersText(arena, description, PFN + 1)]).toEqual([null, 'A by a PMD'])
})

test('a page of 4 KiB says nothing of sizes, one that nobody maps nothing at all', () => {
  const { description } = runSmall({ files: { F: 4 }, actors: { A: [['mmap', { name: 'a', file: 'F' }], ['load', { mapping: 'a', pages: '1+1' }]] } })
  const of = (pfn: number): readonly (string | null)[] => [folioText(arena, description, pfn), mappersText(arena, description, pfn), daxEntryText(arena, description, pfn)]
  expect(of(0x80001)).toEqual([null, 'A', '4 KiB from F:1, clean'])
  expect(of(0x80002)).toEqual([null, null, null])
})
