import { hosts, mappings, processes } from '../../src-shared/state/tables'
import type { Lab } from '../../src-shared/lab/lab'
import { arena } from '../../src-shared/state/arena'
import { runsIn } from '../../src-shared/state/page-runs'
import { smallLab, type SmallLab } from './small-lab'
import { run, type FinishedRun, type RunOptions } from './run'

export interface GpuLab extends SmallLab {
  /** Pages of each GPU, gpu0, gpu1, …; one of 16 pages if not said. */
  readonly gpuPages?: readonly number[]
  /** Pages of a memory on a coherent interconnect, cxl0; none if not said. */
  readonly coherentPages?: number
}

const KIB_A_PAGE = 4

/** The small lab with GPUs, and perhaps coherent memory. */
export function gpuLab(of: GpuLab): Lab {
  const lab = smallLab(of)
  const nodes = { ...lab.topology.nodes }
  const links = [...lab.topology.links]
  const add = (name: string, kind: string, pages: number): void => {
    nodes[name] = { kind, size: `${pages * KIB_A_PAGE} KiB` }
    links.push({ from: 'rc0.port', to: `${name}.pcie` })
  }
  ;(of.gpuPages ?? [16]).forEach((pages, nth) => { add(`gpu${nth}`, 'gpu', pages) })
  if (of.coherentPages !== undefined) add('cxl0', 'coherent-memory', of.coherentPages)
  return { ...lab, topology: { ...lab.topology, nodes, links } }
}

export interface GpuRun extends FinishedRun {
  readonly op: (name: string) => FinishedRun['summary']['operations'][number]
  /** Page-table entry of a page of a mapping, in words. */
  readonly pte: (mapping: string, page: number) => string
  /** Memory that a page of a mapping is in. */
  readonly where: (mapping: string, page: number) => string
  readonly pfn: (mapping: string, page: number) => number
  /** Frames of a memory that are in use. */
  readonly used: (node: string) => number
}

export function runGpu(of: GpuLab, options: RunOptions = {}): GpuRun {
  const finished = run(gpuLab(of), options)
  const { description } = finished
  const place = (name: string, page: number): { process: number, vpn: number } => {
    const { row } = description.mappings.find((mapping) => mapping.name === name)!
    return { process: mappings.process.get(row), vpn: mappings.vpnFirst.get(row) + page }
  }
  const pfn = (name: string, page: number): number => {
    const { process, vpn } = place(name, page)
    return vpn + processes.pfnDelta.at(process, vpn)
  }
  return {
    ...finished, pfn,
    op: (name) => finished.summary.operations.find(({ op }) => op === name)!,
    pte(name, page) {
      const { process, vpn } = place(name, page)
      return processes.pte.spec.names![processes.pte.at(process, vpn)]!
    },
    where: (name, page) => description.memories.find(({ firstPfn, pageCount }) => firstPfn <= pfn(name, page) && pfn(name, page) < firstPfn + pageCount)?.node ?? 'nowhere',
    used(node) {
      const memory = description.memories.find((candidate) => candidate.node === node)!
      const end = memory.firstPfn + memory.pageCount
      return [...runsIn(arena, description.host, hosts.use.field, memory.firstPfn, end)].reduce((pages, { first, count }) => pages + Math.max(0, Math.min(end, first + count) - Math.max(memory.firstPfn, first)), 0)
    },
  }
}
