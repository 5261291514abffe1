import { PAGE_STATES, type PageStateId, type PageStateRun } from '@shared/trace/page-state';
import type { PageRange } from '@shared/units/pages';

/** Cells in rows, each standing for `pagesPerCell` pages from `first` on. */
export interface PagemapLayout {
  readonly first: number;
  readonly count: number;
  readonly pagesPerCell: number;
  readonly columns: number;
  readonly rows: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
}

/** Powers of two, so that rows begin at round frame numbers. */
const COLUMNS = [4, 8, 16, 32, 64, 128, 256, 512];
const CELL_MIN_PX = 4;
const CELL_MAX_PX = 64;
/** How much wider than high a cell may be. */
const FLATNESS_MAX = 2;

/** The largest cells with which all of `range` fits; pages share a cell only where single ones would be too small to see. */
export function layoutOf({ first, count }: PageRange, widthPx: number, heightPx: number): PagemapLayout {
  for (let pagesPerCell = 1; ; pagesPerCell *= 2) {
    const fitting = COLUMNS.map(columns => shaped({ first, count, pagesPerCell, columns }, widthPx, heightPx)).filter(layout => layout !== null);
    const best = fitting.reduce<PagemapLayout | null>((a, b) => (a === null || areaOf(b) >= areaOf(a) ? b : a), null);
    if (best !== null) return best;
    if (pagesPerCell >= count) return { first, count, pagesPerCell, columns: 1, rows: 1, cellWidth: CELL_MIN_PX, cellHeight: CELL_MIN_PX };
  }
}

const areaOf = ({ cellWidth, cellHeight }: PagemapLayout): number => cellWidth * cellHeight;

function shaped(given: Pick<PagemapLayout, 'first' | 'count' | 'pagesPerCell' | 'columns'>, widthPx: number, heightPx: number): PagemapLayout | null {
  const cells = Math.ceil(given.count / given.pagesPerCell);
  if (given.columns > Math.max(cells, COLUMNS[0]!)) return null;
  const rows = Math.ceil(cells / given.columns);
  const across = Math.min(CELL_MAX_PX, Math.floor(widthPx / given.columns));
  const cellHeight = Math.min(across, Math.floor(heightPx / rows));
  const cellWidth = Math.min(across, cellHeight * FLATNESS_MAX);
  return cellHeight < CELL_MIN_PX ? null : { ...given, rows, cellWidth, cellHeight };
}

/** Index of the cell that holds a page; -1 if none does. */
export function cellOf({ first, count, pagesPerCell }: PagemapLayout, pfn: number): number {
  return pfn < first || pfn >= first + count ? -1 : Math.floor((pfn - first) / pagesPerCell);
}

/** Pages of a cell; null where the last row has no more of them. */
export function pagesOfCell({ first, count, pagesPerCell }: PagemapLayout, cell: number): PageRange | null {
  const from = first + cell * pagesPerCell;
  return from >= first + count ? null : { first: from, count: Math.min(pagesPerCell, first + count - from) };
}

/** Index of the cell under a point; -1 beside the map. */
export function cellAt({ columns, rows, cellWidth, cellHeight }: PagemapLayout, x: number, y: number): number {
  const column = Math.floor(x / cellWidth);
  const row = Math.floor(y / cellHeight);
  return column < 0 || column >= columns || row < 0 || row >= rows ? -1 : row * columns + column;
}

const STRENGTH = new Map<PageStateId, number>(PAGE_STATES.map((state, at) => [state, PAGE_STATES.length - at]));

/** State of each cell: of the pages in it, the state that matters most. Cost grows with cells and runs, never with pages. */
export function statesOfCells(layout: PagemapLayout, runs: Iterable<PageStateRun>): readonly PageStateId[] {
  const cells = Array.from({ length: Math.ceil(layout.count / layout.pagesPerCell) }, (): PageStateId => 'free');
  for (const { first, count, state } of runs) {
    if (state === 'free') continue;
    const from = cellOf(layout, first);
    const to = cellOf(layout, first + count - 1);
    for (let cell = from; cell <= to; cell++) if (STRENGTH.get(state)! > STRENGTH.get(cells[cell]!)!) cells[cell] = state;
  }
  return cells;
}

/** Fewer pages than this fill no row. */
const PAGES_MIN = 16;

/** Looks closer (`factor` below 1) or from further away, with `at` staying about where it is; never beyond `whole`. */
export function zoomedRange(range: PageRange, at: number, factor: number, whole: PageRange): PageRange {
  const count = Math.min(whole.count, Math.max(Math.min(PAGES_MIN, whole.count), Math.round(range.count * factor)));
  const round = 2 ** Math.max(0, Math.floor(Math.log2(count)) - 4);
  const near = Math.round((at - (at - range.first) * (count / range.count)) / round) * round;
  const wanted = Math.max(Math.min(near, Math.floor(at / round) * round), Math.ceil((at + 1 - count) / round) * round);
  return { first: Math.min(Math.max(wanted, whole.first), whole.first + whole.count - count), count };
}

/** The window of the same size that holds `pfn`. */
export function rangeShowing(range: PageRange, pfn: number, whole: PageRange): PageRange {
  if (pfn >= range.first && pfn < range.first + range.count) return range;
  return zoomedRange({ first: pfn - Math.floor(range.count / 2), count: range.count }, pfn, 1, whole);
}
