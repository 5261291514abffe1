import type { Expectation, Lab } from '@shared/lab/lab';
import type { ResolvedPolicy } from '@shared/lab/policy-text';
import type { ExpectationOutcome, RunDescription, RunSummary, RunViolation } from '@shared/trace/run-description';
import { Trace } from '@shared/trace/cursor';
import { appliesTo } from '../sim/assembly/expectations';
import { runLab } from '../sim/assemble';
import { CliFailure, diagnosticLine } from './cli-failure';
import type { Exit } from './exit-codes';
import { worst } from './exit-codes';
import type { LabInput } from './lab-input';

/** One run that took place, with the whole of its trace. */
export interface FinishedRun {
  readonly policy: ResolvedPolicy;
  readonly trace: Trace;
  readonly description: RunDescription;
  readonly summary: RunSummary;
}

export interface RunWish {
  readonly policy: ResolvedPolicy;
  readonly seed: number | null;
  readonly schedule: string | null;
}

/** Runs a lab in this thread, or ends the command with the places in the file that keep it from running. */
export function finishRun(input: LabInput, { policy, seed, schedule }: RunWish): FinishedRun {
  const trace = new Trace();
  const result = runLab(input.lab, { name: input.name, policy: policy.text, seed, schedule }, chunk => trace.append(chunk));
  if (!result.ok) {
    const diagnostics = result.refusal.map(problem => input.diagnose(problem));
    throw new CliFailure('badInput', diagnostics.map(diagnosticLine).join('\n'), diagnostics);
  }
  return { policy, trace, ...result.value };
}

/** Each expectation that speaks about this run, with what became of it. */
export function judged(lab: Lab, { policy, summary }: FinishedRun): readonly (readonly [Expectation, ExpectationOutcome])[] {
  const spoken = (lab.expect ?? []).filter(expectation => appliesTo(expectation, policy));
  return summary.expectations.flatMap((outcome, at) => {
    const expectation = spoken[at];
    return expectation === undefined ? [] : [[expectation, outcome] as const];
  });
}

/** Violations that no expectation of the lab asked for. */
export function unexpectedViolations(lab: Lab, run: FinishedRun): readonly RunViolation[] {
  const expected = new Set(judged(lab, run).filter(([, { ok }]) => ok === true).map(([{ violated }]) => violated));
  return expected.has('any') ? [] : run.summary.violations.filter(({ id }) => !expected.has(id));
}

export function exitOf(lab: Lab, run: FinishedRun): Exit {
  const exits: Exit[] = unexpectedViolations(lab, run).map(violation => (violation.class === 'liveness' ? 'liveness' : 'safety'));
  if (run.summary.expectations.some(({ ok }) => ok === false)) exits.push('expectation');
  if (run.summary.end === 'bound') exits.push('notComplete');
  return worst(exits);
}
