import fc from 'fast-check';
import { expect, test } from 'vitest';
import { INTERVALS } from '../../../../src/base/time.ts';
import type { Interval } from '../../../../src/base/time.ts';
import { listBucketEdges } from '../../../../src/sources/shared/buckets.ts';
import {
  chooseCalls,
  coarsestVendorInterval,
  countCallRows,
} from '../../../../src/sources/usage/analytics/calls.ts';
import { isVendorEdge } from '../../../../src/sources/usage/analytics/vendor-rows.ts';
import type { VendorInterval } from '../../../../src/sources/usage/analytics/vendor-rows.ts';

const BOUNDS = { maxBuckets: 2_000, maxUpstreamBuckets: 20_000 };
const NEVER = Number.MAX_SAFE_INTEGER;

function choose(from: string, to: string, interval: Interval, zone = 'UTC', nowMs = NEVER) {
  const range = { fromMs: Date.parse(from), toMs: Date.parse(to) };
  const edges = listBucketEdges(range, interval, zone, 2_000) ?? [];
  const calls = chooseCalls(range, interval, edges, nowMs, BOUNDS);
  if (!calls) return null;
  expect(calls.map((call) => call.range.fromMs)).toEqual([
    range.fromMs,
    ...calls.slice(0, -1).map((call) => call.range.toMs),
  ]);
  expect(calls.at(-1)?.range.toMs).toBe(range.toMs);
  return calls.map((call) => call.interval).join(' ');
}

test("in UTC the vendor's rows are the buckets, but weeks are summed from days", () => {
  expect(choose('2025-01-01T00:00Z', '2026-01-01T00:00Z', 'YEAR')).toBe('YEAR');
  expect(choose('2025-01-01T00:00Z', '2026-01-01T00:00Z', 'MONTH')).toBe('MONTH');
  expect(choose('2025-01-06T00:00Z', '2025-02-03T00:00Z', 'WEEK')).toBe('DAY');
});

test('in a zone the rows are the longest that keep its days apart', () => {
  expect(choose('2025-03-01T23:00Z', '2025-04-01T22:00Z', 'DAY', 'Europe/Berlin')).toBe('HOUR');
  expect(choose('2025-03-01T18:30Z', '2025-03-05T18:30Z', 'DAY', 'Asia/Kolkata')).toBe('MINUTE');
  expect(choose('2025-03-01T18:30Z', '2025-04-05T18:30Z', 'DAY', 'Asia/Kolkata')).toBeNull();
});

test('a row begins with the range if a bucket does, even if all other buckets begin with months', () => {
  const [from, to] = ['2025-09-30T23:00Z', '2026-03-01T00:00Z'];
  expect(choose(from, to, 'MONTH', 'Europe/London')).toBe('HOUR');
  // London kept summer time from 1968 to 1971. Only the first of 263,000 hours separates the range from the year before.
  expect(choose('1970-12-31T23:00Z', '2001-01-01T00:00Z', 'YEAR', 'Europe/London')).toBe('HOUR YEAR');
});

test('rows are finer if the range begins or ends inside of one and the finer rows are few', () => {
  expect(choose('2025-03-01T06:00Z', '2025-03-08T00:00Z', 'DAY')).toBe('HOUR');
  expect(choose('2025-03-01T00:00Z', '2025-03-08T06:00Z', 'DAY')).toBe('HOUR');
  expect(choose('2025-03-01T00:00:30Z', '2025-03-01T00:20Z', 'MINUTE')).toBe('SECOND');
  expect(choose('2025-03-01T06:01Z', '2025-03-07T06:01Z', 'DAY')).toBe('MINUTE');
});

test('if the finer rows are many, an edge without a bucket edge stays inside of a row', () => {
  // 43,201 minutes.
  expect(choose('2025-03-01T06:01Z', '2025-03-31T06:02Z', 'DAY')).toBe('DAY');
  expect(choose('2025-03-01T00:00:01Z', '2025-03-31T00:00Z', 'DAY')).toBe('DAY');
});

test('if the range begins at a millisecond, rows stay as long as the buckets, because no row begins there', () => {
  expect(choose('2025-03-01T06:00:00.001Z', '2025-03-08T00:00Z', 'DAY')).toBe('DAY');
  expect(choose('2025-03-01T06:00:00.001Z', '2025-03-08T06:00Z', 'DAY')).toBe('HOUR');
});

test('an end that is now cuts nothing, because there are no later calls yet', () => {
  const to = '2025-03-08T06:00Z';
  expect(choose('2025-03-01T00:00Z', to, 'DAY', 'UTC', Date.parse(to))).toBe('DAY');
});

test('without edges, rows are as long as the buckets', () => {
  for (const interval of INTERVALS) {
    expect(coarsestVendorInterval(interval, [])).toBe(interval === 'WEEK' ? 'DAY' : interval);
  }
  expect(coarsestVendorInterval('YEAR', [1])).toBeNull();
});

test('the chosen rows hold the range within the bound, keep all buckets apart, and begin with each bucket that is not cut', () => {
  const units = [1, 1_000, 60_000, 1_800_000, 3_600_000, 86_400_000] as const;
  const moment = fc
    .tuple(fc.integer({ min: 0, max: 4_000 }), fc.constantFrom(...units))
    .map(([steps, unit]) => Date.parse('2025-09-01T00:00Z') + steps * unit);
  fc.assert(
    fc.property(
      fc.tuple(moment, moment).filter(([a, b]) => a !== b),
      fc.constantFrom<Interval>('MONTH', 'WEEK', 'DAY', 'HOUR', 'MINUTE'),
      fc.constantFrom('UTC', 'Europe/London', 'Asia/Kolkata', 'Australia/Lord_Howe'),
      (moments, interval, timeZone) => {
        const range = { fromMs: Math.min(...moments), toMs: Math.max(...moments) };
        const edges = listBucketEdges(range, interval, timeZone, 20_000);
        const calls = edges && chooseCalls(range, interval, edges, NEVER, BOUNDS);
        if (!calls) return;
        expect(countCallRows(calls)).toBeLessThanOrEqual(BOUNDS.maxUpstreamBuckets);
        const begins = calls.map((call) => call.range.fromMs);
        expect([...begins, calls.at(-1)?.range.toMs]).toEqual([
          range.fromMs,
          ...calls.map((call) => call.range.toMs),
        ]);
        const isBegun = (edge: number, at: VendorInterval) => isVendorEdge(edge, at);
        for (const { range: part, interval: rows } of calls) {
          const kept = edges.filter((edge) => edge >= part.fromMs && edge <= part.toMs);
          expect(kept.filter((edge) => !isBegun(edge, rows))).toEqual([]);
          // This holds for the inner edges of the calls too, because no row may count twice.
          const inner = [part.fromMs, part.toMs].filter(
            (edge) => edge !== range.fromMs && edge !== range.toMs,
          );
          expect(inner.filter((edge) => !isBegun(edge, rows))).toEqual([]);
        }
      },
    ),
    { numRuns: 500 },
  );
});
