import { describe, expect, it } from 'vitest'
import { INVARIANTS } from '../../../../src-main/sim/invariants/registry'
import { Watcher } from '../../../../src-main/sim/invariants/watcher'
import { machine } from '../../../../src-main/sim/engine/machine'
import { OWNER_BUSY_DAX } from '../../../../src-shared/state/owner'
import { mishaps } from '../../../../src-shared/state/content-tables'
import { busyExtents, files, filesystems, holders, hosts, mappings, processes } from '../../../../src-shared/state/tables'
import type { RunDescription } from '../../../../src-shared/trace/run-description'
import { bundledLab } from '../../../support/bundled-labs'
import { run } from '../../../support/run'
import { runSmall } from '../../../support/small-lab'
import { stepperOf } from '../../../support/stepper'

/** Which rules a run breaks, and what a person reads. */
function told(name: string, policy: string, schedule?: string): ReadonlyMap<string, readonly string[]> {
  const { summary } = run(bundledLab(name).lab, { policy, ...(schedule === undefined ? {} : { schedule }) })
  return new Map([...summary.violations, ...summary.notices, ...summary.leftBehind].map(({ id, chain }) => [id, chain]))
}

/** From the column "broken by" of spec 10, and what does not break it in the same lab. */
const BREAKABLE: readonly (readonly [id: string, lab: string, breaks: string, keeps: string, schedule?: string])[] = [
  ['S1', 'truncate-under-short-dio-pin', 'truncate-vs-dma=none', 'truncate-vs-dma=wait-retry'],
  ['S2', 'truncate-under-short-dio-pin', 'truncate-vs-dma=none', 'truncate-vs-dma=busy-extent'],
  ['S3', 'dax-double-write-fault-zeroing--unwritten', 'dax-fault=racy-unwritten', 'dax-fault=both'],
  ['S14', 'dax-map-sync-crash', 'dax-fault=zero-at-allocation', 'dax-fault=both'],
  ['S15', 'dax-crash-between-alloc-and-zero', 'dax-fault=zero-after-commit', 'dax-fault=both', 'committed-not-zeroed'],
  ['S16', 'truncate-under-short-dio-pin', 'truncate-vs-dma=noop-success', 'truncate-vs-dma=fail-etxtbsy,etxtbsyScope=any-ref'],
  ['S17', 'punch-hole-in-page-cache-mr--dereg', 'linux-6.1', 'linux-6.19'],
  ['S6', 'memunmap-waits-for-pinned-page', 'linux-6.12', 'linux-5.15'],
  ['S6', 'p2p-multipage-put-to-zero', 'linux-5.15', 'linux-6.19'],
  ['S12', 'p2p-multipage-put-to-zero--get-first', 'linux-6.19', 'linux-5.15'],
  ['L4', 'memunmap-waits-for-pinned-page--never-released', 'linux-5.15', 'linux-6.12'],
  ['L1', 'punch-starved-by-repeated-dio', 'truncate-vs-dma=wait-retry', 'truncate-vs-dma=busy-extent'],
  ['L1', 'remap-during-layout-wait', 'linux-6.15', 'linux-6.1'],
  ['L2', 'vmsplice-pipe-holds-dax-page', 'truncate-vs-dma=wait-retry', 'truncate-vs-dma=busy-extent'],
  ['L5', 'punch-hole-gup-mmaplock-deadlock', 'truncate-vs-dma=wait-hold-lock', 'truncate-vs-dma=wait-retry', 'cycle'],
  ['S13', 'lock-that-does-not-pin', 'invalidateWaitsForDevice=false', 'invalidateWaitsForDevice=true'],
  ['S13', 'device-fault-against-free', 'privateFaultTakesRef=false', 'privateFaultTakesRef=true'],
  ['L8', 'longterm-pin-loop', 'linux-6.12', 'linux-6.12,longtermMigrates=cma'],
  ['L9', 'vmsplice-pipe-holds-dax-page', 'truncate-vs-dma=busy-extent', 'truncate-vs-dma=wait-retry'],
  ['Q3', 'vmsplice-pipe-holds-dax-page', 'truncate-vs-dma=busy-extent', 'truncate-vs-dma=wait-retry'],
  ['Q4', 'vmsplice-pipe-holds-dax-page', 'truncate-vs-dma=wait-retry', 'truncate-vs-dma=busy-extent'],
]

