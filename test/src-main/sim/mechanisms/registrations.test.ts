import { describe, expect, it } from 'vitest'
import { runLab } from '../../../../src-main/sim/assemble'
import { regions } from '../../../../src-shared/state/rdma-tables'
import { hosts, processes } from '../../../../src-shared/state/tables'
import { TraceCursor } from '../../../../src-shared/trace/cursor'
import type { ShortOperation, SmallLab } from '../../../support/small-lab'
import { runSmall, smallLab } from '../../../support/small-lab'
import { run } from '../../../support/run'

const ANON: ShortOperation = ['mmap', { name: 'm', pages: '0+4' }]
const registers = (name: string, pages: string, more: Readonly<Record<string, string>> = {}): ShortOperation => ['ibv-reg', { name, mapping: 'm', pages, ...more }]
const pinnedVm = (result: ReturnType<typeof runSmall>): number => processes.pinnedVm.get(result.description.processes[0]!.row)

describe('the locked-memory limit', () => {
  const within = (memlock: string, ops: readonly ShortOperation[], ipcLock = false): ReturnType<typeof runSmall> => runSmall({ actors: { A: { memlock, ipcLock, ops: [ANON, ...ops] } } })

  it('of 0 forbids registering at all: EPERM', () => {
    const result = within('0 KiB', [registers('r', '0+1')])
    expect([result.op('A.2').errno, pinnedVm(result)]).toEqual(['EPERM', 0])
  })

  it('below a page is a limit like any other: ENOMEM', () => {
    expect(within('2 KiB', [registers('r', '0+1')]).op('A.2').errno).toBe('ENOMEM')
  })

  it('may be reached exactly, and one page more is ENOMEM with nothing left charged', () => {
    const result = within('12 KiB', [registers('r', '0+3'), registers('s', '3+1')])
    expect([result.op('A.2').errno, result.op('A.3').errno, pinnedVm(result)]).toEqual([null, 'ENOMEM', 3])
  })

  it('does not bind CAP_IPC_LOCK, which is charged all the same', () => {
    const result = within('0 KiB', [registers('r', '0+4')], true)
    expect([result.op('A.2').result, pinnedVm(result)]).toEqual([0, 4])
  })

  it('counts a page once for each registration, until dereg: munmap changes nothing', () => {
    const ops = [registers('r', '0+2'), registers('s', '1+2'), ['munmap', { mapping: 'm' }]] as const
    expect(pinnedVm(within('64 KiB', ops))).toBe(4)
    expect(pinnedVm(within('64 KiB', [...ops, ['ibv-dereg', { mr: 'r' }]]))).toBe(2)
  })

  const pair = (pages: string): SmallLab => ({
    actors: { A: { memlock: '12 KiB', ops: [ANON, registers('r', '0+2')] }, B: { process: 'A', memlock: '12 KiB', ops: [['await-waiting', { actor: 'A', op: 1 }], registers('s', pages)] } },
  })

  it('is charged and compared in one: of two that are over it together, one gets through', () => {
    const both = runSmall(pair('2+2'), { schedule: 'A>RM3 B>RM3 A*1 B*1 A! B!' })
    expect([both.op('A.2').errno, both.op('B.2').errno, pinnedVm(both)]).toEqual([null, 'ENOMEM', 2])
  })

  it('refuses what would fit while a charge that is about to be undone is there', () => {
    const late = runSmall({
      actors: { A: { memlock: '12 KiB', ops: [ANON, registers('r', '0+4')] }, B: { process: 'A', memlock: '12 KiB', ops: [['await-waiting', { actor: 'A', op: 1 }], registers('s', '2+2')] } },
    }, { schedule: 'A>RM4v B! A!' })
    expect([late.op('A.2').errno, late.op('B.2').errno, pinnedVm(late)]).toEqual(['ENOMEM', 'ENOMEM', 0])
  })

  it('is never passed by two together, whatever the schedule', () => {
    const lab = smallLab(pair('2+2'))
    for (let seed = 1; seed <= 80; seed++) {
      const { summary } = run(lab, { schedule: 'random', seed })
      const succeeded = summary.operations.filter(({ op, result }) => ['A.2', 'B.2'].includes(op) && result === 0)
      expect(succeeded.length, `seed ${seed}`).toBeLessThanOrEqual(1)
    }
  })
})

