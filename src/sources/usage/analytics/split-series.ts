import type { DecodedPart } from '../../../upstream/upstream.ts';
import type { UsageSeries } from '../usage-analytics.ts';
import type { DecodedSeries, SeriesAnswer, UnansweredRange } from './decode-series.ts';
import type { Chunk } from './series-chunks.ts';
import { NOT_KEPT } from './series-cache-policy.ts';
import { vendorFloor, type VendorInterval } from './vendor-rows.ts';

/** One chunk of an answer, and what the answer leaves out of it. */
export interface SeriesPart<Series extends UsageSeries> extends SeriesAnswer<Series> {
  readonly unanswered: readonly UnansweredRange[];
}

/**
 * An answer over neighbouring chunks as what each of them alone would have been answered; rows beyond them, such as the
 * vendor's last at `to`, go. A chunk that the answer leaves out in part is not kept.
 */
export function splitSeries<Series extends UsageSeries>(
  { rows, dropped, starts, unanswered, empty }: DecodedSeries<Series>,
  body: readonly unknown[],
  chunks: readonly Chunk[],
  interval: VendorInterval,
): readonly DecodedPart<SeriesPart<Series>>[] {
  const chunkOf = createPlacing(chunks, interval);
  const rowsOf = Map.groupBy(rows, ({ startMs }) => chunkOf(startMs));
  const bodyOf = Map.groupBy(body, (_entry, index) => chunkOf(starts[index] ?? null));
  // Who reads a part alone can't see from the rows around it that nothing was called.
  const emptyOf = Map.groupBy(empty, chunkOf);
  return chunks.map((chunk, index) => {
    const missing = unanswered.flatMap(({ fromMs, toMs, isDense }) => {
      const inside = { fromMs: Math.max(fromMs, chunk.fromMs), toMs: Math.min(toMs, chunk.toMs), isDense };
      return inside.fromMs < inside.toMs ? [inside] : [];
    });
    const zeros = (emptyOf.get(chunk) ?? []).map((startMs) => ({
      timestamp: new Date(startMs).toISOString(),
      count: 0,
    }));
    return {
      value: { rows: rowsOf.get(chunk) ?? [], dropped: index === 0 ? dropped : [], unanswered: missing },
      body: [...(bodyOf.get(chunk) ?? []), ...zeros],
      ...(missing.length > 0 && { cache: NOT_KEPT }),
    };
  });
}

/** Tells the chunk of a row by where it starts; null: none. */
function createPlacing(
  chunks: readonly Chunk[],
  interval: VendorInterval,
): (startMs: number | null) => Chunk | null {
  const fromMs = chunks[0]?.fromMs ?? Infinity;
  const firstRowMs = vendorFloor(fromMs, interval);
  let chunk: Chunk | undefined;
  return (startMs) => {
    if (startMs === null || startMs < firstRowMs) return null;
    // The first row may begin before its chunk, yet speaks of the part inside.
    const atMs = Math.max(startMs, fromMs);
    const isSame = chunk && chunk.fromMs <= atMs && atMs < chunk.toMs;
    if (!isSame) chunk = chunks.findLast((candidate) => candidate.fromMs <= atMs);
    return chunk && (atMs < chunk.toMs || chunk.isLive) ? chunk : null;
  };
}
