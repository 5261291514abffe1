import { describe, expect, it } from 'vitest'
import { pmdFallbackNumber, type PmdFallback } from '../../../../src-shared/domain/pmd-fallback'
import { regions } from '../../../../src-shared/state/rdma-tables'
import { files, hosts, processes } from '../../../../src-shared/state/tables'
import { TraceCursor } from '../../../../src-shared/trace/cursor'
import { bundledLab } from '../../../support/bundled-labs'
import { run, type FinishedRun } from '../../../support/run'
import { runSmall, smallLab, type ShortOperation, type SmallLab, type SmallRun } from '../../../support/small-lab'

const PMD = 512
const F_PFN = 0x80000
const mapsF: ShortOperation = ['mmap', { name: 'm', file: 'F' }]
/** A mapping too short for a PMD: its faults are on 4 KiB. */
const mapsPart: ShortOperation = ['mmap', { name: 'p', file: 'F', pages: '0+8' }]
const HOLE = { size: '2 MiB', layout: 'hole' } as const

const runs = (lab: SmallLab): SmallRun => runSmall({ pmemPages: 4 * PMD, policy: 'linux-6.19', ...lab })

const fallbacks = (finished: FinishedRun): readonly number[] => [...finished.trace.events()].filter(({ kind }) => kind === 'pmd-fell-back').map(({ args }) => args[2]!)
const reason = (name: PmdFallback): number => pmdFallbackNumber(name)

const entryOf = ({ description }: FinishedRun, page: number, file = 0): string => {
  const { row } = description.files[file]!
  return `${files.entryHuge.at(row, page) === 1 ? 'PMD ' : ''}${files.entry.spec.names![files.entry.at(row, page)]!} ${files.tag.spec.names![files.tag.at(row, page)]!}`
}
const pteOf = ({ description }: FinishedRun, name: string, page: number): string => {
  const process = description.processes.find((candidate) => candidate.name === name)!.row
  const first = processes.pte.find(process, 0, 2 ** 30, (pte) => pte !== 0)
  const vpn = first - (first % PMD) + page
  return `${processes.huge.at(process, vpn) === 1 ? 'PMD ' : ''}${processes.pte.spec.names![processes.pte.at(process, vpn)]!}`
}
const counts = ({ description: { host } }: FinishedRun, pfn: number): { readonly refs: number, readonly pins: number, readonly maps: number, readonly order: number } => ({
  refs: hosts.refs.at(host, pfn), pins: hosts.pins.at(host, pfn), maps: hosts.maps.at(host, pfn), order: hosts.order.at(host, pfn),
})

