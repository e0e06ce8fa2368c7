import type { Range } from '../../../base/time.ts';
import { decodeTimestamp } from '../../shared/timestamps.ts';
import type { UsageSeries } from './analytics.ts';
import type { SeriesCall } from './calls.ts';
import { isEmpty } from './figures.ts';
import type { SeriesFigures, SeriesRow } from './figures.ts';
import {
  countVendorRows,
  isVendorEdge,
  listRowStarts,
  nextVendorEdge,
  VENDOR_INTERVALS,
  vendorFloor,
} from './vendor-rows.ts';
import type { VendorInterval } from './vendor-rows.ts';

/** An answer about one series. */
export interface SeriesAnswer<Series extends UsageSeries> {
  /** Oldest first, no two for the same time. */
  readonly rows: readonly SeriesRow<Series>[];
  /** The starts of rows that could not be parsed, or are missing; null: the start could not be parsed either. */
  readonly skipped: readonly (number | null)[];
}

/** A part of the range that an answer leaves out. */
export interface UnansweredRange extends Range {
  /** The vendor gives rows of zero, so a missing row does not mean that there were no calls. */
  readonly hasZeroRows: boolean;
}

/** An answer with what it says about its gaps. */
export interface DecodedSeries<Series extends UsageSeries> extends SeriesAnswer<Series> {
  /** The start of each entry of the body; null: it could not be parsed. */
  readonly starts: readonly (number | null)[];
  /** The gaps before the first row and after the last. */
  readonly unanswered: readonly UnansweredRange[];
  /** The starts of rows that are missing between others because there were no calls: the vendor gives no rows of zero. */
  readonly emptyStarts: readonly number[];
}

/**
 * Reads the rows of one series. It skips and counts a row without a time, a row that does not begin at an edge of the interval,
 * a second row for the same time, and a row with figures of another type. It also counts a row that is missing between others,
 * if the vendor gives rows of zero. Rows outside of the range stay in `rows`.
 * @throws TypeError if no row could be parsed, if none lies in the range, or if the rows are of another interval
 */
export function decodeSeries<Series extends UsageSeries>(
  series: Series,
  body: readonly unknown[],
  call: SeriesCall,
): DecodedSeries<Series> {
  const { range, interval } = call;
  const found: SeriesRow<Series>[] = [];
  const skipped: (number | null)[] = [];
  const starts: (number | null)[] = [];
  let misplaced = 0;
  for (const entry of body) {
    const fields = fieldsOf(entry);
    const startMs = decodeTimestamp(fields['timestamp']);
    starts.push(startMs);
    const isMisplaced = startMs !== null && startMs !== range.fromMs && !isVendorEdge(startMs, interval);
    if (isMisplaced) misplaced += 1;
    const row = startMs === null || isMisplaced ? null : DECODERS[series](fields, startMs);
    if (row) found.push(row);
    else skipped.push(startMs);
  }
  if (body.length > 0 && found.length === 0) throw new TypeError('No row could be parsed.');
  if (misplaced > found.length) throw new TypeError('The rows are of a finer interval than requested.');
  const rows: SeriesRow<Series>[] = [];
  let nextMs = -Infinity;
  for (const row of sortByStart(found)) {
    if (row.startMs < nextMs) skipped.push(row.startMs);
    else rows.push(row);
    nextMs = nextVendorEdge(row.startMs, interval);
  }
  const gaps = findGaps(rows, skipped, call);
  if (gaps.length > 0 && areCoarser(rows, interval))
    throw new TypeError('The rows are of a coarser interval than requested.');
  const hasZeroRows = rows.some(({ count, figure }) => (count ?? 0) === 0 && isEmpty(series, figure));
  const isEnd = ({ fromMs, toMs }: Range) => fromMs === range.fromMs || toMs === range.toMs;
  const between = gaps.filter((gap) => !isEnd(gap)).flatMap((gap) => listRowStarts(gap, interval));
  return {
    rows,
    skipped: hasZeroRows ? [...skipped, ...between] : skipped,
    starts,
    unanswered: gaps.filter(isEnd).map((gap) => ({ ...gap, hasZeroRows })),
    emptyStarts: hasZeroRows ? [] : between,
  };
}

