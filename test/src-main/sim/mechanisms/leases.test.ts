import { describe, expect, it } from 'vitest'
import { arena } from '../../../../src-shared/state/arena'
import { leaseHandlers } from '../../../../src-shared/state/vfs-tables'
import { runSmall, type ShortOperation, type SmallRun } from '../../../support/small-lab'

const TMPFS = { F: { size: '5 B', fs: 'tmpfs' } } as const
const BREAK_TIME: ShortOperation = ['lease-break-time', { value: '3 s' }]

const outcome = (run: SmallRun, op: string): string => {
  const { state, result, errno, killedBy } = run.op(op)
  return killedBy ?? errno ?? (state === 'done' ? String(result) : state)
}

/** A holder with a lease and a handler, and one breaker that comes a millisecond later. */
const broken = (holderFlags: string, type: string, react: Readonly<Record<string, string>>, breaker: ShortOperation): SmallRun => runSmall({
  memoryFiles: TMPFS,
  actors: {
    H: [BREAK_TIME, ['open', { file: 'F', fd: 'a', flags: holderFlags }], ['setlease', { fd: 'a', type }], ['on-break', { fd: 'a', ...react }]],
    B: [['wait', { for: '1 ms' }], breaker],
    L: [['await-done', { actor: 'B', op: 2 }], ['wait', { for: '5 s' }]],
  },
})

const tookMs = (run: SmallRun): number => Math.round(((run.op('B.2').endNs ?? Infinity) - (run.op('B.2').startNs ?? 0)) / 1e6)

/** What the handler saw (1 + type; 0 it did not run), and errno of its own F_SETLEASE. */
const handler = (): { readonly runs: number; readonly seen: number; readonly fd: number; readonly code: number; readonly errno: number | null } => {
  const [row] = leaseHandlers.$.rows(arena)
  if (row === undefined) throw new Error('there is no handler')
  return {
    runs: leaseHandlers.delivered.get(row), seen: leaseHandlers.seen.get(row) - 1, fd: leaseHandlers.fdMatches.get(row), code: leaseHandlers.siCode.get(row),
    errno: leaseHandlers.tried.get(row) === 1 ? leaseHandlers.errno.get(row) : null,
  }
}

const RELEASE = { do: 'release', after: '800 ms' }
const [READ, UNLOCK] = [0, 2]
const EAGAIN = 11

