import type { Range } from '../../base/range.ts';
import { RequestError } from '../../base/request-error.ts';
import { UpstreamError } from '../../base/upstream-error.ts';
import { appendAll } from './append-all.ts';
import type { Examined, Stop } from './coverage-recorder.ts';
import type { Position } from './position.ts';
import type { Strand } from './strand.ts';

/** A stretch that was read in one go. */
export interface ReadStretch extends Examined {
  /** The times of the rows in it that could not be understood, as far as they can be told. */
  readonly droppedMs: readonly number[];
}

/** What ended a reading before its end, and from where down nothing was read. */
export type Stopped =
  | { readonly kind: 'bound'; readonly belowMs: number; readonly stop: Stop }
  | { readonly kind: 'failure'; readonly belowMs: number; readonly error: UpstreamError };

/** Ranges read whole, as far as the bounds let it. */
export interface ReadRanges<Row> {
  /** All that the vendor gave, whether it matches or not. Newest first. */
  readonly rows: readonly Row[];
  /** Newest first. */
  readonly examined: readonly ReadStretch[];
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
  strand: Strand<Row>,
  maxScannedRows: number,
  wayOut: string,
): Promise<ReadRanges<Row>> {
  const rows: Row[] = [];
  const examined: ReadStretch[] = [];
  let scanned = 0;
  const stopAt = (belowMs: number, code: Stop['code'], reason: string): ReadRanges<Row> => ({
    rows,
    examined,
    stopped: { kind: 'bound', belowMs, stop: { code, reason: `${reason}; ${wayOut}.` } },
  });
  for (const range of ranges) {
    let edgeMs = range.toMs;
    const isLast = range === ranges.at(-1);
    const steps = strand.walk({
      range,
      direction: 'down',
      after: null,
      wanted: () => Math.max(maxScannedRows - scanned, 1),
    });
    try {
      for await (const step of steps) {
        if (step.edgeMs < edgeMs) {
          examined.push({
            fromMs: step.edgeMs,
            toMs: edgeMs,
            readAtMs: step.readAtMs,
            stale: step.stale,
            dropped: step.dropped.length,
            droppedMs: step.dropped,
            rows: step.rows.map((row) => ({ timestampMs: row.timestampMs, isMatch: strand.isMatch(row) })),
          });
        }
        appendAll(rows, step.rows);
        edgeMs = step.edgeMs;
        scanned += step.rows.length + step.dropped.length;
        if (scanned >= maxScannedRows && !(step.ended && isLast))
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
