import { parsePolicies, type ResolvedPolicy } from '@shared/lab/policy-text';
import type { Catalogue } from '@shared/protocol/catalogue';
import { CliFailure } from './cli-failure';
import type { LabInput } from './lab-input';

/** The policies that `--policy` stands for; those of the lab where it is not given. */
export function policiesNamed(text: string | null, input: LabInput, known: Catalogue): readonly ResolvedPolicy[] {
  const policies = parsePolicies(text, known, input.lab.policy ?? null);
  if (!policies.ok) throw new CliFailure('usage', `--policy: ${policies.refusal}`);
  return policies.value;
}
