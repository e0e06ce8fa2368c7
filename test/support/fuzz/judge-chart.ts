import type { Interval } from '../../../src/base/time.ts';
import { SERIES } from './chart-plan.ts';
import type { ChartBucket, ChartPeriod, ChartPlan, Figure } from './chart-plan.ts';
import { describeMoment, describeSpan, readSpan } from './coverage-span.ts';
import type { Span } from './coverage-span.ts';
import { judgeFigure } from './judge-figures.ts';
import type { Counted } from './judge-figures.ts';
import type { UsageRow } from './log.ts';
import { isCountedAt, seriesRowAt } from './usage-vendor.ts';
import type { SeriesInterval } from './usage-vendor.ts';
import type { Outcome, World } from './world.ts';
import { isBucketStart } from './zoned-time.ts';

/** One period of a chart, and the time during which it was read. */
interface Judged {
  readonly period: ChartPeriod;
  readonly plan: ChartPlan;
  readonly world: World;
  readonly log: readonly UsageRow[];
  readonly startMs: number;
  readonly endMs: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly report: (text: string) => void;
}

/** Checks the edges of all buckets, the coverage, and each figure against the log at the time that coverage names. */
export function judgeChart(
  period: ChartPeriod,
  plan: ChartPlan,
  { startMs, endMs }: Outcome<unknown>,
  world: World,
  report: (text: string) => void,
): void {
  const log = world.log.rows.filter((row) => row.source === 'USAGE');
  const [fromMs, toMs] = [Date.parse(period.from), Date.parse(period.to)];
  const judged: Judged = { period, plan, world, log, startMs, endMs, fromMs, toMs, report };
  judgeBuckets(judged);
  for (const figure of plan.figures) {
    const spans = period.coverage.filter(({ operation }) => operation === SERIES[figure]).map(readSpan);
    judgeCoverage(judged, figure, spans);
    const isFailed = spans.some(({ status }) => status === 'FAILED');
    for (const bucket of period.buckets) {
      if (isFailed) judgeNull(judged, figure, bucket[figure]);
      else judgeBucket(judged, figure, bucket, spans);
    }
    if (isFailed) judgeNull(judged, figure, period.totals[figure]);
    else judgeTotal(judged, figure);
  }
}

/** Checks that buckets have no gap, contain the range, and begin at a full interval of the zone's clock or calendar. */
function judgeBuckets({ period, plan, fromMs, toMs, startMs: nowMs, report }: Judged): void {
  const { buckets } = period;
  const { interval, timeZone } = plan;
  const [first, last] = [buckets[0], buckets.at(-1)];
  if (!first || !last) return report('there is no bucket');
  if (Date.parse(first.timestamp) > fromMs || Date.parse(first.end) <= fromMs)
    report(`the first bucket is ${first.timestamp} to ${first.end}`);
  if (Date.parse(last.end) < toMs || Date.parse(last.timestamp) >= toMs)
    report(`the last bucket is ${last.timestamp} to ${last.end}`);
  for (const [at, { timestamp, end, cut }] of buckets.entries()) {
    const [startMs, endMs] = [Date.parse(timestamp), Date.parse(end)];
    const next = buckets[at + 1];
    if (endMs <= startMs || (next && next.timestamp !== end))
      report(`${timestamp} to ${end} is followed by ${next?.timestamp ?? 'nothing'}`);
    // If the range ends now, its last bucket is not cut, because no call was made later.
    const isCut = startMs < fromMs || (endMs > toMs && toMs < nowMs);
    if (isCut && !cut) report(`${timestamp} is cut, but cut is false`);
    if (cut && startMs >= fromMs && endMs <= toMs) report(`${timestamp} is whole, but cut is true`);
    if (!isBucketStart(startMs, interval, timeZone))
      report(`${timestamp} is not the start of a ${interval} in ${timeZone}`);
  }
}

/** Checks that spans have no gap and contain the range, and that none accuses a vendor that made no mistake. */
function judgeCoverage(
  { period, fromMs, toMs, endMs, log, world, report }: Judged,
  figure: Figure,
  spans: readonly Span[],
): void {
  let atMs = fromMs;
  for (const span of spans.toReversed()) {
    const text = `${figure}: coverage ${describeSpan(span)}`;
    if (span.fromMs !== atMs) report(`${text} does not begin at ${describeMoment(atMs)}`);
    if (
      (span.origin === 'NONE') !== (span.asOfMs === null) ||
      (span.status === 'STALE' && span.origin !== 'CACHE')
    )
      report(`${text} has the origin ${span.origin}`);
    if (span.asOfMs !== null && span.asOfMs > endMs) report(`${text} has an asOf in the future`);
    if (span.status === 'COMPLETE' && (span.dropped > 0 || span.code !== null))
      report(`${text} is COMPLETE with a code or dropped rows`);
    const isQuiet = !log.some((row) => hasMoved(row, world.usage.seriesLagMs, span.asOfMs ?? 0, endMs));
    if (span.status === 'COMPLETE' && span.reason?.includes('contradicts') && isQuiet)
      report(`${text} accuses a vendor that made no mistake: ${span.reason}`);
    atMs = span.toMs;
  }
  if (atMs !== toMs) report(`${figure}: coverage ends at ${describeMoment(atMs)}, the range at ${period.to}`);
}

