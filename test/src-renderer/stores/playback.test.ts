import { expect, test } from 'vitest';
import { skipIdle, speedFor, SPEEDS } from '../../../src-renderer/stores/playback';

test.each([[1_000, 100], [12_000, 1_000], [60_000, 10_000], [900_000, 100_000], [8_000_000, 1_000_000], [45_000_000_000, Infinity]])('a run of %d ns plays at %d ns a second', (endNs, speed) => {
  expect(SPEEDS).toContain(speed);
  expect(speedFor(endNs)).toBe(speed);
});

test('a step that is due soon is waited for; a far one is brought near', () => {
  expect(skipIdle(1_000, 2_900, 1_000)).toBe(1_000);
  expect(skipIdle(1_000, 9_000, 1_000)).toBe(8_000);
});
