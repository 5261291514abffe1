import type { Outcome } from './observation/observation';
import type { Evidence } from './evidence/evidence';
import { factOf, NOT_COMPARED } from './evidence/registry';
import { resultOf, usesGonePage } from './evidence/result';
import { elapsedClass } from './evidence/timing';
import { NotModelled } from './translation/not-modelled';

/** One thing observed and what the lab shows of it. */
export interface Difference {
  readonly what: string;
  readonly expected: string;
  readonly got: string;
}

/** How a run stands to an outcome: where they differ, and what of the outcome the lab cannot show. */
export interface Comparison {
  readonly differences: readonly Difference[];
  readonly unseen: readonly string[];
}

/** Compares everything that vocabulary 8 marks for comparison. */
export function compareOutcome(evidence: Evidence, outcome: Outcome): Comparison {
  const differences: Difference[] = [];
  const unseen: string[] = [];
  const note = (what: string, expected: unknown, got: unknown, isEqual = same(expected, got)): void => {
    if (!isEqual) differences.push({ what, expected: shown(expected), got: shown(got) });
  };
  const call = resultOf(evidence, outcome.result, isTimed(outcome));
  note('result', outcome.result, call.result);
  if (outcome.result === call.result) note('errno', outcome.errno, call.errno);
  if (isTimed(outcome)) note('elapsed', outcome.elapsedClass, elapsedClass(evidence));
  if (/crash/i.test(outcome.notes)) note('later crash', 'use of a page whose device is gone', usesGonePage(evidence) ? 'use of a page whose device is gone' : 'none');
  for (const [counter, expected] of Object.entries(outcome.counters)) {
    if (NOT_COMPARED.has(counter)) continue;
    const fact = factOf(counter);
    try {
      if (fact === undefined) throw new NotModelled(counter);
      const got = fact(evidence);
      note(counter, expected, got, RULES[counter]?.(expected, got) ?? same(expected, got));
    } catch (error) {
      if (!(error instanceof NotModelled)) throw error;
      unseen.push(error.message === counter ? `counter ${counter}` : `counter ${counter}: ${error.message}`);
    }
  }
  return { differences, unseen };
}

/** A call that was not timed, or that took the kernel down, has no class. */
const isTimed = ({ elapsedClass: observed }: Outcome): boolean => observed !== 'n/a';

const zeroOrNot = (expected: unknown, got: unknown): boolean => (Number(expected) === 0) === (Number(got) === 0);

/** Counters of which not the number counts (vocabulary 8.2, column "compare"). */
const RULES: Readonly<Record<string, (expected: unknown, got: unknown) => boolean>> = {
  pgmigrate_fail: zeroOrNot, blocks_after_reads: zeroOrNot, blocks_after_32_stores: zeroOrNot,
};

/** Equal as data, whatever the order of the parts of a histogram. */
function same(expected: unknown, got: unknown): boolean {
  return shown(expected) === shown(got);
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, part]) => `${key}: ${shown(part)}`).join(', ')}}`;
  }
  return value === null || value === undefined ? 'none' : typeof value === 'string' ? value : JSON.stringify(value);
}
