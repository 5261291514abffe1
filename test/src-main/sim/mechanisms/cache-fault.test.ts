import { describe, expect, it } from 'vitest'
import { files, hosts, mappings, processes } from '../../../../src-shared/state/tables'
import type { LabFile } from '../../../../src-shared/lab/lab'
import { runSmall, type ShortOperation, type SmallRun } from '../../../support/small-lab'

/** Content that a file has from the start, and what the n-th operation of the lab writes. */
const INITIAL = -1
const WRITTEN_BY = (nth: number): number => nth

const loads = ({ trace }: SmallRun): number[] => [...trace.events()].filter(({ kind }) => kind === 'load-done').map(({ args }) => args[3]!)
const pteAt = ({ description }: SmallRun, mapping: number, page: number): string => {
  const { row } = description.mappings[mapping]!
  return processes.pte.spec.names![processes.pte.at(mappings.process.get(row), mappings.vpnFirst.get(row) + page)]!
}
const fileOf = ({ description }: SmallRun): number => description.files[0]!.row
const frameOf = (result: SmallRun, index: number): number => index + files.cacheDelta.at(fileOf(result), index)

const onDrive = (file: LabFile, ops: readonly ShortOperation[], policy = 'linux-6.12'): SmallRun => runSmall({ policy, driveFiles: { F: file }, actors: { A: ops } })
const inMemory = (file: LabFile, ops: readonly ShortOperation[], hostPages = 64): SmallRun => runSmall({ policy: 'linux-6.12', memoryFiles: { F: file }, hostPages, actors: { A: ops } })

const MAPPED: ShortOperation = ['mmap', { name: 'm', file: 'F' }]
const PRIVATE: ShortOperation = ['mmap', { name: 'm', file: 'F', flags: 'private' }]

