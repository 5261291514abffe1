import { describe, expect, it } from 'vitest'
import type { Lab } from '../../../../src-shared/lab/lab'
import { gpuSpaces } from '../../../../src-shared/state/device-memory-tables'
import { arena } from '../../../../src-shared/state/arena'
import { regions } from '../../../../src-shared/state/rdma-tables'
import { mappings } from '../../../../src-shared/state/tables'
import { Audit } from '../../../support/audit'
import { gpuLab } from '../../../support/gpu-lab'
import { run, type FinishedRun } from '../../../support/run'
import type { ShortOperation, SmallLab } from '../../../support/small-lab'

/** The small lab with a GPU and a NIC that takes page faults. */
function watchedLab(of: SmallLab): Lab {
  const lab = gpuLab(of)
  return { ...lab, topology: { ...lab.topology, nodes: { ...lab.topology.nodes, nic0: { kind: 'rdma-nic', odp: true } } } }
}

/** Runs a lab; each of its steps keeps to what it declares. */
function audited(lab: Lab): FinishedRun {
  const audit = new Audit()
  const finished = audit.watch(() => run(lab))
  expect([...audit.findings]).toEqual([])
  return finished
}

/** What the NIC translates page `page` of registration o to, in words. */
const nicEntry = ({ description }: FinishedRun, page: number): string => {
  const { row } = description.regions.find(({ name }) => name === 'o')!
  return regions.nicEntry.spec.names![regions.nicEntry.at(row, page)]!
}

/** What the GPU maps page `page` of mapping m as, in words. */
const gpuEntry = ({ description }: FinishedRun, page: number): string => {
  const { row } = description.mappings.find(({ name }) => name === 'm')!
  const space = gpuSpaces.$.rows(arena).find((candidate) => gpuSpaces.process.get(candidate) === mappings.process.get(row))!
  return gpuSpaces.pte.spec.names![gpuSpaces.pte.at(space, mappings.vpnFirst.get(row) + page)]!
}

const REG: ShortOperation = ['ibv-reg', { name: 'o', mapping: 'm', access: 'local-write+remote-write+on-demand' }]
const write = (at: string): ShortOperation => ['rdma-write', { mr: 'o', pages: '0+3', at }]

interface Case {
  readonly what: string
  readonly files?: SmallLab['files']
  readonly driveFiles?: SmallLab['driveFiles']
  /** Set-up of the process before it registers. */
  readonly map: readonly ShortOperation[]
  readonly change: readonly ShortOperation[]
  /** Entries of pages 0, 1, 2 afterwards. */
  readonly left: readonly string[]
  readonly policy?: string
}

const DAX = { files: { F: 3 } } as const
const CACHE = { driveFiles: { F: { size: '12 KiB' } } } as const
const MAP: ShortOperation = ['mmap', { name: 'm', file: 'F' }]
const GONE = ['none', 'none', 'none']

/** Page-table entries that a device copied go before those of the CPU do: mm/memory.c zap_page_range_single(), mm/rmap.c (spec 6.7 OI1–OI3, 8.9). */
const CASES: readonly Case[] = [
  ...['none', 'wait-retry', 'wait-hold-lock', 'block-new-refs', 'busy-extent', 'fail-etxtbsy', 'noop-success'].map((variant): Case =>
    ({ what: `ftruncate of a DAX file, ${variant}`, files: DAX.files, map: [MAP], change: [['ftruncate', { file: 'F', size: 0 }]], left: GONE, policy: `truncate-vs-dma=${variant}` })),
  { what: 'punch of a DAX page, which unmaps the whole file', ...DAX, map: [MAP], change: [['fallocate', { file: 'F', mode: 'punch', pages: '1+1' }]], left: GONE, policy: 'truncate-vs-dma=wait-retry' },
  { what: 'punch of a DAX page, op-range', ...DAX, map: [MAP], change: [['fallocate', { file: 'F', mode: 'punch', pages: '1+1' }]], left: ['write', 'none', 'write'], policy: 'truncate-vs-dma=none' },
  { what: 'fsync of a DAX file, which write-protects', ...DAX, map: [MAP, ['store', { mapping: 'm' }]], change: [['fsync', { file: 'F' }]], left: GONE },
  { what: 'collapse of a DAX file', ...DAX, map: [MAP], change: [['fallocate', { file: 'F', mode: 'collapse', pages: '0+1' }]], left: GONE, policy: 'truncate-vs-dma=none' },
  { what: 'unbind of the pmem driver', ...DAX, map: [MAP], change: [['unbind', { node: 'pmem0' }]], left: GONE, policy: 'linux-6.12' },
  { what: 'truncate of page cache', ...CACHE, map: [MAP], change: [['ftruncate', { file: 'F', size: '4 KiB' }]], left: ['write', 'none', 'none'] },
  { what: 'punch of page cache', ...CACHE, map: [MAP], change: [['fallocate', { file: 'F', mode: 'punch', pages: '1+1' }]], left: ['write', 'none', 'write'] },
  { what: 'writeback, which write-protects', ...CACHE, map: [MAP], change: [['writeback', { file: 'F' }]], left: GONE },
  { what: 'reclaim of page cache', ...CACHE, map: [MAP], change: [['reclaim', { file: 'F' }]], left: GONE },
  { what: 'soft offline, which moves the pages', map: [['mmap', { name: 'm', pages: '0+3' }]], change: [['madvise', { mapping: 'm', advice: 'soft-offline' }]], left: GONE },
]

