import { describe, expect, it } from 'vitest'
import { p2pPools } from '../../src-shared/state/pgmap-tables'
import { arena } from '../../src-shared/state/arena'
import { hosts } from '../../src-shared/state/tables'
import { gpuLab } from '../support/gpu-lab'
import { run, type FinishedRun } from '../support/run'
import type { ShortOperation } from '../support/small-lab'

/**
 * Spec 2.2, typed from it: refcounts of ZONE_DEVICE pages by regime, and when they are free, idle and busy. `null` is a cell in which
 * the table has no value. The columns are compared as `pinlab compare` does: one lab, one policy a column.
 */
const TABLE = [
  {
    regime: 'one-based', policy: 'linux-5.15', privateFree: 1, coherentFree: 1, fsdaxFree: 1, fsdaxMappedTwice: 1, genericIdle: 1, p2pFree: 1,
    privateAfterLastPut: 1, p2pAfterLastPut: null, genericAfterLastPut: null, fsdaxWakesAt: 1,
  },
  {
    regime: 'private-zero-based', policy: 'linux-6.12', privateFree: 0, coherentFree: 0, fsdaxFree: 1, fsdaxMappedTwice: 1, genericIdle: 1, p2pFree: 1,
    privateAfterLastPut: 0, p2pAfterLastPut: 1, genericAfterLastPut: 1, fsdaxWakesAt: 1,
  },
  {
    regime: 'zero-based', policy: 'linux-6.19', privateFree: 0, coherentFree: 0, fsdaxFree: 0, fsdaxMappedTwice: 2, genericIdle: 1, p2pFree: 0,
    privateAfterLastPut: 0, p2pAfterLastPut: 0, genericAfterLastPut: 1, fsdaxWakesAt: 0,
  },
] as const

const CMB_PAGES = 512

/** One of each type of memory, and these programs. */
function on(policy: string, actors: Readonly<Record<string, readonly ShortOperation[]>>): FinishedRun {
  const lab = gpuLab({ files: { F: 2 }, coherentPages: 4, driveFiles: {}, actors })
  const { pmem0, nvme0 } = lab.topology.nodes
  const nodes = { ...lab.topology.nodes, pmem0: pmem0!, pmem1: { kind: 'pmem-region', mode: 'devdax', size: '2 MiB', files: { dax0: { size: '2 MiB' } } }, nvme0: { ...nvme0!, cmb: '2 MiB', cmbQueues: false } }
  return run({ ...lab, topology: { ...lab.topology, nodes, links: [...lab.topology.links, { from: 'cpu0.memory', to: 'pmem1' }] } }, { policy })
}

const refsOf = ({ description }: FinishedRun, node: string): number => hosts.refs.at(description.host, description.memories.find((memory) => memory.node === node)!.firstPfn)
const kinds = ({ trace }: FinishedRun): readonly string[] => [...trace.events()].map(({ kind }) => kind)
const opOf = ({ summary }: FinishedRun, name: string): FinishedRun['summary']['operations'][number] => summary.operations.find(({ op }) => op === name)!
const MAPPED: readonly ShortOperation[] = [['mmap', { name: 'm', file: 'F' }], ['store', { mapping: 'm' }]]

describe.each(TABLE)('spec 2.2, $regime', (cell) => {
  it('refcounts of pages that nobody uses', () => {
    const idle = on(cell.policy, { A: [['wait', { for: '1 ns' }]] })
    expect(['gpu0', 'cxl0', 'pmem0', 'pmem1', 'nvme0'].map((node) => refsOf(idle, node))).toEqual([cell.privateFree, cell.coherentFree, cell.fsdaxFree, cell.genericIdle, cell.p2pFree])
  })

  it('a page of a DAX file that is mapped twice', () => {
    const mapped = on(cell.policy, { A: MAPPED, B: [['mmap', { name: 'n', file: 'F' }], ['store', { mapping: 'n' }]] })
    expect(refsOf(mapped, 'pmem0')).toBe(cell.fsdaxMappedTwice)
  })

  it('idle: who only maps it makes nobody wait', () => {
    const mapped = on(cell.policy, { A: MAPPED, T: [['await-done', { actor: 'A', op: 2 }], ['ftruncate', { file: 'F', size: 0 }]] })
    expect([opOf(mapped, 'T.2').result, kinds(mapped).includes('layout-wait')]).toEqual([0, false])
  })

  it('busy: a hold makes truncate wait, and its end wakes it at exactly the idle count', () => {
    const held = on(cell.policy, { A: [...MAPPED, ['odirect-read', { mapping: 'm' }]], T: [['await-waiting', { actor: 'A', op: 3 }], ['ftruncate', { file: 'F', size: 0 }]] })
    expect([opOf(held, 'T.2').result, kinds(held).includes('layout-wait')]).toEqual([0, true])
    expect(opOf(held, 'T.2').blockedNs).toBeGreaterThan(0)
    expect(refsOf(held, 'pmem0')).toBe(cell.fsdaxWakesAt)
  })

  it('last put of a PRIVATE page: the free operation, and the count of a free page', () => {
    const freed = on(cell.policy, { A: [['mmap', { name: 'm', pages: '0+1' }], ['store', { mapping: 'm' }], ['gpu-migrate', { mapping: 'm', gpu: 'gpu0' }], ['munmap', { mapping: 'm' }]] })
    expect(opOf(freed, 'A.3').result).toBe(1)
    expect(kinds(freed).filter((kind) => kind === 'device-page-freed')).toHaveLength(1)
    expect(refsOf(freed, 'gpu0')).toBe(cell.privateAfterLastPut)
  })

  it(cell.p2pAfterLastPut === null ? 'P2PDMA memory cannot be mapped by user space' : 'last put of a P2PDMA page of a user: back in its pool', () => {
    const put = on(cell.policy, { A: [['p2p-mmap', { name: 'm', provider: 'nvme0', pages: '0+1' }], ['munmap', { mapping: 'm' }]] })
    expect(opOf(put, 'A.1').errno !== null).toBe(cell.p2pAfterLastPut === null)
    expect(p2pPools.available.get(p2pPools.$.rows(arena)[0]!)).toBe(CMB_PAGES)
    if (cell.p2pAfterLastPut !== null) expect(refsOf(put, 'nvme0')).toBe(cell.p2pAfterLastPut)
  })

  if (cell.genericAfterLastPut !== null) {
    it('last put of a GENERIC page: its count is that of an idle one again', () => {
      const put = on(cell.policy, { A: [['mmap', { name: 'm', file: 'dax0', pages: '0+512' }], ['store', { mapping: 'm', pages: '0+1' }], ['munmap', { mapping: 'm' }]] })
      expect(opOf(put, 'A.2').result).toBe(1)
      expect(refsOf(put, 'pmem1')).toBe(cell.genericAfterLastPut)
    })
  }
})
