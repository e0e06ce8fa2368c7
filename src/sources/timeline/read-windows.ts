import type { Range } from '../../base/range.ts';
import { RequestError } from '../../base/request-error.ts';
import { UpstreamError } from '../../base/upstream-error.ts';
import { appendAll } from '../walk/append-all.ts';
import type { Position } from '../walk/position.ts';
import type { ReadRanges, ReadStretch } from '../walk/read-ranges.ts';
import type { Strand } from '../walk/strand.ts';

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
  strand: Strand<Row>,
  maxScannedRows: number,
  wayOut: string,
): Promise<ReadRanges<Row>> {
  const rows: Row[] = [];
  const examined: ReadStretch[] = [];
  const left = [...windows];
  const fromMs = windows.at(-1)?.fromMs ?? 0;
  let scanned = 0;
  let edgeMs = Infinity;
  const stopAt = (code: 'SCAN_LIMIT' | 'CALL_BUDGET', reason: string): ReadRanges<Row> => ({
    rows,
    examined,
    stopped: { kind: 'bound', belowMs: edgeMs, stop: { code, reason: `${reason}; ${wayOut}.` } },
  });
  try {
    while (left[0]) {
      edgeMs = left[0].toMs;
      const steps = strand.walk({
        range: { fromMs, toMs: edgeMs },
        direction: 'down',
        after: null,
        wanted: () => Math.max(maxScannedRows - scanned, 1),
      });
      for await (const step of steps) {
        if (step.edgeMs < edgeMs) {
          examined.push({
            fromMs: step.edgeMs,
            toMs: edgeMs,
            readAtMs: step.readAtMs,
            stale: step.stale,
            dropped: step.dropped.length,
            droppedMs: step.dropped,
            rows: [],
          });
        }
        appendAll(rows, step.rows);
        edgeMs = step.edgeMs;
        scanned += step.rows.length + step.dropped.length;
        while (left[0] && (step.ended || left[0].fromMs >= edgeMs)) left.shift();
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
