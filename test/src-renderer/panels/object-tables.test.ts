import { expect, test } from 'vitest';
import { TraceCursor } from '@shared/trace/cursor';
import { OBJECT_TABLES } from '../../../src-renderer/panels/object-tables';
import { blockedTruncate } from '../../support/blocked-truncate';

function tableAt(id: string, position: number) {
  const { trace, run } = blockedTruncate();
  const state = new TraceCursor(trace);
  state.seek(position);
  return OBJECT_TABLES.find(table => table.id === id)!.rows(state, run);
}

test('the pin is listed while it is held, with what ends it', () => {
  expect(tableAt('holds', 0)).toEqual([]);
  expect(tableAt('holds', 5).map(({ cells }) => cells)).toEqual([
    ['short-term pin', 'F:1', '0x80001', 'O_DIRECT request of app.1', 'app.1', 'released when nvme0 completes app.1'],
  ]);
  expect(tableAt('holds', 8)).toEqual([]);
});

test('a held lock names its mode and holder', () => {
  expect(tableAt('locks', 5).map(({ cells }) => cells)).toEqual([['iolock of F', 'exclusive', 'admin', 'nobody']]);
  expect(tableAt('locks', 8)).toEqual([]);
});

test('extents go when the file is truncated, and lead to their first page', () => {
  expect(tableAt('extents', 0)).toEqual([{ key: expect.any(String) as string, cells: ['F', '16 KiB', '0 … 3', 'written', '0x80000 … 0x80003'], selection: { kind: 'page', pfn: 0x80000 } }]);
  expect(tableAt('extents', 8)).toEqual([]);
});

/** Tracks of a grid template, repeated ones spelt out. */
const widthsOf = (template: string): readonly string[] => template
  .replaceAll(/minmax\([^)]*\)/g, 'minmax')
  .replaceAll(/repeat\((\d+), (\w+)\)/g, (_, times: string, track: string) => Array.from({ length: Number(times) }, () => track).join(' '))
  .split(' ');

test('every table has a width for each column, and a cell for each in every row', () => {
  for (const { id, columns, template } of OBJECT_TABLES) {
    expect(widthsOf(template)).toHaveLength(columns.length);
    for (const { cells } of tableAt(id, 5)) expect(cells).toHaveLength(columns.length);
  }
});
