import { expect, it, vi } from 'vitest'
import { conform } from '../../src-main/conform/conform'
import type { Observation } from '../../src-main/conform/observation/observation'
import type * as Presets from '../../src-main/sim/policies/presets'
import { nameOf, observations } from './observed'

/** Evicting an inode waits for its held pages, as from 6.15. */
vi.mock('../../src-main/sim/policies/presets', async (original) => {
  const presets = await original<typeof Presets>()
  return { ...presets, BUILDS: Object.fromEntries(Object.entries(presets.BUILDS).map(([build, knobs]) => [build, { ...knobs, evictionWaits: 'true' }])) }
})

/** The last name and user of a file go, or its whole file system. */
function evicts({ setup, action }: Observation): boolean {
  const words = new Set([...setup, ...action].map(({ word }) => word))
  return words.has('umount') || ['munmap', 'close', 'unlink'].every((word) => words.has(word))
}

it('where evictions wait exactly those observations differ that saw an inode of a DAX file go while a page of it was held', async () => {
  const onDax = (await observations()).filter(({ area, setup }) => (area === 'truncate' || area === 'teardown')
    && setup.some(({ values }) => values['fs']?.endsWith('dax') === true || values['opts'] === 'dax'))
  const held = onDax.filter(({ setup }) => setup.some(({ word, values }) => word === 'hold' && values['kind'] !== 'none'))
  const gone = held.filter((observation) => evicts(observation) && observation.observed.elapsedClass === 'immediate').map(nameOf)
  const differing = onDax.filter((observation) => conform(observation).verdict === 'differ').map(nameOf)
  console.log(`${onDax.length} observations of DAX files under layout operations and teardown: ${differing.length} differ`)
  expect(differing).toEqual(gone)
  expect(gone.length).toBeGreaterThan(8)
}, 180_000)
