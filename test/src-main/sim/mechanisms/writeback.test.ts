import { describe, expect, it } from 'vitest'
import { files, hosts } from '../../../../src-shared/state/tables'
import type { LabFile } from '../../../../src-shared/lab/lab'
import { runSmall, type ShortOperation, type SmallRun } from '../../../support/small-lab'

const INITIAL = -1
const WRITTEN_BY = (nth: number): number => nth
const MAPPED: ShortOperation = ['mmap', { name: 'm', file: 'F' }]
const fileOf = ({ description }: SmallRun): number => description.files[0]!.row
const frameOf = (result: SmallRun, index: number): number => index + files.cacheDelta.at(fileOf(result), index)
const on = (file: LabFile, actors: Parameters<typeof runSmall>[0]['actors'], policy: string): SmallRun => runSmall({ policy, driveFs: 'ext4', driveFiles: { F: file }, actors })

describe('writeback', () => {
  it('puts dirty pages on the medium, cleans and write-protects them', () => {
    const result = on({ size: '8 KiB' }, { A: [MAPPED, ['store', { mapping: 'm', pages: '1+1' }], ['writeback', { file: 'F' }]] }, 'linux-6.12')
    expect([0, 1].map((index) => files.medium.at(fileOf(result), index))).toEqual([INITIAL, WRITTEN_BY(2)])
    expect([hosts.dirty, hosts.writeback].map((field) => field.at(result.description.host, frameOf(result, 1)))).toEqual([0, 0])
    expect(result.op('A.3').endNs! - result.op('A.3').startNs!, 'it takes the time of the medium').toBeGreaterThanOrEqual(10_000)
  })

  it('is noticed by the next store, which dirties the page again', () => {
    const result = on({ size: '4 KiB' }, { A: [MAPPED, ['store', { mapping: 'm' }], ['writeback', { file: 'F' }], ['store', { mapping: 'm' }]] }, 'linux-6.12')
    expect(hosts.dirty.at(result.description.host, frameOf(result, 0))).toBe(1)
    expect(files.unexpectedDirty.get(fileOf(result))).toBe(0)
  })

  const racing = (writer: readonly ShortOperation[], checksums: boolean): SmallRun => on({ size: '4 KiB', checksums }, {
    A: { process: 'P', ops: [MAPPED, ['store', { mapping: 'm' }], ['writeback', { file: 'F' }]] },
    B: { process: 'P', ops: [['await-done', { actor: 'A', op: 2 }], ...writer] },
  }, 'linux-6.1')

  it('makes a CPU writer wait where pages must be stable, so that the checksum fits', () => {
    const stable = racing([['pwrite', { file: 'F', at: '14 us' }]], true)
    expect(stable.op('B.2').endNs!).toBeGreaterThan(stable.op('A.3').startNs! + 10_000)
    expect(files.badChecksums.get(fileOf(stable))).toBe(0)
    const loose = racing([['pwrite', { file: 'F', at: '14 us' }]], false)
    expect(loose.op('B.2').endNs!).toBeLessThan(loose.op('A.3').startNs! + 10_000)
  })

  it('does not make a device wait: the checksum is of other bytes than are on the medium', () => {
    const result = on({ size: '4 KiB', checksums: true }, {
      A: [MAPPED, ['store', { mapping: 'm' }], ['ibv-reg', { name: 'r', mapping: 'm', access: 'local-write+remote-write' }], ['writeback', { file: 'F', at: '100 us' }]],
      N: { on: 'peer', ops: [['rdma-write', { mr: 'r', at: '102 us' }]] },
    }, 'linux-6.1')
    expect(files.badChecksums.get(fileOf(result))).toBe(1)
  })

  it('leaves a page that a device has written clean until it is unpinned as dirty, which the file system did not expect', () => {
    const result = on({ size: '4 KiB' }, {
      A: [MAPPED, ['store', { mapping: 'm' }], ['ibv-reg', { name: 'r', mapping: 'm', access: 'local-write+remote-write' }], ['writeback', { file: 'F' }], ['await-done', { actor: 'N', op: 1 }], ['ibv-dereg', { mr: 'r' }]],
      N: { on: 'peer', ops: [['rdma-write', { mr: 'r', at: '100 us' }]] },
    }, 'linux-6.1')
    expect(files.unexpectedDirty.get(fileOf(result))).toBe(1)
    expect(hosts.dirty.at(result.description.host, frameOf(result, 0))).toBe(1)
    expect(result.summary.violations).toEqual([])
  })
})

describe('fadvise dontneed', () => {
  it('drops clean pages that nobody maps; mapped ones stay', () => {
    const result = on({ size: '8 KiB', cached: true }, { A: [MAPPED, ['load', { mapping: 'm', pages: '0+1' }], ['fadvise', { file: 'F', advice: 'dontneed' }]] }, 'linux-6.12')
    expect([0, 1].map((index) => files.cached.at(fileOf(result), index))).toEqual([1, 0])
    expect(result.op('A.3').result).toBe(0)
  })

  it('keeps held pages', () => {
    const result = on({ size: '4 KiB' }, { A: [MAPPED, ['vmsplice', { mapping: 'm', pipe: 'p' }], ['munmap', { mapping: 'm' }], ['fadvise', { file: 'F', advice: 'dontneed' }]] }, 'linux-6.12')
    expect(files.cached.at(fileOf(result), 0)).toBe(1)
  })
})

/** Spec 9.4 DI2: what writeback cleans between the fault that dirtied a page of the buffer and the submission is marked dirty again. */
it('an O_DIRECT read marks its buffer dirty before it is submitted', () => {
  const app: readonly ShortOperation[] = [MAPPED, ['store', { mapping: 'm', pages: '0+1' }], ['odirect-read', { mapping: 'm' }]]
  const told = (actors: Readonly<Record<string, readonly ShortOperation[]>>): readonly string[] => {
    const kinds = [...on({ size: '8 KiB' }, actors, 'linux-6.12').trace.events()].map(({ kind }) => kind)
    return kinds.slice(0, kinds.indexOf('request-submitted') + 1).filter((kind) => ['writeback-begun', 'unexpected-dirty', 'request-submitted'].includes(kind))
  }
  // While the second page of the buffer is read in, the first one is on its way to the medium.
  expect(told({ A: app, W: [['writeback', { file: 'F', at: '16 us' }]] })).toEqual(['writeback-begun', 'unexpected-dirty', 'request-submitted'])
  expect(told({ A: app })).toEqual(['request-submitted'])
})

/** Spec 1.2 and 9.6: what looks pinned is kept, and 1024 references look like a pin. */
it('reclaim from 6.4 on keeps a page with 1024 references; with one less it unmaps it and writes it out', () => {
  const take = (name: string, times: number): ShortOperation => ['take-reference', { name, mapping: 'm', times }]
  const result = on({ size: '4 KiB' }, { A: [MAPPED, ['store', { mapping: 'm' }], take('most', 1021), take('last', 1), ['reclaim', { file: 'F' }], ['drop-reference', { of: 'last' }], ['reclaim', { file: 'F' }]] }, 'linux-6.6')
  expect([...result.trace.events()].filter(({ kind }) => kind === 'folio-kept')).toHaveLength(1)
  expect([hosts.refs, hosts.maps, hosts.dirty, hosts.content].map((field) => field.at(result.description.host, frameOf(result, 0)))).toEqual([1022, 0, 0, WRITTEN_BY(2)])
  expect(result.summary.violations).toEqual([])
}, Infinity)
