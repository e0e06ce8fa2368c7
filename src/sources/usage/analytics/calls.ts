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

/** A stretch of time and the edges of its buckets (`listBucketEdges`). */
export interface Period {
  readonly range: Range;
  readonly edges: readonly number[];
}

/** What is read for some periods together. */
export interface SharedCalls {
  /** Oldest first; side by side they make up the range from the first of the periods to the last. */
  readonly calls: readonly SeriesCall[];
  readonly periods: readonly Period[];
}

/**
 * The fewest calls that give each period its rows: periods share those over their union if rows within the bound keep them
 * apart and few lie between them, because a call costs more than rows do. Periods that cut each other inside a row have
 * calls of their own.
 *
 * null: a period on its own can't be read within the bounds.
 */
export function planCalls(
  periods: readonly Period[],
  interval: Interval,
  nowMs: number,
  bounds: RowBounds,
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
  const [calls, rows] = apart.reduce(
    ([c, r], plan) => [c + plan.calls.length, r + countRows(plan.calls)],
    [0, 0],
  );
  const saved = calls - shared.calls.length;
  return saved > 0 && countRows(shared.calls) - rows <= saved * ROWS_WORTH_A_CALL;
}

function planShared(
  periods: readonly Period[],
  interval: Interval,
  nowMs: number,
  bounds: RowBounds,
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
