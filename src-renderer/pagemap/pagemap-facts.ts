import { EVENTS } from '@shared/trace/event';
import type { Trace } from '@shared/trace/cursor';
import type { State } from '@shared/state/arena';
import { frameName } from '@shared/trace/names';
import { daxEntryText, folioText, mappersText } from '@shared/trace/page-size';
import { PAGE_STATES, pageStatesIn, type PageStateId, type PageStateRun } from '@shared/trace/page-state';
import type { RunDescription, RunSummary } from '@shared/trace/run-description';
import { showCount, showPageBytes, showPages, showPfn } from '@shared/units/show';
import type { PageRange } from '@shared/units/pages';
import type { Fact } from '../design/fact';
import { PAGE_STATE_MARKS } from '../design/page-state-marks';

/** How many pages of `range` are in each state. */
export function pagesByState(runs: Iterable<PageStateRun>): ReadonlyMap<PageStateId, number> {
  const pages = new Map<PageStateId, number>();
  for (const { state, count } of runs) pages.set(state, (pages.get(state) ?? 0) + count);
  return pages;
}

/** Runs told in full before a cell only counts. */
const RUNS_TOLD = 1;

/** What a hover card says of the pages of one cell. */
export function factsOfCell(state: State, run: RunDescription, { first, count }: PageRange): Fact[] {
  const runs = [...pageStatesIn(state, run, first, first + count)];
  if (runs.length > RUNS_TOLD) return countsOf(runs);
  const [only] = runs;
  if (only === undefined) return [];
  const sizes: readonly (readonly [string, string | null])[] = [['folio', folioText(state, run, first)], ['mapped by', mappersText(state, run, first)], ['DAX entry', daxEntryText(state, run, first)]];
  return [
    ['state', `${PAGE_STATE_MARKS[only.state].glyph} ${PAGE_STATE_MARKS[only.state].label}`],
    ['is', count === 1 ? frameName(state, run, first) : `${showPages(count)}, ${showPageBytes(count)}, all alike`],
    ['owner', only.owner ?? 'nobody'],
    ['refcount', showCount(only.refs)],
    ...(only.pins > 0 ? [['pins', showCount(only.pins)] as const] : []),
    ...sizes.flatMap(([name, text]): Fact[] => (text === null ? [] : [[name, text]])),
  ];
}

function countsOf(runs: readonly PageStateRun[]): Fact[] {
  const pages = pagesByState(runs);
  return PAGE_STATES.filter(state => pages.has(state)).map(state => [`${PAGE_STATE_MARKS[state].glyph} ${PAGE_STATE_MARKS[state].label}`, showPages(pages.get(state)!)]);
}

/** "0x80000", or "0x80000 … 0x801ff" for a cell of many pages. */
export const rangeText = ({ first, count }: PageRange): string => (count === 1 ? showPfn(first) : `${showPfn(first)} … ${showPfn(first + count - 1)}`);

/** Pages that the steps named which broke an invariant, up to a position. */
export function violatedPages(trace: Trace, summary: RunSummary, position: number): PageRange[] {
  const broken = summary.violations.filter(violation => violation.class === 'safety' && violation.step < position && violation.step < trace.steps);
  return broken.flatMap(({ step }) => [...trace.events(step, step + 1)].flatMap(({ kind, args }) => {
    const names = EVENTS[kind] as readonly string[];
    const pfn = args[names.indexOf('pfn')];
    return pfn === undefined ? [] : [{ first: pfn, count: args[names.indexOf('pages')] ?? 1 }];
  }));
}
