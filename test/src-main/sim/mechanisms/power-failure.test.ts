import { describe, expect, it } from 'vitest'
import { runLab } from '../../../../src-main/sim/assemble'
import { actors, STACK_WORDS } from '../../../../src-shared/state/tables'
import { TraceCursor } from '../../../../src-shared/trace/cursor'
import { bundledLab } from '../../../support/bundled-labs'
import { run, type RunOptions } from '../../../support/run'
import { runSmall, smallLab, type ShortOperation, type SmallLab } from '../../../support/small-lab'

const HOLE = { size: '4 KiB', layout: 'hole' } as const

/** A program, then the power fails, then the same person looks. */
const before = (...ops: readonly ShortOperation[]) => (...after: readonly ShortOperation[]): SmallLab['actors'] => ({ A: [...ops, ['power-failure'], ...after] })

/** What the last operation, a pread or load, saw: zero, a file's initial data by its name, or an operation's. */
const saw = (lab: SmallLab, options: RunOptions = {}): string | undefined => {
  const { summary } = run({ ...smallLab(lab), expect: [{ op: last(lab), sees: 'zero', holds: 'every-schedule' }] }, options)
  return summary.expectations[0]?.reason.replace(`what ${last(lab)} saw is `, '')
}
const last = ({ actors }: SmallLab): string => {
  const [name, ops] = Object.entries(actors).at(-1)!
  return `${name}.${('ops' in ops ? ops.ops : ops).length}`
}

describe('a power failure at every step of the first store to a block that held a secret', () => {
  const { lab } = bundledLab('dax-crash-between-alloc-and-zero')
  /** What R sees after A took `steps` steps beyond the allocation lock; null once A has ended before. `log` tells whether the log commits then. */
  const after = (policy: string, steps: number, log: boolean): string | null => {
    const result = runLab({ ...lab, expect: [{ op: 'R.2', sees: 'K', holds: 'every-schedule' }] }, { name: 'lab', policy, seed: null, schedule: `A>AB2 pmem0.log! A*${steps} ${log ? 'pmem0.log! ' : ''}P! R!` }, () => undefined)
    if (!result.ok) return null
    const { expectations, violations } = result.value.summary
    expect(violations.map(({ id }) => id)).toEqual(expectations[0]!.ok === true ? ['S15'] : [])
    return expectations[0]!.reason.replace('what R.2 saw is ', '')
  }
  const outcomes = (policy: string): ReadonlySet<string> => {
    const found = new Set<string>()
    for (const log of [false, true]) {
      let steps = 0
      for (let outcome = after(policy, steps, log); outcome !== null; outcome = after(policy, ++steps, log)) found.add(outcome)
      expect(steps, 'steps at which it failed').toBeGreaterThan(8)
    }
    return found
  }

  it.each(['zero-at-allocation', 'both', 'entry-lock', 'racy-unwritten', 'i_mmap-exclusive'])('shows zeroes or the store under %s, both at some step', (variant) => {
    expect([...outcomes(`dax-fault=${variant}`)].sort()).toEqual(['A.3', 'zero'])
  })

  it('shows the secret at some step under zero-after-commit', () => {
    expect([...outcomes('dax-fault=zero-after-commit')].sort()).toEqual(['A.3', 'K', 'zero'])
  })
})