describe.each(CASES)('$what', ({ files, driveFiles, map, change, left, policy }) => {
  const of = (reader: readonly ShortOperation[], extra: SmallLab['actors'] = {}): SmallLab => ({
    ...(files === undefined ? {} : { files }), ...(driveFiles === undefined ? {} : { driveFiles }), policy: policy ?? 'linux-6.19',
    actors: { H: [...map, ...reader], ...extra, T: { process: 'H', ops: [['wait', { for: '5 ms' }], ...change] } },
  })

  it('takes what the NIC copied', () => {
    const finished = audited(watchedLab(of([REG], { N: { on: 'peer', ops: [write('1 ms')] } })))
    expect([0, 1, 2].map((page) => nicEntry(finished, page))).toEqual(left)
    expect(finished.summary.violations).toEqual([])
  })

  it('takes what a GPU copied', () => {
    const finished = audited(watchedLab(of([['gpu-write', { mapping: 'm', gpu: 'gpu0' }]])))
    expect([0, 1, 2].map((page) => gpuEntry(finished, page))).toEqual(left)
    expect(finished.summary.violations).toEqual([])
  })
})

/** A fault that puts another page in the place of one that a device has copied: mm/memory.c wp_page_copy(), fs/dax.c dax_insert_entry() (6.19). */
describe('a fault that replaces what the NIC reads', () => {
  const READ: ShortOperation = ['ibv-reg', { name: 'o', mapping: 'm', access: 'remote-read+on-demand' }]
  const reader = { on: 'peer', ops: [['rdma-read', { mr: 'o', pages: '0+1', at: '1 ms' }]] } as const

  it('takes it from the NIC: the first write of a private DAX mapping', () => {
    const finished = audited(watchedLab({
      files: { F: 1 },
      actors: { H: [['mmap', { name: 'm', file: 'F', flags: 'private' }], READ], N: reader, T: { process: 'H', ops: [['wait', { for: '5 ms' }], ['store', { mapping: 'm' }]] } },
    }))
    expect(nicEntry(finished, 0)).toBe('none')
    expect(finished.summary.violations).toEqual([])
  })

  it.each(['dax-fault=both', 'dax-fault=racy-unwritten', 'dax-fault=i_mmap-exclusive'])('takes it from the NIC: a block instead of the zero page of a hole, %s', (policy) => {
    const finished = audited(watchedLab({
      files: { F: 1 }, policy,
      actors: {
        H: [['fallocate', { file: 'F', mode: 'punch', pages: '0+1' }], ['mmap', { name: 'm', file: 'F' }], READ], N: reader,
        U: [['wait', { for: '3 ms' }], ['mmap', { name: 'u', file: 'F' }], ['store', { mapping: 'u' }]],
      },
    }))
    expect(finished.summary.operations.map(({ op, result }) => [op, result])).toContainEqual(['U.3', 1])
    expect(nicEntry(finished, 0)).toBe('none')
    expect(finished.summary.violations).toEqual([])
  })

  it('and the NIC had it before', () => {
    const finished = audited(watchedLab({ files: { F: 1 }, actors: { H: [['fallocate', { file: 'F', mode: 'punch', pages: '0+1' }], ['mmap', { name: 'm', file: 'F' }], READ], N: reader } }))
    expect(nicEntry(finished, 0)).toBe('zero page')
  })
})

/** hw/mlx5/odp.c: the NIC is fenced from the pages of an invalidation, not from a message that waits for one of them. */
describe('a message that stalls for a page of its local memory', () => {
  const lab = (): Lab => watchedLab({
    actors: {
      H: [['mmap', { name: 'm', pages: '0+2' }], ['mmap', { name: 'k', pages: '0+2' }], ['store', { mapping: 'm' }], REG, ['ibv-reg', { name: 'r', mapping: 'k' }], ['qp', { name: 'a', peer: 'b' }], ['qp', { name: 'b', peer: 'a' }],
        ['rdma-write', { qp: 'a', local: 'o+0', remote: 'r+0', len: '8 KiB' }]],
      U: { process: 'H', ops: [['await-done', { actor: 'H', op: 7 }], ['madvise', { mapping: 'm', advice: 'dontneed', pages: '1+1' }]] },
    },
  })

  it.each(Array.from({ length: 40 }, (_, seed) => seed))('does not hold an invalidation up, schedule %i', (seed) => {
    const { summary } = run(lab(), { schedule: 'random', seed })
    expect(summary.operations.map(({ op, state }) => `${op} ${state}`).filter((text) => !text.endsWith(' done'))).toEqual([])
    expect(summary.violations).toEqual([])
  })
})
