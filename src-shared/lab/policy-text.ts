import { didYouMean } from '../base/nearest';
import { accepted, refused, type Result } from '../base/result';
import type { Catalogue, PresetEntry } from '../protocol/catalogue';
import { scalarProblem } from './scalar-text';

/** One kernel policy, every axis decided. */
export interface ResolvedPolicy {
  /** Preset, then what differs from it, in the order of the catalogue: the same policy always reads the same. */
  readonly text: string;
  readonly preset: string;
  /** Variant by axis. */
  readonly variants: Readonly<Record<string, string>>;
  /** Value by knob, as written; only those that somebody named. */
  readonly knobs: Readonly<Record<string, string>>;
  /** Kernel build whose observed quirks apply. */
  readonly build: string | null;
}

/** A comparison of more policies than this is a typing mistake: `*` on five axes. */
export const POLICIES_MAX = 1024;

/**
 * Reads `SPEC[;SPEC…]`, a SPEC being a comma list of PRESET, `axis=variant`, `axis=*`, `knob=value`, `build=…` or `all`.
 * What a SPEC does not name comes from the lab's own policy, else from the newest preset; a preset names every axis.
 * Null asks for what the lab says. Refuses with the word that is wrong, the nearest one, and what there is.
 */
export function parsePolicies(text: string | null, catalogue: Catalogue, labPolicy: string | null): Result<readonly ResolvedPolicy[], string> {
  const newest = newestPreset(catalogue);
  const shipped: ResolvedPolicy = { text: newest.id, preset: newest.id, variants: newest.variants, knobs: {}, build: null };
  if (labPolicy === null) return text === null ? accepted([shipped]) : expandAll(text, catalogue, [shipped]);
  const ofLab = expandAll(labPolicy, catalogue, [shipped]);
  if (text === null) return ofLab;
  if (!ofLab.ok) return refused(`The lab's own policy cannot be used: ${ofLab.refusal}`);
  return expandAll(text, catalogue, ofLab.value);
}

/** The last shipped kernel: the `linux-*` preset with the highest version. */
export function newestPreset(catalogue: Catalogue): PresetEntry {
  const version = ({ id }: PresetEntry): number => {
    const match = /^linux-(\d+)\.(\d+)$/.exec(id);
    return match === null ? -1 : Number(match[1]) * 10_000 + Number(match[2]);
  };
  return catalogue.presets.reduce((best, preset) => (version(preset) > version(best) ? preset : best));
}

/** What one SPEC names, each with the values it takes in turn. */
interface Spec {
  presets: readonly PresetEntry[];
  readonly variants: Map<string, readonly string[]>;
  readonly knobs: Map<string, string>;
  build: string | null;
}

function expandAll(text: string, catalogue: Catalogue, bases: readonly ResolvedPolicy[]): Result<readonly ResolvedPolicy[], string> {
  const policies = new Map<string, ResolvedPolicy>();
  for (const part of text.split(';')) {
    const spec = parseSpec(part, catalogue);
    if (!spec.ok) return spec;
    const count = [...spec.value.variants.values()].reduce((product, values) => product * values.length, bases.length * Math.max(1, spec.value.presets.length));
    if (policies.size + count > POLICIES_MAX) {
      return refused(`"${part.trim()}" stands for ${count} policies, the limit is ${POLICIES_MAX}. Use "*" on fewer axes.`);
    }
    for (const base of bases) for (const policy of expand(spec.value, base, catalogue)) policies.set(policy.text, policy);
  }
  return accepted([...policies.values()]);
}

function parseSpec(text: string, catalogue: Catalogue): Result<Spec, string> {
  const spec: Spec = { presets: [], variants: new Map(), knobs: new Map(), build: null };
  for (const word of text.split(',').map(part => part.trim())) {
    const problem = word.includes('=') ? addSetting(word, spec, catalogue) : addPreset(word, spec, catalogue);
    if (problem !== null) return refused(problem);
  }
  return accepted(spec);
}

