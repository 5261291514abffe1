import { describe, expect, it } from 'vitest'
import { filesystems, hosts, operations } from '../../../../src-shared/state/tables'
import type { LabNode } from '../../../../src-shared/lab/lab'
import { run } from '../../../support/run'
import { smallLab, type ShortOperation, type SmallRun } from '../../../support/small-lab'

const PFN = 0x80000
const KIB = 1024

/** The small lab with a pmem region as `pmem` says. */
function runOn(pmem: Partial<LabNode>, policy: string, actors: Readonly<Record<string, readonly ShortOperation[]>>, files: Readonly<Record<string, number>> = { F: 4 }): SmallRun {
  const lab = smallLab({ files, memoryFiles: { M: 1 }, driveFiles: { X: { size: '16 KiB' } }, actors })
  const { pmem0, ...others } = lab.topology.nodes
  const finished = run({ ...lab, topology: { ...lab.topology, nodes: { ...others, pmem0: { ...pmem0!, ...pmem } } } }, { policy })
  return { ...finished, op: (name) => finished.summary.operations.find(({ op }) => op === name)! }
}

const REFLINK: Partial<LabNode> = { fs: 'xfs', reflink: true }

describe('what FICLONE answers (spec 4.10)', () => {
  const errno = (pmem: Partial<LabNode>, policy: string, ...ops: readonly ShortOperation[]): string | null => runOn(pmem, policy, { A: ops }).op(`A.${ops.length}`).errno

  it.each<[string, Partial<LabNode>, string, ShortOperation, string | null]>([
    ['XFS with reflink, 6.1', REFLINK, 'linux-6.1', ['reflink', { of: 'F', to: 'G' }], null],
    ['XFS with reflink, 5.15', REFLINK, 'linux-5.15', ['reflink', { of: 'F', to: 'G' }], 'EINVAL'],
    ['XFS with reflink, 4.20', REFLINK, 'linux-4.20', ['reflink', { of: 'F', to: 'G' }], 'EINVAL'],
    ['XFS without', { fs: 'xfs' }, 'linux-6.19', ['reflink', { of: 'F', to: 'G' }], 'EOPNOTSUPP'],
    ['ext4', { fs: 'ext4' }, 'linux-6.19', ['reflink', { of: 'F', to: 'G' }], 'EOPNOTSUPP'],
    ['tmpfs', REFLINK, 'linux-6.19', ['reflink', { of: 'M', to: 'N' }], 'EOPNOTSUPP'],
    ['XFS on a drive', REFLINK, 'linux-4.20', ['reflink', { of: 'X', to: 'Y' }], null],
    ['another file system', REFLINK, 'linux-6.19', ['reflink', { of: 'F', to: 'X' }], 'EXDEV'],
    ['pages beyond the end', REFLINK, 'linux-6.19', ['reflink', { of: 'F', to: 'G', pages: '3+2' }], 'EINVAL'],
    ['pages in the middle', REFLINK, 'linux-6.19', ['reflink', { of: 'F', to: 'G', pages: '1+2', toFirst: 5 }], null]
  ])('on %s', (_, pmem, policy, call, expected) => { expect(errno(pmem, policy, call)).toBe(expected) })

  it('of a file with a cut last block over a longer one: EINVAL', () => {
    expect(errno(REFLINK, 'linux-6.19', ['create', { name: 'G', fs: 'pmem0', size: '16 KiB' }], ['ftruncate', { file: 'F', size: 4 * KIB + 100 }], ['reflink', { of: 'F', to: 'G' }])).toBe('EINVAL')
  })

  it('of a DAX file and one that is not: EINVAL', () => {
    expect(errno({ ...REFLINK, mount: 'inode' }, 'linux-6.19', ['set-xflag', { file: 'F', dax: 1 }], ['drop-caches'], ['reflink', { of: 'F', to: 'G' }])).toBe('EINVAL')
  })
})

