import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RequestError, UpstreamError } from '../../../../src/base/errors.ts';
import { INTERVALS, Temporal } from '../../../../src/base/time.ts';
import type { Interval, Range } from '../../../../src/base/time.ts';
import { SERIES_OPERATIONS, USAGE_SERIES } from '../../../../src/sources/usage/analytics/analytics.ts';
import type {
  AnalyticsBucket,
  AnalyticsPeriod,
  AnalyticsRequest,
  UsageAnalytics,
  UsageSeries,
} from '../../../../src/sources/usage/analytics/analytics.ts';
import { estimateAnalytics } from '../../../../src/sources/usage/analytics/plan.ts';
import { countVendorRows } from '../../../../src/sources/usage/analytics/vendor-rows.ts';
import type { VendorInterval } from '../../../../src/sources/usage/analytics/vendor-rows.ts';
import { createCallBudget } from '../../../../src/upstream/call-budget.ts';
import { createReader, listRows, logCalls, NOT_FOUND, NOW, SETTINGS } from './simulated-vendor.ts';
import type { LoggedCall, VendorOptions } from './simulated-vendor.ts';

const ALL = new Set(USAGE_SERIES);
const EVERY_SERIES = ['activity', 'elements', 'times', 'statuses'] as const;

function rangeOf(from: string, to: string): Range {
  return { fromMs: Date.parse(from), toMs: Date.parse(to) };
}

function request(range: Range, more: Partial<AnalyticsRequest> = {}): AnalyticsRequest {
  return { range, interval: 'DAY', timeZone: 'UTC', series: ALL, previous: [], ...more };
}

/** The reference: the bucket of a moment, by the zone's wall clock alone. */
function labelOf(ms: number, interval: Interval, timeZone: string): string {
  const moment = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone);
  const date = moment.toPlainDate();
  const clock = `${moment.offset} ${moment.toPlainDateTime().toString({ smallestUnit: 'second' })}`;
  const labels: Readonly<Record<Interval, string>> = {
    YEAR: `${date.year}`,
    QUARTER: `${date.year} ${Math.ceil(date.month / 3)}`,
    MONTH: `${date.year} ${date.month}`,
    WEEK: `${date.yearOfWeek} ${date.weekOfYear}`,
    DAY: date.toString(),
    HOUR: clock.slice(0, -6),
    MINUTE: clock.slice(0, -3),
    SECOND: clock,
  };
  return labels[interval];
}

/** A second implementation: the figures of some calls. */
function figuresOf(calls: readonly LoggedCall[]) {
  const times = calls.map(({ ms }) => ms);
  const elements = new Map<string, number>();
  for (const { element } of calls) elements.set(element, (elements.get(element) ?? 0) + 1);
  const failed = calls.filter((call) => call.failed).length;
  return {
    count: calls.length,
    elements,
    processTime:
      calls.length === 0
        ? null
        : {
            min: Math.min(...times),
            max: Math.max(...times),
            avg: expect.closeTo(times.reduce((total, ms) => total + ms, 0) / times.length, 6) as number,
          },
    statuses: { success: calls.length - failed, failed },
  };
}

function inRange(log: readonly LoggedCall[], { fromMs, toMs }: Range): LoggedCall[] {
  return log.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
}

/** The windows of each zone: around its changes of the clock and around a new year. */
const WINDOWS: Readonly<Record<string, readonly string[]>> = {
  UTC: ['2025-03-30T01:00Z', '2026-01-01T00:00Z'],
  'Europe/Berlin': ['2025-03-30T01:00Z', '2025-10-26T01:00Z', '2025-12-31T23:00Z'],
  'America/St_Johns': ['2025-03-09T05:30Z', '2025-11-02T04:30Z', '2026-01-01T03:30Z'],
  'Asia/Kolkata': ['2025-12-31T18:30Z'],
  'Australia/Lord_Howe': ['2025-04-05T15:00Z', '2025-10-04T15:30Z', '2025-12-31T13:00Z'],
  'Pacific/Apia': ['2011-12-30T10:00Z', '2012-03-31T14:00Z', '2012-09-29T14:00Z'],
};
const HALF_WIDTH_MS: Readonly<Record<Interval, number>> = {
  YEAR: 500 * 3_600_000,
  QUARTER: 500 * 3_600_000,
  MONTH: 500 * 3_600_000,
  WEEK: 500 * 3_600_000,
  DAY: 60 * 3_600_000,
  HOUR: 20 * 3_600_000,
  MINUTE: 3_600_000,
  SECOND: 90_000,
};
// In these zones a bucket is summed from many minutes.
const HALF_HOUR_ZONES = ['America/St_Johns', 'Asia/Kolkata', 'Australia/Lord_Howe'];

describe.each(Object.entries(WINDOWS))('series in %s', (timeZone, moments) => {
  test.each(INTERVALS)('equal by %s the figures of the log', async (interval) => {
    for (const moment of moments) {
      const widthMs = Math.min(
        HALF_WIDTH_MS[interval],
        HALF_HOUR_ZONES.includes(timeZone) ? 60 * 3_600_000 : Infinity,
      );
      const middle = Date.parse(moment);
      // No bucket begins or ends here, so both edges are cut.
      const range = { fromMs: middle - widthMs - 1_234, toMs: middle + widthMs + 4_321 };
      const around = { fromMs: range.fromMs - widthMs, toMs: range.toMs + widthMs };
      const log = logCalls(around, 400);
      const { read, calls } = createReader({ log });
      const answer = await read(request(range, { interval, timeZone }));

      expect(calls.map(({ operation }) => operation)).toHaveLength(4);
      const asked = inRange(log, range);
      const byLabel = Map.groupBy(asked, ({ atMs }) => labelOf(atMs, interval, timeZone));
      for (const bucket of answer.buckets) {
        const label = labelOf(bucket.startMs, interval, timeZone);
        expect(bucket).toMatchObject(figuresOf(byLabel.get(label) ?? []));
        byLabel.delete(label);
      }
      expect([...byLabel.keys()]).toEqual([]);
      expect(answer.totals).toEqual(figuresOf(asked));
      expect(answer.coverage.map(({ status }) => status)).toEqual(EVERY_SERIES.map(() => 'COMPLETE'));
    }
  });
});

const HOUR = 3_600_000;
const BASE = Date.parse('2026-03-27T00:00Z');
const WEEK_LOG = logCalls({ fromMs: BASE - 48 * HOUR, toMs: BASE + 216 * HOUR }, 2_000);
const someHours = (unit: number) =>
  fc
    .tuple(fc.integer({ min: 0, max: (100 * HOUR) / unit }), fc.integer({ min: 1, max: (68 * HOUR) / unit }))
    .map(([from, length]) => ({ fromMs: BASE + from * unit, toMs: BASE + (from + length) * unit }));