describe('a registration', () => {
  it('for remote writes needs the right of local ones: EINVAL', () => {
    expect(runSmall({ actors: { A: [ANON, registers('r', '0+1', { access: 'remote-write' })] } }).op('A.2').errno).toBe('EINVAL')
  })

  it('that finds less memory than it asked for gets EFAULT on its second try, and all of it is undone', () => {
    const result = runSmall({ actors: { A: [ANON, registers('r', '2+4')] } })
    expect([result.op('A.2').errno, pinnedVm(result)]).toEqual(['EFAULT', 0])
    expect(result.summary.violations).toEqual([])
    expect(hosts.refs.find(result.description.host, 0, 2 ** 30, (refs) => refs > 1), 'no page is held').toBe(-1)
  })

  it('has its name alone: of two at once under one name, one is EBUSY and leaves nothing behind', () => {
    const lab = smallLab({ actors: { A: [ANON, registers('r', '0+2')], B: { process: 'A', ops: [['await-waiting', { actor: 'A', op: 1 }], registers('r', '1+2'), ['ibv-dereg', { mr: 'r' }]] } } })
    for (let seed = 1; seed <= 80; seed++) {
      const { summary, description } = run(lab, { schedule: 'random', seed })
      const errnos = ['A.2', 'B.2'].map((op) => summary.operations.find((operation) => operation.op === op)!.errno)
      const mr = description.regions[0]!.row
      const charged = regions.state.get(mr) === regions.state.valueOf('valid') ? 2 : 0
      expect(errnos.filter((errno) => errno !== null).every((errno) => errno === 'EBUSY'), `seed ${seed}: ${errnos.join()}`).toBe(true)
      expect(processes.pinnedVm.get(description.processes[0]!.row), `seed ${seed}`).toBe(charged)
    }
  })

  it('of memory in another process is refused before anything runs', () => {
    const lab = smallLab({ actors: { A: [ANON], B: [registers('r', '0+1')] } })
    const result = runLab(lab, { name: 'lab', policy: null, seed: null, schedule: null }, () => undefined)
    expect(result).toMatchObject({ ok: false, refusal: [{ path: ['actors', 'B', 'ops', 0, 'ibv-reg', 'mapping'] }] })
  })
})

describe('a short count', () => {
  it.each([
    ['vmsplice', { mapping: 'm', pages: '2+4', pipe: 'p' }],
    ['odirect-read', { mapping: 'm', pages: '2+4' }],
  ] as const)('%s of a range that ends early answers the bytes there were', (word, parameters) => {
    expect(runSmall({ actors: { A: [ANON, [word, parameters]] } }).op('A.2').result).toBe(2 * 4096)
  })

  it('of none at all is EFAULT', () => {
    expect(runSmall({ actors: { A: [ANON, ['munmap', { mapping: 'm' }], ['odirect-read', { mapping: 'm' }]] } }).op('A.3').errno).toBe('EFAULT')
  })
})

describe('dereg', () => {
  const lab: SmallLab = {
    policy: 'linux-5.15',
    actors: {
      H: [ANON, registers('r', '0+2'), ['ibv-dereg', { mr: 'r' }]],
      N: { on: 'peer', ops: [['rdma-write', { mr: 'r', pages: '0+2' }], ['rdma-write', { mr: 'r', pages: '0+1' }], ['rdma-write', { mr: 'r', pages: '0+1' }]] },
    },
  }

  it('waits at its fence for accesses that are translated already, and unpins after them', () => {
    const { trace, description, summary } = runSmall(lab, { schedule: 'H>O3 N! nic0>WR5 H!' })
    const [mr, host] = [description.regions[0]!.row, description.host]
    const cursor = new TraceCursor(trace)
    const written: number[] = []
    for (let step = 0; step < trace.steps; step++) {
      const { step: id } = trace.stepAt(step)
      const name = description.steps.find((entry) => entry.id === id)!.name
      if (name !== 'WR5' && name !== 'DR3') continue
      cursor.seek(step)
      if (name === 'DR3') expect([regions.inflight.in(cursor, mr), written.length]).toEqual([0, 2])
      if (name === 'WR5') {
        expect(regions.state.nameIn(cursor, mr)).toBe('invalidating')
        written.push(hosts.refs.in(cursor, host, description.memories.find(({ kind }) => kind === 'host-memory')!.firstPfn))
      }
    }
    expect(written, 'mapped once and pinned once, at each of the two writes').toEqual([1 + 1024, 1 + 1024])
    expect(summary.operations.map(({ status }) => status).filter((status) => status !== null)).toEqual(['success', 'REM_ACCESS_ERR', 'WR_FLUSH_ERR'])
  })

  it('never lets a device write through a hold that is gone, on any schedule', () => {
    const small = smallLab(lab)
    for (let seed = 1; seed <= 60; seed++) {
      const { trace } = run(small, { schedule: 'random', seed })
      const held = new Set<number>()
      const missing: number[] = []
      for (const { kind, args } of trace.events()) {
        if (kind === 'pin-taken') held.add(args[1]!)
        if (kind === 'hold-released') held.delete(args[1]!)
        if (kind === 'dma-write-landed' && !held.has(args[1]!)) missing.push(args[1]!)
      }
      expect(missing, `seed ${seed}`).toEqual([])
    }
  })
})

describe('SIGKILL', () => {
  it('ends the process: its registrations are torn down, its pipes emptied, its memory unmapped', () => {
    const result = runSmall({
      policy: 'linux-4.14', files: { F: 4 },
      actors: {
        A: [['mmap', { name: 'm', file: 'F' }], registers('r', '0+2'), ['vmsplice', { mapping: 'm', pages: '2+2', pipe: 'p' }], ['wait', { for: '50 us' }], ['wait', { for: '1 s' }]],
        K: [['kill', { actor: 'A', sig: 'SIGKILL', at: '60 us' }]],
      },
    })
    const { host } = result.description
    expect(result.op('A.4').killedBy ?? result.op('A.5').killedBy).toBe('SIGKILL')
    expect([...Array(4).keys()].map((page) => hosts.refs.at(host, 0x80000 + page))).toEqual([1, 1, 1, 1])
    expect(hosts.maps.find(host, 0, 2 ** 30, (maps) => maps > 0)).toBe(-1)
    expect([pinnedVm(result), processes.exited.get(result.description.processes[0]!.row)]).toEqual([0, 1])
  })
})
