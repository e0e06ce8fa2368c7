import type { AbortSignalLike } from '../../../base/abort.ts';
import { RequestError, UpstreamError } from '../../../base/errors.ts';
import type { CallContext } from '../../../upstream/upstream.ts';
import type { GetUsageAnalytics, UsageSeries } from './analytics.ts';
import type { PlannedPeriod, SeriesBounds, SharedCalls } from './calls.ts';
import type { SeriesDeps } from './client.ts';
import type { CoverageBounds, SeriesFailure } from './coverage.ts';
import { createSeriesLoader } from './loader.ts';
import type { LoadSeries } from './loader.ts';
import { assemblePeriod, sliceSeries } from './period.ts';
import type { SeriesOutcome } from './period.ts';
import { planAnalytics } from './plan.ts';
import type { SeriesAge } from './segments.ts';

/** The bounds of a series, how it ages and is cached, how long the vendor keeps data, and the files that are served instead. */
export interface AnalyticsSettings extends SeriesBounds, SeriesAge, Omit<CoverageBounds, 'nowMs'> {}

/**
 * The reader of analytics for one operation. It plans all calls before it makes the first, so that a request that is too large
 * makes none. It reads the series at the same time. If one fails, coverage reports it, and the others are not affected.
 * @throws RequestError (the reader) `LIMIT_EXCEEDED` for too many buckets or rows, `BAD_USER_INPUT` for an invalid zone or offset
 */
export function createAnalyticsReader(
  deps: SeriesDeps & { readonly settings: AnalyticsSettings },
  context: CallContext,
  nowMs: number,
): GetUsageAnalytics {
  const { settings } = deps;
  // Most operations need some of them.
  const loaderOf = <Series extends UsageSeries>(series: Series): (() => LoadSeries<Series>) => {
    let loader: LoadSeries<Series> | null = null;
    return () => (loader ??= createSeriesLoader(series, deps, context, nowMs, settings));
  };
  const loaders: { readonly [Series in UsageSeries]: () => LoadSeries<Series> } = {
    activity: loaderOf('activity'),
    elements: loaderOf('elements'),
    times: loaderOf('times'),
    statuses: loaderOf('statuses'),
  };

  return async (request) => {
    const { interval, timeZone, periods, calls } = planAnalytics(request, nowMs, settings);
    const read = <Series extends UsageSeries>(series: Series) =>
      calls[series].length === 0
        ? null
        : readSeries(series, calls[series], loaders[series](), nowMs, context.signal);
    const [activity, elements, times, statuses] = await Promise.all([
      read('activity'),
      read('elements'),
      read('times'),
      read('statuses'),
    ]);
    const [main, ...previous] = periods.map((period) =>
      assemblePeriod(
        period,
        {
          activity: activity?.get(period),
          elements: elements?.get(period),
          times: times?.get(period),
          statuses: statuses?.get(period),
        },
        { ...settings, nowMs },
      ),
    );
    const { fromMs, toMs, buckets, totals } = main!;
    return {
      fromMs,
      toMs,
      buckets,
      totals,
      get coverage() {
        return main!.coverage;
      },
      interval,
      timeZone,
      previous,
    };
  };
}

async function readSeries<Series extends UsageSeries>(
  series: Series,
  plans: readonly SharedCalls[],
  load: LoadSeries<Series>,
  nowMs: number,
  signal: AbortSignalLike,
): Promise<ReadonlyMap<PlannedPeriod, SeriesOutcome<Series>>> {
  const outcomes = new Map<PlannedPeriod, SeriesOutcome<Series>>();
  const read = async ({ calls, periods }: SharedCalls) => {
    try {
      const loaded = await Promise.all(calls.map(load));
      const answered = loaded.map(({ answer }, index) => ({ call: calls[index]!, answer }));
      const spans = loaded.flatMap((one) => one.spans);
      for (const period of periods)
        outcomes.set(period, { slice: sliceSeries(series, answered, period, nowMs), spans });
    } catch (error) {
      const failure = describeFailure(error, signal.aborted);
      for (const period of periods) outcomes.set(period, { failure });
    }
  };
  await Promise.all(plans.map(read));
  return outcomes;
}

/**
 * Describes an error that stops one series only.
 * @param isAborted the caller's signal has ended the operation
 * @throws the error itself if neither the vendor, the call budget nor the deadline caused it
 */
function describeFailure(error: unknown, isAborted: boolean): SeriesFailure {
  if (error instanceof UpstreamError) {
    const code = error.code === 'SOURCE_NOT_CONFIGURED' ? 'NOT_CONFIGURED' : 'UPSTREAM';
    return { code, reason: `${error.code}: ${error.message}` };
  }
  if (error instanceof RequestError && error.details.limit === 'maxUpstreamCalls') {
    return { code: 'CALL_BUDGET', reason: error.message };
  }
  if (isAborted) return { code: 'UPSTREAM', reason: 'The operation ended before the vendor answered.' };
  throw error;
}
