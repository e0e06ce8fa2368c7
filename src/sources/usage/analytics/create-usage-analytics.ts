import type { CallContext } from '../../../upstream/upstream.ts';
import type { UsageAnalytics, UsageSeries } from '../usage-analytics.ts';
import type { AnalyticsRequest } from '../usage-source.ts';
import { assemblePeriod, type SeriesReading } from './assemble-period.ts';
import type { RowBounds } from './choose-vendor-interval.ts';
import { planAnalytics } from './plan-analytics.ts';
import type { Period, SharedCalls } from './plan-calls.ts';
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
    const { interval, timeZone, periods, calls } = planAnalytics(request, nowMs, settings);
    const [activity, elements, times, statuses] = await Promise.all([
      readSeries('activity', calls.activity, loaders, nowMs, context.signal),
      readSeries('elements', calls.elements, loaders, nowMs, context.signal),
      readSeries('times', calls.times, loaders, nowMs, context.signal),
      readSeries('statuses', calls.statuses, loaders, nowMs, context.signal),
    ]);
    const [main, ...previous] = periods.map((period) =>
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