function addPreset(word: string, spec: Spec, catalogue: Catalogue): string | null {
  const ids = catalogue.presets.map(preset => preset.id);
  if (word === '') return `A policy is empty. Give a preset (${ids.join(', ')}), axis=variant, knob=value, or "all".`;
  const chosen = word === 'all' ? catalogue.presets : catalogue.presets.filter(preset => preset.id === word);
  if (chosen.length === 0) {
    const axis = catalogue.axes.find(candidate => candidate.id === word || candidate.variants.some(variant => variant.id === word));
    const hint = axis === undefined ? didYouMean(word, [...ids, 'all']) : ` To set the axis ${axis.id}, write ${axis.id}=${axis.id === word ? 'VARIANT' : word}.`;
    return `Unknown preset "${word}".${hint} Presets: ${ids.join(', ')}, or "all".`;
  }
  if (spec.presets.length > 0) return `"${word}" is a second preset in one policy. Part policies with ";" to run several.`;
  spec.presets = chosen;
  return null;
}

function addSetting(word: string, spec: Spec, catalogue: Catalogue): string | null {
  const at = word.indexOf('=');
  const name = word.slice(0, at).trim();
  const value = word.slice(at + 1).trim();
  if (name === 'build') return addBuild(value, spec, catalogue);
  if (spec.variants.has(name) || spec.knobs.has(name)) return `"${name}" is set twice in one policy. Keep one of them.`;
  const axis = catalogue.axes.find(candidate => candidate.id === name);
  if (axis !== undefined) {
    const ids = axis.variants.map(variant => variant.id);
    if (value !== '*' && !ids.includes(value)) return `Unknown variant "${value}" of ${name}.${didYouMean(value, ids)} Variants: ${ids.join(', ')}, or "*" for each in turn.`;
    spec.variants.set(name, value === '*' ? ids : [value]);
    return null;
  }
  const knob = catalogue.knobs.find(candidate => candidate.name === name);
  if (knob === undefined) {
    const axes = catalogue.axes.map(candidate => candidate.id);
    const knobs = catalogue.knobs.map(candidate => candidate.name);
    return `Unknown axis or knob "${name}".${didYouMean(name, [...axes, ...knobs])} Axes: ${axes.join(', ')}. Knobs: ${knobs.join(', ')}.`;
  }
  const problem = scalarProblem(value, knob.type);
  if (problem !== null) return `Knob ${name} is "${value}": ${problem}.`;
  spec.knobs.set(name, value);
  return null;
}

function addBuild(value: string, spec: Spec, catalogue: Catalogue): string | null {
  if (spec.build !== null) return '"build" is set twice in one policy. Keep one of them.';
  const builds = Object.keys(catalogue.builds);
  if (!builds.includes(value)) return `Unknown build "${value}".${didYouMean(value, builds)} Builds: ${builds.join(', ')}.`;
  spec.build = value;
  return null;
}

function expand(spec: Spec, base: ResolvedPolicy, catalogue: Catalogue): readonly ResolvedPolicy[] {
  const knobs = { ...base.knobs, ...Object.fromEntries(spec.knobs) };
  // A build belongs to the kernel that was named with it: another preset leaves it behind.
  let policies = spec.presets.length === 0
    ? [having(base, { knobs, build: spec.build ?? base.build })]
    : spec.presets.map(preset => having(base, { preset: preset.id, variants: preset.variants, knobs, build: spec.build }));
  for (const [axis, values] of spec.variants) {
    policies = policies.flatMap(policy => values.map(value => having(policy, { variants: { ...policy.variants, [axis]: value } })));
  }
  return policies.map(policy => having(policy, { text: textOf(policy, catalogue) }));
}

const having = (policy: ResolvedPolicy, change: Partial<ResolvedPolicy>): ResolvedPolicy => ({ ...policy, ...change });

function textOf(policy: ResolvedPolicy, catalogue: Catalogue): string {
  const preset = catalogue.presets.find(candidate => candidate.id === policy.preset);
  const changed = catalogue.axes.filter(({ id }) => policy.variants[id] !== preset?.variants[id]).map(({ id }) => `${id}=${policy.variants[id] ?? ''}`);
  const knobs = catalogue.knobs.filter(({ name }) => name in policy.knobs).map(({ name }) => `${name}=${policy.knobs[name] ?? ''}`);
  const build = policy.build === null ? [] : [`build=${policy.build}`];
  return [policy.preset, ...changed, ...knobs, ...build].join(',');
}
