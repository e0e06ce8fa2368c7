import { USAGE_SERIES, type AnalyticsPeriod, type UsageSeries } from '../usage-analytics.ts';
import type { Period } from './plan-calls.ts';
import { areOfOneReading, type ReadStretch } from './read-stretches.ts';
import { fillingSince, listSeriesCoverage, type CoverageBounds } from './series-coverage.ts';
import type { SeriesFailure } from './series-failure.ts';
import { countFigure } from './series-figures.ts';
import type { SeriesSlice } from './slice-series.ts';

/** What came of reading one series for one period. */
export type SeriesReading<Series extends UsageSeries> =
  | { readonly slice: SeriesSlice<Series>; readonly stretches: readonly ReadStretch[] }
  | { readonly failure: SeriesFailure };

/** The series of one period; one that was not asked for is undefined. */
export type PeriodReadings = { readonly [Series in UsageSeries]: SeriesReading<Series> | undefined };

/** One bucket list, totals and coverage of what up to four series tell of a period. */
export function assemblePeriod(
  { range, edges }: Period,
  readings: PeriodReadings,
  bounds: CoverageBounds,
): AnalyticsPeriod {
  const activity = sliceOf(readings.activity);
  const elements = sliceOf(readings.elements);
  const times = sliceOf(readings.times);
  const statuses = sliceOf(readings.statuses);
  const unread = [{ ...range, readAtMs: bounds.nowMs, stale: false }];
  const fillingMs = Math.min(
    ...USAGE_SERIES.map((series) => {
      const reading = readings[series];
      return fillingSince(reading && 'slice' in reading ? reading.stretches : unread, bounds);
    }),
  );
  const buckets = edges.slice(1).map((endMs, index) => {
    const startMs = edges[index]!;
    return {
      startMs,
      endMs,
      cut: startMs < range.fromMs || endMs > range.toMs,
      filling: Math.min(endMs, range.toMs) > fillingMs,
      count: activity?.buckets[index] ?? null,
      elements: elements?.buckets[index] ?? null,
      processTime: times?.buckets[index] ?? null,
      statuses: statuses?.buckets[index] ?? null,
    };
  });

  /**
   * Calls come in between two readings, so only buckets that have settled and were read at one time are held against each
   * other; one that goes on behind the range has not, should the vendor's row count what comes there. Nor are series of
   * which rows are missing.
   */
  const listUnequalBuckets = <Series extends UsageSeries>(
    series: Series,
    { slice, stretches }: Extract<SeriesReading<Series>, { slice: unknown }>,
  ) => {
    const counts = readings.activity;
    if (!counts || !('slice' in counts) || counts.slice.dropped > 0 || slice.dropped > 0) return [];
    return buckets.flatMap(({ count, filling, startMs, endMs }, index) => {
      const figure = slice.buckets[index] ?? null;
      const counted = figure === null ? null : countFigure(series, figure);
      const isOver = !filling && endMs <= range.toMs;
      const unequal =
        isOver &&
        count !== null &&
        counted !== null &&
        counted !== count &&
        areOfOneReading({ fromMs: startMs, toMs: endMs }, counts.stretches, stretches);
      return unequal ? [Math.max(startMs, range.fromMs)] : [];
    });
  };
  const coverageOf = <Series extends UsageSeries>(
    series: Series,
    reading: SeriesReading<Series> | undefined,
  ) => {
    if (!reading) return [];
    if ('failure' in reading) return listSeriesCoverage(series, range, reading.failure, bounds);
    const facts = {
      ...reading.slice,
      stretches: reading.stretches,
      unequalBuckets: listUnequalBuckets(series, reading),
    };
    return listSeriesCoverage(series, range, facts, bounds);
  };

  return {
    ...range,
    buckets,
    totals: {
      count: activity?.total ?? null,
      elements: elements?.total ?? null,
      processTime: times?.total ?? null,
      statuses: statuses?.total ?? null,
    },
    coverage: [
      ...coverageOf('activity', readings.activity),
      ...coverageOf('elements', readings.elements),
      ...coverageOf('times', readings.times),
      ...coverageOf('statuses', readings.statuses),
    ],
  };
}

function sliceOf<Series extends UsageSeries>(
  reading: SeriesReading<Series> | undefined,
): SeriesSlice<Series> | null {
  return reading && 'slice' in reading ? reading.slice : null;
}