function sumOf(periods: readonly AnalyticsPeriod[]) {
  const counts = { count: 0, success: 0, failed: 0, elements: new Map<string, number>(), calls: 0 };
  for (const { totals } of periods) {
    counts.count += totals.count ?? Number.NaN;
    counts.success += totals.statuses?.success ?? Number.NaN;
    counts.failed += totals.statuses?.failed ?? Number.NaN;
    counts.calls += (totals.processTime?.avg ?? 0) * (totals.count ?? 0);
    for (const [key, count] of totals.elements ?? []) {
      counts.elements.set(key, (counts.elements.get(key) ?? 0) + count);
    }
  }
  return { ...counts, calls: Math.round(counts.calls) };
}

describe('sums', () => {
  test('over any partition of a range add up to the whole if the vendor cuts rows at the edges', async () => {
    const cuts = fc.array(fc.integer({ min: 0, max: 68 * HOUR }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        someHours(1),
        cuts,
        fc.constantFrom<Interval>('DAY', 'WEEK', 'HOUR'),
        fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kolkata'),
        async (range, offsets, interval, timeZone) => {
          const { read } = createReader({ log: WEEK_LOG });
          const inside = offsets.map((offset) => range.fromMs + offset).filter((at) => at < range.toMs);
          const edges = [...new Set([range.fromMs, ...inside, range.toMs])].toSorted((a, b) => a - b);
          const parts = edges.slice(1).map((toMs, index) => ({ fromMs: edges[index] ?? 0, toMs }));
          const whole = await read(request(range, { interval, timeZone }));
          const partial = await Promise.all(parts.map((part) => read(request(part, { interval, timeZone }))));
          expect(sumOf(partial)).toEqual(sumOf([whole]));
          expect(whole.totals).toEqual(figuresOf(inRange(WEEK_LOG, range)));
        },
      ),
      { numRuns: 25 },
    );
  });

  test.each(['clipped', 'whole'] as const)(
    'of a range with full hours at both ends are exact if the vendor gives its first and last row %s',
    async (cutRows) => {
      await fc.assert(
        fc.asyncProperty(
          someHours(HOUR),
          fc.constantFrom<Interval>('YEAR', 'MONTH', 'WEEK', 'DAY', 'HOUR'),
          fc.constantFrom('UTC', 'Europe/Berlin'),
          async (range, interval, timeZone) => {
            const { read } = createReader({ log: WEEK_LOG, cutRows });
            const previous = [{ offset: null, series: ALL }];
            const answer = await read(request(range, { interval, timeZone, previous }));
            for (const period of [answer, ...answer.previous]) {
              expect(period.totals).toEqual(figuresOf(inRange(WEEK_LOG, period)));
            }
          },
        ),
        { numRuns: 25 },
      );
    },
  );

  test('of a shorter interval add up to the longer one', async () => {
    const nested = [
      ['WEEK', 'DAY'],
      ['DAY', 'HOUR'],
      ['MONTH', 'DAY'],
      ['HOUR', 'MINUTE'],
    ] as const;
    await fc.assert(
      fc.asyncProperty(
        someHours(1).map(({ fromMs, toMs }) => ({ fromMs, toMs: Math.min(toMs, fromMs + 30 * HOUR) })),
        fc.constantFrom(...nested),
        fc.constantFrom('UTC', 'Europe/Berlin', 'America/St_Johns'),
        async (range, [coarse, fine], timeZone) => {
          const { read } = createReader({ log: WEEK_LOG });
          const coarser = await read(request(range, { interval: coarse, timeZone }));
          const finer = await read(request(range, { interval: fine, timeZone }));
          for (const bucket of coarser.buckets) {
            const parts = finer.buckets.filter(
              (part) => part.startMs >= bucket.startMs && part.startMs < bucket.endMs,
            );
            expect(sumCounts(parts)).toBe(bucket.count);
            const times = parts.flatMap(({ processTime }) => processTime ?? []);
            expect(Math.min(...times.map(({ min }) => min))).toBe(bucket.processTime?.min ?? Infinity);
            expect(Math.max(...times.map(({ max }) => max))).toBe(bucket.processTime?.max ?? -Infinity);
          }
          expect(finer.totals.count).toBe(coarser.totals.count);
          expect(finer.totals.statuses).toEqual(coarser.totals.statuses);
        },
      ),
      { numRuns: 40 },
    );
  });
});

function sumCounts(buckets: readonly AnalyticsBucket[]): number {
  return buckets.reduce((total, { count }) => total + (count ?? Number.NaN), 0);
}

describe('a period', () => {
  test('excludes a call at its end, and the row that the vendor adds there', async () => {
    const range = rangeOf('2026-03-01T00:00Z', '2026-03-03T00:00Z');
    const log = [
      { atMs: range.fromMs, element: 'box', failed: false, ms: 1 },
      { atMs: range.toMs, element: 'box', failed: false, ms: 1 },
    ];
    const { read } = createReader({ log, cutRows: 'whole' });
    const { buckets, totals } = await read(request(range));
    expect(buckets.map(({ count }) => count)).toEqual([1, 0]);
    expect(totals.count).toBe(1);
  });

  test('shows a bucket that the vendor left out with zero counts and null times', async () => {
    const range = rangeOf('2026-03-01T00:00Z', '2026-03-04T00:00Z');
    const { read } = createReader({
      log: logCalls({ ...range, toMs: range.fromMs + 24 * HOUR }, 50),
      answer: (_operation, rows) => rows.filter((row) => row['count'] !== 0),
    });
    const { buckets, totals, coverage } = await read(request(range));
    expect(totals.count).toBe(50);
    expect(coverage.map(({ status, reason }) => [status, reason])).toEqual(
      EVERY_SERIES.map(() => ['COMPLETE', null]),
    );
    expect(buckets).toHaveLength(3);
    expect(buckets[2]).toMatchObject({
      count: 0,
      elements: new Map(),
      processTime: null,
      statuses: { success: 0, failed: 0 },
    });
  });

  test('is empty if the vendor answers 404', async () => {
    const { read } = createReader({ log: [], answer: () => NOT_FOUND });
    const { totals, coverage } = await read(request(rangeOf('2026-03-01T00:00Z', '2026-03-04T00:00Z')));
    expect(totals).toEqual({
      count: 0,
      elements: new Map(),
      processTime: null,
      statuses: { success: 0, failed: 0 },
    });
    expect(coverage.every(({ status }) => status === 'COMPLETE')).toBe(true);
  });

  test('with far more rows than requested is refused before any is read', async () => {
    const flood = Array.from({ length: 20_001 }, () => ({}));
    const { read } = createReader({ log: [], answer: () => flood });
    const { totals, coverage } = await read(
      request(rangeOf('2026-03-01T00:00Z', '2026-03-04T00:00Z'), { series: new Set(['activity']) }),
    );
    expect(totals.count).toBeNull();
    expect(coverage).toMatchObject([
      { status: 'FAILED', reason: expect.stringContaining('UPSTREAM_TOO_LARGE') },
    ]);
  });

  test('marks the buckets that are cut and those that are filling', async () => {
    const { read } = createReader({ log: [] });
    const { buckets } = await read(request({ fromMs: NOW - 36 * HOUR, toMs: NOW }));
    expect(buckets.map(({ cut }) => cut)).toEqual([true, true]);
    expect(buckets.map(({ filling }) => filling)).toEqual([false, true]);
    const closed = await read(request(rangeOf('2026-06-10T00:00Z', '2026-06-14T00:00Z')));
    expect(closed.buckets.some(({ cut, filling }) => cut || filling)).toBe(false);
  });

  test('fills from the settle delay before its answer was read, not before now', async () => {
    const range = { fromMs: NOW - HOUR, toMs: NOW };
    const { read } = createReader({ log: [], readAtMs: NOW - 600_000 });
    const { buckets, coverage } = await read(
      request(range, { interval: 'MINUTE', series: new Set(['activity']) }),
    );
    expect(buckets.find(({ filling }) => filling)?.endMs).toBeGreaterThan(NOW - 690_000);
    expect(buckets.filter(({ filling }) => filling)).toHaveLength(12);
    expect(coverage.map(({ status, fromMs, toMs }) => [status, fromMs, toMs])).toEqual([
      ['FILLING', NOW - 690_000, NOW],
      ['COMPLETE', NOW - HOUR, NOW - 690_000],
    ]);
  });
});

