import { describe, expect, it } from 'vitest'
import { hosts } from '../../../../src-shared/state/tables'
import { stayText } from '../../../../src-shared/trace/migration-text'
import { runGpu } from '../../../support/gpu-lab'

const SETUP = [['mmap', { name: 'm', pages: '0+4' }], ['store', { mapping: 'm' }]] as const
const violated = (result: ReturnType<typeof runGpu>): string[] => result.summary.violations.map(({ id, chain }) => `${id}: ${chain.join('; ')}`)

describe('migrate_vma to a device and back (scenario migrate-to-device-and-back)', () => {
  it('leaves private entries, device folios of ref 1 and mapcount 1, and frees the system pages', () => {
    const result = runGpu({ actors: { A: [...SETUP, ['gpu-migrate', { mapping: 'm' }]] } })
    expect(violated(result)).toEqual([])
    expect(result.op('A.3').result).toBe(4)
    expect([0, 1, 2, 3].map((page) => result.pte('m', page))).toEqual(Array(4).fill('private write'))
    expect(result.used('gpu0')).toBe(4)
    expect(result.used('node0')).toBe(0)
    const { host } = result.description
    expect([hosts.refs.at(host, result.pfn('m', 0)), hosts.maps.at(host, result.pfn('m', 0)), hosts.locked.at(host, result.pfn('m', 0))]).toEqual([1, 1, 0])
  })

  it('brings one page back when the CPU touches it, with its bytes', () => {
    const result = runGpu({ actors: { A: [...SETUP, ['gpu-migrate', { mapping: 'm' }], ['load', { mapping: 'm', pages: '0+1' }]] } })
    expect(violated(result)).toEqual([])
    expect([0, 1, 2, 3].map((page) => result.where('m', page))).toEqual(['node0', 'gpu0', 'gpu0', 'gpu0'])
    expect([result.used('gpu0'), result.used('node0')]).toEqual([3, 1])
    const loads = [...result.trace.events()].filter(({ kind }) => kind === 'load-done')
    expect(loads.map(({ args }) => args[3])).toEqual([2])
  })

  it('moves only what is not there yet when it is asked again', () => {
    const result = runGpu({ actors: { A: [...SETUP, ['gpu-migrate', { mapping: 'm' }], ['load', { mapping: 'm', pages: '0+1' }], ['gpu-migrate', { mapping: 'm' }]] } })
    expect(result.op('A.5').result).toBe(1)
    expect(result.used('gpu0')).toBe(4)
  })

  it.each(['linux-5.15', 'linux-6.1', 'linux-6.15', 'linux-6.19'])('ends with free pages at their base count under %s', (policy) => {
    const result = runGpu({ actors: { A: [...SETUP, ['gpu-migrate', { mapping: 'm' }], ['munmap', { mapping: 'm' }]] } }, { policy })
    expect(violated(result)).toEqual([])
    expect([result.used('gpu0'), result.used('node0')]).toEqual([0, 0])
  })
})

/** Why pages of a mapping stayed, as the events say: page and reason. */
const stays = (result: ReturnType<typeof runGpu>): string[] => [...result.trace.events()].filter(({ kind }) => kind === 'page-not-moved').map(({ args }) => `${args[2]}: ${stayText(args[3]!)}`)

