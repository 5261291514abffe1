import { showSource } from '@shared/domain/source';
import type { Lab } from '@shared/lab/lab';
import { TraceCursor, type Trace } from '@shared/trace/cursor';
import { eventText } from '@shared/trace/event-text';
import { explainCounts, sumOf, type CountTerm } from '@shared/trace/holder-counts';
import { framePlace } from '@shared/trace/names';
import { pageStateAt, pageStatesIn, type PageStateId } from '@shared/trace/page-state';
import type { ActiveVariant, ExpectationOutcome, OperationOutcome, RunDescription, RunEnd, RunSummary, RunViolation } from '@shared/trace/run-description';
import { parseSelection } from '@shared/trace/selection';
import { why } from '@shared/trace/why';
import { showNs } from '@shared/units/show';
import { pageLanesOf, type PageLane } from './page-lanes';
import { lanesOf, type Lane } from './timeline-lanes';

/** What a report is made from. The same input gives the same report, byte for byte, in the app and on the command line. */
export interface ReportInput {
  readonly lab: Lab;
  readonly trace: Trace;
  readonly description: RunDescription;
  readonly summary: RunSummary;
  /** Version of PinLab. */
  readonly version: string;
}

/** Rows of the event table at most; the trace itself has them all. */
export const EVENT_ROWS_MAX = 2_000;

export interface EventRow {
  /** Counted from 1, as the app shows it. */
  readonly step: number;
  readonly timeNs: number;
  readonly actor: string;
  readonly stepName: string;
  readonly text: string;
}

/** A question that the end of the run raises, and its answer. */
export interface BlockedTask {
  readonly question: string;
  readonly links: readonly string[];
  readonly source: string;
}

export interface WatchedPage {
  readonly name: string;
  readonly place: string;
  readonly state: PageStateId | 'hole';
  readonly refs: number;
  readonly refTerms: readonly CountTerm[];
  readonly agrees: boolean;
  readonly maps: number;
  readonly pins: number;
}

/** How many frames of a memory device were in each state at the end. */
export interface MemoryShare {
  readonly node: string;
  readonly pageCount: number;
  readonly states: readonly { readonly state: PageStateId; readonly count: number }[];
}

/** How the run came out, in the order in which a reader has to worry. */
export type Verdict = 'safety' | 'liveness' | 'expectation' | 'not-complete' | 'holds';

export interface ReportDocument {
  readonly title: string;
  readonly lab: Lab;
  readonly version: string;
  readonly verdict: Verdict;
  readonly headline: string;
  readonly ending: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly variants: readonly (Omit<ActiveVariant, 'source'> & { readonly source: string })[];
  readonly operations: readonly OperationOutcome[];
  readonly violations: readonly RunViolation[];
  readonly notices: readonly RunViolation[];
  readonly leftBehind: readonly RunViolation[];
  readonly expectations: readonly ExpectationOutcome[];
  readonly blocked: readonly BlockedTask[];
  readonly endNs: number;
  readonly steps: number;
  readonly lanes: readonly Lane[];
  readonly pageLanes: readonly PageLane[];
  readonly watched: readonly WatchedPage[];
  readonly memories: readonly MemoryShare[];
  readonly events: readonly EventRow[];
  readonly eventsLeftOut: number;
  /** Rules that decided something here, each once. */
  readonly sources: readonly string[];
  readonly command: string;
}

/** Gathers everything a report says; how it looks is the business of `report-html.ts`. */
export function reportDocument(input: ReportInput): ReportDocument {
  const { lab, trace, description, summary, version } = input;
  const endNs = Math.max(summary.endNs, trace.steps === 0 ? 0 : trace.stepAt(trace.steps - 1).timeNs);
  const { events, leftOut } = eventRows(trace, description);
  const lanes = lanesOf(trace, description, endNs);
  const pageLanes = pageLanesOf(trace, description, endNs);
  const end = new TraceCursor(trace);
  end.seek(trace.steps);
  return {
    title: description.title, lab, version, ...verdictOf(summary), ending: endingOf(summary), facts: factsOf(input),
    variants: description.variants.map(({ axis, id, title, source, assumed }) => ({ axis, id, title, assumed, source: showSource(source) })),
    operations: summary.operations, violations: summary.violations, notices: summary.notices, leftBehind: summary.leftBehind, expectations: summary.expectations,
    blocked: blockedTasks(trace, end, input), endNs, steps: summary.steps, lanes, pageLanes, watched: watchedPages(end, description), memories: memoryShares(end, description),
    events, eventsLeftOut: leftOut, sources: sourcesOf(trace, description), command: commandOf(summary),
  };
}

function verdictOf({ violations, notices, expectations, end }: RunSummary): Pick<ReportDocument, 'verdict' | 'headline'> {
  const worst = violations.find(violation => violation.class === 'safety') ?? violations.find(violation => violation.class === 'liveness');
  if (worst !== undefined) return { verdict: worst.class === 'safety' ? 'safety' : 'liveness', headline: `${worst.id} violated: ${worst.sentence}` };
  const failed = expectations.filter(({ ok }) => ok === false).length;
  if (failed > 0) return { verdict: 'expectation', headline: failed === 1 ? 'One expectation was not met.' : `${failed} expectations were not met.` };
  const noticed = notices.length === 0 ? '' : `; ${notices.length} ${notices.length === 1 ? 'notice' : 'notices'} below`;
  if (end === 'bound') return { verdict: 'not-complete', headline: `Not complete: no invariant was violated before the bound${noticed}.` };
  return { verdict: 'holds', headline: `No invariant was violated in this run${noticed}.` };
}