describe('filling', () => {
  test('is not a bucket whose part in the range has settled, even if the bucket has not ended', async () => {
    const { read } = createReader({ log: [] });
    const { buckets } = await read(request({ fromMs: NOW - 3 * HOUR, toMs: NOW - HOUR }));
    expect(buckets.map(({ cut, filling }) => [cut, filling])).toEqual([[true, false]]);
  });

  test('is the newest bucket even if no series is read, because none is requested or all have failed', async () => {
    const range = { fromMs: NOW - 36 * HOUR, toMs: NOW };
    const { read } = createReader({ log: [] });
    const none = await read(request(range, { series: new Set() }));
    expect(none.buckets.map(({ filling }) => filling)).toEqual([false, true]);
    const { read: fail } = createReader({ log: [] }, {}, NOW, { credentials: null });
    const failed = await fail(request(range));
    expect(failed.buckets.map(({ filling }) => filling)).toEqual([false, true]);
  });

  test('is not a bucket that ended exactly when the settle delay began', async () => {
    const nowMs = Date.parse('2026-06-15T12:31:30Z');
    const { read } = createReader({ log: [] }, {}, nowMs);
    const { buckets } = await read(request({ fromMs: nowMs - 210_000, toMs: nowMs }, { interval: 'MINUTE' }));
    expect(buckets.map(({ filling }) => filling)).toEqual([false, false, true, true]);
  });
});

describe('rows that cannot be parsed', () => {
  const range = rangeOf('2026-03-03T12:00:00.001Z', '2026-03-05T00:00Z');
  const series: ReadonlySet<UsageSeries> = new Set(['activity']);

  test.each([
    ['2026-03-03T00:00:00.000Z', [1, 0]],
    ['2026-03-04T00:00:00.000Z', [1, 0]],
    ['2026-03-05T00:00:00.000Z', [0, 0]],
    ['2026-02-03T00:00:00.000Z', [0, 1]],
    ['2026-02-20T00:00:00.000Z', [0, 0]],
    ['someday', [1, 1]],
  ])('count for the period that holds %s', async (timestamp, dropped) => {
    const { read, calls } = createReader({
      log: [],
      answer: (_operation, rows) =>
        rows
          .map((row) => (row['timestamp'] === timestamp ? { timestamp } : row))
          .concat(timestamp === 'someday' ? [{ timestamp }] : []),
    });
    const aligned = rangeOf('2026-03-03T00:00Z', '2026-03-05T00:00Z');
    const { coverage, previous } = await read(
      request(aligned, { series, previous: [{ offset: 'P1M', series }] }),
    );
    expect(calls).toHaveLength(1);
    const entries = [coverage, ...previous.map((period) => period.coverage)].map(([entry]) => entry);
    expect(entries.map((entry) => entry?.dropped)).toEqual(dropped);
    expect(entries.map((entry) => entry?.status)).toEqual(
      dropped.map((count) => (count > 0 ? 'TRUNCATED' : 'COMPLETE')),
    );
  });

  test('count even if the range cuts them', async () => {
    const { read } = createReader({
      log: [],
      answer: (_operation, rows) =>
        rows.map((row, index) => (index === 0 ? { timestamp: row['timestamp'] } : row)),
    });
    const { coverage } = await read(request(range, { series }));
    expect(coverage).toMatchObject([{ status: 'TRUNCATED', code: 'ROWS_DROPPED', dropped: 1 }]);
  });
});

