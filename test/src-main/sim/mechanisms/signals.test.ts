import { describe, expect, it } from 'vitest'
import { runSmall, type SmallRun } from '../../../support/small-lab'

const F = { F: { size: '16 KiB' } }
const mapped = ['mmap', { name: 'm', file: 'F' }] as const
const inPipe = ['vmsplice', { mapping: 'm', pages: 1, pipe: 'p' }] as const
const outcome = (run: SmallRun, op: string): string => {
  const { state, result, errno, killedBy } = run.op(op)
  return killedBy ?? errno ?? (state === 'done' ? String(result) : state)
}

describe('a fatal signal', () => {
  it('ends a process that lets time pass in user space at once, with all its threads', () => {
    const run = runSmall({
      files: F,
      actors: {
        A: [mapped, ['ftruncate', { file: 'F', size: 0, at: '100 us' }]],
        B: { process: 'A', ops: [['wait', { for: '1 us' }], ['store', { mapping: 'm', pages: 1, at: '60 us' }]] },
        K: [['kill', { actor: 'A', sig: 'SIGKILL', at: '10 us' }]],
      },
    })
    expect([outcome(run, 'A.2'), outcome(run, 'B.2')]).toEqual(['skipped', 'skipped'])
    expect(run.summary.endNs).toBeLessThan(60_000)
  })

  it('reaches a program that is over: the process still has its pipe, and gives it back', () => {
    const run = runSmall({
      files: F,
      actors: {
        U: [mapped, inPipe],
        T: [['await-waiting', { actor: 'U', op: 2 }], ['ftruncate', { file: 'F', size: 0 }]],
        K: [['kill', { actor: 'U', sig: 'SIGKILL', at: '100 us' }]],
      },
    })
    expect(outcome(run, 'T.2')).toBe('0')
    expect(run.summary.end).toBe('finished')
  })

  it('is not overwritten by a later one that is handled', () => {
    const run = runSmall({
      files: F,
      actors: {
        U: { handler: 'no-restart', ops: [mapped, inPipe, ['odirect-read', { mapping: 'm', pages: '0+1' }], ['wait', { for: '1 us' }]] },
        T: [['ftruncate', { file: 'F', size: 0, at: '8 us' }]],
        K: [['await-waiting', { actor: 'U', op: 3 }], ['kill', { actor: 'U', sig: 'SIGKILL' }], ['kill', { actor: 'U', sig: 'SIGINT' }]],
      },
    })
    expect([outcome(run, 'U.3'), outcome(run, 'U.4'), outcome(run, 'T.1')]).toEqual(['SIGKILL', 'skipped', '0'])
  })

  it('is pending on every thread of the process: none goes on in user space while another is still asleep', () => {
    const run = runSmall({
      files: F,
      actors: {
        U: { process: 'P', ops: [mapped, inPipe, ['wait', { for: '110 us' }], ['read-pipe', { pipe: 'p' }]] },
        T: { process: 'P', ops: [['await-waiting', { actor: 'U', op: 2 }], ['ftruncate', { file: 'F', size: 0 }]] },
        K: [['kill', { actor: 'T', sig: 'SIGKILL', at: '20 us' }]],
      },
    }, { policy: 'linux-6.1,truncate-vs-dma=wait-hold-lock' })
    expect([outcome(run, 'U.3'), outcome(run, 'U.4')]).toEqual(['SIGKILL', 'pending'])
  })

  it('ends the wait behind fail-etxtbsy too, which is that of wait-retry', () => {
    const run = runSmall({
      files: F,
      actors: {
        U: [mapped, inPipe],
        T: [['await-waiting', { actor: 'U', op: 2 }], ['ftruncate', { file: 'F', size: 0 }]],
        K: [['await-waiting', { actor: 'T', op: 2 }], ['kill', { actor: 'T', sig: 'SIGTERM' }]],
      },
    }, { policy: 'linux-6.1,truncate-vs-dma=fail-etxtbsy' })
    expect(outcome(run, 'T.2')).toBe('SIGTERM')
  })
})

describe('an exit', () => {
  it('kills the other threads before they begin anything more', () => {
    const run = runSmall({
      files: F,
      actors: {
        A: [mapped, ['exit', { at: '10 us' }]],
        B: { process: 'A', ops: [['ftruncate', { file: 'F', size: 0, at: '100 us' }]] },
      },
    })
    expect(outcome(run, 'B.1')).toBe('skipped')
  })
})

describe('a handled signal', () => {
  it('that came in user space does not interrupt a later call', () => {
    const run = runSmall({
      files: F,
      actors: {
        U: [mapped, inPipe, ['read-pipe', { pipe: 'p', at: '200 us' }]],
        T: { handler: 'no-restart', ops: [['ftruncate', { file: 'F', size: 0, at: '100 us' }]] },
        K: [['kill', { actor: 'T', sig: 'SIGINT', at: '50 us' }]],
      },
    })
    expect(outcome(run, 'T.1')).toBe('0')
  })

  it('that finds the page idle already does not fail the call', () => {
    const run = runSmall({
      files: F,
      actors: {
        U: [mapped, inPipe, ['await-waiting', { actor: 'T', op: 2 }], ['read-pipe', { pipe: 'p' }]],
        T: { handler: 'no-restart', ops: [['await-waiting', { actor: 'U', op: 2 }], ['ftruncate', { file: 'F', size: 0 }]] },
        K: [['await-waiting', { actor: 'T', op: 2 }], ['kill', { actor: 'T', sig: 'SIGINT' }]],
      },
    }, { schedule: 'U>O3 T>W5s K>O2 U! K! T!' })
    expect(outcome(run, 'T.2')).toBe('0')
  })

  it('that restarts a call does not count as another round of it', () => {
    const run = runSmall({
      files: F,
      actors: {
        U: [mapped, inPipe, ['await-waiting', { actor: 'K', op: 3 }], ['read-pipe', { pipe: 'p', at: '200 us' }]],
        T: { handler: 'restart', ops: [['await-waiting', { actor: 'U', op: 2 }], ['ftruncate', { file: 'F', size: 0, repeat: 2 }]] },
        K: [['await-waiting', { actor: 'T', op: 2 }], ['kill', { actor: 'T', sig: 'SIGINT' }], ['wait', { for: '1 us' }]],
      },
    })
    const { rounds, startNs } = run.op('T.2')
    expect([outcome(run, 'T.2'), rounds]).toEqual(['0', 2])
    expect(startNs).toBeGreaterThan(200_000)
  })
})
