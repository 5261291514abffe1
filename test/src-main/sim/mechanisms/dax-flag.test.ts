import { describe, expect, it } from 'vitest'
import type { LabFile } from '../../../../src-shared/lab/lab'
import { files } from '../../../../src-shared/state/tables'
import { run, type FinishedRun } from '../../../support/run'

type ShortOperation = readonly [word: string, parameters: Readonly<Record<string, string | number | boolean>>]

const INITIAL = -1
const LOOK: ShortOperation = ['statx', { file: 'F' }]
const DROP: ShortOperation = ['drop-caches', {}]
const flag = (dax: 0 | 1): ShortOperation => ['set-xflag', { file: 'F', dax }]

function on(mount: string, about: Readonly<Record<string, LabFile>>, ops: readonly ShortOperation[]): FinishedRun {
  return run({
    version: 1, title: 'a file and its DAX flag', policy: 'linux-6.12',
    topology: {
      nodes: { cpu0: { kind: 'cpu' }, dram0: { kind: 'host-memory', size: '1 MiB' }, pmem0: { kind: 'pmem-region', size: '1 MiB', mount, files: about } },
      links: [{ from: 'dram0.bus', to: 'cpu0.memory' }, { from: 'pmem0.bus', to: 'cpu0.memory' }],
    },
    actors: { A: { ops: ops.map(([word, parameters]) => ({ word, parameters })) } },
  })
}

const F = (xflag: 0 | 1): Readonly<Record<string, LabFile>> => ({ F: { size: '16 KiB', xflag } })
const events = ({ trace }: FinishedRun, kind: string, arg: number): number[] => [...trace.events()].filter(event => event.kind === kind).map(({ args }) => args[arg]!)
const isDax = (finished: FinishedRun): number[] => events(finished, 'dax-state-read', 1)
const outcomes = ({ summary }: FinishedRun): (string | number | null)[] => summary.operations.map(({ errno, result }) => errno ?? result)

describe('the per-file DAX flag', () => {
  it.each([['dax', 0, 1], ['dax', 1, 1], ['inode', 0, 0], ['inode', 1, 1], ['never', 0, 0], ['never', 1, 0]] as const)('on a mount with %s and flag %i: DAX is %i', (mount, xflag, expected) => {
    expect(isDax(on(mount, F(xflag), [LOOK]))).toEqual([expected])
  })

  it('takes effect with the next load of the inode, and the content stays', () => {
    const finished = on('inode', F(0), [flag(1), LOOK, DROP, LOOK, ['pread', { file: 'F' }], flag(0), LOOK, DROP, LOOK, ['pread', { file: 'F' }]])
    expect(isDax(finished)).toEqual([0, 1, 1, 0])
    expect(events(finished, 'file-read', 3)).toEqual([INITIAL, INITIAL])
    expect(finished.summary.violations).toEqual([])
  })

  it('has no effect while somebody has the file open or mapped', () => {
    expect(isDax(on('inode', F(0), [['open', { file: 'F', fd: 'a', flags: 'O_RDWR' }], flag(1), DROP, LOOK, ['close', { fd: 'a' }], DROP, LOOK]))).toEqual([0, 1])
    expect(isDax(on('inode', F(0), [['mmap', { name: 'm', file: 'F' }], flag(1), DROP, LOOK, ['munmap', { mapping: 'm' }], DROP, LOOK]))).toEqual([0, 1])
  })

  it('decides whether MAP_SYNC is possible', () => {
    const sync = (name: string): ShortOperation => ['mmap', { name, file: 'F', flags: 'shared-validate', sync: true }]
    expect(outcomes(on('inode', F(0), [sync('m'), flag(1), DROP, sync('n')]))).toEqual(['EOPNOTSUPP', 0, 0, 0])
  })

  it('leaves nothing for the log to do when a file is loaded anew: a store through MAP_SYNC goes on at once', () => {
    const finished = on('inode', F(0), [flag(1), DROP, ['mmap', { name: 'n', file: 'F', flags: 'shared-validate', sync: true }], ['store', { mapping: 'n' }]])
    expect(outcomes(finished)).toEqual([0, 0, 0, 4])
  })

  it('is what the log has of it after a power failure, and the file is loaded by it', () => {
    const cut: ShortOperation = ['power-failure', {}]
    const read: ShortOperation = ['pread', { file: 'F' }]
    const [lost, kept, taken] = [[flag(1), cut, LOOK, read], [flag(1), ['fsync', { file: 'F' }], cut, LOOK, read], [flag(1), DROP, flag(0), ['fsync', { file: 'F' }], cut, LOOK, read]].map(ops => on('inode', F(0), ops as ShortOperation[]))
    expect([lost, kept, taken].map(finished => isDax(finished!))).toEqual([[0], [1], [0]])
    expect([lost, kept, taken].map(finished => events(finished!, 'file-read', 3))).toEqual([[INITIAL], [INITIAL], [INITIAL]])
    expect([lost, kept, taken].flatMap(finished => finished!.summary.violations)).toEqual([])
  })

  it('is inherited from the directory', () => {
    const made = on('inode', { D: { size: 0, type: 'directory', xflag: 1 } }, [['create', { name: 'F', fs: 'pmem0', dir: 'D' }], LOOK])
    expect(isDax(made)).toEqual([1])
    expect(files.xflag.get(made.description.files.find(({ name }) => name === 'F')!.row)).toBe(1)
  })

  it('leaves page cache of a file that is not DAX to the rules of page cache: a punch does not wait', () => {
    const finished = on('never', F(1), [['mmap', { name: 'm', file: 'F' }], ['load', { mapping: 'm' }], ['vmsplice', { mapping: 'm', pages: '0+1', pipe: 'p' }], ['fallocate', { file: 'F', mode: 'punch', pages: '0+1' }]])
    expect(outcomes(finished).at(-1)).toBe(0)
    expect(finished.summary.violations).toEqual([])
  })
})

describe('mount', () => {
  const mounting = (policy: string, opts: string, mounted = false): (string | number | null)[] => outcomes(run({
    version: 1, title: 'mount', policy,
    topology: {
      nodes: { cpu0: { kind: 'cpu' }, dram0: { kind: 'host-memory', size: '1 MiB' }, pmem0: { kind: 'pmem-region', size: '1 MiB', fs: 'xfs', reflink: true, mounted } },
      links: [{ from: 'dram0.bus', to: 'cpu0.memory' }, { from: 'pmem0.bus', to: 'cpu0.memory' }],
    },
    actors: { A: { ops: [{ word: 'mount', parameters: { node: 'pmem0', opts } }] } },
  }))

  it('refuses -o dax with reflink up to 5.15, and what is mounted', () => {
    expect([mounting('linux-5.15', 'dax'), mounting('linux-5.15', 'dax=never'), mounting('linux-6.1', 'dax'), mounting('linux-6.1', 'dax', true)]).toEqual([['EINVAL'], [0], [0], ['EBUSY']])
  })
})
