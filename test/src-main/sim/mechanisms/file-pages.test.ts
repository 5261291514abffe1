import { describe, expect, it } from 'vitest'
import { files, hosts, mappings, processes } from '../../../../src-shared/state/tables'
import { run } from '../../../support/run'
import { runSmall, smallLab, type SmallRun } from '../../../support/small-lab'

const HOLE = { size: '16 KiB', layout: 'hole' } as const
const WRITTEN_BY = (nth: number): number => nth
const pteAt = ({ description }: SmallRun, mapping: number, page: number): string => {
  const { row } = description.mappings[mapping]!
  return processes.pte.spec.names![processes.pte.at(mappings.process.get(row), mappings.vpnFirst.get(row) + page)]!
}
/** What each load saw, in the order of the loads. */
const loads = ({ trace }: SmallRun): number[] => [...trace.events()].filter(({ kind }) => kind === 'load-done').map(({ args }) => args[3]!)

describe('a fault that comes late', () => {
  const threads = (flags: 'private' | 'shared'): Parameters<typeof smallLab>[0] => ({
    files: { F: 4 },
    actors: {
      A: { process: 'P', ops: [['mmap', { name: 'm', file: 'F', flags }], ['store', { mapping: 'm', pages: '1+1' }], ['load', { mapping: 'm', pages: '1+1' }]] },
      B: { process: 'P', ops: [['await-waiting', { actor: 'A', op: 1 }], ['load', { mapping: 'm', pages: '1+1' }]] },
    },
  })

  it('leaves the page that another thread has mapped meanwhile: its store is not lost', () => {
    const late = runSmall(threads('private'), { schedule: 'A>O2 B>E3 A>O3 B! A!' })
    expect(loads(late)).toEqual([WRITTEN_BY(2), WRITTEN_BY(2)])
    expect(pteAt(late, 0, 1)).toBe('write')
  })

  it.each(['private', 'shared'] as const)('loses no store on any schedule, of a %s mapping', (flags) => {
    const lab = smallLab(threads(flags))
    for (let seed = 1; seed <= 80; seed++) {
      const { description } = run(lab, { schedule: 'random', seed })
      const { row } = description.mappings[0]!
      const process = mappings.process.get(row)
      const vpn = mappings.vpnFirst.get(row) + 1
      expect(hosts.content.at(description.host, vpn + processes.pfnDelta.at(process, vpn)), `seed ${seed}`).toBe(WRITTEN_BY(2))
    }
  })
})