describe('persistent memory after a power failure', () => {
  const stored = before(['mmap', { name: 'm', file: 'F' }], ['store', { mapping: 'm' }])

  it('lacks a store that was in CPU caches alone', () => {
    expect(saw({ files: { F: 1 }, actors: stored(['pread', { file: 'F' }]) })).toBe('F')
  })

  it('has it where the platform flushes caches, or a line was written back in time', () => {
    const flushed = (caches: string): SmallLab => ({ files: { F: 1 }, actors: { A: [['mmap', { name: 'm', file: 'F' }], ['store', { mapping: 'm' }], ['power-failure', { caches }], ['pread', { file: 'F' }]] } })
    expect(saw(flushed('flushed'))).toBe('A.2')
    expect(saw(flushed('either'), { schedule: 'A>PW1 A/0' })).toBe('F')
    expect(saw(flushed('either'), { schedule: 'A>PW1 A/1' })).toBe('A.2')
  })

  it('has what was flushed by clwb, by fsync or past the caches by pwrite', () => {
    const map = ['mmap', { name: 'm', file: 'F' }] as const
    expect(saw({ files: { F: 1 }, actors: before(map, ['store', { mapping: 'm' }], ['clwb', { mapping: 'm' }])(['pread', { file: 'F' }]) })).toBe('A.2')
    expect(saw({ files: { F: 1 }, actors: before(map, ['store', { mapping: 'm' }], ['fsync', { file: 'F' }])(['pread', { file: 'F' }]) })).toBe('A.2')
    expect(saw({ files: { F: 1 }, actors: before(['pwrite', { file: 'F' }])(['pread', { file: 'F' }]) })).toBe('A.1')
  })

  it('goes back to what was flushed last, byte by byte, not to what another unflushed store left', () => {
    const ops = (byte: number): SmallLab => ({
      files: { F: 1 },
      actors: before(
        ['mmap', { name: 'm', file: 'F' }], ['store', { mapping: 'm', offset: 0 }], ['clwb', { mapping: 'm' }],
        ['store', { mapping: 'm', offset: 64 }], ['store', { mapping: 'm' }], ['store', { mapping: 'm', offset: 0 }], ['store', { mapping: 'm', offset: 64 }],
      )(['mmap', { name: 'n', file: 'F' }], ['load', { mapping: 'n', offset: byte }]),
    })
    expect(saw(ops(0))).toBe('A.2')
    expect(saw(ops(64))).toBe('F')
    expect(saw(ops(128))).toBe('F')
  })

  it('is freed of what a file had no name for, though somebody had it open', () => {
    const finished = runSmall({ files: { F: 4 }, pmemPages: 4, actors: { A: [['open', { file: 'F', fd: 'a' }], ['unlink', { file: 'F' }], ['wait', { for: '100 us' }], ['power-failure'], ['stat', { file: 'F' }], ['create', { name: 'G', size: '16 KiB' }], ['pwrite', { file: 'G', pages: '0+4' }]] } })
    expect([finished.op('A.5').errno, finished.op('A.7').result]).toEqual(['ENOENT', 16384])
    expect(finished.summary.violations).toEqual([])
  })

  it('does not count it as a wiped store that a block is zeroed whose conversion to written was lost', () => {
    const finished = runSmall({
      policy: 'dax-fault=racy-unwritten', files: { F: HOLE },
      actors: {
        A: [['mmap', { name: 'm', file: 'F' }], ['store', { mapping: 'm' }], ['clwb', { mapping: 'm' }]],
        P: [['power-failure'], ['mmap', { name: 'n', file: 'F' }], ['store', { mapping: 'n' }]],
      },
    }, { schedule: 'A>F7 pmem0.log! A! P!' })
    expect([finished.op('P.3').result, finished.summary.violations]).toEqual([1, []])
  })
})

describe('names after a power failure', () => {
  it('are there once the log has them', () => {
    const lab = (...ops: readonly ShortOperation[]): SmallLab => ({ actors: before(['create', { name: 'G', size: '4 KiB' }], ...ops)(['stat', { file: 'G' }]) })
    expect(runSmall(lab()).op('A.3').errno).toBe('ENOENT')
    expect(runSmall(lab(['fsync', { file: 'G' }])).op('A.4').errno).toBe(null)
  })

  it('of a file that was unlinked are back if the log did not have it', () => {
    const lab = (...ops: readonly ShortOperation[]): SmallLab => ({ files: { F: 1 }, actors: before(['unlink', { file: 'F' }], ...ops)(['stat', { file: 'F' }]) })
    expect(runSmall(lab()).op('A.3').errno).toBe(null)
    expect(runSmall(lab(['wait', { for: '100 us' }])).op('A.4').errno).toBe('ENOENT')
  })

  it('of files in host memory are gone', () => {
    expect(runSmall({ memoryFiles: { M: 1 }, actors: before()(['stat', { file: 'M' }]) }).op('A.2').errno).toBe('ENOENT')
  })
})

