import { describe, expect, it } from 'vitest'
import { arena } from '../../../../src-shared/state/arena'
import { hosts, mappings, processes } from '../../../../src-shared/state/tables'
import { runSmall, type SmallRun } from '../../../support/small-lab'

const entryOf = (result: SmallRun, process: string, mapping: number, page: number): { readonly pte: string; readonly pfn: number } => {
  const row = result.description.processes.find(({ name }) => name === process)!.row
  const vpn = mappings.vpnFirst.get(mappings.$.row(row, mapping)) + page
  return { pte: processes.pte.spec.names![processes.pte.at(row, vpn)]!, pfn: vpn + processes.pfnDelta.at(row, vpn) }
}
const countsAt = (result: SmallRun, pfn: number): { readonly refs: number; readonly maps: number; readonly exclusive: number } => {
  const { host } = result.description
  return { refs: hosts.refs.in(arena, host, pfn), maps: hosts.maps.in(arena, host, pfn), exclusive: hosts.exclusive.in(arena, host, pfn) }
}

describe('fork', () => {
  it('shares private pages read-only; the first writer gets a copy, the last one writes in place', () => {
    const shared = runSmall({ actors: { P: [['mmap', { name: 'm', pages: '0+2' }], ['store', { mapping: 'm' }], ['fork', { child: 'C' }]], C: [['load', { mapping: 'm' }]] } })
    const page = entryOf(shared, 'P', 0, 0)
    expect(page.pte).toBe('read')
    expect(entryOf(shared, 'C', 0, 0)).toEqual(page)
    expect(countsAt(shared, page.pfn)).toEqual({ refs: 2, maps: 2, exclusive: 0 })

    const written = runSmall({
      actors: {
        P: [['mmap', { name: 'm', pages: '0+1' }], ['store', { mapping: 'm' }], ['fork', { child: 'C' }], ['store', { mapping: 'm' }], ['await-done', { actor: 'C', op: 1 }]],
        C: [['store', { mapping: 'm', at: '1 ms' }]],
      },
    })
    const [mine, childs] = [entryOf(written, 'P', 0, 0), entryOf(written, 'C', 0, 0)]
    expect(mine.pfn).not.toBe(childs.pfn)
    expect([mine.pte, childs.pte]).toEqual(['write', 'write'])
    expect(childs.pfn, 'the parent moved away, the child kept the page').toBe(page.pfn)
    expect(countsAt(written, childs.pfn)).toEqual({ refs: 1, maps: 1, exclusive: 1 })
    expect(written.summary.violations).toEqual([])
  })

  it('copies pages that are pinned: the parent keeps the one the device has', () => {
    const result = runSmall({
      actors: { P: [['mmap', { name: 'm', pages: '0+2' }], ['store', { mapping: 'm' }], ['ibv-reg', { name: 'r', mapping: 'm', pages: '0+1' }], ['fork', { child: 'C' }]], C: [['load', { mapping: 'm' }]] },
    }, { policy: 'linux-6.12' })
    expect(entryOf(result, 'P', 0, 0).pte).toBe('write')
    expect(entryOf(result, 'C', 0, 0).pfn).not.toBe(entryOf(result, 'P', 0, 0).pfn)
    expect(entryOf(result, 'C', 0, 1).pfn, 'the page beside it is shared').toBe(entryOf(result, 'P', 0, 1).pfn)
    expect(result.summary.violations).toEqual([])
  })

  it('copies a huge page that is pinned in small pages, and splits the parent’s entry', () => {
    const result = runSmall({
      hostPages: 4096,
      actors: { P: [['mmap', { name: 'm', pages: '0+512', huge: true }], ['store', { mapping: 'm' }], ['ibv-reg', { name: 'r', mapping: 'm', pages: '3+1' }], ['fork', { child: 'C' }]], C: [['load', { mapping: 'm' }]] },
    }, { policy: 'linux-6.12' })
    const { host } = result.description
    expect(hosts.order.in(arena, host, entryOf(result, 'P', 0, 9).pfn)).toBe(9)
    expect(hosts.order.in(arena, host, entryOf(result, 'C', 0, 9).pfn)).toBe(0)
    expect(hosts.maps.in(arena, host, entryOf(result, 'P', 0, 9).pfn), '512 entries map it now').toBe(512)
    expect(result.summary.violations).toEqual([])
  })

  it('keeps out of the child what was advised so: a load there is SIGSEGV', () => {
    const result = runSmall({
      actors: { P: [['mmap', { name: 'm', pages: '0+1' }], ['store', { mapping: 'm' }], ['madvise', { mapping: 'm', advice: 'dontfork' }], ['fork', { child: 'C' }]], C: [['load', { mapping: 'm' }]] },
    })
    expect(result.op('C.1').killedBy).toBe('SIGSEGV')
  })

  it('lets the parent wait for the exit of its child, whose memory is free then', () => {
    const result = runSmall({
      actors: { P: [['mmap', { name: 'm', pages: '0+1' }], ['store', { mapping: 'm' }], ['fork', { child: 'C' }], ['waitpid', { child: 'C' }], ['store', { mapping: 'm' }]], C: [['exit', { at: '50 us' }]] },
    })
    expect(result.op('P.4').endNs!).toBeGreaterThanOrEqual(50_000)
    expect(countsAt(result, entryOf(result, 'P', 0, 0).pfn)).toEqual({ refs: 1, maps: 1, exclusive: 1 })
  })
})

