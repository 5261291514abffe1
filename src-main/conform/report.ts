import type { ConformRow } from './conform';

export type ReportRow = Omit<ConformRow, 'lab'> & { readonly agree: boolean };

export interface Tally {
  readonly agree: number;
  readonly differ: number;
  readonly notModelled: number;
}

/** What `pinlab conform --json` prints (interfaces.md), and what the table shows. */
export interface ConformReport {
  readonly totals: Tally;
  readonly areas: Readonly<Record<string, Tally>>;
  readonly operations: Readonly<Record<string, Tally>>;
  readonly kernels: Readonly<Record<string, Tally>>;
  readonly rows: readonly ReportRow[];
}

const tallyOf = (rows: readonly ConformRow[]): Tally => {
  const count = (verdict: ConformRow['verdict']): number => rows.filter(row => row.verdict === verdict).length;
  return { agree: count('agree'), differ: count('differ'), notModelled: count('not-modelled') };
};

function talliesBy(rows: readonly ConformRow[], key: (row: ConformRow) => string): Readonly<Record<string, Tally>> {
  const keys = [...new Set(rows.map(key))].sort();
  return Object.fromEntries(keys.map(name => [name, tallyOf(rows.filter(row => key(row) === name))]));
}

export function reportOf(rows: readonly ConformRow[]): ConformReport {
  return {
    totals: tallyOf(rows), areas: talliesBy(rows, ({ area }) => area), operations: talliesBy(rows, ({ operation }) => operation), kernels: talliesBy(rows, ({ kernel }) => kernel),
    rows: rows.map(({ id, area, kernel, operation, verdict, expected, got, reason }) => ({ id, area, kernel, operation, agree: verdict === 'agree', verdict, expected, got, reason })),
  };
}

export const sharePercent = ({ agree, differ, notModelled }: Tally): number => (100 * agree) / Math.max(1, agree + differ + notModelled);

/** Cells of a table with one row for each name and the total. */
export function tallyRows(heading: string, tallies: Readonly<Record<string, Tally>>, totals: Tally): readonly (readonly string[])[] {
  const row = (name: string, tally: Tally): readonly string[] =>
    [name, String(tally.agree), String(tally.differ), String(tally.notModelled), `${sharePercent(tally).toFixed(1)} %`];
  return [[heading, 'agree', 'differ', 'not modelled', 'agree %'], ...Object.entries(tallies).map(([name, tally]) => row(name, tally)), row('all', totals)];
}

/** Reasons why observations have no lab or no comparison, the most frequent first, with one observation of each. */
export function reasonsOf(rows: readonly ReportRow[], verdict: ConformRow['verdict']): readonly { readonly reason: string; readonly count: number; readonly example: string }[] {
  const reasons = new Map<string, { count: number; example: string }>();
  for (const row of rows.filter(candidate => candidate.verdict === verdict)) {
    const reason = row.reason.replace(/^actors\.[^:]*: /, '');
    const known = reasons.get(reason);
    if (known === undefined) reasons.set(reason, { count: 1, example: row.id });
    else known.count++;
  }
  return [...reasons].map(([reason, { count, example }]) => ({ reason, count, example })).sort((a, b) => b.count - a.count);
}