describe.each(['xfs', 'ext4'] as const)('page cache of %s on a drive', (driveFs) => {
  const drive = (size: string, actors: SmallLab['actors']): SmallLab => ({ driveFs, driveFiles: { D: { size, cached: true } }, actors })

  it('loses dirty pages and keeps those that were written back', () => {
    const written = (...ops: readonly ShortOperation[]) => before(['pwrite', { file: 'D', pages: '0+1' }], ...ops)(['pread', { file: 'D', pages: '0+1' }])
    expect(saw(drive('8 KiB', written()))).toBe('D')
    expect(saw(drive('8 KiB', written(['fsync', { file: 'D' }])))).toBe('A.1')
    expect(saw(drive('8 KiB', written(['fsync', { file: 'D' }], ['pwrite', { file: 'D', pages: '0+1' }])))).toBe('A.1')
    expect(saw(drive('8 KiB', written(['writeback', { file: 'D' }])))).toBe('A.1')
  })

  it('extends a file only as far as what was written back and logged', () => {
    const read = (...ops: readonly ShortOperation[]): number | null => {
      const actors = before(['pwrite', { file: 'D', pages: '1+1' }], ...ops)(['pread', { file: 'D', pages: '0+2' }])
      return runSmall(drive('4 KiB', actors)).op(last({ actors })).result
    }
    expect([read(), read(['fsync', { file: 'D' }]), read(['fsync', { file: 'D' }], ['pwrite', { file: 'D', pages: '2+1' }])]).toEqual([4096, 8192, 8192])
  })

  it('does not extend a file though the log commits something else of it', () => {
    const actors = before(['pwrite', { file: 'D', pages: '1+1' }], ['chmod', { file: 'D', mode: '0600' }], ['wait', { for: '100 us' }])(['pread', { file: 'D', pages: '0+2' }])
    expect(runSmall(drive('4 KiB', actors)).op(last({ actors })).result).toBe(4096)
  })

  it('has a truncated file back, data and all, unless the log has the truncation', () => {
    const truncated = (...ops: readonly ShortOperation[]) => before(['ftruncate', { file: 'D', size: 0 }], ...ops)(['pread', { file: 'D' }])
    expect(saw(drive('8 KiB', truncated()))).toBe('D')
    const actors = truncated(['fsync', { file: 'D' }])
    expect(runSmall(drive('8 KiB', actors)).op(last({ actors })).result).toBe(0)
  })

  it('has not what was punched and written again where the log knows of neither', () => {
    const punched = (...ops: readonly ShortOperation[]) => before(['fallocate', { file: 'D', mode: 'punch', pages: '0+1' }], ['pwrite', { file: 'D', pages: '0+1' }], ...ops)(['pread', { file: 'D', pages: '0+1' }])
    expect(saw(drive('8 KiB', punched()))).toBe('D')
    expect(saw(drive('8 KiB', punched(['fsync', { file: 'D' }])))).toBe('A.2')
  })
})

