import { readFileSync, readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { at } from '../../../resources/runtime/checkout.mjs'
import { labOnArrival } from '../../../src-main/host/lab-on-arrival'
import { catalogue } from '../../../src-main/sim/assemble'
import { readLab } from '../../../src-main/storage/lab-file'

const blank = { version: 1, title: 'Blank', topology: { nodes: {}, links: [] }, actors: {} }
const folder = at('resources', 'labs')
const bundled = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.lab.yaml'))

test.each(bundled)('%s arrives as it was read', (name) => {
  const read = readLab(readFileSync(at('resources', 'labs', name), 'utf8'), name, catalogue())
  if (!read.ok) throw new Error(JSON.stringify(read.refusal))
  expect(labOnArrival({ ...read.value.lab })).toEqual({ ok: true, value: read.value.lab })
})

test.each([
  ['nothing', {}],
  ['a number for a title', { ...blank, title: 7 }],
  ['a list of actors', { ...blank, actors: [] }],
  ['an actor that is a text', { ...blank, actors: { a: 'x' } }],
  ['an operation without parameters', { ...blank, actors: { a: { ops: [{ word: 'munmap' }] } } }]
])('%s is refused with a place', (_what, document) => {
  const result = labOnArrival(document)
  expect(result.ok ? [] : result.refusal.map(({ path }) => path.length > 0)).toContain(true)
})
