import { LRUCache } from 'lru-cache';
import { RequestError } from '../../../base/errors.ts';
import { INTERVALS } from '../../../base/time.ts';
import type { Interval, Range } from '../../../base/time.ts';
import { NOMINAL_MS, readTimeZone, tooManyBuckets } from '../../shared/bucket-bounds.ts';
import { chooseInterval, listBucketEdges, previousRange } from '../../shared/buckets.ts';
import { USAGE_SERIES } from './analytics.ts';
import type { AnalyticsRequest, UsageSeries } from './analytics.ts';
import { coarsestVendorInterval, countCallRows, planCalls } from './calls.ts';
import type { PlannedPeriod, SeriesBounds, SharedCalls } from './calls.ts';
import { cutToAnswers } from './segments.ts';
import { countVendorRows, longestReadable } from './vendor-rows.ts';

/** The periods of an answer and the calls for them. */
export interface AnalyticsPlan {
  readonly interval: Interval;
  readonly timeZone: string;
  /** The range itself, then the earlier periods in the order of `AnalyticsRequest.previous`. */
  readonly periods: readonly PlannedPeriod[];
  readonly calls: { readonly [Series in UsageSeries]: readonly SharedCalls[] };
}

/** An operation is planned when it is estimated and when it runs, and dashboards ask for the same ranges again. */
const latest = new LRUCache<string, AnalyticsPlan>({ max: 64 });

/**
 * Plans all calls of a request before the first is made.
 * @throws RequestError `LIMIT_EXCEEDED` for too many buckets or rows, `BAD_USER_INPUT` for an invalid zone or offset
 */
export function planAnalytics(request: AnalyticsRequest, nowMs: number, bounds: SeriesBounds): AnalyticsPlan {
  const { range, interval, timeZone, series, previous } = request;
  const { maxBuckets, maxUpstreamBuckets } = bounds;
  const earlier = previous.map((one) => [one.offset, [...one.series]]);
  const asked = [range.fromMs, range.toMs, interval, timeZone, [...series], earlier];
  // A plan only depends on whether its periods have ended, and none ends after the range.
  const endsAt = range.toMs < nowMs ? null : nowMs;
  const key = JSON.stringify([...asked, endsAt, maxBuckets, maxUpstreamBuckets]);
  const known = latest.get(key);
  if (known) return known;
  const plan = planCallsOf(request, nowMs, bounds);
  latest.set(key, plan);
  return plan;
}

function planCallsOf(request: AnalyticsRequest, nowMs: number, bounds: SeriesBounds): AnalyticsPlan {
  const timeZone = readTimeZone(request.timeZone);
  const interval = request.interval ?? chooseInterval(request.range, timeZone);
  // The range and each `previous`, with the series that are selected for it.
  const requested = [
    { range: request.range, series: request.series },
    ...request.previous.map(({ offset, series }) => ({
      range: previousRange(request.range, offset, timeZone),
      series,
    })),
  ].map(({ range, series }) => {
    const edges = listBucketEdges(range, interval, timeZone, bounds.maxBuckets);
    if (!edges) {
      const coarser = nextAllowedInterval({ range, interval, timeZone, nowMs, bounds });
      throw tooManyBuckets(range, interval, bounds.maxBuckets, coarser);
    }
    return { series, period: { range, edges } };
  });
  const planned = new Map<string, readonly SharedCalls[]>();
  const planFor = (series: UsageSeries): readonly SharedCalls[] => {
    const wanted = requested.map((entry) => entry.series.has(series));
    // Series with the same periods have the same calls.
    const known = planned.get(wanted.join());
    if (known) return known;
    const periods = requested.flatMap(({ period }, index) => (wanted[index] ? [period] : []));
    const calls = planCalls(periods, interval, nowMs, bounds);
    if (calls) {
      planned.set(wanted.join(), calls);
      return calls;
    }
    const { range, edges } =
      periods.find((period) => !planCalls([period], interval, nowMs, bounds)) ?? requested[0]!.period;
    throw tooManyRows({ range, interval, timeZone, nowMs, bounds }, edges);
  };
  return {
    interval,
    timeZone,
    periods: requested.map(({ period }) => period),
    calls: {
      activity: planFor('activity'),
      elements: planFor('elements'),
      times: planFor('times'),
      statuses: planFor('statuses'),
    },
  };
}

/** What an answer needs if nothing is cached and the vendor leaves out no rows. */
export interface AnalyticsEstimate {
  /** The buckets of the period that has most. */
  readonly buckets: number;
  /** Calls by series. */
  readonly calls: ReadonlyMap<UsageSeries, number>;
  /** The vendor's rows, for all series together. */
  readonly rows: number;
}

/** @throws as `planAnalytics` */
export function estimateAnalytics(
  request: AnalyticsRequest,
  nowMs: number,
  bounds: SeriesBounds,
): AnalyticsEstimate {
  const { periods, calls } = planAnalytics(request, nowMs, bounds);
  const made = USAGE_SERIES.map((series) => ({ series, calls: calls[series].flatMap((plan) => plan.calls) }));
  return {
    buckets: Math.max(...periods.map(({ edges }) => edges.length - 1)),
    calls: new Map(
      made.map((of) => [of.series, of.calls.flatMap((call) => cutToAnswers(of.series, call)).length]),
    ),
    rows: made.reduce((sum, of) => sum + countCallRows(of.calls), 0),
  };
}

/** A range that is refused, and why: its buckets and the bounds. */
interface RefusedRange {
  readonly range: Range;
  readonly interval: Interval;
  readonly timeZone: string;
  readonly nowMs: number;
  readonly bounds: SeriesBounds;
}

/** Refuses a range with too many vendor rows. The message names the zone, the interval and the range that are allowed. */
function tooManyRows(refused: RefusedRange, edges: readonly number[]): RequestError {
  const { range, interval, timeZone, bounds } = refused;
  const inside = edges.filter((edge) => edge > range.fromMs && edge < range.toMs);
  const rowLength = coarsestVendorInterval(interval, inside) ?? 'SECOND';
  const requested = countVendorRows(range, rowLength);
  const longestHours = Math.floor(longestReadable(rowLength, bounds.maxUpstreamBuckets) / NOMINAL_MS.HOUR);
  const coarser = nextAllowedInterval(refused);
  const ways = [
    ...(isAnswerable({ ...refused, timeZone: 'UTC' }) ? [`'timeZone: "UTC"'`] : []),
    ...(coarser ? [`'interval: ${coarser}'`] : []),
    `a range of at most ${longestHours} hours`,
  ];
  return new RequestError(
    'LIMIT_EXCEEDED',
    `'interval: ${interval}' in ${timeZone} has to be summed from the vendor's ${rowLength} rows in UTC: ${requested} of them, and ${bounds.maxUpstreamBuckets} may be read. Ask for ${ways.join(', or ')}.`,
    { argument: 'interval', limit: 'maxUpstreamBuckets', allowed: bounds.maxUpstreamBuckets, requested },
  );
}

function nextAllowedInterval(refused: RefusedRange): Interval | undefined {
  const coarser = INTERVALS.slice(0, INTERVALS.indexOf(refused.interval));
  return coarser.findLast((interval) => isAnswerable({ ...refused, interval }));
}

function isAnswerable({ range, interval, timeZone, nowMs, bounds }: RefusedRange): boolean {
  const edges = listBucketEdges(range, interval, timeZone, bounds.maxBuckets);
  return edges !== null && planCalls([{ range, edges }], interval, nowMs, bounds) !== null;
}
