import { USAGE_SERIES } from './analytics.ts';
import type { AnalyticsPeriod, UsageSeries } from './analytics.ts';
import type { Period } from './calls.ts';
import { fillingSince, listSeriesCoverage } from './coverage.ts';
import type { CoverageBounds, SeriesFailure } from './coverage.ts';
import { countFigure } from './figures.ts';
import type { SeriesSlice } from './slice.ts';
import { wereReadTogether } from './spans.ts';
import type { ReadSpan } from './spans.ts';

/** One series of one period: its figures, or why they are missing. */
export type SeriesOutcome<Series extends UsageSeries> =
  | { readonly slice: SeriesSlice<Series>; readonly spans: readonly ReadSpan[] }
  | { readonly failure: SeriesFailure };

/** The series of one period; one that was not asked for is undefined. */
export type PeriodOutcomes = { readonly [Series in UsageSeries]: SeriesOutcome<Series> | undefined };

/** One bucket list, totals and coverage of what up to four series tell of a period. */
export function assemblePeriod(
  { range, edges }: Period,
  outcomes: PeriodOutcomes,
  bounds: CoverageBounds,
): AnalyticsPeriod {
  const activity = sliceOf(outcomes.activity);
  const elements = sliceOf(outcomes.elements);
  const times = sliceOf(outcomes.times);
  const statuses = sliceOf(outcomes.statuses);
  const unread = [{ ...range, readAtMs: bounds.nowMs, stale: false }];
  const fillingMs = Math.min(
    ...USAGE_SERIES.map((series) => {
      const outcome = outcomes[series];
      return fillingSince(outcome && 'slice' in outcome ? outcome.spans : unread, bounds);
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
   * Calls come in between two reads, so only buckets that have settled and were read at one time are held against each
   * other; one that goes on behind the range has not, should the vendor's row count what comes there. Nor are series of
   * which rows are missing.
   */
  const listUnequalBuckets = <Series extends UsageSeries>(
    series: Series,
    { slice, spans }: Extract<SeriesOutcome<Series>, { slice: unknown }>,
  ) => {
    const counts = outcomes.activity;
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
        wereReadTogether({ fromMs: startMs, toMs: endMs }, counts.spans, spans);
      return unequal ? [Math.max(startMs, range.fromMs)] : [];
    });
  };
  const coverageOf = <Series extends UsageSeries>(
    series: Series,
    outcome: SeriesOutcome<Series> | undefined,
  ) => {
    if (!outcome) return [];
    if ('failure' in outcome) return listSeriesCoverage(series, range, outcome.failure, bounds);
    const facts = {
      ...outcome.slice,
      spans: outcome.spans,
      unequalBuckets: listUnequalBuckets(series, outcome),
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
      ...coverageOf('activity', outcomes.activity),
      ...coverageOf('elements', outcomes.elements),
      ...coverageOf('times', outcomes.times),
      ...coverageOf('statuses', outcomes.statuses),
    ],
  };
}

function sliceOf<Series extends UsageSeries>(
  outcome: SeriesOutcome<Series> | undefined,
): SeriesSlice<Series> | null {
  return outcome && 'slice' in outcome ? outcome.slice : null;
}
