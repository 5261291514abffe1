import { NS_PER_MS, NS_PER_S, NS_PER_US } from '@shared/units/time';

/** What x means: simulated time, or the index of the step. Many facts of ordering happen at one instant. */
export type Axis = 'time' | 'step';

/** A window onto an axis: its left edge, and how much of the axis one pixel covers. */
export interface TimeScale {
  readonly from: number;
  readonly perPx: number;
  readonly widthPx: number;
}

/** Where data ends, and how deep one may look. The window always keeps some data in sight. */
export interface Extent {
  readonly end: number;
  readonly perPxMin: number;
}

/** Free space right of the last event, so that the cursor's chip has room there. */
const MARGIN_PX = 56;

export const xOf = (scale: TimeScale, value: number): number => (value - scale.from) / scale.perPx;
export const valueAt = (scale: TimeScale, xPx: number): number => scale.from + xPx * scale.perPx;

/** A tenth of a nanosecond, or an eighth of a percent of a step, needs no more pixels. */
export const extentOf = (axis: Axis, end: number): Extent => ({ end: Math.max(end, 1), perPxMin: axis === 'time' ? 0.1 : 1 / 80 });

/** All of the run in `widthPx`. */
export function fitted(extent: Extent, widthPx: number): TimeScale {
  const room = Math.max(widthPx - MARGIN_PX, 1);
  return { from: 0, perPx: Math.max(extent.end / room, extent.perPxMin), widthPx };
}

/** Keeps the value under `xPx` where it is; `factor` above 1 looks closer. */
export function zoomed(scale: TimeScale, xPx: number, factor: number, extent: Extent): TimeScale {
  const widest = fitted(extent, scale.widthPx).perPx;
  const perPx = Math.min(Math.max(scale.perPx / factor, extent.perPxMin), widest);
  return held({ ...scale, perPx, from: valueAt(scale, xPx) - xPx * perPx }, extent);
}

export const panned = (scale: TimeScale, byPx: number, extent: Extent): TimeScale =>
  held({ ...scale, from: scale.from + byPx * scale.perPx }, extent);

/** Moves the window as little as possible so that `value` lies in it, clear of the edges. */
export function showing(scale: TimeScale, value: number, extent: Extent): TimeScale {
  const x = xOf(scale, value);
  const edge = Math.min(MARGIN_PX, scale.widthPx / 4);
  if (x >= 0 && x <= scale.widthPx - edge) return scale;
  return held({ ...scale, from: value - (x < 0 ? edge : scale.widthPx - edge) * scale.perPx }, extent);
}

/** Follows a change of the window's size or of the run's end; a window that showed everything still does. */
export function resized(scale: TimeScale, before: Extent, widthPx: number, extent: Extent): TimeScale {
  const showedAll = scale.widthPx === 0 || scale.perPx >= fitted(before, scale.widthPx).perPx;
  return showedAll ? fitted(extent, widthPx) : held({ ...scale, widthPx }, extent);
}

function held(scale: TimeScale, extent: Extent): TimeScale {
  const lastFrom = Math.max(0, extent.end - (scale.widthPx - MARGIN_PX) * scale.perPx);
  return { ...scale, from: Math.min(Math.max(scale.from, 0), lastFrom) };
}

export interface Tick {
  readonly value: number;
  readonly text: string;
}

/** Round values in the window, at least `apartPx` from each other, labelled with as many digits as tell them apart. */
export function ticksOf(scale: TimeScale, axis: Axis, apartPx: number): Tick[] {
  const apart = roundUp(scale.perPx * apartPx, axis === 'step' ? 1 : 0.001);
  const last = valueAt(scale, scale.widthPx);
  const ticks: Tick[] = [];
  for (let n = Math.ceil(scale.from / apart); n * apart <= last; n++) {
    const value = n * apart;
    ticks.push({ value, text: axis === 'step' ? String(Math.round(value)) : tickText(value, last, apart) });
  }
  return ticks;
}

/** The next 1, 2 or 5 times a power of ten. */
function roundUp(value: number, least: number): number {
  const wanted = Math.max(value, least);
  const power = 10 ** Math.floor(Math.log10(wanted));
  const lead = wanted / power;
  // Powers of ten are inexact; a hair above 2 is 2.
  const factor = [1, 2, 5].find(candidate => lead <= candidate * (1 + 1e-9)) ?? 10;
  return factor * power;
}

const UNITS = [
  { text: 's', ns: NS_PER_S },
  { text: 'ms', ns: NS_PER_MS },
  { text: 'µs', ns: NS_PER_US },
  { text: 'ns', ns: 1 },
] as const;

/** One unit for the whole ruler, that of its last value; "0" needs none. */
function tickText(ns: number, lastNs: number, apartNs: number): string {
  if (ns === 0) return '0';
  const unit = UNITS.find(candidate => lastNs >= candidate.ns) ?? UNITS[3];
  const digits = Math.max(0, Math.ceil(-Math.log10(apartNs / unit.ns) - 1e-9));
  return `${(ns / unit.ns).toFixed(digits)} ${unit.text}`;
}

/** A time to the nanosecond: "41.2 µs", "10.002 µs". Two equal texts are the same instant. */
export function exactNs(ns: number): string {
  const unit = UNITS.find(candidate => ns >= candidate.ns) ?? UNITS[3];
  return `${String(Number((ns / unit.ns).toFixed(9)))} ${unit.text}`;
}
