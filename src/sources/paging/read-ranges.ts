import { RequestError, UpstreamError } from '../../base/errors.ts';
import type { Source } from '../../base/source.ts';
import type { Range } from '../../base/time.ts';
import { appendAll } from '../shared/append-all.ts';
import type { ExaminedSpan, Stop } from './coverage-recorder.ts';
import { coverFailure } from './coverage.ts';
import type { Coverage } from './coverage.ts';
import type { Position } from './position.ts';
import type { RowStream } from './row-stream.ts';

/** A stretch that was read in one go. */
export interface ReadSpan extends ExaminedSpan {
  /** The times of the rows in it that could not be understood, as far as they can be told. */
  readonly skippedMs: readonly number[];
}

/** What ended a reading before its end, and from where down nothing was read. */
export type Stopped =
  | { readonly kind: 'bound'; readonly belowMs: number; readonly stop: Stop }
  | { readonly kind: 'failure'; readonly belowMs: number; readonly error: UpstreamError };

/** Ranges read whole, as far as the bounds let it. */
export interface RangeRows<Row> {
  /** All that the vendor gave, whether it matches or not. Newest first. */
  readonly rows: readonly Row[];
  /** Newest first. */
  readonly examined: readonly ReadSpan[];
  /** null: all was read. */
  readonly stopped: Stopped | null;
}

/**
 * Reads ranges one after the other, newest first, in large pages, until a bound stops it.
 * @param ranges disjoint, newest first
 * @param wayOut what the caller can do where a bound stops it, as the end of a sentence
 * @throws never for a vendor's failure or a spent budget: both are told in `stopped`
 */
export async function readRanges<Row extends Position>(
  ranges: readonly Range[],
  stream: RowStream<Row>,
  maxScannedRows: number,
  wayOut: string,
): Promise<RangeRows<Row>> {
  const rows: Row[] = [];
  const examined: ReadSpan[] = [];
  let scanned = 0;
  const stopAt = (belowMs: number, code: Stop['code'], reason: string): RangeRows<Row> => ({
    rows,
    examined,
    stopped: { kind: 'bound', belowMs, stop: { code, reason: `${reason}; ${wayOut}.` } },
  });
  for (const range of ranges) {
    let edgeMs = range.toMs;
    const isLast = range === ranges.at(-1);
    const batches = stream.read({
      range,
      direction: 'DESC',
      after: null,
      wanted: () => Math.max(maxScannedRows - scanned, 1),
    });
    try {
      for await (const batch of batches) {
        if (batch.edgeMs < edgeMs) {
          examined.push({
            fromMs: batch.edgeMs,
            toMs: edgeMs,
            readAtMs: batch.readAtMs,
            stale: batch.stale,
            dropped: batch.dropped.length,
            skippedMs: batch.dropped,
            rows: batch.rows.map((row) => ({ timestampMs: row.timestampMs, isMatch: stream.isMatch(row) })),
          });
        }
        appendAll(rows, batch.rows);
        edgeMs = batch.edgeMs;
        scanned += batch.rows.length + batch.dropped.length;
        if (scanned >= maxScannedRows && !(batch.ended && isLast))
          return stopAt(edgeMs, 'SCAN_LIMIT', `The scan stopped at its bound of ${maxScannedRows} rows`);
      }
    } catch (error) {
      if (error instanceof UpstreamError)
        return { rows, examined, stopped: { kind: 'failure', belowMs: edgeMs, error } };
      if (!(error instanceof RequestError) || error.code !== 'LIMIT_EXCEEDED') throw error;
      return stopAt(edgeMs, 'CALL_BUDGET', 'The vendor calls granted to this operation were used up');
    }
  }
  return { rows, examined, stopped: null };
}

/**
 * Reads many windows in few calls: walks down from the newest in large pages, across what lies between two windows where a
 * page reaches so far, and skips the rest. So it needs a call for each window at most, but for long ones, and no more than
 * the whole stretch would take; what lies between windows is read as well.
 * @param windows disjoint, newest first
 * @param wayOut what the caller can do where a bound stops it, as the end of a sentence
 * @throws never for a vendor's failure or a spent budget: both are told in `stopped`
 */
export async function readWindows<Row extends Position>(
  windows: readonly Range[],
  stream: RowStream<Row>,
  maxScannedRows: number,
  wayOut: string,
): Promise<RangeRows<Row>> {
  const rows: Row[] = [];
  const examined: ReadSpan[] = [];
  const left = [...windows];
  const fromMs = windows.at(-1)?.fromMs ?? 0;
  let scanned = 0;
  let edgeMs = Infinity;
  const stopAt = (code: 'SCAN_LIMIT' | 'CALL_BUDGET', reason: string): RangeRows<Row> => ({
    rows,
    examined,
    stopped: { kind: 'bound', belowMs: edgeMs, stop: { code, reason: `${reason}; ${wayOut}.` } },
  });
  try {
    while (left[0]) {
      edgeMs = left[0].toMs;
      const batches = stream.read({
        range: { fromMs, toMs: edgeMs },
        direction: 'DESC',
        after: null,
        wanted: () => Math.max(maxScannedRows - scanned, 1),
      });
      for await (const batch of batches) {
        if (batch.edgeMs < edgeMs) {
          examined.push({
            fromMs: batch.edgeMs,
            toMs: edgeMs,
            readAtMs: batch.readAtMs,
            stale: batch.stale,
            dropped: batch.dropped.length,
            skippedMs: batch.dropped,
            rows: [],
          });
        }
        appendAll(rows, batch.rows);
        edgeMs = batch.edgeMs;
        scanned += batch.rows.length + batch.dropped.length;
        while (left[0] && (batch.ended || left[0].fromMs >= edgeMs)) left.shift();
        if (!left[0]) break;
        if (scanned >= maxScannedRows)
          return stopAt('SCAN_LIMIT', `The scan stopped at its bound of ${maxScannedRows} rows`);
        if (left[0].toMs <= edgeMs) break;
      }
    }
  } catch (error) {
    if (error instanceof UpstreamError)
      return { rows, examined, stopped: { kind: 'failure', belowMs: edgeMs, error } };
    if (!(error instanceof RequestError) || error.code !== 'LIMIT_EXCEEDED') throw error;
    return stopAt('CALL_BUDGET', 'The vendor calls granted to this operation were used up');
  }
  return { rows, examined, stopped: null };
}

/** The coverage of the part of a range that was not read any more; none where all of it was. */
export function coverUnread(source: Source, range: Range, stopped: Stopped | null): Coverage[] {
  if (stopped === null || range.fromMs >= Math.min(stopped.belowMs, range.toMs)) return [];
  const rest = { fromMs: range.fromMs, toMs: Math.min(stopped.belowMs, range.toMs) };
  if (stopped.kind === 'failure') return [coverFailure(source, rest, stopped.error)];
  return [
    {
      source,
      operation: null,
      status: 'TRUNCATED',
      ...rest,
      asOfMs: null,
      scanned: 0,
      matched: 0,
      dropped: 0,
      ...stopped.stop,
    },
  ];
}