describe.each(['linux-6.1', 'linux-6.12', 'linux-6.19'])('blocks that two DAX files share, under %s', (policy) => {
  const MAPPED: readonly ShortOperation[] = [['reflink', { of: 'F', to: 'G' }], ['mmap', { name: 'x', file: 'F' }], ['mmap', { name: 'y', file: 'G' }]]

  it('cost no space, and are counted as shared by the entries of both', () => {
    const { summary, description, op } = runOn(REFLINK, policy, { A: [...MAPPED, ['load', { mapping: 'x', pages: '0+1' }], ['load', { mapping: 'y', pages: '0+1' }]] })
    const { host } = description
    expect([op('A.5').errno, filesystems.freeBlocks.get(filesystems.$.row(0))]).toEqual([null, 12])
    expect([hosts.sharers.at(host, PFN), hosts.mapping.at(host, PFN), hosts.share.at(host, PFN)]).toEqual([1, 0, 2])
    expect(summary.violations).toEqual([])
  })

  it.each<[string, ShortOperation]>([
    ['a store', ['store', { mapping: 'y', pages: '1+1' }]],
    ['a write', ['pwrite', { file: 'G', pages: '1+1' }]],
    ['an unsharing', ['fallocate', { file: 'G', mode: 'unshare', pages: '1+1' }]],
    ['a part of a page that is zeroed', ['fallocate', { file: 'G', mode: 'punch', range: '5000+100' }]]
  ])('are copied by %s, and the other file keeps its own', (_, change) => {
    const { summary, description, op } = runOn(REFLINK, policy, { A: [...MAPPED, ['load', { mapping: 'y' }], change, ['pread', { file: 'F', pages: '1+1' }], ['pread', { file: 'G', pages: '0+1' }]] })
    const { host } = description
    expect(op('A.5').errno).toBeNull()
    expect([0, 1, 2].map((page) => hosts.sharers.at(host, PFN + page))).toEqual([1, 0, 1])
    expect([0, 1, 2].map((page) => hosts.content.at(host, PFN + page)), 'F is as it was').toEqual([-1, -1, -1])
    expect(hosts.owner.at(host, PFN + 4), 'the first free block is G’s').toBe(description.files.findIndex(({ name }) => name === 'G') + 1)
    expect(summary.violations).toEqual([])
  })

  it('go to the other file when one lets go of them, and are free when both have', () => {
    const { description, summary } = runOn(REFLINK, policy, { A: [['reflink', { of: 'F', to: 'G' }], ['unlink', { file: 'F' }], ['sync'], ['ftruncate', { file: 'G', size: '4 KiB' }], ['sync']] })
    const { host } = description
    const g = description.files.findIndex(({ name }) => name === 'G') + 1
    expect([0, 1].map((page) => [hosts.owner.at(host, PFN + page), hosts.sharers.at(host, PFN + page)])).toEqual([[g, 0], [0, 0]])
    expect(filesystems.freeBlocks.get(filesystems.$.row(0))).toBe(15)
    expect(summary.violations).toEqual([])
  })

  it('do not make a store wait for a page that is held: the pipe keeps the old bytes (observed)', () => {
    const { op, summary, description } = runOn(REFLINK, policy, { A: [...MAPPED, ['vmsplice', { mapping: 'y', pages: '2+1', pipe: 'p' }], ['store', { mapping: 'y', pages: '2+1' }], ['read-pipe', { pipe: 'p' }]] })
    expect([op('A.5').errno, op('A.6').result]).toEqual([null, 4 * KIB])
    expect(hosts.content.at(description.host, PFN + 2)).toBe(-1)
    expect(summary.violations).toEqual([])
  })

  it('are found out to be too few when a store needs a copy: SIGBUS', () => {
    const { op } = runOn({ ...REFLINK, size: '16 KiB' }, policy, { A: [...MAPPED, ['store', { mapping: 'x', pages: '0+1' }]] })
    expect(op('A.4').killedBy).toBe('SIGBUS')
  })
})

it('a clone in the page cache has the content of its source, and neither sees the other’s writes', () => {
  const { description, op } = runOn(REFLINK, 'linux-6.12', { A: [['pwrite', { file: 'X', pages: '0+1' }], ['reflink', { of: 'X', to: 'Y' }], ['pwrite', { file: 'X', pages: '1+1' }], ['pread', { file: 'Y', pages: '0+1' }], ['pread', { file: 'Y', pages: '1+1' }]] })
  const seen = (name: string): number => operations.seen.get(description.operations.find((operation) => operation.name === name)!.row)
  expect([op('A.4').result, op('A.5').result]).toEqual([4 * KIB, 4 * KIB])
  const x = description.files.findIndex(({ name }) => name === 'X') + 1
  expect([seen('A.4'), seen('A.5')], 'what the first operation wrote, and what X had').toEqual([1, -x])
})
