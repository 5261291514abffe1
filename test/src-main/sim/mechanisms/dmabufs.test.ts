import { describe, expect, it } from 'vitest'
import type { Lab } from '../../../../src-shared/lab/lab'
import { TraceCursor } from '../../../../src-shared/trace/cursor'
import { why } from '../../../../src-shared/trace/why'
import { Audit } from '../../../support/audit'
import { bundledLab } from '../../../support/bundled-labs'
import { gpuLab } from '../../../support/gpu-lab'
import { run, type FinishedRun, type RunOptions } from '../../../support/run'
import type { ShortOperation, SmallLab } from '../../../support/small-lab'

const EXPORT: ShortOperation = ['dmabuf-export', { name: 'b', size: '8 KiB' }]
const REG: ShortOperation = ['ibv-reg-dmabuf', { name: 'd', dmabuf: 'b', pages: '0+2' }]

function lab(actors: SmallLab['actors'], odp: boolean, gpuPages = 16, hostPages = 64): Lab {
  const plain = gpuLab({ policy: 'linux-6.19', actors, gpuPages: [gpuPages], hostPages })
  return { ...plain, topology: { ...plain.topology, nodes: { ...plain.topology.nodes, nic0: { kind: 'rdma-nic', odp } } } }
}

/** Runs a lab; each of its steps keeps to what it declares. */
function audited(of: Lab, options: RunOptions = {}): FinishedRun {
  const audit = new Audit()
  const finished = audit.watch(() => run(of, options))
  expect([...audit.findings]).toEqual([])
  return finished
}

const outcomes = ({ summary }: FinishedRun): Readonly<Record<string, number | string | null>> =>
  Object.fromEntries(summary.operations.map(({ op, result, errno, status }) => [op, status ?? errno ?? result]))

/** ib_umem_dmabuf_get(): offset_in_page and length must lie inside the buffer; ib_check_mr_access() (spec 6.8). */
describe('registration of a dma-buf', () => {
  it.each([
    ['a range beyond the buffer', [EXPORT, ['ibv-reg-dmabuf', { name: 'd', dmabuf: 'b', pages: '1+2' }]], 'EINVAL'],
    ['a buffer that was never exported', [['ibv-reg-dmabuf', { name: 'd', dmabuf: 'b', pages: '0+1' }], EXPORT], 'EINVAL'],
    ['a buffer that was revoked', [EXPORT, ['dmabuf-revoke', { dmabuf: 'b' }], REG], 'EINVAL'],
    ['remote writes without local ones', [EXPORT, ['ibv-reg-dmabuf', { name: 'd', dmabuf: 'b', pages: '0+1', access: 'remote-write' }]], 'EINVAL'],
  ] as const)('refuses %s', (_what, ops, errno) => {
    expect(Object.values(outcomes(audited(lab({ G: ops }, true))))).toContain(errno)
  })

  it('is charged to nobody and pins no memory of the process', () => {
    const finished = audited(lab({ G: { memlock: 0, caps: 'none', ops: [EXPORT, REG] } }, true))
    expect(outcomes(finished)['G.2']).toBe(0)
  })
})

describe('a buffer that moves', () => {
  it('has no room in RAM: ENOMEM, and it stays where it is', () => {
    const finished = audited(lab({ G: [['mmap', { name: 'm', pages: '0+4' }], ['store', { mapping: 'm' }], EXPORT, ['dmabuf-move', { dmabuf: 'b' }]] }, true, 16, 4))
    expect(outcomes(finished)['G.4']).toBe('ENOMEM')
    expect(finished.summary.violations).toEqual([])
  })

  it('does not fit the device: ENOMEM', () => {
    expect(outcomes(audited(lab({ G: [EXPORT] }, true, 1)))['G.1']).toBe('ENOMEM')
  })

  it('goes there and back, and what a remote peer wrote goes with it', () => {
    const finished = audited(lab({
      G: [EXPORT, REG, ['await-done', { actor: 'N', op: 1 }], ['dmabuf-move', { dmabuf: 'b', to: 'ram' }], ['dmabuf-move', { dmabuf: 'b', to: 'device' }], ['dmabuf-move', { dmabuf: 'b', to: 'device' }]],
      N: { on: 'peer', ops: [['rdma-write', { mr: 'd', pages: '0+2', at: '1 ms' }], ['rdma-read', { mr: 'd', pages: '0+2', at: '9 ms' }]] },
    }, true))
    expect(outcomes(finished)).toMatchObject({ 'G.4': 2, 'G.5': 2, 'G.6': 0, 'N.1': 'success', 'N.2': 'success' })
    expect(finished.summary.violations).toEqual([])
  })

  it.each(Array.from({ length: 40 }, (_, seed) => seed))('never leaves the NIC an old frame, schedule %i', (seed) => {
    const finished = run(lab({
      G: [EXPORT, REG, ['dmabuf-move', { dmabuf: 'b', to: 'ram' }], ['dmabuf-move', { dmabuf: 'b', to: 'device' }], ['dmabuf-revoke', { dmabuf: 'b' }]],
      N: { on: 'peer', ops: [['await-done', { actor: 'G', op: 2 }], ['rdma-write', { mr: 'd', pages: '0+2' }], ['rdma-write', { mr: 'd', pages: '0+2' }], ['rdma-write', { mr: 'd', pages: '1+1' }]] },
    }, true), { schedule: 'random', seed })
    expect(finished.summary.violations).toEqual([])
    expect(finished.summary.operations.filter(({ state }) => state !== 'done')).toEqual([])
  })
})

/** umem_dmabuf.c ib_umem_dmabuf_unsupported_move_notify(): a warning is all that a pinned importer has for it (spec 6.8). */
describe('a pinned importer', () => {
  const revoked = (odp: boolean): FinishedRun => audited(lab({ G: [EXPORT, REG, ['dmabuf-revoke', { dmabuf: 'b' }]] }, odp))

  it('keeps what its exporter takes away: S8', () => {
    expect(revoked(false).summary.violations.map(({ id }) => id)).toEqual(['S8'])
  })

  it('a dynamic one does not', () => {
    expect(revoked(true).summary.violations).toEqual([])
  })
})

/** What a person reads: the cause, not only the errno. */
describe('why', () => {
  const answer = (name: string, op: string): string => {
    const { trace, description } = run(bundledLab(name).lab)
    const view = new TraceCursor(trace)
    view.seek(trace.steps)
    const nth = description.operations.findIndex((operation) => operation.name === op)
    return why(trace, view, description, { kind: 'operation', nth }).links.map(({ text }) => text).join(' | ')
  }

  it.each([
    ['dmabuf-move-notify--pinned', 'G.3', 'MR d has dma-buf b pinned'],
    ['dmabuf-move-notify', 'H.3', 'dma-buf b has 2 pages'],
    ['dmabuf-move-notify', 'N.4', 'dma-buf b is taken away from its importers'],
    ['odp-mr-on-fsdax-truncate', 'N.2', 'F was cut to 0 pages by ftruncate F to 0 B by T'],
  ])('%s, %s: %s', (name, op, text) => {
    expect(answer(name, op)).toContain(text)
  })
})