describe('a fault on 2 MiB of a DAX file (spec 3.5)', () => {
  it('maps them by one PMD, and needs no second fault for any other of their pages', () => {
    const result = runs({ files: { F: PMD }, actors: { A: [mapsF, ['load', { mapping: 'm', pages: '7+1' }], ['load', { mapping: 'm', pages: '511+1' }]] } })
    expect(fallbacks(result)).toEqual([])
    expect([...result.trace.events()].filter(({ kind }) => kind === 'pmd-mapped')).toHaveLength(1)
    expect([pteOf(result, 'A', 0), pteOf(result, 'A', 511), entryOf(result, 300)]).toEqual(['PMD read', 'PMD read', 'PMD real clean'])
  })

  it.each([
    ['linux-6.19', { refs: 2, pins: 0, maps: 2, order: 9 }],
    ['linux-6.12', { refs: 1, pins: 0, maps: 2, order: 0 }],
    ['linux-4.20', { refs: 1, pins: 0, maps: 2, order: 0 }],
  ])('under %s leaves its pages counted as %o where two processes map them: one folio from 6.15 on, small pages before', (policy, expected) => {
    const result = runs({ policy, files: { F: PMD }, actors: { A: [mapsF, ['store', { mapping: 'm' }]], B: [['mmap', { name: 'n', file: 'F' }], ['load', { mapping: 'n' }]] } })
    expect([0, 7, 511].map((page) => counts(result, F_PFN + page))).toEqual([expected, expected, expected])
  })

  it('allocates and zeroes all of a hole that is written to, and tags all of the entry dirty', () => {
    const result = runs({ files: { F: HOLE }, actors: { A: [mapsF, ['store', { mapping: 'm', pages: '100+1' }]] } })
    expect([...result.trace.events()].filter(({ kind }) => kind === 'blocks-allocated').map(({ args }) => args[3])).toEqual([PMD])
    expect([entryOf(result, 0), entryOf(result, 511), pteOf(result, 'A', 5)]).toEqual(['PMD real dirty', 'PMD real dirty', 'PMD write'])
  })

  it('maps as many PMDs at once as are alike', () => {
    const result = runs({ files: { F: { size: '1 TiB' } }, pmemPages: 2 ** 28, actors: { A: [mapsF, ['store', { mapping: 'm' }]] } })
    expect(result.op('A.2').result).toBe(2 ** 28)
    expect(result.summary.steps).toBeLessThan(60)
    expect([pteOf(result, 'A', 0), pteOf(result, 'A', 2 ** 28 - 1)]).toEqual(['PMD write', 'PMD write'])
  })

  it('that reads 2 MiB without blocks maps the huge zero page; a write replaces it everywhere', () => {
    const result = runs({
      files: { F: HOLE },
      actors: { A: [mapsF, ['load', { mapping: 'm', pages: '3+1' }], ['load', { mapping: 'm', pages: '3+1', at: '2 ms' }]], B: [['mmap', { name: 'n', file: 'F' }], ['store', { mapping: 'n', pages: '3+1', at: '1 ms' }]] },
    })
    expect([...result.trace.events()].filter(({ kind }) => kind === 'load-done').map(({ args }) => args[3])).toEqual([0, 5])
    expect([entryOf(result, 0), pteOf(result, 'A', 9), pteOf(result, 'B', 9)]).toEqual(['PMD real dirty', 'PMD read', 'PMD write'])
  })
})

describe('who waits for 2 MiB to become idle', () => {
  const holds: readonly ShortOperation[] = [mapsF, ['store', { mapping: 'm' }], ['vmsplice', { mapping: 'm', pages: '400+1', pipe: 'p' }]]
  const truncate: ShortOperation = ['ftruncate', { file: 'F', size: 0, at: '1 ms' }]

  it('waits, from 6.15 on, for every hold on the one folio that it is', () => {
    const result = runs({ files: { F: PMD }, actors: { A: holds, T: [truncate] } })
    expect(result.op('T.1').blockedOn).toContain('pipe p has a reference on F:400')
  })

  it('is not told to hope for an operation of a program that has ended', () => {
    const result = runs({ files: { F: PMD }, actors: { A: holds, B: [['exit'], ['close-pipe', { pipe: 'p' }]], T: [truncate] } })
    expect(result.op('T.1').blockedOn).toContain('never scheduled')
    expect(result.op('T.1').blockedOn).not.toContain('B.2')
  })
})

