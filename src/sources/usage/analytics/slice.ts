import type { UsageSeries } from './analytics.ts';
import type { Period, SeriesCall } from './calls.ts';
import type { SeriesAnswer } from './decode.ts';
import { countFigure, isEmpty, isExact, sumRows } from './figures.ts';
import type { SeriesFigures, SeriesRow } from './figures.ts';
import { isVendorEdge, vendorFloor } from './vendor-rows.ts';

/** What one call has brought. */
export interface AnsweredCall<Series extends UsageSeries> {
  readonly call: SeriesCall;
  readonly answer: SeriesAnswer<Series>;
}

/** What one series tells of one period. */
export interface SeriesSlice<Series extends UsageSeries> {
  /** One for each of the period's buckets; if the vendor left out its row, nothing was called. null: as for `total`. */
  readonly buckets: readonly (SeriesFigures[Series] | null)[];
  /** null: a count passes 2^53 − 1, and times of no calls. */
  readonly total: SeriesFigures[Series] | null;
  /** A count passes 2^53 − 1, so that it can't be given exactly. */
  readonly isBeyondCounting: boolean;
  /** When rows begin whose parts do not add up to their own `count`. */
  readonly unequalRows: readonly number[];
  /** When rows with calls begin that go on outside the range: the vendor may have counted what lies there. */
  readonly cutRows: readonly number[];
  /** Rows of the period that could not be understood; one that can't be placed counts for every period. */
  readonly dropped: number;
}

/** Cuts one period out of the answers that cover it. Rows outside it, such as the vendor's last at `to`, go. */
export function sliceSeries<Series extends UsageSeries>(
  series: Series,
  answered: readonly AnsweredCall<Series>[],
  { range, edges }: Period,
  nowMs: number,
): SeriesSlice<Series> {
  const inside: SeriesRow<Series>[] = [];
  const unequalRows: number[] = [];
  const cutRows: number[] = [];
  const byBucket: SeriesRow<Series>[][] = edges.slice(1).map(() => []);
  let dropped = 0;
  let bucket = 0;
  for (const { call, answer } of answered) {
    const { fromMs, toMs } = call.range;
    const firstRowMs = vendorFloor(fromMs, call.interval);
    const isCutBefore = !isVendorEdge(fromMs, call.interval);
    const lastCutMs =
      toMs < nowMs && !isVendorEdge(toMs, call.interval) ? vendorFloor(toMs, call.interval) : Infinity;
    for (const row of answer.rows) {
      // The first row may begin before the range, yet speaks of the part inside.
      const atMs = row.startMs === firstRowMs ? fromMs : row.startMs;
      if (atMs < range.fromMs || atMs >= range.toMs) continue;
      while (atMs >= (edges[bucket + 1] ?? Infinity)) bucket += 1;
      byBucket[bucket]?.push(row);
      inside.push(row);
      const counted = countFigure(series, row.figure);
      if (row.count !== null && counted !== null && counted !== row.count) unequalRows.push(atMs);
      const isCut = (isCutBefore && atMs === fromMs) || vendorFloor(row.startMs, call.interval) === lastCutMs;
      if (isCut && !isEmpty(series, row.figure)) cutRows.push(atMs);
    }
    const earliestMs = vendorFloor(range.fromMs, call.interval);
    dropped += answer.dropped.filter(
      (atMs) => atMs === null || (atMs >= earliestMs && atMs < range.toMs),
    ).length;
  }
  const sums = [...byBucket, inside].map((rows) => sumRows(series, rows));
  const isBeyondCounting = sums.some((sum) => !isExact(series, sum));
  // Buckets show the elements that rank in the total, so without it they would seem to have none.
  const isUnranked = isBeyondCounting && series === 'elements';
  const exact = sums.map((sum) => (isUnranked || !isExact(series, sum) ? null : sum));
  return {
    buckets: exact.slice(0, -1),
    total: exact.at(-1) ?? null,
    isBeyondCounting,
    unequalRows,
    cutRows,
    dropped,
  };
}
