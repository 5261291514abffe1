import { noticeName } from './notice-word';
import type { OperationOutcome, RunCost, RunDescription, RunSummary, RunViolation } from './run-description';

/** What a run under one policy came to, in one word. `bound`: it was given up, so that nothing follows. */
export type Verdict = 'holds' | 'safety' | 'liveness' | 'bound';

/** One policy of a comparison. */
export interface ComparedRun {
  readonly policy: string;
  /** Variant by axis. */
  readonly variants: Readonly<Record<string, string>>;
  readonly verdict: Verdict;
  readonly operations: readonly OperationOutcome[];
  /** How long the operations were held up by others, summed. */
  readonly blockedNs: number;
  readonly endNs: number;
  readonly cost: RunCost;
  /** The first safety or liveness violation. */
  readonly firstBadEvent: RunViolation | null;
  /** Rules whose notices were seen, with their words: "S16", "S17 incoherent". */
  readonly notices: readonly string[];
  /** Expectations of the lab that are not met. */
  readonly unmet: number;
  readonly digest: string;
}

/** One workload under several policies. */
export interface Comparison {
  readonly lab: string;
  readonly rows: readonly ComparedRun[];
}

export function comparedRun(summary: RunSummary, { variants }: Pick<RunDescription, 'variants'>): ComparedRun {
  const { violations, operations } = summary;
  const firstBadEvent = violations.reduce<RunViolation | null>((first, violation) => (first === null || violation.step < first.step ? violation : first), null);
  return {
    policy: summary.policy, variants: Object.fromEntries(variants.map(({ axis, id }) => [axis, id])), verdict: verdictOf(summary), operations, blockedNs: operations.reduce((sum, { blockedNs }) => sum + blockedNs, 0), endNs: summary.endNs, cost: summary.cost,
    firstBadEvent, notices: [...new Set(summary.notices.map(noticeName))], unmet: summary.expectations.filter(({ ok }) => ok === false).length, digest: summary.digest,
  };
}

function verdictOf({ violations, end }: RunSummary): Verdict {
  if (violations.some(violation => violation.class === 'safety')) return 'safety';
  if (violations.length > 0) return 'liveness';
  return end === 'bound' ? 'bound' : 'holds';
}

/** How an operation ended, in a word or two: "0", "ETXTBSY", "blocked", "killed by SIGBUS". */
export function outcomeWord({ state, result, errno, killedBy, status, blockedOn }: OperationOutcome): string {
  if (killedBy !== null) return `killed by ${killedBy}`;
  if (blockedOn !== null) return 'blocked';
  if (errno !== null) return errno;
  if (status !== null) return status;
  switch (state) {
    case 'done': return String(result ?? 0);
    case 'pending': return 'not reached';
    case 'running': return 'still running';
    case 'skipped': return 'skipped';
    case 'lost': return 'lost with the power';
  }
}

/** Operations whose outcome is not the same under every policy: what a reader looks for. */
export function differingOperations({ rows }: Comparison): readonly string[] {
  const [first] = rows;
  if (first === undefined) return [];
  return first.operations.map(({ op }) => op).filter(op => new Set(rows.map(row => wordOf(row, op))).size > 1);
}

/** Outcome of one operation of a row. */
export function wordOf({ operations }: ComparedRun, op: string): string {
  const outcome = operations.find(candidate => candidate.op === op);
  return outcome === undefined ? '–' : outcomeWord(outcome);
}

/** How the rows of a comparison are told apart: what all policies say, and what each says beside. */
export interface PolicyLabels {
  readonly common: string;
  readonly own: readonly string[];
}

/** Under one preset a row is the choices in which the rows differ; else it is its policy, less the words that all have. */
export function policyLabels({ rows }: Comparison): PolicyLabels {
  const words = rows.map(({ policy }) => policy.split(','));
  const isShared = (word: string): boolean => words.every(other => other.includes(word));
  const common = rows.length > 1 ? (words[0] ?? []).filter(isShared) : [];
  const [preset = ''] = words[0] ?? [];
  if (rows.length < 2 || !isShared(preset)) return { common: common.join(','), own: words.map(list => list.filter(word => !common.includes(word)).join(',')) };
  const axes = Object.keys(rows[0]?.variants ?? {}).filter(axis => new Set(rows.map(({ variants }) => variants[axis])).size > 1);
  const own = rows.map(({ variants }, nth) => [
    ...axes.map(axis => `${axis}=${variants[axis] ?? ''}`), ...(words[nth] ?? []).filter(word => !isShared(word) && !axes.some(axis => word.startsWith(`${axis}=`))),
  ].join(','));
  return { common: common.join(','), own };
}
