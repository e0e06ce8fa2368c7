import { decodeTimestamp } from '../../walk/decode-timestamp.ts';
import type { UsageSeries } from '../usage-analytics.ts';
import type { SeriesFigures, SeriesRow } from './series-figures.ts';
import { vendorFloor, type VendorInterval } from './vendor-rows.ts';

/** A vendor's answer on one series. */
export interface SeriesAnswer<Series extends UsageSeries> {
  /** Oldest first; each of another stretch. */
  readonly rows: readonly SeriesRow<Series>[];
  /** Where the rows begin that could not be understood; null: even that could not be read. */
  readonly dropped: readonly (number | null)[];
}

/** What was asked: a row must begin where rows of this length do, or at `fromMs`. */
export interface SeriesQuestion {
  readonly fromMs: number;
  readonly interval: VendorInterval;
}

/**
 * Reads the rows of one series. A row without a time, that begins where none should, that says a stretch a second time, or
 * whose figures are none, is dropped and counted; a row before `fromMs` is read all the same, and left to the caller.
 * @throws TypeError for rows of which not one could be understood
 */
export function decodeSeries<Series extends UsageSeries>(
  series: Series,
  body: readonly unknown[],
  question: SeriesQuestion,
): SeriesAnswer<Series> {
  const rows = new Map<number, SeriesRow<Series>>();
  const dropped: (number | null)[] = [];
  for (const entry of body) {
    const fields = fieldsOf(entry);
    const startMs = decodeTimestamp(fields.get('timestamp'));
    const floorMs = startMs === null ? null : vendorFloor(startMs, question.interval);
    const decoded = DECODERS[series](fields);
    const known = startMs !== null && (startMs === floorMs || startMs === question.fromMs);
    if (!decoded || floorMs === null || !known || rows.has(floorMs)) dropped.push(startMs);
    else rows.set(floorMs, { startMs, ...decoded });
  }
  if (body.length > 0 && rows.size === 0) throw new TypeError('No row could be understood.');
  return { rows: [...rows.values()].toSorted((a, b) => a.startMs - b.startMs), dropped };
}

type Fields = ReadonlyMap<string, unknown>;
type Decoded<Series extends UsageSeries> = Pick<SeriesRow<Series>, 'count' | 'figure'>;

const DECODERS: { readonly [Series in UsageSeries]: (fields: Fields) => Decoded<Series> | null } = {
  activity(fields) {
    const count = fields.get('count');
    return isCount(count) ? { count, figure: count } : null;
  },
  elements(fields) {
    const elements = new Map<string, number>();
    for (const [key, value] of fields) {
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
    const [count, min, max, avg] = ['count', 'min', 'max', 'avg'].map((name) => fields.get(name));
    if (!isCount(count)) return null;
    if (count === 0) return { count, figure: null };
    return isTime(min) && isTime(max) && isTime(avg) ? { count, figure: { min, max, avg } } : null;
  },
  statuses(fields) {
    const bare = fields.get('count') === 0 && !fields.has('success') && !fields.has('failed');
    const [success, failed] = bare ? [0, 0] : [fields.get('success'), fields.get('failed')];
    return isCount(success) && isCount(failed) ? withCount(fields, { success, failed }) : null;
  },
};

function withCount<Figure extends SeriesFigures[UsageSeries]>(fields: Fields, figure: Figure) {
  const count = fields.get('count') ?? null;
  return count === null || isCount(count) ? { count, figure } : null;
}

/** Own fields as a map: an element may be called `__proto__` or `constructor`. */
function fieldsOf(entry: unknown): Fields {
  return new Map(
    typeof entry === 'object' && entry !== null && !Array.isArray(entry) ? Object.entries(entry) : [],
  );
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
