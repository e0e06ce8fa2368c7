import type { Interval } from '../../../base/interval.ts';
import { RequestError } from '../../../base/request-error.ts';
import { Temporal } from '../../../base/temporal.ts';
import { USAGE_SERIES, type UsageSeries } from '../usage-analytics.ts';
import type { AnalyticsRequest } from '../usage-source.ts';
import { listBucketEdges } from './bucket-edges.ts';
import { chooseInterval } from './choose-interval.ts';
import { countRows, type RowBounds } from './choose-vendor-interval.ts';
import { planCalls, type Period, type SharedCalls } from './plan-calls.ts';
import { previousRange } from './previous-range.ts';
import { refuseBuckets, refuseRows } from './refuse-series.ts';
import { cutToAnswers } from './series-chunks.ts';

/** All that is known of an answer before the first call. */
export interface AnalyticsPlan {
  readonly interval: Interval;
  readonly timeZone: string;
  /** The range itself, then the earlier periods in the order in which they were asked for. */
  readonly periods: readonly Period[];
  readonly calls: { readonly [Series in UsageSeries]: readonly SharedCalls[] };
}

/** @throws RequestError `LIMIT_EXCEEDED` for too many buckets or rows, `BAD_USER_INPUT` for a zone or offset that is none */
export function planAnalytics(request: AnalyticsRequest, nowMs: number, bounds: RowBounds): AnalyticsPlan {
  const timeZone = readTimeZone(request.timeZone);
  const interval = request.interval ?? chooseInterval(request.range, timeZone);
  const asked = [
    { range: request.range, series: request.series },
    ...request.previous.map(({ offset, series }) => ({
      range: previousRange(request.range, offset, timeZone),
      series,
    })),
  ].map(({ range, series }) => {
    const edges = listBucketEdges(range, interval, timeZone, bounds.maxBuckets);
    if (!edges) throw refuseBuckets({ range, interval, timeZone, nowMs, bounds });
    return { series, period: { range, edges } };
  });
  const planned = new Map<string, readonly SharedCalls[]>();
  const planFor = (series: UsageSeries): readonly SharedCalls[] => {
    const wanted = asked.map((entry) => entry.series.has(series));
    // Series of the same periods are read alike.
    const known = planned.get(wanted.join());
    if (known) return known;
    const periods = asked.flatMap(({ period }, index) => (wanted[index] ? [period] : []));
    const calls = planCalls(periods, interval, nowMs, bounds);
    if (calls) {
      planned.set(wanted.join(), calls);
      return calls;
    }
    const { range, edges } =
      periods.find((period) => !planCalls([period], interval, nowMs, bounds)) ?? asked[0]!.period;
    throw refuseRows({ range, interval, timeZone, nowMs, bounds }, edges);
  };
  return {
    interval,
    timeZone,
    periods: asked.map(({ period }) => period),
    calls: {
      activity: planFor('activity'),
      elements: planFor('elements'),
      times: planFor('times'),
      statuses: planFor('statuses'),
    },
  };
}

/** What an answer takes if nothing is kept and the vendor keeps to its page. */
export interface AnalyticsEstimate {
  /** Of the period that has most. */
  readonly buckets: number;
  /** Calls by series. */
  readonly calls: ReadonlyMap<UsageSeries, number>;
  /** The vendor's rows. */
  readonly rows: number;
}

/** @throws as `planAnalytics` */
export function estimateAnalytics(
  request: AnalyticsRequest,
  nowMs: number,
  bounds: RowBounds,
): AnalyticsEstimate {
  const { periods, calls } = planAnalytics(request, nowMs, bounds);
  const made = USAGE_SERIES.map((series) => ({ series, calls: calls[series].flatMap((plan) => plan.calls) }));
  return {
    buckets: Math.max(...periods.map(({ edges }) => edges.length - 1)),
    calls: new Map(
      made.map((of) => [of.series, of.calls.flatMap((call) => cutToAnswers(of.series, call)).length]),
    ),
    rows: made.reduce((sum, of) => sum + countRows(of.calls), 0),
  };
}

function readTimeZone(timeZone: string): string {
  try {
    return new Temporal.ZonedDateTime(0n, timeZone).timeZoneId;
  } catch {
    throw new RequestError('BAD_USER_INPUT', "'timeZone' must be an IANA time zone.", {
      argument: 'timeZone',
    });
  }
}
