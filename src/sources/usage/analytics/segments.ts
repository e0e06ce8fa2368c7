import { DAY_MS } from '../../../base/time.ts';
import type { Range } from '../../../base/time.ts';
import type { CachePolicy, DecodedSegment } from '../../../upstream/upstream.ts';
import type { UsageSeries } from './analytics.ts';
import type { SeriesCall } from './calls.ts';
import type { DecodedSeries, SeriesAnswer, UnansweredRange } from './decode.ts';
import {
  countVendorRows,
  isVendorEdge,
  longestReadable,
  nextVendorEdge,
  vendorFloor,
} from './vendor-rows.ts';
import type { VendorInterval } from './vendor-rows.ts';

/** How series age. */
export interface SeriesAge {
  /** The vendor's lag in milliseconds: a range that ended this long ago no longer changes. */
  readonly settleMs: number;
  /** How long, in milliseconds, an earlier answer may be served if the vendor fails. */
  readonly staleIfErrorMs: number;
}

/** The part of a series that one cache entry holds. */
export interface Segment extends Range {
  /** The segment ends at the operation's now, so its cache key names no end. */
  readonly isLive: boolean;
  readonly cache: CachePolicy;
}

/** Long enough for callers that ask at the same time to share an answer. */
const SHORT_MS = 5_000;

/** How long a part of a series is cached: a day if it has settled, otherwise seconds. */
export function seriesCachePolicy(
  range: Range,
  nowMs: number,
  { settleMs, staleIfErrorMs }: SeriesAge,
): CachePolicy {
  const isSettled = range.toMs <= nowMs - settleMs;
  return { freshMs: isSettled ? DAY_MS : SHORT_MS, staleIfErrorMs };
}

/** For an answer without rows, because it does not prove that there were no calls. */
export const CACHE_BRIEFLY: CachePolicy = { freshMs: SHORT_MS, staleIfErrorMs: 0 };
/** For an answer with skipped or missing rows, because the next answer may have them. */
export const DO_NOT_CACHE: CachePolicy = { freshMs: 0, staleIfErrorMs: 0 };

/** The lengths of a segment for each row length: `long` if the range holds it whole, so that segments stay few, otherwise `short`. */
const LENGTHS: Readonly<Record<VendorInterval, { long: VendorInterval; short: VendorInterval }>> = {
  YEAR: { long: 'YEAR', short: 'YEAR' },
  QUARTER: { long: 'YEAR', short: 'QUARTER' },
  MONTH: { long: 'YEAR', short: 'MONTH' },
  DAY: { long: 'MONTH', short: 'DAY' },
  HOUR: { long: 'MONTH', short: 'DAY' },
  MINUTE: { long: 'DAY', short: 'HOUR' },
  SECOND: { long: 'HOUR', short: 'MINUTE' },
};

/**
 * Lists the segments of a range, oldest first. Their edges are full units in UTC, except for the two ends of the range.
 *
 * If the range ends now, all that may still change is in the last segment, so that a later call reads only that one anew.
 * If it ends earlier, the segments do not depend on `nowMs`, so that a later call finds their cache entries.
 */
export function listSegments(
  range: Range,
  interval: VendorInterval,
  nowMs: number,
  age: SeriesAge,
): readonly Segment[] {
  const { long, short } = LENGTHS[interval];
  const endsNow = range.toMs >= nowMs;
  const latestStartMs = endsNow ? Math.min(range.toMs - 1, nowMs - age.settleMs) : range.toMs - 1;
  const segments: Segment[] = [];
  let fromMs = range.fromMs;
  for (;;) {
    const longEndMs = isVendorEdge(fromMs, long) ? nextVendorEdge(fromMs, long) : Infinity;
    // A long segment may end with the range, unless the range ends now: then it must have settled.
    const fitsLong = longEndMs <= latestStartMs || (!endsNow && longEndMs === range.toMs);
    const endMs = fitsLong ? longEndMs : nextVendorEdge(fromMs, short);
    const toMs = endMs <= latestStartMs ? endMs : range.toMs;
    const span = { fromMs, toMs };
    segments.push({
      ...span,
      isLive: endsNow && toMs === range.toMs,
      cache: seriesCachePolicy(span, nowMs, age),
    });
    if (toMs === range.toMs) return segments;
    fromMs = toMs;
  }
}

/** The part of an answer that belongs to one segment. */
export interface SegmentRows<Series extends UsageSeries> extends SeriesAnswer<Series> {
  readonly unanswered: readonly UnansweredRange[];
}

/**
 * Divides an answer over neighbouring segments into what the vendor would have answered for each of them. Rows outside of all
 * segments are left out, such as the extra row at `to` (`docs/vendors.md#series-buckets`). A live segment keeps its rows at and after
 * its end, because operations with a later now read the same cache entry; `sliceSeries` leaves out those after the range. A segment
 * that the answer does not cover whole is not cached.
 */
