import { describe, expect, test } from 'vitest';
import { EventRows, filtered, rowBefore } from '../../../src-renderer/panels/event-rows';
import { blockedTruncate } from '../../support/blocked-truncate';

function rowsOf() {
  const { trace, run } = blockedTruncate();
  const rows = new EventRows(trace, run);
  while (!rows.advance(3));
  return rows.rows;
}

const everything = { text: '', kind: null, silent: true } as const;

test('each event is a line, and so is a step that says nothing', () => {
  const rows = rowsOf();
  expect(rows.map(({ step, kind }) => [step, kind])).toEqual([
    [0, 'operation-started'], [1, 'pin-taken'], [1, 'request-submitted'], [2, 'operation-started'], [3, 'layout-wait'], [4, null],
    [5, 'dma-write-landed'], [5, 'request-completed'], [6, 'hold-released'], [6, 'page-idle'], [6, 'operation-returned'], [7, 'blocks-freed'], [7, 'operation-returned'],
  ]);
});

test('a line names a page by what it was then, not by what it became', () => {
  expect(rowsOf()[6]).toMatchObject({ actor: 'nvme0', name: 'N2', timeNs: 7000, text: 'nvme0 writes page F:1 by DMA (content 7)' });
});

describe('a filter', () => {
  const rows = rowsOf();

  test('takes words in any order, from actor, step and text', () => {
    expect(filtered(rows, { ...everything, text: 'F:1 nvme0' }).map(({ kind }) => kind)).toEqual(['dma-write-landed']);
    expect(filtered(rows, { ...everything, text: 'truncate admin' }).map(({ step }) => step)).toEqual([2, 7]);
  });

  test('takes one kind, or leaves silent steps out', () => {
    expect(filtered(rows, { ...everything, kind: 'page-idle' })).toHaveLength(1);
    expect(filtered(rows, { ...everything, silent: false })).toHaveLength(rows.length - 1);
    expect(filtered(rows, everything)).toBe(rows);
  });
});

test('the current line is the last one of the step that led to the cursor', () => {
  const rows = rowsOf();
  expect(rowBefore(rows, 0)).toBe(-1);
  expect(rowBefore(rows, 2)).toBe(2);
  expect(rowBefore(rows, 8)).toBe(rows.length - 1);
  expect(rowBefore(filtered(rows, { ...everything, silent: false }), 5)).toBe(4);
});
