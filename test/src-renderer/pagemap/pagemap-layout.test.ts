import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PageStateRun } from '@shared/trace/page-state';
import { cellAt, cellOf, layoutOf, pagesOfCell, rangeShowing, statesOfCells, zoomedRange } from '../../../src-renderer/pagemap/pagemap-layout';

const [width, height] = [1200, 260];
const run = (first: number, count: number, state: PageStateRun['state']): PageStateRun => ({ first, count, state, owner: null, refs: 1, pins: 0 });

describe('a layout', () => {
  test.each([1, 16, 512, 4096, 2 ** 18, 2 ** 28])('of %d pages fits, and every cell can be seen', (count) => {
    const layout = layoutOf({ first: 0x80000, count }, width, height);
    expect(layout.columns * layout.cellWidth).toBeLessThanOrEqual(width);
    expect(layout.rows * layout.cellHeight).toBeLessThanOrEqual(height);
    expect(layout.columns * layout.rows * layout.pagesPerCell).toBeGreaterThanOrEqual(count);
    expect(Math.min(layout.cellWidth, layout.cellHeight)).toBeGreaterThanOrEqual(4);
  });

  test('gives each page its own cell while there is room', () => {
    expect(layoutOf({ first: 0, count: 4096 }, width, height).pagesPerCell).toBe(1);
    expect(layoutOf({ first: 0, count: 2 ** 28 }, width, height).pagesPerCell).toBeGreaterThan(1);
  });

  test('puts every page into exactly the cell that holds it', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 2 ** 28 }), fc.integer({ min: 0, max: 2 ** 28 }), (count, nth) => {
      const layout = layoutOf({ first: 0x80000, count }, width, height);
      const pfn = 0x80000 + (nth % count);
      const pages = pagesOfCell(layout, cellOf(layout, pfn))!;
      expect(pages.first <= pfn && pfn < pages.first + pages.count).toBe(true);
    }));
  });

  test('knows where its cells are, and where there is none', () => {
    const layout = layoutOf({ first: 0, count: 20 }, width, height);
    expect(cellAt(layout, layout.cellWidth * 2 + 1, 1)).toBe(2);
    expect(cellAt(layout, 1, layout.cellHeight + 1)).toBe(layout.columns);
    expect(cellAt(layout, layout.columns * layout.cellWidth + 1, 1)).toBe(-1);
    expect(pagesOfCell(layout, layout.columns * layout.rows)).toBeNull();
  });
});

test('a cell shows the state that matters most of the pages in it', () => {
  const layout = layoutOf({ first: 0, count: 2 ** 28 }, width, height);
  const { pagesPerCell } = layout;
  const states = statesOfCells(layout, [run(0, pagesPerCell, 'file'), run(pagesPerCell, 3, 'mapped'), run(pagesPerCell + 3, 1, 'long-pin'), run(pagesPerCell + 4, 7, 'file')]);
  expect(states.slice(0, 3)).toEqual(['file', 'long-pin', 'free']);
});

test('zooming never leaves the memory and keeps the page in sight', () => {
  const whole = { first: 0x80000, count: 2 ** 20 };
  fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 2 ** 20 - 1 }), fc.constantFrom(0.5, 2, 0.25, 4))), (zooms) => {
    let range = whole;
    for (const [nth, factor] of zooms) {
      const at = range.first + (nth % range.count);
      range = zoomedRange(range, at, factor, whole);
      expect(range.first).toBeGreaterThanOrEqual(whole.first);
      expect(range.first + range.count).toBeLessThanOrEqual(whole.first + whole.count);
      expect(rangeShowing(range, at, whole)).toEqual(range);
    }
  }));
});
