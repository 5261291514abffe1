import { expect, test } from 'vitest'
import type { Catalogue } from '@shared/protocol/catalogue'
import { labOnArrival } from '../../../src-main/host/lab-on-arrival'

const catalogue: Catalogue = { devices: [], operations: [], axes: [], knobs: [], presets: [], invariants: [] }
const blank = { version: 1, title: 'Blank', topology: { nodes: {}, links: [] }, actors: {} }

test.each([
  ['nothing', {}],
  ['a number for a title', { ...blank, title: 7 }],
  ['a list of actors', { ...blank, actors: [] }],
  ['an actor that is a text', { ...blank, actors: { a: 'x' } }],
  ['an operation without parameters', { ...blank, actors: { a: { ops: [{ word: 'munmap' }] } } }],
  ['an unknown device kind', { ...blank, topology: { nodes: { n: { kind: 'abacus' } }, links: [] } }]
])('%s is refused with a place', (_what, document) => {
  const result = labOnArrival(document, catalogue)
  expect(result.ok ? [] : result.refusal.map(({ path }) => path.length > 0)).toContain(true)
})