const ENDINGS: Readonly<Record<RunEnd, string>> = {
  finished: 'Every program came to its end', blocked: 'The run ended because nothing could go on', lasso: 'The run ended because its logical state came back: it would repeat for ever',
  crash: 'The run ended because a kernel would have crashed', bound: 'The run was stopped at its bound: it is not complete',
};

const endingOf = ({ end, endNs, steps }: RunSummary): string => `${ENDINGS[end]}, at ${showNs(endNs)} of simulated time, after ${steps} ${steps === 1 ? 'step' : 'steps'}.`;

const factsOf = ({ summary, version }: ReportInput): ReportDocument['facts'] => [
  ['Lab', summary.lab], ['Policy', summary.policy], ['Seed', String(summary.seed)], ['Schedule', summary.schedule ?? 'by simulated time'],
  ['Trace digest', summary.digest], ['PinLab', version],
];

function eventRows(trace: Trace, run: RunDescription): { readonly events: readonly EventRow[]; readonly leftOut: number } {
  const cursor = new TraceCursor(trace);
  const names = new Map(run.steps.map(({ id, name }) => [id, name]));
  const events: EventRow[] = [];
  let leftOut = 0;
  for (const event of trace.events()) {
    if (events.length === EVENT_ROWS_MAX) {
      leftOut++;
      continue;
    }
    cursor.seek(event.step + 1);
    const { actor, timeNs, step } = trace.stepAt(event.step);
    events.push({ step: event.step + 1, timeNs, actor: run.actors[actor]?.name ?? '', stepName: names.get(step) ?? '', text: eventText(event, { run, state: cursor, actor }) });
  }
  return { events, leftOut };
}

/** Why each operation that could not go on did not; not those that a violation or notice has explained already. */
function blockedTasks(trace: Trace, end: TraceCursor, { description: run, summary }: ReportInput): readonly BlockedTask[] {
  const told = new Set([...summary.violations, ...summary.notices].flatMap(({ chain }) => chain));
  return summary.operations.flatMap(({ op, blockedOn }) => {
    const nth = run.operations.findIndex(({ name }) => name === op);
    if (blockedOn === null || nth < 0) return [];
    const { question, links, source } = why(trace, end, run, { kind: 'operation', nth });
    const lines = links.map(({ text }) => text);
    return lines.some(line => told.has(line)) ? [] : [{ question, links: lines, source }];
  });
}

function watchedPages(end: TraceCursor, run: RunDescription): readonly WatchedPage[] {
  return run.watch.map(name => {
    const selected = parseSelection(`page:${name}`, run, end);
    if (!selected.ok || selected.value.kind !== 'page') return { name, place: 'no frame lies behind it', state: 'hole', refs: 0, refTerms: [], agrees: true, maps: 0, pins: 0 };
    const { pfn } = selected.value;
    const { refs, refTerms, maps, pins } = explainCounts(end, run, pfn);
    return { name, place: framePlace(end, run, pfn), state: pageStateAt(end, run, pfn).state, refs, refTerms, agrees: sumOf(refTerms) === refs, maps, pins };
  });
}

function memoryShares(end: TraceCursor, run: RunDescription): readonly MemoryShare[] {
  return run.memories.map(({ node, firstPfn, pageCount }) => {
    const counts = new Map<PageStateId, number>();
    for (const { state, count } of pageStatesIn(end, run, firstPfn, firstPfn + pageCount)) counts.set(state, (counts.get(state) ?? 0) + count);
    return { node, pageCount, states: [...counts].map(([state, count]) => ({ state, count })).sort((a, b) => b.count - a.count) };
  });
}

/** Of the mechanisms whose steps were taken, in the order of their first step. */
function sourcesOf(trace: Trace, run: RunDescription): readonly string[] {
  const steps = new Map(run.steps.map(step => [step.id, step]));
  const taken = new Set<number>();
  for (let index = 0; index < trace.steps; index++) taken.add(trace.stepAt(index).step);
  const lines = [...taken].flatMap(id => {
    const step = steps.get(id);
    return step === undefined || step.mechanism.startsWith('task/') ? [] : [`${step.mechanism}: ${step.source}`];
  });
  return [...new Set(lines)];
}

/** The exact way to see this run again. */
function commandOf({ lab, policy, seed, schedule }: RunSummary): string {
  const base = `npm run -s pinlab -- run ${shellWord(lab)} --policy ${quoted(policy)} --seed ${seed}`;
  return schedule === null ? base : `${base} --schedule ${quoted(schedule)}`;
}

const shellWord = (text: string): string => (/^[\w./@%+,:=-]+$/.test(text) ? text : quoted(text));
const quoted = (text: string): string => `"${text.replace(/[\\"$`]/g, '\\$&')}"`;

