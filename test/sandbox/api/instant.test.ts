import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readInstant } from '../../../src/sandbox/api/instant.ts';

const instants = fc.integer({ min: Date.UTC(1971, 0, 1), max: Date.UTC(2199, 0, 1) });

test('a time in the form of JavaScript is read to the millisecond', () => {
  fc.assert(fc.property(instants, (ms) => readInstant(new Date(ms).toISOString()) === ms));
});

test('an offset is subtracted', () => {
  fc.assert(
    fc.property(instants, fc.integer({ min: -14 * 60, max: 14 * 60 }), (ms, minutes) => {
      const hours = String(Math.floor(Math.abs(minutes) / 60)).padStart(2, '0');
      const rest = String(Math.abs(minutes) % 60).padStart(2, '0');
      const local = new Date(ms + minutes * 60_000).toISOString().slice(0, -1);
      expect(readInstant(`${local}${minutes < 0 ? '-' : '+'}${hours}:${rest}`)).toBe(ms);
    }),
  );
});

test.each([
  ['2014-04-14', '2014-04-14T00:00:00.000Z'],
  ['2014-04-14T00:00:00-4:00', '2014-04-14T04:00:00.000Z'],
  ['2014-04-14T10:30', '2014-04-14T10:30:00.000Z'],
  ['2014-04-14T10:30:05.123999', '2014-04-14T10:30:05.123Z'],
])('%s is %s', (text, instant) => {
  expect(readInstant(text)).toBe(Date.parse(instant));
});

test.each([
  '',
  'yesterday',
  '2026-02-30',
  '2026-13-01',
  '2026-01-01T25:00:00Z',
  '2026-01-01T00:00:00+30:00',
  '1',
])('%j is not a time', (text) => {
  expect(readInstant(text)).toBeNull();
});
