import { sharePercent, type Conformance, type ConformanceRow, type Tally } from '@shared/protocol/conformance';
import type { ConformRow } from './conform';

const tallyOf = (rows: readonly ConformRow[]): Tally => {
  const count = (verdict: ConformRow['verdict']): number => rows.filter(row => row.verdict === verdict).length;
  return { agree: count('agree'), differ: count('differ'), notModelled: count('not-modelled') };
};

function talliesBy(rows: readonly ConformRow[], key: (row: ConformRow) => string): Readonly<Record<string, Tally>> {
  const keys = [...new Set(rows.map(key))].sort();
  return Object.fromEntries(keys.map(name => [name, tallyOf(rows.filter(row => key(row) === name))]));
}

export function reportOf(rows: readonly ConformRow[]): Conformance {
  return {
    totals: tallyOf(rows), areas: talliesBy(rows, ({ area }) => area), operations: talliesBy(rows, ({ operation }) => operation), kernels: talliesBy(rows, ({ kernel }) => kernel),
    rows: rows.map(({ id, area, kernel, operation, verdict, expected, got, reason }) => ({ id, area, kernel, operation, agree: verdict === 'agree', verdict, expected, got, reason })),
  };
}

/** Cells of a table with one row for each name and the total. */
export function tallyRows(heading: string, tallies: Readonly<Record<string, Tally>>, totals: Tally): readonly (readonly string[])[] {
  const row = (name: string, tally: Tally): readonly string[] =>
    [name, String(tally.agree), String(tally.differ), String(tally.notModelled), `${sharePercent(tally).toFixed(1)} %`];
  return [[heading, 'agree', 'differ', 'not modelled', 'agree %'], ...Object.entries(tallies).map(([name, tally]) => row(name, tally)), row('all', totals)];
}

/** Reasons why observations have no lab or no comparison, the most frequent first, with one observation of each. */
export function reasonsOf(rows: readonly ConformanceRow[], verdict: ConformRow['verdict']): readonly { readonly reason: string; readonly count: number; readonly example: string }[] {
  const reasons = new Map<string, { count: number; example: string }>();
  for (const row of rows.filter(candidate => candidate.verdict === verdict)) {
    const reason = row.reason.replace(/^actors\.[^:]*: /, '');
    const known = reasons.get(reason);
    if (known === undefined) reasons.set(reason, { count: 1, example: row.id });
    else known.count++;
  }
  return [...reasons].map(([reason, { count, example }]) => ({ reason, count, example })).sort((a, b) => b.count - a.count);
}
