import fc from 'fast-check';
import { expect, test } from 'vitest';
import { retryDelayMs } from '../../src/upstream/retry.ts';

const timing = { retryBaseMs: 100, retryMaxMs: 2_000 };
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('a wait lies between zero and a ceiling that doubles up to its bound', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), chance, (failed, random) => {
      const ms = retryDelayMs(failed, random, timing);
      expect(ms).toBeGreaterThanOrEqual(0);
      expect(ms).toBeLessThan(Math.min(2_000, 100 * 2 ** (failed - 1)));
    }),
  );
});

test('the jitter is full: the waits of many reach from one end to the other', () => {
  const waits = Array.from({ length: 100 }, (_, index) => retryDelayMs(3, index / 100, timing));
  expect(Math.min(...waits)).toBe(0);
  expect(Math.max(...waits)).toBe(396);
  expect(new Set(waits).size).toBe(100);
});
