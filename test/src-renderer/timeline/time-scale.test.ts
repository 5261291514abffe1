import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exactNs, extentOf, fitted, panned, resized, showing, ticksOf, valueAt, xOf, zoomed } from '../../../src-renderer/timeline/time-scale';

const run = extentOf('time', 41_200);
const whole = fitted(run, 1056);

test('a fitted window shows the whole run and leaves room for the cursor', () => {
  expect(xOf(whole, 0)).toBe(0);
  expect(xOf(whole, 41_200)).toBeCloseTo(1000);
});

test('zooming keeps the value under the pointer where it is', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 1000 }), fc.double({ min: 1, max: 50, noNaN: true }), (x, factor) => {
    expect(valueAt(zoomed(whole, x, factor, run), x)).toBeCloseTo(valueAt(whole, x), 3);
  }));
});

test('no zoom or pan leaves the run', () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.boolean(), fc.double({ min: 0.05, max: 20, noNaN: true }), fc.integer({ min: 0, max: 1056 }))), (moves) => {
    let scale = whole;
    for (const [isZoom, by, x] of moves) scale = isZoom ? zoomed(scale, x, by, run) : panned(scale, (by - 5) * 300, run);
    expect(scale.from).toBeGreaterThanOrEqual(0);
    expect(valueAt(scale, 0)).toBeLessThanOrEqual(41_200);
    expect(scale.perPx).toBeLessThanOrEqual(whole.perPx * (1 + 1e-9));
  }));
});

test('a value outside the window comes into it, one inside moves nothing', () => {
  const close = zoomed(whole, 0, 10, run);
  expect(showing(close, 100, run)).toBe(close);
  const x = xOf(showing(close, 30_000, run), 30_000);
  expect(x).toBeGreaterThan(0);
  expect(x).toBeLessThan(1056);
});

test('a window that showed all still does when the run grows', () => {
  const longer = extentOf('time', 90_000);
  expect(resized(whole, run, 1056, longer)).toEqual(fitted(longer, 1056));
  const close = zoomed(whole, 0, 10, run);
  expect(resized(close, run, 1056, longer).perPx).toBe(close.perPx);
});

describe('ticks', () => {
  test('are round, apart, and in one unit', () => {
    expect(ticksOf(whole, 'time', 100).map(tick => tick.text)).toEqual(['0', '5 µs', '10 µs', '15 µs', '20 µs', '25 µs', '30 µs', '35 µs', '40 µs']);
  });

  test('carry as many digits as tell them apart', () => {
    const deep = { from: 10_000, perPx: 0.1, widthPx: 300 };
    expect(ticksOf(deep, 'time', 80).map(tick => tick.text)).toEqual(['10.00 µs', '10.01 µs', '10.02 µs', '10.03 µs']);
  });

  test('never share a text', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 2 ** 40 }), fc.double({ min: 1, max: 1e6, noNaN: true }), fc.integer({ min: 0, max: 800 }), (end, factor, x) => {
      const extent = extentOf('time', end);
      const texts = ticksOf(zoomed(fitted(extent, 800), x, factor, extent), 'time', 80).map(tick => tick.text);
      expect(new Set(texts).size).toBe(texts.length);
    }));
  });

  test('of steps are whole numbers', () => {
    const deep = { from: 3, perPx: 1 / 80, widthPx: 300 };
    expect(ticksOf(deep, 'step', 40).map(tick => tick.text)).toEqual(['3', '4', '5', '6']);
  });
});

test('exact times tell neighbouring nanoseconds apart', () => {
  expect([41_200, 10_002, 10_001, 850, 0].map(exactNs)).toEqual(['41.2 µs', '10.002 µs', '10.001 µs', '850 ns', '0 ns']);
});
