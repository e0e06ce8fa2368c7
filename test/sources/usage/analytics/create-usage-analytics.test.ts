import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { INTERVALS, type Interval } from '../../../../src/base/interval.ts';
import type { Range } from '../../../../src/base/range.ts';
import { Temporal } from '../../../../src/base/temporal.ts';
import { UpstreamError } from '../../../../src/base/upstream-error.ts';
import {
  USAGE_SERIES,
  type AnalyticsBucket,
  type AnalyticsPeriod,
  type UsageSeries,
} from '../../../../src/sources/usage/usage-analytics.ts';
import type { AnalyticsRequest } from '../../../../src/sources/usage/usage-source.ts';
import { createCallLedger } from '../../../../src/upstream/call-ledger.ts';
import {
  createReader,
  logCalls,
  NOT_FOUND,
  NOW,
  type LoggedCall,
  type VendorOptions,
} from './simulated-vendor.ts';

const ALL = new Set(USAGE_SERIES);
const EVERY_SERIES = ['activity', 'elements', 'times', 'statuses'] as const;

function rangeOf(from: string, to: string): Range {
  return { fromMs: Date.parse(from), toMs: Date.parse(to) };
}

function request(range: Range, more: Partial<AnalyticsRequest> = {}): AnalyticsRequest {
  return { range, interval: 'DAY', timeZone: 'UTC', series: ALL, previous: [], ...more };
}

/** The reference: which bucket a moment belongs to, by the zone's wall clock alone. */
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

/** The figures of some calls, by hand. */
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
// There a bucket is summed from minutes, which are many.
const HALF_HOUR_ZONES = ['America/St_Johns', 'Asia/Kolkata', 'Australia/Lord_Howe'];

