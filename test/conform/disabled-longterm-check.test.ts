import { expect, it, vi } from 'vitest'
import { conform } from '../../src-main/conform/conform'
import type * as DenyFsdax from '../../src-main/sim/policies/longterm-file-pin/deny-fsdax'
import type * as DenyTracked from '../../src-main/sim/policies/longterm-file-pin/deny-fsdax-dirty-tracked'
import { nameOf, observations } from './observed'

/** check_vma_flags() without its second rule: mappings of DAX files may be pinned for the long term. */
vi.mock('../../src-main/sim/policies/longterm-file-pin/deny-fsdax', async (original) => {
  const { denyFsdax } = await original<typeof DenyFsdax>()
  return { denyFsdax: { ...denyFsdax, fsdax: 'allow' } }
})
vi.mock('../../src-main/sim/policies/longterm-file-pin/deny-fsdax-dirty-tracked', async (original) => {
  const { denyFsdaxDirtyTracked } = await original<typeof DenyTracked>()
  return { denyFsdaxDirtyTracked: { ...denyFsdaxDirtyTracked, fsdax: 'allow' } }
})

const REGISTRATIONS = new Set(['uring-register', 'ibv-reg', 'xdp-register'])

it('without the rule about DAX mappings exactly those registrations differ that it refused', async () => {
  const onDax = (await observations()).filter(({ area, setup }) => area === 'gup' && setup.some(({ values }) => /^(ext4|xfs)dax/.test(values['kind'] ?? '')))
  const refused = onDax.filter(({ action, observed }) => REGISTRATIONS.has(action[0]!.word) && observed.errno === 'EOPNOTSUPP').map(nameOf)
  const differing = onDax.filter((observation) => conform(observation).verdict === 'differ').map(nameOf)
  console.log(`${onDax.length} observations of DAX mappings: ${differing.length} differ`)
  expect(differing).toEqual(refused)
  expect(refused.length).toBeGreaterThan(20)
}, 120_000)
