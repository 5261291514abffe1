import { expect, test } from 'vitest'
import { fuse, setFuses } from '../../../resources/runtime/fuses.mjs'

const block = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX\x01\x0810100011'
const wanted = new Map([[fuse.nodeCliInspect, true], [fuse.browserSnapshot, false]])

test('the inspector is switched on, the snapshot off, and nothing else changes', () => {
  const executable = Buffer.from(`before${block}after`, 'latin1')
  setFuses(executable, wanted)
  expect(executable.toString('latin1')).toBe(`before${block.replace('10100011', '10110001')}after`)
})

test.for([
  { what: 'no fuse block', bytes: 'no block here', message: 'exactly one fuse block' },
  { what: 'two fuse blocks', bytes: block + block, message: 'exactly one fuse block' },
  { what: 'fuses of an unknown version', bytes: block.replace('\x01', '\x02'), message: 'version 2' },
  { what: 'too few fuses', bytes: block.replace('\x08', '\x03'), message: 'number 3 does not exist' }
])('an executable with $what is refused', ({ bytes, message }) => {
  expect(() => setFuses(Buffer.from(bytes, 'latin1'), wanted)).toThrow(message)
})
