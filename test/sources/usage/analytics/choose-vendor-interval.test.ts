import fc from 'fast-check';
import { expect, test } from 'vitest';
import { INTERVALS, type Interval } from '../../../../src/base/interval.ts';
import { listBucketEdges } from '../../../../src/sources/usage/analytics/bucket-edges.ts';
import {
  chooseVendorInterval,
  coarsestVendorInterval,
} from '../../../../src/sources/usage/analytics/choose-vendor-interval.ts';
import { countVendorRows, isVendorEdge } from '../../../../src/sources/usage/analytics/vendor-rows.ts';

const BOUNDS = { maxBuckets: 2_000, maxUpstreamBuckets: 20_000 };
const NEVER = Number.MAX_SAFE_INTEGER;

function choose(from: string, to: string, interval: Interval, zone = 'UTC', nowMs = NEVER) {
  const range = { fromMs: Date.parse(from), toMs: Date.parse(to) };
  return chooseVendorInterval(
    range,
    interval,
    listBucketEdges(range, interval, zone, 2_000) ?? [],
    nowMs,
    BOUNDS,
  );
}

test('in UTC the vendor’s rows are the buckets, but weeks are summed from days', () => {
  expect(choose('2025-01-01T00:00Z', '2026-01-01T00:00Z', 'YEAR')).toBe('YEAR');
  expect(choose('2025-01-01T00:00Z', '2026-01-01T00:00Z', 'MONTH')).toBe('MONTH');
  expect(choose('2025-01-06T00:00Z', '2025-02-03T00:00Z', 'WEEK')).toBe('DAY');
});

test('in a zone they are the coarsest that keep its days apart', () => {
  expect(choose('2025-03-01T23:00Z', '2025-04-01T22:00Z', 'DAY', 'Europe/Berlin')).toBe('HOUR');
  expect(choose('2025-03-01T18:30Z', '2025-03-05T18:30Z', 'DAY', 'Asia/Kolkata')).toBe('MINUTE');
  expect(choose('2025-03-01T18:30Z', '2025-04-05T18:30Z', 'DAY', 'Asia/Kolkata')).toBeNull();
});

test('they are finer where the range begins or ends inside one, if that is few rows', () => {
  expect(choose('2025-03-01T06:00Z', '2025-03-08T00:00Z', 'DAY')).toBe('HOUR');
  expect(choose('2025-03-01T00:00Z', '2025-03-08T06:00Z', 'DAY')).toBe('HOUR');
  expect(choose('2025-03-01T00:00:30Z', '2025-03-01T00:20Z', 'MINUTE')).toBe('SECOND');
  // 10,080 minutes are more than an answer may hold.
  expect(choose('2025-03-01T06:01Z', '2025-03-08T06:01Z', 'DAY')).toBe('DAY');
  expect(choose('2025-03-01T06:00:00.001Z', '2025-03-08T00:00Z', 'DAY')).toBe('DAY');
});

test('an end that is now cuts nothing: later calls have not been made yet', () => {
  const to = '2025-03-08T06:00Z';
  expect(choose('2025-03-01T00:00Z', to, 'DAY', 'UTC', Date.parse(to))).toBe('DAY');
});

test('no edges at all ask for no finer rows than the buckets', () => {
  for (const interval of INTERVALS) {
    expect(coarsestVendorInterval(interval, [])).toBe(interval === 'WEEK' ? 'DAY' : interval);
  }
  expect(coarsestVendorInterval('YEAR', [1])).toBeNull();
});

test('the rows chosen are readable and keep every bucket apart; finer than needed only for exact edges', () => {
  const edges = fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 5 });
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1e9 }),
      fc.integer({ min: 1, max: 1e9 }),
      edges,
      fc.constantFrom(1_000, 60_000, 3_600_000, 86_400_000),
      (from, length, steps, unit) => {
        const range = { fromMs: from, toMs: from + length };
        const cuts = steps.map((step) => step * unit);
        const inside = cuts.filter((cut) => cut > range.fromMs && cut < range.toMs);
        const chosen = chooseVendorInterval(range, 'DAY', cuts, NEVER, BOUNDS);
        const coarsest = coarsestVendorInterval('DAY', inside);
        if (chosen === null) {
          expect(countVendorRows(range, coarsest ?? 'SECOND')).toBeGreaterThan(20_000);
          return;
        }
        expect(countVendorRows(range, chosen)).toBeLessThanOrEqual(20_000);
        expect(inside.every((cut) => isVendorEdge(cut, chosen))).toBe(true);
        if (chosen !== coarsest) {
          expect([range.fromMs, range.toMs].every((edge) => isVendorEdge(edge, chosen))).toBe(true);
        }
      },
    ),
  );
});
