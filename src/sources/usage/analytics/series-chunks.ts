import type { Range } from '../../../base/range.ts';
import type { CachePolicy } from '../../../upstream/upstream.ts';
import { seriesCachePolicy, type SeriesAge } from './series-cache-policy.ts';
import type { UsageSeries } from '../usage-analytics.ts';
import type { SeriesCall } from './choose-vendor-interval.ts';
import {
  countVendorRows,
  isVendorEdge,
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

/** A call as about so many, each of whole rows, cut where chunks end if that can be: each then finds what others have read. */
export function cutByRows({ range, interval }: SeriesCall, parts: number): readonly SeriesCall[] {
  const { long, short } = LENGTHS[interval];
  const lengthMs = (range.toMs - range.fromMs) / parts;
  const calls: SeriesCall[] = [];
  let { fromMs } = range;
  while (fromMs < range.toMs) {
    const idealMs = fromMs + lengthMs;
    const edges = [long, short, interval].map((length) => vendorFloor(idealMs, length));
    const edgeMs = edges.find((edge) => edge > fromMs) ?? nextVendorEdge(fromMs, interval);
    // What is left over by cutting early goes to the last one.
    const toMs = calls.length + 1 >= parts ? range.toMs : Math.min(edgeMs, range.toMs);
    calls.push({ range: { fromMs, toMs }, interval });
    fromMs = toMs;
  }
  return calls;
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
export function cutToAnswers(series: UsageSeries, call: SeriesCall): readonly SeriesCall[] {
  const parts = Math.ceil(countVendorRows(call.range, call.interval) / MOST_ROWS[series]);
  return parts > 1 ? cutByRows(call, parts).flatMap((part) => cutToAnswers(series, part)) : [call];
}
