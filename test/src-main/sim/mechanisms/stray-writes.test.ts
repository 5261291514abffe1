import { expect, test } from 'vitest'
import { run } from '../../../support/run'
import { runSmall, smallLab } from '../../../support/small-lab'

const lab = smallLab({
  files: { F: 3 },
  actors: {
    D: [['mmap', { name: 'm', file: 'F' }], ['odirect-read', { mapping: 'm', pages: '0+2', repeat: 6 }]],
    T: [['fallocate', { file: 'F', mode: 'punch', pages: '0+1', repeat: 4 }]],
    S: [['mmap', { name: 'n', file: 'F' }], ['store', { mapping: 'n', pages: '0+3', repeat: 4 }]],
  },
})
const stray = (policy: string, seed: number): string[] =>
  run(lab, { policy, seed, schedule: 'random' }).summary.violations.map(({ id }) => id).filter((id) => id === 'S1' || id === 'S2')

test('a block that changes hands after its write has landed is no stray write: nothing is blamed where truncate waits', () => {
  for (let seed = 1; seed <= 150; seed++) expect(stray('truncate-vs-dma=wait-retry', seed), `seed ${seed}`).toEqual([])
})

test('a block that changes hands before its write lands is one, where nothing guards it', () => {
  const seeds = Array.from({ length: 150 }, (_, seed) => stray('truncate-vs-dma=none', seed + 1)).filter((found) => found.includes('S1'))
  expect(seeds.length).toBeGreaterThan(0)
})

test('a block that went to another page of the same file is lost all the same: S1, and not S2', () => {
  const { summary } = runSmall({
    policy: 'linux-4.14', files: { F: 4, G: 1 },
    actors: {
      H: [['mmap', { name: 'm', file: 'F' }], ['ibv-reg', { name: 'r', mapping: 'm' }]],
      T: [['fallocate', { file: 'F', mode: 'punch', pages: '1+1', at: '50 us' }], ['pwrite', { file: 'F', pages: '4+9', at: '100 us' }]],
      N: { on: 'peer', ops: [['rdma-write', { mr: 'r', pages: '1+1', at: '200 us' }]] },
    },
  })
  const found = summary.violations.filter(({ id }) => id === 'S1' || id === 'S2')
  expect(found.map(({ id }) => id)).toEqual(['S1'])
  expect(found[0]!.chain).toContain('the block was page 1 of F when it was taken; now it is page 4 of F')
})

test('a block that came back to the page it was held for is not lost', () => {
  const { summary } = runSmall({
    policy: 'linux-4.14', files: { F: 4 }, pmemPages: 4,
    actors: {
      H: [['mmap', { name: 'm', file: 'F' }], ['ibv-reg', { name: 'r', mapping: 'm' }]],
      T: [['fallocate', { file: 'F', mode: 'punch', pages: '1+1', at: '50 us' }], ['pwrite', { file: 'F', pages: '1+1', at: '100 us' }]],
      N: { on: 'peer', ops: [['rdma-write', { mr: 'r', pages: '0+4', at: '200 us' }]] },
    },
  })
  expect(summary.violations.filter(({ id }) => id === 'S1' || id === 'S2')).toEqual([])
})
