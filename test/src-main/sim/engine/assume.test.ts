import { expect, it } from 'vitest'
import { bundledLab } from '../../../support/bundled-labs'
import { run } from '../../../support/run'

const { lab } = bundledLab('truncate-under-short-dio-pin')
const assumedUnder = (policy: string): readonly string[] => run(lab, { policy }).summary.operations.filter(({ assumed }) => assumed).map(({ op }) => op)

it('marks an operation whose outcome the thread leaves open, and no other', () => {
  const truncate = run(lab, { policy: 'truncate-vs-dma=fail-etxtbsy' }).summary.operations.find(({ text }) => text.startsWith('ftruncate'))
  expect(assumedUnder('truncate-vs-dma=fail-etxtbsy')).toEqual([truncate?.op])
})

it('marks nothing under what Linux ships', () => {
  expect(assumedUnder('truncate-vs-dma=wait-retry')).toEqual([])
})
