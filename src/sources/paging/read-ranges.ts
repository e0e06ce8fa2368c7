import { RequestError, UpstreamError } from '../../base/errors.ts';
import type { Source } from '../../base/source.ts';
import type { Range } from '../../base/time.ts';
import { appendAll } from '../shared/append-all.ts';
import type { ExaminedSpan, Stop } from './coverage-recorder.ts';
import { coverFailure } from './coverage.ts';
import type { Coverage } from './coverage.ts';
import type { Position } from './position.ts';
import type { RowStream } from './row-stream.ts';

/** An examined span, with the times of its skipped rows. */
export interface SpanWithSkips extends ExaminedSpan {
  /** The times of the skipped rows in it, as exact as they are known. */
  readonly skippedMs: readonly number[];
}

/** What ended the reading early, and the time below which nothing was read. */
export type Stopped =
  | { readonly kind: 'bound'; readonly belowMs: number; readonly stop: Stop }
  | { readonly kind: 'failure'; readonly belowMs: number; readonly error: UpstreamError };

/** What was read of the ranges, and of what lies between them. */
export interface RangeRows<Row> {
  /** All rows that the vendor gave, whether they match or not. Newest first. */
  readonly rows: readonly Row[];
  /** Newest first. */
  readonly examined: readonly SpanWithSkips[];
  /** null: all ranges were read. */
  readonly stopped: Stopped | null;
}

/**
 * Reads ranges whole in few calls, newest first and in large pages. If a page reaches the next range, the reading goes on
 * without a new question, so near ranges share calls and the rows between them come too. A gap that a page does not cross is left out.
 * @param ranges disjoint, newest first
 * @param wayOut what the caller can do if a bound stops the reading, as the end of a sentence
 * @throws never for a failure of the vendor or a spent call budget: `stopped` reports both
 */
export async function readRanges<Row extends Position>(
  ranges: readonly Range[],
  stream: RowStream<Row>,
  maxScannedRows: number,
  wayOut: string,
): Promise<RangeRows<Row>> {
  const rows: Row[] = [];
  const examined: SpanWithSkips[] = [];
  const unread = [...ranges];
  const fromMs = ranges.at(-1)?.fromMs ?? 0;
  let scanned = 0;
  let edgeMs = Infinity;
  const stopAt = (code: 'SCAN_LIMIT' | 'CALL_BUDGET', reason: string): RangeRows<Row> => ({
    rows,
    examined,
    stopped: { kind: 'bound', belowMs: edgeMs, stop: { code, reason: `${reason}; ${wayOut}.` } },
  });
  try {
    for (let skipsGap = true; unread[0] && skipsGap;) {
      skipsGap = false;
      edgeMs = unread[0].toMs;
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
            origin: batch.origin,
            dropped: batch.dropped.length,
            skippedMs: batch.dropped,
            rows: batch.rows,
            matches: batch.rows.filter(stream.isMatch),
          });
        }
        appendAll(rows, batch.rows);
        edgeMs = batch.edgeMs;
        scanned += batch.rows.length + batch.dropped.length;
        while (unread[0] && (batch.ended || unread[0].fromMs >= edgeMs)) unread.shift();
        if (!unread[0]) break;
        if (scanned >= maxScannedRows)
          return stopAt('SCAN_LIMIT', `The scan stopped at its bound of ${maxScannedRows} rows`);
        skipsGap = unread[0].toMs <= edgeMs;
        if (skipsGap) break;
      }
    }
  } catch (error) {
    if (error instanceof UpstreamError)
      return { rows, examined, stopped: { kind: 'failure', belowMs: edgeMs, error } };
    if (!(error instanceof RequestError) || error.code !== 'LIMIT_EXCEEDED') throw error;
    return stopAt('CALL_BUDGET', 'This operation has used up its vendor calls');
  }
  return { rows, examined, stopped: null };
}

/** The coverage of the part of a range that was not read; empty if all of it was. */
export function coverUnread(source: Source, range: Range, stopped: Stopped | null): Coverage[] {
  if (stopped === null || range.fromMs >= Math.min(stopped.belowMs, range.toMs)) return [];
  const unread = { fromMs: range.fromMs, toMs: Math.min(stopped.belowMs, range.toMs) };
  if (stopped.kind === 'failure') return [coverFailure(source, unread, stopped.error)];
  return [
    {
      source,
      operation: null,
      status: 'TRUNCATED',
      ...unread,
      asOfMs: null,
      origin: 'NONE',
      scanned: 0,
      matched: 0,
      dropped: 0,
      ...stopped.stop,
    },
  ];
}
