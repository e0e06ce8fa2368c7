import { INTERVALS, type Interval } from '../../../base/interval.ts';
import type { Range } from '../../../base/range.ts';
import { isReadable, isVendorEdge, VENDOR_INTERVALS, type VendorInterval } from './vendor-rows.ts';

/** How many of the vendor's rows may be read in one call. */
export interface RowBounds {
  readonly maxUpstreamBuckets: number;
  /** Finer rows than the buckets need are read, for the sake of exact edges, up to this many. */
  readonly maxBuckets: number;
}

/**
 * The rows to read a range in, so that none of them reaches across one of the `edges` inside it: the coarsest that do, and no
 * coarser than `interval`.
 *
 * It is not known whether the vendor's first row counts calls before `from`, or its last one calls after `to`. So where an
 * edge of the range itself falls inside such a row, and rows that begin there are few enough to be given out as buckets,
 * those are read instead: the answer is then the same under either reading. Behind `nowMs` nothing has been called yet.
 *
 * null: no rows do, or there are too many of them.
 */
export function chooseVendorInterval(
  range: Range,
  interval: Interval,
  edges: readonly number[],
  nowMs: number,
  bounds: RowBounds,
): VendorInterval | null {
  const inside = edges.filter((edge) => edge > range.fromMs && edge < range.toMs);
  const coarsest = coarsestVendorInterval(interval, inside);
  if (coarsest === null || !isReadable(range, coarsest, bounds.maxUpstreamBuckets)) return null;
  const outer = range.toMs < nowMs ? [range.fromMs, range.toMs] : [range.fromMs];
  const exact = coarsestVendorInterval(coarsest, outer);
  const atMost = Math.min(bounds.maxBuckets, bounds.maxUpstreamBuckets);
  return exact !== null && isReadable(range, exact, atMost) ? exact : coarsest;
}

/** The coarsest rows, no coarser than `interval`, that begin at each of the `edges`; null: none do. */
export function coarsestVendorInterval(interval: Interval, edges: readonly number[]): VendorInterval | null {
  const rank = INTERVALS.indexOf(interval);
  const candidates = VENDOR_INTERVALS.filter((candidate) => INTERVALS.indexOf(candidate) >= rank);
  // Rows nest, so each edge narrows the choice from where the one before has left it.
  let at = 0;
  for (const edge of edges) {
    for (; ; at += 1) {
      const candidate = candidates[at];
      if (candidate === undefined) return null;
      if (isVendorEdge(edge, candidate)) break;
    }
  }
  return candidates[at] ?? null;
}
