import type { Lab, LabOperation } from '../../src-shared/lab/lab'
import { parsePolicies } from '../../src-shared/lab/policy-text'
import { catalogue } from '../../src-main/sim/assemble'
import { knobValues } from '../../src-main/sim/assembly/policy-of'
import { BROKEN_BY, type BrokenBy } from './broken-by'
import type { Breach } from './sequence'

const known = catalogue()

/** Whether the table says that this lab may break the rule under this policy. */
export const mayBreak = (rule: string, lab: Lab, policy: string): boolean => BROKEN_BY.some((entry) => entry.rule === rule && isEntryOf(entry, lab, policy))

/** What follows from a device that writes into a block with another owner: its data are wiped out, or wipe out others'. */
const AFTER_STRAY_WRITES: ReadonlySet<string> = new Set(['S3', 'S15'])

/** What programs leave behind is told where a run comes to rest (spec 10.3); here a few always leave something. */
const TOLD_AT_REST = /^Q\d$/

/** Rules that broke outside the table. */
export function outsideTable(broken: readonly Breach[], lab: Lab, policy: string): readonly Breach[] {
  const hasStrayWrites = broken.some(({ rule }) => rule === 'S1' || rule === 'S2')
  return broken.filter(({ rule }) => !TOLD_AT_REST.test(rule) && !mayBreak(rule, lab, policy) && !(hasStrayWrites && AFTER_STRAY_WRITES.has(rule)))
}

export function isEntryOf({ policies, operations }: BrokenBy, lab: Lab, policy: string): boolean {
  const facts = factsOf(policy)
  const isPolicy = policies.length === 0 || policies.some((all) => all.split('&').every((condition) => facts.has(condition)))
  return isPolicy && (operations.length === 0 || operations.some((operation) => hasOperation(lab, operation)))
}

/** "axis=variant" and "knob=value" of all axes and knobs in force. */
function factsOf(policy: string): ReadonlySet<string> {
  const resolved = parsePolicies(policy, known, null)
  if (!resolved.ok) throw new Error(resolved.refusal)
  const [one] = resolved.value
  return new Set([...Object.entries(one!.variants), ...Object.entries(knobValues(one!))].map(([name, value]) => `${name}=${value}`))
}

/** "word", "word parameter" that is given, "word parameter=value", "word parameter!=value" that is given and another one; "repeat forever"; "node parameter=value". */
function hasOperation({ actors, topology }: Lab, wanted: string): boolean {
  const [word, condition] = wanted.split(' ')
  const operations = Object.values(actors).flatMap(({ ops }) => ops)
  if (word === 'repeat') return operations.some(({ parameters }) => parameters['repeat'] === condition)
  if (word === 'node') return Object.values(topology.nodes).some((node) => fits(condition!, node as LabOperation['parameters']))
  return operations.some((operation) => operation.word === word && (condition === undefined || fits(condition, operation.parameters)))
}

function fits(condition: string, parameters: LabOperation['parameters']): boolean {
  const [, name, comparison, value] = /^(\w+)(!?=)?(.*)$/.exec(condition)!
  const given = parameters[name!]
  if (comparison === undefined) return given !== undefined
  return given !== undefined && (String(given) === value) === (comparison === '=')
}
