import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeRetryAfter } from '../../src/upstream/retry-after.ts';

const NOW = Date.parse('2026-01-02T03:04:05.000Z');

test('seconds are read exactly', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 9_999_999_999 }), (seconds) => {
      expect(decodeRetryAfter(String(seconds), NOW)).toBe(seconds * 1_000);
    }),
  );
});

test('a date is read as the time left until it, and never as less than none', () => {
  fc.assert(
    fc.property(fc.integer({ min: -100_000, max: 100_000 }), (seconds) => {
      const header = new Date(NOW + seconds * 1_000).toUTCString();
      expect(decodeRetryAfter(header, NOW)).toBe(Math.max(0, seconds * 1_000));
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
  '99999999999',
])('what is neither says nothing: %s', (header) => {
  expect(decodeRetryAfter(header, NOW)).toBeUndefined();
});