const SETTLE_MS = 90_000;

/** Whether a row was added or deleted near this time, so that two answers of the vendor may differ. */
function hasMoved({ addedMs, deletedMs }: UsageRow, lagMs: number, fromMs: number, toMs: number): boolean {
  const isWithin = (ms: number): boolean => ms > fromMs - SETTLE_MS && ms <= toMs;
  return isWithin(addedMs + lagMs) || isWithin(deletedMs);
}

function judgeNull({ report }: Judged, figure: Figure, value: unknown): void {
  if (value !== null) report(`${figure} is ${JSON.stringify(value)}, but coverage says FAILED`);
}

function judgeBucket(judged: Judged, figure: Figure, bucket: ChartBucket, spans: readonly Span[]): void {
  const { fromMs, toMs, endMs, report } = judged;
  const [startMs, stopMs] = [Date.parse(bucket.timestamp), Date.parse(bucket.end)];
  const inside = { fromMs: Math.max(startMs, fromMs), toMs: Math.min(stopMs, toMs) };
  const own = spans.filter((span) => span.fromMs < inside.toMs && inside.fromMs < span.toMs);
  // TRUNCATED coverage says that rows are missing, so the figure can't be compared.
  if (own.some(({ status }) => status === 'TRUNCATED')) return;
  const asOfs = own.flatMap(({ asOfMs }) => (asOfMs === null ? [] : [asOfMs]));
  const read = { firstMs: Math.min(...asOfs), lastMs: Math.max(...asOfs, endMs) };
  const fault = judgeFigure(figure, bucket, listCounted(judged, bucket, inside, read));
  if (fault === null) return;
  const said = `${figure} of ${bucket.timestamp}${bucket.cut ? ' (cut)' : ''} is ${JSON.stringify(bucket[figure])}`;
  report(`${said}, but the log says ${fault}; coverage: ${own.map(describeSpan).join(' and ')}`);
}

function listCounted(
  { log, world, plan, fromMs, toMs }: Judged,
  { cut, timestamp, end }: ChartBucket,
  inside: { readonly fromMs: number; readonly toMs: number },
  { firstMs, lastMs }: { readonly firstMs: number; readonly lastMs: number },
): Counted {
  const { seriesLagMs: lagMs, edgeRows } = world.usage;
  // The vendor's edge rows may count calls outside the range. The service can't separate them, and marks the bucket as `cut`.
  const [row, [startMs, stopMs]] = [ROWS[plan.interval], [Date.parse(timestamp), Date.parse(end)] as const];
  const [lowMs, highMs] = [seriesRowAt(fromMs, row)[0], seriesRowAt(toMs - 1, row)[1]];
  const isAround = ({ ms }: UsageRow): boolean =>
    cut && edgeRows === 'whole' && ((ms >= startMs && ms < stopMs) || (ms >= lowMs && ms < highMs));
  const isInside = ({ ms }: UsageRow): boolean => ms >= inside.fromMs && ms < inside.toMs;
  return {
    least: log.filter(
      (one) => isInside(one) && isCountedAt(one, firstMs, lagMs) && isCountedAt(one, lastMs, lagMs),
    ),
    most: log.filter(
      (one) => (isInside(one) || isAround(one)) && one.addedMs + lagMs <= lastMs && firstMs < one.deletedMs,
    ),
  };
}

/**
 * The vendor's longest interval that the service may ask for. For weeks it is a day, because the vendor does not document
 * their first day.
 */
const ROWS: Readonly<Record<Interval, SeriesInterval>> = {
  YEAR: 'year',
  QUARTER: 'quarter',
  MONTH: 'month',
  WEEK: 'day',
  DAY: 'day',
  HOUR: 'hour',
  MINUTE: 'minute',
  SECOND: 'second',
};

/** Checks that totals are the sums of the buckets. */
function judgeTotal({ period, report }: Judged, figure: Figure): void {
  const { buckets, totals } = period;
  const sum = (read: (bucket: ChartBucket) => number | undefined): number =>
    buckets.reduce((all, bucket) => all + (read(bucket) ?? 0), 0);
  const compare = (name: string, said: number | null | undefined, meant: number | null): void => {
    const isRight = said === meant || (said != null && meant !== null && Math.abs(said - meant) < 1e-9);
    if (!isRight) report(`the total of ${name} is ${said}, expected ${meant}`);
  };
  if (figure === 'count')
    compare(
      'count',
      totals.count,
      sum(({ count }) => count ?? 0),
    );
  if (figure === 'statuses') {
    const failed = sum(({ statuses }) => statuses?.failed);
    const success = sum(({ statuses }) => statuses?.success);
    compare('failed', totals.statuses?.failed, failed);
    compare('success', totals.statuses?.success, success);
    compare('successRate', totals.successRate, failed + success === 0 ? null : success / (failed + success));
  }
  if (figure !== 'elements') return;
  const counts = new Map<string, number>();
  for (const { elementKey, count } of buckets.flatMap(({ elements }) => elements ?? []))
    counts.set(elementKey, (counts.get(elementKey) ?? 0) + count);
  for (const { elementKey, count } of totals.elements ?? [])
    compare(elementKey, count, counts.get(elementKey) ?? 0);
  compare('elementCount', totals.elementCount, [...counts.values()].filter((count) => count > 0).length);
}
