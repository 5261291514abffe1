import type { ExpectationOutcome } from '../../src-shared/trace/run-description'
import { MECHANISMS } from '../../src-main/sim/mechanisms/registry'
import { VARIANTS } from '../../src-main/sim/policies/registry'
import type { Mechanism } from '../../src-main/sim/engine/step'
import { defectsOf } from '../fuzz/defects'
import { ROWS, type ScenarioRow } from '../scenarios/rows'
import { Audit } from '../support/audit'
import { takeAll, type AuditedRun } from '../support/audited-runs'
import { bundledLabs } from '../support/bundled-labs'
import { randomLab } from '../support/random-lab'
import { run } from '../support/run'
import { StepWatch, type Behaviour, type Mutant } from './mutants'

/** One thing the tests check: a row of the scenario tables in one order of steps, or a random sequence. */
interface Check {
  readonly name: string
  /** What the tests would complain about; empty if all is well. */
  readonly complaints: () => readonly string[]
  /** The same steps under the footprint audit. */
  readonly audited: AuditedRun
}

export interface Case extends Check {
  readonly steps: ReadonlySet<string>
}

const mechanismsOf = (variant: object): readonly Mechanism[] => Object.values(variant).filter((value): value is Mechanism => typeof value === 'object' && value !== null && 'stepNames' in value)

/** Every mechanism of the product: those of the registry, and those that policies bring. */
export const ALL_MECHANISMS: readonly Mechanism[] = [...new Set([...MECHANISMS, ...VARIANTS.flatMap(mechanismsOf)])]

const labs = new Map(bundledLabs().map(({ name, lab }) => [name, lab]))
const failed = (outcomes: readonly ExpectationOutcome[]): readonly string[] => outcomes.filter(({ ok }) => ok === false).map(({ text, reason }) => `${text}: ${reason}`)

function orError(body: () => readonly string[]): readonly string[] {
  try {
    return body()
  } catch (error) {
    return [String(error)]
  }
}

function checksOfRow({ scenario, lab: file, row, policy }: ScenarioRow): readonly Check[] {
  const lab = labs.get(file ?? scenario)
  if (lab === undefined) throw new Error(`there is no bundled lab ${scenario}`)
  const named = run(lab, { policy }).summary.expectations.flatMap(({ schedule }) => (schedule === null ? [] : [schedule]))
  return [undefined, ...new Set(named)].map((schedule) => ({
    name: `${scenario} × ${row}${schedule === undefined ? '' : `, schedule ${schedule}`}`,
    complaints: () => orError(() => failed(run(lab, { policy, ...(schedule === undefined ? {} : { schedule }) }).summary.expectations)),
    audited: { lab, options: { policy, schedule: lab.schedules?.find(({ name }) => name === schedule)?.text ?? null } },
  }))
}

function checkOfSequence(seed: number): Check {
  const { lab, policy, schedule } = randomLab(seed)
  return { name: `random sequence ${seed}`, complaints: () => defectsOf(randomLab(seed), seed), audited: { lab, options: { policy, seed, schedule } } }
}

export interface Suite {
  readonly cases: readonly Case[]
  readonly behaviours: ReadonlyMap<string, Behaviour>
}

/** Rows of the scenario tables and `sequences` random ones, each with the steps it takes. */
export function suiteOf(sequences: number): Suite {
  const watch = new StepWatch()
  const checks = [...ROWS.flatMap(checksOfRow), ...Array.from({ length: sequences }, (_, nth) => checkOfSequence(nth + 1))]
  const cases = checks.map((check): Case => {
    const audit = new Audit()
    auditInto(audit, check)
    watch.learn(audit)
    const { name, complaints, audited } = check
    return { name, complaints, audited, steps: watch.during(() => { complaints() }) }
  })
  return { cases, behaviours: watch.behaviours }
}

function auditInto(audit: Audit, { audited }: Check): readonly string[] {
  return orError(() => {
    audit.watch(() => { takeAll(audited) })
    return []
  })
}

function auditFindings(check: Check): readonly string[] {
  const audit = new Audit()
  return [...auditInto(audit, check), ...audit.findings]
}

/** The first case that notices a mutant; null if it survives. */
export function killerOf(mutant: Mutant, cases: readonly Case[]): string | null {
  const key = `${mutant.mechanism} ${mutant.step}`
  const undo = mutant.apply()
  try {
    return cases.find((one) => one.steps.has(key) && (mutant.kind === 'footprint' ? auditFindings(one) : one.complaints()).length > 0)?.name ?? null
  } finally {
    undo()
  }
}
