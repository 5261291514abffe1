import { describe, expect, it } from 'vitest'
import { busyExtentWorker, logCommit } from '../../../../src-main/sim/mechanisms/busy-extents'
import { driveEngine } from '../../../../src-main/sim/mechanisms/drive-engine'
import { nicEngine } from '../../../../src-main/sim/mechanisms/rdma-write'
import { Audit, type Declared } from '../../../support/audit'
import { auditedRuns, missedDeclarations, takeAll } from '../../../support/audited-runs'
import { seedOf } from '../../../support/seed'

describe('footprints', () => {
  const seed = seedOf('footprints')
  const runs = auditedRuns(seed, 600)
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
  })

  it('of the step that waits for others to wait name all that guards of programs look at', () => {
    const engines = [driveEngine, nicEngine, logCommit, busyExtentWorker].map(({ name }) => `${name} `)
    const looked = [...audit.guarded].filter(([step]) => !engines.some((engine) => step.startsWith(engine))).flatMap(([, columns]) => Array.from(columns))
    const declared = audit.declared.get('await-waiting AW1') ?? []
    expect([...new Set(looked)].filter((column) => !declared.includes(`${column} *`))).toEqual([])
  })
})
