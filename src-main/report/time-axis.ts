import { showNs } from '@shared/units/show';

/** A place on the axis that has a label. */
export interface Tick {
  readonly x: number;
  readonly label: string;
}

/** A stretch in which nothing begins or ends, drawn shorter than it is. */
export interface AxisBreak {
  readonly fromX: number;
  readonly toX: number;
  readonly label: string;
}

export interface TimeAxis {
  readonly xOf: (timeNs: number) => number;
  readonly ticks: readonly Tick[];
  readonly breaks: readonly AxisBreak[];
}

interface Piece {
  readonly fromNs: number;
  readonly toNs: number;
  /** Length on the axis, in ns of an unbroken piece. */
  readonly shownNs: number;
}

/** Longer than this part of everything else, a stretch without any change is drawn with a break. */
const BREAK_SHARE = 0.5;
/** What a break is drawn as, of everything else. */
const BROKEN_SHARE = 0.12;
const BREAKS_MAX = 6;
const TICK_GAP_PX = 84;

/** An axis from 0 to `endNs` over [x0, x1], linear but for long stretches between `edges` where nothing changes. */
export function timeAxis(edges: readonly number[], endNs: number, x0: number, x1: number): TimeAxis {
  const pieces = withBreaks(piecesOf(edges, Math.max(endNs, 1)));
  const shownNs = pieces.reduce((sum, piece) => sum + piece.shownNs, 0);
  const scale = (x1 - x0) / shownNs;
  const starts: number[] = [];
  pieces.reduce((x, piece) => { starts.push(x); return x + piece.shownNs * scale; }, x0);
  const xOf = (timeNs: number): number => {
    const at = Math.max(0, pieces.findIndex(piece => timeNs <= piece.toNs));
    const piece = timeNs > endNs ? pieces.at(-1)! : pieces[at]!;
    const start = starts[pieces.indexOf(piece)]!;
    return Math.min(x1, start + ((timeNs - piece.fromNs) / (piece.toNs - piece.fromNs)) * piece.shownNs * scale);
  };
  const isBroken = (piece: Piece): boolean => piece.shownNs < piece.toNs - piece.fromNs;
  const breaks = pieces.filter(isBroken).map(piece => ({ fromX: xOf(piece.fromNs), toX: xOf(piece.toNs), label: showNs(piece.toNs - piece.fromNs) }));
  return { xOf, breaks, ticks: ticksOf(pieces.filter(piece => !isBroken(piece)), scale, xOf) };
}

function piecesOf(edges: readonly number[], endNs: number): Piece[] {
  const times = [...new Set([0, ...edges.filter(edge => edge > 0 && edge < endNs), endNs])].sort((a, b) => a - b);
  return times.slice(1).map((toNs, at) => ({ fromNs: times[at]!, toNs, shownNs: toNs - times[at]! }));
}

/** Shortens the longest stretch as long as it would crowd out all others. */
function withBreaks(pieces: readonly Piece[]): readonly Piece[] {
  let shown = pieces;
  for (let broken = 0; broken < BREAKS_MAX; broken++) {
    const total = shown.reduce((sum, piece) => sum + piece.shownNs, 0);
    const longest = shown.reduce((a, b) => (b.shownNs > a.shownNs ? b : a));
    const rest = total - longest.shownNs;
    if (rest === 0 || longest.shownNs <= rest * (BREAK_SHARE / (1 - BREAK_SHARE))) break;
    shown = shown.map(piece => (piece === longest ? { fromNs: piece.fromNs, toNs: piece.toNs, shownNs: rest * BROKEN_SHARE } : piece));
  }
  return shown;
}

function ticksOf(pieces: readonly Piece[], scale: number, xOf: (timeNs: number) => number): readonly Tick[] {
  const stepNs = niceAtLeast(TICK_GAP_PX / scale);
  const ticks: Tick[] = [];
  for (const { fromNs, toNs } of pieces) {
    for (let at = Math.ceil(fromNs / stepNs) * stepNs; at <= toNs; at += stepNs) {
      const x = xOf(at);
      if (ticks.length === 0 || x - ticks.at(-1)!.x >= TICK_GAP_PX * 0.7) ticks.push({ x, label: at === 0 ? '0' : showNs(at) });
    }
  }
  return ticks;
}

/** 1, 2 or 5 times a power of ten. */
function niceAtLeast(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return [1, 2, 5, 10].map(factor => factor * power).find(nice => nice >= value) ?? power * 10;
}
