import { PAGE_STATE_MARKS } from '../design/page-state-marks';
import { LANE_PX, type Lane, type PaintContext } from './lane';
import { endOf, startOf } from './lane-segments';
import { ticksOf, xOf } from './time-scale';
import type { Cause } from './timeline-model';

export const RULER_PX = 32;

/** Everything on the canvas at one moment. */
export interface Frame extends Omit<PaintContext, 'topPx'> {
  readonly heightPx: number;
  readonly scrollPx: number;
  readonly lanes: readonly Lane[];
  readonly causes: readonly Cause[];
  readonly cursorAt: number;
  readonly cursorText: string;
  /** Where on the axis an invariant broke. */
  readonly violations: readonly number[];
}

export function paintTimeline(frame: Frame): void {
  const { g, scale, heightPx, colours } = frame;
  g.fillStyle = colours.panel;
  g.fillRect(0, 0, scale.widthPx, heightPx);
  g.textBaseline = 'middle';
  g.font = `11px ${colours.font}`;
  paintGrid(frame);
  paintLanes(frame);
  paintCauses(frame);
  paintRuler(frame);
  paintCursor(frame);
  for (const at of frame.violations) paintViolation(frame, at);
}

function paintGrid(frame: Frame): void {
  const { g, colours, scale } = frame;
  g.fillStyle = colours.line;
  g.globalAlpha = 0.6;
  for (const { value } of ticksOf(scale, frame.axis, TICKS_APART_PX)) g.fillRect(Math.round(xOf(scale, value)), RULER_PX, 1, frame.heightPx);
  g.globalAlpha = 1;
}

function paintLanes(frame: Frame): void {
  const { g, scale, heightPx } = frame;
  g.save();
  g.beginPath();
  g.rect(0, RULER_PX, scale.widthPx, heightPx - RULER_PX);
  g.clip();
  let topPx = RULER_PX - frame.scrollPx;
  for (const lane of frame.lanes) {
    if (topPx + lane.heightPx > RULER_PX && topPx < heightPx) lane.paint({ ...frame, topPx });
    topPx += lane.heightPx;
  }
  g.restore();
}

/** From the end of what is in the way to the beginning of the wait. */
function paintCauses({ g, scale, axis, causes, scrollPx, colours }: Frame): void {
  // Lanes of actors come first and are all alike in height.
  const middleOf = (actor: number): number => RULER_PX - scrollPx + actor * LANE_PX + LANE_PX / 2;
  g.strokeStyle = colours.accent;
  g.fillStyle = colours.accent;
  g.lineWidth = 1.2;
  for (const { from, to } of causes) {
    const x0 = xOf(scale, Math.min(endOf(from, axis), startOf(to, axis)));
    const x1 = xOf(scale, startOf(to, axis));
    const down = Math.sign(to.actor - from.actor);
    const y0 = middleOf(from.actor) + down * 9;
    const y1 = middleOf(to.actor) - down * 10;
    const bend = (y1 - y0) * 0.6;
    g.beginPath();
    g.moveTo(x0, y0);
    g.bezierCurveTo(x0, y0 + bend, x1, y1 - bend, x1, y1);
    g.stroke();
    g.beginPath();
    g.moveTo(x1, y1 + down * 2);
    g.lineTo(x1 - 3.5, y1 - down * 5);
    g.lineTo(x1 + 3.5, y1 - down * 5);
    g.fill();
  }
}

const TICKS_APART_PX = 110;

function paintRuler(frame: Frame): void {
  const { g, colours, scale } = frame;
  g.fillStyle = colours.panel;
  g.fillRect(0, 0, scale.widthPx, RULER_PX);
  g.fillStyle = colours.line;
  g.fillRect(0, RULER_PX - 1, scale.widthPx, 1);
  g.font = `11px ${colours.mono}`;
  g.fillStyle = colours.dim;
  const [chipFrom, chipTo] = chipSpan(frame);
  for (const { value, text } of ticksOf(scale, frame.axis, TICKS_APART_PX)) {
    const width = g.measureText(text).width;
    const left = Math.max(xOf(scale, value) - width / 2, 3);
    const isCut = left + width > scale.widthPx - 3;
    if (!isCut && (left > chipTo + 6 || left + width < chipFrom - 6)) g.fillText(text, left, 2 + CHIP_PX / 2 + 0.5);
  }
}

const MARK_PX = 6;

function paintViolation({ g, scale, heightPx, colours }: Frame, at: number): void {
  const x = xOf(scale, at);
  if (x < 0 || x > scale.widthPx) return;
  g.strokeStyle = colours.violation;
  g.lineWidth = 1.5;
  g.setLineDash([3, 3]);
  g.beginPath();
  g.moveTo(x, RULER_PX);
  g.lineTo(x, heightPx);
  g.stroke();
  g.setLineDash([]);
  g.fillStyle = colours.violation;
  g.fillRect(x - MARK_PX, RULER_PX - 12, 2 * MARK_PX, 12);
  g.fillStyle = colours.panel;
  g.font = `600 10px ${colours.font}`;
  g.textAlign = 'center';
  g.fillText(PAGE_STATE_MARKS.violation.glyph, x, RULER_PX - 6);
  g.textAlign = 'start';
}

const CHIP_PX = 18;

function chipSpan({ g, colours, scale, cursorAt, cursorText }: Frame): [number, number] {
  g.font = `11px ${colours.mono}`;
  const width = Math.ceil(g.measureText(cursorText).width) + 14;
  const x = xOf(scale, cursorAt);
  if (x < -1 || x > scale.widthPx + 1) return [Infinity, Infinity];
  const left = Math.min(Math.max(x - width / 2, 0), scale.widthPx - width);
  return [left, left + width];
}

function paintCursor(frame: Frame): void {
  const { g, scale, heightPx, colours } = frame;
  const [left, right] = chipSpan(frame);
  if (left === Infinity) return;
  const x = xOf(scale, frame.cursorAt);
  g.fillStyle = colours.accent;
  g.fillRect(Math.min(Math.max(x - 0.75, 0), scale.widthPx - 1.5), RULER_PX - 2, 1.5, heightPx);
  g.beginPath();
  g.roundRect(left, 2, right - left, CHIP_PX, 3);
  g.fill();
  g.fillStyle = colours.onAccent;
  g.fillText(frame.cursorText, left + 7, 2 + CHIP_PX / 2 + 0.5);
}
