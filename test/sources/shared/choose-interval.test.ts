import fc from 'fast-check';
import { expect, test } from 'vitest';
import { INTERVALS } from '../../../src/base/time.ts';
import { chooseInterval } from '../../../src/sources/shared/buckets.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const choose = (from: string, length: number, zone = 'UTC') =>
  chooseInterval({ fromMs: Date.parse(from), toMs: Date.parse(from) + length }, zone);

test('each interval is chosen up to its longest range, and the next one from a millisecond more', () => {
  const from = '2025-02-01T00:00Z';
  expect([choose(from, 1), choose(from, 2 * HOUR), choose(from, 2 * HOUR + 1)]).toEqual([
    'MINUTE',
    'MINUTE',
    'HOUR',
  ]);
  expect([choose(from, 3 * DAY), choose(from, 3 * DAY + 1)]).toEqual(['HOUR', 'DAY']);
  expect([choose(from, 92 * DAY), choose(from, 92 * DAY + 1)]).toEqual(['DAY', 'MONTH']);
  expect([choose(from, 730 * DAY), choose(from, 730 * DAY + 1)]).toEqual(['MONTH', 'YEAR']);
});

test('lengths follow the calendar: two years may hold a leap day, three days an hour more', () => {
  expect([choose('2023-05-01T00:00Z', 731 * DAY), choose('2023-05-01T00:00Z', 731 * DAY + 1)]).toEqual([
    'MONTH',
    'YEAR',
  ]);
  const autumn = '2025-10-24T22:00Z';
  expect(choose(autumn, 73 * HOUR, 'Europe/Berlin')).toBe('HOUR');
  expect(choose(autumn, 73 * HOUR + 1, 'Europe/Berlin')).toBe('DAY');
  expect(choose(autumn, 73 * HOUR)).toBe('DAY');
});

test('a range of three days in UTC is short enough even if the zone lost an hour', () => {
  expect(choose('2025-03-28T23:00Z', 72 * HOUR, 'Europe/Berlin')).toBe('HOUR');
});

test('a longer range never gets a finer interval', () => {
  const length = fc.integer({ min: 1, max: 1_000 * DAY });
  fc.assert(
    fc.property(length, length, fc.constantFrom('UTC', 'Asia/Kolkata', 'America/St_Johns'), (a, b, zone) => {
      const [short, long] = [Math.min(a, b), Math.max(a, b)].map((ms) =>
        choose('2024-01-01T00:00Z', ms, zone),
      );
      expect(INTERVALS.indexOf(long ?? 'YEAR')).toBeLessThanOrEqual(INTERVALS.indexOf(short ?? 'SECOND'));
    }),
  );
});