describe('a lease is broken by', () => {
  it.each<[string, string, string, ShortOperation, string, number, number | null]>([
    ['a read lease: a reader does not', 'O_RDONLY', 'F_RDLCK', ['open', { file: 'F', flags: 'O_RDONLY' }], '0', 0, null],
    ['a read lease: a writer', 'O_RDONLY', 'F_RDLCK', ['open', { file: 'F', flags: 'O_WRONLY' }], '0', 800, UNLOCK],
    ['a read lease: O_TRUNC', 'O_RDONLY', 'F_RDLCK', ['open', { file: 'F', flags: 'O_WRONLY|O_TRUNC' }], '0', 800, UNLOCK],
    ['a write lease: a reader', 'O_RDWR', 'F_WRLCK', ['open', { file: 'F', flags: 'O_RDONLY' }], '0', 800, READ],
    ['a write lease: a writer', 'O_RDWR', 'F_WRLCK', ['open', { file: 'F', flags: 'O_RDWR' }], '0', 800, UNLOCK],
    ['a write lease: truncate', 'O_RDWR', 'F_WRLCK', ['truncate', { file: 'F', size: '10 B' }], '0', 800, UNLOCK],
    ['a non-blocking writer: it is refused, the break has begun', 'O_RDONLY', 'F_RDLCK', ['open', { file: 'F', flags: 'O_WRONLY|O_NONBLOCK' }], 'EAGAIN', 0, UNLOCK],
    ['unlink does not', 'O_RDWR', 'F_WRLCK', ['unlink', { file: 'F' }], '0', 0, null],
    ['rename does not', 'O_RDWR', 'F_WRLCK', ['rename', { file: 'F' }], '0', 0, null],
    ['link does not', 'O_RDWR', 'F_WRLCK', ['link', { file: 'F' }], '0', 0, null],
    ['chmod does not', 'O_RDWR', 'F_WRLCK', ['chmod', { file: 'F', mode: '0600' }], '0', 0, null],
    ['stat does not', 'O_RDWR', 'F_WRLCK', ['stat', { file: 'F' }], '0', 0, null],
    ['O_PATH does not', 'O_RDWR', 'F_WRLCK', ['open', { file: 'F', flags: 'O_PATH' }], '0', 0, null],
  ])('%s', (_case, flags, type, breaker, result, ms, seen) => {
    const run = broken(flags, type, RELEASE, breaker)
    expect([outcome(run, 'B.2'), tookMs(run)]).toEqual([result, ms])
    expect(handler()).toEqual(seen === null ? { runs: 0, seen: -1, fd: 0, code: 0, errno: null } : { runs: 1, seen, fd: 1, code: 3, errno: 0 })
  })

  it.each<[string, string, string, Readonly<Record<string, string>>, string, number, number | null]>([
    ['ignores it: the deadline', 'O_RDONLY', 'F_RDLCK', { do: 'ignore' }, 'O_WRONLY', 3000, null],
    ['closes', 'O_RDONLY', 'F_RDLCK', { do: 'close', after: '800 ms' }, 'O_WRONLY', 800, null],
    ['exits', 'O_RDWR', 'F_WRLCK', { do: 'exit', after: '800 ms' }, 'O_WRONLY', 800, null],
    ['downgrades though its own fd is open for write: EAGAIN, then the deadline', 'O_RDWR', 'F_WRLCK', { do: 'downgrade', after: '800 ms' }, 'O_RDONLY', 3000, EAGAIN],
    ['downgrades where unlock was asked: EAGAIN, then the deadline', 'O_RDONLY', 'F_WRLCK', { do: 'downgrade', after: '800 ms' }, 'O_WRONLY', 3000, EAGAIN],
    ['downgrades for a reader', 'O_RDONLY', 'F_WRLCK', { do: 'downgrade', after: '800 ms' }, 'O_RDONLY', 800, 0],
  ])('a holder that %s', (_case, holderFlags, type, react, flags, ms, errno) => {
    const run = broken(holderFlags, type, react, ['open', { file: 'F', flags }])
    expect([outcome(run, 'B.2'), tookMs(run)]).toEqual(['0', ms])
    expect(handler().errno).toBe(errno)
  })

  it('waits for the last of several holders', () => {
    const holder = (after: string): readonly ShortOperation[] => [['open', { file: 'F', fd: 'a' }], ['setlease', { fd: 'a', type: 'F_RDLCK' }], ['on-break', { fd: 'a', do: 'release', after }]]
    const run = runSmall({ memoryFiles: TMPFS, actors: { H: holder('800 ms'), I: holder('1600 ms'), B: [['wait', { for: '1 ms' }], ['open', { file: 'F', flags: 'O_WRONLY' }]] } })
    expect([outcome(run, 'B.2'), tookMs(run)]).toEqual(['0', 1600])
  })

  it('a signal to the breaker ends its wait', () => {
    const run = runSmall({
      memoryFiles: TMPFS,
      actors: {
        H: [['open', { file: 'F', fd: 'a' }], ['setlease', { fd: 'a', type: 'F_RDLCK' }], ['on-break', { fd: 'a', do: 'ignore' }]],
        B: { handler: 'no-restart', ops: [['wait', { for: '1 ms' }], ['open', { file: 'F', flags: 'O_WRONLY' }]] },
        K: [['kill', { actor: 'B', sig: 'SIGALRM', at: '1 s' }]],
      },
    })
    expect([outcome(run, 'B.2'), tookMs(run)]).toEqual(['EINTR', 999])
  })

  it('its own holder too, who gets the signal and EINTR; the deadline counts though nobody waits', () => {
    const self = (...more: readonly ShortOperation[]): SmallRun => runSmall({
      memoryFiles: TMPFS,
      actors: { H: { handler: 'no-restart', ops: [BREAK_TIME, ['open', { file: 'F', fd: 'a' }], ['setlease', { fd: 'a', type: 'F_RDLCK' }], ['open', { file: 'F', flags: 'O_WRONLY' }], ['getlease', { fd: 'a' }], ...more] } },
    })
    const again: ShortOperation = ['open', { file: 'F', flags: 'O_WRONLY|O_NONBLOCK' }]
    expect(['H.4', 'H.5', 'H.6'].map((op) => outcome(self(again), op))).toEqual(['EINTR', String(UNLOCK), 'EAGAIN'])
    expect(outcome(self(['wait', { for: '3300 ms' }], again), 'H.7')).toBe('0')
  })

  it('nobody else gets a lease while a break is pending; readers may open', () => {
    const run = runSmall({
      memoryFiles: TMPFS,
      actors: {
        H: [['open', { file: 'F', fd: 'a' }], ['setlease', { fd: 'a', type: 'F_RDLCK' }], ['on-break', { fd: 'a', do: 'ignore' }]],
        B: [['await-done', { actor: 'H', op: 3 }], ['open', { file: 'F', flags: 'O_WRONLY' }]],
        C: [['await-waiting', { actor: 'B', op: 2 }], ['open', { file: 'F', fd: 'c', flags: 'O_RDONLY|O_NONBLOCK' }], ['setlease', { fd: 'c', type: 'F_RDLCK' }]],
      },
    })
    expect([outcome(run, 'C.2'), outcome(run, 'C.3')]).toEqual(['0', 'EAGAIN'])
  })

  it('with lease-break-time 0 it waits for the holder alone, and for ever if that does nothing: L3', () => {
    const zero = (react: string): SmallRun => runSmall({
      memoryFiles: TMPFS,
      actors: {
        H: [['lease-break-time', { value: 0 }], ['open', { file: 'F', fd: 'a' }], ['setlease', { fd: 'a', type: 'F_RDLCK' }], ['on-break', { fd: 'a', do: react, after: '60 s' }]],
        B: [['wait', { for: '1 ms' }], ['open', { file: 'F', flags: 'O_WRONLY' }]],
      },
    })
    const released = zero('release')
    expect([outcome(released, 'B.2'), tookMs(released), released.summary.violations.map(({ id }) => id)]).toEqual(['0', 60_000, []])
    const stuck = zero('ignore')
    expect(stuck.summary.violations.map(({ id }) => id)).toEqual(['L3'])
    expect(stuck.op('B.2').blockedOn).toContain('lease of H on F, break sent at 1')
    expect(stuck.op('B.2').blockedOn).toContain('no deadline')
  })
})

