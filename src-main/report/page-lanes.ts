import { TraceCursor, type Trace } from '@shared/trace/cursor';
import { pageStateAt, type PageStateId } from '@shared/trace/page-state';
import type { RunDescription } from '@shared/trace/run-description';
import { parseSelection } from '@shared/trace/selection';

/** A stretch in which a watched page looked the same. */
export interface PageStretch {
  readonly fromNs: number;
  readonly toNs: number;
  readonly state: PageStateId | 'hole';
  readonly refs: number;
}

export interface PageLane {
  readonly name: string;
  readonly stretches: readonly PageStretch[];
}

/** Longer traces are looked at where something was said only at every n-th place, so that a report stays cheap. */
const LOOKS_MAX = 50_000;

/** How the pages that the lab watches looked over time. A page of a file is whatever frame lies behind it then. */
export function pageLanesOf(trace: Trace, run: RunDescription, endNs: number): readonly PageLane[] {
  if (run.watch.length === 0 || trace.steps === 0) return [];
  const lanes = run.watch.map(name => ({ name, stretches: [] as { fromNs: number; toNs: number; state: PageStretch['state']; refs: number }[] }));
  const cursor = new TraceCursor(trace);
  for (const position of positionsToLook(trace)) {
    cursor.seek(position);
    const timeNs = position === 0 ? 0 : trace.stepAt(position - 1).timeNs;
    for (const lane of lanes) {
      const looks = lookAt(cursor, run, lane.name);
      const last = lane.stretches.at(-1);
      if (last !== undefined && last.state === looks.state && last.refs === looks.refs) continue;
      if (last !== undefined) last.toNs = timeNs;
      lane.stretches.push({ fromNs: timeNs, toNs: endNs, ...looks });
    }
  }
  return lanes;
}

function positionsToLook(trace: Trace): readonly number[] {
  const places = new Set([0, trace.steps]);
  for (const { step } of trace.events()) places.add(step + 1);
  const sorted = [...places].sort((a, b) => a - b);
  const every = Math.ceil(sorted.length / LOOKS_MAX);
  return sorted.filter((position, at) => at % every === 0 || position === trace.steps);
}

function lookAt(cursor: TraceCursor, run: RunDescription, name: string): Pick<PageStretch, 'state' | 'refs'> {
  const selected = parseSelection(`page:${name}`, run, cursor);
  if (!selected.ok || selected.value.kind !== 'page') return { state: 'hole', refs: 0 };
  const { state, refs } = pageStateAt(cursor, run, selected.value.pfn);
  return { state, refs };
}