describe('a DAX fault falls back to 4 KiB', () => {
  const load = (mapping: string, page: number): ShortOperation => ['load', { mapping, pages: `${page}+1` }]
  const store = (mapping: string, page: number): ShortOperation => ['store', { mapping, pages: `${page}+1` }]

  it.each<readonly [PmdFallback, SmallLab]>([
    ['unaligned', { files: { F: 2 * PMD }, actors: { A: [['mmap', { name: 'place', pages: '0+1024' }], ['mmap', { name: 'm', file: 'F', pages: '1+600', over: 'place' }], load('m', 20)] } }],
    ['private', { files: { F: PMD }, actors: { A: [['mmap', { name: 'm', file: 'F', flags: 'private' }], store('m', 20)] } }],
    ['mapping', { files: { F: 2 * PMD }, actors: { A: [['mmap', { name: 'm', file: 'F', pages: '1+512' }], load('m', 20)] } }],
    ['eof', { files: { F: { size: '2044 KiB' } }, actors: { A: [['mmap', { name: 'm', file: 'F', pages: '0+512' }], load('m', 20)] } }],
    ['entries', { files: { F: PMD }, actors: { A: [mapsPart, load('p', 3), mapsF, load('m', 20)] } }],
    ['blocks', { files: { F: HOLE }, actors: { A: [['pwrite', { file: 'F', pages: '0+1' }], mapsF, load('m', 20)] } }],
    ['frames', { files: { one: 1, F: PMD }, actors: { A: [mapsF, load('m', 20)] } }],
  ])('for the reason "%s"', (name, lab) => {
    const result = runs(lab)
    expect(fallbacks(result)).toEqual([reason(name)])
    expect(result.summary.operations.at(-1)!.result).toBe(1)
    expect(result.summary.operations.filter(({ killedBy }) => killedBy !== null)).toEqual([])
    expect([...result.trace.events()].filter(({ kind }) => kind === 'pmd-mapped')).toEqual([])
  })

  it('where another thread has mapped the huge zero page since the fault began, and takes that away', () => {
    const seen = Array.from({ length: 60 }, (_, seed) => runSmall({
      policy: 'linux-6.19', files: { F: HOLE }, pmemPages: 4 * PMD,
      actors: { A: { process: 'P', ops: [mapsF, load('m', 3)] }, B: { process: 'P', ops: [['await-done', { actor: 'A', op: 1 }], load('m', 400)] } },
    }, { schedule: 'random', seed: seed + 1 })).filter((result) => fallbacks(result).includes(reason('mapped')))
    expect(seen.length).toBeGreaterThan(0)
    for (const result of seen) {
      expect(result.summary.operations.map(({ result: pages }) => pages)).toEqual([0, 1, 0, 1])
      expect(pteOf(result, 'P', 300)).toBe('none')
    }
  })

  it('for one more page than the file system could give in one piece: what it took stays the file’s', () => {
    const result = runs({ files: { old: PMD, F: HOLE }, pmemPages: PMD + 300, actors: { A: [mapsF, store('m', 5), store('m', 400)] } })
    expect(fallbacks(result).slice(0, 1)).toEqual([reason('blocks')])
    expect([result.op('A.2').result, result.op('A.3').killedBy]).toEqual([1, 'SIGBUS'])
    expect(files.kind.runEnd(result.description.files[1]!.row, 0)).toBe(300)
  })

  it('and beyond the end of the file is SIGBUS at once', () => {
    const result = runs({ files: { F: PMD }, actors: { A: [['mmap', { name: 'm', file: 'F', pages: '0+1024' }], load('m', 600)] } })
    expect([result.op('A.2').killedBy, fallbacks(result)]).toEqual(['SIGBUS', []])
  })
})

describe('a fault on 4 KiB where an entry of 2 MiB is', () => {
  it('reuses one with blocks: all of it is dirty, the PMD of the other stays (dax_insert_entry())', () => {
    const result = runs({ files: { F: PMD }, actors: { B: [mapsF, ['load', { mapping: 'm', pages: '100+1' }]], A: [mapsPart, ['await-done', { actor: 'B', op: 2 }], ['store', { mapping: 'p', pages: '5+1' }]] } })
    expect([entryOf(result, 0), entryOf(result, 511)]).toEqual(['PMD real dirty', 'PMD real dirty'])
    expect([pteOf(result, 'B', 5), pteOf(result, 'A', 5)]).toEqual(['PMD read', 'write'])
    expect(counts(result, F_PFN + 5)).toEqual({ refs: 2, pins: 0, maps: 2, order: 9 })
  })

  it('locks all of it: a fault on another page of the 2 MiB waits', () => {
    const { lab } = bundledLab('dax-pmd-vs-pte-fault--zero')
    const result = run(lab, { policy: 'linux-6.19', schedule: 'B>O3 A>O3 A>E3d V>O3 V>E3 W>O3 W>E3 A! V! W! B!' })
    const file = result.description.files[0]!.row
    const actor = result.description.actors.findIndex(({ name }) => name === 'A')
    const cursor = new TraceCursor(result.trace)
    const locked = (step: number): readonly number[] => {
      cursor.seek(step)
      return [0, 5, 256, 511].map((page) => files.entryLock.in(cursor, file, page))
    }
    const downgrade = [...result.trace.events()].find(({ kind }) => kind === 'pmd-entry-downgraded')!
    expect(locked(downgrade.step)).toEqual([1, 1, 1, 1].map((one) => one * (actor + 1)))
    expect(locked(downgrade.step + 1), 'the 512 pages are free but for the one').toEqual([0, actor + 1, 0, 0])
    expect(result.summary.operations.map(({ state }) => state).every((state) => state === 'done'), 'all who waited went on').toBe(true)
  })

  it('tries again where a PMD has come into its own page table (E4)', () => {
    const { lab } = bundledLab('dax-pmd-vs-pte-fault--private')
    const between = run(lab, { schedule: 'pmd-in-between' })
    expect(fallbacks(between), 'once before the PMD, once because of it').toEqual([reason('private'), reason('private')])
    expect(fallbacks(run(lab, { schedule: 'A! B!' }))).toEqual([reason('private')])
  })

  it('puts entries of 4 KiB in the place of one that a fault on 2 MiB left empty', () => {
    const result = runs({ files: { F: HOLE }, actors: { A: [['pwrite', { file: 'F', pages: '0+1' }], mapsF, ['load', { mapping: 'm', pages: '100+1' }]] } })
    expect([99, 100, 101].map((page) => entryOf(result, page))).toEqual(['none clean', 'zero clean', 'none clean'])
  })
})

