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
import type { Told, World } from './world.ts';
import { isBucketStart } from './zoned-time.ts';

/** One period of a chart, and when it was asked for. */
interface Judged {
  readonly period: ChartPeriod;
  readonly plan: ChartPlan;
  readonly world: World;
  readonly log: readonly UsageRow[];
  readonly startMs: number;
  readonly endMs: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly blame: (text: string) => void;
}

/** Every bucket has its place, and every figure is the log's as coverage dates it. */
export function judgeChart(
  period: ChartPeriod,
  plan: ChartPlan,
  { startMs, endMs }: Told<unknown>,
  world: World,
  blame: (text: string) => void,
): void {
  const log = world.log.rows.filter((row) => row.source === 'USAGE');
  const [fromMs, toMs] = [Date.parse(period.from), Date.parse(period.to)];
  const judged: Judged = { period, plan, world, log, startMs, endMs, fromMs, toMs, blame };
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

/** Buckets follow one upon the other, hold the range, and begin where the zone's clock or calendar does. */
function judgeBuckets({ period, plan, fromMs, toMs, startMs: nowMs, blame }: Judged): void {
  const { buckets } = period;
  const { interval, timeZone } = plan;
  const [first, last] = [buckets[0], buckets.at(-1)];
  if (!first || !last) return blame('there is no bucket');
  if (Date.parse(first.timestamp) > fromMs || Date.parse(first.end) <= fromMs)
    blame(`the first bucket is ${first.timestamp} to ${first.end}`);
  if (Date.parse(last.end) < toMs || Date.parse(last.timestamp) >= toMs)
    blame(`the last bucket is ${last.timestamp} to ${last.end}`);
  for (const [at, { timestamp, end, cut }] of buckets.entries()) {
    const [startMs, endMs] = [Date.parse(timestamp), Date.parse(end)];
    const next = buckets[at + 1];
    if (endMs <= startMs || (next && next.timestamp !== end))
      blame(`${timestamp} to ${end} is followed by ${next?.timestamp ?? 'nothing'}`);
    // An edge that is now cuts nothing: nothing has been called after it.
    const isCut = startMs < fromMs || (endMs > toMs && toMs < nowMs);
    if (isCut && !cut) blame(`${timestamp} is cut, and is not said to be`);
    if (cut && startMs >= fromMs && endMs <= toMs) blame(`${timestamp} is said to be cut, and is whole`);
    if (!isBucketStart(startMs, interval, timeZone))
      blame(`${timestamp} begins no ${interval} in ${timeZone}`);
  }
}

/** Stretches follow one upon the other and hold the range; none blames a vendor that has done nothing. */
function judgeCoverage(
  { period, fromMs, toMs, endMs, log, world, blame }: Judged,
  figure: Figure,
  spans: readonly Span[],
): void {
  let atMs = fromMs;
  for (const span of spans.toReversed()) {
    const text = `${figure}: coverage ${describeSpan(span)}`;
    if (span.fromMs !== atMs) blame(`${text} goes on behind ${describeMoment(atMs)}`);
    if (span.asOfMs !== null && span.asOfMs > endMs) blame(`${text} is of the future`);
    if (span.status === 'COMPLETE' && (span.dropped > 0 || span.code !== null))
      blame(`${text} excuses itself`);
    const isQuiet = !log.some((row) => hasMoved(row, world.usage.seriesLagMs, span.asOfMs ?? 0, endMs));
    if (span.status === 'COMPLETE' && span.reason?.includes('contradicts') && isQuiet)
      blame(`${text} blames a vendor that makes no mistake: ${span.reason}`);
    atMs = span.toMs;
  }
  if (atMs !== toMs) blame(`${figure}: coverage ends at ${describeMoment(atMs)} of ${period.to}`);
}

const SETTLE_MS = 90_000;

/** Whether a row came or went about then, so that two of the vendor's answers may differ. */
function hasMoved({ addedMs, deletedMs }: UsageRow, lagMs: number, fromMs: number, toMs: number): boolean {
  const isWithin = (ms: number): boolean => ms > fromMs - SETTLE_MS && ms <= toMs;
  return isWithin(addedMs + lagMs) || isWithin(deletedMs);
}

function judgeNull({ blame }: Judged, figure: Figure, value: unknown): void {
  if (value !== null) blame(`${figure} is ${JSON.stringify(value)}, and coverage says FAILED`);
}

function judgeBucket(judged: Judged, figure: Figure, bucket: ChartBucket, spans: readonly Span[]): void {
  const { fromMs, toMs, endMs, blame } = judged;
  const [startMs, stopMs] = [Date.parse(bucket.timestamp), Date.parse(bucket.end)];
  const inside = { fromMs: Math.max(startMs, fromMs), toMs: Math.min(stopMs, toMs) };
  const own = spans.filter((span) => span.fromMs < inside.toMs && inside.fromMs < span.toMs);
  // Of rows that are left out nothing is known.
  if (own.some(({ status }) => status === 'TRUNCATED')) return;
  const asOfs = own.flatMap(({ asOfMs }) => (asOfMs === null ? [] : [asOfMs]));
  const read = { firstMs: Math.min(...asOfs), lastMs: Math.max(...asOfs, endMs) };
  const fault = judgeFigure(figure, bucket, listCounted(judged, bucket, inside, read));
  if (fault === null) return;
  const said = `${figure} of ${bucket.timestamp}${bucket.cut ? ' (cut)' : ''} is ${JSON.stringify(bucket[figure])}`;
  blame(`${said}, and the log says ${fault}; coverage: ${own.map(describeSpan).join(' and ')}`);
}

function listCounted(
  { log, world, plan, fromMs, toMs }: Judged,
  { cut, timestamp, end }: ChartBucket,
  inside: { readonly fromMs: number; readonly toMs: number },
  { firstMs, lastMs }: { readonly firstMs: number; readonly lastMs: number },
): Counted {
  const { seriesLagMs: lagMs, edgeRows } = world.usage;
  // What the vendor's own edge rows hold too much can't be told from the rest, and `cut` says so.
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

/** The longest rows that the service may ask for. When the vendor's weeks begin nobody knows. */
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

/** Totals are the buckets' sums. */
function judgeTotal({ period, blame }: Judged, figure: Figure): void {
  const { buckets, totals } = period;
  const sum = (read: (bucket: ChartBucket) => number | undefined): number =>
    buckets.reduce((all, bucket) => all + (read(bucket) ?? 0), 0);
  const compare = (name: string, said: number | null | undefined, meant: number | null): void => {
    const isRight = said === meant || (said != null && meant !== null && Math.abs(said - meant) < 1e-9);
    if (!isRight) blame(`the total of ${name} is ${said} for ${meant}`);
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
