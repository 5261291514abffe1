import { expect, it } from 'vitest'
import { runSmall } from '../../../support/small-lab'

it('a transaction that ends while another one commits is committed after it', () => {
  const run = runSmall({
    files: { F: { size: '16 KiB' }, G: { size: '16 KiB' } },
    actors: {
      A: [['ftruncate', { file: 'F', size: '8 KiB' }]],
      B: [['ftruncate', { file: 'G', size: 0 }], ['pwrite', { file: 'F', pages: '0+16' }]],
    },
  }, { policy: 'linux-6.1', schedule: 'A! pmem0.log>LC2 B>R1 pmem0.log!' })
  expect(run.op('B.2').result).toBe(16 * 4096)
})
