import type { Interval } from '../../../base/interval.ts';
import type { Range } from '../../../base/range.ts';
import { RequestError } from '../../../base/request-error.ts';
import { Temporal } from '../../../base/temporal.ts';
import type { CallContext } from '../../../upstream/upstream.ts';
import type { UsageAnalytics, UsageSeries } from '../usage-analytics.ts';
import type { AnalyticsRequest } from '../usage-source.ts';
import { assemblePeriod, type SeriesReading } from './assemble-period.ts';
import { listBucketEdges } from './bucket-edges.ts';
import { chooseInterval } from './choose-interval.ts';
import type { RowBounds } from './choose-vendor-interval.ts';
import { planCalls, type Period, type SharedCalls } from './plan-calls.ts';
import { previousRange } from './previous-range.ts';
import { refuseBuckets, refuseRows } from './refuse-series.ts';
import type { SeriesAge } from './series-cache-policy.ts';
import type { CoverageBounds } from './series-coverage.ts';
import { readSeriesFailure } from './series-failure.ts';
import { createSeriesLoader, type LoadSeries, type SeriesDeps } from './series-loader.ts';
import { sliceSeries } from './slice-series.ts';

/** The bounds on a series, and what is held of the vendor's lag and memory. */
export interface AnalyticsSettings extends RowBounds, SeriesAge, Omit<CoverageBounds, 'nowMs'> {}

type SeriesLoaders = { readonly [Series in UsageSeries]: LoadSeries<Series> };

/**
 * The reader of analytics for one operation. All is planned, and refused, before the first call; the series are then read
 * side by side, and one that fails is told in coverage and fails no other.
 * @throws RequestError (from the reader) `LIMIT_EXCEEDED` for too many buckets, `BAD_USER_INPUT` for a zone or offset that is none
 */
export function createUsageAnalytics(
  deps: SeriesDeps & { readonly settings: AnalyticsSettings },
  context: CallContext,
  nowMs: number,
): (request: AnalyticsRequest) => Promise<UsageAnalytics> {
  const { settings } = deps;
  const loaderOf = <Series extends UsageSeries>(series: Series) =>
    createSeriesLoader(series, deps, context, nowMs, settings);
  const loaders: SeriesLoaders = {
    activity: loaderOf('activity'),
    elements: loaderOf('elements'),
    times: loaderOf('times'),
    statuses: loaderOf('statuses'),
  };

  return async (request) => {
    const timeZone = readTimeZone(request.timeZone);
    const interval = request.interval ?? chooseInterval(request.range, timeZone);
    const asked = [
      { range: request.range, series: request.series },
      ...request.previous.map(({ offset, series }) => ({
        range: previousRange(request.range, offset, timeZone),
        series,
      })),
    ].map(({ range, series }) => ({
      series,
      period: createPeriod(range, interval, timeZone, nowMs, settings),
    }));

    const planFor = (series: UsageSeries): readonly SharedCalls[] => {
      const periods = asked.flatMap((entry) => (entry.series.has(series) ? [entry.period] : []));
      const calls = planCalls(periods, interval, nowMs, settings);
      if (calls) return calls;
      const { range, edges } =
        periods.find((period) => !planCalls([period], interval, nowMs, settings)) ?? asked[0]!.period;
      throw refuseRows({ range, interval, timeZone, nowMs, bounds: settings }, edges);
    };
    const plans = {
      activity: planFor('activity'),
      elements: planFor('elements'),
      times: planFor('times'),
      statuses: planFor('statuses'),
    };

    const [activity, elements, times, statuses] = await Promise.all([
      readSeries('activity', plans.activity, loaders, nowMs, context.signal),
      readSeries('elements', plans.elements, loaders, nowMs, context.signal),
      readSeries('times', plans.times, loaders, nowMs, context.signal),
      readSeries('statuses', plans.statuses, loaders, nowMs, context.signal),
    ]);
    const [main, ...previous] = asked.map(({ period }) =>
      assemblePeriod(
        period,
        {
          activity: activity.get(period),
          elements: elements.get(period),
          times: times.get(period),
          statuses: statuses.get(period),
        },
        { ...settings, nowMs },
      ),
    );
    return { ...main!, interval, timeZone, previous };
  };
}

async function readSeries<Series extends UsageSeries>(
  series: Series,
  plans: readonly SharedCalls[],
  loaders: SeriesLoaders,
  nowMs: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<Period, SeriesReading<Series>>> {
  const readings = new Map<Period, SeriesReading<Series>>();
  const read = async ({ calls, periods }: SharedCalls) => {
    try {
      const loaded = await Promise.all(calls.map(loaders[series]));
      const answered = loaded.map(({ answer }, index) => ({ call: calls[index]!, answer }));
      const stretches = loaded.flatMap((one) => one.stretches);
      for (const period of periods)
        readings.set(period, { slice: sliceSeries(series, answered, period, nowMs), stretches });
    } catch (error) {
      const failure = readSeriesFailure(error, signal.aborted);
      for (const period of periods) readings.set(period, { failure });
    }
  };
  await Promise.all(plans.map(read));
  return readings;
}

function createPeriod(
  range: Range,
  interval: Interval,
  timeZone: string,
  nowMs: number,
  bounds: RowBounds,
): Period {
  const edges = listBucketEdges(range, interval, timeZone, bounds.maxBuckets);
  if (!edges) throw refuseBuckets({ range, interval, timeZone, nowMs, bounds });
  return { range, edges };
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
