import { describe, expect, it } from 'vitest'
import type { Lab, LabNode } from '../../src-shared/lab/lab'
import { gpuLab, type GpuLab } from '../support/gpu-lab'
import { run } from '../support/run'
import { smallLab } from '../support/small-lab'
import { defectsOf } from './defects'

const withNode = (lab: Lab, name: string, node: LabNode, link: string): Lab =>
  ({ ...lab, topology: { nodes: { ...lab.topology.nodes, [name]: node }, links: [...lab.topology.links, { from: link, to: name }] } })

const COHERENT: GpuLab = { gpuPages: [], coherentPages: 2, hostPages: 64, actors: {} }

/** What random labs have found, as small as it gets: lab and policy, in time order. */
const FOUND: readonly (readonly [title: string, lab: Lab, policy: string])[] = [
  ['device pages that are allocated again by the same operation are held beside the first ones', gpuLab({ actors: { A: [['gpu-alloc', { count: 2, repeat: 3 }]] } }), 'linux-6.19'],
  ['references that are taken again by the same operation are held beside the first ones', smallLab({ actors: { A: [['mmap', { name: 'm', pages: '0+2' }], ['store', { mapping: 'm' }], ['get-page', { mapping: 'm', repeat: 3 }], ['put-page']] } }), 'linux-6.19'],
  ['exclusive access to a page of a huge folio locks the folio', gpuLab({ hostPages: 2048, actors: { A: [['mmap', { name: 'm', pages: '0+512', huge: true }], ['store', { mapping: 'm' }], ['gpu-exclusive', { mapping: 'm', pages: '5+2' }]] } }), 'linux-6.19'],
  ['a long-term pin that moves pages off a coherent device lets go of those that were in RAM before it begins again', gpuLab({ ...COHERENT, actors: { A: [['mmap', { name: 'm', pages: '0+4' }], ['store', { mapping: 'm' }], ['gpu-migrate', { mapping: 'm' }], ['xdp-register', { mapping: 'm', socket: 's' }]] } }), 'linux-5.15'],
  ['a fault of 4.2 finds that its blocks have been punched', withFs('ext4', smallLab({ files: { F: { size: '12 KiB', layout: 'hole' } }, actors: { A: [['mmap', { name: 'm', file: 'F' }], ['store', { mapping: 'm' }]], B: [['mmap', { name: 'n', file: 'F' }], ['madvise', { mapping: 'n', advice: 'remove', at: '100 ns' }]] } })), 'campbell-2020-thp,dax-fault=racy-unwritten'],
  ['a drive that is bound is not probed again', withNode(smallLab({ actors: { A: [['nvme-probe', { node: 'nvme1', repeat: 2 }]] } }), 'nvme1', { kind: 'nvme-ssd', cmb: '2 MiB', ioQueues: 1, queueDepth: 64 }, 'rc0.port'), 'linux-4.2'],
  ['peer-to-peer memory is not mapped where its pages are counted from one', withNode(smallLab({ actors: { A: [['p2p-mmap', { name: 'm', provider: 'nvme1', pages: '0+1' }], ['unbind', { node: 'nvme1' }]] } }), 'nvme1', { kind: 'nvme-ssd', cmb: '2 MiB', cmbQueues: false }, 'rc0.port'), 'linux-4.14,userP2p=true'],
  ['an O_DIRECT read into the page cache of a pmem file ends, also when writeback has cleaned its pages', pmemCache(), 'linux-4.15'],
  ['a page that memunmap has put is idle, not busy', smallLab({ files: { F: 1 }, actors: { A: [['mmap', { name: 'm', file: 'F' }], ['store', { mapping: 'm' }], ['unbind', { node: 'pmem0' }]], B: [['ftruncate', { file: 'F', size: 0, at: '50 us' }]] } }), 'harrosh-2019-dual-ref'],
  ['pins that two operations took under one name are let go together', smallLab({ actors: { A: [['mmap', { name: 'm', pages: '0+2' }], ['store', { mapping: 'm' }], ['pin-pages', { name: 'p', mapping: 'm' }], ['pin-pages', { name: 'p', mapping: 'm' }], ['unpin-pages', { of: 'p' }]] } }), 'linux-6.1'],
  ['a child that never comes is nobody who waits', smallLab({ actors: { A: [['exit'], ['fork', { child: 'K' }]], K: [['wait', { for: '1 us' }]] } }), 'linux-6.19'],
  ['a program that polls for a completion that nobody brings is no call that hangs', smallLab({ actors: { A: [['qp', { name: 'q', peer: 'q' }], ['poll-cq', { qp: 'q' }]] } }), 'linux-6.19'],
]

