import type { CallContext } from '../../../upstream/upstream.ts';
import type { AnalyticsRequest, UsageAnalytics, UsageSeries } from './analytics.ts';
import type { Period, RowBounds, SharedCalls } from './calls.ts';
import { readSeriesFailure } from './coverage.ts';
import type { CoverageBounds } from './coverage.ts';
import { createSeriesLoader } from './loader.ts';
import type { LoadSeries, SeriesDeps } from './loader.ts';
import { assemblePeriod } from './period.ts';
import type { SeriesOutcome } from './period.ts';
import { planAnalytics } from './plan.ts';
import type { SeriesAge } from './segments.ts';
import { sliceSeries } from './slice.ts';

/** The bounds on a series, and what is held of the vendor's lag and memory. */
export interface AnalyticsSettings extends RowBounds, SeriesAge, Omit<CoverageBounds, 'nowMs'> {}

type SeriesLoaders = { readonly [Series in UsageSeries]: LoadSeries<Series> };

/**
 * The reader of analytics for one operation. All is planned, and refused, before the first call; the series are then read
 * side by side, and one that fails is told in coverage and fails no other.
 * @throws RequestError (from the reader) `LIMIT_EXCEEDED` for too many buckets, `BAD_USER_INPUT` for a zone or offset that is none
 */
export function createAnalyticsReader(
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
): Promise<ReadonlyMap<Period, SeriesOutcome<Series>>> {
  const outcomes = new Map<Period, SeriesOutcome<Series>>();
  const read = async ({ calls, periods }: SharedCalls) => {
    try {
      const loaded = await Promise.all(calls.map(loaders[series]));
      const answered = loaded.map(({ answer }, index) => ({ call: calls[index]!, answer }));
      const spans = loaded.flatMap((one) => one.spans);
      for (const period of periods)
        outcomes.set(period, { slice: sliceSeries(series, answered, period, nowMs), spans });
    } catch (error) {
      const failure = readSeriesFailure(error, signal.aborted);
      for (const period of periods) outcomes.set(period, { failure });
    }
  };
  await Promise.all(plans.map(read));
  return outcomes;
}