describe.each(BREAKABLE.map(([id, lab, breaks, keeps, schedule]) => ({ id, lab, breaks, keeps, schedule })))('$id in $lab', ({ id, lab, breaks, keeps, schedule }) => {
  it(`is broken under ${breaks}, with a chain of facts`, () => {
    expect(told(lab, breaks, schedule).get(id)?.length ?? 0, 'lines of its chain').toBeGreaterThanOrEqual(2)
  })

  it(`holds under ${keeps}`, () => {
    expect([...told(lab, keeps).keys()]).not.toContain(id)
  })
})

/** L3 needs a lease whose break nobody ends. */
describe.each([[0, ['L3']], ['3 s', []]] as const)('L3, with lease-break-time %s and a holder that ignores the signal', (value, broken) => {
  it(broken.length === 0 ? 'holds' : 'is broken', () => {
    const { summary } = runSmall({
      memoryFiles: { F: 1 },
      actors: {
        H: [['lease-break-time', { value }], ['open', { file: 'F', fd: 'a' }], ['setlease', { fd: 'a', type: 'F_RDLCK' }], ['on-break', { fd: 'a', do: 'ignore' }]],
        T: [['await-done', { actor: 'H', op: 4 }], ['truncate', { file: 'F', size: 0 }]],
      },
    })
    expect(summary.violations.map(({ id }) => id)).toEqual(broken)
  })
})

/** Where what the programs do breaks a rule, not the policy: one lab that does and one that does not. */
const BREAKABLE_BY_WORKLOAD: readonly (readonly [id: string, breaks: string, keeps: string])[] = [
  ['L6', 'cpu-fault-stray-ref-livelock', 'cpu-fault-stray-ref-livelock--dropped'],
  ['L7', 'hmm-range-fault-invalidate-loop--too-long', 'hmm-range-fault-invalidate-loop'],
  ['S8', 'dereg-mr-unfenced-driver', 'dereg-mr-while-remote-writes'],
  ['S3b', 'dio-read-into-mapped-file--forgets', 'dio-read-into-mapped-file'],
  ['S17', 'punch-hole-in-page-cache-mr', 'reg-mr-page-cache-shared-write'],
  ['Q1', 'vmsplice-pipe-holds-dax-page', 'memunmap-waits-for-pinned-page--private'],
  ['Q2', 'pin-small-folio-accounting', 'longterm-pin-movable-page-migrates--offline'],
  ['Q5', 'migrate-to-device-and-back--first', 'evict-on-device-remove'],
  ['Q6', 'nvme-cmb-sq-fallback', 'memunmap-waits-for-pinned-page--p2p'],
]

describe.each(BREAKABLE_BY_WORKLOAD)('%s', (id, breaks, keeps) => {
  it(`is broken in ${breaks}, with a chain of facts`, () => {
    expect(told(breaks, 'linux-6.19').get(id)?.length ?? 0, 'lines of its chain').toBeGreaterThanOrEqual(2)
  })

  it(`holds in ${keeps}`, () => {
    expect([...told(keeps, 'linux-6.19').keys()]).not.toContain(id)
  })
})

interface Corruption {
  readonly id: string
  readonly what: string
  readonly corrupt: (run: RunDescription) => void
  readonly says: string
  /** When it happens; at the start if not said. */
  readonly afterSteps?: number
}

