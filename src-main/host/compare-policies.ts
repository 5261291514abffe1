import { parsePolicies } from '@shared/lab/policy-text';
import type { EngineCompare } from '@shared/protocol/commands';
import type { HostReplies } from '@shared/protocol/host-messages';
import { comparedRun, type ComparedRun } from '@shared/trace/comparison';
import { catalogue, runLab } from '../sim/assemble';
import { labOnArrival } from './lab-on-arrival';

/** Runs a lab once under each of the policies that a text stands for; what is recorded is only counted. */
export function compare({ lab, name, policies: text, seed }: EngineCompare): HostReplies['compare'] {
  const checked = labOnArrival(lab);
  if (!checked.ok) return { kind: 'refused', problems: checked.refusal, isLab: false };
  const policies = parsePolicies(text, catalogue(), checked.value.policy ?? null);
  if (!policies.ok) return { kind: 'unclear', message: policies.refusal };
  const rows: ComparedRun[] = [];
  for (const { text: policy } of policies.value) {
    const result = runLab(checked.value, { name, policy, seed, schedule: null }, () => undefined);
    if (!result.ok) return { kind: 'refused', problems: result.refusal, isLab: true };
    rows.push(comparedRun(result.value.summary, result.value.description));
  }
  return { kind: 'compared', comparison: { lab: name, rows } };
}
