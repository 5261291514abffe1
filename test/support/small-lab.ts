import type { Lab, LabActor, LabFile, LabOperation, Scalar } from '../../src-shared/lab/lab'
import type { OperationOutcome } from '../../src-shared/trace/run-description'
import { run, type FinishedRun, type RunOptions } from './run'

/** An operation as short as in a lab file: `['store', { mapping: 'm' }]`. */
export type ShortOperation = readonly [word: string, parameters?: Readonly<Record<string, Scalar>>]

interface SmallActor extends Omit<LabActor, 'ops'> {
  readonly ops: readonly ShortOperation[]
}

export interface SmallLab {
  readonly policy?: string
  /** Pages by file name, written from the start, or a file as in a lab. */
  readonly files?: Readonly<Record<string, number | LabFile>>
  /** Files in host memory: tmpfs if a number of pages. */
  readonly memoryFiles?: Readonly<Record<string, number | LabFile>>
  /** Files on the drive, of `driveFs` (XFS if not said). */
  readonly driveFiles?: Readonly<Record<string, LabFile>>
  readonly driveFs?: 'xfs' | 'ext4'
  readonly pmemPages?: number
  readonly hostPages?: number
  readonly actors: Readonly<Record<string, readonly ShortOperation[] | SmallActor>>
}

const KIB_A_PAGE = 4

/** One CPU with memory, a pmem region with the files, a drive, a NIC and a remote peer; and these programs. */
export function smallLab({ policy, files = {}, memoryFiles = {}, driveFiles, driveFs = 'xfs', pmemPages = 16, hostPages = 64, actors }: SmallLab): Lab {
  const labFiles = Object.entries(files).map(([name, file]): [string, LabFile] => [name, typeof file === 'number' ? { size: `${file * KIB_A_PAGE} KiB` } : file])
  const inMemory = Object.entries(memoryFiles).map(([name, file]): [string, LabFile] => [name, typeof file === 'number' ? { size: `${file * KIB_A_PAGE} KiB`, fs: 'tmpfs' } : file])
  return {
    version: 1, title: 'a lab of a test', ...(policy === undefined ? {} : { policy }),
    topology: {
      nodes: {
        cpu0: { kind: 'cpu' }, node0: { kind: 'host-memory', size: `${hostPages * KIB_A_PAGE} KiB`, files: Object.fromEntries(inMemory) }, rc0: { kind: 'root-complex' },
        pmem0: { kind: 'pmem-region', size: `${pmemPages * KIB_A_PAGE} KiB`, files: Object.fromEntries(labFiles) },
        nvme0: { kind: 'nvme-ssd', ...(driveFiles === undefined ? {} : { fs: driveFs, files: driveFiles }) }, nic0: { kind: 'rdma-nic' }, peer: { kind: 'rdma-peer' },
      },
      links: [
        { from: 'cpu0.memory', to: 'node0' }, { from: 'cpu0.memory', to: 'pmem0' }, { from: 'cpu0.root', to: 'rc0.bus' },
        { from: 'rc0.port', to: 'nvme0.pcie' }, { from: 'rc0.port', to: 'nic0.pcie' }, { from: 'nic0.fabric', to: 'peer.fabric' },
      ],
    },
    actors: Object.fromEntries(Object.entries(actors).map(([name, actor]) => [name, actorOf(actor)])),
  }
}

function actorOf(actor: readonly ShortOperation[] | SmallActor): LabActor {
  const { ops, ...more } = 'ops' in actor ? actor : { ops: actor }
  return { ...more, ops: ops.map(([word, parameters = {}]): LabOperation => ({ word, parameters })) }
}

export interface SmallRun extends FinishedRun {
  /** Outcome of an operation by its name, "A.2". */
  readonly op: (name: string) => OperationOutcome
}

export function runSmall(lab: SmallLab, options: RunOptions = {}): SmallRun {
  const finished = run(smallLab(lab), options)
  return {
    ...finished,
    op(name) {
      const found = finished.summary.operations.find((operation) => operation.op === name)
      if (found === undefined) throw new Error(`there is no operation ${name}`)
      return found
    },
  }
}
