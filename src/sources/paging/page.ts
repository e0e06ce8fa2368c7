import { RequestError } from '../../base/errors.ts';
import type { Direction } from '../../base/time.ts';
import { appendAll } from '../shared/append-all.ts';
import type { KnownRange } from './archived-rows.ts';
import { recordCoverage } from './coverage-recorder.ts';
import type { ExaminedSpan, Stop } from './coverage-recorder.ts';
import type { Coverage } from './coverage.ts';
import { endOfInstant, startOfReading } from './position.ts';
import type { Position } from './position.ts';
import type { Batch, RowStream } from './row-stream.ts';

/** Which page of a list to read. */
export interface PageRequest<Filter> {
  readonly range: KnownRange;
  readonly filter: Filter;
  /** The most rows to give out, at least 0. */
  readonly count: number;
  /** The direction of reading. In an order other than by time, `DESC` reads from the start of the list and `ASC` from its end. */
  readonly direction: Direction;
  /** Only rows strictly ahead of this position in that direction; null: all rows of the range. */
  readonly after: Position | null;
}

/** The position from which the next page continues. */
export interface PageEnd {
  /**
   * `row`: the last row of the page. `scan position`: no further match was seen, and this is how far the range was examined: to its
   * end, or to the place where a bound stopped the reading.
   */
  readonly kind: 'row' | 'scan position';
  readonly position: Position;
}

/** A page. Its rows are in the order of the list, newest first by default. The direction of reading does not matter. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  /** One more row was seen in the direction of reading, or a bound stopped the reading before that was known. */
  readonly hasMore: boolean;
  /** null: nothing was examined. */
  readonly end: PageEnd | null;
  readonly coverage: readonly Coverage[];
}

/** A count and how exact it is. */
export interface TotalCount {
  readonly value: number;
  readonly accuracy: 'EXACT' | 'ESTIMATE' | 'AT_LEAST';
}

/**
 * Reads one page of a row stream: `count` matching rows, and one more that proves that there is a next page and is not given
 * out. The rows are newest first, whatever the direction of reading; the source turns them round for a list that is oldest first.
 * If a scan reaches its bound or the call budget is spent, the page holds the rows found so far, is TRUNCATED and ends at a scan
 * position.
 * @throws UpstreamError; RequestError `LIMIT_EXCEEDED` if the budget is spent before anything was examined
 */
export async function readPage<Row extends Position>(
  request: Omit<PageRequest<unknown>, 'filter'>,
  stream: RowStream<Row>,
  nowMs: number,
): Promise<Page<Row>> {
  const { range, count, direction, after } = request;
  const { source, isMatch, maxScannedRows } = stream;
  const isDesc = direction === 'DESC';
  const matches: Row[] = [];
  const examined: ExaminedSpan[] = [];
  let scanned = 0;
  let edgeMs = startOfReading(source, range, after, direction);
  let hasMore = false;
  let end: PageEnd | null = null;
  let stop: Stop | null = null;

  const batches = stream.read({
    range,
    direction,
    after,
    wanted: () => (maxScannedRows === null ? count + 1 - matches.length : maxScannedRows - scanned),
    wantedMatches: () => count + 1 - matches.length,
  });
  const recordSpan = (
    batch: Batch<Row>,
    rows: readonly Row[],
    taken: readonly Row[],
    dropped: number,
    untilMs: number,
  ): void => {
    const fromMs = isDesc ? untilMs : edgeMs;
    const toMs = isDesc ? edgeMs : untilMs;
    if (fromMs < toMs) {
      const { readAtMs, stale, origin } = batch;
      examined.push({ fromMs, toMs, readAtMs, stale, origin, dropped, rows, matches: taken });
    }
    edgeMs = untilMs;
  };

  try {
    for await (const batch of batches) {
      const taken = takeMatches(batch.rows, isMatch, count - matches.length);
      appendAll(matches, taken.matches);
      if (taken.hasOneMore) {
        hasMore = true;
        const last = matches.at(-1);
        const position = last ?? after;
        end = position && { kind: 'row', position };
        if (last && taken.examined > 0) {
          const dropped = batch.dropped.filter((ms) =>
            isDesc ? ms >= last.timestampMs : ms <= last.timestampMs,
          ).length;
          const rows = batch.rows.slice(0, taken.examined);
          recordSpan(batch, rows, taken.matches, dropped, isDesc ? last.timestampMs : last.timestampMs + 1);
        }
        break;
      }
      if (!batch.holdsMatchesAlone) scanned += batch.rows.length + batch.dropped.length;
      const isFurther = batch.edgeMs !== edgeMs;
      recordSpan(batch, batch.rows, taken.matches, batch.dropped.length, batch.edgeMs);
      // A batch that did not get beyond the cursor's instant has examined nothing. The end of that instant would lie before the cursor.
      if (isFurther) end = { kind: 'scan position', position: endOfInstant(source, batch.edgeMs) };
      if (batch.ended) break;
      if (maxScannedRows !== null && scanned >= maxScannedRows) {
        hasMore = true;
        stop = {
          code: 'SCAN_LIMIT',
          reason: `The scan stopped at its bound of ${maxScannedRows} rows. Continue after endCursor.`,
        };
        break;
      }
    }
  } catch (error) {
    const isBudget = error instanceof RequestError && error.code === 'LIMIT_EXCEEDED';
    if (!isBudget || end === null) throw error;
    hasMore = true;
    stop = {
      code: 'CALL_BUDGET',
      reason: 'This operation has used up its vendor calls. Continue after endCursor.',
    };
  }

  return {
    rows: isDesc ? matches : matches.reverse(),
    hasMore,
    end,
    coverage: recordCoverage(source, examined, stream.age, nowMs, stop),
  };
}

/**
 * Takes up to `room` matches.
 * @returns hasOneMore: one more match was seen; examined: how many rows lead up to the last match taken
 */
function takeMatches<Row>(
  rows: readonly Row[],
  isMatch: (row: Row) => boolean,
  room: number,
): { readonly matches: readonly Row[]; readonly hasOneMore: boolean; readonly examined: number } {
  const matches: Row[] = [];
  let examined = 0;
  let at = 0;
  for (const row of rows) {
    at += 1;
    if (!isMatch(row)) continue;
    if (matches.length === room) return { matches, hasOneMore: true, examined };
    matches.push(row);
    examined = at;
  }
  return { matches, hasOneMore: false, examined };
}
