/** Bytes a lane moves in a nanosecond, by generation, after line coding (8b/10b, then 128b/130b; hwloc rounds the same way). */
const LANE_GB_PER_S = [0.25, 0.5, 8 * 128 / 130 / 8, 16 * 128 / 130 / 8, 32 * 128 / 130 / 8, 64 * 128 / 130 / 8] as const;
const WIDTHS = [1, 2, 4, 8, 12, 16, 32] as const;

export interface LinkShape {
  readonly width: number;
  readonly gen: number;
}

/** Widths and generations that give this speed, the widest first: a wide old link and a narrow new one carry the same. */
export function linkShapes(gigabytesPerSecond: number): readonly LinkShape[] {
  if (!(gigabytesPerSecond > 0)) return [];
  return LANE_GB_PER_S.flatMap((lane, at) =>
    WIDTHS.filter(width => Math.abs(width * lane - gigabytesPerSecond) < 0.01 * gigabytesPerSecond).map(width => ({ width, gen: at + 1 })));
}
