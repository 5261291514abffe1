import { describe, expect, it } from 'vitest'
import type { Lab, LabActor, LabNode, LabOperation } from '../../../../src-shared/lab/lab'
import { run, type FinishedRun } from '../../../support/run'
import type { ShortOperation } from '../../../support/small-lab'

type Nodes = Readonly<Record<string, LabNode>>

/** One CPU with memory and a pmem region in the mode given, a NIC, a drive; and these programs. */
function labOf(pmem: LabNode, actors: Readonly<Record<string, readonly ShortOperation[]>>, more: Nodes = {}): Lab {
  return {
    version: 1, title: 'teardown',
    topology: {
      nodes: { cpu0: { kind: 'cpu' }, node0: { kind: 'host-memory', size: '16 MiB' }, rc0: { kind: 'root-complex' }, pmem0: pmem, nic0: { kind: 'rdma-nic' }, nvme0: { kind: 'nvme-ssd', mediaLatency: '5 ms' }, ...more },
      links: [
        { from: 'cpu0.memory', to: 'node0' }, { from: 'cpu0.memory', to: 'pmem0' }, { from: 'cpu0.root', to: 'rc0.bus' }, { from: 'rc0.port', to: 'nic0.pcie' }, { from: 'rc0.port', to: 'nvme0.pcie' },
        ...Object.keys(more).map((node) => ({ from: 'rc0.port', to: `${node}.pcie` }))
      ]
    },
    actors: Object.fromEntries(Object.entries(actors).map(([name, ops]): [string, LabActor] => [name, { ops: ops.map(([word, parameters = {}]): LabOperation => ({ word, parameters })) }]))
  }
}

const DEVDAX: LabNode = { kind: 'pmem-region', mode: 'devdax', size: '16 MiB', files: { dax0: { size: '16 MiB' } } }
const FSDAX: LabNode = { kind: 'pmem-region', size: '1 MiB', files: { F: { size: '64 KiB' } } }

const op = ({ summary }: FinishedRun, name: string) => {
  const found = summary.operations.find((operation) => operation.op === name)
  if (found === undefined) throw new Error(`there is no operation ${name}`)
  return found
}
const violated = ({ summary }: FinishedRun): string[] => summary.violations.map(({ id }) => id)

const MAP_DEVDAX: readonly ShortOperation[] = [['mmap', { name: 'm', file: 'dax0', pages: '0+512' }], ['store', { mapping: 'm', pages: '0+16' }]]
/** `hold` after the memory is mapped, then unbind by another actor, then `release`. */
const unbindUnder = (hold: ShortOperation, release: ShortOperation): Lab => labOf(DEVDAX, {
  app: [...MAP_DEVDAX, hold, ['await-done', { actor: 'admin', op: 2 }], release],
  admin: [['await-done', { actor: 'app', op: 3 }], ['unbind', { node: 'pmem0' }]]
})

describe.each(['linux-6.1', 'linux-6.12', 'linux-6.19'])('device-dax of %s (spec 2.3, 2.6)', (policy) => {
  it.each<[string, ShortOperation, ShortOperation]>([
    ['a pipe', ['vmsplice', { mapping: 'm', pages: '0+16', pipe: 'p' }], ['read-pipe', { pipe: 'p' }]],
    ['an MR', ['ibv-reg', { name: 'r', mapping: 'm', pages: '0+16' }], ['ibv-dereg', { mr: 'r' }]]
  ])('unbinds at once under %s; letting go of it afterwards is S6, and ends the run', (_, hold, release) => {
    const finished = run(unbindUnder(hold, release), { policy })
    expect([op(finished, 'app.3').errno, op(finished, 'admin.2').result, op(finished, 'admin.2').state]).toEqual([null, 0, 'done'])
    expect(violated(finished)).toEqual(['S6'])
    expect([finished.summary.end, op(finished, 'app.5').state]).toEqual(['crash', 'running'])
  })

  it('is SIGBUS through an old mapping, and ENXIO for a new one', () => {
    const finished = run(labOf(DEVDAX, {
      app: [...MAP_DEVDAX, ['await-done', { actor: 'admin', op: 2 }], ['mmap', { name: 'n', file: 'dax0', pages: '0+512' }], ['load', { mapping: 'm' }]],
      admin: [['await-done', { actor: 'app', op: 2 }], ['unbind', { node: 'pmem0' }]]
    }), { policy })
    expect([op(finished, 'app.4').errno, op(finished, 'app.5').killedBy]).toEqual(['ENXIO', 'SIGBUS'])
    expect(violated(finished)).toEqual([])
  })
})

