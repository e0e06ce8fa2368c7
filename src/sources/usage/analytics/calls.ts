import { INTERVALS } from '../../../base/time.ts';
import type { Interval, Range } from '../../../base/time.ts';
import {
  countVendorRows,
  isReadable,
  isVendorEdge,
  nextVendorEdge,
  VENDOR_INTERVALS,
  vendorFloor,
} from './vendor-rows.ts';
import type { VendorInterval } from './vendor-rows.ts';

/** The bounds of a series. */
export interface SeriesBounds {
  /** The most vendor rows that one series may be summed from. */
  readonly maxUpstreamBuckets: number;
  /** The most buckets of a period. */
  readonly maxBuckets: number;
}

/**
 * One planned call: a range, and the length of its rows. It makes no vendor call if the answer is cached, and several if the answer
 * would be too large or lacks rows (`createSeriesLoader`).
 */
export interface SeriesCall {
  readonly range: Range;
  readonly interval: VendorInterval;
}

/** A period of the answer: its range and the edges of its buckets (`listBucketEdges`). */
export interface PlannedPeriod {
  readonly range: Range;
  readonly edges: readonly number[];
}

/** The calls for one period, or for several that share them. */
export interface SharedCalls {
  /** Oldest first, without gaps, from the start of the first period to the end of the last. */
  readonly calls: readonly SeriesCall[];
  readonly periods: readonly PlannedPeriod[];
}

/** One call more is as expensive as this many rows more, which take 30 ms and half a mebibyte. */
const ROWS_WORTH_A_CALL = 10_000;

/**
 * Plans the cheapest calls that give each period its rows. Periods share calls if rows within the bounds keep them apart and few
 * rows lie between them, because a call is more expensive than rows. Otherwise each period has calls of its own.
 *
 * null: a period cannot be read within the bounds.
 */
export function planCalls(
  periods: readonly PlannedPeriod[],
  interval: Interval,
  nowMs: number,
  bounds: SeriesBounds,
): readonly SharedCalls[] | null {
  const plans: SharedCalls[] = [];
  for (const period of periods.toSorted((a, b) => a.range.fromMs - b.range.fromMs)) {
    const alone = planShared([period], interval, nowMs, bounds);
    if (!alone) return null;
    const last = plans.at(-1);
    const shared = last && planShared([...last.periods, period], interval, nowMs, bounds);
    if (last && shared && isCheaper(shared, last, alone)) plans[plans.length - 1] = shared;
    else plans.push(alone);
  }
  return plans;
}

function isCheaper(shared: SharedCalls, ...apart: readonly [SharedCalls, SharedCalls]): boolean {
  const [callCount, rowCount] = apart.reduce(
    ([calls, rows], plan) => [calls + plan.calls.length, rows + countCallRows(plan.calls)],
    [0, 0],
  );
  const saved = callCount - shared.calls.length;
  return saved > 0 && countCallRows(shared.calls) - rowCount <= saved * ROWS_WORTH_A_CALL;
}

function planShared(
  periods: readonly PlannedPeriod[],
  interval: Interval,
  nowMs: number,
  bounds: SeriesBounds,
): SharedCalls | null {
  const range = {
    fromMs: Math.min(...periods.map((period) => period.range.fromMs)),
    toMs: Math.max(...periods.map((period) => period.range.toMs)),
  };
  const isInside = (edge: number) => edge > range.fromMs && edge < range.toMs;
  const edges = periods.flatMap((period) => [
    ...[period.range.fromMs, period.range.toMs].filter(isInside),
    ...period.edges.filter((edge) => edge >= period.range.fromMs && edge <= period.range.toMs),
  ]);
  const calls = chooseCalls(range, interval, edges, nowMs, bounds);
  return calls && { calls, periods };
}

/**
 * Chooses the calls for a range, oldest first: no row crosses one of the `edges`, no row is coarser than `interval`, and the calls
 * with their rows are as cheap as possible (`ROWS_WORTH_A_CALL`).
 *
 * The vendor's first row may count calls before `from`, and its last row calls after `to` (`docs/vendors.md#series-buckets`). So:
 * - If a bucket begins or ends at an edge of the range, a row does too. If finer rows over the whole range are few, all rows are
 *   finer. Otherwise a call of its own reads finer rows up to the next edge of the coarser rows.
 * - If the range cuts a bucket, finer rows are read if they are few. Otherwise the edge lies inside of a row, and
 *   `SeriesSlice.cutRows` reports it. The same holds for an edge inside of a second, because no row begins there.
 * - A range that ends at `nowMs` or later cuts nothing there, because there are no calls yet.
 *
 * null: no rows fit the edges, or they are too many.
 */