export function divideAnswer<Series extends UsageSeries>(
  { rows, skipped, starts, unanswered, emptyStarts }: DecodedSeries<Series>,
  body: readonly unknown[],
  segments: readonly Segment[],
  interval: VendorInterval,
): readonly DecodedSegment<SegmentRows<Series>>[] {
  const segmentOf = createSegmentLookup(segments, interval);
  const rowsOf = groupBySegment(segments, rows, ({ startMs }) => segmentOf(startMs));
  const bodyOf = groupBySegment(segments, body, (_entry, index) => segmentOf(starts[index] ?? null));
  const emptyOf = groupBySegment(segments, emptyStarts, segmentOf);
  return segments.map((segment, index) => {
    const missing = unanswered.flatMap(({ fromMs, toMs, hasZeroRows }) => {
      const inside = {
        fromMs: Math.max(fromMs, segment.fromMs),
        toMs: Math.min(toMs, segment.toMs),
        hasZeroRows,
      };
      return inside.fromMs < inside.toMs ? [inside] : [];
    });
    return {
      value: { rows: rowsOf(segment), skipped: index === 0 ? skipped : [], unanswered: missing },
      // Most entries live in memory alone, which does not read it.
      get body() {
        // Read alone, a gap at the end of a segment would look as if the vendor had left rows out. So rows of zero are added for it.
        const zeros = emptyOf(segment).map((startMs) => ({
          timestamp: new Date(startMs).toISOString(),
          count: 0,
        }));
        return zeros.length > 0 ? [...bodyOf(segment), ...zeros] : bodyOf(segment);
      },
      ...(missing.length > 0 && { cache: DO_NOT_CACHE }),
    };
  });
}

/** Groups items when the first group is asked for. */
function groupBySegment<Item>(
  segments: readonly Segment[],
  items: readonly Item[],
  segmentOf: (item: Item, index: number) => Segment | null,
): (segment: Segment) => readonly Item[] {
  if (segments.length === 1) return (only) => items.filter((item, index) => segmentOf(item, index) === only);
  let groups: ReadonlyMap<Segment | null, readonly Item[]> | null = null;
  return (segment) => (groups ??= Map.groupBy(items, segmentOf)).get(segment) ?? [];
}

/** Finds the segment of a row by the row's start; null: none. It is fastest for ascending rows. */
function createSegmentLookup(
  segments: readonly Segment[],
  interval: VendorInterval,
): (startMs: number | null) => Segment | null {
  const fromMs = segments[0]?.fromMs ?? Infinity;
  const firstRowMs = vendorFloor(fromMs, interval);
  let segment: Segment | undefined;
  return (startMs) => {
    if (startMs === null || startMs < firstRowMs) return null;
    // The first row may begin before its segment.
    const atMs = Math.max(startMs, fromMs);
    const isSame = segment && segment.fromMs <= atMs && atMs < segment.toMs;
    if (!isSame) segment = segments.findLast((candidate) => candidate.fromMs <= atMs);
    return segment && (atMs < segment.toMs || segment.isLive) ? segment : null;
  };
}

/** Cuts a call in two between rows; a call of one row stays one. */
export function halve(call: SeriesCall): readonly SeriesCall[] {
  const { range, interval } = call;
  const edgeMs = findCut(range, interval, (range.toMs - range.fromMs) / 2);
  if (edgeMs >= range.toMs) return [call];
  return [
    { range: { ...range, toMs: edgeMs }, interval },
    { range: { ...range, fromMs: edgeMs }, interval },
  ];
}

/**
 * The most rows of one answer: few enough to stay below the default of `SIGHTLINE_MAX_UPSTREAM_BYTES`, with some twenty
 * elements a row. If an answer is larger nevertheless, it is read in halves.
 */
const MOST_ROWS: Readonly<Record<UsageSeries, number>> = {
  activity: 50_000,
  elements: 15_000,
  times: 50_000,
  statuses: 50_000,
};

/** Cuts a call into calls whose answers are small enough, oldest first. */
export function cutToAnswers(series: UsageSeries, { range, interval }: SeriesCall): readonly SeriesCall[] {
  const calls: SeriesCall[] = [];
  let { fromMs } = range;
  while (countVendorRows({ ...range, fromMs }, interval) > MOST_ROWS[series]) {
    const toMs = findCut({ ...range, fromMs }, interval, longestReadable(interval, MOST_ROWS[series]));
    calls.push({ range: { fromMs, toMs }, interval });
    fromMs = toMs;
  }
  return [...calls, { range: { ...range, fromMs }, interval }];
}

/** The last edge of a segment within `lengthMs`, so that both sides use the same cache entries as others; if none, an edge of a row. */
function findCut({ fromMs }: Range, interval: VendorInterval, lengthMs: number): number {
  const { long, short } = LENGTHS[interval];
  const edges = [long, short, interval].map((length) => vendorFloor(fromMs + lengthMs, length));
  return edges.find((edge) => edge > fromMs) ?? nextVendorEdge(fromMs, interval);
}
