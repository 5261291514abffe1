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
