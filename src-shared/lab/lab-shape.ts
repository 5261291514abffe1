import type { core } from 'zod';
import { didYouMean } from '../base/nearest';
import { accepted, refused, type Result } from '../base/result';
import type { LabFinding, LabPath } from './lab-check';
import type { Plain } from './lab-form';
import { anyParts, knownFields, labShape, type LabFileForm } from './lab-schema';

export interface ShapedLab {
  readonly form: LabFileForm;
  /** Fields that nobody knows; `form` is without them. */
  readonly unknown: readonly LabFinding[];
}

const shape = labShape(anyParts);

/** Reads plain data as a lab file: names, lists, types. Refuses with everything that has the wrong shape. */
export function shapedLab(file: Plain): Result<ShapedLab, readonly LabFinding[]> {
  const parsed = shape.safeParse(file);
  if (parsed.success) return accepted({ form: parsed.data, unknown: [] });
  const findings = parsed.error.issues.flatMap(issue => findingsOf(issue, file));
  const errors = findings.filter(finding => finding.severity === 'error');
  if (errors.length > 0) return refused(errors);
  const known = findings.reduce((rest, { path }) => without(rest, path), file);
  return accepted({ form: shape.parse(known), unknown: findings });
}

/** A copy without the field at the end of `path`; what lies beside the path is shared. */
function without(from: Plain, [key, ...rest]: LabPath): Plain {
  if (Array.isArray(from)) return from.map((item: Plain, at) => (at === key ? without(item, rest) : item));
  const entries = Object.entries(from as Readonly<Record<string, Plain>>);
  if (rest.length === 0) return Object.fromEntries(entries.filter(([name]) => name !== key));
  return Object.fromEntries(entries.map(([name, item]) => [name, name === key ? without(item, rest) : item]));
}

const valueAt = (from: unknown, path: LabPath): unknown =>
  path.reduce((value: unknown, key) => (typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[key] : undefined), from);

function findingsOf(reported: core.$ZodIssue, file: Plain): readonly LabFinding[] {
  const issue = deepest(reported);
  const path = issue.path as LabPath;
  const error = (message: string, at: 'key' | 'value'): LabFinding => ({ path, at, severity: 'error', message });
  if (issue.code === 'unrecognized_keys') return issue.keys.map(key => unknownField(path, key));
  const field = `${path.at(-1) ?? 'lab'}`;
  if (issue.code === 'invalid_key') return [error(`"${field}" ${issue.issues[0]?.message ?? 'is not a name'}.`, 'key')];
  const value = valueAt(file, path);
  if (value === undefined) return [error(`"${field}" is missing: ${issue.message}.`, 'key')];
  const what = typeof path.at(-1) === 'number' ? `Item ${Number(path.at(-1)) + 1}` : field;
  return [error(`${what} is ${shown(value)}: ${issue.message}.`, 'value')];
}

/** Of a value that fits no alternative, the complaint of the one that it came closest to. */
function deepest(issue: core.$ZodIssue): core.$ZodIssue {
  if (issue.code !== 'invalid_union') return issue;
  const inner = issue.errors.flatMap(issues => issues.slice(0, 1)).map(deepest);
  const best = inner.reduce<core.$ZodIssue | null>((longest, candidate) => (candidate.path.length > (longest?.path.length ?? 0) ? candidate : longest), null);
  // Zod's own words for what a person never meant to write ("expected null") are no help; the outer message is ours.
  if (best === null || best.message.startsWith('Invalid')) return issue;
  return { ...best, path: [...issue.path, ...best.path] };
}

function unknownField(path: LabPath, key: string): LabFinding {
  const place = path.find(step => typeof step === 'string' && step in knownFields && step !== 'topology') ?? path[0] ?? 'lab';
  const hint = didYouMean(key, knownFields[place] ?? []);
  const at = { path: [...path, key], at: 'key' } as const;
  // An assertion that nobody checks would look like one that holds.
  if (place === 'expect') return { ...at, severity: 'error', message: `An expectation has no field "${key}".${hint} There are ${knownFields[place]?.join(', ') ?? ''}.` };
  return { ...at, severity: 'unknown-field', message: `Unknown field "${key}"; it is kept and does nothing.${hint}` };
}

function shown(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