describe('entries of 4 KiB', () => {
  it('are never joined to one of 2 MiB: a page table that is there once keeps PMDs out until it is unmapped', () => {
    const touch: ShortOperation = ['load', { mapping: 'm', pages: '9+1' }]
    const drop: ShortOperation = ['ftruncate', { file: 'F', size: PMD * 4096 }]
    const again: readonly ShortOperation[] = [mapsPart, ['load', { mapping: 'p' }], mapsF, touch, ['munmap', { mapping: 'p' }], drop, touch]
    const stays = runs({ files: { F: PMD }, actors: { A: again } })
    expect([pteOf(stays, 'A', 9), entryOf(stays, 9), entryOf(stays, 10)], 'the layout break has deleted all entries (W7), the page table stays').toEqual(['read', 'real clean', 'none clean'])
    const anew = runs({ files: { F: PMD }, actors: { A: [...again, ['munmap', { mapping: 'm' }], drop, mapsF, touch] } })
    expect([pteOf(anew, 'A', 9), entryOf(anew, 10)]).toEqual(['PMD read', 'PMD real clean'])
  })
})

describe('a pin through a PMD of a DAX file', () => {
  const pinned = (policy: string): SmallRun => runs({ policy, files: { F: PMD }, actors: { A: [mapsF, ['store', { mapping: 'm' }], ['pin-pages', { name: 'h', mapping: 'm', pages: '5+3' }]] } })

  it('counts in the pincount of the folio from 6.15 on, by the bias of each page before (spec 1.2, 3.5)', () => {
    const later = pinned('linux-6.19')
    expect([4, 5, 7, 511].map((page) => counts(later, F_PFN + page))).toEqual(Array.from({ length: 4 }, () => ({ refs: 4, pins: 3, maps: 1, order: 9 })))
    const before = pinned('linux-6.12')
    expect([4, 5, 7, 8].map((page) => counts(before, F_PFN + page).refs)).toEqual([1, 1025, 1025, 1])
    expect([4, 5, 7, 8].map((page) => counts(before, F_PFN + page).pins)).toEqual([0, 0, 0, 0])
  })

  it.each(['linux-6.19', 'linux-6.12'])('is given back exactly under %s', (policy) => {
    const result = runs({ policy, files: { F: PMD }, actors: { A: [mapsF, ['pin-pages', { name: 'h', mapping: 'm', pages: '5+3' }], ['unpin-pages', { of: 'h' }], ['munmap', { mapping: 'm' }]] } })
    expect([0, 5, 511].map((page) => counts(result, F_PFN + page))).toEqual(Array.from({ length: 3 }, () => ({ refs: policy === 'linux-6.19' ? 0 : 1, pins: 0, maps: 0, order: policy === 'linux-6.19' ? 9 : 0 })))
    expect(result.summary.violations).toEqual([])
  })

  it.each(['linux-6.19', 'linux-6.12'])('holds up a punch of another page of the 2 MiB, also where only the range is looked at, under %s', (policy) => {
    const result = runs({
      policy: `${policy},scanRange=op-range`, files: { F: 2 * PMD },
      actors: {
        A: [mapsF, ['pin-pages', { name: 'h', mapping: 'm', pages: '5+1' }], ['await-waiting', { actor: 'T', op: 2 }], ['unpin-pages', { of: 'h' }]],
        T: [['await-done', { actor: 'A', op: 2 }], ['fallocate', { file: 'F', mode: 'punch', pages: '500+1' }]],
        U: [['await-waiting', { actor: 'T', op: 2 }], ['pread', { file: 'F', pages: '600+1' }]],
      },
    })
    expect(result.op('T.2').result).toBe(0)
    expect(result.op('T.2').endNs).toBeGreaterThan(result.op('A.4').startNs!)
    expect(result.summary.violations).toEqual([])
  })

  it('of the huge zero page is counted like that of any large folio: only the small one is let off (spec 1.2)', () => {
    const result = runs({ files: { F: HOLE }, actors: { A: [mapsF, ['load', { mapping: 'm', pages: '3+1' }], ['vmsplice', { mapping: 'm', pages: '3+2', pipe: 'p' }]] } })
    expect(counts(result, 512 + 3)).toEqual({ refs: 2, pins: 0, maps: 0, order: 9 })
  })
})