describe('parts of a mapping', () => {
  it('go by munmap; what lies in front and behind stays', () => {
    const result = runSmall({ actors: { A: [['mmap', { name: 'm', pages: '0+6' }], ['store', { mapping: 'm' }], ['munmap', { mapping: 'm', pages: '2+2' }], ['load', { mapping: 'm', pages: '4+2' }], ['load', { mapping: 'm', pages: '3+1' }]] } })
    expect(result.op('A.4').result).toBe(2)
    expect(result.op('A.5').killedBy).toBe('SIGSEGV')
  })

  it('lose and regain access by mprotect, with their content', () => {
    const result = runSmall({
      actors: {
        A: [
          ['mmap', { name: 'm', pages: '0+4' }], ['store', { mapping: 'm' }], ['mprotect', { mapping: 'm', range: '4096+4096', prot: 'none' }], ['load', { mapping: 'm', pages: '0+1' }],
          ['mprotect', { mapping: 'm', prot: 'rw' }], ['store', { mapping: 'm' }], ['mprotect', { mapping: 'm', prot: 'r' }], ['store', { mapping: 'm', pages: '1+1' }],
        ],
      },
    })
    expect(result.op('A.4').result).toBe(1)
    expect(result.op('A.6').result).toBe(4)
    expect(result.op('A.8').killedBy).toBe('SIGSEGV')
  })

  it('are fresh after dontneed, while a device keeps the old page', () => {
    const result = runSmall({
      actors: { A: [['mmap', { name: 'm', pages: '0+1' }], ['store', { mapping: 'm' }], ['ibv-reg', { name: 'r', mapping: 'm' }], ['madvise', { mapping: 'm', advice: 'dontneed' }], ['store', { mapping: 'm' }]] },
    })
    const { pfn } = entryOf(result, 'A', 0, 0)
    const held = [...result.trace.events()].find(({ kind }) => kind === 'pin-taken')!.args[1]!
    expect(pfn).not.toBe(held)
    expect(result.summary.violations).toEqual([])
  })
})

describe('anonymous memory', () => {
  it('that was only read is the zero page: no frame is taken', () => {
    const result = runSmall({ actors: { A: [['mmap', { name: 'm', pages: '0+3' }], ['load', { mapping: 'm' }]] } })
    expect(entryOf(result, 'A', 0, 0).pte).toBe('zero page')
    expect([...result.trace.events()].filter(({ kind }) => kind === 'page-faulted')).toEqual([])
  })

  it('comes from the node that the mapping names', () => {
    const result = runSmall({ actors: { A: [['mmap', { name: 'm', pages: '0+1', node: 5 }], ['store', { mapping: 'm' }]] } })
    expect(result.op('A.2').killedBy, 'there is no node 5').toBe('SIGBUS')
  })
})
