import { describe, expect, it } from 'vitest'
import type { Lab } from '../../../../src-shared/lab/lab'
import { arena } from '../../../../src-shared/state/arena'
import { LAYOUT_AND_COUNT_POLICIES } from '../../../support/policies'
import { run } from '../../../support/run'
import { smallLab, type ShortOperation } from '../../../support/small-lab'

const TIB_PAGES = 2 ** 28

/** A file of which one page, in the middle, sits in a pipe while it is truncated, punched and written again. */
function pinnedInTheMiddle(pages: number): Lab {
  const middle = `${pages / 2}+1`
  return smallLab({
    files: { F: pages }, pmemPages: pages + 16,
    actors: {
      U: [['mmap', { name: 'm', file: 'F' }], ['store', { mapping: 'm', pages: middle }], ['vmsplice', { mapping: 'm', pages: middle, pipe: 'p' }], ['read-pipe', { pipe: 'p', at: '100 us' }]],
      T: [['await-waiting', { actor: 'U', op: 3 }], ['fallocate', { file: 'F', mode: 'punch', pages: `1+${pages / 2}` }], ['ftruncate', { file: 'F', size: 0 }], ['pwrite', { file: 'F', pages: '0+4', at: '200 us' }]],
    },
  })
}

/** What a run did, whatever the length of its ranges. */
const stepsOf = (lab: Lab, policy: string): { readonly steps: number; readonly end: string; readonly results: readonly string[]; readonly boundaries: number } => {
  const { summary } = run(lab, { policy })
  return { steps: summary.steps, end: summary.end, results: summary.operations.map(({ op, result, errno }) => `${op} ${result ?? errno ?? 'none'}`), boundaries: arena.dictionary.boundaries.length }
}

describe('a file of 1 TiB', () => {
  it.each(LAYOUT_AND_COUNT_POLICIES)('takes the steps and the range boundaries of one of 8 MiB, under %s', (policy) => {
    const [small, large] = [stepsOf(pinnedInTheMiddle(2048), policy), stepsOf(pinnedInTheMiddle(TIB_PAGES), policy)]
    expect(large).toEqual(small)
  })

  it('is run in a moment', () => {
    const start = performance.now()
    const { steps } = stepsOf(pinnedInTheMiddle(TIB_PAGES), 'truncate-vs-dma=wait-retry')
    console.log(`1 TiB, one page pinned and truncated: ${steps} steps in ${(performance.now() - start).toFixed(1)} ms`)
    expect(steps).toBeLessThan(200)
  })
})

describe('a registration of many GiB', () => {
  const lab = (pages: number): Lab => {
    const ops: ShortOperation[] = [['mmap', { name: 'm', file: 'F' }], ['store', { mapping: 'm' }], ['ibv-reg', { name: 'r', mapping: 'm' }], ['ibv-dereg', { mr: 'r', at: '900 s' }]]
    return smallLab({
      policy: 'linux-4.14', files: { F: pages }, pmemPages: pages + 16,
      actors: { A: ops, N: { on: 'peer', ops: [['rdma-write', { mr: 'r', pages: `0+${pages}`, at: '100 s' }]] }, T: [['ftruncate', { file: 'F', size: 0, at: '950 s' }]] },
    })
  }

  it('stands for its chunks by the first and the rest: 256 GiB take no more steps than 64 MiB', () => {
    const [mib, gib] = [stepsOf(lab(2 ** 14), 'linux-4.14'), stepsOf(lab(2 ** 26), 'linux-4.14')]
    console.log(`MR of 64 MiB: ${mib.steps} steps; of 256 GiB: ${gib.steps} steps`)
    expect(gib.results.slice(0, 4).map((text) => text.split(' ')[1])).toEqual(['0', String(2 ** 26), '0', '0'])
    expect(gib.steps).toBe(mib.steps)
    expect(gib.boundaries).toBe(mib.boundaries)
  })

  it('of few pages goes page by page, as its kernel loop does', () => {
    expect(stepsOf(lab(8), 'linux-4.14').steps).toBeGreaterThan(stepsOf(lab(2), 'linux-4.14').steps)
  })
})
