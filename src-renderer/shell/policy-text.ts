import { newestPreset } from '@shared/lab/policy-text';
import type { Catalogue, PresetEntry } from '@shared/protocol/catalogue';

/** One SPEC of the policy grammar, taken apart: "linux-6.12,longterm-file-pin=allow-all,lease-grace=45 s". */
export interface PolicyChoice {
  /** Null: the newest preset. */
  readonly preset: string | null;
  readonly axes: Readonly<Record<string, string>>;
  readonly knobs: Readonly<Record<string, string>>;
  /** Parts that the form has no control for: "build=6.1.192", "truncate-vs-dma=*". They are kept. */
  readonly rest: readonly string[];
}

export function parsePolicy(text: string, catalogue: Catalogue): PolicyChoice {
  const axes: Record<string, string> = {};
  const knobs: Record<string, string> = {};
  const rest: string[] = [];
  let preset: string | null = null;
  for (const part of text.split(',').map(piece => piece.trim()).filter(piece => piece !== '')) {
    const [name = '', value] = part.split('=').map(piece => piece.trim());
    const axis = catalogue.axes.find(entry => entry.id === name);
    if (value === undefined && preset === null && catalogue.presets.some(entry => entry.id === name)) preset = name;
    else if (value !== undefined && axis?.variants.some(variant => variant.id === value) === true) axes[name] = value;
    else if (value !== undefined && catalogue.knobs.some(knob => knob.name === name)) knobs[name] = value;
    else rest.push(part);
  }
  return { preset, axes, knobs, rest };
}

export function policyText({ preset, axes, knobs, rest }: PolicyChoice): string {
  const settings = Object.entries({ ...axes, ...knobs }).map(([name, value]) => `${name}=${value}`);
  return [...(preset === null ? [] : [preset]), ...settings, ...rest].join(',');
}

/** The preset a choice rests on: its own, else the newest kernel. */
export function presetOf(choice: PolicyChoice, catalogue: Catalogue): PresetEntry | undefined {
  return catalogue.presets.find(entry => entry.id === choice.preset) ?? (catalogue.presets.length === 0 ? undefined : newestPreset(catalogue));
}

/** "linux-4.20" and "truncate-vs-dma: none"; several changes are counted. */
export function policySummary(text: string, catalogue: Catalogue): { readonly preset: string; readonly changes: string } {
  if (text.includes(';')) return { preset: `${text.split(';').length} policies`, changes: '' };
  const choice = parsePolicy(text, catalogue);
  const changes = [...Object.entries({ ...choice.axes, ...choice.knobs }).map(([name, value]) => `${name}: ${value}`), ...choice.rest];
  return {
    preset: presetOf(choice, catalogue)?.id ?? 'newest kernel',
    changes: changes.length > 1 ? `${changes.length} changes` : changes[0] ?? '',
  };
}
