import { describe, expect, it } from 'vitest'
import { arena } from '../../../../src-shared/state/arena'
import { users } from '../../../../src-shared/state/buffer-tables'
import { counters, processes } from '../../../../src-shared/state/tables'
import { runSmall, type ShortOperation, type SmallRun } from '../../../support/small-lab'

const pins = (): readonly [acquired: number, released: number] => [counters.pinsAcquired.in(arena, counters.$.row(0)), counters.pinsReleased.in(arena, counters.$.row(0))]
const pinnedVm = ({ description }: SmallRun): number => processes.pinnedVm.get(description.processes[0]!.row)
const anonymous = (pages: number): ShortOperation => ['mmap', { name: 'm', pages: `0+${pages}` }]

describe('an io_uring buffer', () => {
  it('pins each page for the long term and is charged, and everything is given back (spec 1.7)', () => {
    const held = runSmall({ actors: { A: [anonymous(4), ['uring-register', { mapping: 'm' }]] } }, { policy: 'linux-6.12' })
    expect([held.op('A.2').result, pins(), pinnedVm(held)]).toEqual([0, [4, 0], 4])
    for (const end of [['uring-unregister'], ['uring-close'], ['exit']] as const) {
      const gone = runSmall({ actors: { A: [anonymous(4), ['uring-register', { mapping: 'm' }], [end[0]]] } }, { policy: 'linux-6.12' })
      expect([pins(), pinnedVm(gone), gone.summary.violations]).toEqual([[4, 4], 0, []])
    }
  })

  it.each([['linux-6.1', [512, 0], [512, 512]], ['linux-6.12', [512, 511], [512, 512]]] as const)('of a huge page keeps as many pins as %s does', (policy, during, after) => {
    const lab = (more: readonly ShortOperation[]) => ({ hostPages: 2048, actors: { A: [['mmap', { name: 'm', pages: '0+512', huge: true }], ['store', { mapping: 'm' }], ['uring-register', { mapping: 'm' }], ...more] as ShortOperation[] } })
    const held = runSmall(lab([]), { policy })
    expect([pins(), pinnedVm(held), held.summary.violations]).toEqual([during, 512, []])
    const gone = runSmall(lab([['uring-unregister']]), { policy })
    expect([pins(), pinnedVm(gone), gone.summary.violations]).toEqual([after, 0, []])
  })

  it('of length 0, or above 1 GiB, is EFAULT and pins nothing', () => {
    for (const range of ['0+0', `0+${2 ** 30 + 4096}`]) {
      const result = runSmall({ actors: { A: [anonymous(4), ['uring-register', { mapping: 'm', range }]] } })
      expect([result.op('A.2').errno, pins()]).toEqual(['EFAULT', [0, 0]])
    }
  })

  it('whose range fails in the middle is EFAULT, and what was pinned is released', () => {
    const result = runSmall({ actors: { A: [anonymous(4), ['munmap', { mapping: 'm', pages: '2+2' }], ['uring-register', { mapping: 'm' }]] } })
    expect([result.op('A.3').errno, pins(), result.summary.violations]).toEqual(['EFAULT', [2, 2], []])
  })

  it('may be registered once until it is taken away; taking away nothing is ENXIO', () => {
    const result = runSmall({ actors: { A: [anonymous(1), ['uring-unregister', { ring: 'r' }], ['uring-register', { ring: 'r', mapping: 'm' }], ['uring-register', { ring: 'r', mapping: 'm' }]] } })
    expect(['A.2', 'A.3', 'A.4'].map((op) => result.op(op).errno)).toEqual(['ENXIO', null, 'EBUSY'])
  })

  it('is summed by user: exactly at the limit is allowed, a page more is ENOMEM and leaves no charge', () => {
    const actor = (name: string, pages: number, after: readonly ShortOperation[]) => ({ uid: 1000, memlock: '16 KiB', ops: [...after, ['mmap', { name, pages: `0+${pages}` }], ['uring-register', { ring: name, mapping: name }]] as ShortOperation[] })
    const result = runSmall({ actors: { A: actor('a', 3, []), B: actor('b', 1, [['await-done', { actor: 'A', op: 2 }]]), C: actor('c', 1, [['await-done', { actor: 'B', op: 3 }]]) } })
    expect([result.op('A.2').errno, result.op('B.3').errno, result.op('C.3').errno]).toEqual([null, null, 'ENOMEM'])
    expect(users.lockedVm.get(users.$.row(1000))).toBe(4)
  })
})

describe('an AF_XDP umem', () => {
  it('whose range fails in the middle is ENOMEM; refused from the start it is the errno itself (spec 1.4 Callers)', () => {
    const result = runSmall({ actors: { A: [anonymous(4), ['munmap', { mapping: 'm', pages: '2+2' }], ['xdp-register', { socket: 's', mapping: 'm' }], ['mprotect', { mapping: 'm', pages: '0+2', prot: 'r' }], ['xdp-register', { socket: 't', mapping: 'm' }]] } })
    expect([result.op('A.3').errno, result.op('A.5').errno]).toEqual(['ENOMEM', 'EFAULT'])
  })
})
