import { BAR_PX, LANE_PX, type PaintContext } from './lane';
import { xOf } from './time-scale';

/** A bar on the screen, clipped to the window; `from` may lie left of it by a little so that no border shows at a cut. */
export interface Bar {
  readonly x: number;
  readonly width: number;
  readonly y: number;
}

const CUT_PX = 4;
/** A stretch of no duration is still seen. */
const WIDTH_MIN_PX = 3;

/** Null where the stretch lies outside the window. */
export function barOf(cx: PaintContext, from: number, to: number): Bar | null {
  const { scale } = cx;
  const left = xOf(scale, from);
  const right = Math.max(to === Infinity ? scale.widthPx + CUT_PX : xOf(scale, to), left + WIDTH_MIN_PX);
  if (right < 0 || left > scale.widthPx) return null;
  const x = Math.max(left, -CUT_PX);
  return { x, width: Math.min(right, scale.widthPx + CUT_PX) - x, y: cx.topPx + (LANE_PX - BAR_PX) / 2 };
}

export function fillBar({ g }: PaintContext, { x, y, width }: Bar, colour: string, opacity = 1): void {
  g.globalAlpha = opacity;
  g.fillStyle = colour;
  g.beginPath();
  g.roundRect(x, y, width, BAR_PX, 2);
  g.fill();
  g.globalAlpha = 1;
}

export function outlineBar({ g }: PaintContext, { x, y, width }: Bar, colour: string, dash: readonly number[] = []): void {
  g.strokeStyle = colour;
  g.lineWidth = 1;
  g.setLineDash([...dash]);
  g.beginPath();
  g.roundRect(x + 0.5, y + 0.5, Math.max(width - 1, 1), BAR_PX - 1, 2);
  g.stroke();
  g.setLineDash([]);
}

const STRIPE_APART_PX = 11;

/** Diagonal stripes: a device is moving data. */
export function stripeBar(cx: PaintContext, bar: Bar, colour: string): void {
  const { g } = cx;
  fillBar(cx, bar, colour, 0.22);
  g.save();
  g.beginPath();
  g.roundRect(bar.x, bar.y, bar.width, BAR_PX, 2);
  g.clip();
  g.strokeStyle = colour;
  g.lineWidth = 3.5;
  g.beginPath();
  // Anchored to the screen, so that stripes stand still while the window pans over them.
  const first = Math.floor((bar.x - BAR_PX) / STRIPE_APART_PX) * STRIPE_APART_PX;
  for (let x = first; x < bar.x + bar.width; x += STRIPE_APART_PX) {
    g.moveTo(x, bar.y + BAR_PX);
    g.lineTo(x + BAR_PX, bar.y);
  }
  g.stroke();
  g.restore();
}

/** Stripes are no ground for text: it gets its own. */
export function labelStripes(cx: PaintContext, bar: Bar, text: string): void {
  const { g } = cx;
  const left = Math.max(bar.x, 0) + 3;
  g.fillStyle = cx.colours.panel;
  g.beginPath();
  g.roundRect(left, bar.y + 2, g.measureText(text).width + 8, BAR_PX - 4, 2);
  g.fill();
  g.fillStyle = cx.colours.text;
  g.fillText(text, left + 4, bar.y + BAR_PX / 2 + 0.5);
}

const PAD_PX = 6;
/** Less text than this says nothing. */
const TEXT_MIN_PX = 22;

/** Text inside a bar: whole, shortened with an ellipsis, or not at all; at the window's edge if the bar begins outside. */
export function labelBar(cx: PaintContext, bar: Bar, text: string, colour: string): void {
  const left = Math.max(bar.x, 0) + PAD_PX;
  const room = Math.min(bar.x + bar.width, cx.scale.widthPx) - PAD_PX - left;
  const shown = fittedText(cx.g, text, room);
  if (shown === '') return;
  cx.g.fillStyle = colour;
  cx.g.fillText(shown, left, bar.y + BAR_PX / 2 + 0.5);
}

/** Text right of a bar that is too narrow for it; false where there is no room for all of it. */
export function labelBeside(cx: PaintContext, bar: Bar, text: string, roomUntilPx: number): boolean {
  const left = Math.max(bar.x + bar.width, 0) + PAD_PX - 1;
  if (left + cx.g.measureText(text).width + PAD_PX > Math.min(roomUntilPx, cx.scale.widthPx)) return false;
  cx.g.fillStyle = cx.colours.dim;
  cx.g.fillText(text, left, bar.y + BAR_PX / 2 + 0.5);
  return true;
}

export function fits(g: CanvasRenderingContext2D, bar: Bar, text: string): boolean {
  return g.measureText(text).width + 2 * PAD_PX <= bar.width;
}

function fittedText(g: CanvasRenderingContext2D, text: string, roomPx: number): string {
  if (g.measureText(text).width <= roomPx) return text;
  if (roomPx < TEXT_MIN_PX) return '';
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (g.measureText(`${text.slice(0, middle)}…`).width <= roomPx) low = middle;
    else high = middle - 1;
  }
  return low < 2 ? '' : `${text.slice(0, low).trimEnd()}…`;
}
