import { coverageChannel } from '../../../base/channels.ts';
import type { Coverage } from '../../paging/coverage.ts';
import { USAGE_SERIES } from './analytics.ts';
import type { AnalyticsPeriod, UsageSeries } from './analytics.ts';
import type { PlannedPeriod, SeriesCall } from './calls.ts';
import { fillingSince, listSeriesCoverage } from './coverage.ts';
import type { CoverageBounds, SeriesFailure } from './coverage.ts';
import type { SeriesAnswer } from './decode.ts';
import { countFigure, isEmpty, isExact, sumRows } from './figures.ts';
import type { SeriesFigures, SeriesRow } from './figures.ts';
import { wereReadTogether } from './spans.ts';
import type { SeriesSpan } from './spans.ts';
import { isVendorEdge, vendorFloor } from './vendor-rows.ts';

/** One call and its answer. */
export interface AnsweredCall<Series extends UsageSeries> {
  readonly call: SeriesCall;
  readonly answer: SeriesAnswer<Series>;
}

/** The figures of one series for one period. */
export interface SeriesSlice<Series extends UsageSeries> {
  /**
   * One entry for each bucket of the period. A bucket without rows has zero calls; rows that are missing are counted in `skipped`.
   * null: a count passes 2^53 − 1, or the series is `times` and there were no calls.
   */
  readonly buckets: readonly (SeriesFigures[Series] | null)[];
  /** null: a count passes 2^53 − 1, or the series is `times` and there were no calls. */
  readonly total: SeriesFigures[Series] | null;
  /** A count passes 2^53 − 1, so it cannot be exact. */
  readonly hasInexactSum: boolean;
  /** The starts of rows whose parts do not add up to their own `count`. */
  readonly unequalRows: readonly number[];
  /** The starts of rows with calls that reach outside of the call's range: the vendor may have counted all of the row. */
  readonly cutRows: readonly number[];
  /** Skipped rows of the period; a row without a time counts in every period. */
  readonly skipped: number;
}

/** Takes one period out of the answers that hold it. Rows outside of it are left out, such as the vendor's extra row at `to`. */
export function sliceSeries<Series extends UsageSeries>(
  series: Series,
  answered: readonly AnsweredCall<Series>[],
  { range, edges }: PlannedPeriod,
  nowMs: number,
): SeriesSlice<Series> {
  const inside: SeriesRow<Series>[] = [];
  const unequalRows: number[] = [];
  const cutRows: number[] = [];
  /** How many rows of `inside` are of each bucket that has ended: rows come in the order of buckets. */
  const ends: number[] = [];
  let skipped = 0;
  for (const { call, answer } of answered) {
    const { fromMs, toMs } = call.range;
    const firstRowMs = vendorFloor(fromMs, call.interval);
    const isCutBefore = !isVendorEdge(fromMs, call.interval);
    const cutRowMs =
      toMs < nowMs && !isVendorEdge(toMs, call.interval) ? vendorFloor(toMs, call.interval) : Infinity;
    for (const row of answer.rows) {
      // The first row may begin before the range; it counts at the range's start.
      const atMs = row.startMs === firstRowMs ? fromMs : row.startMs;
      if (atMs < range.fromMs || atMs >= range.toMs) continue;
      while (atMs >= (edges[ends.length + 1] ?? Infinity)) ends.push(inside.length);
      inside.push(row);
      const counted = countFigure(series, row.figure);
      if (row.count !== null && counted !== null && counted !== row.count) unequalRows.push(atMs);
      const isCut = (isCutBefore && atMs === fromMs) || vendorFloor(row.startMs, call.interval) === cutRowMs;
      if (isCut && !isEmpty(series, row.figure)) cutRows.push(atMs);
    }
    const earliestMs = vendorFloor(range.fromMs, call.interval);
    skipped += answer.skipped.filter(
      (atMs) => atMs === null || (atMs >= earliestMs && atMs < range.toMs),
    ).length;
  }
  const sums = edges.slice(1).map((_edge, bucket) => {
    const first = bucket === 0 ? 0 : (ends[bucket - 1] ?? inside.length);
    return sumRows(series, inside, first, ends[bucket] ?? inside.length);
  });
  const sum = sumRows(series, inside);
  const hasInexactSum = !isExact(series, sum) || sums.some((one) => !isExact(series, one));
  // Buckets show the elements that rank in the total. Without a total they would seem to have none.
  const isUnranked = hasInexactSum && series === 'elements';
  const exactOf = (one: SeriesFigures[Series]) => (isUnranked || !isExact(series, one) ? null : one);
  return {
    buckets: hasInexactSum ? sums.map(exactOf) : sums,
    total: exactOf(sum),
    hasInexactSum,
    unequalRows,
    cutRows,
    skipped,
  };
}

