import type { Lab } from '@shared/lab/lab'
import type { RunSummary } from '@shared/trace/run-description'
import type { ReportInput } from '../../src-main/report/report-document'
import { blockedTruncate } from './blocked-truncate'

export const LAB: Lab = {
  version: 1,
  title: 'Truncate under a short pin',
  topology: {
    nodes: {
      node0: { kind: 'host-memory', size: '16 GiB' }, pmem0: { kind: 'pmem-region', size: '64 KiB', fs: 'xfs', files: { F: { size: '16 KiB' } } },
      cpu0: { kind: 'cpu' }, rc0: { kind: 'root-complex' }, nvme0: { kind: 'nvme-ssd', bandwidth: '2.4 GB/s' }, nic0: { kind: 'rdma-nic' }
    },
    links: [
      { from: 'cpu0', to: 'node0' }, { from: 'cpu0', to: 'pmem0' }, { from: 'cpu0', to: 'rc0' },
      { from: 'rc0', to: 'nvme0', width: 4, gen: 4 }, { from: 'rc0', to: 'nic0', width: 16, gen: 5 }
    ]
  },
  actors: {
    admin: { ops: [{ word: 'ftruncate', parameters: { file: 'F', size: 0 } }] },
    app: { ops: [{ word: 'odirect-read', parameters: { mapping: 'a' } }] }
  }
}

const summary = (more: Partial<RunSummary>): RunSummary => ({
  lab: 'truncate-short-pin.lab.yaml', policy: 'linux-6.12', seed: 1, schedule: null, digest: '7f3a90c2d1e4b586', end: 'finished', steps: 8, endNs: 8000,
  operations: [
    { actor: 'admin', op: 'admin.1', text: 'ftruncate F to 0 B', state: 'done', result: 0, errno: null, killedBy: null, status: null, blockedOn: null, startNs: 2000, endNs: 8000, rounds: 1, blockedNs: 0, assumed: false },
    { actor: 'app', op: 'app.1', text: 'dio_read 1 page into F', state: 'done', result: 1, errno: null, killedBy: null, status: null, blockedOn: null, startNs: 1000, endNs: 8000, rounds: 1, blockedNs: 0, assumed: false }
  ],
  violations: [], notices: [], leftBehind: [], expectations: [], cost: { waits: 0, zeroedPages: 0, bouncedPages: 0 }, ...more
})

/** What a report of a run by hand is made from; the run is cut after `stepCount` steps. */
export function reportByHand(stepCount = 8, more: Partial<RunSummary> = {}, lab: Lab = LAB): ReportInput {
  const { trace, run } = blockedTruncate(stepCount)
  return { lab, trace, description: { ...run, title: lab.title }, summary: summary({ steps: trace.steps, ...more }), version: '0.1.0' }
}
