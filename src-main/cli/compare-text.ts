import { differingOperations, outcomeWord, policyLabels, wordOf, type ComparedRun, type Comparison } from '@shared/trace/comparison';
import { showNs } from '@shared/units/show';
import { table } from './output';

const VERDICTS = { holds: 'holds', safety: 'SAFETY', liveness: 'LIVENESS', bound: 'not complete' } as const;

/** What was wrong first, with its rule. */
const badEvent = ({ firstBadEvent }: ComparedRun): string => (firstBadEvent === null ? '' : `${firstBadEvent.id} at ${showNs(firstBadEvent.timeNs)}${firstBadEvent.assumed ? ' [assumed]' : ''}`);

function costText({ cost }: ComparedRun): string {
  return [
    cost.waits > 0 ? `${cost.waits} waits` : '', cost.zeroedPages > 0 ? `${cost.zeroedPages} pages zeroed` : '', cost.bouncedPages > 0 ? `${cost.bouncedPages} pages bounced` : '',
  ].filter(text => text !== '').join(', ') || '–';
}

/** Columns of the table: facts of the run, then the operations that do not end alike under every policy. */
function columns(comparison: Comparison): readonly (readonly [string, (row: ComparedRun, nth: number) => string])[] {
  const { own } = policyLabels(comparison);
  return [
    ['policy', (_row, nth) => own[nth] ?? ''], ['verdict', row => VERDICTS[row.verdict]],
    ...differingOperations(comparison).map(op => [op, (row: ComparedRun) => wordOf(row, op)] as const),
    ['blocked', row => (row.blockedNs === 0 ? '–' : showNs(row.blockedNs))], ['cost', costText], ['notices', row => row.notices.join(', ') || '–'], ['first bad event', row => badEvent(row) || '–'],
  ];
}

const cells = (comparison: Comparison): readonly (readonly string[])[] => {
  const shown = columns(comparison);
  return [shown.map(([title]) => title), ...comparison.rows.map((row, nth) => shown.map(([, cell]) => cell(row, nth)))];
};

/** The comparison as lines for a terminal. */
export function compareText(comparison: Comparison, title: string): readonly string[] {
  const { common } = policyLabels(comparison);
  const alike = comparison.rows[0]?.operations.filter(({ op }) => !differingOperations(comparison).includes(op)) ?? [];
  return [
    `${title} (${comparison.lab})`, ...(common === '' ? [] : [`under ${common}, and:`]), '', ...table(cells(comparison)),
    ...(alike.length === 0 ? [] : ['', 'alike under every policy:', ...table(alike.map(operation => [operation.op, operation.text, outcomeWord(operation)]))]),
    ...comparison.rows.flatMap(({ firstBadEvent, policy }) => (firstBadEvent === null ? [] : ['', `${firstBadEvent.id} under ${policy}: ${firstBadEvent.sentence}`, ...firstBadEvent.chain.map((line, at) => `  ${at + 1}. ${line}`)])),
  ];
}

const escaped = (cell: string): string => cell.replaceAll('|', '\\|');
const markdownRow = (row: readonly string[]): string => `| ${row.map(escaped).join(' | ')} |`;

/** The comparison as a table for a mail or a ticket. */
export function compareMarkdown(comparison: Comparison, title: string): readonly string[] {
  const [head = [], ...rows] = cells(comparison);
  const { common } = policyLabels(comparison);
  return [`### ${title}`, '', ...(common === '' ? [] : [`\`${common}\`, and:`, '']), markdownRow(head), markdownRow(head.map(() => '---')), ...rows.map(markdownRow)];
}
