import type { RunDescription } from '@shared/trace/run-description';
import type { Trace } from '@shared/trace/cursor';
import { showPages } from '@shared/units/show';
import type { Fact } from '../design/fact';
import { barOf, fillBar, fits, labelBar, labelBeside, labelStripes, outlineBar, stripeBar, type Bar } from './bars';
import type { BlockedReasons } from './blocked-reason';
import { BAR_PX, LANE_PX, type Lane, type LaneHit, type PaintContext } from './lane';
import { endOf, startOf, type ActorActivity, type LaneSegment, type LaneSegments } from './lane-segments';
import { exactNs, xOf, type Axis } from './time-scale';

/** What lanes of actors share: everything but what their bars are called. */
export interface SegmentLaneParts {
  readonly actor: number;
  readonly run: RunDescription;
  readonly trace: Trace;
  readonly segments: LaneSegments;
  readonly reasons: BlockedReasons;
  /** The spec's name of the n-th step of the run. */
  readonly stepName: (index: number) => string;
  /** Texts for a stretch of activity, the longest first. */
  readonly names: (segment: LaneSegment) => readonly string[];
}

/** A lane that shows when one actor was active, and when it was blocked and by what. */
export function segmentLane(uri: string, parts: SegmentLaneParts): Lane {
  const { actor, run, segments } = parts;
  return {
    uri,
    title: run.actors[actor]!.name,
    heightPx: LANE_PX,
    selection: { kind: 'actor', nth: actor },
    paint: cx => paintSegments(cx, parts, segments.activityOf(actor)),
    hit: (at, slack, axis) => hitSegment(parts, segments.activityOf(actor), { at, slack, axis }),
  };
}

function paintSegments(cx: PaintContext, parts: SegmentLaneParts, activity: ActorActivity): void {
  const { segments } = activity;
  let paintedTo = -Infinity;
  for (let i = firstIn(segments, cx); i < segments.length; i++) {
    const segment = segments[i]!;
    const bar = barOf(cx, startOf(segment, cx.axis), endOf(segment, cx.axis));
    if (bar === null) {
      if (xOf(cx.scale, startOf(segment, cx.axis)) > cx.scale.widthPx) break;
      continue;
    }
    // Where a pixel holds many stretches, one of them stands for all.
    if (bar.x + bar.width <= paintedTo + 0.5) continue;
    paintedTo = bar.x + bar.width;
    const next = segments[i + 1];
    const roomUntilPx = next === undefined ? Infinity : xOf(cx.scale, startOf(next, cx.axis));
    const goesOn = segments[i - 1]?.operation === segment.operation && segment.operation >= 0;
    if (segment.kind === 'run') paintActive(cx, parts, { segment, bar, roomUntilPx, goesOn, steps: activity.steps });
    else paintHeldUp(cx, parts, segment, bar);
    if (isMarked(cx, segment)) outlineBar(cx, bar, cx.colours.accent);
  }
}