export function chooseCalls(
  range: Range,
  interval: Interval,
  edges: readonly number[],
  nowMs: number,
  { maxUpstreamBuckets }: SeriesBounds,
): readonly SeriesCall[] | null {
  const inside = edges.filter((edge) => edge > range.fromMs && edge < range.toMs);
  const coarsest = coarsestVendorInterval(interval, inside);
  if (coarsest === null) return null;
  const outer = range.toMs < nowMs ? [range.fromMs, range.toMs] : [range.fromMs];
  const wholeSeconds = outer.filter((edge) => isVendorEdge(edge, 'SECOND'));
  const exact = coarsestVendorInterval(coarsest, wholeSeconds) ?? coarsest;
  if (isReadable(range, exact, Math.min(ROWS_WORTH_A_CALL, maxUpstreamBuckets)))
    return [{ range, interval: exact }];
  const exactEdges = outer.filter((edge) => edges.includes(edge));
  const [cheapest] = VENDOR_INTERVALS.slice(VENDOR_INTERVALS.indexOf(coarsest))
    .map((rowLength) => cover(range, rowLength, exactEdges))
    .filter((calls) => areReadable(calls, maxUpstreamBuckets))
    .toSorted((a, b) => costOf(a) - costOf(b));
  return cheapest ?? null;
}

/** How many rows these calls bring. */
export function countCallRows(calls: readonly SeriesCall[]): number {
  return calls.reduce((sum, { range, interval }) => sum + countVendorRows(range, interval), 0);
}

/** The coarsest rows, no coarser than `interval`, that begin at each of the `edges`; null: there are none. */
export function coarsestVendorInterval(interval: Interval, edges: readonly number[]): VendorInterval | null {
  const rank = INTERVALS.indexOf(interval);
  const candidates = VENDOR_INTERVALS.filter((candidate) => INTERVALS.indexOf(candidate) >= rank);
  // Rows nest, so an interval that an earlier edge has ruled out needs no second test.
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

/**
 * Covers a range with rows of one length. If an end of the range is one of `exactEdges` (a bucket begins or ends there) and lies
 * inside of such a row, finer rows are read: over the whole range if they are few, otherwise from there to the next edge of the
 * coarser rows.
 */
function cover(range: Range, interval: VendorInterval, exactEdges: readonly number[]): readonly SeriesCall[] {
  const exactEnds = exactEdges.filter((edge) => edge === range.fromMs || edge === range.toMs);
  const exact = coarsestVendorInterval(interval, exactEnds) ?? interval;
  if (exact === interval || isReadable(range, exact, ROWS_WORTH_A_CALL)) return [{ range, interval: exact }];
  const finer = VENDOR_INTERVALS[VENDOR_INTERVALS.indexOf(interval) + 1] ?? interval;
  const fromMs = exactEnds.includes(range.fromMs) ? nextVendorEdge(range.fromMs - 1, interval) : range.fromMs;
  const toMs = exactEnds.includes(range.toMs) ? vendorFloor(range.toMs, interval) : range.toMs;
  if (fromMs >= toMs) return cover(range, finer, exactEdges);
  return [
    ...(range.fromMs < fromMs ? cover({ ...range, toMs: fromMs }, finer, exactEdges) : []),
    { range: { fromMs, toMs }, interval },
    ...(toMs < range.toMs ? cover({ ...range, fromMs: toMs }, finer, exactEdges) : []),
  ];
}

/** The cost of calls, in rows. */
function costOf(calls: readonly SeriesCall[]): number {
  return calls.length * ROWS_WORTH_A_CALL + countCallRows(calls);
}

function areReadable(calls: readonly SeriesCall[], atMost: number): boolean {
  return (
    calls.every(({ range, interval }) => isReadable(range, interval, atMost)) &&
    countCallRows(calls) <= atMost
  );
}