describe('a file of a drive', () => {
  it('is read from the medium into the page cache, and mapped so that the first store is noticed', () => {
    const result = onDrive({ size: '16 KiB' }, [MAPPED, ['load', { mapping: 'm', pages: '1+2' }]])
    expect(loads(result)).toEqual([INITIAL, INITIAL])
    expect([0, 1, 2, 3].map((page) => pteAt(result, 0, page))).toEqual(['none', 'read', 'read', 'none'])
    expect([0, 1, 2, 3].map((index) => files.cached.at(fileOf(result), index))).toEqual([0, 1, 1, 0])
    expect(hosts.refs.at(result.description.host, frameOf(result, 1)), 'page cache and mapping').toBe(2)
    expect(hosts.dirty.at(result.description.host, frameOf(result, 1))).toBe(0)
    expect(result.summary.violations).toEqual([])
  })

  it('takes the time of the medium once', () => {
    const twice = onDrive({ size: '4 KiB' }, [MAPPED, ['load', { mapping: 'm' }], ['load', { mapping: 'm' }]])
    const took = (name: string): number => twice.op(name).endNs! - twice.op(name).startNs!
    expect(took('A.2')).toBeGreaterThanOrEqual(10_000)
    expect(took('A.3')).toBeLessThan(1_000)
  })

  it('has zeroes where nothing was written', () => {
    expect(loads(onDrive({ size: '8 KiB', layout: 'hole' }, [MAPPED, ['load', { mapping: 'm' }]]))).toEqual([0, 0])
    expect(loads(onDrive({ size: '8 KiB', layout: 'unwritten' }, [MAPPED, ['load', { mapping: 'm' }]]))).toEqual([0, 0])
  })

  it('a shared store dirties the folio that everybody sees; the medium is as it was', () => {
    const result = runSmall({
      policy: 'linux-6.12', driveFiles: { F: { size: '4 KiB' } },
      actors: { A: [MAPPED, ['load', { mapping: 'm' }], ['store', { mapping: 'm' }]], B: [['mmap', { name: 'n', file: 'F' }], ['await-done', { actor: 'A', op: 3 }], ['load', { mapping: 'n' }]] },
    })
    expect(loads(result)).toEqual([INITIAL, WRITTEN_BY(3)])
    expect(pteAt(result, 0, 0)).toBe('write')
    expect(hosts.dirty.at(result.description.host, frameOf(result, 0))).toBe(1)
    expect(hosts.maps.at(result.description.host, frameOf(result, 0))).toBe(2)
    expect(files.medium.at(fileOf(result), 0)).toBe(INITIAL)
  })

  it.each([['untouched', []], ['read before', [['load', { mapping: 'm' }]]]] as const)('a private store goes to a copy: page %s', (_, before) => {
    const result = onDrive({ size: '4 KiB' }, [PRIVATE, ...before, ['store', { mapping: 'm' }], ['load', { mapping: 'm' }]])
    expect(loads(result).at(-1)).toBe(WRITTEN_BY(2 + before.length))
    const frame = frameOf(result, 0)
    expect([hosts.content, hosts.maps, hosts.refs, hosts.dirty].map((field) => field.at(result.description.host, frame)), 'the cached page is clean and not mapped').toEqual([INITIAL, 0, 1, 0])
    expect(result.summary.violations).toEqual([])
  })

  it('beyond the last page of the file is SIGBUS', () => {
    expect(onDrive({ size: '5000 B' }, [['mmap', { name: 'm', file: 'F', pages: '0+3' }], ['load', { mapping: 'm', pages: '1+2' }]]).op('A.2').killedBy).toBe('SIGBUS')
  })

  it('that begins cached has its pages in memory, clean', () => {
    const result = onDrive({ size: '8 KiB', cached: true }, [['mmap', { name: 'unused' }]])
    expect([0, 1].map((index) => hosts.content.at(result.description.host, frameOf(result, index)))).toEqual([INITIAL, INITIAL])
    expect(hosts.refs.at(result.description.host, frameOf(result, 0)), 'one for each page of the folio').toBe(2)
  })

  it('is cached in large folios only on XFS of 6.12', () => {
    const orderOf = (policy: string, fs: 'xfs' | 'ext4'): number => {
      const result = runSmall({ policy, driveFs: fs, driveFiles: { F: { size: '64 KiB', cached: true } }, actors: { A: [] } })
      return hosts.order.at(result.description.host, frameOf(result, 5))
    }
    expect([orderOf('linux-6.12', 'xfs'), orderOf('linux-6.12', 'ext4'), orderOf('linux-6.1', 'xfs')]).toEqual([4, 0, 0])
  })

  it('may be a buffer of O_DIRECT, which dirties it', () => {
    const result = onDrive({ size: '8 KiB' }, [MAPPED, ['odirect-read', { mapping: 'm', pages: '0+2' }], ['load', { mapping: 'm' }]])
    expect(result.op('A.2').result).toBe(8192)
    expect(loads(result)).toEqual([WRITTEN_BY(2), WRITTEN_BY(2)])
    expect(hosts.dirty.at(result.description.host, frameOf(result, 1))).toBe(1)
    expect(result.summary.violations).toEqual([])
  })
})

describe('a file in host memory', () => {
  it('on tmpfs is its page cache: a reader may store without another fault', () => {
    const result = inMemory({ size: '8 KiB', fs: 'tmpfs' }, [MAPPED, ['load', { mapping: 'm', pages: '0+1' }]])
    expect(loads(result)).toEqual([INITIAL])
    expect(pteAt(result, 0, 0)).toBe('write')
    expect(hosts.dirty.at(result.description.host, frameOf(result, 0)), 'nobody tracks dirty pages').toBe(0)
  })

  it('of hugetlbfs is mapped in huge pages: private ones are no page cache', () => {
    const shared = inMemory({ size: '2 MiB', fs: 'hugetlb' }, [MAPPED, ['store', { mapping: 'm', pages: '3+1' }]], 2048)
    expect(hosts.order.at(shared.description.host, frameOf(shared, 0))).toBe(9)
    expect(hosts.maps.at(shared.description.host, frameOf(shared, 7))).toBe(1)
    expect(pteAt(shared, 0, 511)).toBe('write')
    expect(shared.summary.violations).toEqual([])
    const own = inMemory({ size: '2 MiB', fs: 'hugetlb' }, [PRIVATE, ['store', { mapping: 'm', pages: '3+1' }]], 2048)
    expect(pteAt(own, 0, 511)).toBe('write')
    expect(files.cached.at(fileOf(own), 0)).toBe(0)
    expect(own.summary.violations).toEqual([])
  })

  it('of hugetlbfs is SIGBUS where the pool is empty', () => {
    expect(inMemory({ size: '2 MiB', fs: 'hugetlb' }, [MAPPED, ['store', { mapping: 'm' }]], 256).op('A.2').killedBy).toBe('SIGBUS')
  })
})
