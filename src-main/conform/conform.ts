import { AssertionFailed } from '@shared/base/assert';
import type { Lab } from '@shared/lab/lab';
import { Trace } from '@shared/trace/cursor';
import type { LabProblem } from '../sim/api';
import { runLab } from '../sim/assemble';
import { compareOutcome, type Comparison } from './compare';
import { Evidence } from './evidence/evidence';
import type { Observation } from './observation/observation';
import { ClauseError } from './observation/values';
import { NotModelled } from './translation/not-modelled';
import { translate } from './translation/translate';

/** What came of one observation. */
export interface ConformRow {
  readonly id: string;
  readonly area: string;
  /** The kernel era whose policy the lab ran under. */
  readonly kernel: string;
  /** Word of the observed call. */
  readonly operation: string;
  readonly verdict: 'agree' | 'differ' | 'not-modelled';
  /** What was observed, and what the lab shows, where they differ. */
  readonly expected: string;
  readonly got: string;
  readonly reason: string;
  /** The lab that was made of it; null where a clause has no word in labs. */
  readonly lab: Lab | null;
}

/** Makes a lab of an observation, runs it under the policy of its kernel, and compares. */
export function conform(observation: Observation): ConformRow {
  const about = {
    id: observation.id, area: observation.area, kernel: /^Linux [\d.]+/.exec(observation.kernel)?.[0] ?? observation.kernel,
    operation: (observation.action.find(({ observe }) => observe) ?? observation.action[0])?.word ?? '',
  };
  const notModelled = (reason: string, lab: Lab | null): ConformRow => ({ ...about, verdict: 'not-modelled', expected: '', got: '', reason, lab });
  try {
    const { lab, scene } = translate(observation);
    const trace = new Trace();
    const result = runLab(lab, { name: observation.id, policy: null, seed: null, schedule: null }, chunk => { trace.append(chunk); });
    if (!result.ok) return notModelled(refusalText(result.refusal[0]), lab);
    const evidence = new Evidence({ trace, ...result.value }, scene);
    const comparisons = [observation.observed, ...observation.variants].map(outcome => compareOutcome(evidence, outcome));
    return { ...about, ...verdictOf(comparisons), lab };
  } catch (error) {
    if (error instanceof NotModelled) return notModelled(`no word in labs for ${error.message}`, null);
    if (error instanceof ClauseError) return notModelled(error.message, null);
    // A defect of the engine must not hide what became of all the others.
    if (error instanceof AssertionFailed) return { ...about, verdict: 'differ', expected: '', got: '', reason: `the engine is at fault: ${error.message}`, lab: null };
    throw error;
  }
}

/** Why a lab was refused: its first problem, without the list of what there is instead. */
function refusalText(problem: LabProblem | undefined): string {
  return problem === undefined ? 'the lab was refused' : `${problem.path.join('.')}: ${problem.message.split(/\. (?=There )/)[0] ?? ''}`;
}

/** Any of the outcomes of a race is legal; the first is the most frequent, and differences from it are those shown. */
function verdictOf(comparisons: readonly Comparison[]): Pick<ConformRow, 'verdict' | 'expected' | 'got' | 'reason'> {
  const seen = comparisons.find(({ differences, unseen }) => differences.length === 0 && unseen.length === 0);
  if (seen !== undefined) return { verdict: 'agree', expected: '', got: '', reason: '' };
  const { differences, unseen } = comparisons[0]!;
  if (differences.length === 0) return { verdict: 'not-modelled', expected: '', got: '', reason: `the lab does not show ${unseen.join(', ')}` };
  const list = (side: 'expected' | 'got'): string => differences.map(difference => `${difference.what} ${difference[side]}`).join(', ');
  return { verdict: 'differ', expected: list('expected'), got: list('got'), reason: differences.map(({ what, expected, got }) => `${what}: observed ${expected}, the lab shows ${got}`).join('; ') };
}
