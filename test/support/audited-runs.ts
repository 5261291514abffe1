import type { Lab } from '../../src-shared/lab/lab'
import { arena } from '../../src-shared/state/arena'
import { anyLab } from './any-lab/any-lab'
import { Audit, type Declared } from './audit'
import { bundledLabs } from './bundled-labs'
import { LAYOUT_AND_COUNT_POLICIES } from './policies'
import { randomLab } from './random-lab'
import { randomLeases } from './random-leases'
import { stepperOf, type StepperOptions } from './stepper'

export interface AuditedRun {
  readonly lab: Lab
  readonly options: StepperOptions
}

/** Laps of a lab that goes round for ever. */
const STEPS_MAX = 600

/** Policies that the labs do not name themselves: how breaks end that a holder does not mind. */
const LEASE_BREAKS = ['lease-break=lease-only', 'lease-break=revoke-mr', 'lease-break=revoke-sigkill', 'ownerOp=allow']

/** Layout policies and ways of counting that each bundled lab is run under; the labs take turns, so that all of them come up. */
const POLICIES_A_LAB = 3

/** Policies that a lab speaks of: its own, those of its expectations, and for leases the ways a break may end. */
function policiesOf({ expect = [], actors }: Lab): readonly (string | null)[] {
  const named = expect.flatMap(({ when }) => (when === undefined ? [] : typeof when === 'string' ? when : when.join(',')))
  const hasLeases = Object.values(actors).some(({ ops }) => ops.some(({ word }) => word === 'setlease'))
  return [null, ...new Set(named), ...(hasLeases ? LEASE_BREAKS : [])]
}

/** Every bundled lab under the policies that it speaks of and some layout policies, in time order and at random; random labs of layouts, of leases, and of all operations. */
export function auditedRuns(seed: number, randomLabs: number): readonly AuditedRun[] {
  const longterm = ['deny-fsdax', 'allow-all']
  const bundled = bundledLabs().flatMap(({ lab }, at) => {
    const layouts = Array.from({ length: POLICIES_A_LAB }, (_, nth) => {
      const turn = (at * POLICIES_A_LAB + nth) % LAYOUT_AND_COUNT_POLICIES.length
      return `${LAYOUT_AND_COUNT_POLICIES[turn]!},longterm-file-pin=${longterm[turn % 2]!}`
    })
    return [...layouts, ...policiesOf(lab)].flatMap((policy) => [null, 'random'].map((schedule): AuditedRun => ({ lab, options: { policy, seed, schedule } })))
  })
  const random = Array.from({ length: randomLabs }, (_, nth): AuditedRun => {
    const { lab, policy, schedule } = randomLab(seed + nth)
    return { lab, options: { policy, seed: nth, schedule } }
  })
  const withLeases = Array.from({ length: randomLabs }, (_, nth): AuditedRun => {
    const { lab, policy } = randomLeases(seed + nth)
    return { lab, options: { policy, seed: nth, schedule: nth % 2 === 0 ? null : 'random' } }
  })
  const ofAllKinds = Array.from({ length: Math.ceil(randomLabs / 2) }, (_, nth): AuditedRun => {
    const { lab, policy, schedule } = anyLab(seed + nth)
    return { lab, options: { policy, seed: nth, schedule } }
  })
  return [...bundled, ...random, ...withLeases, ...ofAllKinds]
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
