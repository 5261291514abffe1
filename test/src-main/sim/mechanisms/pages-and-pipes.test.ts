import { describe, expect, it } from 'vitest'
import { runsIn } from '../../../../src-shared/state/page-runs'
import { arena } from '../../../../src-shared/state/arena'
import { hosts, mappings, pipes, processes } from '../../../../src-shared/state/tables'
import { runSmall, smallLab, type SmallRun } from '../../../support/small-lab'
import { run } from '../../../support/run'

const HOLE = { size: '16 KiB', layout: 'hole' } as const
/** Frames of ordinary memory that belong to somebody, after the run. */
const anonymousPages = ({ description }: SmallRun): number => [...runsIn(arena, description.host, hosts.anon.field)].reduce((pages, { count }) => pages + count, 0)
const pteAt = (process: number, mapping: number, page: number): string => processes.pte.spec.names![processes.pte.at(process, mappings.vpnFirst.get(mapping) + page)]!

describe('the zero page', () => {
  it('is accepted by a pipe and by a drive: a hole is read without end, and nothing is counted', () => {
    const result = runSmall({
      files: { F: HOLE },
      actors: { A: [['mmap', { name: 'm', file: 'F' }], ['vmsplice', { mapping: 'm', pages: '0+3', pipe: 'p' }], ['read-pipe', { pipe: 'p' }], ['odirect-write', { mapping: 'm', pages: '1+2' }]] },
    })
    expect(['A.2', 'A.3', 'A.4'].map((op) => result.op(op).result)).toEqual([3 * 4096, 3 * 4096, 2 * 4096])
    expect(result.summary.end).toBe('finished')
    expect([...runsIn(arena, result.description.host, hosts.refs.field)].filter(({ value }) => value > 1)).toEqual([])
    expect(pipes.pageCount.get(result.description.pipes[0]!.row)).toBe(0)
  })

  it('is mapped by a read of a hole, and a write by one process makes every process look again', () => {
    const result = runSmall({
      files: { F: HOLE },
      actors: {
        R: [['mmap', { name: 'r', file: 'F' }], ['load', { mapping: 'r', pages: '0+2' }], ['load', { mapping: 'r', pages: '0+1', at: '200 us' }]],
        W: [['mmap', { name: 'w', file: 'F' }], ['store', { mapping: 'w', pages: '0+1', at: '100 us' }]],
      },
    })
    const loads = [...result.trace.events()].filter(({ kind }) => kind === 'load-done').map(({ args }) => args.slice(1))
    const [, , pfn, tag] = [...result.trace.events()].find(({ kind }) => kind === 'store-landed')!.args
    const first = loads[0]![0]!
    expect(loads).toEqual([[first, 0, 0], [first + 1, 0, 0], [first, pfn, tag]])
    expect(pteAt(result.description.processes[0]!.row, result.description.mappings[0]!.row, 1)).toBe('zero page')
  })

  it('leaves the private copy of somebody else alone when a write replaces it', () => {
    const result = runSmall({
      files: { F: HOLE },
      actors: {
        P: [['mmap', { name: 'own', file: 'F', flags: 'private' }], ['store', { mapping: 'own', pages: '0+1' }], ['load', { mapping: 'own', pages: '0+1', at: '300 us' }]],
        R: [['mmap', { name: 'r', file: 'F' }], ['load', { mapping: 'r', pages: '0+1', at: '100 us' }]],
        W: [['mmap', { name: 'w', file: 'F' }], ['store', { mapping: 'w', pages: '0+1', at: '200 us' }]],
      },
    })
    const copied = [...result.trace.events()].find(({ kind }) => kind === 'store-landed')
    const last = [...result.trace.events()].findLast(({ kind }) => kind === 'load-done')!
    expect(last.args.slice(2)).toEqual(copied!.args.slice(2))
  })
})

describe('a private copy', () => {
  const afterwards = (layout: readonly [string, Record<string, string | number>]): string => {
    const { description } = runSmall({
      files: { F: 4 },
      actors: { P: [['mmap', { name: 'own', file: 'F', flags: 'private' }], ['store', { mapping: 'own', pages: '2+1' }]], T: [['mmap', { name: 'm', file: 'F' }], [layout[0], { ...layout[1], at: '100 us' }]] },
    })
    return pteAt(description.processes[0]!.row, description.mappings[0]!.row, 2)
  }

  it('goes with the pages a truncate cuts off, and stays when a hole is punched or only the layout is broken', () => {
    expect(afterwards(['ftruncate', { file: 'F', size: 0 }])).toBe('none')
    expect(afterwards(['fallocate', { file: 'F', mode: 'punch', pages: '2+1' }])).toBe('write')
    expect(afterwards(['ftruncate', { file: 'F', size: '12 KiB' }])).toBe('write')
  })
})

