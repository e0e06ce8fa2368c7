import type { ProcessTime, StatusCounts, UsageSeries } from './analytics.ts';

/** The type of the figure of each series. `times` is null if there were no calls. */
export interface SeriesFigures {
  readonly activity: number;
  /** Calls by element key; elements without calls are left out. */
  readonly elements: ReadonlyMap<string, number>;
  readonly times: ProcessTime | null;
  readonly statuses: StatusCounts;
}

/** One of the vendor's rows. */
export interface SeriesRow<Series extends UsageSeries> {
  /** The start that the row itself states, in milliseconds since the epoch. */
  readonly startMs: number;
  /** The row's own `count`; null: it has none. */
  readonly count: number | null;
  readonly figure: SeriesFigures[Series];
}

type Rows<Series extends UsageSeries> = readonly Pick<SeriesRow<Series>, 'count' | 'figure'>[];

const SUMS: { readonly [Series in UsageSeries]: (rows: Rows<Series>) => SeriesFigures[Series] } = {
  activity: (rows) => sum(rows.map((row) => row.figure)),
  elements(rows) {
    const total = new Map<string, number>();
    for (const { figure } of rows)
      for (const [key, count] of figure) total.set(key, (total.get(key) ?? 0) + count);
    return total;
  },
  times(rows) {
    let [min, max, least, greatest, weighted, calls] = [Infinity, 0, Infinity, 0, 0, 0];
    for (const { figure, count } of rows) {
      if (!figure || !count) continue;
      min = Math.min(min, figure.min);
      max = Math.max(max, figure.max);
      least = Math.min(least, figure.avg);
      greatest = Math.max(greatest, figure.avg);
      weighted += figure.avg * count;
      calls += count;
    }
    if (calls === 0) return null;
    // Rounding must not move the average out of the range of its parts; the average of one row stays as it is.
    return { min, max, avg: Math.min(Math.max(weighted / calls, least), greatest) };
  },
  statuses: (rows) => ({
    success: sum(rows.map((row) => row.figure.success)),
    failed: sum(rows.map((row) => row.figure.failed)),
  }),
};

/**
 * Sums rows: counts are added, times give the least and the greatest, averages are weighted by the counts of their rows.
 * @param first the place of the first row @param end the place after the last one; left out: all rows
 */
export function sumRows<Series extends UsageSeries>(
  series: Series,
  rows: Rows<Series>,
  first = 0,
  end = rows.length,
): SeriesFigures[Series] {
  const only = rows[first];
  // Most buckets are one row of the vendor's.
  if (only && end - first === 1 && (series !== 'times' || only.count)) return only.figure;
  return SUMS[series](first === 0 && end === rows.length ? rows : rows.slice(first, end));
}

const TOTAL_CALLS: { readonly [Series in UsageSeries]: (figure: SeriesFigures[Series]) => number | null } = {
  activity: (count) => count,
  elements: (elements) => sum([...elements.values()]),
  times: () => null,
  statuses: ({ success, failed }) => success + failed,
};

/** How many calls a figure counts; null: `times` do not count calls. */
export function countFigure<Series extends UsageSeries>(
  series: Series,
  figure: SeriesFigures[Series],
): number | null {
  return TOTAL_CALLS[series](figure);
}

/** Whether a figure shows no calls. */
export function isEmpty<Series extends UsageSeries>(series: Series, figure: SeriesFigures[Series]): boolean {
  return figure === null || countFigure(series, figure) === 0;
}

const HAS_EXACT_COUNTS: {
  readonly [Series in UsageSeries]: (figure: SeriesFigures[Series]) => boolean;
} = {
  activity: Number.isSafeInteger,
  elements: (elements) => elements.values().every(Number.isSafeInteger),
  times: () => true,
  statuses: ({ success, failed }) => Number.isSafeInteger(success) && Number.isSafeInteger(failed),
};

/** Whether all counts of a figure are exact, so at most 2^53 − 1. */
export function isExact<Series extends UsageSeries>(series: Series, figure: SeriesFigures[Series]): boolean {
  return HAS_EXACT_COUNTS[series](figure);
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
