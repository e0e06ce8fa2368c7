import type { Range } from '../../../base/range.ts';
import type { CachePolicy } from '../../../upstream/upstream.ts';
import { seriesCachePolicy, type SeriesAge } from './series-cache-policy.ts';
import { nextVendorEdge, vendorFloor, type VendorInterval } from './vendor-rows.ts';

/** A stretch of a series that is kept as an answer of its own. */
export interface Chunk extends Range {
  /** It ends now: as good for whoever asks for it a moment later. */
  readonly isLive: boolean;
  readonly cache: CachePolicy;
}

/** The stretch that is kept as one of rows of each length. */
const CHUNK_OF: Readonly<Record<VendorInterval, VendorInterval>> = {
  YEAR: 'YEAR',
  QUARTER: 'QUARTER',
  MONTH: 'MONTH',
  DAY: 'DAY',
  HOUR: 'DAY',
  MINUTE: 'HOUR',
  SECOND: 'MINUTE',
};

/** Where the aligned chunk begins that holds a moment. */
export function chunkStart(ms: number, interval: VendorInterval): number {
  return vendorFloor(ms, CHUNK_OF[interval]);
}

/**
 * A range in chunks, oldest first: aligned ones, equal in every range that holds them, and what it cuts of one at either
 * end. All that may still change is one chunk where the range ends now, so that reading it again costs no more than that.
 * Where it ends earlier, chunks do not depend on `nowMs`: who asks for it again finds what is kept of it.
 */
export function cutIntoChunks(
  range: Range,
  interval: VendorInterval,
  nowMs: number,
  age: SeriesAge,
): readonly Chunk[] {
  const isOpen = range.toMs >= nowMs;
  const lastCutMs = isOpen ? Math.min(range.toMs - 1, nowMs - age.settleMs) : range.toMs - 1;
  const chunks: Chunk[] = [];
  let fromMs = range.fromMs;
  for (;;) {
    const edgeMs = nextVendorEdge(fromMs, CHUNK_OF[interval]);
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