describe('what a power failure ends', () => {
  it('is every program but who cut the power and who awaits the boot', () => {
    const { op, summary } = runSmall({
      files: { F: 1 },
      actors: {
        A: [['mmap', { name: 'm', file: 'F' }], ['vmsplice', { mapping: 'm', pages: '0+1', pipe: 'p' }], ['wait', { for: '1 ms' }], ['load', { mapping: 'm' }]],
        T: [['await-done', { actor: 'A', op: 2 }], ['ftruncate', { file: 'F', size: 0 }]],
        P: [['power-failure', { at: '50 us' }]],
        R: [['wait', { for: '1 ms' }], ['await-boot'], ['pread', { file: 'F' }]],
      },
    })
    expect(['A.2', 'A.3', 'A.4', 'T.2', 'P.1', 'R.1', 'R.2', 'R.3'].map((name) => `${name} ${op(name).state}`)).toEqual(['A.2 done', 'A.3 lost', 'A.4 skipped', 'T.2 lost', 'P.1 done', 'R.1 lost', 'R.2 done', 'R.3 done'])
    expect([op('R.3').result, op('T.2').endNs, summary.end, summary.violations, summary.notices]).toEqual([4096, 50_000, 'finished', [], []])
  })

  it('is its address space: what was mapped is not', () => {
    const { op } = runSmall({ files: { F: 1 }, actors: before(['mmap', { name: 'm', file: 'F' }], ['load', { mapping: 'm' }])(['load', { mapping: 'm' }]) })
    expect([op('A.2').result, op('A.4').killedBy]).toEqual([1, 'SIGSEGV'])
  })

  it('are registrations and what was charged for them, and locks that somebody held', () => {
    const { summary } = run({
      ...smallLab({
        memoryFiles: { M: 1 }, files: { F: 2 },
        actors: {
          A: [['mmap', { name: 'b', pages: '0+4' }], ['ibv-reg', { mapping: 'b', name: 'r' }], ['wait', { for: '1 ms' }]],
          P: [['power-failure', { at: '100 us' }], ['ftruncate', { file: 'F', size: 0 }], ['mmap', { name: 'c', pages: '0+4' }], ['ibv-reg', { mapping: 'c', name: 's' }]],
        },
      }),
      expect: [{ process: 'A', pinnedVm: 0 }, { process: 'P', pinnedVm: 4 }, { state: 'MR r: state', is: 'absent' }, { op: 'P.2', result: 0 }, { op: 'P.4', result: 0 }, { notViolated: 'any' }],
    })
    expect(summary.expectations.filter(({ ok }) => ok !== true)).toEqual([])
  })

  it('is whatever devices and workers were at: they stand where they stood when the machine had booted', () => {
    const { trace, description } = runSmall({
      files: { F: 2 },
      actors: { A: [['mmap', { name: 'm', file: 'F' }], ['odirect-read', { mapping: 'm' }], ['ftruncate', { file: 'F', size: 0 }]], P: [['power-failure', { at: '3 us' }]] },
    })
    const failed = [...trace.events()].find(({ kind }) => kind === 'power-failed')!.step
    const engines = description.actors.filter(({ kind }) => kind !== 'task')
    const standings = (position: number): readonly (readonly number[])[] => {
      const state = new TraceCursor(trace)
      state.seek(position)
      const stackOf = (row: number): readonly number[] => Array.from({ length: STACK_WORDS }, (_, word) => state.w[row + actors.stack.off + word]!)
      return engines.map(({ row }) => [actors.pc.in(state, row), actors.frame.in(state, row)].concat(stackOf(row)))
    }
    expect(standings(failed)).not.toEqual(standings(0))
    expect(standings(failed + 1)).toEqual(standings(0))
  })

  it('may come again: a program says which boot it awaits', () => {
    const { op, summary } = runSmall({
      files: { F: 1 },
      actors: {
        P: [['power-failure'], ['pwrite', { file: 'F' }], ['power-failure']],
        Q: [['await-boot'], ['wait', { for: '1 ms' }]],
        R: [['await-boot', { boot: 2 }], ['pread', { file: 'F' }]],
      },
    })
    expect([op('Q.1').state, op('Q.2').state, op('R.2').state, summary.end]).toEqual(['done', 'lost', 'done', 'finished'])
  })
})

describe('a lab', () => {
  const refusal = (lab: SmallLab): string => {
    const result = runLab(smallLab(lab), { name: 'lab', policy: null, seed: null, schedule: null }, () => undefined)
    return result.ok ? '' : result.refusal.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n')
  }

  it('in which nobody cuts the power has no boot to await', () => {
    expect(refusal({ actors: { A: [['await-boot']] } })).toBe('actors.A.ops.0.await-boot: nobody cuts the power: an actor needs power-failure')
  })

  it('with programs on a remote peer cannot lose its power', () => {
    expect(refusal({ actors: { A: [['power-failure']], X: { on: 'peer', ops: [['wait', { for: '1 us' }]] } } })).toContain('actors.A.ops.0.power-failure: what the remote peer of X sees')
  })
})

describe('a file system that is shut down', () => {
  it('allocates nothing and makes nothing durable', () => {
    const { op } = runSmall({ files: { F: 1, H: HOLE }, actors: { A: [['ftruncate', { file: 'F', size: '8 KiB' }], ['fs-shutdown', { node: 'pmem0' }], ['fsync', { file: 'F' }], ['pwrite', { file: 'H' }], ['mmap', { name: 'h', file: 'H' }], ['store', { mapping: 'h' }]] } })
    expect([op('A.3').errno, op('A.4').errno, op('A.6').killedBy]).toEqual(['EIO', 'EIO', 'SIGBUS'])
  })

  it('is as good as new when the machine has booted', () => {
    const { op } = runSmall({ files: { F: 1 }, actors: before(['fs-shutdown', { node: 'pmem0' }])(['ftruncate', { file: 'F', size: '8 KiB' }], ['fsync', { file: 'F' }]) })
    expect(op('A.4').errno).toBe(null)
  })
})
