import { describe, expect, test } from 'vitest';
import { TraceCursor } from '@shared/trace/cursor';
import { explainCounts } from '@shared/trace/holder-counts';
import { why } from '@shared/trace/why';
import { countText, missing } from '../../../src-renderer/inspector/count-text';
import { standingOf, timesOf } from '../../../src-renderer/inspector/operation-facts';
import { extentsOf, factsOfRow } from '../../../src-renderer/inspector/row-facts';
import { liveOperation } from '../../../src-renderer/workload/live-operations';
import { blockedTruncate } from '../../support/blocked-truncate';
import { BLOCK_0 } from '../../support/hand-built-run';

const made = blockedTruncate();

function at(position: number): TraceCursor {
  const state = new TraceCursor(made.trace);
  state.seek(position);
  return state;
}

describe('a refcount', () => {
  test('is told as a sum', () => {
    const { refs, refTerms } = explainCounts(at(5), made.run, BLOCK_0 + 1);
    expect([refs, countText(refTerms), missing(refs, refTerms)]).toEqual([1025, '1 + 1\u202f024 × 1 pin', 0]);
  });

  test('adds up holds of the same worth', () => {
    const terms = [{ text: 'idle', value: 1, row: 0 }, ...[1, 2, 3].map(row => ({ text: 'reference of x', value: 1, row })), { text: 'long-term pin of m', value: 1024, row: 4 }];
    expect(countText(terms)).toBe('1 + 1\u202f024 × 1 pin + 1 × 3 holds');
  });

  test('that does not add up says by how much', () => {
    expect(missing(1026, explainCounts(at(5), made.run, BLOCK_0 + 1).refTerms)).toBe(1);
  });
});

test('an operation is pending, runs, is blocked, and returns', () => {
  expect([0, 3, 5, 8].map(position => standingOf(at(position), made.run, 0).mood)).toEqual(['pending', 'running', 'blocked', 'done']);
  expect(timesOf(at(0), made.built.truncate, 0)).toEqual([]);
});

test('inspector, workload and question agree that a reader waits for its own I/O', () => {
  const state = at(5);
  expect(standingOf(state, made.run, 1)).toEqual({ mood: 'waiting', text: 'waits for I/O', assumed: false });
  expect(liveOperation(state, made.run, 1)).toEqual({ kind: 'io', on: 'nvme0 to complete app.1' });
  expect(why(made.trace, state, made.run, { kind: 'operation', nth: 1 }).question).toBe('What does dio_read 1 page into F wait for?');
  expect(liveOperation(state, made.run, 0).kind).toBe('blocked');
});

test('a file tells its locks and its extents', () => {
  expect(factsOfRow(at(5), made.run, made.built.file)).toContainEqual(['iolock', 'held by admin']);
  expect(extentsOf(at(5), made.built.file)).toEqual([{ index: 0, count: 4, kind: 'written', pfn: BLOCK_0 }]);
  expect(extentsOf(at(8), made.built.file)).toEqual([]);
});
