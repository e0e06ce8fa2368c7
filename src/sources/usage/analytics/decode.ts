import type { Range } from '../../../base/time.ts';
import { decodeTimestamp } from '../../shared/timestamps.ts';
import type { UsageSeries } from './analytics.ts';
import type { SeriesCall } from './calls.ts';
import { isEmpty } from './figures.ts';
import type { SeriesFigures, SeriesRow } from './figures.ts';
import {
  countVendorRows,
  isVendorEdge,
  nextVendorEdge,
  VENDOR_INTERVALS,
  vendorFloor,
} from './vendor-rows.ts';
import type { VendorInterval } from './vendor-rows.ts';

/** A vendor's answer on one series. */
export interface SeriesAnswer<Series extends UsageSeries> {
  /** Oldest first; each of another stretch. */
  readonly rows: readonly SeriesRow<Series>[];
  /** Where the rows begin that could not be understood, or are missing; null: even that could not be read. */
  readonly dropped: readonly (number | null)[];
}

/** A stretch that an answer leaves out. */
export interface UnansweredRange extends Range {
  /** The vendor gives rows of zero, so that one which is missing does not mean that nothing was called. */
  readonly isDense: boolean;
}

/** An answer as it came. */
export interface DecodedSeries<Series extends UsageSeries> extends SeriesAnswer<Series> {
  /** When each entry of the body begins; null: it does not say. */
  readonly starts: readonly (number | null)[];
  /** The ends of the range, before the first row and behind the last, that the answer leaves out. */
  readonly unanswered: readonly UnansweredRange[];
  /** Where rows are missing between others because nothing was called: the vendor gives no rows of zero. */
  readonly empty: readonly number[];
}

/**
 * Reads the rows of one series. A row without a time, that begins where none should, that says a stretch a second time, or
 * whose figures are none, is dropped and counted; so is one that is missing between others, if the vendor gives rows of zero.
 * A row before the range is read all the same, and left to the caller.
 * @throws TypeError for rows of which not one could be understood, none lies in the range, or that are of another interval
 */
export function decodeSeries<Series extends UsageSeries>(
  series: Series,
  body: readonly unknown[],
  call: SeriesCall,
): DecodedSeries<Series> {
  const { range, interval } = call;
  const found: SeriesRow<Series>[] = [];
  const dropped: (number | null)[] = [];
  const starts: (number | null)[] = [];
  let misplaced = 0;
  for (const entry of body) {
    const fields = fieldsOf(entry);
    const startMs = decodeTimestamp(fields['timestamp']);
    starts.push(startMs);
    const known = startMs !== null && (startMs === range.fromMs || isVendorEdge(startMs, interval));
    if (startMs !== null && !known) misplaced += 1;
    const decoded = known ? DECODERS[series](fields) : null;
    if (decoded) found.push({ startMs: startMs ?? range.fromMs, ...decoded });
    else dropped.push(startMs);
  }
  if (body.length > 0 && found.length === 0) throw new TypeError('No row could be understood.');
  if (misplaced > found.length) throw new TypeError('The rows are of a finer interval than was asked for.');
  const rows: SeriesRow<Series>[] = [];
  let nextMs = -Infinity;
  for (const row of found.toSorted((a, b) => a.startMs - b.startMs)) {
    if (row.startMs < nextMs) dropped.push(row.startMs);
    else rows.push(row);
    nextMs = nextVendorEdge(row.startMs, interval);
  }
  const gaps = findGaps(rows, dropped, call);
  if (gaps.length > 0 && areCoarser(rows, interval))
    throw new TypeError('The rows are of a coarser interval than was asked for.');
  const isDense = rows.some(({ count, figure }) => (count ?? 0) === 0 && isEmpty(series, figure));
  const isEnd = ({ fromMs, toMs }: Range) => fromMs === range.fromMs || toMs === range.toMs;
  const between = gaps.filter((gap) => !isEnd(gap)).flatMap((gap) => listRowStarts(gap, interval));
  return {
    rows,
    dropped: isDense ? [...dropped, ...between] : dropped,
    starts,
    unanswered: gaps.filter(isEnd).map((gap) => ({ ...gap, isDense })),
    empty: isDense ? [] : between,
  };
}

