import type { RunSummary, RunViolation } from '@shared/trace/run-description';

/** What a run found, as every place on the screen counts it. */
export interface Findings {
  /** Safety and liveness violations, the first of them first. */
  readonly broken: readonly RunViolation[];
  readonly failed: RunSummary['expectations'];
  /** Worth seeing, and no violation: it is so by design. */
  readonly notices: readonly RunViolation[];
}

export function findingsOf({ violations, notices, expectations }: RunSummary): Findings {
  return {
    broken: violations.filter(violation => violation.class !== 'notice').sort((a, b) => a.step - b.step),
    failed: expectations.filter(({ ok }) => ok === false),
    notices: [...violations.filter(violation => violation.class === 'notice'), ...notices],
  };
}

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

/** "no invariant broke; 1 notice", "no invariant broke; incoherent", "2 invariants broke; 1 expectation failed". */
export function verdictText({ broken, failed, notices }: Findings): string {
  const parts = [broken.length === 0 ? 'no invariant broke' : `${counted(broken.length, 'invariant')} broke`];
  if (failed.length > 0) parts.push(`${counted(failed.length, 'expectation')} failed`);
  const named = [...new Set(notices.flatMap(({ word }) => (word === undefined ? [] : [word])))];
  const others = notices.filter(({ word }) => word === undefined).length;
  if (others > 0) parts.push(counted(others, 'notice'));
  parts.push(...named);
  return parts.join('; ');
}

/** How bad it is: something failed, something is worth a look, or nothing. */
export const moodOf = ({ broken, failed, notices }: Findings): 'bad' | 'noticed' | 'good' => (broken.length + failed.length > 0 ? 'bad' : notices.length > 0 ? 'noticed' : 'good');
