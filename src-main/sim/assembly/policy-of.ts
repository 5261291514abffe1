import { assert } from '@shared/base/assert';
import type { ResolvedPolicy } from '@shared/lab/policy-text';
import { isByEra, KNOBS, knobsFromTexts, type KnobTexts } from '../policies/knobs';
import { BUILDS, PRESETS } from '../policies/presets';
import type { AxisId, Policy, PolicyVariant } from '../policies/policy';
import { VARIANTS } from '../policies/registry';

/** The variants and knobs that a resolved policy names. */
export function policyOf(resolved: ResolvedPolicy): Policy {
  const on = <A extends AxisId>(axis: A): Extract<PolicyVariant, { axis: A }> => {
    const variant = VARIANTS.find(candidate => candidate.axis === axis && candidate.id === resolved.variants[axis]);
    assert(variant !== undefined, 'a resolved policy names variants of the registry', { axis, id: resolved.variants[axis] });
    return variant as Extract<PolicyVariant, { axis: A }>;
  };
  return {
    daxFault: on('dax-fault'), truncateVsDma: on('truncate-vs-dma'), longtermFilePin: on('longterm-file-pin'), leaseBreak: on('lease-break'), pinAccounting: on('pin-accounting'),
    zoneDeviceRefcount: on('zone-device-refcount'), bioCompletion: on('bio-completion'), writebackVsPin: on('writeback-vs-pin'), deviceMigration: on('device-migration'),
    knobs: knobsFromTexts(knobValues(resolved)),
  };
}

/** What O_DIRECT takes under the bio-completion in force: what end_io releases. */
function directIoHold(resolved: ResolvedPolicy): string {
  const variant = VARIANTS.find(({ axis, id }) => axis === 'bio-completion' && id === resolved.variants[axis]);
  return variant?.axis === 'bio-completion' ? variant.directIoHold : '';
}

/** Values of all knobs: what somebody named, else what the build does, else the default; what is left to the era as the preset has it. */
export function knobValues(resolved: ResolvedPolicy): KnobTexts {
  const era: Readonly<Record<string, string>> = { ...PRESETS.find(({ id }) => id === resolved.preset)?.knobs, odirectHold: directIoHold(resolved) };
  const build = resolved.build === null ? {} : BUILDS[resolved.build] ?? {};
  return Object.fromEntries(Object.values(KNOBS).map(({ name, type }) => {
    const text = resolved.knobs[name] ?? build[name] ?? type.default;
    return [name, isByEra(text) ? era[name] ?? '' : text];
  })) as KnobTexts;
}

/** Every variant in force, in the order of the axes. */
export const activeVariants = (policy: Policy): readonly PolicyVariant[] => [
  policy.daxFault, policy.truncateVsDma, policy.longtermFilePin, policy.leaseBreak, policy.pinAccounting, policy.zoneDeviceRefcount, policy.bioCompletion, policy.writebackVsPin,
  policy.deviceMigration,
];
