import { describe, expect, it } from 'vitest'
import { runSmall } from '../../../support/small-lab'

describe('await-done', () => {
  it('goes on once the operation it names has returned, not while that one waits', () => {
    const { op } = runSmall({
      actors: { A: [['wait', { for: '1 ms' }], ['wait', { for: '1 ms' }]], B: [['await-done', { actor: 'A', op: 2 }]], C: [['await-done', { actor: 'A', op: 1 }]] },
    })
    expect([op('C.1').endNs! >= op('A.1').endNs!, op('C.1').endNs! < op('A.2').endNs!]).toEqual([true, true])
    expect(op('B.1').endNs).toBeGreaterThanOrEqual(op('A.2').endNs!)
  })

  it('goes on once the actor has ended before it came to the operation', () => {
    const { op, summary } = runSmall({
      actors: { A: { process: 'p', ops: [['wait', { for: '5 ms' }], ['wait', { for: '1 ms' }]] }, B: [['kill', { actor: 'A', sig: 'SIGKILL' }], ['await-done', { actor: 'A', op: 2 }]] },
    })
    expect([summary.end, op('A.2').state, op('B.2').result]).toEqual(['finished', 'skipped', 0])
  })
})

it('a fatal signal between the last operation and the end of a program ends the process all the same', () => {
  const { trace } = runSmall({
    actors: { A: [['mmap', { name: 'm', pages: '0+1' }]], B: [['await-done', { actor: 'A', op: 1 }], ['kill', { actor: 'A', sig: 'SIGKILL' }]] },
  })
  expect([...trace.events()].filter(({ kind }) => kind === 'process-exited')).toHaveLength(1)
})