describe.each(Object.entries(WINDOWS))('series in %s', (timeZone, moments) => {
  test.each(INTERVALS)('are by %s what the log itself says', async (interval) => {
    for (const moment of moments) {
      const widthMs = Math.min(
        HALF_WIDTH_MS[interval],
        HALF_HOUR_ZONES.includes(timeZone) ? 60 * 3_600_000 : Infinity,
      );
      const middle = Date.parse(moment);
      // Not in step with any bucket, so that both edges are cut.
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
  test('over any partition of a range are the whole, where the vendor cuts rows at the edges', async () => {
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
    'of a range that begins and ends at a full hour are exact where the vendor gives its first and last row %s',
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

  test('of a finer interval, put together, are the coarser one', async () => {
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
  test('is half-open: a call at its end is not in it, nor is the row that the vendor adds there', async () => {
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

  test('shows a bucket that the vendor left out: zero for counts, null for times', async () => {
    const range = rangeOf('2026-03-01T00:00Z', '2026-03-04T00:00Z');
    const { read } = createReader({
      log: logCalls(range, 50),
      answer: (_operation, rows) => rows.slice(0, 1),
    });
    const { buckets } = await read(request(range));
    expect(buckets).toHaveLength(3);
    expect(buckets[2]).toMatchObject({
      count: 0,
      elements: new Map(),
      processTime: null,
      statuses: { success: 0, failed: 0 },
    });
  });

  test('of which the vendor says 404 is empty', async () => {
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

  test('of far more rows than were asked for is refused, before one of them is read', async () => {
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

  test('tells which of its buckets are cut and which are filling', async () => {
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
  test('is not a bucket whose part in the range has settled, though the bucket itself has not ended', async () => {
    const { read } = createReader({ log: [] });
    const { buckets } = await read(request({ fromMs: NOW - 3 * HOUR, toMs: NOW - HOUR }));
    expect(buckets.map(({ cut, filling }) => [cut, filling])).toEqual([[true, false]]);
  });

  test('is not a bucket that ended just when the settle delay began', async () => {
    const nowMs = Date.parse('2026-06-15T12:31:30Z');
    const { read } = createReader({ log: [] }, {}, nowMs);
    const { buckets } = await read(request({ fromMs: nowMs - 210_000, toMs: nowMs }, { interval: 'MINUTE' }));
    expect(buckets.map(({ filling }) => filling)).toEqual([false, false, true, true]);
  });
});

describe('rows that can’t be understood', () => {
  const range = rangeOf('2026-03-03T12:00:00.001Z', '2026-03-05T00:00Z');
  const series: ReadonlySet<UsageSeries> = new Set(['activity']);

  test.each([
    ['2026-03-03T00:00:00.000Z', [1, 0]],
    ['2026-03-04T00:00:00.000Z', [1, 0]],
    ['2026-03-05T00:00:00.000Z', [0, 0]],
    ['2026-02-03T00:00:00.000Z', [0, 1]],
    ['2026-02-20T00:00:00.000Z', [0, 0]],
    ['someday', [1, 1]],
  ])('count for the period that %s lies in', async (timestamp, dropped) => {
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

  test('count also where the range cuts them', async () => {
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

  test('are one for each series asked for, none where none is', async () => {
    for (let size = 0; size <= USAGE_SERIES.length; size += 1) {
      const { read, calls } = createReader({ log: [] });
      const answer = await read(request(range, { series: new Set(USAGE_SERIES.slice(0, size)) }));
      expect(calls).toHaveLength(size);
      expect(answer.coverage).toHaveLength(size);
      expect(answer.buckets).toHaveLength(31);
    }
  });

  test('ask the vendor for the same interval in UTC, and for days where weeks are wanted', async () => {
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

  test('send the range as it was asked for', async () => {
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

  test('are one for each period where the periods meet inside a row that the vendor gives whole', async () => {
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

  test('are one where equal questions are asked twice in one operation', async () => {
    const { read, calls } = createReader({ log: [] });
    await Promise.all([
      read(request(range)),
      read(request(range)),
      read(request(range, { series: new Set(['times']) })),
    ]);
    expect(calls).toHaveLength(4);
  });

  test('are none where the call budget is spent: CALL_BUDGET, and the other series stand', async () => {
    const { read } = createReader({ log: [] }, {}, NOW, { ledger: createCallLedger(1) });
    const { coverage, totals } = await read(request(range, { series: new Set(['activity', 'times']) }));
    expect(coverage.map(({ status, code }) => [status, code])).toEqual([
      ['COMPLETE', null],
      ['FAILED', 'CALL_BUDGET'],
    ]);
    expect(totals.count).toBe(0);
  });
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

  test('is null in every bucket and in the totals, told once in coverage, and fails no other', async () => {
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
        scanned: null,
        matched: null,
        dropped: 0,
        code: 'UPSTREAM',
        reason: 'UPSTREAM_TIMEOUT: No answer in time.',
      },
    ]);
  });

  test('for want of credentials is NOT_CONFIGURED, without a call', async () => {
    const { read, calls } = createReader({ log: [] }, {}, NOW, { credentials: null });
    const { coverage } = await read(request(range));
    expect(coverage.map(({ code }) => code)).toEqual(EVERY_SERIES.map(() => 'NOT_CONFIGURED'));
    expect(calls).toEqual([]);
  });

  test('for a fault of our own is no answer at all', async () => {
    const { read } = createReader({
      log: [],
      answer() {
        throw new RangeError('ours');
      },
    });
    await expect(read(request(range))).rejects.toThrow('ours');
  });

  test('because the operation has ended is told, not thrown', async () => {
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
    expect(coverage.map(({ status, code }) => [status, code])).toEqual(
      EVERY_SERIES.map(() => ['FAILED', 'UPSTREAM']),
    );
  });
});

describe('sums that contradict each other', () => {
  const range = rangeOf('2026-03-01T00:00Z', '2026-03-03T00:00Z');

  test('are served as they are, and said in the reason of their own series', async () => {
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

  test('are said also of a bucket that the range cuts', async () => {
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

  test.each(['/activity', '/statuses'])('are not claimed where rows of %s are missing', async (illegible) => {
    const { read } = createReader({
      log: logCalls(range, 60),
      answer: (operation, rows) =>
        operation.endsWith(illegible) ? [{ ...rows[0], count: 'many' }, ...rows.slice(1)] : rows,
    });
    const { coverage } = await read(request(range));
    expect(coverage.filter(({ status }) => status === 'TRUNCATED')).toHaveLength(1);
    expect(coverage.filter(({ reason }) => reason?.includes('contradicts'))).toEqual([]);
  });

  test('between two series are not held against buckets that are still filling', async () => {
    const { read } = createReader({
      log: logCalls({ fromMs: NOW - HOUR, toMs: NOW }, 100),
      answer: (operation, rows) =>
        operation.endsWith('/activity') ? rows.map((row) => ({ ...row, count: 1 })) : rows,
    });
    const live = await read(request({ fromMs: NOW - 60_000, toMs: NOW }, { interval: 'MINUTE' }));
    expect(live.coverage.every(({ reason }) => reason === null)).toBe(true);
    const settled = await read(request({ fromMs: NOW - HOUR, toMs: NOW - 600_000 }, { interval: 'MINUTE' }));
    expect(settled.coverage.filter(({ reason }) => reason !== null)).toHaveLength(2);
  });
});

describe('a refusal', () => {
  test('of too many buckets comes before any call and names the interval that would do', async () => {
    const { read, calls } = createReader({ log: [] });
    const range = rangeOf('2026-01-01T00:00Z', '2026-03-01T00:00Z');
    await expect(read(request(range, { interval: 'MINUTE' }))).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: expect.stringContaining("Ask for 'interval: HOUR'") as string,
      details: { argument: 'interval', limit: 'maxBuckets', allowed: 2_000, requested: 84_960 },
    });
    expect(calls).toEqual([]);
  });

  test('of too many vendor rows names the zone, the interval and the range that would do', async () => {
    const { read, calls } = createReader({ log: [] });
    const range = rangeOf('2026-01-01T00:00Z', '2026-02-01T00:00Z');
    await expect(read(request(range, { timeZone: 'Asia/Kolkata' }))).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message:
        "'interval: DAY' in Asia/Kolkata has to be summed from the vendor's MINUTE rows in UTC: 44640 of them, and 20000 may be read. Ask for 'timeZone: \"UTC\"', or 'interval: QUARTER', or a range of at most 333 hours.",
      details: { limit: 'maxUpstreamBuckets', allowed: 20_000, requested: 44_640 },
    });
    expect(calls).toEqual([]);
    // What the message names is then answered.
    await read(request(range, { timeZone: 'UTC' }));
    await read(request({ ...range, toMs: range.fromMs + 333 * HOUR }, { timeZone: 'Asia/Kolkata' }));
    await read(request(range, { timeZone: 'Asia/Kolkata', interval: 'QUARTER' }));
    expect(calls).toHaveLength(12);
  });

  test('never asks for seconds over more than a day', async () => {
    const { read, calls } = createReader({ log: [] }, { maxBuckets: 200_000, maxUpstreamBuckets: 200_000 });
    const day = rangeOf('2026-01-01T00:00Z', '2026-01-02T00:00Z');
    await read(request(day, { interval: 'SECOND', series: new Set(['activity']) }));
    expect(calls[0]?.interval).toBe('second');
    const longer = { ...day, toMs: day.toMs + 1_000 };
    await expect(read(request(longer, { interval: 'SECOND' }))).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
    });
    expect(calls).toHaveLength(1);
  });

  test('of a zone that is none names the argument', async () => {
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
    '%j is counted as any other',
    async (key) => {
      const range = rangeOf('2026-03-01T00:00Z', '2026-03-03T00:00Z');
      const timestamp = '2026-03-01T00:00:00.000Z';
      // As JSON brings it: an own field, whatever its name.
      const body: unknown = JSON.parse(`[{"timestamp":"${timestamp}","count":3,${JSON.stringify(key)}:3}]`);
      const series: ReadonlySet<UsageSeries> = new Set(['elements']);
      const { read } = createReader({ log: [], answer: () => body });
      const { totals, coverage } = await read(request(range, { series }));
      expect([...(totals.elements ?? [])]).toEqual([[key, 3]]);
      expect(coverage[0]).toMatchObject({ status: 'COMPLETE', reason: null });
      expect(({} as Record<string, unknown>)['count']).toBeUndefined();
    },
  );

  test('an element called like one of the vendor’s own two fields can’t be told from it, and the sums show it', async () => {
    const range = rangeOf('2026-03-01T00:00Z', '2026-03-02T00:00Z');
    const body: unknown = JSON.parse(
      '[{"timestamp":"2026-03-01T00:00:00.000Z","count":9,"box":3,"count":2}]',
    );
    const { read } = createReader({ log: [], answer: () => body });
    const { totals, coverage } = await read(request(range, { series: new Set(['elements']) }));
    expect([...(totals.elements ?? [])]).toEqual([['box', 3]]);
    expect(coverage[0]?.reason).toContain("do not add up to 'count'");
  });
});
