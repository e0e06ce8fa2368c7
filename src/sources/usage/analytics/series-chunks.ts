import type { Range } from '../../../base/range.ts';
import type { CachePolicy } from '../../../upstream/upstream.ts';
import { seriesCachePolicy, type SeriesAge } from './series-cache-policy.ts';
import type { UsageSeries } from '../usage-analytics.ts';
import type { SeriesCall } from './choose-vendor-interval.ts';
import {
  countVendorRows,
  isVendorEdge,
  longestReadable,
  nextVendorEdge,
  vendorFloor,
  type VendorInterval,
} from './vendor-rows.ts';

/** A stretch of a series that is kept as an answer of its own. */
export interface Chunk extends Range {
  /** It ends now: as good for whoever asks for it a moment later. */
  readonly isLive: boolean;
  readonly cache: CachePolicy;
}

/**
 * The aligned stretches that are kept as one of rows of each length: the long one where a range holds it whole, so that
 * chunks stay few, else short ones.
 */
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
 * A range in chunks, oldest first: aligned ones, and what it cuts of one at either end. All that may still change is one
 * chunk where the range ends now, so that reading it again costs no more than that. Where it ends earlier, chunks do not
 * depend on `nowMs`: who asks for it again finds what is kept of it.
 */
export function cutIntoChunks(
  range: Range,
  interval: VendorInterval,
  nowMs: number,
  age: SeriesAge,
): readonly Chunk[] {
  const { long, short } = LENGTHS[interval];
  const isOpen = range.toMs >= nowMs;
  const lastCutMs = isOpen ? Math.min(range.toMs - 1, nowMs - age.settleMs) : range.toMs - 1;
  const chunks: Chunk[] = [];
  let fromMs = range.fromMs;
  for (;;) {
    const longMs = isVendorEdge(fromMs, long) ? nextVendorEdge(fromMs, long) : Infinity;
    const isHeld = longMs <= lastCutMs || (!isOpen && longMs === range.toMs);
    const edgeMs = isHeld ? longMs : nextVendorEdge(fromMs, short);
    const toMs = edgeMs <= lastCutMs ? edgeMs : range.toMs;
    const stretch = { fromMs, toMs };
    chunks.push({
      ...stretch,
      isLive: isOpen && toMs === range.toMs,
      cache: seriesCachePolicy(stretch, nowMs, age),
    });
    if (toMs === range.toMs) return chunks;
    fromMs = toMs;
  }
}

/** A call in two, cut between rows; alone if it is of one row. */
export function halve(call: SeriesCall): readonly SeriesCall[] {
  const { range, interval } = call;
  const edgeMs = findCut(range, interval, (range.toMs - range.fromMs) / 2);
  if (edgeMs >= range.toMs) return [call];
  return [
    { range: { ...range, toMs: edgeMs }, interval },
    { range: { ...range, fromMs: edgeMs }, interval },
  ];
}

/** The last edge within so long a time where chunks end, so that each side finds what others have read; else one between rows. */
function findCut({ fromMs }: Range, interval: VendorInterval, lengthMs: number): number {
  const { long, short } = LENGTHS[interval];
  const edges = [long, short, interval].map((length) => vendorFloor(fromMs + lengthMs, length));
  return edges.find((edge) => edge > fromMs) ?? nextVendorEdge(fromMs, interval);
}

/**
 * How many rows one answer may bring: few enough to stay below `SIGHTLINE_MAX_UPSTREAM_BYTES` by default, elements with
 * some twenty keys a row. An answer that is larger all the same is read in halves.
 */
const MOST_ROWS: Readonly<Record<UsageSeries, number>> = {
  activity: 50_000,
  elements: 15_000,
  times: 50_000,
  statuses: 50_000,
};

/** A call as the answers that it is read in. */
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
