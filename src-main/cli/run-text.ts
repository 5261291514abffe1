import { showCount, showNs } from '@shared/units/show';
import type { ExpectationOutcome, OperationOutcome, RunEnd, RunSummary, RunViolation } from '@shared/trace/run-description';
import { noticeWord } from '@shared/trace/notice-word';
import { table } from './output';

/** One run as text: what each operation did, what was violated and why, what was expected, and how to see it again. */
export function runText(summary: RunSummary, command: string): readonly string[] {
  const order = summary.schedule === null ? 'in time order' : `schedule ${summary.schedule}`;
  return [
    `${summary.lab}  policy ${summary.policy}  seed ${summary.seed}  ${order}`,
    '',
    ...operationLines(summary.operations),
    ...summary.violations.flatMap(violation => ['', ...violationLines('violated', violation), `  see it: ${command}`]),
    ...summary.notices.flatMap(notice => ['', ...violationLines(noticeWord(notice), notice)]),
    ...summary.leftBehind.flatMap(rest => ['', ...violationLines('at rest', rest)]),
    ...(summary.expectations.length === 0 ? [] : ['', 'expected', ...table(summary.expectations.map(expectationRow))]),
    '',
    `${summary.end === 'bound' ? 'not complete' : summary.end} after ${showCount(summary.steps)} steps, ${showNs(summary.endNs)}: ${ENDS[summary.end]}  digest ${summary.digest}`,
  ];
}

const ENDS: Readonly<Record<RunEnd, string>> = {
  finished: 'every program ended',
  blocked: 'nothing can go on',
  crash: 'the kernel would have crashed',
  lasso: 'the same state came back while operations go on',
  bound: 'a bound was hit',
};

/** A row for each operation; below one that is blocked, the chain of what it waits for. */
function operationLines(operations: readonly OperationOutcome[]): readonly string[] {
  const rows = table(operations.map(operationRow));
  return operations.flatMap(({ blockedOn }, at) => [rows[at] ?? '', ...(blockedOn === null ? [] : blockedOn.split('; ').map(line => `      ${line}`))]);
}

function operationRow(operation: OperationOutcome): readonly string[] {
  const { op, text, startNs, endNs, rounds, assumed } = operation;
  const times = startNs === null ? '' : `${showNs(startNs)} – ${endNs === null ? '' : showNs(endNs)}`.trimEnd();
  return [op, text, times, resultOf(operation) + (rounds > 1 ? ` (${rounds} rounds)` : '') + (assumed ? ' [assumed]' : '')];
}

function resultOf({ state, result, errno, killedBy, status, blockedOn }: OperationOutcome): string {
  if (killedBy !== null) return `ended by ${killedBy}`;
  if (blockedOn !== null) return 'blocked:';
  if (errno !== null) return errno;
  if (status !== null) return status;
  return state === 'done' ? String(result) : STATES[state];
}

const STATES = { pending: 'not reached', running: 'still running', skipped: 'skipped', lost: 'lost with the power' } as const;

function violationLines(word: string, { id, class: kind, sentence, chain, timeNs, step, assumed }: RunViolation): readonly string[] {
  const where = `step ${step}, ${showNs(timeNs)}`;
  return [
    `${word} ${id}${word === 'violated' ? ` (${kind})` : ''} at ${where}: ${sentence}${assumed ? ' [assumed: it rests on something nobody knows]' : ''}`,
    ...chain.map((line, at) => `  ${at + 1}. ${line}`),
  ];
}

function expectationRow({ text, holds, ok, reason }: ExpectationOutcome): readonly string[] {
  const mark = ok === null ? 'open' : ok ? 'ok' : 'FAILED';
  const scope = holds === 'this-run' ? '' : `${holds}: `;
  // One run cannot prove what every schedule does.
  return [mark, scope + text, ok !== true ? reason : holds === 'every-schedule' ? 'in this run' : ''];
}

/** The words of a command line that repeats a run. */
export function commandText(words: readonly string[]): string {
  return words.map(word => (/^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`)).join(' ');
}
