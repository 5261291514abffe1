import { describe, expect, it } from 'vitest'
import { run } from '../support/run'
import { smallLab, type ShortOperation } from '../support/small-lab'

/** "ok", an errno, or null where the table leaves the cell open. */
type Cell = 'ok' | 'EOPNOTSUPP' | 'EFAULT' | null

/** Spec 5.2, typed from it: may a registration pin this memory for the long term? */
interface Row {
  readonly policy: string
  readonly fsdaxShared: Cell
  readonly fsdaxPrivate: Cell
  readonly cacheSharedWrite: Cell
  readonly cacheSharedRead: Cell
  readonly cachePrivate: Cell
  readonly devdax: Cell
  /** Anonymous memory, tmpfs, hugetlb: one column of the table. */
  readonly memory: Cell
}

const ALL_OK = { fsdaxShared: 'ok', fsdaxPrivate: 'ok', cacheSharedWrite: 'ok', cacheSharedRead: 'ok', cachePrivate: 'ok', devdax: 'ok', memory: 'ok' } as const

const TABLE: readonly Row[] = [
  { policy: 'linux-4.14,longterm-file-pin=allow-all', ...ALL_OK },
  { policy: 'linux-4.20,longterm-file-pin=deny-fsdax', ...ALL_OK, fsdaxShared: 'EOPNOTSUPP', fsdaxPrivate: 'EOPNOTSUPP' },
  { policy: 'linux-6.1,longterm-file-pin=deny-fsdax', ...ALL_OK, fsdaxShared: 'EOPNOTSUPP', fsdaxPrivate: 'EOPNOTSUPP' },
  { policy: 'linux-6.6,longterm-file-pin=deny-fsdax+dirty-tracked', ...ALL_OK, fsdaxShared: 'EOPNOTSUPP', fsdaxPrivate: 'EOPNOTSUPP', cacheSharedWrite: 'EFAULT' },
  { policy: 'linux-6.19,longterm-file-pin=deny-fsdax+dirty-tracked', ...ALL_OK, fsdaxShared: 'EOPNOTSUPP', fsdaxPrivate: 'EOPNOTSUPP', cacheSharedWrite: 'EFAULT' },
  // The file system is asked and has promised nothing; what it promises is below. The errno is our default (spec 5.4, 12.1). In 2019 any
  // registration was a write (below the table); the column is about read pins.
  { policy: 'gunthorpe-2019-fs-veto,longterm-file-pin=fs-contract,mrReadOnlyForcesWrite=false', ...ALL_OK, fsdaxShared: 'EOPNOTSUPP', fsdaxPrivate: 'EOPNOTSUPP', cacheSharedWrite: 'EOPNOTSUPP' },
  // Without a lease; with one it is below. So is the errno (spec 5.7, 12.1).
  { policy: 'weiny-2019-layout-lease,longterm-file-pin=layout-lease', ...ALL_OK, fsdaxShared: 'EOPNOTSUPP', fsdaxPrivate: null },
  // A plain mapping goes through the page cache, which is a scenario of its own; MAP_SYNC is below.
  { policy: 'linux-6.1,longterm-file-pin=map-sync-only', ...ALL_OK, fsdaxShared: null, fsdaxPrivate: null },
  { policy: 'linux-6.1,longterm-file-pin=odp-only', ...ALL_OK, fsdaxShared: 'EOPNOTSUPP', fsdaxPrivate: null, cacheSharedWrite: null, cacheSharedRead: null, cachePrivate: null, devdax: null, memory: null },
  { policy: 'williams-2019-admin,longterm-file-pin=admin-disable', ...ALL_OK },
]

