import { describe, expect, it } from 'vitest'
import { runsIn } from '../../../../src-shared/state/page-runs'
import { arena } from '../../../../src-shared/state/arena'
import { hosts } from '../../../../src-shared/state/tables'
import { LAYOUT_AND_COUNT_POLICIES } from '../../../support/policies'
import { run } from '../../../support/run'
import { runSmall, smallLab, type SmallLab } from '../../../support/small-lab'

/** Sixteen pages, so that get-user-pages goes by runs, and a punch in the midst of one. */
const middle = (word: 'odirect-read' | 'vmsplice'): SmallLab => ({
  pmemPages: 64, files: { F: 32 },
  actors: {
    D: [['mmap', { name: 'm', file: 'F' }], ['store', { mapping: 'm' }], word === 'vmsplice' ? [word, { mapping: 'm', pages: '0+16', pipe: 'p' }] : [word, { mapping: 'm', pages: '0+16' }]],
    T: [['await-waiting', { actor: 'D', op: 2 }], ['fallocate', { file: 'F', mode: 'punch', pages: '8+2' }]],
  },
})
const PUNCHED_FIRST = 0x80008
/** Zero pages stand below; they are no memory of the lab. */
const FRAMES_FIRST = 1024
/** Pages that some hold still names. */
const heldPfns = (host: number): number[] => [...runsIn(arena, host, hosts.refs.field)].filter(({ first, value }) => value > 1 && first >= FRAMES_FIRST).flatMap(({ first, count }) => Array.from({ length: count }, (_, nth) => first + nth))

describe('the fast path over a run of pages', () => {
  it.each([
    ['after the references are there', 'D>O3 D>GF6 D*1 D>GF6 T!'],
    ['before they are', 'D>O3 D>GF3 D*3 D>GF3 T!'],
  ])('lets go of the pages whose entry has changed %s, and keeps those in front', (_, schedule) => {
    const result = runSmall(middle('vmsplice'), { policy: 'chinner-2017-busy-extents', schedule })
    expect(result.op('D.3').result).toBe(16 * 4096)
    const held = heldPfns(result.description.host)
    expect(held.length, 'the two of the hole are the zero page').toBe(14)
    expect(held).not.toContain(PUNCHED_FIRST)
    expect(held).toContain(PUNCHED_FIRST - 1)
    expect(result.summary.violations).toEqual([])
  })

  it('takes nothing of a page whose count is 0: nobody may bring a free page back', () => {
    const result = runSmall(middle('vmsplice'), { policy: 'chinner-2017-busy-extents,zone-device-refcount=zero-based', schedule: 'D>O3 D>GF3 D*3 D>GF3 T! D*1' })
    const taken = [...result.trace.events()].filter(({ kind, args }) => kind === 'reference-taken' && args[1]! <= PUNCHED_FIRST && PUNCHED_FIRST < args[1]! + args[2]!)
    expect(taken).toEqual([])
    expect(result.op('D.3').result).toBe(16 * 4096)
  })

  it.each(['odirect-read', 'vmsplice'] as const)('holds no page that was taken away under it, on any schedule under any policy that guards: %s', (word) => {
    const lab = smallLab(middle(word))
    LAYOUT_AND_COUNT_POLICIES.filter((policy) => !policy.startsWith('truncate-vs-dma=none')).forEach((policy, nth) => {
      for (let round = 1; round <= 3; round++) {
        const { summary } = run(lab, { policy, seed: nth * 3 + round, schedule: 'random' })
        expect(summary.violations.map(({ id }) => id).filter((id) => id.startsWith('S') && id !== 'S16'), `${policy} seed ${nth * 3 + round}`).toEqual([])
      }
    })
  })
})