describe('unmapping, cutting and syncing 2 MiB of a DAX file', () => {
  it.each([
    ['munmap', ['munmap', { mapping: 'm', pages: '0+1' }]],
    ['madvise', ['madvise', { mapping: 'm', pages: '0+1', advice: 'dontneed' }]],
    ['mprotect', ['mprotect', { mapping: 'm', pages: '0+1', prot: 'r' }]],
  ] as const)('%s of one page takes the whole PMD away: file memory comes back by faults (__split_huge_pmd_locked())', (_, operation) => {
    const result = runs({ files: { F: PMD }, actors: { A: [mapsF, ['store', { mapping: 'm' }], ['mmap', { name: 'k', file: 'F', pages: '0+1' }], ['load', { mapping: 'k' }], operation] } })
    expect(counts(result, F_PFN + 9)).toEqual({ refs: 1, pins: 0, maps: 1, order: 9 })
    const refaulted = runs({ files: { F: PMD }, actors: { A: [mapsF, ['store', { mapping: 'm' }], operation, ['load', { mapping: 'm', pages: '9+1' }]] } })
    expect(refaulted.op('A.4').result).toBe(1)
  })

  it.each(['linux-6.19', 'linux-6.12'])('a truncate in the middle deletes all of the entry, and keeps the blocks before the end, under %s', (policy) => {
    const result = runs({ policy, files: { F: PMD }, actors: { A: [mapsF, ['store', { mapping: 'm' }], ['ftruncate', { file: 'F', size: 100 * 4096 }]] } })
    expect([0, 99, 100, 511].map((page) => entryOf(result, page))).toEqual(['none clean', 'none clean', 'none clean', 'none clean'])
    expect(files.kind.runEnd(result.description.files[0]!.row, 0)).toBe(100)
    expect([0, 99, 100, 511].map((page) => counts(result, F_PFN + page))).toEqual(Array.from({ length: 4 }, () => ({ refs: policy === 'linux-6.19' ? 0 : 1, pins: 0, maps: 0, order: 0 })))
    expect(result.summary.violations).toEqual([])
  })

  it('a punch in the middle leaves faults of 4 KiB around the hole', () => {
    const result = runs({
      files: { F: PMD },
      actors: { A: [mapsF, ['store', { mapping: 'm' }], ['fallocate', { file: 'F', mode: 'punch', pages: '7+1' }], ['load', { mapping: 'm', pages: '6+1' }], ['load', { mapping: 'm', pages: '7+1' }], ['load', { mapping: 'm', pages: '8+1' }]] },
    })
    expect([...result.trace.events()].filter(({ kind }) => kind === 'load-done').map(({ args }) => args[3])).toEqual([2, 0, 2])
    expect([6, 7, 8, 9].map((page) => entryOf(result, page))).toEqual(['real clean', 'zero clean', 'real clean', 'none clean'])
  })

  it('fsync cleans the entry as a whole and write-protects the PMD; the next store makes it writable in place', () => {
    const ops: readonly ShortOperation[] = [mapsF, ['store', { mapping: 'm', pages: '5+1' }], ['fsync', { file: 'F' }]]
    const synced = runs({ files: { F: PMD }, actors: { A: ops } })
    expect([entryOf(synced, 0), entryOf(synced, 511), pteOf(synced, 'A', 300)]).toEqual(['PMD real clean', 'PMD real clean', 'PMD read'])
    const again = runs({ files: { F: PMD }, actors: { A: [...ops, ['store', { mapping: 'm', pages: '400+1' }]] } })
    expect([entryOf(again, 0), pteOf(again, 'A', 5)]).toEqual(['PMD real dirty', 'PMD write'])
    expect(counts(again, F_PFN)).toEqual({ refs: 1, pins: 0, maps: 1, order: 9 })
  })

  it.each([['shared-validate', true, 0], ['shared', false, 1]] as const)('a store through a %s mapping, MAP_SYNC %s, is possible while the log lacks the blocks: %i (spec 3.6)', (flags, sync, metaDirty) => {
    const result = runs({ files: { F: HOLE }, actors: { A: [['mmap', { name: 'm', file: 'F', flags, sync }], ['store', { mapping: 'm', pages: '5+1' }], ['store', { mapping: 'm', pages: '300+1' }]] } })
    const mapped = [...result.trace.events()].filter(({ kind }) => kind === 'pmd-mapped')
    expect(mapped).toHaveLength(1)
    const cursor = new TraceCursor(result.trace)
    cursor.seek(mapped[0]!.step + 1)
    expect(files.metaDirty.in(cursor, result.description.files[0]!.row)).toBe(metaDirty)
    expect([entryOf(result, 511), pteOf(result, 'A', 9)]).toEqual(['PMD real dirty', 'PMD write'])
    expect(result.summary.violations).toEqual([])
  })

  it('a write(2) into 2 MiB of holes drops the huge zero page of all who mapped it', () => {
    const result = runs({ files: { F: HOLE }, actors: { A: [mapsF, ['load', { mapping: 'm', pages: '3+1' }], ['pwrite', { file: 'F', pages: '9+1' }], ['load', { mapping: 'm', pages: '9+1' }]] } })
    expect([...result.trace.events()].filter(({ kind }) => kind === 'load-done').map(({ args }) => args[3])).toEqual([0, 3])
    expect([entryOf(result, 9), entryOf(result, 10)]).toEqual(['real clean', 'none clean'])
  })
})

