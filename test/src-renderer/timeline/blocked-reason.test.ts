import { expect, test } from 'vitest';
import { BlockedReasons } from '../../../src-renderer/timeline/blocked-reason';
import { LaneSegments } from '../../../src-renderer/timeline/lane-segments';
import { ADMIN, APP, blockedTruncate } from '../../support/blocked-truncate';

function blockedStretch(stepCount: number, actor: number) {
  const { trace, run } = blockedTruncate(stepCount);
  const segments = new LaneSegments(trace, run);
  segments.advance(Infinity);
  return new BlockedReasons(trace, run).of(segments.activityOf(actor).segments.find(({ kind }) => kind !== 'run')!);
}

test('a blocked stretch says what is waited for, who holds it, and whose operation that is', () => {
  expect(blockedStretch(8, ADMIN)).toEqual({ text: 'blocked: page F:1 (pmem0, pfn 0x80001) to become idle, held by a short-term pin of O_DIRECT request of app.1', cause: 1 });
});

test('the reader waits for its own I/O, and nobody is in its way', () => {
  expect(blockedStretch(8, APP)).toEqual({ text: 'waits for I/O: nvme0 to complete app.1', cause: null });
});

test('a wait that never ended is told by what is in its way at the end', () => {
  expect(blockedStretch(5, ADMIN).cause).toBe(1);
});
