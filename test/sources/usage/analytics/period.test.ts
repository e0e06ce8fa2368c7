import { describe, expect, test } from 'vitest';
import type { UsageSeries } from '../../../../src/sources/usage/analytics/analytics.ts';
import type { SeriesRow } from '../../../../src/sources/usage/analytics/figures.ts';
import { sliceSeries } from '../../../../src/sources/usage/analytics/period.ts';

const DAY = 86_400_000;
const START = Date.parse('2026-03-01T00:00Z');
const NOW = START + 100 * DAY;
/** The starts of the rows of three days. */
const DAYS = [START, START + DAY, START + 2 * DAY];

/** The slice of a range that one call by day has read, over the buckets of the three days. */
function slice<Series extends UsageSeries>(
  series: Series,
  rows: readonly SeriesRow<Series>[],
  { fromMs = START, toMs = START + 3 * DAY, nowMs = NOW } = {},
) {
  const range = { fromMs, toMs };
  const answered = [{ call: { range, interval: 'DAY' as const }, answer: { rows, skipped: [] } }];
  return sliceSeries(series, answered, { range, edges: [...DAYS, START + 3 * DAY] }, nowMs);
}

/** Rows of `activity`, one for each day. */
const count = (...counts: readonly number[]) =>
  counts.map((figure, index) => ({ startMs: START + index * DAY, count: figure, figure }));

describe('a slice', () => {
  test('has one figure for each bucket, and doubts no row that lies whole in the range', () => {
    expect(slice('activity', count(3, 0, 4))).toEqual({
      buckets: [3, 0, 4],
      total: 7,
      hasInexactSum: false,
      unequalRows: [],
      cutRows: [],
      skipped: 0,
    });
  });

  test('names the first row as cut if the range begins inside of it, by the start of the range', () => {
    const fromMs = START + DAY / 2;
    expect(slice('activity', count(3, 2, 4), { fromMs })).toMatchObject({ total: 9, cutRows: [fromMs] });
  });

  test('names the last row as cut if the range ends inside of it and the rest of the row is over', () => {
    const toMs = START + 2.5 * DAY;
    const cutAt = (nowMs: number) => slice('activity', count(3, 2, 4), { toMs, nowMs }).cutRows;
    expect(cutAt(toMs + 1)).toEqual([START + 2 * DAY]);
    // Nothing has been called yet after now.
    expect(cutAt(toMs)).toEqual([]);
    expect(cutAt(toMs - 1)).toEqual([]);
  });

  test('names no cut row that has no calls', () => {
    const range = { fromMs: START + DAY / 2, toMs: START + 2.5 * DAY };
    expect(slice('activity', count(0, 2, 0), range).cutRows).toEqual([]);
  });

  test('names the rows whose parts do not add up to their count; a row without a count contradicts nothing', () => {
    const figure = { success: 2, failed: 1 };
    const counts = [3, 4, null];
    const rows = counts.map((own, index) => ({ startMs: START + index * DAY, count: own, figure }));
    expect(slice('statuses', rows)).toMatchObject({
      total: { success: 6, failed: 3 },
      unequalRows: [START + DAY],
    });
  });
});
