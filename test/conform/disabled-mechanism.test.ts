import { expect, it, vi } from 'vitest'
import { conform } from '../../src-main/conform/conform'
import type * as Presets from '../../src-main/sim/policies/presets'
import { observations } from './observed'

/** The defect of stable 6.1 taken out: the end of an O_DIRECT wakes whoever waits for its pages, as in every other kernel. */
vi.mock('../../src-main/sim/policies/presets', async (original) => {
  const presets = await original<typeof Presets>()
  return { ...presets, BUILDS: { ...presets.BUILDS, '6.1.192': { ...presets.BUILDS['6.1.192'], dioReleaseWakes: 'true' } } }
})

it('without the lost wake-up exactly those observations differ that saw a call sleep on behind a release', async () => {
  const truncates = (await observations()).filter(({ area, setup }) => area === 'truncate' && setup.some(({ values }) => values['kind']?.includes('odirect') === true))
  const slept = truncates.filter(({ observed }) => observed.elapsedClass === 'not-woken-by-release').map(({ id, kernel }) => `${kernel} ${id}`)
  const differing = truncates.filter((observation) => conform(observation).verdict === 'differ').map(({ id, kernel }) => `${kernel} ${id}`)
  console.log(`${truncates.length} observations of O_DIRECT buffers under a layout operation: ${differing.length} differ`)
  expect(differing).toEqual(slept)
  expect(slept.length).toBeGreaterThan(20)
}, 60_000)
