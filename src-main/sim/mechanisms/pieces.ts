/** Ranges up to this long are walked page by page, like the kernel loop they stand for (spec 13). */
const PAGES_ONE_BY_ONE = 8;

/**
 * Pages that one step may stand for, of the `left` pages still to do of a range of `total`. Longer ranges go by runs of equal
 * pages: the first page alone, so that a half-done range exists, then the rest up to where anything differs.
 */
export function pieceOf(total: number, left: number, ...runs: readonly number[]): number {
  if (total <= PAGES_ONE_BY_ONE || left === total) return 1;
  return Math.min(left, ...runs);
}
