import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCredentialScope } from '../../../../src/base/credential-scope.ts';
import { Secret } from '../../../../src/base/secret.ts';
import { INTERVALS } from '../../../../src/base/time.ts';
import type { Interval } from '../../../../src/base/time.ts';
import type { RunningSandbox } from '../../../../src/sandbox/start.ts';
import { USAGE_SERIES } from '../../../../src/sources/usage/analytics/analytics.ts';
import type { AnalyticsBucket } from '../../../../src/sources/usage/analytics/analytics.ts';
import { createAnalyticsReader } from '../../../../src/sources/usage/analytics/reader.ts';
import { createCallBudget } from '../../../../src/upstream/call-budget.ts';
import { createUpstream } from '../../../../src/upstream/create.ts';
import type { Upstream } from '../../../../src/upstream/upstream.ts';
import { authorizeUsage, startSmallSandbox } from '../../../sandbox/small-sandbox.ts';
import { SETTINGS } from './simulated-vendor.ts';

const HOUR = 3_600_000;

/** Half of the range, on both sides of a change of the clock. */
const HALF_MS: Readonly<Record<Interval, number>> = {
  YEAR: 60 * HOUR,
  QUARTER: 60 * HOUR,
  MONTH: 60 * HOUR,
  WEEK: 60 * HOUR,
  DAY: 60 * HOUR,
  HOUR: 20 * HOUR,
  MINUTE: 4 * HOUR,
  SECOND: HOUR / 4,
};

// The ends of the sandbox's five weeks, and the changes of the clock within them, including both of Berlin.
const CHANGES = [
  ['2025-04-15T12:00:00Z', 'UTC', '2025-03-31T00:00:00Z'],
  ['2025-04-15T12:00:00Z', 'Europe/Berlin', '2025-03-30T01:00:00Z'],
  ['2025-04-15T12:00:00Z', 'Australia/Lord_Howe', '2025-04-05T15:00:00Z'],
  ['2025-04-15T12:00:00Z', 'Asia/Kolkata', '2025-03-31T18:30:00Z'],
  ['2025-11-10T12:00:00Z', 'Europe/Berlin', '2025-10-26T01:00:00Z'],
  ['2025-11-10T12:00:00Z', 'America/St_Johns', '2025-11-02T04:30:00Z'],
  ['2012-01-10T12:00:00Z', 'Pacific/Apia', '2011-12-30T10:00:00Z'],
] as const;

const byEnd = Map.groupBy(CHANGES, ([end]) => end);

describe.each([...byEnd])('over a sandbox of the five weeks before %s', (end, changes) => {
  let sandbox: RunningSandbox;
  let upstream: Upstream;

  beforeAll(async () => {
    sandbox = await startSmallSandbox({ nowMs: Date.parse(end), usageRows: 5_000 });
    const clock = { now: () => Date.parse(end) };
    upstream = createUpstream({ source: 'USAGE', baseUrl: sandbox.usageUrl, clock, random: Math.random });
  });
  afterAll(async () => {
    await upstream.close();
    await sandbox.close();
  });

  describe.each(changes)('(%s) the series in %s around %s', (_end, timeZone, moment) => {
    test.each(INTERVALS)('equal by %s the counts of the database by its own calendar', async (interval) => {
      const middle = Date.parse(moment);
      const range = { fromMs: middle - HALF_MS[interval] - 987, toMs: middle + HALF_MS[interval] + 654 };
      const read = createAnalyticsReader(
        { upstream, settings: SETTINGS },
        {
          credentials: {
            scope: createCredentialScope(new Secret('key'), 'USAGE', []),
            authorization: () => Promise.resolve(new Secret(authorizeUsage(sandbox))),
          },
          signal: new AbortController().signal,
          deadlineMs: Date.parse(end) + 8_000,
          callBudget: createCallBudget(4),
          maxAgeMs: null,
        },
        Date.parse(end),
      );
      const { buckets, totals, coverage } = await read({
        range,
        interval,
        timeZone,
        series: new Set(USAGE_SERIES),
        previous: [],
      });
      expect(coverage.map(({ status }) => status)).toEqual(USAGE_SERIES.map(() => 'COMPLETE'));
      expect(coverage.filter(({ reason }) => reason?.includes('contradicts'))).toEqual([]);
      const counted = await sandbox.query(aggregateSql(range, interval, timeZone));
      expect(buckets.filter(({ count }) => count !== 0).map((bucket) => describeBucket(bucket))).toEqual(
        counted.map((row) => describeRow(row)),
      );
      // A quarter of an hour at night may have no calls.
      if (interval !== 'SECOND') expect(totals.count).toBeGreaterThan(0);
      expect(totals.count).toBe(counted.reduce((sum, { calls }) => sum + Number(calls), 0));
    });
  });
});

/** Buckets by the database's own zones and calendar. Hours that come twice differ by their offset from UTC. */
function aggregateSql(
  { fromMs, toMs }: { fromMs: number; toMs: number },
  interval: Interval,
  zone: string,
): string {
  const offset = ['HOUR', 'MINUTE', 'SECOND'].includes(interval) ? 'local - happened_at' : 'null';
  return `
    with calls as (
      select *, timezone('${zone}', timezone('UTC', happened_at)) as local from usage
      where happened_at >= epoch_ms(${fromMs}) and happened_at < epoch_ms(${toMs})
    ), keyed as (
      select *, date_trunc('${interval.toLowerCase()}', local) as bucket, ${offset} as shift,
        coalesce(element_key, '') as key
      from calls
    ), elements as (
      select bucket, shift, string_agg(key || '=' || n, ' ' order by key) as elements
      from (select bucket, shift, key, count(*) as n from keyed group by all) group by all
    )
    select count(*) as calls, min(process_time) as least, max(process_time) as most,
      avg(process_time) as mean, count(*) filter (request_status = 'FAILED') as failed,
      count(*) filter (request_status = 'SUCCESS') as success, any_value(elements) as elements
    from keyed join elements on keyed.bucket = elements.bucket and keyed.shift is not distinct from elements.shift
    group by keyed.bucket, keyed.shift order by min(happened_at)`;
}

function describeRow(row: Readonly<Record<string, unknown>>) {
  const [calls, least, most, mean, failed, success] = [
    'calls',
    'least',
    'most',
    'mean',
    'failed',
    'success',
  ].map((name) => Number(row[name]));
  return { calls, least, most, mean: mean?.toFixed(6), failed, success, elements: row['elements'] };
}

function describeBucket({ count, processTime, statuses, elements }: AnalyticsBucket) {
  const keys = [...(elements ?? [])].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    calls: count,
    least: processTime?.min,
    most: processTime?.max,
    mean: processTime?.avg.toFixed(6),
    failed: statuses?.failed,
    success: statuses?.success,
    elements: keys.map(([key, n]) => `${key}=${n}`).join(' '),
  };
}
