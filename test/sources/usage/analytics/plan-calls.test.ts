import { expect, test } from 'vitest';
import { listBucketEdges } from '../../../../src/sources/shared/buckets.ts';
import { planCalls } from '../../../../src/sources/usage/analytics/calls.ts';

const BOUNDS = { maxBuckets: 2_000, maxUpstreamBuckets: 20_000 };

function periodOf(from: string, to: string) {
  const range = { fromMs: Date.parse(from), toMs: Date.parse(to) };
  return { range, edges: listBucketEdges(range, 'DAY', 'UTC', 2_000) ?? [] };
}

function plan(bounds = BOUNDS, ...periods: ReturnType<typeof periodOf>[]) {
  const plans = planCalls(periods, 'DAY', Number.MAX_SAFE_INTEGER, bounds);
  return plans?.flatMap(({ calls, periods: served }) =>
    calls.map(({ range, interval }) => {
      const [from, to] = [range.fromMs, range.toMs].map((ms) => new Date(ms).toISOString().slice(0, 16));
      return `${from} ${to} ${interval} ${served.length}`;
    }),
  );
}

const march = periodOf('2026-03-01T00:00Z', '2026-04-01T00:00Z');
const february = periodOf('2026-02-01T00:00Z', '2026-03-01T00:00Z');

test('no periods need no call', () => {
  expect(plan()).toEqual([]);
});

test('periods that touch, overlap or lie apart share one call', () => {
  expect(plan(BOUNDS, march, february)).toEqual(['2026-02-01T00:00 2026-04-01T00:00 DAY 2']);
  expect(plan(BOUNDS, march, periodOf('2025-03-01T00:00Z', '2025-04-01T00:00Z'))).toEqual([
    '2025-03-01T00:00 2026-04-01T00:00 DAY 2',
  ]);
  expect(plan(BOUNDS, march, periodOf('2026-02-15T00:00Z', '2026-03-15T00:00Z'), march)).toEqual([
    '2026-02-15T00:00 2026-04-01T00:00 DAY 3',
  ]);
});

test('periods that meet inside a day share a call in hours', () => {
  const first = periodOf('2026-03-01T06:00Z', '2026-03-03T06:00Z');
  const second = periodOf('2026-03-03T06:00Z', '2026-03-05T06:00Z');
  expect(plan(BOUNDS, second, first)).toEqual(['2026-03-01T06:00 2026-03-05T06:00 HOUR 2']);
});

test('periods have a call each if no rows, or too many, would keep them apart', () => {
  const odd = periodOf('2026-03-03T06:00:00.001Z', '2026-03-05T00:00Z');
  expect(plan(BOUNDS, march, odd)).toHaveLength(2);
  expect(plan({ ...BOUNDS, maxUpstreamBuckets: 40 }, march, february)).toEqual([
    '2026-02-01T00:00 2026-03-01T00:00 DAY 1',
    '2026-03-01T00:00 2026-04-01T00:00 DAY 1',
  ]);
});

test('a third period shares the call of the one near it', () => {
  const old = periodOf('2024-03-01T00:00Z', '2024-04-01T00:00Z');
  expect(plan({ ...BOUNDS, maxUpstreamBuckets: 60 }, march, old, february)).toEqual([
    '2024-03-01T00:00 2024-04-01T00:00 DAY 1',
    '2026-02-01T00:00 2026-04-01T00:00 DAY 2',
  ]);
});

test('a period that cannot be read alone leaves no plan', () => {
  expect(plan({ ...BOUNDS, maxUpstreamBuckets: 30 }, february, march)).toBeUndefined();
});

test('an earlier period that ends inside of a day is cut there, even if the later one ends now', () => {
  const today = periodOf('2026-03-03T00:00Z', '2026-03-03T12:00Z');
  const yesterday = periodOf('2026-03-02T00:00Z', '2026-03-02T12:00Z');
  const calls = planCalls([today, yesterday], 'DAY', today.range.toMs, BOUNDS);
  expect(calls?.map((one) => [one.calls.map(({ interval }) => interval), one.periods.length])).toEqual([
    [['HOUR'], 2],
  ]);
});

test('periods far apart share no call if the rows between them are many', () => {
  const today = periodOf('2026-03-01T06:01Z', '2026-03-02T06:01Z');
  const longAgo = periodOf('2025-03-01T06:01Z', '2025-03-02T06:01Z');
  expect(plan({ ...BOUNDS, maxUpstreamBuckets: 1_000_000 }, today, longAgo)).toEqual([
    '2025-03-01T06:01 2025-03-02T06:01 MINUTE 1',
    '2026-03-01T06:01 2026-03-02T06:01 MINUTE 1',
  ]);
});

test('periods share a call if at most 10,000 rows lie between them', () => {
  const hoursLater = (hours: number) => {
    const fromMs = Date.parse('2025-01-02T06:00Z') + hours * 3_600_000;
    return periodOf(new Date(fromMs).toISOString(), new Date(fromMs + 86_400_000).toISOString());
  };
  const first = periodOf('2025-01-01T06:00Z', '2025-01-02T06:00Z');
  expect(plan(BOUNDS, first, hoursLater(9_990))).toHaveLength(1);
  expect(plan(BOUNDS, first, hoursLater(10_010))).toHaveLength(2);
});
