import fc from 'fast-check';
import { expect, test } from 'vitest';
import { untilHours } from '../../src/archive/hours.ts';

const HOUR_MS = 3_600_000;
const hour = fc.integer({ min: 0, max: 23 });
/** Whether a minute of the day lies in the hours, written without arithmetic on lengths. */
const isInside = (from: number, to: number, atMs: number): boolean => {
  const now = new Date(atMs).getUTCHours();
  return from < to ? now >= from && now < to : now >= from || now < to;
};

test('the wait ends at the first moment of the hours, and there is none within them', () => {
  fc.assert(
    fc.property(hour, hour, fc.integer({ min: 0, max: 4e12 }), (from, to, nowMs) => {
      fc.pre(from !== to);
      const waitMs = untilHours({ from, to }, nowMs);
      if (isInside(from, to, nowMs)) expect(waitMs).toBe(0);
      else {
        expect(waitMs).toBeGreaterThan(0);
        expect(isInside(from, to, nowMs + waitMs)).toBe(true);
        expect(isInside(from, to, nowMs + waitMs - 1)).toBe(false);
        expect((nowMs + waitMs) % HOUR_MS).toBe(0);
      }
    }),
  );
});

test('without hours there is no wait', () => {
  expect(untilHours(null, 12)).toBe(0);
});
