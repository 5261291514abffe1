import { describe, expect, it } from 'vitest'
import { files, holders, hosts } from '../../../../src-shared/state/tables'
import type { LabFile } from '../../../../src-shared/lab/lab'
import { runSmall, type ShortOperation, type SmallRun } from '../../../support/small-lab'

const INITIAL = -1
const WRITTEN_BY = (nth: number): number => nth
const loads = ({ trace }: SmallRun): number[] => [...trace.events()].filter(({ kind }) => kind === 'load-done').map(({ args }) => args[3]!)
const seen = ({ trace }: SmallRun): number[] => [...trace.events()].filter(({ kind }) => kind === 'file-read').map(({ args }) => args[3]!)
const fileOf = ({ description }: SmallRun): number => description.files[0]!.row
const MAPPED: ShortOperation = ['mmap', { name: 'm', file: 'F' }]
const FS = ['ext4', 'xfs', 'tmpfs'] as const

function on(fs: (typeof FS)[number], file: Omit<LabFile, 'fs'>, ops: readonly ShortOperation[], policy = 'linux-6.1'): SmallRun {
  const actors = { A: ops }
  return fs === 'tmpfs' ? runSmall({ policy, memoryFiles: { F: { ...file, fs } }, actors }) : runSmall({ policy, driveFs: fs, driveFiles: { F: file }, actors })
}

describe.each(FS)('layout operations of page cache on %s', (fs) => {
  const held = (...ops: readonly ShortOperation[]): SmallRun =>
    on(fs, { size: '16 KiB' }, [MAPPED, ['load', { mapping: 'm' }], ['vmsplice', { mapping: 'm', pages: '0+2', pipe: 'p' }], ...ops])

  it('wait for no hold: the holder keeps an orphan with the old bytes, a new fault gets another folio', () => {
    const result = held(['fallocate', { file: 'F', mode: 'punch', pages: '0+1' }], ['load', { mapping: 'm', pages: '0+2' }])
    expect(result.op('A.4')).toMatchObject({ result: 0, blockedOn: null })
    expect(loads(result).slice(-2)).toEqual([0, INITIAL])
    const holder = holders.$.rows().find((row) => holders.pageCount.get(row) > 0)!
    const orphan = holders.pfnFirst.get(holder)
    const { host } = result.description
    expect([hosts.mapping, hosts.maps, hosts.refs, hosts.content].map((field) => field.at(host, orphan))).toEqual([0, 0, 1, INITIAL])
    expect(files.cacheDelta.at(fileOf(result), 0), 'the new page is another frame').not.toBe(orphan)
    expect(result.summary.violations).toEqual([])
  })

  it('free the orphan with the last hold', () => {
    const result = held(['ftruncate', { file: 'F', size: '0 B' }], ['read-pipe', { pipe: 'p' }])
    const { host } = result.description
    expect(hosts.use.find(host, 0, 2 ** 30, (use) => use === hosts.use.valueOf('page cache'))).toBe(-1)
    expect(files.size.get(fileOf(result))).toBe(0)
    expect(result.summary.violations).toEqual([])
  })

  it('a write in place before goes to the held folio, one after a truncate does not', () => {
    const orphanContent = (...ops: readonly ShortOperation[]): number => {
      const result = held(...ops)
      return hosts.content.at(result.description.host, holders.pfnFirst.get(holders.$.rows().find((row) => holders.pageCount.get(row) > 0)!))
    }
    expect(orphanContent(['pwrite', { file: 'F', pages: '0+1' }])).toBe(WRITTEN_BY(4))
    expect(orphanContent(['ftruncate', { file: 'F', size: '0 B' }], ['pwrite', { file: 'F', pages: '0+1' }])).toBe(INITIAL)
  })

  it('read what was written, in bytes', () => {
    const result = on(fs, { size: '8 KiB' }, [['pwrite', { file: 'F', range: '4000+200' }], ['pread', { file: 'F', range: '3999+1' }], ['pread', { file: 'F', range: '4000+9000' }], ['pread', { file: 'F', range: '4196+100' }], ['pread', { file: 'F', range: '4200+1' }]])
    expect(result.op('A.1').result).toBe(200)
    expect(result.op('A.3').result, 'up to the end of the file').toBe(8192 - 4000)
    expect(seen(result)).toEqual([INITIAL, WRITTEN_BY(1), WRITTEN_BY(1), INITIAL])
  })

  it('truncate zeroes what lies behind the new end in the last page', () => {
    const result = on(fs, { size: '8 KiB' }, [['ftruncate', { file: 'F', size: '5000 B' }], ['ftruncate', { file: 'F', size: '8 KiB' }], ['pread', { file: 'F', range: '4999+1' }], ['pread', { file: 'F', range: '5000+1' }]])
    expect(seen(result)).toEqual([INITIAL, 0])
  })

  it('punch zeroes the parts of pages at its ends', () => {
    const result = on(fs, { size: '16 KiB' }, [['fallocate', { file: 'F', mode: 'punch', range: '1000+6000' }], ...[999, 1000, 4096, 6999, 7000].map((at): ShortOperation => ['pread', { file: 'F', range: `${at}+1` }])])
    expect(seen(result)).toEqual([INITIAL, 0, 0, 0, INITIAL])
    const inside = on(fs, { size: '16 KiB' }, [['fallocate', { file: 'F', mode: 'punch', range: '1000+100' }], ...[999, 1000, 1099, 1100].map((at): ShortOperation => ['pread', { file: 'F', range: `${at}+1` }])])
    expect(seen(inside)).toEqual([INITIAL, 0, 0, INITIAL])
  })
})

