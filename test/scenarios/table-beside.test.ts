import { describe, expect, it } from 'vitest'
import { bundledLab } from '../support/bundled-labs'
import { run } from '../support/run'
import { runSmall, type ShortOperation } from '../support/small-lab'

/** Cells of the summary tables of spec 3.8, 4.11 and 5.8 that the guided labs do not come to by themselves; the cell stands beside each. */

const errnosOf = (name: string, policy: string): readonly (string | null)[] => run(bundledLab(name).lab, { policy }).summary.operations.map(({ errno }) => errno)

describe('spec 4.11', () => {
  it('block-new-refs, "may fail: no (GUP fails)", "GUP sees EAGAIN"', () => {
    const { summary } = run(bundledLab('truncate-vs-dma').lab, { policy: 'linux-4.20,truncate-vs-dma=block-new-refs' })
    expect(summary.operations.find(({ op }) => op === 'admin.1')?.errno ?? null).toBeNull()
    expect(summary.operations.map(({ errno }) => errno)).toContain('EAGAIN')
  })

  it('wait-retry, "may fail: EINTR"', () => {
    expect(errnosOf('truncate-interrupted-by-signal', 'linux-4.20,truncate-vs-dma=wait-retry')).toContain('EINTR')
  })

  it('wait-retry, "blocks caller: yes, unbounded": as long as the hold lasts', () => {
    const held = (pages: number): number => runSmall({
      policy: 'linux-4.20', files: { F: 2 },
      actors: { D: [['mmap', { name: 'm', file: 'F' }], ['vmsplice', { mapping: 'm', pipe: 'p' }], ['wait', { for: `${pages} s` }], ['close-pipe', { pipe: 'p' }]], T: [['await-done', { actor: 'D', op: 2 }], ['ftruncate', { file: 'F', size: 0 }]] },
    }).op('T.2').blockedNs
    expect([held(1), held(100)].map((ns) => Math.round(ns / 1e9))).toEqual([1, 100])
  })

  it('busy-extent, "may fail: no (ENOSPC elsewhere)"', () => {
    const { summary } = run(bundledLab('busy-extent-enospc-with-free-space').lab, { policy: 'chinner-2017-busy-extents,busyFull=enospc' })
    expect(summary.operations.filter(({ errno }) => errno === 'ENOSPC').map(({ text }) => text.split(' ')[0])).not.toContain('ftruncate')
    expect(summary.operations.map(({ errno }) => errno)).toContain('ENOSPC')
  })

  const holdForEver: readonly ShortOperation[] = [['mmap', { name: 'm', file: 'F' }], ['vmsplice', { mapping: 'm', pipe: 'p' }], ['munmap', { mapping: 'm' }]]

  it('busy-extent, "unreclaimable space, unmount": L9, and L4', () => {
    const { summary } = runSmall({ policy: 'chinner-2017-busy-extents', files: { F: 2 }, actors: { D: holdForEver, T: [['await-done', { actor: 'D', op: 3 }], ['ftruncate', { file: 'F', size: 0 }], ['umount', { node: 'pmem0' }]] } })
    expect(summary.operations.find(({ op }) => op === 'T.2')?.result).toBe(0)
    expect([...summary.violations, ...summary.notices].map(({ id }) => id)).toEqual(expect.arrayContaining(['L4', 'L9']))
  })

  it('fail-etxtbsy, "retry is the user’s job": the same call works once the hold is gone', () => {
    const { op } = runSmall({
      policy: 'linux-4.20,truncate-vs-dma=fail-etxtbsy,etxtbsyScope=any-ref', files: { F: 2 },
      actors: { D: [...holdForEver, ['await-done', { actor: 'T', op: 2 }], ['close-pipe', { pipe: 'p' }]], T: [['await-done', { actor: 'D', op: 3 }], ['ftruncate', { file: 'F', size: 0 }], ['await-done', { actor: 'D', op: 5 }], ['ftruncate', { file: 'F', size: 0 }]] },
    })
    expect([op('T.2').errno, op('T.4').errno, op('T.4').result]).toEqual(['ETXTBSY', null, 0])
  })

  it('noop-success, "corrupts: no (but lies)": S16', () => {
    const { summary } = run(bundledLab('truncate-vs-dma').lab, { policy: 'linux-4.20,truncate-vs-dma=noop-success' })
    expect([summary.violations.map(({ id }) => id), summary.notices.map(({ id }) => id)]).toEqual([[], ['S16']])
  })
})

describe('spec 5.8', () => {
  const { lab } = bundledLab('rdma-vs-filesystem')
  const outcome = (policy: string): readonly unknown[] => {
    const { summary } = run(lab, { policy })
    const truncate = summary.operations.find(({ op }) => op === 'admin.2')!
    return [truncate.errno ?? truncate.result, summary.violations.filter((violation) => violation.class === 'safety').map(({ id }) => id)]
  }

  it('never, "break refuses: −ETXTBSY"', () => { expect(outcome('weiny-2019-layout-lease,lease-break=never')).toEqual(['ETXTBSY', []]) })

  it('lease-only, "then truncate-vs-dma decides (with none: S1)"', () => { expect(outcome('weiny-2019-layout-lease,lease-break=lease-only,truncate-vs-dma=none')).toEqual([0, ['S1']]) })
})

describe('spec 3.8', () => {
  /** How long the second of two faults waits that hit one page, or two of one file. */
  const waits = (variant: string, page: number): number => runSmall({
    policy: `linux-4.20,dax-fault=${variant}`, files: { F: { size: '16 KiB', layout: 'unwritten' } },
    actors: { A: [['mmap', { name: 'm', file: 'F' }], ['store', { mapping: 'm', pages: '0+1' }]], B: [['mmap', { name: 'n', file: 'F' }], ['store', { mapping: 'n', pages: `${page}+1` }]] },
  }).op('B.2').blockedNs

  it('racy-unwritten, other cost "–": nobody waits', () => { expect([waits('racy-unwritten', 0), waits('racy-unwritten', 1)]).toEqual([0, 0]) })

  it('zero-at-allocation, "zeroing under alloclock": a fault on another page of the file waits too (3.3)', () => {
    expect([waits('zero-at-allocation', 0) > 0, waits('zero-at-allocation', 1) > 0]).toEqual([true, true])
  })

  it('entry-lock, "per-index lock, waiters": only a fault on the same page waits', () => {
    expect([waits('entry-lock', 0) > 0, waits('entry-lock', 1)]).toEqual([true, 0])
  })
})