describe('pwrite', () => {
  it('into a hole makes everybody who mapped the zero page look again, and leaves private copies', () => {
    const result = runSmall({
      files: { F: HOLE },
      actors: {
        U: [['mmap', { name: 'm', file: 'F' }], ['load', { mapping: 'm', pages: '0+3' }], ['pwrite', { file: 'F', pages: '1+1', at: '100 us' }], ['load', { mapping: 'm', pages: '0+2' }]],
        P: [['mmap', { name: 'own', file: 'F', flags: 'private' }], ['store', { mapping: 'own', pages: '1+1' }]],
      },
    })
    expect(loads(result)).toEqual([0, 0, 0, 0, WRITTEN_BY(3)])
    expect([0, 1, 2].map((page) => pteAt(result, 0, page))).toEqual(['zero page', 'read', 'zero page'])
    expect(pteAt(result, 1, 1)).toBe('write')
    expect([0, 1, 2].map((index) => files.entry.spec.names![files.entry.at(result.description.files[0]!.row, index)])).toEqual(['zero', 'real', 'zero'])
  })

  it('into unwritten blocks does so too', () => {
    const result = runSmall({
      files: { F: { size: '16 KiB', layout: 'unwritten' } },
      actors: { U: [['mmap', { name: 'm', file: 'F' }], ['load', { mapping: 'm', pages: '1+1' }], ['pwrite', { file: 'F', pages: '1+1' }], ['load', { mapping: 'm', pages: '1+1' }]] },
    })
    expect(loads(result)).toEqual([0, WRITTEN_BY(3)])
  })

  it('and faults of others on the same hole never leave a zero page mapped over written bytes, whatever the schedule', () => {
    const lab = smallLab({
      files: { F: HOLE },
      actors: { R: [['mmap', { name: 'm', file: 'F' }], ['load', { mapping: 'm', pages: '0+2' }]], W: [['pwrite', { file: 'F', pages: '0+2' }]] },
    })
    for (let seed = 1; seed <= 80; seed++) {
      const { description } = run(lab, { schedule: 'random', seed })
      const process = description.processes[0]!.row
      const file = description.files[0]!.row
      expect(processes.pte.find(process, 0, 2 ** 30, (pte) => pte === processes.pte.valueOf('zero page')), `seed ${seed}`).toBe(-1)
      expect(files.entry.find(file, 0, 4, (entry) => entry === files.entry.valueOf('zero')), `seed ${seed}`).toBe(-1)
    }
  })

  const full = (ops: Parameters<typeof smallLab>[0]['actors'], F: { size: string, layout?: 'hole' }): SmallRun => runSmall({ files: { F }, pmemPages: 2, policy: 'linux-6.1', actors: ops })

  it('answers a short count where space ends, and the file has the pages that were written', () => {
    const result = full({ H: [['pwrite', { file: 'F', pages: '0+4' }]] }, { size: '0 KiB' })
    const file = result.description.files[0]!.row
    expect([result.op('H.1').result, files.size.get(file)]).toEqual([8192, 8192])
    expect([0, 1].map((page) => hosts.content.at(result.description.host, 0x80000 + page))).toEqual([WRITTEN_BY(1), WRITTEN_BY(1)])
  })

  it('writes up to the page that gets no block, not what lies behind it', () => {
    const result = full({ H: [['pwrite', { file: 'F', pages: '0+1' }], ['pwrite', { file: 'F', pages: '3+1' }], ['pwrite', { file: 'F', pages: '0+4' }]] }, HOLE)
    expect(result.op('H.3').result).toBe(4096)
    expect([0, 1].map((page) => hosts.content.at(result.description.host, 0x80000 + page))).toEqual([WRITTEN_BY(3), WRITTEN_BY(2)])
  })

  it('that can write nothing is ENOSPC, and the size stays', () => {
    const result = full({ H: [['pwrite', { file: 'F', pages: '0+2' }], ['pwrite', { file: 'F', pages: '2+2' }]] }, { size: '0 KiB' })
    expect([result.op('H.2').errno, files.size.get(result.description.files[0]!.row)]).toEqual(['ENOSPC', 8192])
  })
})

describe('an allocation', () => {
  it('waits for no busy extent where it needs no block: unwritten ones are there', () => {
    const result = runSmall({
      policy: 'chinner-2017-busy-extents', pmemPages: 4,
      files: { U: { size: '8 KiB', layout: 'unwritten' }, F: 2 },
      actors: {
        H: [
          ['mmap', { name: 'm', file: 'F' }], ['vmsplice', { mapping: 'm', pages: '0+2', pipe: 'p' }], ['fallocate', { file: 'F', mode: 'punch', pages: '0+2' }],
          ['mmap', { name: 'u', file: 'U' }], ['store', { mapping: 'u', pages: '0+1', at: '100 us' }],
        ],
      },
    })
    expect(result.op('H.5').result).toBe(1)
    expect(result.summary.end).toBe('finished')
  })
})

describe('unmapping by a layout operation', () => {
  const copied = (layout: readonly [string, Record<string, string | number>]): string => pteAt(runSmall({
    files: { F: HOLE },
    actors: { P: [['mmap', { name: 'own', file: 'F', flags: 'private' }], ['store', { mapping: 'own', pages: '2+1' }], layout] },
  }), 0, 2)

  it('takes private copies behind the new end, also where the file never had a block', () => {
    expect(copied(['ftruncate', { file: 'F', size: 0 }])).toBe('none')
    expect(copied(['ftruncate', { file: 'F', size: '12 KiB' }])).toBe('write')
  })

  it('leaves them where a hole is punched', () => {
    expect(copied(['fallocate', { file: 'F', mode: 'punch', pages: '0+4' }])).toBe('write')
  })
})

describe('a mapping that is mapped again with more pages', () => {
  it('does not reach into the addresses of the next', () => {
    const result = runSmall({
      actors: {
        A: [
          ['mmap', { name: 'm' }], ['mmap', { name: 'n' }], ['store', { mapping: 'n' }], ['munmap', { mapping: 'm' }], ['mmap', { name: 'm', pages: '0+4' }],
          ['store', { mapping: 'm', pages: '0+4' }], ['munmap', { mapping: 'm' }], ['load', { mapping: 'n' }],
        ],
      },
    })
    expect(loads(result)).toEqual([WRITTEN_BY(3)])
  })
})