const PFN = 0x80000
/** A block of another file, which nobody frees in this lab. */
const OTHERS_PFN = PFN + 5
const CORRUPTIONS: readonly Corruption[] = [
  { id: 'S4', what: 'a reference that nobody accounts for', corrupt: ({ host }) => { hosts.refs.add(host, PFN, 1, 1) }, says: 'its holders add up to' },
  { id: 'S4', what: 'a put too many', corrupt: ({ host }) => { hosts.refs.add(host, PFN, 1, -2) }, says: 'refcount of' },
  { id: 'S4', what: 'a reference on frames of ordinary memory', corrupt: ({ host, memories }) => { hosts.refs.add(host, memories.find(({ kind }) => kind === 'host-memory')!.firstPfn + 3, 1, 1) }, says: 'its holders add up to 0' },
  { id: 'S5', what: 'a pincount below zero', corrupt: ({ host }) => { hosts.pins.add(host, PFN, 1, -1) }, says: 'is -1' },
  {
    id: 'S5', what: 'a live pin that was never counted as taken',
    corrupt: ({ host, operations }) => {
      const hold = holders.$.row(operations[0]!.row, 7)
      holders.how.set(hold, holders.how.valueOf('pin'))
      holders.pfnFirst.set(hold, PFN)
      holders.pageCount.set(hold, 1)
      holders.host.set(hold, host)
      hosts.refs.add(host, PFN, 1, 1024)
    },
    says: '1 pins live',
  },
  { id: 'S7', what: 'an entry without a mapping', corrupt: (run) => { files.entry.assign(run.files[0]!.row, 0, 1, files.entry.valueOf('real')) }, says: 'nothing shares it' },
  { id: 'S10', what: 'a sharer too many for a page with one entry', corrupt: ({ host, files: [file] }) => { files.entry.assign(file!.row, 0, 1, files.entry.valueOf('real')); hosts.share.assign(host, PFN, 1, 2) }, says: 'counted as shared by 2' },
  { id: 'S10', what: 'a mapping beside sharers', corrupt: ({ host, files: [file] }) => { files.entry.assign(file!.row, 0, 1, files.entry.valueOf('real')); hosts.mapping.assign(host, PFN, 1, 1); hosts.share.assign(host, PFN, 1, 1) }, says: 'are counted to share it' },
  { id: 'S7', what: 'a mapping without an entry', corrupt: ({ host }) => { hosts.mapping.assign(host, PFN, 1, 1) }, says: 'frames have a mapping' },
  { id: 'S9', what: 'a folio locked by somebody who is not there', corrupt: ({ host }) => { hosts.locked.assign(host, OTHERS_PFN, 1, 31) }, says: 'who is not there any more' },
  {
    id: 'S9', what: 'a part of a folio locked',
    corrupt: ({ host }) => {
      hosts.order.assign(host, PFN + 0x200, 512, 9)
      hosts.locked.assign(host, PFN + 0x200, 1, 1)
    },
    says: 'a folio has one lock',
  },
  {
    id: 'S14', what: 'a block that the log does not know, writable through a MAP_SYNC mapping',
    corrupt: ({ mappings: [mapping], files: [file] }) => {
      mappings.sync.set(mapping!.row, 1)
      processes.pte.assign(mappings.process.get(mapping!.row), mappings.vpnFirst.get(mapping!.row), 1, processes.pte.valueOf('write'))
      processes.pfnDelta.assign(mappings.process.get(mapping!.row), mappings.vpnFirst.get(mapping!.row), 1, PFN - mappings.vpnFirst.get(mapping!.row))
      files.durableKind.assign(file!.row, 0, 1, 0)
    },
    says: 'would not find that block', afterSteps: 12,
  },
  {
    id: 'S15', what: 'a read of what was there before the block was allocated',
    corrupt: () => { mishaps.exposed.set(mishaps.$.row(0), 1) },
    says: 'from before the block was allocated',
  },
  {
    id: 'S11', what: 'a busy block that a file owns',
    corrupt: (run) => {
      const extent = busyExtents.$.row(run.memories[0]!.fs, OTHERS_PFN)
      busyExtents.pageCount.set(extent, 1)
      busyExtents.state.set(extent, busyExtents.state.valueOf('dax-wait'))
    },
    says: 'belongs to',
  },
  {
    id: 'S11', what: 'a busy block that is free',
    corrupt: (run) => {
      const extent = busyExtents.$.row(run.memories[0]!.fs, OTHERS_PFN)
      busyExtents.pageCount.set(extent, 1)
      busyExtents.state.set(extent, busyExtents.state.valueOf('dax-wait'))
      hosts.owner.assign(run.host, OTHERS_PFN, 1, 0)
    },
    says: 'and free',
  },
]

