import type { UsageSeries } from '../usage-analytics.ts';
import type { SeriesAnswer } from './decode-series.ts';
import type { Period, PlannedCall } from './plan-calls.ts';
import { countFigure, sumRows, type SeriesFigures, type SeriesRow } from './series-figures.ts';
import { vendorFloor } from './vendor-rows.ts';

/** What one series tells of one period. */
export interface SeriesSlice<Series extends UsageSeries> {
  /** One for each of the period's buckets; where the vendor left out its row, nothing was called. */
  readonly buckets: readonly SeriesFigures[Series][];
  readonly total: SeriesFigures[Series];
  /** When rows begin whose parts do not add up to their own `count`. */
  readonly unequalRows: readonly number[];
  /** Rows of the period that could not be understood; one that can't be placed counts for every period. */
  readonly dropped: number;
}

/** Cuts one period out of the answer to a call that covers it. Rows outside it, such as the vendor's last at `to`, go. */
export function sliceSeries<Series extends UsageSeries>(
  series: Series,
  answer: SeriesAnswer<Series>,
  call: PlannedCall,
  { range, edges }: Period,
): SeriesSlice<Series> {
  const firstRowMs = vendorFloor(call.range.fromMs, call.interval);
  const inside: SeriesRow<Series>[] = [];
  const unequalRows: number[] = [];
  const byBucket: SeriesRow<Series>[][] = edges.slice(1).map(() => []);
  let bucket = 0;
  for (const row of answer.rows) {
    // The first row may begin before the range, yet speaks of the part inside.
    const atMs = row.startMs === firstRowMs ? call.range.fromMs : row.startMs;
    if (atMs < range.fromMs || atMs >= range.toMs) continue;
    while (atMs >= (edges[bucket + 1] ?? Infinity)) bucket += 1;
    byBucket[bucket]?.push(row);
    inside.push(row);
    const counted = countFigure(series, row.figure);
    if (row.count !== null && counted !== null && counted !== row.count) unequalRows.push(atMs);
  }
  const earliestMs = vendorFloor(range.fromMs, call.interval);
  return {
    buckets: byBucket.map((rows) => sumRows(series, rows)),
    total: sumRows(series, inside),
    unequalRows,
    dropped: answer.dropped.filter((atMs) => atMs === null || (atMs >= earliestMs && atMs < range.toMs))
      .length,
  };
}
