import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeRetryAfter } from '../../src/upstream/pause.ts';

const NOW = Date.parse('2026-01-02T03:04:05.000Z');
const DAY = 86_400_000;

test('seconds are read exactly', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 9_999_999_999 }), (seconds) => {
      expect(decodeRetryAfter(String(seconds), NOW, Infinity)).toBe(seconds * 1_000);
    }),
  );
});

test('a longer time is cut to the maximum, in seconds and as a date', () => {
  for (const digits of [6, 10, 11, 30, 400])
    expect(decodeRetryAfter('9'.repeat(digits), NOW, 60_000)).toBe(60_000);
  expect(decodeRetryAfter(new Date(NOW + DAY).toUTCString(), NOW, 60_000)).toBe(60_000);
  expect(decodeRetryAfter('59', NOW, 60_000)).toBe(59_000);
});

// RFC 9110 5.6.7: the preferred form, RFC 850's and asctime's. The last one names no zone and means GMT.
test.each(['Fri, 02 Jan 2026 03:05:05 GMT', 'Friday, 02-Jan-26 03:05:05 GMT', 'Fri Jan  2 03:05:05 2026'])(
  'each of the three forms of a date is read, in any zone of this machine: %s',
  (header) => {
    expect(decodeRetryAfter(header, NOW, DAY)).toBe(60_000);
  },
);

test('a date is read as the time until it, and a past one as 0', () => {
  fc.assert(
    fc.property(fc.integer({ min: -100_000, max: 100_000 }), (seconds) => {
      const header = new Date(NOW + seconds * 1_000).toUTCString();
      expect(decodeRetryAfter(header, NOW, Infinity)).toBe(Math.max(0, seconds * 1_000));
    }),
  );
});

test.each([
  undefined,
  '',
  '-1',
  '1.5',
  '5s',
  'soon',
  '1e9',
  '2026-01-02T03:04:05Z',
  'Fri, 99 Jan 2026 03:04:05 GMT',
  'Friday, 99-Jan-26 03:04:05 GMT',
  'Fri Jan 99 03:04:05 2026',
  'Fri, 02 Jan 2026 03:04:05',
])('what is neither seconds nor a date is undefined: %s', (header) => {
  expect(decodeRetryAfter(header, NOW, DAY)).toBeUndefined();
});
