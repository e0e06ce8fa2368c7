import type { Range } from '../../../base/time.ts';
import type { CachePolicy } from '../../../upstream/upstream.ts';
import type { UsageSeries } from './analytics.ts';
import type { SeriesCall } from './calls.ts';
import {
  countVendorRows,
  isVendorEdge,
  longestReadable,
  nextVendorEdge,
  vendorFloor,
} from './vendor-rows.ts';
import type { VendorInterval } from './vendor-rows.ts';

const DAY_MS = 86_400_000;
/** Long enough to bring callers together, and no more. */
const SHORT_MS = 5_000;

/** How series age. */
export interface SeriesAge {
  /** The vendor's lag: what ended so long ago no longer changes. */
  readonly settleMs: number;
  /** How long an earlier answer may stand in for a vendor that fails. */
  readonly staleIfErrorMs: number;
}

/** How long a series over a range may be kept: for a day where it has settled, for seconds where it still moves. */
export function seriesCachePolicy(
  range: Range,
  nowMs: number,
  { settleMs, staleIfErrorMs }: SeriesAge,
): CachePolicy {
  const isSettled = range.toMs <= nowMs - settleMs;
  return { freshMs: isSettled ? DAY_MS : SHORT_MS, staleIfErrorMs };
}

/** A 404 can mean that nothing was called, and need not. */
export const DOUBTFUL: CachePolicy = { freshMs: SHORT_MS, staleIfErrorMs: 0 };
/** Rows that could not be understood may be mended when they are asked for again. */
export const NOT_KEPT: CachePolicy = { freshMs: 0, staleIfErrorMs: 0 };

/** A stretch of a series that is kept as an answer of its own. */
export interface Segment extends Range {
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
export function cutIntoSegments(
  range: Range,
  interval: VendorInterval,
  nowMs: number,
  age: SeriesAge,
): readonly Segment[] {
  const { long, short } = LENGTHS[interval];
  const isOpen = range.toMs >= nowMs;
  const lastCutMs = isOpen ? Math.min(range.toMs - 1, nowMs - age.settleMs) : range.toMs - 1;
  const segments: Segment[] = [];
  let fromMs = range.fromMs;
  for (;;) {
    const longMs = isVendorEdge(fromMs, long) ? nextVendorEdge(fromMs, long) : Infinity;
    const isHeld = longMs <= lastCutMs || (!isOpen && longMs === range.toMs);
    const edgeMs = isHeld ? longMs : nextVendorEdge(fromMs, short);
    const toMs = edgeMs <= lastCutMs ? edgeMs : range.toMs;
    const span = { fromMs, toMs };
    segments.push({
      ...span,
      isLive: isOpen && toMs === range.toMs,
      cache: seriesCachePolicy(span, nowMs, age),
    });
    if (toMs === range.toMs) return segments;
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
