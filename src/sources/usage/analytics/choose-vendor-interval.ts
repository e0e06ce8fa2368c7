import { INTERVALS, type Interval } from '../../../base/interval.ts';
import type { Range } from '../../../base/range.ts';
import {
  countVendorRows,
  isReadable,
  isVendorEdge,
  nextVendorEdge,
  VENDOR_INTERVALS,
  vendorFloor,
  type VendorInterval,
} from './vendor-rows.ts';

/** How many buckets may be given out, and how many of the vendor's rows may be read for them. */
export interface RowBounds {
  readonly maxUpstreamBuckets: number;
  readonly maxBuckets: number;
}

/** One question to the vendor: a range, and how long its rows are. */
export interface SeriesCall {
  readonly range: Range;
  readonly interval: VendorInterval;
}

/** So many more rows are read rather than making one more call: they take 30 ms and half a mebibyte. */
export const ROWS_WORTH_A_CALL = 10_000;

/**
 * The calls to read a range in, oldest first, so that no row reaches across one of the `edges`: rows no coarser than
 * `interval`, and as few calls as that lets it be.
 *
 * It is not known whether the vendor's first row counts calls before `from`, or its last one calls after `to`. So a row begins
 * also where the range does, if a bucket begins there: finer rows over the whole range if they are few, else up to the next
 * coarse edge, in a call of their own. If the range cuts a bucket, finer rows that begin there are read as long as they are
 * few; else, and at a millisecond, where no row begins, the edge stays inside a row, and the sum says so (`slice-series.ts`).
 * Behind `nowMs` nothing has been called yet.
 *
 * null: no rows do, or there are too many of them.
 */
export function chooseCalls(
  range: Range,
  interval: Interval,
  edges: readonly number[],
  nowMs: number,
  { maxUpstreamBuckets }: RowBounds,
): readonly SeriesCall[] | null {
  const inside = edges.filter((edge) => edge > range.fromMs && edge < range.toMs);
  const coarsest = coarsestVendorInterval(interval, inside);
  if (coarsest === null) return null;
  const outer = range.toMs < nowMs ? [range.fromMs, range.toMs] : [range.fromMs];
  const known = outer.filter((edge) => isVendorEdge(edge, 'SECOND'));
  const exact = coarsestVendorInterval(coarsest, known) ?? coarsest;
  if (isReadable(range, exact, Math.min(ROWS_WORTH_A_CALL, maxUpstreamBuckets)))
    return [{ range, interval: exact }];
  const begun = outer.filter((edge) => edges.includes(edge));
  const [cheapest] = VENDOR_INTERVALS.slice(VENDOR_INTERVALS.indexOf(coarsest))
    .map((rows) => cover(range, rows, begun))
    .filter((calls) => areReadable(calls, maxUpstreamBuckets))
    .toSorted((a, b) => costOf(a) - costOf(b));
  return cheapest ?? null;
}

/** How many rows some calls bring. */
export function countRows(calls: readonly SeriesCall[]): number {
  return calls.reduce((sum, { range, interval }) => sum + countVendorRows(range, interval), 0);
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

/** Rows of one length, and finer ones from an edge that has to be begun at to the first of theirs. */
function cover(range: Range, interval: VendorInterval, begun: readonly number[]): readonly SeriesCall[] {
  const outer = begun.filter((edge) => edge === range.fromMs || edge === range.toMs);
  const exact = coarsestVendorInterval(interval, outer) ?? interval;
  if (exact === interval || isReadable(range, exact, ROWS_WORTH_A_CALL)) return [{ range, interval: exact }];
  const finer = VENDOR_INTERVALS[VENDOR_INTERVALS.indexOf(interval) + 1] ?? interval;
  const fromMs = outer.includes(range.fromMs) ? nextVendorEdge(range.fromMs - 1, interval) : range.fromMs;
  const toMs = outer.includes(range.toMs) ? vendorFloor(range.toMs, interval) : range.toMs;
  if (fromMs >= toMs) return cover(range, finer, begun);
  return [
    ...(range.fromMs < fromMs ? cover({ ...range, toMs: fromMs }, finer, begun) : []),
    { range: { fromMs, toMs }, interval },
    ...(toMs < range.toMs ? cover({ ...range, fromMs: toMs }, finer, begun) : []),
  ];
}

/** In rows. */
function costOf(calls: readonly SeriesCall[]): number {
  return calls.length * ROWS_WORTH_A_CALL + countRows(calls);
}

function areReadable(calls: readonly SeriesCall[], atMost: number): boolean {
  return (
    calls.every(({ range, interval }) => isReadable(range, interval, atMost)) && countRows(calls) <= atMost
  );
}
