import { describe, expect, it } from 'vitest'
import { runSmall, type ShortOperation } from '../../../support/small-lab'

const MS = 1_000_000

/** A truncate meets an O_DIRECT read into page 0 (or the page in a pipe); 10 ms later somebody signals. */
function truncateUnder(policy: string, holds: ShortOperation, signal: boolean) {
  return runSmall({
    policy, files: { F: 4 },
    actors: {
      A: [['mmap', { name: 'm', file: 'F' }], holds, ...(holds[0] === 'vmsplice' ? [['wait', { for: '1 ms' }], ['read-pipe', { pipe: 'p' }]] as const : [])],
      T: { handler: 'restart', ops: [['await-held', { file: 'F', page: 0 }], ['ftruncate', { file: 'F', size: 0 }]] },
      ...(signal ? { K: [['wait', { for: '10 ms' }], ['kill', { actor: 'T', sig: 'SIGUSR1' }]] as const } : {}),
    },
  })
}

const DIRECT: ShortOperation = ['odirect-read', { mapping: 'm', pages: '0+1' }]
const PIPE: ShortOperation = ['vmsplice', { mapping: 'm', pages: '0+1', pipe: 'p' }]
const DEFECT = 'linux-6.1,dioReleaseWakes=false'

describe('the end of an O_DIRECT (spec 16, dioReleaseWakes)', () => {
  it('wakes a truncate that waits for its pages', () => {
    const { op } = truncateUnder('linux-6.1', DIRECT, false)
    expect([op('T.2').result, op('T.2').endNs! < MS]).toEqual([0, true])
  })

  it('in stable 6.1 wakes nobody: the truncate sleeps for ever', () => {
    const { op, summary } = truncateUnder(DEFECT, DIRECT, false)
    expect([op('A.2').result, op('T.2').state, summary.end]).toEqual([4096, 'running', 'blocked'])
  })

  it('until any signal comes: then it sees that the pages are idle, and succeeds', () => {
    const { op } = truncateUnder(DEFECT, DIRECT, true)
    expect([op('T.2').result, op('T.2').endNs! >= 10 * MS]).toEqual([0, true])
  })

  it('the release of a pipe wakes there as well', () => {
    const { op } = truncateUnder(DEFECT, PIPE, false)
    expect([op('T.2').result, op('T.2').endNs! < 2 * MS]).toEqual([0, true])
  })

  it('an end that comes before the truncate looks is seen', () => {
    const { op } = runSmall({
      policy: DEFECT, files: { F: 4 },
      actors: { A: [['mmap', { name: 'm', file: 'F' }], DIRECT], T: [['await-done', { actor: 'A', op: 2 }], ['ftruncate', { file: 'F', size: 0 }]] },
    })
    expect(op('T.2').result).toBe(0)
  })
})