/** Where the rows of a range begin. */
export function listRowStarts({ fromMs, toMs }: Range, interval: VendorInterval): readonly number[] {
  const starts: number[] = [];
  for (let atMs = fromMs; atMs < toMs; atMs = nextVendorEdge(atMs, interval)) starts.push(atMs);
  return starts;
}

/**
 * The stretches of the range without a row, unless rows that do not say their time account for them.
 * @throws TypeError for rows of which none lies in the range
 */
function findGaps(
  rows: readonly { readonly startMs: number }[],
  dropped: readonly (number | null)[],
  { range, interval }: SeriesCall,
): readonly Range[] {
  if (rows.length === 0) return [];
  const firstRowMs = vendorFloor(range.fromMs, interval);
  const known = dropped.filter((startMs) => startMs !== null);
  const starts = [...rows.map(({ startMs }) => startMs), ...known]
    .filter((startMs) => startMs >= firstRowMs && startMs < range.toMs)
    .toSorted((a, b) => a - b);
  if (starts.length === 0) throw new TypeError('No row lies in the range that was asked for.');
  const gaps: Range[] = [];
  let fromMs = range.fromMs;
  for (const startMs of [...starts, range.toMs]) {
    if (startMs > fromMs) gaps.push({ fromMs, toMs: startMs });
    fromMs = Math.max(fromMs, nextVendorEdge(startMs, interval));
  }
  const missing = gaps.reduce((sum, gap) => sum + countVendorRows(gap, interval), 0);
  return missing > dropped.length - known.length ? gaps : [];
}

/** Whether no two rows follow on one another and all begin where longer ones do. */
function areCoarser(rows: readonly { readonly startMs: number }[], interval: VendorInterval): boolean {
  const longer = VENDOR_INTERVALS[VENDOR_INTERVALS.indexOf(interval) - 1];
  if (!longer || rows.length < 2) return false;
  return rows.every(({ startMs }, index) => index === 0 || isVendorEdge(startMs, longer));
}

type Fields = Readonly<Record<string, unknown>>;
type Decoded<Series extends UsageSeries> = Pick<SeriesRow<Series>, 'count' | 'figure'>;

const DECODERS: { readonly [Series in UsageSeries]: (fields: Fields) => Decoded<Series> | null } = {
  activity(fields) {
    const count = fields['count'];
    return isCount(count) ? { count, figure: count } : null;
  },
  elements(fields) {
    const elements = new Map<string, number>();
    for (const [key, value] of Object.entries(fields)) {
      // Every key but these two is an element's; one that is called like them can't be told from them (docs/series.md).
      if (key === 'timestamp' || key === 'count') continue;
      // What is no number was never a count of calls, but a field that the vendor has added since.
      if (typeof value !== 'number' && typeof value !== 'bigint') continue;
      if (!isCount(value)) return null;
      if (value > 0) elements.set(key, value);
    }
    return withCount(fields, elements);
  },
  times(fields) {
    const { count, min, max, avg } = fields;
    if (!isCount(count)) return null;
    if (count === 0) return { count, figure: null };
    return isTime(min) && isTime(max) && isTime(avg) ? { count, figure: { min, max, avg } } : null;
  },
  statuses(fields) {
    const bare = fields['count'] === 0 && !('success' in fields) && !('failed' in fields);
    const { success, failed } = bare ? { success: 0, failed: 0 } : fields;
    return isCount(success) && isCount(failed) ? withCount(fields, { success, failed }) : null;
  },
};

function withCount<Figure extends SeriesFigures[UsageSeries]>(fields: Fields, figure: Figure) {
  const count = fields['count'] ?? null;
  return count === null || isCount(count) ? { count, figure } : null;
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
