import { expect, it, vi } from 'vitest'
import { conform } from '../../src-main/conform/conform'
import type * as Presets from '../../src-main/sim/policies/presets'
import { nameOf, observations } from './observed'

/** Nobody can tell a pin from a reference: fork does not copy pinned pages for the child, as up to 5.8. */
vi.mock('../../src-main/sim/policies/presets', async (original) => {
  const presets = await original<typeof Presets>()
  const forgetful = (preset: (typeof presets.PRESETS)[number]): typeof preset => ({ ...preset, variants: { ...preset.variants, 'pin-accounting': 'get-only' } })
  return { ...presets, PRESETS: presets.PRESETS.map(forgetful) }
})

it('without the copy at fork exactly those observations differ in which the parent stored and still got the bytes of the device', async () => {
  const forks = (await observations()).filter(({ area }) => area === 'fork-cow')
  const parentStores = ({ action }: (typeof forks)[number]): boolean => action.some(({ who, word }) => who === 'parent' && word === 'store')
  const kept = forks.filter((observation) => parentStores(observation) && observation.observed.counters['parent_byte0'] === 'D').map(nameOf)
  const differing = forks.filter((observation) => conform(observation).verdict === 'differ').map(nameOf)
  expect(differing).toEqual(kept)
  expect(kept.length).toBeGreaterThan(3)
}, 60_000)
