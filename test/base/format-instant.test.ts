import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatInstant } from '../../src/base/time.ts';

/** The latest time of a JavaScript date; its negative is the earliest. */
const MAX_DATE_MS = 8.64e15;

test('an instant is printed as Date prints it, in whatever order instants come', () => {
  const near = fc.integer({ min: -3, max: 200_000_000 });
  const far = fc.double({ min: -MAX_DATE_MS, max: MAX_DATE_MS, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.oneof(near, far), { maxLength: 20 }), (instants) => {
      expect(instants.map(formatInstant)).toEqual(instants.map((ms) => new Date(ms).toISOString()));
    }),
    { numRuns: 2_000 },
  );
});

test('what is no date is refused, and the next instant is right', () => {
  expect(() => formatInstant(Number.NaN)).toThrow(RangeError);
  expect(() => formatInstant(Infinity)).toThrow(RangeError);
  expect(formatInstant(0)).toBe('1970-01-01T00:00:00.000Z');
});
