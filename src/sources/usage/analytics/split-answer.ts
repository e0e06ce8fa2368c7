import type { DecodedSegment } from '../../../upstream/upstream.ts';
import type { UsageSeries } from './analytics.ts';
import type { DecodedSeries, SeriesAnswer, UnansweredRange } from './decode.ts';
import { NOT_KEPT } from './segments.ts';
import type { Segment } from './segments.ts';
import { vendorFloor } from './vendor-rows.ts';
import type { VendorInterval } from './vendor-rows.ts';

/** One chunk of an answer, and what the answer leaves out of it. */
export interface SeriesSegment<Series extends UsageSeries> extends SeriesAnswer<Series> {
  readonly unanswered: readonly UnansweredRange[];
}

/**
 * An answer over neighbouring chunks as what each of them alone would have been answered; rows beyond them, such as the
 * vendor's last at `to`, go. A chunk that the answer leaves out in part is not kept.
 */
export function splitSeries<Series extends UsageSeries>(
  { rows, dropped, starts, unanswered, empty }: DecodedSeries<Series>,
  body: readonly unknown[],
  segments: readonly Segment[],
  interval: VendorInterval,
): readonly DecodedSegment<SeriesSegment<Series>>[] {
  const segmentOf = createPlacing(segments, interval);
  const rowsOf = Map.groupBy(rows, ({ startMs }) => segmentOf(startMs));
  const bodyOf = Map.groupBy(body, (_entry, index) => segmentOf(starts[index] ?? null));
  // Who reads a part alone can't see from the rows around it that nothing was called.
  const emptyOf = Map.groupBy(empty, segmentOf);
  return segments.map((segment, index) => {
    const missing = unanswered.flatMap(({ fromMs, toMs, isDense }) => {
      const inside = {
        fromMs: Math.max(fromMs, segment.fromMs),
        toMs: Math.min(toMs, segment.toMs),
        isDense,
      };
      return inside.fromMs < inside.toMs ? [inside] : [];
    });
    const zeros = (emptyOf.get(segment) ?? []).map((startMs) => ({
      timestamp: new Date(startMs).toISOString(),
      count: 0,
    }));
    return {
      value: { rows: rowsOf.get(segment) ?? [], dropped: index === 0 ? dropped : [], unanswered: missing },
      body: [...(bodyOf.get(segment) ?? []), ...zeros],
      ...(missing.length > 0 && { cache: NOT_KEPT }),
    };
  });
}

/** Tells the chunk of a row by where it starts; null: none. */
function createPlacing(
  segments: readonly Segment[],
  interval: VendorInterval,
): (startMs: number | null) => Segment | null {
  const fromMs = segments[0]?.fromMs ?? Infinity;
  const firstRowMs = vendorFloor(fromMs, interval);
  let segment: Segment | undefined;
  return (startMs) => {
    if (startMs === null || startMs < firstRowMs) return null;
    // The first row may begin before its chunk, yet speaks of the part inside.
    const atMs = Math.max(startMs, fromMs);
    const isSame = segment && segment.fromMs <= atMs && atMs < segment.toMs;
    if (!isSame) segment = segments.findLast((candidate) => candidate.fromMs <= atMs);
    return segment && (atMs < segment.toMs || segment.isLive) ? segment : null;
  };
}