describe.each(CORRUPTIONS)('$id, which no mechanism breaks: $what', ({ id, corrupt, says, afterSteps = 0 }) => {
  const { lab } = bundledLab('truncate-under-short-dio-pin')
  const policy = 'linux-5.15,truncate-vs-dma=busy-extent'

  /** Judges the rest of a run as the engine does, after the steps that declare to write what a rule watches. */
  function judged(at: number): ReadonlyMap<string, readonly string[]> {
    const stepper = stepperOf(lab, { policy })
    const watcher = new Watcher(INVARIANTS)
    const found = new Map<string, readonly string[]>()
    for (let steps = 0; ; steps++) {
      if (steps === at) corrupt(stepper.run)
      const step = stepper.take()
      if (step === null) return found
      for (const { invariant, finding } of watcher.judge(machine.steps[step.stepId]!, { run: stepper.run, host: stepper.run.host })) found.set(invariant.id, finding.chain)
    }
  }

  it('is reported by the watcher at the next step that could have done it, and not without the corruption', () => {
    expect(judged(afterSteps).get(id)?.join('; ')).toContain(says)
    expect([...judged(Infinity).keys()]).not.toContain(id)
  })
})

it('every rule of the registry is tripped here, L3 in a lab of its own and S18 in a test of its own', () => {
  expect(INVARIANTS.map(({ id }) => id).filter((id) => !BREAKABLE.some(([broken]) => broken === id) && !BREAKABLE_BY_WORKLOAD.some(([broken]) => broken === id) && !CORRUPTIONS.some((one) => one.id === id))).toEqual(['S18', 'L3'])
})

it('what a run leaves is named: who holds how much of what, and what would end it', () => {
  const broken = told('lease-break-timeout-forced--no-deadline', 'lease-break=lease-only')
  expect(broken.get('Q2')).toEqual(['left behind: MR m1 holds 4 pages: long-term pin on F:0, …', 'released by deregistering MR m1 or exit of H: never scheduled'])
  expect(broken.get('Q4')?.[0]).toBe('left behind: T is blocked')
  expect([...broken.keys()]).not.toContain('Q1')
})

it('what a run leaves is judged where it came to rest only', () => {
  expect([...told('punch-starved-by-repeated-dio', 'truncate-vs-dma=wait-retry').keys()].filter((id) => id.startsWith('Q'))).toEqual([])
  expect([...told('memunmap-waits-for-pinned-page', 'linux-6.12').keys()].filter((id) => id.startsWith('Q'))).toEqual([])
})

it('a rule is reported once a run, at the step that broke it', () => {
  const { summary, trace } = run(bundledLab('truncate-under-short-dio-pin').lab, { policy: 'truncate-vs-dma=none' })
  const s1 = summary.violations.filter(({ id }) => id === 'S1')
  expect(s1.length).toBe(1)
  const landed = [...trace.events()].filter(({ kind }) => kind === 'dma-write-landed').map(({ step }) => step)
  expect(landed).toContain(s1[0]!.step)
})

it('what statfs calls free and what a busy extent keeps are told apart', () => {
  const { description } = run(bundledLab('vmsplice-pipe-holds-dax-page').lab, { policy: 'truncate-vs-dma=busy-extent' })
  const { fs } = description.memories[0]!
  const busy = busyExtents.$.rows().filter((extent) => busyExtents.state.get(extent) !== 0)
  expect(busy.length).toBeGreaterThan(0)
  expect(busy.every((extent) => hosts.owner.at(description.host, busyExtents.firstPfn.get(extent)) === OWNER_BUSY_DAX)).toBe(true)
  expect(filesystems.freeBlocks.get(fs)).toBeGreaterThanOrEqual(busy.reduce((pages, extent) => pages + busyExtents.pageCount.get(extent), 0))
})
