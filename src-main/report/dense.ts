/** What stands on a lane between two times. */
export interface Span {
  readonly fromNs: number;
  readonly toNs: number;
}

/** Spans narrower than this cannot be told from their neighbours. */
const NARROW_PX = 1;

/**
 * Groups spans for drawing: wide ones alone, runs of narrow ones that touch together, so that a long run gives a short file
 * and no moment is drawn as if nothing had happened. Spans ascend.
 */
export function drawnTogether<S extends Span>(spans: readonly S[], xOf: (timeNs: number) => number): readonly (readonly S[])[] {
  const groups: S[][] = [];
  let isNarrow = false;
  for (const span of spans) {
    const last = groups.at(-1);
    const wasNarrow = isNarrow;
    isNarrow = xOf(span.toNs) - xOf(span.fromNs) < NARROW_PX;
    if (last !== undefined && wasNarrow && isNarrow && xOf(span.fromNs) - xOf(last.at(-1)!.toNs) < NARROW_PX) last.push(span);
    else groups.push([span]);
  }
  return groups;
}