/** Segments are in order and do not overlap, so those left of the window are skipped at once. */
function firstIn(segments: readonly LaneSegment[], { scale, axis }: PaintContext): number {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (endOf(segments[middle]!, axis) < scale.from) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

const isMarked = ({ hovered, selection }: PaintContext, segment: LaneSegment): boolean =>
  hovered === segment || (selection.kind === 'operation' && segment.operation === selection.nth);

function paintHeldUp(cx: PaintContext, { reasons }: SegmentLaneParts, segment: LaneSegment, bar: Bar): void {
  fillBar(cx, bar, cx.colours.raised);
  // Only who waits for somebody else draws the eye.
  if (segment.kind === 'io') outlineBar(cx, bar, cx.colours.line);
  else outlineBar(cx, bar, segment.kind === 'blocked' ? cx.colours.states['long-pin'] : cx.colours.lineStrong, [4, 3]);
  if (bar.width > 40) labelBar(cx, bar, reasons.of(segment).text, segment.kind === 'blocked' ? cx.colours.text : cx.colours.dim);
}

interface ActiveBar {
  readonly segment: LaneSegment;
  readonly bar: Bar;
  readonly roomUntilPx: number;
  /** The stretch before was of the same operation and has said so. */
  readonly goesOn: boolean;
  readonly steps: readonly number[];
}

function paintActive(cx: PaintContext, parts: SegmentLaneParts, active: ActiveBar): void {
  const { segment, bar } = active;
  const { colours } = cx;
  const colour = segment.effect === null ? null : colours.states[segment.effect];
  if (segment.effect === 'dma') stripeBar(cx, bar, colours.states.dma);
  else if (cx.axis === 'step') fillBar(cx, bar, colour ?? colours.lineStrong, 0.28);
  else fillBar(cx, bar, colour ?? colours.lineStrong);
  paintSteps(cx, active, colour ?? colours.lineStrong, parts.stepName);
  const names = parts.names(segment);
  const inside = names.find(name => fits(cx.g, bar, name));
  const onFill = cx.axis === 'time' && colour !== null && segment.effect !== 'dma';
  if (segment.effect === 'dma' && inside !== undefined) labelStripes(cx, bar, inside);
  else if (inside !== undefined && cx.axis === 'time') labelBar(cx, bar, inside, onFill ? colours.inkOnState : colours.text);
  else if (inside === undefined && !active.goesOn) for (const name of names) if (labelBeside(cx, bar, name, active.roomUntilPx)) break;
}

/** Single steps: ticks over time, cells over steps. Too close together they would only blur the bar. */
function paintSteps(cx: PaintContext, { segment, bar, steps }: ActiveBar, colour: string, nameOf: (index: number) => string): void {
  const { g, scale, axis } = cx;
  if (axis === 'time') return;
  const cellPx = 1 / scale.perPx;
  if (cellPx < 2) return;
  const isStriped = segment.effect === 'dma';
  for (let own = segment.firstOwn; own < segment.endOwn; own++) {
    const x = xOf(scale, steps[own]!);
    if (x + cellPx < 0) continue;
    if (x > scale.widthPx) break;
    g.fillStyle = isStriped ? cx.colours.panel : colour;
    if (isStriped) g.fillRect(x - 0.5, bar.y, 1, BAR_PX);
    else g.fillRect(x + 0.5, bar.y, Math.max(cellPx - 1, 1), BAR_PX);
    const name = nameOf(steps[own]!);
    if (!isStriped && cellPx >= 24 && g.measureText(name).width + 6 <= cellPx) {
      g.fillStyle = segment.effect === null ? cx.colours.text : cx.colours.inkOnState;
      g.fillText(name, x + 4, bar.y + BAR_PX / 2 + 0.5);
    }
  }
}

interface Aim {
  readonly at: number;
  readonly slack: number;
  readonly axis: Axis;
}

function hitSegment(parts: SegmentLaneParts, { segments }: ActorActivity, { at, slack, axis }: Aim): LaneHit | null {
  const within = (by: number): LaneSegment | undefined => segments.find(segment => startOf(segment, axis) - by <= at && at <= endOf(segment, axis) + by);
  const segment = within(0) ?? within(slack);
  if (segment === undefined) return null;
  const { run, trace, actor } = parts;
  return {
    of: segment,
    selection: segment.operation >= 0 ? { kind: 'operation', nth: segment.operation } : { kind: 'actor', nth: actor },
    position: Math.min(segment.kind === 'run' ? segment.fromStep + 1 : segment.fromStep, trace.steps),
    describe: () => ({ title: parts.names(segment)[0] ?? run.actors[actor]!.name, facts: factsOf(parts, segment) }),
  };
}

function factsOf({ run, reasons, actor, segments, stepName }: SegmentLaneParts, segment: LaneSegment): Fact[] {
  const facts: Fact[] = [['actor', run.actors[actor]!.name]];
  if (segment.kind !== 'run') facts.push(['state', reasons.of(segment).text]);
  if (segment.pages > 0) facts.push(['moved', showPages(segment.pages)]);
  facts.push(['from', exactNs(segment.fromNs)]);
  if (segment.toNs === Infinity) facts.push(['until', 'the end of the run: never ended']);
  else facts.push(['until', exactNs(segment.toNs)], ['lasts', exactNs(segment.toNs - segment.fromNs)]);
  if (segment.kind === 'run') facts.push(['steps', stepNames(stepName, segments.activityOf(actor).steps.slice(segment.firstOwn, segment.endOwn))]);
  return facts;
}

const STEPS_SHOWN = 6;

/** "W1 W2 W4 … W9", by the spec's names. */
function stepNames(nameOf: (index: number) => string, steps: readonly number[]): string {
  const names = steps.map(nameOf);
  return names.length <= STEPS_SHOWN ? names.join(' ') : `${names.slice(0, STEPS_SHOWN - 1).join(' ')} … ${names.at(-1)!} (${names.length})`;
}
