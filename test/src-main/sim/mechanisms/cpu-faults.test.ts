import { describe, expect, it } from 'vitest'
import type { LabFile } from '../../../../src-shared/lab/lab'
import { runSmall, type ShortOperation } from '../../../support/small-lab'

const mapping = (more: Readonly<Record<string, string>>): ShortOperation => ['mmap', { name: 'm', ...more }]
const HOLE: LabFile = { size: '8 KiB', layout: 'hole' }

describe('a CPU access', () => {
  it.each<[string, 'SIGSEGV' | 'SIGBUS' | null, readonly ShortOperation[], Readonly<Record<string, number | LabFile>>]>([
    ['a store to a read-only mapping of a file', 'SIGSEGV', [mapping({ file: 'F', prot: 'r' }), ['store', { mapping: 'm', pages: '0+1' }]], { F: 2 }],
    ['a store to read-only anonymous memory', 'SIGSEGV', [mapping({ prot: 'r' }), ['load', { mapping: 'm' }], ['store', { mapping: 'm' }]], {}],
    ['a store to a read-only private mapping that was read before', 'SIGSEGV', [mapping({ file: 'F', prot: 'r', flags: 'private' }), ['load', { mapping: 'm' }], ['store', { mapping: 'm' }]], { F: 1 }],
    ['a load where nothing is mapped any more', 'SIGSEGV', [mapping({}), ['munmap', { mapping: 'm' }], ['load', { mapping: 'm' }]], {}],
    ['a load beyond the end of the file', 'SIGBUS', [mapping({ file: 'F' }), ['ftruncate', { file: 'F', size: 0 }], ['load', { mapping: 'm', pages: '0+1' }]], { F: 2 }],
    ['a store to a hole where no block is free', 'SIGBUS', [mapping({ file: 'F' }), ['store', { mapping: 'm', pages: '0+1' }]], { F: HOLE, G: 16 }],
    ['a load of a read-only mapping', null, [mapping({ file: 'F', prot: 'r' }), ['load', { mapping: 'm' }]], { F: 2 }],
  ])('%s ends with %s', (_, signal, ops, files) => {
    const { op } = runSmall({ files, actors: { A: ops } })
    expect(op(`A.${ops.length}`).killedBy).toBe(signal)
  })

  it('dies even with a handler: nobody could go on', () => {
    const { op } = runSmall({ actors: { A: { handler: 'restart', ops: [mapping({ prot: 'r' }), ['store', { mapping: 'm' }], ['load', { mapping: 'm' }]] } } })
    expect([op('A.2').killedBy, op('A.3').state]).toEqual(['SIGSEGV', 'skipped'])
  })
})