/** What registers the memory of each column, of which the last operation is the registration. */
const REGISTRATIONS: Readonly<Record<string, { readonly column: keyof Omit<Row, 'policy'>, readonly ops: readonly ShortOperation[] }>> = {
  fsdaxShared: { column: 'fsdaxShared', ops: [['mmap', { name: 'a', file: 'D' }], ['ibv-reg', { name: 'ra', mapping: 'a' }]] },
  fsdaxPrivate: { column: 'fsdaxPrivate', ops: [['mmap', { name: 'b', file: 'D', flags: 'private' }], ['ibv-reg', { name: 'rb', mapping: 'b' }]] },
  cacheWrite: { column: 'cacheSharedWrite', ops: [['mmap', { name: 'c', file: 'C' }], ['ibv-reg', { name: 'rc', mapping: 'c' }]] },
  cacheRead: { column: 'cacheSharedRead', ops: [['mmap', { name: 'd', file: 'C' }], ['ibv-reg', { name: 'rd', mapping: 'd', access: 'none' }]] },
  cachePrivate: { column: 'cachePrivate', ops: [['mmap', { name: 'e', file: 'C', flags: 'private' }], ['ibv-reg', { name: 're', mapping: 'e' }]] },
  devdax: { column: 'devdax', ops: [['mmap', { name: 'f', file: 'dax0', pages: '0+512' }], ['ibv-reg', { name: 'rf', mapping: 'f', pages: '0+1' }]] },
  anonymous: { column: 'memory', ops: [['mmap', { name: 'g', pages: '0+2' }], ['ibv-reg', { name: 'rg', mapping: 'g' }]] },
  tmpfs: { column: 'memory', ops: [['mmap', { name: 'h', file: 'M' }], ['ibv-reg', { name: 'rh', mapping: 'h' }]] },
  hugetlb: { column: 'memory', ops: [['mmap', { name: 'i', file: 'U' }], ['ibv-reg', { name: 'ri', mapping: 'i' }]] },
}

/** What the last operation of each program answers. */
function answers(policy: string, actors: Readonly<Record<string, readonly ShortOperation[]>>): Readonly<Record<string, string>> {
  const lab = smallLab({
    files: { D: 2, P: { size: '8 KiB', pinnable: true } }, driveFs: 'ext4', driveFiles: { C: { size: '8 KiB' } }, memoryFiles: { M: 2, U: { size: '2 MiB', fs: 'hugetlb' } }, hostPages: 2048, actors,
  })
  const { nic0 } = lab.topology.nodes
  const nodes = { ...lab.topology.nodes, nic0: { ...nic0!, odp: true }, pmem1: { kind: 'pmem-region', mode: 'devdax', size: '2 MiB', files: { dax0: { size: '2 MiB' } } } }
  const { summary } = run({ ...lab, topology: { ...lab.topology, nodes, links: [...lab.topology.links, { from: 'cpu0.memory', to: 'pmem1' }] } }, { policy })
  return Object.fromEntries(Object.entries(actors).map(([actor, ops]) => {
    const last = summary.operations.find(({ op }) => op === `${actor}.${ops.length}`)!
    return [actor, last.errno ?? (last.result === 0 ? 'ok' : String(last.result))]
  }))
}

describe.each(TABLE)('spec 5.2 under $policy', (row) => {
  it('answers as the table does, column by column', () => {
    const wanted = Object.entries(REGISTRATIONS).flatMap(([name, { column }]) => (row[column] === null ? [] : [[name, row[column]]]))
    const got = answers(row.policy, Object.fromEntries(Object.entries(REGISTRATIONS).map(([name, { ops }]) => [name, ops])))
    expect(Object.fromEntries(wanted.map(([name]) => [name, got[name!]]))).toEqual(Object.fromEntries(wanted))
  })
})

describe('spec 5.2, where the table says "if"', () => {
  it('fs-contract: the file system has promised that the layout stays', () => {
    expect(answers('gunthorpe-2019-fs-veto', { A: [['mmap', { name: 'a', file: 'P' }], ['ibv-reg', { name: 'r', mapping: 'a' }]] })).toEqual({ A: 'ok' })
  })

  it('layout-lease: with a lease', () => {
    const ops: readonly ShortOperation[] = [['open', { file: 'D', fd: 'f' }], ['setlease', { fd: 'f', type: 'F_LAYOUT' }], ['mmap', { name: 'a', file: 'D' }], ['ibv-reg', { name: 'r', mapping: 'a' }]]
    expect(answers('weiny-2019-layout-lease', { A: ops })).toEqual({ A: 'ok' })
  })

  it('map-sync-only: a mapping with MAP_SYNC', () => {
    const ops: readonly ShortOperation[] = [['mmap', { name: 'a', file: 'D', sync: true, flags: 'shared-validate' }], ['ibv-reg', { name: 'r', mapping: 'a' }]]
    expect(answers('linux-6.1,longterm-file-pin=map-sync-only', { A: ops })).toEqual({ A: 'ok' })
  })

  it('odp-only: a registration that takes page faults', () => {
    const ops: readonly ShortOperation[] = [['mmap', { name: 'a', file: 'D' }], ['ibv-reg', { name: 'r', mapping: 'a', access: 'local-write+on-demand' }]]
    expect(answers('linux-6.1,longterm-file-pin=odp-only', { A: ops })).toEqual({ A: 'ok' })
  })
})