describe('a page that somebody holds (scenario migrate-pinned-anon-page)', () => {
  it('is refused while it is collected if it is pinned', () => {
    const result = runGpu({ actors: { A: [...SETUP, ['ibv-reg', { name: 'r', mapping: 'm', pages: '2+1' }], ['gpu-migrate', { mapping: 'm' }]] } })
    expect(stays(result)).toEqual(['1: it may be pinned: its entry is put back at once'])
    expect(result.op('A.4').result).toBe(3)
  })

  it('is refused once it is unmapped if it is referenced', () => {
    const result = runGpu({ actors: { A: [...SETUP, ['vmsplice', { mapping: 'm', pages: '2+1', pipe: 'p' }], ['gpu-migrate', { mapping: 'm' }]] } })
    expect(stays(result)).toEqual(['1: somebody has a reference beyond its mappings'])
  })

  it('is refused while it is collected if a thousand references look like a pin', () => {
    const result = runGpu({ actors: { A: [...SETUP, ['get-page', { mapping: 'm', pages: '2+1', times: 1023 }], ['gpu-migrate', { mapping: 'm' }]] } })
    expect(stays(result)).toEqual(['1: it may be pinned: its entry is put back at once'])
  })

  it('passes the first check with one stray reference on device memory, and fails the exact one (spec 8.3)', () => {
    const result = runGpu({ actors: { A: [...SETUP, ['gpu-migrate', { mapping: 'm' }], ['get-page', { mapping: 'm', pages: '2+1' }], ['gpu-migrate', { mapping: 'm', to: 'ram' }]] } })
    expect(stays(result)).toEqual(['1: its count is not exactly that of its mappings and its mover'])
    expect(result.op('A.5').result).toBe(3)
    const twice = runGpu({ actors: { A: [...SETUP, ['gpu-migrate', { mapping: 'm' }], ['get-page', { mapping: 'm', pages: '2+1', times: 2 }], ['gpu-migrate', { mapping: 'm', to: 'ram' }]] } })
    expect(stays(twice)).toEqual(['1: somebody has a reference beyond its mappings'])
    const old = runGpu({ actors: { A: [...SETUP, ['gpu-migrate', { mapping: 'm' }], ['get-page', { mapping: 'm', pages: '2+1', times: 2 }], ['gpu-migrate', { mapping: 'm', to: 'ram' }]] } }, { policy: 'linux-5.15' })
    expect(stays(old), 'up to 5.15 device-private pages pass the first check whoever holds them').toEqual(['1: its count is not exactly that of its mappings and its mover'])
  })

  it('is refused if it cannot be shared with what a child maps and pins: both entries come back', () => {
    const result = runGpu({ actors: { A: [...SETUP, ['fork', { child: 'C' }], ['gpu-migrate', { mapping: 'm' }]], C: [['wait', { for: '1 ms' }], ['load', { mapping: 'm' }]] } })
    expect(result.op('A.4').result, 'shared pages move too, out of both address spaces').toBe(4)
    expect(result.op('C.2').result).toBe(4)
    expect(violated(result)).toEqual([])
  })
})

describe('memory of the device', () => {
  it('is made room in by eviction, if the driver does that', () => {
    const ops = [['mmap', { name: 'a', pages: '0+4' }], ['store', { mapping: 'a' }], ['gpu-migrate', { mapping: 'a' }], ['mmap', { name: 'b', pages: '0+4' }], ['store', { mapping: 'b' }]] as const
    const full = runGpu({ gpuPages: [4], actors: { A: [...ops, ['gpu-migrate', { mapping: 'b' }]] } })
    expect(full.op('A.6').errno).toBe('ENOENT')
    expect(full.where('a', 0)).toBe('gpu0')
    const evicted = runGpu({ gpuPages: [4], actors: { A: [...ops, ['gpu-migrate', { mapping: 'b', evict: true }]] } })
    expect(evicted.op('A.6').result).toBe(4)
    expect([evicted.where('a', 0), evicted.where('b', 0)]).toEqual(['node0', 'gpu0'])
    expect(violated(evicted)).toEqual([])
  })

  it('is written by the GPU where it is, and read by the CPU after its fault', () => {
    const result = runGpu({ actors: { A: [...SETUP, ['gpu-migrate', { mapping: 'm' }], ['gpu-write', { mapping: 'm', pages: '0+2' }], ['load', { mapping: 'm', pages: '0+1' }]] } })
    const loads = [...result.trace.events()].filter(({ kind }) => kind === 'load-done')
    expect(loads.map(({ args }) => args[3]), 'what A.4 wrote').toEqual([4])
    expect(result.where('m', 1)).toBe('gpu0')
    expect(violated(result)).toEqual([])
  })

  it('cannot be moved to where migrate_vma does not exist: that is an error of the lab', () => {
    expect(() => runGpu({ actors: { A: [...SETUP, ['gpu-migrate', { mapping: 'm' }]] } }, { policy: 'linux-4.2' })).toThrow('cannot move pages to devices')
  })

  it('goes by runs: 128 Ki pages take no more steps than 1 Ki', () => {
    const steps = (pages: number): number => runGpu({ hostPages: 2 * pages, gpuPages: [pages], actors: { A: [['mmap', { name: 'm', pages: `0+${pages}` }], ['store', { mapping: 'm' }], ['gpu-migrate', { mapping: 'm' }], ['gpu-evict', {}]] } }).summary.steps
    expect(steps(2 ** 17)).toBe(steps(2 ** 10))
  })
})

describe('two processes', () => {
  it('share a page that moves: each faults it back, and both see its bytes on every schedule', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const result = runGpu({
        actors: {
          A: [...SETUP, ['fork', { child: 'C' }], ['gpu-migrate', { mapping: 'm' }], ['load', { mapping: 'm' }]],
          C: [['load', { mapping: 'm' }], ['store', { mapping: 'm', pages: '1+1' }]],
        },
      }, { schedule: 'random', seed })
      expect(violated(result), `seed ${seed}`).toEqual([])
      const seen = [...result.trace.events()].filter(({ kind }) => kind === 'load-done').map(({ args }) => args[3])
      expect(new Set(seen), `seed ${seed}`).toEqual(new Set([2]))
    }
  })
})
