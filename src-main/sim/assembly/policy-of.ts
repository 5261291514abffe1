import { assert } from '@shared/base/assert';
import type { ResolvedPolicy } from '@shared/lab/policy-text';
import { KNOBS } from '../policies/knobs';
import { PRESETS } from '../policies/presets';
import type { AxisId, Knobs, Policy, PolicyVariant } from '../policies/policy';
import { VARIANTS } from '../policies/registry';

/** The variants and knobs that a resolved policy names. */
export function policyOf(resolved: ResolvedPolicy): Policy {
  const on = <A extends AxisId>(axis: A): Extract<PolicyVariant, { axis: A }> => {
    const variant = VARIANTS.find(candidate => candidate.axis === axis && candidate.id === resolved.variants[axis]);
    assert(variant !== undefined, 'a resolved policy names variants of the registry', { axis, id: resolved.variants[axis] });
    return variant as Extract<PolicyVariant, { axis: A }>;
  };
  return {
    truncateVsDma: on('truncate-vs-dma'),
    pinAccounting: on('pin-accounting'),
    zoneDeviceRefcount: on('zone-device-refcount'),
    longtermFilePin: on('longterm-file-pin'),
    bioCompletion: on('bio-completion'),
    others: [on('dax-fault'), on('lease-break'), on('writeback-vs-pin'), on('device-migration')],
    knobs: knobsOf(resolved),
  };
}

/** Values of all knobs: what somebody named, else the default; what is left to the era as the preset has it. */
export function knobValues(resolved: ResolvedPolicy): Readonly<Record<keyof typeof KNOBS, string>> {
  const era = PRESETS.find(({ id }) => id === resolved.preset)?.knobs ?? {};
  const value = (name: keyof typeof KNOBS): string => {
    const set = resolved.knobs[name] ?? String(KNOBS[name].type.default);
    return set === BY_ERA ? era[name] ?? 'false' : set;
  };
  return {
    scanRange: value('scanRange'), etxtbsyScope: value('etxtbsyScope'), busyFull: value('busyFull'), busySplit: value('busySplit'),
    mrReadOnlyForcesWrite: value('mrReadOnlyForcesWrite'),
  };
}

const BY_ERA = 'by-era';

function knobsOf(resolved: ResolvedPolicy): Knobs {
  const values = knobValues(resolved);
  return {
    scanRange: values.scanRange === 'op-range' ? 'op-range' : 'whole-file',
    etxtbsyScope: values.etxtbsyScope === 'any-ref' ? 'any-ref' : 'longterm-only',
    busyFull: values.busyFull === 'enospc' ? 'enospc' : 'wait',
    busySplit: values.busySplit === 'true',
    mrReadOnlyForcesWrite: values.mrReadOnlyForcesWrite === 'true',
  };
}

/** Every variant in force, in the order of the axes. */
export const activeVariants = (policy: Policy): readonly PolicyVariant[] =>
  [policy.truncateVsDma, policy.longtermFilePin, policy.pinAccounting, policy.zoneDeviceRefcount, policy.bioCompletion, ...policy.others];