describe('calls', () => {
  const range = rangeOf('2026-03-01T00:00Z', '2026-04-01T00:00Z');
  const previous = [{ offset: null, series: ALL }];

  test('are one for each requested series, and none without one', async () => {
    for (let size = 0; size <= USAGE_SERIES.length; size += 1) {
      const { read, calls } = createReader({ log: [] });
      const answer = await read(request(range, { series: new Set(USAGE_SERIES.slice(0, size)) }));
      expect(calls).toHaveLength(size);
      expect(answer.coverage).toHaveLength(size);
      expect(answer.buckets).toHaveLength(31);
    }
  });

  test('ask the vendor for the same interval in UTC, but for days instead of weeks', async () => {
    for (const interval of INTERVALS) {
      const { read, calls } = createReader({ log: [] });
      const short = rangeOf(
        '2026-01-01T00:00Z',
        interval === 'SECOND' ? '2026-01-01T00:10Z' : '2026-01-01T10:00Z',
      );
      const long =
        interval === 'WEEK'
          ? rangeOf('2026-01-05T00:00Z', '2026-01-19T00:00Z')
          : rangeOf('2024-01-01', '2026-01-01');
      await read(request(['HOUR', 'MINUTE', 'SECOND'].includes(interval) ? short : long, { interval }));
      expect(calls[0]?.interval).toBe(interval === 'WEEK' ? 'day' : interval.toLowerCase());
    }
  });

  test('send the range as it was requested', async () => {
    const { read, calls } = createReader({ log: [] });
    await read(request({ fromMs: NOW - 7 * 24 * HOUR, toMs: NOW }, { series: new Set(['times']) }));
    expect(calls).toEqual([
      { operation: '/usage/analytics/times', interval: 'day', fromMs: NOW - 7 * 24 * HOUR, toMs: NOW },
    ]);
  });

  test('are one for a period and the one directly before it', async () => {
    const log = logCalls(rangeOf('2026-01-01T00:00Z', '2026-05-01T00:00Z'), 500);
    const { read, calls } = createReader({ log });
    const answer = await read(request(range, { previous }));
    expect(calls).toHaveLength(4);
    expect(answer.previous[0]).toMatchObject(rangeOf('2026-02-01T00:00Z', '2026-03-01T00:00Z'));
    expect(answer.previous[0]?.buckets).toHaveLength(28);
    expect(answer.previous[0]?.totals).toEqual(figuresOf(inRange(log, rangeOf('2026-02-01', '2026-03-01'))));
    expect(answer.totals).toEqual(figuresOf(inRange(log, range)));
  });

  test('are one for a period and the same a year earlier, within the bound on rows', async () => {
    const log = logCalls(rangeOf('2025-01-01T00:00Z', '2026-05-01T00:00Z'), 500);
    const lastYear = [{ offset: 'P1Y', series: ALL }];
    const { read, calls } = createReader({ log });
    const answer = await read(request(range, { previous: lastYear }));
    expect(calls).toHaveLength(4);
    expect(answer.previous[0]?.totals).toEqual(figuresOf(inRange(log, rangeOf('2025-03-01', '2025-04-01'))));
    const bounded = createReader({ log }, { maxUpstreamBuckets: 300 });
    await bounded.read(request(range, { previous: lastYear }));
    expect(bounded.calls).toHaveLength(8);
  });

  test('are one for each period if the periods meet inside of a row that the vendor gives whole', async () => {
    const log = logCalls({ fromMs: NOW - 400 * HOUR, toMs: NOW }, 500);
    const { read, calls } = createReader({ log });
    const last = { fromMs: NOW - 168 * HOUR, toMs: NOW };
    const answer = await read(
      request(last, {
        series: new Set(['activity']),
        previous: [{ offset: null, series: new Set(['activity']) }],
      }),
    );
    expect(calls).toHaveLength(2);
    expect(answer.totals.count).toBe(inRange(log, last).length);
    expect(answer.previous[0]?.totals.count).toBe(
      inRange(log, { fromMs: NOW - 336 * HOUR, toMs: last.fromMs }).length,
    );
  });

  test('are made once for equal questions of one operation', async () => {
    const { read, calls } = createReader({ log: [] });
    await Promise.all([
      read(request(range)),
      read(request(range)),
      read(request(range, { series: new Set(['times']) })),
    ]);
    expect(calls).toHaveLength(4);
  });

  test('are not made if the call budget is used up: the series has CALL_BUDGET, and the others are given', async () => {
    const { read } = createReader({ log: [] }, {}, NOW, { callBudget: createCallBudget(1) });
    const { coverage, totals } = await read(request(range, { series: new Set(['activity', 'times']) }));
    expect(coverage.map(({ status, code }) => [status, code])).toEqual([
      ['COMPLETE', null],
      ['FAILED', 'CALL_BUDGET'],
    ]);
    expect(totals.count).toBe(0);
  });
});

describe('an answer that is too large', () => {
  const range = rangeOf('2026-03-01T00:00Z', '2026-04-01T00:00Z');
  const log = logCalls(range, 1_000);
  const tooLarge = (most: number) => (operation: string, rows: Record<string, unknown>[]) => {
    if (rows.length <= most) return rows;
    throw new UpstreamError({
      code: 'UPSTREAM_TOO_LARGE',
      source: 'USAGE',
      operation,
      message: 'The answer is larger than the limit.',
    });
  };

  test('is read in halves', async () => {
    const { read, calls } = createReader({ log, answer: tooLarge(400) });
    const { totals, coverage } = await read(request(range, { interval: 'HOUR' }));
    expect(totals).toEqual(figuresOf(log));
    expect(coverage.map(({ status, reason }) => [status, reason])).toEqual(
      EVERY_SERIES.map(() => ['COMPLETE', null]),
    );
    // Ranges are cut at the edges of segments, so not always in the middle.
    expect(calls.length).toBeLessThanOrEqual(4 * 5);
  });

  test('is TRUNCATED by the rows of its halves that cannot be parsed', async () => {
    const bad = ['2026-03-02T00:00:00.000Z', '2026-03-30T00:00:00.000Z'];
    const { read } = createReader({
      log,
      answer: (operation, rows) =>
        tooLarge(400)(operation, rows).map((row) =>
          bad.includes(String(row['timestamp'])) ? { ...row, count: 'many' } : row,
        ),
    });
    const { coverage } = await read(request(range, { interval: 'HOUR', series: new Set(['activity']) }));
    expect(coverage).toMatchObject([{ status: 'TRUNCATED', code: 'ROWS_DROPPED', dropped: 2 }]);
  });

  test('fails if its quarters are too large too', async () => {
    const { read, calls } = createReader({ log, answer: tooLarge(3) });
    const { coverage } = await read(request(range, { interval: 'HOUR', series: new Set(['activity']) }));
    expect(coverage).toMatchObject([{ status: 'FAILED', code: 'UPSTREAM' }]);
    expect(calls).toHaveLength(1 + 2 + 4);
  });
});

