import { GUP_PIN_COUNTING_BIAS } from '@shared/domain/pin-form'
import { arena } from '@shared/state/arena'
import { nics, regions } from '@shared/state/rdma-tables'
import { actors, drives, files, filesystems, holders, hosts, operations, processes, requests } from '@shared/state/tables'
import type { StepEntry } from '@shared/protocol/catalogue'
import type { RunDescription } from '@shared/trace/run-description'

/** First frame of the pmem region of {@link mountedByHand}: block 0. */
export const BLOCK_0 = 0x80000

export interface HandBuilt {
  readonly run: RunDescription
  readonly host: number
  readonly file: number
  readonly process: number
  readonly admin: number
  readonly app: number
  readonly dio: number
  readonly truncate: number
}

const step = (id: number, name: string, title: string, more: Partial<StepEntry> = {}): StepEntry =>
  ({ id, mechanism: 'by-hand', name, title, source: 'spec', locals: [], interruptible: false, ...more })

/** Steps that hand-built states stand at. */
export const STEP = { idle: 1, pageIdle: 2, iolock: 3, invlock: 4, landed: 5, drained: 6, entry: 7, blocks: 8 } as const

const steps: readonly StepEntry[] = [
  step(STEP.idle, 'Q1', 'wait for work', { waitsFor: { kind: 'work' } }),
  step(STEP.pageIdle, 'W5', 'sleep until the folio is idle', { locals: ['file', 'pfn'], waitsFor: { kind: 'page-idle', pfn: 'pfn' }, interruptible: true }),
  step(STEP.iolock, 'W1', 'take iolock', { locals: ['file'], lock: { table: 'file', column: 'iolock', local: 'file', shared: false } }),
  step(STEP.invlock, 'E1', 'take invlock', { locals: ['file'], lock: { table: 'file', column: 'invlock', local: 'file', shared: true } }),
  step(STEP.landed, 'DI4', 'wait for the drive', { locals: ['op'], waitsFor: { kind: 'request', op: 'op' } }),
  step(STEP.drained, 'DR2', 'wait until accesses drained', { locals: ['mr'], waitsFor: { kind: 'drained', mr: 'mr' } }),
  step(STEP.entry, 'E3', 'take the entry lock', { locals: ['file', 'index'], waitsFor: { kind: 'entry', file: 'file', index: 'index' } }),
  step(STEP.blocks, 'A2', 'wait for a busy extent to clear', { locals: ['fs'], waitsFor: { kind: 'blocks', fs: 'fs' } })
]

/** One host, pmem0 with file F of four blocks at {@link BLOCK_0}, actors admin, app and nvme0. */
export function mountedByHand(mappingsCount = false): HandBuilt {
  arena.clear()
  const host = hosts.$.row(0)
  const fs = filesystems.$.row(0)
  const file = files.$.row(1)
  const process = processes.$.row(1)
  const [admin, app, nvme] = [actors.$.row(0), actors.$.row(1), actors.$.row(2)]
  const [truncate, dio] = [operations.$.row(0), operations.$.row(1)]
  const [drive, nic, mr] = [drives.$.row(0), nics.$.row(0), regions.$.row(process, 0)]
  files.fs.set(file, fs)
  files.dax.set(file, 1)
  files.size.set(file, 4 * 4096)
  files.kind.assign(file, 0, 4, files.kind.valueOf('written'))
  files.blockDelta.assign(file, 0, 4, BLOCK_0)
  hosts.owner.assign(host, BLOCK_0, 4, 1)
  hosts.ownerDelta.assign(host, BLOCK_0, 4, -BLOCK_0)
  const idleRefs = mappingsCount ? 0 : 1
  hosts.refs.assign(host, BLOCK_0, 4, idleRefs)
  const run: RunDescription = {
    title: 'by hand', policy: 'linux-6.12', seed: 1, schedule: null, host,
    actors: [
      { row: admin, name: 'admin', kind: 'task', node: null },
      { row: app, name: 'app', kind: 'task', node: null },
      { row: nvme, name: 'nvme0', kind: 'device', node: 'nvme0' }
    ],
    operations: [
      { row: truncate, name: 'admin.1', actor: 0, word: 'ftruncate', text: 'ftruncate F to 0 B', repeats: false },
      { row: dio, name: 'app.1', actor: 1, word: 'dio_read', text: 'dio_read 1 page into F', repeats: false }
    ],
    files: [{ row: file, name: 'F', fs }],
    processes: [{ row: process, name: 'app' }],
    mappings: [], pipes: [], buffers: [],
    verbs: [],
    regions: [{ row: mr, name: 'm1' }],
    memories: [{ node: 'pmem0', kind: 'pmem-region', type: 'fsdax', firstPfn: BLOCK_0, pageCount: 16, fs, numaNode: 0 }],
    nodes: ['pmem0', 'nvme0', 'nic0'], bridges: [], p2pBuffers: [], targets: [], driveFilesystems: [],
    links: [],
    devices: [{ row: drive, name: 'nvme0' }, { row: nic, name: 'nic0' }],
    steps,
    variants: [{ axis: 'truncate-vs-dma', id: 'wait-retry', title: 'Wait and retry', source: { text: 'fs/dax.c dax_break_layout() (6.19)', evidence: ['V'] }, assumed: false }],
    counts: {
      baseRefs: { normal: 0, fsdax: idleRefs, devdax: 1, p2pdma: idleRefs, private: 0, coherent: 0 },
      mappingsHold: { normal: true, fsdax: mappingsCount, devdax: mappingsCount, p2pdma: true, private: true, coherent: true },
      pagesHoldPgmap: { normal: false, fsdax: true, devdax: true, p2pdma: true, private: false, coherent: false },
      smallPin: 'bias', largePin: 'pincount'
    },
    invariants: [],
    watch: ['F:0']
  }
  return { run, host, file, process, admin, app, dio, truncate }
}

/** Takes a hold on frames and adds what it counts. */
export function holdByHand(built: HandBuilt, how: 'get' | 'pin' | 'longterm', first: number, count: number, keeper: number, op: number, piece = 0): number {
  const row = holders.$.row(op, piece)
  holders.how.set(row, holders.how.valueOf(how))
  holders.pfnFirst.set(row, first)
  holders.pageCount.set(row, count)
  holders.keeper.set(row, keeper)
  holders.host.set(row, built.host)
  holders.owner.set(row, hosts.owner.at(built.host, first))
  holders.ownerDelta.set(row, hosts.ownerDelta.at(built.host, first))
  hosts.refs.add(built.host, first, count, how === 'get' ? 1 : GUP_PIN_COUNTING_BIAS)
  return row
}

/** The request of an operation, on its way through the drive. */
export function requestByHand(built: HandBuilt, state: string, pages: number): number {
  const row = requests.$.row(built.dio)
  requests.state.set(row, requests.state.valueOf(state))
  requests.device.set(row, built.run.devices[0]!.row)
  requests.pages.set(row, pages)
  requests.pieces.set(row, 1)
  if (state === 'running') drives.served.set(built.run.devices[0]!.row, row)
  return row
}

/** Puts an actor at a step with these locals, inside an operation. */
export function standsAt(actor: number, stepId: number, locals: readonly number[], op: number): void {
  actors.pc.set(actor, stepId)
  actors.op.set(actor, op)
  locals.forEach((value, at) => { arena.set(actor + actors.stack.off + at, value) })
  operations.state.set(op, operations.state.valueOf('running'))
}
