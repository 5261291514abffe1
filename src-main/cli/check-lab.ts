import { parsePolicies, type ResolvedPolicy } from '@shared/lab/policy-text';
import type { Expectation } from '@shared/lab/lab';
import type { Catalogue } from '@shared/protocol/catalogue';
import type { Diagnostic } from '@shared/protocol/commands';
import { showNs } from '@shared/units/show';
import { textOf } from '../sim/assembly/expectations';
import { CliFailure, diagnosticLine } from './cli-failure';
import { worst, type Exit } from './exit-codes';
import { openLab, type LabInput } from './lab-input';
import { exitOf, finishRun, judged, unexpectedViolations, type FinishedRun } from './run-lab';

/** One expectation of a lab in one of its runs, or something that no expectation foresaw. */
export interface CheckedExpectation {
  readonly policy: string;
  readonly schedule: string | null;
  readonly text: string;
  readonly holds: string;
  /** Null while only exploring could tell. */
  readonly ok: boolean | null;
  readonly reason: string;
  /** Where it stands in the file. */
  readonly line: number;
}

export interface CheckedLab {
  readonly lab: string;
  readonly ok: boolean;
  readonly exit: Exit;
  readonly runs: number;
  readonly expectations: readonly CheckedExpectation[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Runs a lab under its own policy and under every one that its expectations speak of, and judges them. */
export async function checkLabFile(path: string, catalogue: Catalogue): Promise<CheckedLab> {
  try {
    return checkRuns(await openLab(path, catalogue), catalogue);
  } catch (error) {
    if (!(error instanceof CliFailure)) throw error;
    return { lab: path, ok: false, exit: error.exit, runs: 0, expectations: [], diagnostics: error.diagnostics.length > 0 ? error.diagnostics : [{ severity: 'error', message: error.message, file: path, line: 1, column: 1 }] };
  }
}

function checkRuns(input: LabInput, catalogue: Catalogue): CheckedLab {
  const runs = wishesOf(input, catalogue).map(({ policy, schedule }) => ({ schedule, finished: finishRun(input, { policy, seed: null, schedule }) }));
  const expectations = runs.flatMap(({ finished }) => [...judgedIn(input, finished), ...unforeseenIn(input, finished)]);
  const silent = silentExpectations(input, runs.map(({ finished }) => finished));
  const exit = worst([...runs.map(({ finished }) => exitOf(input.lab, finished)), ...(silent.length > 0 ? ['expectation' as const] : [])]);
  return { lab: input.path, ok: exit === 'asExpected', exit, runs: runs.length, expectations: [...expectations, ...silent], diagnostics: [...input.warnings] };
}

interface Wish {
  readonly policy: ResolvedPolicy;
  readonly schedule: string | null;
}

function wishesOf({ lab }: LabInput, catalogue: Catalogue): readonly Wish[] {
  const wishes = new Map<string, Wish>();
  const add = (text: string | null, schedule: string | null): void => {
    const policies = parsePolicies(text, catalogue, lab.policy ?? null);
    if (!policies.ok) throw new CliFailure('badInput', policies.refusal);
    for (const policy of policies.value) wishes.set(`${policy.text}\n${schedule ?? ''}`, { policy, schedule });
  };
  add(null, null);
  for (const expectation of lab.expect ?? []) add(conditionText(expectation), expectation.schedule ?? expectation.upTo ?? null);
  return [...wishes.values()];
}

/** The policy under which an expectation speaks; null where it always does. */
function conditionText({ when }: Expectation): string | null {
  if (when === undefined) return null;
  return typeof when === 'string' ? when : when.length === 0 ? null : when.join(',');
}

function judgedIn(input: LabInput, finished: FinishedRun): readonly CheckedExpectation[] {
  const { policy, schedule } = finished.summary;
  return judged(input.lab, finished)
    .filter(([, { ok }]) => ok !== null)
    .map(([expectation, { text, holds, ok, reason }]) => ({ policy, schedule, text, holds, ok, reason, line: lineOf(input, expectation) }));
}

/** Violations that no expectation names, and runs cut short: they fail a lab as well. */
function unforeseenIn(input: LabInput, finished: FinishedRun): readonly CheckedExpectation[] {
  const { summary } = finished;
  const failed = (text: string, reason: string): CheckedExpectation => ({ policy: summary.policy, schedule: summary.schedule, text, holds: 'this-run', ok: false, reason, line: 1 });
  const violations = unexpectedViolations(input.lab, finished).map(({ id, sentence, chain }) => failed(`not expected: ${id} violated`, `${sentence} ${chain.join('; ')}`));
  if (summary.end !== 'bound') return violations;
  return [...violations, failed('the run ends within its bounds', `a bound was hit after ${summary.steps} steps, ${showNs(summary.endNs)}; raise bounds.stepsMax or bounds.endNs`)];
}

/** Expectations about which no run said anything: a wrong condition would otherwise look like success. */
function silentExpectations(input: LabInput, runs: readonly FinishedRun[]): readonly CheckedExpectation[] {
  const spoken = new Set(runs.flatMap(finished => judged(input.lab, finished).filter(([, { ok }]) => ok !== null).map(([expectation]) => expectation)));
  return (input.lab.expect ?? []).filter(expectation => !spoken.has(expectation)).map(expectation => {
    const { holds = 'this-run' } = expectation;
    const isOpen = holds === 'some-schedule' && expectation.schedule === undefined;
    const reason = isOpen ? 'no schedule is named that shows it; find one by exploring and name it with "schedule:"' : 'no run of this lab matches it; correct "when:" or "schedule:"';
    return { policy: conditionText(expectation) ?? '', schedule: expectation.schedule ?? expectation.upTo ?? null, text: textOf(expectation), holds, ok: false, reason, line: lineOf(input, expectation) };
  });
}

function lineOf(input: LabInput, expectation: Expectation): number {
  return input.diagnose({ path: ['expect', (input.lab.expect ?? []).indexOf(expectation)], message: '' }).line;
}

/** Why a lab is not ok, a line each. */
export function complaintsOf({ lab, expectations, diagnostics }: CheckedLab): readonly string[] {
  const failed = expectations.filter(({ ok }) => ok === false);
  return [
    ...diagnostics.map(diagnosticLine),
    ...failed.map(({ line, policy, schedule, text, holds, reason }) => `${lab}:${line}: ${[policy, ...(schedule === null ? [] : [`schedule ${schedule}`])].join(', ')}: ${holds === 'this-run' ? '' : `${holds}: `}${text}: ${reason}`),
  ];
}