describe('F_SETLEASE', () => {
  const a = (flags: string): ShortOperation => ['open', { file: 'F', fd: 'a', flags }]
  const b = (flags: string): ShortOperation => ['open', { file: 'F', fd: 'b', flags }]
  const lease = (type: string, fd = 'a'): ShortOperation => ['setlease', { fd, type }]
  it.each<[string, readonly ShortOperation[], readonly string[]]>([
    ['a read lease bears no writer, not its own descriptor either', [a('O_RDWR'), lease('F_RDLCK')], ['0', 'EAGAIN']],
    ['a write lease on its only writer', [a('O_RDWR'), lease('F_WRLCK')], ['0', '0']],
    ['a write lease on its only reader', [a('O_RDONLY'), lease('F_WRLCK')], ['0', '0']],
    ['a write lease bears no second reader', [a('O_RDONLY'), b('O_RDONLY'), lease('F_WRLCK')], ['0', '0', 'EAGAIN']],
    ['a read lease bears no other writer', [a('O_RDONLY'), b('O_WRONLY'), lease('F_RDLCK')], ['0', '0', 'EAGAIN']],
    ['a writable shared mapping counts as a writer', [a('O_RDONLY'), b('O_RDWR'), ['mmap', { name: 'm', file: 'F', fd: 'b' }], ['close', { fd: 'b' }], lease('F_RDLCK')], ['0', '0', '0', '0', 'EAGAIN']],
    ['a dup does not count', [a('O_RDONLY'), ['dup', { fd: 'b', of: 'a' }], lease('F_WRLCK')], ['0', '0', '0']],
    ['an unknown type', [a('O_RDONLY'), lease('77')], ['0', 'EINVAL']],
    ['layout leases are unknown to shipped kernels', [a('O_RDONLY'), lease('F_LAYOUT')], ['0', 'EINVAL']],
    ['giving up what one has not', [a('O_RDONLY'), lease('F_UNLCK')], ['0', 'EAGAIN']],
    ['a downgrade', [a('O_RDONLY'), lease('F_WRLCK'), lease('F_RDLCK'), ['getlease', { fd: 'a' }]], ['0', '0', '0', '0']],
    ['an upgrade bears no other reader', [a('O_RDONLY'), lease('F_RDLCK'), b('O_RDONLY'), lease('F_WRLCK'), ['getlease', { fd: 'a' }]], ['0', '0', '0', 'EAGAIN', '0']],
    ['a write lease beside the read lease of another', [a('O_RDONLY'), lease('F_RDLCK'), b('O_RDONLY'), lease('F_WRLCK', 'b'), ['getlease', { fd: 'b' }]], ['0', '0', '0', 'EAGAIN', '2']],
    ['a lease is shared by dups and outlives the first descriptor', [a('O_RDONLY'), lease('F_RDLCK'), ['dup', { fd: 'b', of: 'a' }], ['close', { fd: 'a' }], ['getlease', { fd: 'b' }], lease('F_UNLCK', 'b')], ['0', '0', '0', '0', '0', '0']],
    ['it goes with the last descriptor', [a('O_RDONLY'), lease('F_RDLCK'), ['close', { fd: 'a' }], b('O_WRONLY|O_NONBLOCK')], ['0', '0', '0', '0']],
    ['a closed descriptor', [a('O_RDONLY'), ['close', { fd: 'a' }], lease('F_RDLCK')], ['0', '0', 'EBADF']],
    ['O_PATH gives no access', [a('O_PATH'), lease('F_RDLCK')], ['0', 'EBADF']],
  ])('%s', (_case, ops, results) => {
    const run = runSmall({ memoryFiles: TMPFS, actors: { A: ops } })
    expect(ops.map((_, at) => outcome(run, `A.${at + 1}`))).toEqual(results)
  })

  it.each(['directory', 'pipe'] as const)('on a %s', (type) => {
    const run = runSmall({ memoryFiles: { F: { size: 0, fs: 'tmpfs', type } }, actors: { A: [a('O_RDONLY'), lease('F_RDLCK'), ['getlease', { fd: 'a' }]] } })
    expect([outcome(run, 'A.2'), outcome(run, 'A.3')]).toEqual(['EINVAL', String(UNLOCK)])
  })

  it.each([[65_534, 'none', 'EACCES'], [65_534, 'all', '0'], [1_000, 'none', '0']] as const)('by uid %s with capabilities %s on a file of uid 1000', (uid, caps, result) => {
    const run = runSmall({ memoryFiles: { F: { size: '5 B', fs: 'tmpfs', owner: 1_000, mode: '0666' } }, actors: { A: { uid, caps, ops: [a('O_RDONLY'), lease('F_RDLCK')] } } })
    expect(outcome(run, 'A.2')).toBe(result)
  })
})

it('SIGIO ends a holder that has no handler', () => {
  const run = runSmall({ memoryFiles: TMPFS, actors: { H: [['open', { file: 'F', fd: 'a' }], ['setlease', { fd: 'a', type: 'F_RDLCK' }], ['wait', { for: '10 s' }]], B: [['open', { file: 'F', flags: 'O_WRONLY', at: '1 ms' }]] } })
  expect([outcome(run, 'H.3'), outcome(run, 'B.1')]).toEqual(['SIGIO', '0'])
})