function withFs(fs: string, lab: Lab): Lab {
  return { ...lab, topology: { ...lab.topology, nodes: { ...lab.topology.nodes, pmem0: { ...lab.topology.nodes['pmem0']!, fs } } } }
}

function pmemCache(): Lab {
  const lab = smallLab({ files: { H: { size: '12 KiB', layout: 'unwritten' } }, actors: { A: [['mmap', { name: 'm', file: 'H' }], ['store', { mapping: 'm' }], ['odirect-read', { mapping: 'm' }]], B: [['writeback', { file: 'H', at: '9 us' }]] } })
  return { ...lab, topology: { ...lab.topology, nodes: { ...lab.topology.nodes, pmem0: { ...lab.topology.nodes['pmem0']!, mount: 'never' } } } }
}

describe('what random labs have found', () => {
  it.each(FOUND)('%s', (_, lab, policy) => {
    expect(defectsOf({ lab: { ...lab, bounds: { stepsMax: 3_000 } }, policy, schedule: null, ends: true }, 1)).toEqual([])
  })

  it('a page that is unmapped while it moves to another node is freed where it arrives', () => {
    const lab = withNode(smallLab({ actors: { A: [['mmap', { name: 'm', pages: '0+1' }], ['store', { mapping: 'm' }], ['munmap', { mapping: 'm' }]], B: [['memory-block', { node: 'node0', write: 'offline' }]] } }), 'node1', { kind: 'host-memory', node: 1, size: '64 KiB' }, 'cpu0.memory')
    const defects = Array.from({ length: 200 }, (_, seed) => defectsOf({ lab: { ...lab, bounds: { stepsMax: 3_000 } }, policy: 'linux-6.19', schedule: 'random', ends: true }, seed)).flat()
    expect(defects).toEqual([])
  })

  it('a huge page is mapped from its beginning, and whole', () => {
    const { summary } = run(smallLab({ hostPages: 2048, memoryFiles: { U: { size: '2 MiB', fs: 'hugetlb' } }, actors: { A: [['mmap', { name: 'part', file: 'U', pages: '93+307' }], ['mmap', { name: 'm', file: 'U', pages: '0+3' }], ['load', { mapping: 'm', pages: '511+1' }], ['munmap', { mapping: 'm', pages: '0+3' }], ['munmap', { mapping: 'm' }]] } }))
    expect(summary.operations.map(({ errno }) => errno)).toEqual(['EINVAL', null, null, 'EINVAL', null])
  })

  it('waitpid of a child that is not there is ECHILD', () => {
    const { summary } = run(smallLab({ actors: { A: [['waitpid', { child: 'K' }], ['fork', { child: 'K' }]], K: [['wait', { for: '1 us' }]] } }))
    expect(summary.operations.find(({ op }) => op === 'A.1')?.errno).toBe('ECHILD')
  })

  it('a call that is repeated for ever lets time pass', () => {
    const { summary } = run(withNode(smallLab({ actors: { A: [['p2p-distance', { provider: 'nvme1', client: 'nvme0', repeat: 'forever' }]], B: [['wait', { for: '1 us' }]] } }), 'nvme1', { kind: 'nvme-ssd', cmb: '2 MiB' }, 'rc0.port'))
    expect(summary.operations.find(({ op }) => op === 'B.1')?.state).toBe('done')
  })
})