/** One series of one period: its figures, or why they are missing. */
export type SeriesOutcome<Series extends UsageSeries> =
  | { readonly slice: SeriesSlice<Series>; readonly spans: readonly SeriesSpan[] }
  | { readonly failure: SeriesFailure };

/** The series of one period; undefined: not requested. */
export type PeriodOutcomes = { readonly [Series in UsageSeries]: SeriesOutcome<Series> | undefined };

/** Merges up to four series of a period into one list of buckets, with totals and coverage. */
export function assemblePeriod(
  { range, edges }: PlannedPeriod,
  outcomes: PeriodOutcomes,
  bounds: CoverageBounds,
): AnalyticsPeriod {
  const activity = sliceOf(outcomes.activity);
  const elements = sliceOf(outcomes.elements);
  const times = sliceOf(outcomes.times);
  const statuses = sliceOf(outcomes.statuses);
  // A series that was not requested, or has failed, counts as if it were read now.
  const unread = [{ ...range, readAtMs: bounds.nowMs }];
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
   * The starts of buckets that differ from `activity`, and whether they count less. It compares only buckets that both series read at one time after they had
   * settled, because calls may come in between two answers. It compares no series with skipped rows.
   */
  const listUnequalBuckets = <Series extends UsageSeries>(
    series: Series,
    { slice, spans }: Extract<SeriesOutcome<Series>, { slice: unknown }>,
  ) => {
    const counts = outcomes.activity;
    if (!counts || !('slice' in counts) || counts.slice.skipped > 0 || slice.skipped > 0) return [];
    return buckets.flatMap(({ count, filling, startMs, endMs }, index) => {
      const figure = slice.buckets[index] ?? null;
      // No time is known of a bucket without calls.
      const counted = figure !== null ? countFigure(series, figure) : series === 'times' ? 0 : null;
      // The row of a bucket that ends after the range may count calls that still come.
      const isOver = !filling && endMs <= range.toMs;
      const unequal =
        isOver &&
        count !== null &&
        counted !== null &&
        counted !== count &&
        wereReadTogether({ fromMs: startMs, toMs: endMs }, counts.spans, spans);
      return unequal ? [{ atMs: Math.max(startMs, range.fromMs), isLess: counted < count }] : [];
    });
  };
  const coverageOf = <Series extends UsageSeries>(
    series: Series,
    outcome: SeriesOutcome<Series> | undefined,
  ) => {
    if (!outcome) return [];
    if ('failure' in outcome) return listSeriesCoverage(series, range, outcome.failure, bounds);
    const unequal = listUnequalBuckets(series, outcome);
    const facts = {
      ...outcome.slice,
      spans: outcome.spans,
      unequalBuckets: unequal.map(({ atMs }) => atMs),
      // Each call has a status and a time, but not each has an element.
      lackingBuckets:
        series === 'elements' ? [] : unequal.filter(({ isLess }) => isLess).map(({ atMs }) => atMs),
    };
    return listSeriesCoverage(series, range, facts, bounds);
  };

  let coverage: readonly Coverage[] | null = null;
  const listCoverage = (): readonly Coverage[] =>
    (coverage ??= [
      ...coverageOf('activity', outcomes.activity),
      ...coverageOf('elements', outcomes.elements),
      ...coverageOf('times', outcomes.times),
      ...coverageOf('statuses', outcomes.statuses),
    ]);
  // Those who watch the service also learn of coverage that nobody selects.
  if (coverageChannel.hasSubscribers) listCoverage();

  return {
    fromMs: range.fromMs,
    toMs: range.toMs,
    buckets,
    totals: {
      count: activity?.total ?? null,
      elements: elements?.total ?? null,
      processTime: times?.total ?? null,
      statuses: statuses?.total ?? null,
    },
    get coverage() {
      return listCoverage();
    },
  };
}

function sliceOf<Series extends UsageSeries>(
  outcome: SeriesOutcome<Series> | undefined,
): SeriesSlice<Series> | null {
  return outcome && 'slice' in outcome ? outcome.slice : null;
}