describe('a pipe', () => {
  it('keeps what each vmsplice put in: repeated ones do not lose their holds', () => {
    const result = runSmall({
      files: { F: 4 },
      actors: { A: [['mmap', { name: 'm', file: 'F' }], ['vmsplice', { mapping: 'm', pages: '0+2', pipe: 'p', repeat: 3 }], ['read-pipe', { pipe: 'p' }]] },
    })
    expect(result.op('A.3').result).toBe(6 * 4096)
    expect(result.summary.violations).toEqual([])
    expect(hosts.refs.at(result.description.host, 0x80000)).toBe(1)
  })

  it('that is closed while pages are on their way in releases them, on every schedule: EPIPE', () => {
    const lab = smallLab({
      files: { F: 4 },
      actors: { A: [['mmap', { name: 'm', file: 'F' }], ['vmsplice', { mapping: 'm', pages: '0+2', pipe: 'p' }]], B: [['close-pipe', { pipe: 'p' }]] },
    })
    const errnos = new Set<string | null>()
    for (let seed = 1; seed <= 60; seed++) {
      const { summary, description } = run(lab, { schedule: 'random', seed, policy: 'zone-device-refcount=one-based' })
      errnos.add(summary.operations.find(({ op }) => op === 'A.2')!.errno)
      expect([...runsIn(arena, description.host, hosts.refs.field)].filter(({ value }) => value > 1), `seed ${seed}`).toEqual([])
    }
    expect(errnos).toContain('EPIPE')
  })

  it('gives a reader only what has arrived, never pages that a vmsplice still gathers', () => {
    const lab = smallLab({
      files: { F: 4 },
      actors: { A: [['mmap', { name: 'm', file: 'F' }], ['vmsplice', { mapping: 'm', pages: '0+3', pipe: 'p' }]], B: [['read-pipe', { pipe: 'p' }]] },
    })
    for (let seed = 1; seed <= 60; seed++) {
      const { summary } = run(lab, { schedule: 'random', seed })
      expect(summary.operations.find(({ op }) => op === 'A.2')!.result, `seed ${seed}`).toBe(3 * 4096)
      expect([0, 3 * 4096], `seed ${seed}`).toContain(summary.operations.find(({ op }) => op === 'B.1')!.result)
      expect(summary.violations, `seed ${seed}`).toEqual([])
    }
  })
})

describe('anonymous memory', () => {
  it('is freed with its last reference, when that is a mapping', () => {
    const result = runSmall({ actors: { A: [['mmap', { name: 'm', pages: '0+3' }], ['store', { mapping: 'm' }], ['munmap', { mapping: 'm' }]] } })
    expect(anonymousPages(result)).toBe(0)
  })

  it('is freed with its last reference, when that is a pipe: a mapping that went earlier does not free it', () => {
    const ops = [['mmap', { name: 'm', pages: '0+3' }], ['store', { mapping: 'm' }], ['vmsplice', { mapping: 'm', pages: '1+1', pipe: 'p' }], ['munmap', { mapping: 'm' }]] as const
    expect(anonymousPages(runSmall({ actors: { A: ops } }))).toBe(1)
    expect(anonymousPages(runSmall({ actors: { A: [...ops, ['read-pipe', { pipe: 'p' }]] } }))).toBe(0)
  })

  it('needs no frames side by side: what is free in pieces is enough', () => {
    const result = runSmall({
      hostPages: 24,
      actors: {
        A: [
          ['mmap', { name: 'a', pages: '0+6' }], ['mmap', { name: 'b', pages: '0+6' }], ['mmap', { name: 'c', pages: '0+12' }], ['mmap', { name: 'd', pages: '0+12' }],
          ['store', { mapping: 'a' }], ['store', { mapping: 'b' }], ['store', { mapping: 'c', pages: '0+6' }], ['munmap', { mapping: 'b' }],
          ['store', { mapping: 'd' }], ['store', { mapping: 'c', pages: '6+1' }],
        ],
      },
    })
    expect(result.op('A.9').result).toBe(12)
    expect(result.op('A.10').killedBy, 'nothing is left').toBe('SIGBUS')
    expect(anonymousPages(result), 'the process died and everything is free again').toBe(0)
  })

  it('copied from a private mapping has the bytes of each page, whatever their runs', () => {
    const result = runSmall({
      files: { F: 12 },
      actors: {
        A: [
          ['pwrite', { file: 'F', pages: '3+1' }], ['mmap', { name: 'm', file: 'F', flags: 'private' }], ['vmsplice', { mapping: 'm', pages: '0+1', pipe: 'p' }],
          ['odirect-read', { mapping: 'm', pages: '0+12' }],
        ],
      },
      policy: 'linux-6.1',
    })
    expect(result.op('A.4').result).toBe(12 * 4096)
    const copies = runSmall({
      files: { F: 12 },
      actors: { A: [['pwrite', { file: 'F', pages: '3+1' }], ['mmap', { name: 'm', file: 'F', flags: 'private' }], ['ibv-reg', { name: 'r', mapping: 'm' }]] },
      policy: 'linux-4.14',
    })
    const { host } = copies.description
    const memory = copies.description.memories.find(({ kind }) => kind === 'host-memory')!
    const contents = [...runsIn(arena, host, hosts.content.field, memory.firstPfn, memory.firstPfn + 12)].map(({ count, value }) => [count, value])
    const ofFile = -1
    const ofPwrite = 1
    expect(contents).toEqual([[3, ofFile], [1, ofPwrite], [8, ofFile]])
  })
})
