import { describe, expect, test } from 'vitest';
import { blockedCounts, LaneSegments, type LaneSegment } from '../../../src-renderer/timeline/lane-segments';
import { ADMIN, APP, blockedTruncate, NVME, type MadeRun } from '../../support/blocked-truncate';

function walked({ trace, run }: MadeRun): LaneSegments {
  const segments = new LaneSegments(trace, run);
  segments.advance(Infinity);
  return segments;
}

const shape = ({ kind, fromNs, toNs, fromStep, toStep, operation, effect }: LaneSegment) => [kind, fromNs, toNs, fromStep, toStep, operation, effect];
const lane = (of: LaneSegments, actor: number) => of.activityOf(actor).segments.map(shape);

describe('a truncate that waits for a short pin', () => {
  const segments = walked(blockedTruncate());

  test('runs, is blocked until the pin goes, and runs on', () => {
    expect(lane(segments, ADMIN)).toEqual([
      ['run', 2000, 2200, 2, 4, 0, null],
      ['blocked', 2200, 8000, 4, 7, 0, null],
      ['run', 8000, 8000, 7, 8, 0, null],
    ]);
  });

  test('the reader is seen pinning, then waiting for its own request, which is not being blocked', () => {
    expect(lane(segments, APP)).toEqual([
      ['run', 1000, 1600, 0, 2, 1, 'short-pin'],
      ['io', 1600, 8000, 2, 6, 1, null],
      ['run', 8000, 8000, 6, 7, 1, null],
    ]);
  });

  test('the drive shows one burst for the request, and no waiting for work', () => {
    expect(lane(segments, NVME)).toEqual([['run', 3000, 7000, 4, 6, 1, 'dma']]);
    expect(segments.activityOf(NVME)).toMatchObject({ steps: [4, 5], segments: [{ pages: 1, firstOwn: 0, endOwn: 2 }] });
  });

  test('blocked actors are counted over time and over steps', () => {
    const all = [ADMIN, APP].flatMap(actor => segments.activityOf(actor).segments);
    expect(blockedCounts(all, 'time')).toEqual([{ from: 0, count: 0 }, { from: 2200, count: 1 }, { from: 8000, count: 0 }]);
    expect(blockedCounts(all, 'step').map(({ count }) => count)).toEqual([0, 1, 0]);
  });
});

test('what is still blocked when the recording ends is blocked without end', () => {
  const segments = walked(blockedTruncate(6));
  expect(lane(segments, ADMIN).at(-1)).toEqual(['blocked', 2200, Infinity, 4, Infinity, 0, null]);
  expect(lane(segments, NVME)).toHaveLength(1);
  expect(segments.endNs).toBe(7000);
});

test('a walk in slices, over any cut into chunks, shows the same', () => {
  const whole = walked(blockedTruncate());
  const made = blockedTruncate(8, 1);
  const sliced = new LaneSegments(made.trace, made.run);
  while (!sliced.advance(1));
  expect([ADMIN, APP, NVME].map(actor => lane(sliced, actor))).toEqual([ADMIN, APP, NVME].map(actor => lane(whole, actor)));
});