describe('an estimate', () => {
  test('equals the calls and rows that follow, for any range, interval, zone and selection', async () => {
    const series = fc.uniqueArray(fc.constantFrom(...USAGE_SERIES)).map((names) => new Set(names));
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(fc.integer({ min: 0, max: 60 * 24 }), fc.integer({ min: 1, max: 20 * 24 })),
        fc.constantFrom(HOUR, HOUR / 4, 1_234_567),
        fc.constantFrom<Interval>('MONTH', 'WEEK', 'DAY', 'HOUR'),
        fc.constantFrom('UTC', 'Europe/London', 'Asia/Kolkata'),
        fc.tuple(series, series),
        fc.constantFrom(null, 'P1M', 'P1Y'),
        async ([back, length], unit, interval, timeZone, [own, earlier], offset) => {
          const toMs = NOW - (NOW % HOUR) - back * unit;
          const asked = request(
            { fromMs: toMs - length * unit, toMs },
            { interval, timeZone, series: own, previous: [{ offset, series: earlier }] },
          );
          const bounds = { maxBuckets: 2_000, maxUpstreamBuckets: 50_000 };
          const { read, calls } = createReader({ log: [] }, bounds);
          const estimate = estimateAnalytics(asked, NOW, bounds);
          const { buckets, previous } = await read(asked);
          const made = Map.groupBy(calls, ({ operation }) => operation);
          const counted = EVERY_SERIES.map((one) => made.get(SERIES_OPERATIONS[one])?.length ?? 0);
          expect(EVERY_SERIES.map((one) => estimate.calls.get(one))).toEqual(counted);
          expect(estimate.buckets).toBe(Math.max(buckets.length, previous[0]?.buckets.length ?? 0));
          const rows = calls.map((call) =>
            countVendorRows(call, call.interval.toUpperCase() as VendorInterval),
          );
          expect(estimate.rows).toBe(rows.reduce((sum, count) => sum + count, 0));
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);
});

describe('a series that fails', () => {
  const range = rangeOf('2026-03-01T00:00Z', '2026-03-03T00:00Z');
  const failing: VendorOptions = {
    log: logCalls(range, 20),
    answer(operation, rows) {
      if (operation !== '/usage/analytics/times') return rows;
      throw new UpstreamError({
        code: 'UPSTREAM_TIMEOUT',
        source: 'USAGE',
        operation,
        message: 'No answer in time.',
      });
    },
  };

  test('is null in all buckets and in the totals, is reported once in coverage, and fails no other', async () => {
    const { read } = createReader(failing);
    const { buckets, totals, coverage } = await read(request(range));
    expect(buckets.map(({ processTime }) => processTime)).toEqual([null, null]);
    expect(totals).toMatchObject({ count: 20, processTime: null });
    expect(coverage.filter(({ status }) => status !== 'COMPLETE')).toEqual([
      {
        source: 'USAGE',
        operation: '/usage/analytics/times',
        status: 'FAILED',
        ...range,
        asOfMs: null,
        origin: 'NONE',
        scanned: null,
        matched: null,
        dropped: 0,
        code: 'UPSTREAM',
        reason: 'UPSTREAM_TIMEOUT: No answer in time.',
      },
    ]);
  });

  test('without credentials is NOT_CONFIGURED, without a call', async () => {
    const { read, calls } = createReader({ log: [] }, {}, NOW, { credentials: null });
    const { coverage } = await read(request(range));
    expect(coverage.map(({ code }) => code)).toEqual(EVERY_SERIES.map(() => 'NOT_CONFIGURED'));
    expect(calls).toEqual([]);
  });

  test('because of a refusal that is not the call budget fails the whole answer', async () => {
    const { read } = createReader({
      log: [],
      answer() {
        throw new RequestError('LIMIT_EXCEEDED', 'too many rows', { limit: 'maxUpstreamBuckets' });
      },
    });
    await expect(read(request(range))).rejects.toThrow('too many rows');
  });

  test('because of a fault in the code fails the whole answer', async () => {
    const { read } = createReader({
      log: [],
      answer() {
        throw new RangeError('ours');
      },
    });
    await expect(read(request(range))).rejects.toThrow('ours');
  });

  test('because the operation has ended is reported, not thrown', async () => {
    const { read } = createReader(
      {
        log: [],
        answer() {
          throw new DOMException('gone', 'AbortError');
        },
      },
      {},
      NOW,
      { signal: AbortSignal.abort() },
    );
    const { coverage } = await read(request(range));
    expect(coverage.map(({ status, code, reason }) => [status, code, reason])).toEqual(
      EVERY_SERIES.map(() => ['FAILED', 'UPSTREAM', 'The operation ended before the vendor answered.']),
    );
  });
});

describe('a vendor that counts the whole of its first and last row', () => {
  const cutRows = 'whole';

  test('adds no call of the month before to London by month', async () => {
    const range = rangeOf('2025-10-01T00:00+01:00', '2026-02-01T00:00Z');
    const log = logCalls(rangeOf('2025-08-01T00:00Z', '2026-03-01T00:00Z'), 2_000);
    const { read, calls } = createReader({ log, cutRows });
    const { buckets, totals, coverage } = await read(
      request(range, { interval: 'MONTH', timeZone: 'Europe/London' }),
    );
    expect(buckets[0]).toMatchObject({
      cut: false,
      ...figuresOf(inRange(log, { ...range, toMs: Date.parse('2025-11-01T00:00Z') })),
    });
    expect(totals).toEqual(figuresOf(inRange(log, range)));
    expect(coverage.map(({ status, reason }) => [status, reason])).toEqual(
      EVERY_SERIES.map(() => ['COMPLETE', null]),
    );
    expect(calls).toHaveLength(4);
  });

  test('is asked for one hour separately if a bucket begins inside of a year and the hours of the range are many', async () => {
    const range = rangeOf('1970-12-31T23:00Z', '2001-01-01T00:00Z');
    const log = logCalls(rangeOf('1970-01-01T00:00Z', '2001-06-01T00:00Z'), 500);
    const { read, calls } = createReader({ log, cutRows });
    const { buckets, totals } = await read(
      request(range, { interval: 'YEAR', timeZone: 'Europe/London', series: new Set(['activity']) }),
    );
    expect(buckets).toHaveLength(30);
    expect(totals.count).toBe(inRange(log, range).length);
    expect(calls.map(({ interval }) => interval)).toEqual(['hour', 'year']);
  });

  test('is exact in every bucket that the range does not cut, in any zone and interval, or coverage reports it', async () => {
    const moment = (unit: number) =>
      fc.integer({ min: 0, max: Math.floor((400 * 24 * HOUR) / unit) }).map((n) => n * unit);
    const base = Date.parse('2025-03-01T00:00Z');
    const log = logCalls({ fromMs: base - 400 * 24 * HOUR, toMs: base + 800 * 24 * HOUR }, 3_000);
    await fc.assert(
      fc.asyncProperty(
        fc
          .constantFrom(1, 1_000, 60_000, HOUR / 4, HOUR, 24 * HOUR)
          .chain((unit) => fc.tuple(moment(unit), moment(unit))),
        fc.constantFrom<Interval>('YEAR', 'QUARTER', 'MONTH', 'WEEK', 'DAY'),
        fc.constantFrom('UTC', 'Europe/London', 'Europe/Berlin', 'Africa/Casablanca', 'America/New_York'),
        fc.constantFrom<readonly UsageSeries[]>(['activity'], ['times'], ['activity', 'statuses']),
        async ([a, b], interval, timeZone, series) => {
          fc.pre(a !== b);
          const range = { fromMs: base + Math.min(a, b), toMs: base + Math.max(a, b) };
          const { read } = createReader(
            { log, cutRows },
            { maxUpstreamBuckets: 40_000 },
            base + 800 * 24 * HOUR,
          );
          const { buckets, coverage } = await read(
            request(range, { interval, timeZone, series: new Set(series) }),
          );
          expect(coverage.map(({ status }) => status)).toEqual(series.map(() => 'COMPLETE'));
          const isDoubtful = (operation: string, { startMs, endMs }: AnalyticsBucket) =>
            coverage.some(
              (entry) =>
                entry.operation === operation &&
                entry.reason !== null &&
                entry.fromMs < endMs &&
                entry.toMs > startMs,
            );
          for (const bucket of buckets) {
            const truth = figuresOf(
              inRange(inRange(log, range), { fromMs: bucket.startMs, toMs: bucket.endMs }),
            );
            const isReported = (operation: string) => bucket.cut && isDoubtful(operation, bucket);
            if (bucket.count !== null && !isReported('/usage/analytics/activity'))
              expect(bucket.count).toBe(truth.count);
            if (series.includes('times') && !isReported('/usage/analytics/times'))
              expect(bucket.processTime).toEqual(truth.processTime);
            if (bucket.statuses && !isReported('/usage/analytics/statuses'))
              expect(bucket.statuses).toEqual(truth.statuses);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('is reported as perhaps too high if no row begins with the range and the row has calls', async () => {
    const range = { fromMs: NOW - 5 * 24 * HOUR, toMs: NOW };
    const log = logCalls({ ...range, fromMs: range.fromMs - 24 * HOUR }, 300);
    const { buckets, coverage } = await createReader({ log, cutRows }).read(request(range));
    expect(buckets[0]?.cut).toBe(true);
    expect(
      coverage
        .filter(({ reason }) => reason?.includes('figures there are too high'))
        .map(({ operation }) => operation),
    ).toHaveLength(4);
    const quiet = await createReader({ log: [], cutRows }).read(request(range));
    expect(quiet.coverage.filter(({ reason }) => reason !== null)).toEqual([]);
  });

  test('is reported as perhaps too high if no row ends with a range that is over, but not if the range ends now', async () => {
    const log = logCalls({ fromMs: NOW - 5 * 24 * HOUR, toMs: NOW }, 300);
    const { fromMs } = rangeOf('2026-06-12T00:00Z', '2026-06-13T00:00Z');
    const doubted = async (toMs: number) => {
      const { coverage } = await createReader({ log, cutRows }).read(request({ fromMs, toMs }));
      return coverage.filter(({ reason }) => reason?.includes('figures there are too high')).length;
    };
    expect(await doubted(NOW - 24 * HOUR)).toBe(4);
    expect(await doubted(NOW)).toBe(0);
  });
});

describe('a vendor that departs from its page', () => {
  const series: ReadonlySet<UsageSeries> = new Set(['activity']);
  const month = rangeOf('2026-03-01T00:00Z', '2026-05-01T00:00Z');
  const log = logCalls(month, 5_000);
  const hours = (more: Partial<AnalyticsRequest> = {}) => request(month, { interval: 'HOUR', ...more });

  test.each([
    ['oldest', (rows: Record<string, unknown>[]) => rows.slice(0, 1_000)],
    ['newest', (rows: Record<string, unknown>[]) => rows.slice(-1_000)],
  ])('and gives only the %s 1,000 rows is asked for the rest', async (_end, cap) => {
    const { read, calls } = createReader({ log, answer: (_operation, rows) => cap(rows) });
    const { buckets, totals, coverage } = await read(hours({ series: ALL }));
    expect(totals).toEqual(figuresOf(log));
    expect(buckets.reduce((sum, { count }) => sum + (count ?? 0), 0)).toBe(log.length);
    expect(coverage.map(({ status, reason }) => [status, reason])).toEqual(
      EVERY_SERIES.map(() => ['COMPLETE', null]),
    );
    expect(calls).toHaveLength(8);
  });

  test('and gives a few rows at a time fails after five questions', async () => {
    const { read, calls } = createReader({ log, answer: (_operation, rows) => rows.slice(0, 100) });
    const { totals, coverage } = await read(hours({ series }));
    expect(totals.count).toBeNull();
    expect(coverage).toMatchObject([{ status: 'FAILED', code: 'UPSTREAM' }]);
    expect(coverage[0]?.reason).toMatch(/^UPSTREAM_BAD_RESPONSE: The vendor left out rows/);
    expect(calls).toHaveLength(5);
  });

  test.each([
    ['the rest', (rows: Record<string, unknown>[]) => rows.slice(0, 1_000), 464],
    ['rows between others', (rows: Record<string, unknown>[]) => rows.toSpliced(700, 7), 7],
  ])('and gives rows of zero but not %s is TRUNCATED, not zero', async (_what, lose, lost) => {
    const { read } = createReader({
      log,
      answer: (_operation, rows) => (rows.length > 1_400 ? lose(rows) : []),
    });
    const { coverage } = await read(hours({ series }));
    expect(coverage).toMatchObject([{ status: 'TRUNCATED', code: 'ROWS_DROPPED', dropped: lost }]);
  });

  test('and lacks its newest rows, because its clock is behind, is not asked for them: they are filling', async () => {
    const range = { fromMs: NOW - HOUR, toMs: NOW };
    const settledMs = NOW - SETTINGS.settleMs;
    const { read, calls } = createReader({
      log: logCalls(range, 200),
      answer: (_operation, rows) => rows.filter(({ timestamp }) => Date.parse(String(timestamp)) < settledMs),
    });
    const { coverage } = await read(request(range, { interval: 'MINUTE', series }));
    expect(calls).toHaveLength(1);
    expect(coverage).toMatchObject([
      { status: 'FILLING', fromMs: settledMs, toMs: NOW },
      { status: 'COMPLETE', fromMs: range.fromMs, toMs: settledMs },
    ]);
  });

  test('and leaves out rows of zero is read with one more call', async () => {
    const few = logCalls(rangeOf('2026-03-20T00:00Z', '2026-03-25T00:00Z'), 60);
    const sparse = (rows: Record<string, unknown>[]) => rows.filter((row) => row['count'] !== 0);
    const { read, calls } = createReader({ log: few, answer: (_operation, rows) => sparse(rows) });
    const { totals, coverage } = await read(hours({ series }));
    expect(totals.count).toBe(60);
    expect(coverage).toMatchObject([{ status: 'COMPLETE', reason: null }]);
    expect(calls.length).toBeLessThanOrEqual(3);
  });

  test.each([
    ['HOUR', 'day'],
    ['HOUR', 'month'],
    ['MINUTE', 'hour'],
    ['DAY', 'hour'],
    ['DAY', 'month'],
    ['MONTH', 'day'],
    ['YEAR', 'month'],
  ] as const)(
    'and ignores the interval is a bad response: asked by %s, answered by %s',
    async (interval, answered) => {
      for (const hoursLong of [5, 30, 24 * 80, 24 * 900]) {
        if (interval === 'MINUTE' && hoursLong > 30) continue;
        if (interval === 'HOUR' && hoursLong > 2_000) continue;
        const fromMs = Date.parse('2023-03-01T00:00Z');
        const range = { fromMs, toMs: fromMs + hoursLong * HOUR };
        const spread = logCalls(range, 1_000);
        const { read } = createReader({
          log: spread,
          answer: (operation, _rows, call) =>
            listRows({ ...call, operation, interval: answered }, { log: spread }),
        });
        const { buckets, totals, coverage } = await read(request(range, { interval, series }));
        // One row may fit both intervals, and days may be summed from hours.
        if (coverage[0]?.status === 'COMPLETE') {
          expect(totals.count).toBe(1_000);
          for (const { startMs, endMs, count } of buckets)
            expect(count).toBe(inRange(spread, { fromMs: startMs, toMs: endMs }).length);
        } else {
          expect(coverage).toMatchObject([{ status: 'FAILED', code: 'UPSTREAM' }]);
          expect(coverage[0]?.reason).toMatch(/^UPSTREAM_BAD_RESPONSE/);
        }
      }
    },
  );

  test.each([
    [[null]],
    [[{ message: 'Internal error' }]],
    [[{ timestamp: '2020-01-01T00:00:00Z', count: 7 }]],
  ])('and answers %j has given no answer', async (body) => {
    for (const one of EVERY_SERIES) {
      const { read } = createReader({ log, answer: () => body });
      const { totals, coverage } = await read(hours({ series: new Set([one]) }));
      expect(totals).toEqual({ count: null, elements: null, processTime: null, statuses: null });
      expect(coverage).toMatchObject([{ status: 'FAILED', code: 'UPSTREAM' }]);
    }
  });
});

describe('sums beyond 2^53 − 1', () => {
  test('are null, and coverage gives the reason', async () => {
    const range = rangeOf('2026-03-01T00:00Z', '2026-03-03T00:00Z');
    const most = Number.MAX_SAFE_INTEGER;
    const { read } = createReader({
      log: [],
      answer: (operation, rows) =>
        rows.map(({ timestamp }) => ({
          timestamp,
          count: most,
          ...(operation.endsWith('/elements') && { box: most }),
          ...(operation.endsWith('/statuses') && { success: most, failed: 0 }),
          ...(operation.endsWith('/times') && { min: 1, max: 3, avg: 2 }),
        })),
    });
    const { buckets, totals, coverage } = await read(request(range));
    expect(buckets.map(({ count }) => count)).toEqual([most, most]);
    // Buckets show the elements that rank in the totals, and there are no totals.
    expect(buckets.map(({ elements }) => elements)).toEqual([null, null]);
    expect(totals).toEqual({
      count: null,
      elements: null,
      processTime: { min: 1, max: 3, avg: 2 },
      statuses: null,
    });
    expect(
      coverage.map(({ status, code, reason }) => [status, code, reason?.includes('2^53') ?? false]),
    ).toEqual([
      ['TRUNCATED', 'UPSTREAM', true],
      ['TRUNCATED', 'UPSTREAM', true],
      ['COMPLETE', null, false],
      ['TRUNCATED', 'UPSTREAM', true],
    ]);
  });
});

describe('sums that contradict each other', () => {
  const range = rangeOf('2026-03-01T00:00Z', '2026-03-03T00:00Z');

  test('are given unchanged, and reported in the reason of their own series', async () => {
    const { read } = createReader({
      log: logCalls(range, 20),
      answer: (operation, rows) =>
        operation.endsWith('/statuses')
          ? rows.map((row) => ({ ...row, failed: Number(row['failed']) + 1 }))
          : rows,
    });
    const { totals, coverage } = await read(request(range));
    expect((totals.statuses?.success ?? 0) + (totals.statuses?.failed ?? 0)).toBe(22);
    expect(coverage.map(({ status, reason }) => [status, reason])).toEqual([
      ['COMPLETE', null],
      ['COMPLETE', null],
      ['COMPLETE', null],
      [
        'COMPLETE',
        "The vendor contradicts itself: in 2 of its rows the parts do not add up to 'count'. The vendor contradicts itself: 2 buckets do not add up to /usage/analytics/activity.",
      ],
    ]);
  });

  test.each(['/times', '/statuses'])(
    'are no whole answer if %s counts less than was called',
    async (path) => {
      const { read } = createReader({
        log: logCalls(range, 20),
        answer: (operation, rows) => (operation.endsWith(path) ? [] : rows),
      });
      const { totals, coverage } = await read(request(range));
      expect(totals.count).toBe(20);
      const lacking = coverage.filter(({ operation }) => operation?.endsWith(path));
      expect(lacking).toMatchObject([{ status: 'TRUNCATED', code: 'UPSTREAM' }]);
      expect(lacking[0]?.reason).toContain('do not add up to /usage/analytics/activity');
      expect(coverage.filter(({ status }) => status !== 'COMPLETE')).toEqual(lacking);
    },
  );

  test('are reported even for a bucket that the range cuts', async () => {
    const half = rangeOf('2026-03-01T12:00:00.001Z', '2026-03-02T00:00Z');
    const { read } = createReader({
      log: logCalls(half, 20),
      answer: (operation, rows) =>
        operation.endsWith('/activity') ? rows.map((row) => ({ ...row, count: 1 })) : rows,
    });
    const { coverage } = await read(request(half));
    expect(coverage.map(({ reason }) => reason?.includes('1 buckets') ?? false)).toEqual([
      false,
      true,
      false,
      true,
    ]);
  });

  test.each(['/activity', '/statuses'])('are not reported if rows of %s are missing', async (unparsable) => {
    const { read } = createReader({
      log: logCalls(range, 60),
      answer: (operation, rows) =>
        operation.endsWith(unparsable) ? [{ ...rows[0], count: 'many' }, ...rows.slice(1)] : rows,
    });
    const { coverage } = await read(request(range));
    expect(coverage.filter(({ status }) => status === 'TRUNCATED')).toHaveLength(1);
    expect(coverage.filter(({ reason }) => reason?.includes('contradicts'))).toEqual([]);
  });

  test('between two series are not reported for buckets that are still filling', async () => {
    const { read } = createReader({
      log: logCalls({ fromMs: NOW - HOUR, toMs: NOW }, 100),
      answer: (operation, rows) =>
        operation.endsWith('/activity') ? rows.map((row) => ({ ...row, count: 1 })) : rows,
    });
    const live = await read(request({ fromMs: NOW - 60_000, toMs: NOW }, { interval: 'MINUTE' }));
    const contradictions = (answer: UsageAnalytics) =>
      answer.coverage.filter(({ reason }) => reason?.includes('contradicts'));
    expect(contradictions(live)).toEqual([]);
    const settled = await read(request({ fromMs: NOW - HOUR, toMs: NOW - 600_000 }, { interval: 'MINUTE' }));
    expect(contradictions(settled)).toHaveLength(3);
  });
});

describe('a refusal', () => {
  test('of too many buckets comes before any call and names an interval that is allowed', async () => {
    const { read, calls } = createReader({ log: [] });
    const range = rangeOf('2026-01-01T00:00Z', '2026-03-01T00:00Z');
    await expect(read(request(range, { interval: 'MINUTE' }))).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: expect.stringContaining("Ask for 'interval: HOUR'") as string,
      details: { argument: 'interval', limit: 'maxBuckets', allowed: 2_000, requested: 84_960 },
    });
    expect(calls).toEqual([]);
  });

  test('of too many vendor rows names a zone, an interval and a range that are allowed', async () => {
    const { read, calls } = createReader({ log: [] });
    const range = rangeOf('2026-01-01T00:00Z', '2026-02-01T00:00Z');
    await expect(read(request(range, { timeZone: 'Asia/Kolkata' }))).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message:
        "'interval: DAY' in Asia/Kolkata has to be summed from the vendor's MINUTE rows in UTC: 44640 of them, and 20000 may be read. Ask for 'timeZone: \"UTC\"', or 'interval: QUARTER', or a range of at most 333 hours.",
      details: { limit: 'maxUpstreamBuckets', allowed: 20_000, requested: 44_640 },
    });
    expect(calls).toEqual([]);
    // Requests that the message suggests are answered.
    await read(request(range, { timeZone: 'UTC' }));
    await read(request({ ...range, toMs: range.fromMs + 333 * HOUR }, { timeZone: 'Asia/Kolkata' }));
    await read(request(range, { timeZone: 'Asia/Kolkata', interval: 'QUARTER' }));
    // 19,980 rows of elements come in two answers.
    expect(calls).toHaveLength(13);
  });

  test('suggests only what is allowed', async () => {
    const january = rangeOf('2026-01-01T00:00Z', '2026-02-01T00:00Z');
    const years = rangeOf('2020-01-01T00:00+05:30', '2025-01-01T00:00+05:30');
    const messageOf = async (question: AnalyticsRequest, settings = {}) =>
      createReader({ log: [] }, settings)
        .read(question)
        .catch((error: unknown) => (error instanceof RequestError ? error.message : error));
    // Neither the zone UTC, which it has, nor minutes.
    expect(await messageOf(request(january, { interval: 'MINUTE' }), { maxBuckets: 200_000 })).toMatch(
      / may be read\. Ask for 'interval: HOUR', or a range of at most 333 hours\.$/,
    );
    // No interval is longer than a year.
    expect(await messageOf(request(years, { interval: 'YEAR', timeZone: 'Asia/Kolkata' }))).toMatch(
      / may be read\. Ask for 'timeZone: "UTC"', or a range of at most 333 hours\.$/,
    );
    // Hours are too many too.
    expect(await messageOf(request(years, { interval: 'MINUTE' }))).toMatch(
      / at most\. Ask for 'interval: DAY' or a shorter range\.$/,
    );
  });

  test('of too many vendor rows counts those of the period that has too many', async () => {
    const { read } = createReader({ log: [] }, { maxUpstreamBuckets: 42_000 });
    const february = rangeOf('2026-02-01T00:00+05:30', '2026-03-01T00:00+05:30');
    const previous = [{ offset: 'P1M', series: ALL }];
    await expect(read(request(february, { timeZone: 'Asia/Kolkata', previous }))).rejects.toMatchObject({
      details: { allowed: 42_000, requested: 31 * 24 * 60 },
    });
  });

  test('never asks for seconds over more than a day', async () => {
    const { read, calls } = createReader({ log: [] }, { maxBuckets: 200_000, maxUpstreamBuckets: 200_000 });
    const day = rangeOf('2026-01-01T00:00Z', '2026-01-02T00:00Z');
    await read(request(day, { interval: 'SECOND', series: new Set(['activity']) }));
    // 86,400 rows are too many for one answer.
    expect(calls.map(({ interval }) => interval)).toEqual(['second', 'second']);
    const longer = { ...day, toMs: day.toMs + 1_000 };
    await expect(read(request(longer, { interval: 'SECOND' }))).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
    });
    expect(calls).toHaveLength(2);
  });

  test('of an invalid zone names the argument', async () => {
    const { read } = createReader({ log: [] });
    const range = rangeOf('2026-01-01T00:00Z', '2026-01-02T00:00Z');
    await expect(read(request(range, { timeZone: 'Mars/Olympus' }))).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      details: { argument: 'timeZone' },
    });
  });
});

