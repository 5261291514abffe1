import { describe, expect, it } from 'vitest'
import type { Lab } from '../../../../src-shared/lab/lab'
import { run } from '../../../support/run'
import { smallLab, type ShortOperation, type SmallLab } from '../../../support/small-lab'

/** A file that a NIC reaches on demand, mapped by a peer's write; then `ops` of another process. */
function onDemand(ops: readonly ShortOperation[], more: Omit<SmallLab, 'actors'>, file = 'F'): Lab {
  const lab = smallLab({
    ...more,
    actors: {
      owner: [['mmap', { name: 'm', file }], ['ibv-reg', { name: 'r', mapping: 'm', access: 'local-write+remote-write+on-demand' }], ['wait', { for: '10 s' }]],
      other: [['await-done', { actor: 'N', op: 2 }], ...ops, ['wait', { for: '1 s' }]],
      N: { on: 'peer', ops: [['await-done', { actor: 'owner', op: 2 }], ['rdma-write', { mr: 'r', pages: '0+1' }], ['await-done', { actor: 'other', op: 1 + ops.length }], ['rdma-write', { mr: 'r', pages: '0+1' }]] },
    },
  })
  return { ...lab, topology: { ...lab.topology, nodes: { ...lab.topology.nodes, nic0: { kind: 'rdma-nic', odp: true } } } }
}

const brokenIn = (lab: Lab, policy: string): readonly string[] => run(lab, { policy }).summary.violations.map(({ id, chain }) => `${id}: ${chain.join('; ')}`)

describe('a device that copied page-table entries is told before a file is unmapped (spec 6.7, 8.9)', () => {
  it.each(['linux-6.19', 'linux-4.14', 'linux-5.15,truncate-vs-dma=busy-extent', 'linux-5.15,truncate-vs-dma=block-new-refs', 'linux-5.15,truncate-vs-dma=wait-hold-lock', 'linux-5.15,truncate-vs-dma=fail-etxtbsy', 'linux-5.15,truncate-vs-dma=noop-success'])('by a truncate of a DAX file, %s', (policy) => {
    expect(brokenIn(onDemand([['ftruncate', { file: 'F', size: 0 }]], { files: { F: 2 } }), policy)).toEqual([])
  })

  it.each(['punch', 'collapse', 'insert'])('by %s of a DAX file', (mode) => {
    expect(brokenIn(onDemand([['fallocate', { file: 'F', mode, pages: '0+1' }]], { files: { F: 2 } }), 'linux-6.19')).toEqual([])
  })

  it('by a truncate and by reclaim of a file in the page cache', () => {
    const drive: Omit<SmallLab, 'actors'> = { driveFiles: { C: { size: '8 KiB', cached: true } } }
    for (const op of [['ftruncate', { file: 'C', size: 0 }], ['reclaim', { file: 'C' }]] as const) expect(brokenIn(onDemand([op], drive, 'C'), 'linux-6.1')).toEqual([])
  })

  it('by the end of the driver', () => {
    expect(brokenIn(onDemand([['unbind', { node: 'pmem0' }]], { files: { F: 2 } }), 'linux-6.19')).toEqual([])
  })
})
