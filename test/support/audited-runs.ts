import type { Lab } from '../../src-shared/lab/lab'
import { arena } from '../../src-shared/state/arena'
import { Audit, type Declared } from './audit'
import { bundledLabs } from './bundled-labs'
import { LAYOUT_AND_COUNT_POLICIES } from './policies'
import { randomLab } from './random-lab'
import { stepperOf, type StepperOptions } from './stepper'

export interface AuditedRun {
  readonly lab: Lab
  readonly options: StepperOptions
}

/** Laps of a lab that goes round for ever. */
const STEPS_MAX = 600

/** Every bundled lab under every layout policy and way of counting, in time order and at random, and random labs. */
export function auditedRuns(seed: number, randomLabs: number): readonly AuditedRun[] {
  const longterm = ['deny-fsdax', 'allow-all']
  const bundled = bundledLabs().flatMap(({ lab }) => LAYOUT_AND_COUNT_POLICIES.flatMap((policy, nth) => [null, 'random'].map((schedule): AuditedRun =>
    ({ lab, options: { policy: `${policy},longterm-file-pin=${longterm[nth % 2]!}`, seed, schedule } }))))
  const random = Array.from({ length: randomLabs }, (_, nth): AuditedRun => {
    const { lab, policy, schedule } = randomLab(seed + nth)
    return { lab, options: { policy, seed: nth, schedule } }
  })
  return [...bundled, ...random]
}

/** Takes the steps of a run, none of them recorded. */
export function takeAll({ lab, options }: AuditedRun): void {
  const stepper = stepperOf(lab, options)
  for (let steps = 0; steps < STEPS_MAX; steps++) {
    arena.n = 0
    if (stepper.take() === null) return
  }
}

/** Declarations whose absence the audit does not notice in the run that needs them. */
export function missedDeclarations(needed: readonly (Declared & { readonly run: number })[], runs: readonly AuditedRun[]): readonly string[] {
  return needed.filter((declared) => {
    const audit = new Audit(declared)
    audit.watch(() => { takeAll(runs[declared.run]!) })
    return ![...audit.findings].some((finding) => finding.startsWith(`${declared.step} `))
  }).map(({ step, term }) => `${step}: ${term}`)
}