describe('element keys are data', () => {
  test.each(['__proto__', 'constructor', 'toString', 'ünïcødé 💡', '42', ''])(
    '%j is counted like every other name',
    async (key) => {
      const range = rangeOf('2026-03-01T00:00Z', '2026-03-02T00:00Z');
      const timestamp = '2026-03-01T00:00:00.000Z';
      // JSON.parse makes an own field of any name.
      const body: unknown = JSON.parse(`[{"timestamp":"${timestamp}","count":3,${JSON.stringify(key)}:3}]`);
      const series: ReadonlySet<UsageSeries> = new Set(['elements']);
      const { read } = createReader({ log: [], answer: () => body });
      const { totals, coverage } = await read(request(range, { series }));
      expect([...(totals.elements ?? [])]).toEqual([[key, 3]]);
      expect(coverage[0]).toMatchObject({ status: 'COMPLETE', reason: null });
      expect(({} as Record<string, unknown>)['count']).toBeUndefined();
    },
  );

  test("an element with the name of one of the vendor's two fields is lost, and the sums show it", async () => {
    const range = rangeOf('2026-03-01T00:00Z', '2026-03-02T00:00Z');
    const body: unknown = JSON.parse(
      '[{"timestamp":"2026-03-01T00:00:00.000Z","count":9,"box":3,"count":2}]',
    );
    const { read } = createReader({ log: [], answer: () => body });
    const { totals, coverage } = await read(request(range, { series: new Set(['elements']) }));
    expect([...(totals.elements ?? [])]).toEqual([['box', 3]]);
    expect(coverage).toMatchObject([{ status: 'TRUNCATED', code: 'UPSTREAM' }]);
    expect(coverage[0]?.reason).toContain("do not add up to 'count'");
    expect(coverage[0]?.reason).toContain("An element whose key is 'count' or 'timestamp' may be missing.");
  });
});