describe('a NIC that copied an entry of the 2 MiB (ODP)', () => {
  const watched = (more: readonly ShortOperation[]): FinishedRun => {
    const lab = smallLab({
      policy: 'linux-6.19', files: { F: HOLE }, pmemPages: 4 * PMD,
      actors: {
        A: [mapsF, ['load', { mapping: 'm', pages: '0+1' }], ['ibv-reg', { name: 'o', mapping: 'm', access: 'remote-read+on-demand' }], ['await-done', { actor: 'N', op: 1 }], ...more],
        N: { on: 'peer', ops: [['rdma-read', { mr: 'o', pages: '9+1', at: '100 us' }]] },
      },
    })
    return run({ ...lab, topology: { ...lab.topology, nodes: { ...lab.topology.nodes, nic0: { kind: 'rdma-nic', odp: true } } } })
  }
  const nicEntries = ({ description }: FinishedRun): number => regions.nicEntry.find(description.regions[0]!.row, 0, PMD, (entry) => entry !== 0)

  it('has it while the PMD stays', () => {
    expect(nicEntries(watched([]))).toBe(9)
  })

  it.each<readonly [string, readonly ShortOperation[]]>([
    ['munmap of another page', [['munmap', { mapping: 'm', pages: '0+1' }]]],
    ['a store that takes the huge zero page away', [['store', { mapping: 'm', pages: '100+1' }]]],
    ['a fault on 4 KiB that downgrades the entry', [mapsPart, ['store', { mapping: 'p', pages: '3+1' }]]],
    ['a write(2) into the hole', [['pwrite', { file: 'F', pages: '200+1' }]]],
  ])('is told when %s takes the PMD: none of its entries outlives it (S8)', (_, more) => {
    const result = watched(more)
    expect(nicEntries(result)).toBe(-1)
    expect(result.summary.violations).toEqual([])
  })
})