describe('memunmap by type and regime (spec 2.3)', () => {
  it('one-based: one extra reference on any page holds the unbind up until it is put', () => {
    const finished = run(unbindUnder(['vmsplice', { mapping: 'm', pages: '0+1', pipe: 'p' }], ['wait', { for: '1 ms' }]), { policy: 'linux-5.15' })
    expect(op(finished, 'admin.2').blockedOn).toContain('pgmap of pmem0')
    expect(violated(finished)).toEqual(['L4'])
  })

  it('one-based: it ends when the reference is put, and nothing is used after', () => {
    const finished = run(labOf(DEVDAX, {
      app: [...MAP_DEVDAX, ['vmsplice', { mapping: 'm', pages: '0+1', pipe: 'p' }], ['await-waiting', { actor: 'admin', op: 2 }], ['read-pipe', { pipe: 'p' }]],
      admin: [['await-done', { actor: 'app', op: 3 }], ['unbind', { node: 'pmem0' }]]
    }), { policy: 'linux-5.15' })
    expect([op(finished, 'admin.2').result, op(finished, 'app.5').result]).toEqual([0, 4096])
    expect(violated(finished)).toEqual([])
  })

  it('5.18+: FS_DAX under a mounted file system goes at once as well', () => {
    const finished = run(labOf(FSDAX, {
      app: [['mmap', { name: 'm', file: 'F' }], ['store', { mapping: 'm', pages: '0+1' }], ['vmsplice', { mapping: 'm', pages: '0+1', pipe: 'p' }], ['await-done', { actor: 'admin', op: 2 }], ['load', { mapping: 'm', pages: '1+1' }]],
      admin: [['await-done', { actor: 'app', op: 3 }], ['unbind', { node: 'pmem0' }]]
    }), { policy: 'linux-6.12' })
    expect([op(finished, 'admin.2').result, op(finished, 'app.5').killedBy]).toEqual([0, 'SIGBUS'])
    // The task dies, and its pipe with it: the put meets a struct page that is gone.
    expect(violated(finished)).toEqual(['S6'])
  })
})

describe('umount (spec 2.6)', () => {
  const held = (release: readonly ShortOperation[]): Lab => labOf(FSDAX, {
    app: [['mmap', { name: 'm', file: 'F' }], ['store', { mapping: 'm', pages: '0+1' }], ['vmsplice', { mapping: 'm', pages: '0+1', pipe: 'p' }], ['munmap', { mapping: 'm' }], ...release],
    admin: [['await-done', { actor: 'app', op: 4 }], ['umount', { node: 'pmem0' }]]
  })

  it('is EBUSY while a mapping exists', () => {
    const finished = run(labOf(FSDAX, { app: [['mmap', { name: 'm', file: 'F' }], ['await-done', { actor: 'admin', op: 2 }], ['load', { mapping: 'm' }]], admin: [['await-done', { actor: 'app', op: 1 }], ['umount', { node: 'pmem0' }]] }), { policy: 'linux-6.12' })
    expect([op(finished, 'admin.2').errno, op(finished, 'app.3').killedBy]).toEqual(['EBUSY', null])
  })

  it.each(['linux-6.1', 'linux-6.12'])('does not wait for a page that a pipe holds, and the pipe still reads it (%s)', (policy) => {
    const finished = run(held([['await-done', { actor: 'admin', op: 2 }], ['read-pipe', { pipe: 'p' }]]), { policy })
    expect([op(finished, 'admin.2').result, op(finished, 'app.6').result]).toEqual([0, 4096])
    expect(violated(finished)).toEqual([])
  })

  it('waits from 6.15 on, uninterruptibly: L4 where the pipe is never read', () => {
    const finished = run(held([['wait', { for: '1 ms' }]]), { policy: 'linux-6.19' })
    expect(op(finished, 'admin.2').state).toBe('running')
    expect(violated(finished)).toEqual(['L4'])
  })
})

