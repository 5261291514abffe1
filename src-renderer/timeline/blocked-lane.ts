import type { RunDescription } from '@shared/trace/run-description';
import { LANE_PX, type Lane, type LaneHit, type PaintContext } from './lane';
import { blockedCounts, type LaneSegments } from './lane-segments';
import { exactNs, xOf, type Axis } from './time-scale';

type Count = ReturnType<typeof blockedCounts>[number];

const TOP_PX = 5;
const FLOOR_PX = LANE_PX - 6;

/** How many tasks are blocked. */
export function blockedLane(segments: LaneSegments, run: RunDescription): Lane {
  const tasks = run.actors.flatMap(({ kind }, nth) => (kind === 'task' ? [nth] : []));
  const known = new Map<string, readonly Count[]>();
  const countsOn = (axis: Axis): readonly Count[] => {
    const key = `${axis} ${segments.walked}`;
    const counts = known.get(key) ?? blockedCounts(tasks.flatMap(nth => segments.activityOf(nth).segments), axis);
    known.set(key, counts);
    return counts;
  };
  return {
    uri: 'blocked',
    title: 'blocked tasks',
    heightPx: LANE_PX,
    selection: { kind: 'none' },
    paint: cx => paintCounts(cx, countsOn(cx.axis), tasks.length),
    hit: (at, _slack, axis) => hitCount(countsOn(axis), at, axis),
  };
}

function paintCounts(cx: PaintContext, counts: readonly Count[], most: number): void {
  const { g, scale, topPx, colours } = cx;
  const yOf = (count: number): number => topPx + FLOOR_PX - (count / Math.max(most, 1)) * (FLOOR_PX - TOP_PX);
  const line = new Path2D();
  line.moveTo(0, yOf(0));
  for (const { from, count } of counts) {
    const x = Math.min(Math.max(xOf(scale, from), 0), scale.widthPx);
    line.lineTo(x, yOf(before(counts, from)));
    line.lineTo(x, yOf(count));
  }
  line.lineTo(scale.widthPx, yOf(counts.at(-1)!.count));
  const under = new Path2D(line);
  under.lineTo(scale.widthPx, yOf(0));
  g.save();
  g.clip(under);
  g.globalAlpha = 0.15;
  g.fillStyle = colours.states.mapped;
  g.fillRect(0, topPx, scale.widthPx, LANE_PX);
  g.restore();
  g.strokeStyle = colours.states.mapped;
  g.lineWidth = 1.5;
  g.stroke(line);
  labelCounts(cx, counts, yOf);
}

const before = (counts: readonly Count[], from: number): number => counts.findLast(count => count.from < from)?.count ?? 0;

function labelCounts(cx: PaintContext, counts: readonly Count[], yOf: (count: number) => number): void {
  const { g, scale } = cx;
  g.fillStyle = cx.colours.dim;
  for (let i = 0; i < counts.length; i++) {
    const { from, count } = counts[i]!;
    const left = Math.max(xOf(scale, from), 0) + 5;
    const right = counts[i + 1] === undefined ? scale.widthPx : xOf(scale, counts[i + 1]!.from);
    if (count > 0 && right - left > 14) g.fillText(String(count), left, (yOf(count) + yOf(0)) / 2 + 0.5);
  }
}

function hitCount(counts: readonly Count[], at: number, axis: Axis): LaneHit | null {
  const found = counts.findLast(count => count.from <= at);
  if (found === undefined || axis === 'step') return null;
  return {
    of: found,
    selection: { kind: 'none' },
    position: null,
    describe: () => ({ title: `${found.count} blocked`, facts: [['from', exactNs(found.from)]] }),
  };
}
