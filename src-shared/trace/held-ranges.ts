import type { State } from '../state/arena';
import type { Row } from '../state/dictionary';
import { regions } from '../state/rdma-tables';
import { drives, holders, requests } from '../state/tables';
import { pagesUnderWay } from './rdma-work';

/** Frames [first, end) that somebody holds, and how a person sees it. */
export interface HeldRange {
  readonly holder: Row;
  readonly first: number;
  readonly end: number;
  readonly state: 'dma' | 'long-pin' | 'short-pin' | 'referenced';
}

/** Holds that reach into [first, end), clipped to it. One hold that a device moves in part gives several ranges. */
export function heldRangesIn(state: State, host: Row, first: number, end: number): HeldRange[] {
  const inside: HeldRange[] = [];
  for (const held of everyHold(state, host)) {
    const from = Math.max(held.first, first);
    const to = Math.min(held.end, end);
    if (from < to) inside.push({ holder: held.holder, first: from, end: to, state: held.state });
  }
  return inside;
}

/** Rows of the holds that exist, in the order of their birth. */
export const liveHolders = (state: State): Row[] =>
  holders.$.rows(state).filter(row => holders.how.in(state, row) !== 0 && holders.pageCount.in(state, row) > 0);

/** Rows of the holds on frames of [first, end) of a machine. */
export const holdsOn = (state: State, host: Row, first: number, end: number): Row[] =>
  liveHolders(state)
    .filter(row => holders.host.in(state, row) === host)
    .filter(row => holders.pfnFirst.in(state, row) < end && first < holders.pfnFirst.in(state, row) + holders.pageCount.in(state, row));

function* everyHold(state: State, host: Row): Generator<HeldRange> {
  for (const holder of liveHolders(state)) {
    if (holders.host.in(state, holder) !== host) continue;
    const first = holders.pfnFirst.in(state, holder);
    const end = first + holders.pageCount.in(state, holder);
    yield { holder, first, end, state: kindOf(holders.how.nameIn(state, holder)) };
    for (const [from, to] of movedParts(state, holder, first, end)) yield { holder, first: from, end: to, state: 'dma' };
  }
}

function kindOf(how: string): HeldRange['state'] {
  if (how === 'longterm') return 'long-pin';
  return how === 'pin' ? 'short-pin' : 'referenced';
}

type Part = readonly [first: number, end: number];

/** Frames of a hold that a device is moving data of: its request or transfer is being served and they are not done yet. */
function movedParts(state: State, holder: Row, first: number, end: number): readonly Part[] {
  const keeper = holders.keeper.in(state, holder);
  if (drives.$.rows(state).some(drive => drives.served.in(state, drive) === keeper && keeper !== 0)) {
    return holders.piece.in(state, holder) >= requests.done.in(state, keeper) ? [[first, end]] : [];
  }
  if (keeper === 0 || state.w[keeper] !== regions.$.id) return [];
  const firstPage = holders.vpnFirst.in(state, holder) - regions.vpnFirst.in(state, keeper);
  return pagesUnderWay(state, keeper).map(([from, to]): Part => [Math.max(first, first + from - firstPage), Math.min(end, first + to - firstPage)]).filter(([from, to]) => from < to);
}

/** How many pages of its request or MR come before the piece that `holder` is. */
export function firstPageOfPiece(state: State, holder: Row): number {
  const op = holders.op.in(state, holder);
  const piece = holders.piece.in(state, holder);
  let pages = 0;
  for (const row of holders.$.rows(state)) {
    if (holders.op.in(state, row) === op && holders.piece.in(state, row) < piece) pages += holders.pageCount.in(state, row);
  }
  return pages;
}
