import { describe, expect, it } from 'vitest'
import { arena } from '../../../../src-shared/state/arena'
import { files, filesystems, hosts } from '../../../../src-shared/state/tables'
import { runSmall, type ShortOperation } from '../../../support/small-lab'

const mapsF: ShortOperation = ['mmap', { name: 'm', file: 'F' }]

describe('a DAX fault', () => {
  it('beyond the end of the file is SIGBUS for a program, and a short count or EFAULT for who pins', () => {
    const wide: ShortOperation = ['mmap', { name: 'm', file: 'F', pages: '0+4' }]
    const two = { F: 2 }
    expect(runSmall({ files: two, actors: { A: [wide, ['load', { mapping: 'm', pages: '2+1' }]] } }).op('A.2').killedBy).toBe('SIGBUS')
    expect(runSmall({ files: two, actors: { A: [wide, ['vmsplice', { mapping: 'm', pages: '1+3', pipe: 'p' }]] } }).op('A.2').result).toBe(4096)
    expect(runSmall({ files: two, actors: { A: [wide, ['vmsplice', { mapping: 'm', pages: '2+2', pipe: 'p' }]] } }).op('A.2').errno).toBe('EFAULT')
  })

  it('that needs a block where the file system has none is SIGBUS, and leaves an empty entry (spec 3.4 E3, dax_unlock_entry()) and no lock behind', () => {
    const result = runSmall({
      files: { F: { size: '8 KiB', layout: 'hole' }, G: 3 }, pmemPages: 4, policy: 'linux-6.1',
      actors: { A: [mapsF, ['store', { mapping: 'm', pages: '0+1' }], ['store', { mapping: 'm', pages: '1+1' }]] },
    })
    const file = result.description.files[0]!.row
    expect([result.op('A.2').result, result.op('A.3').killedBy]).toEqual([1, 'SIGBUS'])
    expect([0, 1].map((index) => files.entry.spec.names![files.entry.at(file, index)])).toEqual(['real', 'empty'])
    expect(files.entryLock.find(file, 0, 8, (holder) => holder !== 0)).toBe(-1)
    expect([files.invlock, files.ilock, files.iolock].map((lock) => lock.get(file))).toEqual([0, 0, 0])
    expect(filesystems.freeBlocks.get(result.description.memories[0]!.fs)).toBe(0)
  })

  it('on a hole by a write allocates a zeroed block, written from the start: what a freed block held is not seen', () => {
    const result = runSmall({
      files: { F: 1 }, pmemPages: 1, policy: 'truncate-vs-dma=wait-retry,zone-device-refcount=one-based',
      actors: {
        A: [['pwrite', { file: 'F', pages: '0+1' }], ['fallocate', { file: 'F', mode: 'punch', pages: '0+1' }], mapsF, ['store', { mapping: 'm', pages: '0+1', at: '1 ms' }]],
        B: [['mmap', { name: 'n', file: 'F' }], ['load', { mapping: 'n', at: '500 us' }]],
      },
    })
    const load = [...result.trace.events()].find(({ kind }) => kind === 'load-done')!
    expect(load.args.slice(2), 'the zero page').toEqual([0, 0])
    expect(files.kind.spec.names![files.kind.at(result.description.files[0]!.row, 0)]).toBe('written')
    expect(hosts.mapping.at(result.description.host, 0x80000)).toBe(1)
  })

  it('takes no reference where mappings do not count, and one for each where they do', () => {
    const refs = (regime: string): number => {
      const { description } = runSmall({ files: { F: 1 }, policy: `zone-device-refcount=${regime}`, actors: { A: [mapsF, ['load', { mapping: 'm' }]], B: [['mmap', { name: 'n', file: 'F' }], ['store', { mapping: 'n' }]] } })
      return hosts.refs.in(arena, description.host, 0x80000)
    }
    expect(['one-based', 'private-zero-based', 'zero-based'].map(refs)).toEqual([1, 1, 2])
  })
})

describe('a signal', () => {
  const waiting = (handler: 'none' | 'restart' | 'no-restart', sig: string): ReturnType<typeof runSmall> => runSmall({
    files: { F: 2 }, policy: 'truncate-vs-dma=wait-retry,zone-device-refcount=one-based',
    actors: {
      U: [mapsF, ['vmsplice', { mapping: 'm', pages: '0+1', pipe: 'p' }], ['read-pipe', { pipe: 'p', at: '500 us' }]],
      T: { handler, ops: [['await-waiting', { actor: 'U', op: 2 }], ['ftruncate', { file: 'F', size: 0 }]] },
      K: [['kill', { actor: 'T', sig, at: '200 us' }]],
    },
  })

  it.each([
    ['none', 'SIGINT', { killedBy: 'SIGINT' }, 2],
    ['no-restart', 'SIGINT', { errno: 'EINTR' }, 2],
    ['restart', 'SIGINT', { result: 0 }, 0],
    ['restart', 'SIGKILL', { killedBy: 'SIGKILL' }, 2],
  ] as const)('handled by %s, %s: a waiting truncate ends as %o, and the file has %i pages', (handler, sig, outcome, pages) => {
    const result = waiting(handler, sig)
    expect(result.op('T.2')).toMatchObject(outcome)
    expect(files.size.get(result.description.files[0]!.row)).toBe(pages * 4096)
    expect(files.iolock.get(result.description.files[0]!.row)).toBe(0)
  })
})
