import { describe, expect, it } from 'vitest'
import { busyExtentWorker, logCommit } from '../../../../src-main/sim/mechanisms/busy-extents'
import { leaseHandler } from '../../../../src-main/sim/mechanisms/lease-handler'
import { dirtyWorker, driveEngine } from '../../../../src-main/sim/mechanisms/drive-engine'
import { nicEngine } from '../../../../src-main/sim/mechanisms/rdma-responder'
import { Audit, type Declared } from '../../../support/audit'
import { auditedRuns, missedDeclarations, takeAll } from '../../../support/audited-runs'
import { LONG, seedOf } from '../../../support/seed'

/** Declared, though no step of today needs it, and why. */
const IN_VAIN: readonly (readonly [declared: RegExp, why: string])[] = [
  [/: (?:host\.pins \*)$/, 'no variant counts pins apart from references yet'],
  [/^(get-user-pages GF3|drain-pipe RP1|nvme-engine DI5|vmsplice VS3): host\.longterm \*$/, 'these holds are never for the long term'],
  [/^(get-user-pages G[FS]\d|vmsplice VS3|register-memory RM4u|drain-pipe RP1): (busy extent\.\w+|host\.(anon|content|longterm|owner)) \*$/, 'a hold that is undone, or drained, as the last one: three actors in one window, which chance rarely finds'],
  [/^nic-engine WR6: (qp\.state \*|transfer\.qp via transfer)$/, 'an exit between a write and its acknowledgement: as rare'],
  [/^pwrite FW2z: host\.(maps|owner|refs) \*$/, 'it unmaps like the others, but what it finds are zero pages'],
  [/: host\.orphanDelta \*$/, 'what is evicted or reclaimed is pinned by nobody: only layout operations leave orphans'],
  [/^direct-io DI3[mr]: /, 'peer-to-peer pages that a drive cannot reach: they are released by what releases pages of all kinds'],
  [/^(nvmet-wire NW[34]|nvme-engine NV2k): (holder|host|mishap|fragment)\./, 'memory of the kernel itself, written and read by the means of all DMA'],
  [/^nvmet-worker NT7: host\./, 'it frees what never was a page of anybody'],
  [/^(submit-bio BI[25]|direct-io DI1f): /, 'they take and drop as everybody does; labs give them RAM'],
  [/^task\//, 'every operation of a program begins and ends by the same two steps'],
  [/^power-failure PW[12]: /, 'all that is volatile goes, and logs are replayed, whatever of it a run has used'],
  [/^anonymous-fault AF1: host\.content \*$/, 'a free frame is zeroed already'],
]
const isAllowed = (declared: string): boolean => IN_VAIN.some(([pattern]) => pattern.test(declared))

describe('footprints', () => {
  const seed = seedOf('footprints')
  const runs = auditedRuns(seed, 600 * LONG)
  const audit = new Audit()
  audit.watch(() => { runs.forEach((one, nth) => { audit.run = nth; takeAll(one) }) })
  const needed = [...audit.needed].flatMap(([step, terms]) => [...terms].map(([term, run]): Declared & { readonly run: number } => ({ step, term, run })))
    .filter(({ step, term }) => term.startsWith('to ') || audit.declared.get(step)?.includes(term) === true)

  it(`declare everything that steps read, write and go to, over ${runs.length} runs`, () => {
    expect([...audit.findings].sort()).toEqual([])
  })

  it('reach every mechanism: the audit is not quiet because nothing ran', () => {
    const mechanisms = new Set([...audit.needed.keys()].map((step) => step.split(' ')[0]!).filter((name) => !name.startsWith('task/')))
    expect(mechanisms.size).toBeGreaterThanOrEqual(30)
    expect(needed.length).toBeGreaterThan(400)
  })

  it('are noticed where one declaration is missing, each of them left out in turn', () => {
    expect(missedDeclarations(needed, runs)).toEqual([])
  }, Infinity)

  if (LONG >= 20) {
    it('say nothing that no step ever needs: what is declared in vain costs an explorer its reduction', () => {
      const vain = [...audit.declared].flatMap(([step, terms]) => [...new Set(terms)].filter((term) => audit.needed.get(step)?.has(term) !== true).map((term) => `${step}: ${term}`))
      expect(vain.filter((one) => !isAllowed(one)).sort()).toEqual([])
    })
  }

  it('of the step that waits for others to wait name all that guards of programs look at', () => {
    const engines = [driveEngine, dirtyWorker, nicEngine, logCommit, busyExtentWorker, leaseHandler].map(({ name }) => `${name} `)
    const looked = [...audit.guarded].filter(([step]) => !engines.some((engine) => step.startsWith(engine))).flatMap(([, columns]) => Array.from(columns))
    const declared = audit.declared.get('await-waiting AW1') ?? []
    expect([...new Set(looked)].filter((column) => !declared.includes(`${column} *`))).toEqual([])
  })
})