/**
 * The parts of the range without a row. None if at least as many skipped rows lack a time as rows are missing, because they may be
 * the missing ones.
 * @throws TypeError if no row lies in the range
 */
function findGaps(
  rows: readonly { readonly startMs: number }[],
  skipped: readonly (number | null)[],
  { range, interval }: SeriesCall,
): readonly Range[] {
  // An empty answer says that there were no calls.
  if (rows.length === 0) return [];
  const firstRowMs = vendorFloor(range.fromMs, interval);
  const timed = skipped.filter((startMs) => startMs !== null);
  const found = timed.length === 0 ? rows : sortByStart([...rows, ...timed.map((startMs) => ({ startMs }))]);
  const starts = found.filter(({ startMs }) => startMs >= firstRowMs && startMs < range.toMs);
  if (starts.length === 0) throw new TypeError('No row lies in the requested range.');
  const gaps: Range[] = [];
  let fromMs = range.fromMs;
  for (const { startMs } of starts) {
    if (startMs > fromMs) gaps.push({ fromMs, toMs: startMs });
    fromMs = Math.max(fromMs, nextVendorEdge(startMs, interval));
  }
  if (range.toMs > fromMs) gaps.push({ fromMs, toMs: range.toMs });
  const missing = gaps.reduce((sum, gap) => sum + countVendorRows(gap, interval), 0);
  return missing > skipped.length - timed.length ? gaps : [];
}

/** Vendors nearly always give their rows oldest first. */
function sortByStart<Row extends { readonly startMs: number }>(rows: readonly Row[]): readonly Row[] {
  const isSorted = rows.every(({ startMs }, at) => at === 0 || startMs >= rows[at - 1]!.startMs);
  return isSorted ? rows : rows.toSorted((a, b) => a.startMs - b.startMs);
}

/** Whether all rows but the first begin at an edge of the next coarser interval. */
function areCoarser(rows: readonly { readonly startMs: number }[], interval: VendorInterval): boolean {
  const coarser = VENDOR_INTERVALS[VENDOR_INTERVALS.indexOf(interval) - 1];
  if (!coarser || rows.length < 2) return false;
  return rows.every(({ startMs }, index) => index === 0 || isVendorEdge(startMs, coarser));
}

type Fields = Readonly<Record<string, unknown>>;

const DECODERS: {
  readonly [Series in UsageSeries]: (fields: Fields, startMs: number) => SeriesRow<Series> | null;
} = {
  activity(fields, startMs) {
    const count = fields['count'];
    return isCount(count) ? { startMs, count, figure: count } : null;
  },
  elements(fields, startMs) {
    const elements = new Map<string, number>();
    for (const [key, value] of Object.entries(fields)) {
      // All other keys are elements. An element with one of these two names is lost (`docs/vendors.md#series-buckets`).
      if (key === 'timestamp' || key === 'count') continue;
      // A value that is no number is a field that the vendor has added, not a count.
      if (typeof value !== 'number' && typeof value !== 'bigint') continue;
      if (!isCount(value)) return null;
      if (value > 0) elements.set(key, value);
    }
    return withCount(fields, startMs, elements);
  },
  times(fields, startMs) {
    const { count, min, max, avg } = fields;
    if (!isCount(count)) return null;
    if (count === 0) return { startMs, count, figure: null };
    return isTime(min) && isTime(max) && isTime(avg) ? { startMs, count, figure: { min, max, avg } } : null;
  },
  statuses(fields, startMs) {
    // A row of zero may have no other fields: `divideAnswer` writes such rows.
    const bare = fields['count'] === 0 && !('success' in fields) && !('failed' in fields);
    const { success, failed } = bare ? { success: 0, failed: 0 } : fields;
    return isCount(success) && isCount(failed) ? withCount(fields, startMs, { success, failed }) : null;
  },
};

function withCount<Figure extends SeriesFigures[UsageSeries]>(
  fields: Fields,
  startMs: number,
  figure: Figure,
) {
  const count = fields['count'] ?? null;
  return count === null || isCount(count) ? { startMs, count, figure } : null;
}

function fieldsOf(entry: unknown): Fields {
  return typeof entry === 'object' && entry !== null && !Array.isArray(entry) ? (entry as Fields) : {};
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