describe('file calls on a file system whose device is gone (spec 2.6, 16 unbindFsErrno)', () => {
  const calls: readonly ShortOperation[] = [['pread', { file: 'F', pages: '0+1' }], ['pwrite', { file: 'F', pages: '0+1' }], ['fsync', { file: 'F' }], ['create', { name: 'C', fs: 'pmem0' }], ['unlink', { file: 'F' }], ['fallocate', { file: 'F', mode: 'punch', pages: '0+1' }]]
  const errnos = (fs: 'xfs' | 'ext4', policy: string): readonly (string | null)[] => {
    const finished = run(labOf({ ...FSDAX, fs }, { app: [['unbind', { node: 'pmem0' }], ...calls] }), { policy })
    return calls.map((_, nth) => op(finished, `app.${nth + 2}`).errno)
  }

  it.each([
    ['ext4', 'linux-6.12,build=6.12.117', ['EIO', 'EIO', 'EIO', 'EIO', 'EIO', 'EIO']],
    ['ext4', 'linux-6.1,build=6.1.192', ['ENXIO', 'ENXIO', 'EIO', 'EROFS', 'EROFS', 'EROFS']],
    ['xfs', 'linux-6.1,build=6.1.192', ['EIO', 'EIO', 'EIO', 'EIO', 'EIO', 'EIO']],
    ['xfs', 'linux-6.19', ['EIO', 'EIO', 'EIO', 'EIO', 'EIO', 'EIO']]
  ] as const)('fail on %s under %s', (fs, policy, expected) => { expect(errnos(fs, policy)).toEqual(expected) })

  it('work before', () => {
    const finished = run(labOf({ ...FSDAX, fs: 'ext4' }, { app: calls }), { policy: 'linux-6.12' })
    expect(calls.map((_, nth) => op(finished, `app.${nth + 1}`).errno)).toEqual([null, null, null, null, null, null])
  })
})

it('device-dax is not split off its alignment by mprotect, munmap or mremap (spec 2.5)', () => {
  const finished = run(labOf(DEVDAX, {
    app: [['mmap', { name: 'm', file: 'dax0', pages: '0+1024' }],
      ['mprotect', { mapping: 'm', pages: '513+1', prot: 'r' }], ['munmap', { mapping: 'm', pages: '1+511' }], ['mremap', { mapping: 'm', newPages: 600 }],
      ['mprotect', { mapping: 'm', pages: '512+512', prot: 'r' }], ['munmap', { mapping: 'm', pages: '512+512' }]]
  }), { policy: 'linux-6.12' })
  expect([2, 3, 4, 5, 6].map((nth) => op(finished, `app.${nth}`).errno)).toEqual(['EINVAL', 'EINVAL', 'EINVAL', null, null])
})

it('a kernel without P2PDMA shows nothing of a controller memory buffer', () => {
  const lab = labOf(FSDAX, { app: [['sysfs-look', { node: 'cmb0' }], ['modprobe', { name: 'test_hmm', built: false }], ['modprobe', { name: 'nvme' }]] }, { cmb0: { kind: 'nvme-ssd', cmb: '64 MiB' } })
  const answers = (policy: string): unknown => { const finished = run(lab, { policy }); return [op(finished, 'app.1').result, op(finished, 'app.2').errno, op(finished, 'app.3').result] }
  expect(answers('linux-6.12')).toEqual([1, 'ENOENT', 0])
  expect(answers('linux-6.12,pciP2pdma=false')).toEqual([0, 'ENOENT', 0])
})
