import { expect, it } from 'vitest'
import { counters, files, hosts, operations, requests } from '../../../../src-shared/state/tables'
import { runSmall, type ShortOperation, type SmallRun } from '../../../support/small-lab'

const on = (policy: string, ops: readonly ShortOperation[], hostPages = 64): SmallRun => runSmall({ policy, driveFs: 'ext4', driveFiles: { F: { size: '8 KiB' } }, hostPages, actors: { A: ops } })
const buffer: readonly ShortOperation[] = [['mmap', { name: 'm', pages: '0+2' }], ['store', { mapping: 'm' }]]
const frames = ({ description }: SmallRun): number => Array.from({ length: 64 }, (_, nth) => description.memories.find(({ node }) => node === 'node0')!.firstPfn + nth).filter((pfn) => hosts.use.at(description.host, pfn) !== 0).length
const pins = (): readonly number[] => [counters.pinsAcquired, counters.pinsReleased].map((column) => column.get(counters.$.row(0)))

it('puts cached pages on their medium, with the checksum of what they held', () => {
  const result = on('linux-6.12', [['pwrite', { file: 'F', pages: '1+1' }], ['submit-bio', { file: 'F', cached: '1+1' }]])
  const file = result.description.files[0]!.row
  expect([result.op('A.2').result, files.medium.at(file, 1), files.checksum.at(file, 1)]).toEqual([4096, 1, 1])
  const pfn = 1 + files.cacheDelta.at(file, 1)
  expect([hosts.dirty, hosts.writeback, hosts.refs].map((field) => field.at(result.description.host, pfn))).toEqual([0, 0, 1])
})

it('does not take pages along that are not cached', () => {
  const result = on('linux-6.12', [...buffer, ['submit-bio', { mapping: 'm', file: 'F' }]])
  expect(result.op('A.3').errno).toBe('EINVAL')
  expect(pins()).toEqual([0, 0])
})

it.each(['linux-4.20', 'linux-6.12', 'linux-6.12,bio-completion=force-gup-all'])('gives everything back where memory for its own pages does not suffice, under %s', (policy) => {
  const result = on(policy, [...buffer, ['submit-bio', { mapping: 'm', fill: 1, kernelPages: 1, freshPages: 7 }]], 8)
  expect(result.op('A.3').errno).toBe('ENOMEM')
  expect(result.summary.violations).toEqual([])
  expect(frames(result), 'the two pages of the buffer').toBe(2)
  expect(new Set(pins()).size, 'as many pins released as taken').toBe(1)
})

it('is two bios where user pages and pages of the kernel may not meet in one, else one', () => {
  const bios = (policy: string): number => {
    const result = on(policy, [['pread', { file: 'F' }], ...buffer, ['submit-bio', { mapping: 'm', file: 'F', cached: '0+1' }]])
    expect(result.op('A.4').result).toBe(3 * 4096)
    return [...result.trace.events()].filter(({ kind }) => kind === 'request-submitted').length
  }
  expect(['linux-6.12', 'linux-6.12,bio-completion=force-gup-all', 'linux-4.20'].map(bios)).toEqual([2, 1, 1])
})

it('a completion for other pages puts what was pinned: two end_io functions, the wrong one', () => {
  const result = on('linux-6.12,bio-completion=two-end_io', [...buffer, ['submit-bio', { mapping: 'm', says: 'other' }]])
  expect(pins()).toEqual([2, 0])
  expect(result.summary.violations.map(({ id }) => id)).toEqual(['S4', 'S5'])
})

/** Spec 9.3, put_page-all: with pins, row 1 of 1.8. */
it('an O_DIRECT that pins under put_page-all leaks its pins', () => {
  const result = on('linux-6.1,odirectHold=pin', [...buffer, ['odirect-read', { mapping: 'm' }]])
  expect(pins()).toEqual([2, 0])
  expect(result.summary.violations.map(({ id }) => id)).toEqual(['S4', 'S5'])
  expect(on('linux-6.1', [...buffer, ['odirect-read', { mapping: 'm' }]]).summary.violations).toEqual([])
})

it('leaves no trace of the request behind, so that it can be repeated', () => {
  const result = on('linux-6.12', [...buffer, ['submit-bio', { mapping: 'm', fill: 1, kernelPages: 2, repeat: '3' }]])
  const [, , submitted] = result.description.operations
  expect(operations.rounds.get(submitted!.row)).toBe(3)
  expect([requests.state, requests.pages, requests.pieces, requests.says].map((column) => column.get(requests.$.row(submitted!.row)))).toEqual([0, 0, 0, 0])
  expect(result.summary.violations).toEqual([])
})
