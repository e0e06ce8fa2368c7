import type { DecodedPart } from '../../../upstream/upstream.ts';
import { decodeTimestamp } from '../../walk/decode-timestamp.ts';
import type { UsageSeries } from '../usage-analytics.ts';
import type { SeriesAnswer } from './decode-series.ts';
import type { Chunk } from './series-chunks.ts';
import { vendorFloor, type VendorInterval } from './vendor-rows.ts';

/**
 * An answer over neighbouring chunks as what each of them alone would have been answered; rows beyond them, such as the
 * vendor's last at `to`, go.
 */
export function splitSeries<Series extends UsageSeries>(
  { rows, dropped }: SeriesAnswer<Series>,
  body: readonly unknown[],
  chunks: readonly Chunk[],
  interval: VendorInterval,
): readonly DecodedPart<SeriesAnswer<Series>>[] {
  const chunkOf = createPlacing(chunks, interval);
  const rowsOf = Map.groupBy(rows, ({ startMs }) => chunkOf(startMs));
  const bodyOf = Map.groupBy(body, (entry) => chunkOf(readStart(entry)));
  return chunks.map((chunk, index) => ({
    value: { rows: rowsOf.get(chunk) ?? [], dropped: index === 0 ? dropped : [] },
    body: bodyOf.get(chunk) ?? [],
  }));
}

/** Tells the chunk of a row by where it starts; null: none. */
function createPlacing(
  chunks: readonly Chunk[],
  interval: VendorInterval,
): (startMs: number | null) => Chunk | null {
  const fromMs = chunks[0]?.fromMs ?? Infinity;
  const firstRowMs = vendorFloor(fromMs, interval);
  return (startMs) => {
    if (startMs === null || startMs < firstRowMs) return null;
    // The first row may begin before its chunk, yet speaks of the part inside.
    const atMs = Math.max(startMs, fromMs);
    const chunk = chunks.findLast((candidate) => candidate.fromMs <= atMs);
    return chunk && (atMs < chunk.toMs || chunk.isLive) ? chunk : null;
  };
}

function readStart(entry: unknown): number | null {
  const hasStart = typeof entry === 'object' && entry !== null && 'timestamp' in entry;
  return hasStart ? decodeTimestamp(entry.timestamp) : null;
}
