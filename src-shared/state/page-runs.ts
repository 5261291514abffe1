import type { State } from './arena';
import { positionAfter, type Boundaries, type Row } from './dictionary';

/** Values of one field over pages, read from differences at range boundaries. Cost grows with ranges, never with pages. */
function refreshed(state: State, of: Boundaries): Boundaries {
  const { slots, prefix } = of;
  if (of.reader !== state) {
    of.clean = 0;
    of.reader = state;
  }
  let sum = of.clean === 0 ? 0 : prefix[of.clean - 1];
  for (let at = of.clean; at < slots.length; at++) {
    sum += state.p[slots[at]];
    prefix[at] = sum;
  }
  of.clean = slots.length;
  return of;
}

/** Value of `field` at `page`. */
export function valueAt(state: State, space: Row, field: number, page: number): number {
  const of = state.dictionary.boundariesIn(space, field);
  const at = positionAfter(of.pages, page);
  if (at === 0) return 0;
  if (of.clean < at || of.reader !== state) refreshed(state, of);
  return of.prefix[at - 1];
}

/** First page behind `page` at which `field` changes; Infinity where it never does. */
export function runEnd(state: State, space: Row, field: number, page: number): number {
  const of = state.dictionary.boundariesIn(space, field);
  for (let at = positionAfter(of.pages, page); at < of.pages.length; at++) {
    if (state.p[of.slots[at]] !== 0) return of.pages[at];
  }
  return Infinity;
}

/** A maximal run of pages with one value. */
export interface PageRun {
  readonly first: number;
  readonly count: number;
  readonly value: number;
}

/** Runs of `field` within [first, end) whose value is not 0, ascending. */
export function* runsIn(state: State, space: Row, field: number, first = 0, end = Infinity): Generator<PageRun> {
  let page = first;
  while (page < end) {
    const value = valueAt(state, space, field, page);
    const next = Math.min(runEnd(state, space, field, page), end);
    if (value !== 0) yield { first: page, count: next - page, value };
    page = next;
  }
}

/** First page of [first, end) for which `wanted` holds of the value; -1 if none. */
export function findPage(state: State, space: Row, field: number, first: number, end: number, wanted: (value: number) => boolean): number {
  for (let page = first; page < end; page = runEnd(state, space, field, page)) {
    if (wanted(valueAt(state, space, field, page))) return page;
  }
  return -1;
}