describe('what moves extents', () => {
  const after = (fs: (typeof FS)[number], mode: string): SmallRun => on(fs, { size: '16 KiB' }, [['pwrite', { file: 'F', pages: '2+1' }], ['fallocate', { file: 'F', mode, pages: '0+1' }], ...[0, 1, 2, 3].map((at): ShortOperation => ['pread', { file: 'F', pages: `${at}+1` }])])

  it.each(['ext4', 'xfs'] as const)('collapse, insert and zero on %s', (fs) => {
    expect(seen(after(fs, 'collapse'))).toEqual([INITIAL, WRITTEN_BY(1), INITIAL])
    expect(files.size.get(fileOf(after(fs, 'collapse')))).toBe(3 * 4096)
    expect(seen(after(fs, 'insert'))).toEqual([0, INITIAL, INITIAL, WRITTEN_BY(1)])
    expect(seen(after(fs, 'zero'))).toEqual([0, INITIAL, WRITTEN_BY(1), INITIAL])
  })

  it('is not for tmpfs', () => {
    for (const mode of ['collapse', 'insert', 'zero']) expect(after('tmpfs', mode).op('A.2')).toMatchObject({ errno: 'EOPNOTSUPP' })
  })

  it('is EINVAL at or beyond the end of the file', () => {
    const at = (mode: string, pages: string): string | null => on('xfs', { size: '16 KiB' }, [['fallocate', { file: 'F', mode, pages }]]).op('A.1').errno
    expect([at('collapse', '2+2'), at('collapse', '2+1'), at('insert', '4+1'), at('insert', '3+1')]).toEqual(['EINVAL', null, 'EINVAL', null])
  })
})

it('a large folio that somebody holds stays whole where only a part of it is removed', () => {
  const result = on('xfs', { size: '64 KiB', cached: true }, [MAPPED, ['load', { mapping: 'm' }], ['vmsplice', { mapping: 'm', pages: '0+1', pipe: 'p' }], ['fallocate', { file: 'F', mode: 'punch', pages: '8+4' }], ['load', { mapping: 'm' }]], 'linux-6.12')
  const { host } = result.description
  expect([...Array(16).keys()].map((index) => hosts.content.at(host, index + files.cacheDelta.at(fileOf(result), index)))).toEqual([...Array<number>(8).fill(INITIAL), 0, 0, 0, 0, ...Array<number>(4).fill(INITIAL)])
  expect(hosts.order.at(host, 9 + files.cacheDelta.at(fileOf(result), 9))).toBe(4)
  expect(result.summary.violations).toEqual([])
})
