import { TraceCursor, type Trace } from '@shared/trace/cursor';
import type { EventKind } from '@shared/trace/event';
import { eventText } from '@shared/trace/event-text';
import type { RunDescription } from '@shared/trace/run-description';

/** One line of the list: something a step said, or a step that said nothing. */
export interface EventRow {
  /** Index of the step. */
  readonly step: number;
  readonly timeNs: number;
  readonly actor: string;
  /** The spec's name of the step. */
  readonly name: string;
  /** Null where the step said nothing. */
  readonly kind: EventKind | null;
  readonly text: string;
}

/**
 * All lines of a run. Sentences name pages by what they were at that moment, so the run is walked once, in slices that do
 * not hold up the window.
 */
export class EventRows {
  readonly rows: EventRow[] = [];
  private walked = 0;
  private readonly cursor: TraceCursor;
  private readonly names: ReadonlyMap<number, { readonly name: string; readonly title: string }>;

  constructor(private readonly trace: Trace, private readonly run: RunDescription) {
    this.cursor = new TraceCursor(trace);
    this.names = new Map(run.steps.map(step => [step.id, step]));
  }

  /** Walks at most `steps` more steps; true once the whole trace was walked. */
  advance(steps: number): boolean {
    const until = Math.min(this.trace.steps, this.walked + steps);
    for (; this.walked < until; this.walked++) this.add(this.walked);
    return this.walked === this.trace.steps;
  }

  private add(index: number): void {
    const { timeNs, actor, step } = this.trace.stepAt(index);
    const entry = this.names.get(step);
    const common = { step: index, timeNs, actor: this.run.actors[actor]?.name ?? `actor ${actor}`, name: entry?.name ?? String(step) };
    const said = [...this.trace.events(index, index + 1)];
    if (said.length === 0) this.rows.push({ ...common, kind: null, text: entry?.title ?? '' });
    else this.cursor.seek(index + 1);
    for (const event of said) this.rows.push({ ...common, kind: event.kind, text: eventText(event, { run: this.run, state: this.cursor, actor }) });
  }
}

const known = new WeakMap<Trace, EventRows>();

/** The lines of a run, read once however often somebody opens the list. */
export function rowsOf(trace: Trace, run: RunDescription): EventRows {
  const rows = known.get(trace) ?? new EventRows(trace, run);
  known.set(trace, rows);
  return rows;
}

export interface EventFilter {
  readonly text: string;
  /** Null takes every kind. */
  readonly kind: EventKind | null;
  /** Lists steps that said nothing too. */
  readonly silent: boolean;
}

export function filtered(rows: readonly EventRow[], { text, kind, silent }: EventFilter): readonly EventRow[] {
  const words = text.toLowerCase().split(/\s+/).filter(word => word !== '');
  if (words.length === 0 && kind === null && silent) return rows;
  return rows.filter(row => {
    if (row.kind === null && (!silent || kind !== null)) return false;
    if (kind !== null && row.kind !== kind) return false;
    if (words.length === 0) return true;
    const searched = `${row.actor} ${row.name} ${row.text}`.toLowerCase();
    return words.every(word => searched.includes(word));
  });
}

/** Last row of a step before `position`: the one that led to the state at the cursor; -1 if there is none. */
export function rowBefore(rows: readonly EventRow[], position: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rows[middle]!.step < position) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
