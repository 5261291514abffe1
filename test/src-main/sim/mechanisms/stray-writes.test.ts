import { expect, test } from 'vitest'
import { run } from '../../../support/run'
import { smallLab } from '../../../support/small-lab'

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
