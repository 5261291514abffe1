import { describe, expect, it } from 'vitest'
import { arena } from '../../../../src-shared/state/arena'
import { pageMoves } from '../../../../src-shared/state/buffer-tables'
import type { Lab, LabOperation } from '../../../../src-shared/lab/lab'
import { run, type FinishedRun } from '../../../support/run'
import type { ShortOperation } from '../../../support/small-lab'

/** Two nodes of ordinary memory, one task. */
function moved(ops: readonly ShortOperation[], caps: 'all' | 'none' = 'all'): { readonly run: FinishedRun; readonly result: number | null; readonly errno: string | null; readonly status: readonly number[] } {
  const lab: Lab = {
    version: 1, title: 'two nodes',
    topology: {
      nodes: { cpu0: { kind: 'cpu' }, node0: { kind: 'host-memory', size: '8 MiB', node: 0 }, node1: { kind: 'host-memory', size: '8 MiB', node: 1 } },
      links: [{ from: 'cpu0.memory', to: 'node0' }, { from: 'cpu0.memory', to: 'node1' }],
    },
    actors: { A: { caps, ops: ops.map(([word, parameters = {}]): LabOperation => ({ word, parameters })) } },
  }
  const finished = run(lab, { policy: 'linux-6.12' })
  const last = finished.summary.operations.at(-1)!
  const row = pageMoves.$.rows(arena)[0]!
  const entries = pageMoves.entries.get(row)
  return { run: finished, result: last.result, errno: last.errno, status: Array.from({ length: entries }, (_, entry) => pageMoves.status.at(row, entry)) }
}

const SMALL: readonly ShortOperation[] = [['mmap', { name: 'm', pages: '0+4', node: 0 }], ['store', { mapping: 'm' }], ['mbind', { mapping: 'm', node: 1, flags: '0' }]]
const HUGE: readonly ShortOperation[] = [['mmap', { name: 'm', pages: '0+512', huge: true, node: 0 }], ['store', { mapping: 'm' }]]
/** Status of a page on node n. */
const on = (node: number): number => node + 1

describe('move_pages (spec 8.12)', () => {
  it('moves what nobody holds, and asks where it is', () => {
    expect(moved([...SMALL, ['move-pages', { mapping: 'm', to: '1', flags: 'MOVE' }]])).toMatchObject({ result: 0, status: [on(1), on(1), on(1), on(1)] })
    expect(moved([...SMALL, ['move-pages', { mapping: 'm' }]])).toMatchObject({ result: 0, status: [on(0), on(0), on(0), on(0)] })
  })

  it('stops at a batch with a held page: one not moved, no slot of the batch written, the others moved', () => {
    const { run: finished, result, status } = moved([...SMALL, ['vmsplice', { mapping: 'm', pages: '3+1', pipe: 'p' }], ['move-pages', { mapping: 'm', to: '1', flags: 'MOVE' }]])
    expect([result, status]).toEqual([1, [0, 0, 0, 0]])
    expect([...finished.trace.events()].filter(({ kind }) => kind === 'folios-moved').reduce((sum, { args }) => sum + args[3]!, 0)).toBe(3)
  })

  it('finds the second page of a huge page queued: EBUSY, and the rest there already', () => {
    const { result, status } = moved([...HUGE, ['move-pages', { mapping: 'm', to: '1', flags: 'MOVE' }]])
    expect([result, status[0], status[1], new Set(status.slice(2))]).toEqual([0, on(1), -16, new Set([on(1)])])
    const held = moved([...HUGE, ['pin-pages', { name: 'k', mapping: 'm', pages: '100+1' }], ['move-pages', { mapping: 'm', to: '1', flags: 'MOVE' }]])
    expect([held.result, held.status[0], held.status[1], held.status[2]]).toEqual([511, 0, -16, 0])
  })

  it('is ENODEV at an entry whose node has no memory; entries before it are done', () => {
    expect(moved([...SMALL, ['move-pages', { mapping: 'm', to: '0-1:1,2-3:7', flags: 'MOVE' }]])).toMatchObject({ errno: 'ENODEV', status: [on(1), on(1), 0, 0] })
  })

  it('tells of an address that is not mapped, and goes on', () => {
    expect(moved([...SMALL, ['move-pages', { mapping: 'm', to: '1', flags: 'MOVE', entries: '2=unmapped' }]])).toMatchObject({ result: 0, status: [on(1), on(1), -14, on(1)] })
  })

  it('knows its flags, and wants a capability for MOVE_ALL', () => {
    expect(moved([...SMALL, ['move-pages', { mapping: 'm', to: '1', flags: '0x40' }]]).errno).toBe('EINVAL')
    expect(moved([...SMALL, ['move-pages', { mapping: 'm', to: '1', flags: 'MOVE_ALL' }]], 'none').errno).toBe('EPERM')
  })

  it('mbind moves the rest and is EIO only where it is strict; migrate_pages counts what stayed', () => {
    const hold: ShortOperation = ['pin-pages', { name: 'k', mapping: 'm', pages: '0+1' }]
    const query: ShortOperation = ['move-pages', { mapping: 'm' }]
    const strict = moved([['mmap', { name: 'm', pages: '0+4', node: 0 }], ['store', { mapping: 'm' }], hold, ['mbind', { mapping: 'm', node: 1, flags: 'STRICT|MOVE' }], query])
    expect(strict.run.summary.operations[3]!.errno).toBe('EIO')
    expect(strict.status).toEqual([on(0), on(1), on(1), on(1)])
    const counted = moved([['mmap', { name: 'm', pages: '0+4', node: 0 }], ['store', { mapping: 'm' }], hold, ['migrate-pages', { from: 0, to: 1 }], query])
    expect(counted.run.summary.operations[3]!.result).toBe(1)
  })
})
