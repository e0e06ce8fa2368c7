import type { Database, SqlValue } from '../db/database.ts';
import { readInstant } from './instant.ts';
import { Refusal } from './refusal.ts';

/** The vendor's interval words, and the step that leads from one bucket to the next. */
export const INTERVAL_STEPS = {
  year: '1 year',
  quarter: '3 months',
  month: '1 month',
  week: '7 days',
  day: '1 day',
  hour: '1 hour',
  minute: '1 minute',
  second: '1 second',
} as const;

export type VendorInterval = keyof typeof INTERVAL_STEPS;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export function isVendorInterval(text: string): text is VendorInterval {
  return Object.hasOwn(INTERVAL_STEPS, text);
}

/** What the vendor picks when no interval is sent. Known is 7 days → day alone; the rest is ours. */
export function chooseInterval(lengthMs: number): VendorInterval {
  if (lengthMs <= 2 * HOUR_MS) return 'minute';
  if (lengthMs <= 3 * DAY_MS) return 'hour';
  if (lengthMs <= 92 * DAY_MS) return 'day';
  return lengthMs <= 731 * DAY_MS ? 'month' : 'year';
}

export const SERIES = ['activity', 'elements', 'times', 'statuses'] as const;
export type Series = (typeof SERIES)[number];

/** Enough for a year by minutes; a vendor would give up somewhere, too. */
const MAX_BUCKETS = 600_000;
const SHORTEST_MS: Partial<Record<VendorInterval, number>> = {
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
};

/** What each series reads of a bucket's calls, beside their number. */
const FIGURES: Record<Exclude<Series, 'elements'>, string> = {
  activity: '',
  times: ', min(process_time)::double as min, max(process_time)::double as max, avg(process_time) as avg',
  statuses: `, count(*) filter (upper(request_status) = 'FAILED') as failed, count(*) filter (upper(request_status) = 'SUCCESS') as success`,
};

/**
 * One of `GET /usage/analytics/…`: a row for each bucket from floor(from) in UTC to the one that holds `to`, empty ones
 * too, so that an aligned `to` yields a row of zeros. Counted are calls from `from` (in) to `to` (out).
 *
 * @throws Refusal 400
 */
export async function readUsageAnalytics(
  database: Database,
  series: Series,
  query: URLSearchParams,
  nowMs: number,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const fromMs = readInstant(query.get('from') ?? '');
  const toMs = readInstant(query.get('to') ?? '');
  if (fromMs === null || toMs === null)
    throw new Refusal(400, 'from and to are to be in the ISO8601 format.');
  if (fromMs > toMs) throw new Refusal(400, 'from is after to.');
  const interval = query.get('interval') ?? chooseInterval(toMs - fromMs);
  if (!isVendorInterval(interval)) throw new Refusal(400, 'The interval is unknown.');
  if (interval === 'second' && toMs - fromMs > 86_400_000)
    throw new Refusal(400, 'By second, a range is at most a day.');
  if ((toMs - fromMs) / (SHORTEST_MS[interval] ?? 86_400_000) > MAX_BUCKETS) {
    throw new Refusal(400, 'The interval is too fine for the range.');
  }

  const counted = `from usage where happened_at >= epoch_ms(?::bigint) and happened_at < epoch_ms(?::bigint)
    and counted_at <= epoch_ms(?::bigint)`;
  const values: SqlValue[] = [BigInt(fromMs), BigInt(toMs), BigInt(nowMs), BigInt(fromMs), BigInt(toMs)];
  const spine = `unnest(generate_series(date_trunc('${interval}', epoch_ms(?::bigint)), epoch_ms(?::bigint),
    interval ${INTERVAL_STEPS[interval]}))`;
  const bucket = `date_trunc('${interval}', happened_at)`;

  if (series === 'elements') {
    const rows = await database.read(
      `with counts as (select ${bucket} as bucket, coalesce(element_key, '') as key, count(*) as n ${counted} group by 1, 2)
      select epoch_ms(bucket), key, coalesce(n, 0) from (select ${spine} as bucket) left join counts using (bucket)
      order by bucket, n desc, key`,
      values,
    );
    const buckets = new Map<number, Map<string, number>>();
    for (const [atMs, key, count] of rows) {
      const elements = buckets.get(Number(atMs)) ?? new Map<string, number>();
      buckets.set(Number(atMs), elements);
      if (typeof key === 'string') elements.set(key, Number(count));
    }
    return [...buckets].map(([atMs, elements]) =>
      // Element keys are data: one may be `__proto__`. One named `count` loses to the vendor's own word.
      Object.assign(Object.create(null) as Record<string, unknown>, Object.fromEntries(elements), {
        timestamp: new Date(atMs).toISOString(),
        count: [...elements.values()].reduce((sum, count) => sum + count, 0),
      }),
    );
  }

  const rows = await database.readObjects(
    `with counts as (select ${bucket} as bucket, count(*) as count ${FIGURES[series]} ${counted} group by 1)
    select epoch_ms(bucket) as at_ms, counts.* exclude (bucket)
    from (select ${spine} as bucket) left join counts using (bucket) order by 1`,
    values,
  );
  return rows.map((row) => {
    const timestamp = new Date(Number(row['at_ms'])).toISOString();
    const count = Number(row['count'] ?? 0);
    if (series === 'activity') return { timestamp, count };
    if (series === 'statuses') {
      return { timestamp, count, failed: Number(row['failed'] ?? 0), success: Number(row['success'] ?? 0) };
    }
    // An empty bucket lacks all three, as on the vendor's page.
    return row['min'] === null
      ? { timestamp, count }
      : { min: row['min'], timestamp, max: row['max'], count, avg: row['avg'] };
  });
}
