import { describe, expect, it } from 'vitest'
import { hosts } from '../../../../src-shared/state/tables'
import { runSmall, type ShortOperation, type SmallRun } from '../../../support/small-lab'

const FIRST = 0x80000
const mapping = (more: Readonly<Record<string, string>>): ShortOperation => ['mmap', { name: 'm', ...more }]
const READS: ShortOperation = ['ibv-reg', { name: 'r', mapping: 'm', access: 'none' }]
const UP_TO_6_1 = ['linux-4.14', 'linux-4.15', 'linux-4.20', 'linux-5.15', 'linux-6.1', 'williams-2017-retry']

const registered = (policy: string, ops: readonly ShortOperation[], files = { F: 2 }): SmallRun =>
  runSmall({ files, policy: `${policy},longterm-file-pin=allow-all`, actors: { A: [...ops, READS] } })
const pinned = (result: SmallRun): readonly number[] => {
  const { host } = result.description
  return [...result.trace.events()].filter(({ kind }) => kind === 'pin-taken').map(({ args }) => hosts.anon.at(host, args[1]!))
}
const refusal = (result: SmallRun): string | null => result.op(`A.${result.summary.operations.length}`).errno

describe('a registration without write access', () => {
  it.each(UP_TO_6_1)('of a read-only shared mapping is EFAULT on %s: it asks to write', (policy) => {
    expect(refusal(registered(policy, [mapping({ file: 'F', prot: 'r' })]))).toBe('EFAULT')
    expect(refusal(registered(policy, [mapping({ file: 'F', prot: 'r' }), ['load', { mapping: 'm' }]]))).toBe('EFAULT')
  })

  it('of a read-only shared mapping pins the pages in place on linux-6.15', () => {
    const result = registered('linux-6.15', [mapping({ file: 'F', prot: 'r' })])
    expect(refusal(result)).toBe(null)
    expect([0, 1].map((page) => hosts.refs.at(result.description.host, FIRST + page)), 'mapped once, pinned once').toEqual([1 + 1024, 1 + 1024])
  })

  it('is refused as any other where DAX files are: that rule comes first', () => {
    const lab = { files: { F: 2 }, actors: { A: [mapping({ file: 'F', prot: 'r' }), READS] } } as const
    expect(['linux-6.1', 'linux-6.15'].map((policy) => runSmall({ ...lab, policy }).op('A.2').errno)).toEqual(['EOPNOTSUPP', 'EOPNOTSUPP'])
  })

  it.each(['linux-6.1', 'linux-6.15'])('of a private mapping holds copies on %s, whether its pages were mapped or not', (policy) => {
    const before: readonly (readonly ShortOperation[])[] = [[], [['load', { mapping: 'm' }]], [['load', { mapping: 'm', pages: '0+1' }]]]
    for (const more of before) for (const prot of ['r', 'rw']) {
      const result = registered(policy, [mapping({ file: 'F', prot, flags: 'private' }), ...more])
      expect(refusal(result)).toBe(null)
      expect(pinned(result)).toEqual([1, 1])
      expect([0, 1].map((page) => hosts.refs.at(result.description.host, FIRST + page) < 1024), 'the file’s own pages are free').toEqual([true, true])
      expect(result.summary.violations).toEqual([])
    }
  })

  it.each(['linux-6.1', 'linux-6.15'])('of a private mapping of a hole holds pages of its own on %s, not the zero page', (policy) => {
    const result = runSmall({
      files: { F: { size: '8 KiB', layout: 'hole' } }, policy: `${policy},longterm-file-pin=allow-all`,
      actors: { A: [mapping({ file: 'F', prot: 'r', flags: 'private' }), ['load', { mapping: 'm' }], READS] },
    })
    expect([result.op('A.3').errno, pinned(result)]).toEqual([null, [1, 1]])
  })

  it('leaves a private mapping as read-only as it was: a store is SIGSEGV', () => {
    const result = runSmall({
      files: { F: 2 }, policy: 'linux-6.1,longterm-file-pin=allow-all',
      actors: { A: [mapping({ file: 'F', prot: 'r', flags: 'private' }), READS, ['load', { mapping: 'm' }], ['store', { mapping: 'm' }]] },
    })
    expect([result.op('A.3').result, result.op('A.4').killedBy]).toEqual([2, 'SIGSEGV'])
  })

  it.each(['linux-6.1', 'linux-6.15'])('of read-only anonymous memory works on %s', (policy) => {
    expect(refusal(registered(policy, [mapping({ pages: '0+2', prot: 'r' })], { F: 1 }))).toBe(null)
  })

  it('of one private page by two threads at once holds one copy, on any schedule', () => {
    for (const policy of ['linux-6.1', 'linux-6.15']) for (let seed = 1; seed <= 60; seed++) {
      const result = runSmall({
        files: { F: 1 }, policy: `${policy},longterm-file-pin=allow-all`,
        actors: {
          A: [mapping({ file: 'F', prot: 'r', flags: 'private' }), READS],
          B: { process: 'A', ops: [['await-waiting', { actor: 'A', op: 1 }], ['ibv-reg', { name: 's', mapping: 'm', access: 'none' }]] },
        },
      }, { schedule: 'random', seed })
      if (result.op('A.2').result !== 0 || result.op('B.2').result !== 0) continue
      const frames = [...result.trace.events()].filter(({ kind }) => kind === 'pin-taken').map(({ args }) => args[1]!)
      expect(new Set(frames).size, `${policy}, seed ${seed}`).toBe(1)
    }
  })

  it('follows the knob where it is set, whatever the era', () => {
    const shared = [mapping({ file: 'F', prot: 'r' })]
    expect(refusal(registered('linux-6.1,mrReadOnlyForcesWrite=false', shared))).toBe(null)
    expect(refusal(registered('linux-6.15,mrReadOnlyForcesWrite=true', shared))).toBe('EFAULT')
    expect(refusal(registered('linux-6.1,mrReadOnlyForcesWrite=by-era', shared))).toBe('EFAULT')
  })
})

it('a short hold on a private mapping stays what it was: no copy is made for a pipe', () => {
  const result = runSmall({ files: { F: 2 }, policy: 'linux-6.15', actors: { A: [mapping({ file: 'F', prot: 'r', flags: 'private' }), ['vmsplice', { mapping: 'm', pipe: 'p' }]] } })
  expect(hosts.refs.at(result.description.host, FIRST)).toBe(2)
})
