import { accepted, refused, type Result } from '@shared/base/result';
import { z } from 'zod';
import { parseClauses, type Clause } from './clause';

/** What was seen of one outcome. Counter values are numbers, texts, truth values, histograms or lists of completions. */
export interface Outcome {
  readonly result: string;
  readonly errno: string;
  readonly elapsedClass: string;
  readonly counters: Readonly<Record<string, unknown>>;
  readonly notes: string;
}

/** One probe of a real kernel: what was prepared, what was done, what was seen. */
export interface Observation {
  /** A name for people; nothing is read from it. */
  readonly id: string;
  readonly area: string;
  readonly setup: readonly Clause[];
  readonly action: readonly Clause[];
  readonly observed: Outcome;
  /** Other outcomes of the same probe, each as legal: it was a race. */
  readonly variants: readonly Outcome[];
  /** "Linux 6.1.192 (…)". */
  readonly kernel: string;
}

/** What is wrong with a file of observations. */
export interface ObservationProblem {
  readonly file: string;
  /** Null where the file as a whole is wrong. */
  readonly id: string | null;
  readonly message: string;
}

const outcome = z.looseObject({
  result: z.string(), errno: z.string(), elapsed_ms_class: z.string(),
  counters: z.record(z.string(), z.unknown()).default({}), notes: z.string().default(''),
});
const entry = z.looseObject({
  id: z.string(), area: z.string(), setup: z.string(), action: z.string(), kernel: z.string(), observed: outcome,
  variants: z.array(outcome.partial({ counters: true, notes: true })).optional(),
});

const outcomeOf = (seen: z.infer<typeof outcome>): Outcome =>
  ({ result: seen.result, errno: seen.errno, elapsedClass: seen.elapsed_ms_class, counters: seen.counters, notes: seen.notes });

/** Reads a file of observations: a JSON list. Refuses with every mistake, each with its observation and clause. */
export function readObservations(text: string, file: string): Result<readonly Observation[], readonly ObservationProblem[]> {
  const list = listIn(text);
  if (!list.ok) return refused([{ file, id: null, message: list.refusal }]);
  const problems: ObservationProblem[] = [];
  const observations: Observation[] = [];
  list.value.forEach((item, at) => {
    const read = observationOf(item);
    if (read.ok) observations.push(read.value);
    else problems.push({ file, id: idOf(item) ?? `entry ${at + 1}`, message: read.refusal });
  });
  return problems.length > 0 ? refused(problems) : accepted(observations);
}

function listIn(text: string): Result<readonly unknown[], string> {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? accepted(value as readonly unknown[]) : refused('expected a JSON list of observations');
  } catch (error) {
    return refused(`is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const idOf = (item: unknown): string | null => (typeof item === 'object' && item !== null && 'id' in item && typeof item.id === 'string' ? item.id : null);

function observationOf(item: unknown): Result<Observation, string> {
  const parsed = entry.safeParse(item);
  if (!parsed.success) return refused(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
  const { id, area, kernel, observed, variants = [] } = parsed.data;
  const setup = parseClauses(parsed.data.setup);
  if (!setup.ok) return refused(`setup: "${setup.refusal.clause}": expected ${setup.refusal.expected}`);
  const action = parseClauses(parsed.data.action);
  if (!action.ok) return refused(`action: "${action.refusal.clause}": expected ${action.refusal.expected}`);
  if (action.value.length === 0) return refused('action: expected at least one clause');
  if (action.value.filter(clause => clause.observe).length > 1) return refused('action: expected "observe" at one clause at most');
  return accepted({
    id, area, kernel, setup: setup.value, action: action.value, observed: outcomeOf(observed),
    variants: variants.map(({ counters = {}, notes = '', ...variant }) => outcomeOf({ ...variant, counters, notes })),
  });
}
