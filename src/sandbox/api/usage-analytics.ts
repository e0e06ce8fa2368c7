import type { Database, SqlValue } from '../db/database.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time.ts';
import { readInstant } from './instant.ts';
import { Refusal } from './vendor-api.ts';

/** The four reports under `GET /usage/analytics/…`. */
export type Series = 'activity' | 'elements' | 'times' | 'statuses';

type Row = Readonly<Record<string, unknown>>;

/** The vendor's interval words, and the SQL interval from one bucket to the next. */
const INTERVAL_STEPS = {
  year: '1 year',
  quarter: '3 months',
  month: '1 month',
  week: '7 days',
  day: '1 day',
  hour: '1 hour',
  minute: '1 minute',
  second: '1 second',
} as const;

type VendorInterval = keyof typeof INTERVAL_STEPS;

/** Enough for a year by minutes. The sandbox has a bound because vendors have one. */
const MAX_BUCKETS = 600_000;
/** The lengths of the intervals below a day. */
const SHORT_MS: Partial<Record<VendorInterval, number>> = {
  second: 1_000,
  minute: MINUTE_MS,
  hour: HOUR_MS,
};

/** The figures of each series beside the number of calls, as SQL over the calls of one bucket. */
const FIGURES: Record<Exclude<Series, 'elements'>, string> = {
  activity: '',
  times: ', min(process_time)::double as min, max(process_time)::double as max, avg(process_time) as avg',
  statuses: `, count(*) filter (upper(request_status) = 'FAILED') as failed, count(*) filter (upper(request_status) = 'SUCCESS') as success`,
};

/**
 * `GET /usage/analytics/…`: one row for each bucket from floor(from) in UTC to the bucket that holds `to`, also if the
 * bucket is empty. So if `to` lies on a bucket's edge, the last row is zero. Calls count from `from` (inclusive) to `to`
 * (exclusive).
 *
 * @throws Refusal 400
 */
export async function readUsageAnalytics(
  database: Database,
  series: Series,
  query: URLSearchParams,
  nowMs: number,
): Promise<readonly Row[]> {
  const { fromMs, toMs, interval } = readParameters(query);
  const counted = `from usage where happened_at >= epoch_ms(?::bigint) and happened_at < epoch_ms(?::bigint)
    and counted_at <= epoch_ms(?::bigint)`;
  const values: SqlValue[] = [BigInt(fromMs), BigInt(toMs), BigInt(nowMs), BigInt(fromMs), BigInt(toMs)];
  const buckets = `(select unnest(generate_series(date_trunc('${interval}', epoch_ms(?::bigint)), epoch_ms(?::bigint),
    interval ${INTERVAL_STEPS[interval]})) as bucket)`;
  const bucket = `date_trunc('${interval}', happened_at) as bucket`;

  if (series === 'elements') {
    return encodeElements(
      await database.read(
        `with counts as (select ${bucket}, coalesce(element_key, '') as key, count(*) as n ${counted} group by 1, 2)
        select epoch_ms(bucket), key, coalesce(n, 0) from ${buckets} left join counts using (bucket)
        order by bucket, n desc, key`,
        values,
      ),
    );
  }
  const rows = await database.readObjects(
    `with counts as (select ${bucket}, count(*) as count ${FIGURES[series]} ${counted} group by 1)
    select epoch_ms(bucket) as at_ms, counts.* exclude (bucket)
    from ${buckets} left join counts using (bucket) order by 1`,
    values,
  );
  return rows.map((row) => encodeFigures(series, row));
}

interface Parameters {
  readonly fromMs: number;
  readonly toMs: number;
  readonly interval: VendorInterval;
}

function readParameters(query: URLSearchParams): Parameters {
  const fromMs = readInstant(query.get('from') ?? '');
  const toMs = readInstant(query.get('to') ?? '');
  if (fromMs === null || toMs === null) throw new Refusal(400, 'from and to must be times in ISO 8601.');
  if (fromMs > toMs) throw new Refusal(400, 'from is after to.');
  const interval = query.get('interval') ?? chooseInterval(toMs - fromMs);
  if (!isVendorInterval(interval)) throw new Refusal(400, 'The interval is unknown.');
  if (interval === 'second' && toMs - fromMs > DAY_MS)
    throw new Refusal(400, 'With the interval second, a range is at most one day.');
  if ((toMs - fromMs) / (SHORT_MS[interval] ?? DAY_MS) > MAX_BUCKETS)
    throw new Refusal(400, 'The interval is too fine for the range.');
  return { fromMs, toMs, interval };
}

function isVendorInterval(text: string): text is VendorInterval {
  return Object.hasOwn(INTERVAL_STEPS, text);
}

/** The interval if the call names none. The vendor documents only that 7 days are given by day. */
function chooseInterval(lengthMs: number): VendorInterval {
  if (lengthMs <= 2 * HOUR_MS) return 'minute';
  if (lengthMs <= 3 * DAY_MS) return 'hour';
  if (lengthMs <= 92 * DAY_MS) return 'day';
  return lengthMs <= 731 * DAY_MS ? 'month' : 'year';
}

/** @param rows a bucket's time, an element key, its count; several for one bucket */
function encodeElements(rows: readonly (readonly unknown[])[]): readonly Row[] {
  const buckets = new Map<number, Map<string, number>>();
  for (const [atMs, key, count] of rows) {
    const elements = buckets.get(Number(atMs)) ?? new Map<string, number>();
    buckets.set(Number(atMs), elements);
    if (typeof key === 'string') elements.set(key, Number(count));
  }
  return [...buckets].map(([atMs, elements]) =>
    // An element key may be any text, such as `__proto__`. The vendor's own `count` replaces an element of that name.
    Object.assign(Object.create(null) as Record<string, unknown>, Object.fromEntries(elements), {
      timestamp: new Date(atMs).toISOString(),
      count: [...elements.values()].reduce((sum, count) => sum + count, 0),
    }),
  );
}

function encodeFigures(series: Exclude<Series, 'elements'>, row: Row): Row {
  const timestamp = new Date(Number(row['at_ms'])).toISOString();
  const count = Number(row['count'] ?? 0);
  if (series === 'activity') return { timestamp, count };
  if (series === 'statuses')
    return { timestamp, count, failed: Number(row['failed'] ?? 0), success: Number(row['success'] ?? 0) };
  // An empty bucket has no min, max and avg (docs/vendors.md#series-buckets).
  return row['min'] === null
    ? { timestamp, count }
    : { min: row['min'], timestamp, max: row['max'], count, avg: row['avg'] };
}
