import type { Range } from '../../base/range.ts';
import { RequestError } from '../../base/request-error.ts';
import { UpstreamError } from '../../base/upstream-error.ts';
import type { Examined, Stop } from '../walk/coverage-recorder.ts';
import type { Position } from '../walk/position.ts';
import type { Strand } from '../walk/strand.ts';

/** Ranges read whole, as far as the bounds let it. */
export interface ReadRanges<Row> {
  /** Newest first. */
  readonly rows: readonly Row[];
  readonly examined: readonly Examined[];
  /** From here down nothing was read; null: all was. */
  readonly stopped:
    | { readonly belowMs: number; readonly stop: Stop }
    | { readonly belowMs: number; readonly error: UpstreamError }
    | null;
}

/**
 * Reads ranges one after the other, newest first, in large pages, until a bound stops it.
 * @throws never for a vendor's failure or a spent budget: both are told in `stopped`
 */
export async function readRanges<Row extends Position>(
  ranges: readonly Range[],
  strand: Strand<Row>,
  maxScannedRows: number,
): Promise<ReadRanges<Row>> {
  const rows: Row[] = [];
  const examined: Examined[] = [];
  let scanned = 0;
  for (const range of ranges) {
    let edgeMs = range.toMs;
    try {
      for await (const step of strand.walk({
        range,
        direction: 'down',
        after: null,
        wanted: () => Infinity,
      })) {
        const seen = step.rows.map(({ timestampMs }) => ({ timestampMs, isMatch: true }));
        if (step.edgeMs < edgeMs) {
          examined.push({
            ...step,
            fromMs: step.edgeMs,
            toMs: edgeMs,
            dropped: step.dropped.length,
            rows: seen,
          });
        }
        rows.push(...step.rows);
        edgeMs = step.edgeMs;
        scanned += step.rows.length + step.dropped.length;
        if (scanned >= maxScannedRows && (!step.ended || range !== ranges.at(-1))) {
          const reason = `The scan stopped at its bound of ${maxScannedRows} rows; ask for a shorter 'within' or fewer rows.`;
          return { rows, examined, stopped: { belowMs: edgeMs, stop: { code: 'SCAN_LIMIT', reason } } };
        }
      }
    } catch (error) {
      if (error instanceof UpstreamError) return { rows, examined, stopped: { belowMs: edgeMs, error } };
      if (!(error instanceof RequestError) || error.code !== 'LIMIT_EXCEEDED') throw error;
      const reason =
        "The vendor calls granted to this operation were used up; ask for a shorter 'within' or fewer rows.";
      return { rows, examined, stopped: { belowMs: edgeMs, stop: { code: 'CALL_BUDGET', reason } } };
    }
  }
  return { rows, examined, stopped: null };
}
