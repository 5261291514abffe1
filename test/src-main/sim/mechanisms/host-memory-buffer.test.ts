import { describe, expect, it } from 'vitest'
import { TraceCursor } from '../../../../src-shared/trace/cursor'
import { pageStateAt } from '../../../../src-shared/trace/page-state'
import { why } from '../../../../src-shared/trace/why'
import { arena } from '../../../../src-shared/state/arena'
import type { Lab, LabActor, LabNode, LabOperation } from '../../../../src-shared/lab/lab'
import { lentMemory } from '../../../../src-shared/state/p2p-tables'
import { hosts } from '../../../../src-shared/state/tables'
import { run, type FinishedRun } from '../../../support/run'
import type { ShortOperation } from '../../../support/small-lab'

/** A drive without memory of its own, a memory to lend from, and one program. */
function labOf(drive: Omit<LabNode, 'kind'>, memory: Omit<LabNode, 'kind'>, programs: Readonly<Record<string, readonly ShortOperation[]>>): Lab {
  return {
    version: 1, title: 'a drive that borrows',
    topology: {
      nodes: { cpu0: { kind: 'cpu' }, node0: { kind: 'host-memory', ...memory }, rc0: { kind: 'root-complex' }, nvme0: { kind: 'nvme-ssd', ...drive } },
      links: [{ from: 'cpu0.memory', to: 'node0' }, { from: 'cpu0.root', to: 'rc0.bus' }, { from: 'rc0.port', to: 'nvme0.pcie' }]
    },
    actors: Object.fromEntries(Object.entries(programs).map(([name, ops]): [string, LabActor] => [name, { ops: ops.map(([word, parameters = {}]): LabOperation => ({ word, parameters })) }]))
  }
}

const NOTHING: readonly ShortOperation[] = [['wait', { for: '1 us' }]]
const MIB = 256

const op = ({ summary }: FinishedRun, name: string) => {
  const found = summary.operations.find((operation) => operation.op === name)
  if (found === undefined) throw new Error(`there is no operation ${name}`)
  return found
}
const pieces = (): readonly (readonly [pages: number, inUse: number])[] =>
  lentMemory.$.rows(arena).filter((row) => lentMemory.pageCount.get(row) > 0).map((row) => [lentMemory.pageCount.get(row), lentMemory.inUse.get(row)])
function usedPages({ description }: FinishedRun): number {
  const { firstPfn, pageCount } = description.memories.find(({ node }) => node === 'node0')!
  return Array.from({ length: pageCount }, (_, at) => firstPfn + at).filter((pfn) => hosts.use.at(description.host, pfn) !== 0).length
}

describe('host memory that is lent to a drive (spec 7.4, nvme_setup_host_mem())', () => {
  it.each<[string, Omit<LabNode, 'kind'>, Omit<LabNode, 'kind'>, readonly (readonly [number, number])[]]>([
    ['is what it prefers', { hmb: '2 MiB' }, { size: '8 MiB' }, [[2 * MIB, 1]]],
    ['is nothing where it asks for nothing', {}, { size: '8 MiB' }, []],
    ['is 128 MiB at most', { hmb: '256 MiB' }, { size: '512 MiB' }, [[128 * MIB, 1]]],
    ['may be less than it prefers', { hmb: '16 MiB', hmbMin: '4 MiB' }, { size: '8 MiB' }, [[8 * MIB, 1]]],
    ['is nothing where there is less than it needs', { hmb: '16 MiB', hmbMin: '12 MiB' }, { size: '8 MiB' }, []],
    ['is nothing where it needs more than the limit', { hmb: '512 MiB', hmbMin: '256 MiB' }, { size: '1 GiB' }, []],
    ['does not come from ZONE_MOVABLE', { hmb: '2 MiB' }, { size: '8 MiB', zone: 'movable' }, []]
  ])('%s', (_, drive, memory, expected) => {
    run(labOf(drive, memory, { admin: NOTHING }))
    expect(pieces()).toEqual(expected)
  })

  it('comes back when its driver is unbound, and goes again with the next probe', () => {
    const gone = run(labOf({ hmb: '2 MiB' }, { size: '8 MiB' }, { admin: [['unbind', { node: 'nvme0' }]] }))
    expect([pieces(), usedPages(gone)]).toEqual([[], 0])
    run(labOf({ hmb: '2 MiB' }, { size: '8 MiB' }, { admin: [['nvme-probe', { node: 'nvme0' }], ['unbind', { node: 'nvme0' }], ['nvme-probe', { node: 'nvme0' }]] }))
    expect(pieces()).toEqual([[2 * MIB, 1]])
  })

  it('is taken back and lent through sysfs: never is memory free that the drive still uses', () => {
    const lab = labOf({ hmb: '2 MiB' }, { size: '8 MiB' }, { admin: [['nvme-hmb', { node: 'nvme0', on: false }], ['nvme-hmb', { node: 'nvme0' }]] })
    const finished = run(lab)
    expect([op(finished, 'admin.1').result, op(finished, 'admin.2').result, pieces()]).toEqual([0, 0, [[2 * MIB, 1]]])
    const { trace, description } = finished
    const view = new TraceCursor(trace)
    const { firstPfn } = description.memories.find(({ node }) => node === 'node0')!
    const piece = lentMemory.$.rows(arena)[0]!
    const seen = new Set<string>()
    for (let step = 0; step <= trace.steps; step++) {
      view.seek(step)
      const isHandedOut = lentMemory.pageCount.in(view, piece) > 0
      seen.add(`${isHandedOut ? 'lent' : 'free'} ${lentMemory.inUse.in(view, piece)} ${pageStateAt(view, description, firstPfn).state}`)
    }
    expect([...seen]).toEqual(['lent 1 dma', 'lent 0 dma', 'free 0 free'])
  })

  it('is not there for anybody else, and says whose it is', () => {
    const finished = run(labOf({ hmb: '7 MiB' }, { size: '8 MiB' }, { app: [['mmap', { name: 'm', pages: `0+${2 * MIB}` }], ['store', { mapping: 'm' }]] }))
    expect(op(finished, 'app.2').killedBy).not.toBeNull()
    const view = new TraceCursor(finished.trace)
    view.seek(finished.trace.steps)
    const { firstPfn } = finished.description.memories.find(({ node }) => node === 'node0')!
    const { question, links } = why(finished.trace, view, finished.description, { kind: 'page', pfn: firstPfn })
    expect([question.includes('under DMA'), links.map(({ text }) => text)]).toEqual([true, ['it is the host memory buffer of nvme0: the drive reads and writes it as it likes until its driver takes it back', 'nvme0 was probed before the lab began']])
  })

  it('keeps its memory block online: EBUSY, for nothing can move it', () => {
    const finished = run(labOf({ hmb: '2 MiB' }, { size: '8 MiB' }, { admin: [['memory-block', { node: 'node0', write: 'offline' }], ['nvme-hmb', { node: 'nvme0', on: false }], ['memory-block', { node: 'node0', write: 'offline' }]] }))
    expect([op(finished, 'admin.1').errno, op(finished, 'admin.3').result]).toEqual(['EBUSY', 0])
    const view = new TraceCursor(finished.trace)
    view.seek(finished.trace.steps)
    const { links } = why(finished.trace, view, finished.description, { kind: 'operation', nth: 0 })
    expect(links[0]?.text).toBe('the host memory buffer of nvme0 lies there, which nothing can move')
  })
})
