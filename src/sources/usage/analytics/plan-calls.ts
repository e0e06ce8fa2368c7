import type { Interval } from '../../../base/interval.ts';
import type { Range } from '../../../base/range.ts';
import { chooseVendorInterval, type RowBounds } from './choose-vendor-interval.ts';
import type { VendorInterval } from './vendor-rows.ts';

/** A stretch of time and the edges of its buckets (`listBucketEdges`). */
export interface Period {
  readonly range: Range;
  readonly edges: readonly number[];
}

/** One call for each series that its periods need. */
export interface PlannedCall {
  readonly range: Range;
  readonly interval: VendorInterval;
  readonly periods: readonly Period[];
}

/**
 * The fewest calls that give each period its rows: periods share one over their union wherever rows within the bound keep
 * them apart, for a call costs more than rows do. Periods that cut each other inside a row have one each.
 *
 * null: a period on its own can't be read within the bounds.
 */
export function planCalls(
  periods: readonly Period[],
  interval: Interval,
  nowMs: number,
  bounds: RowBounds,
): readonly PlannedCall[] | null {
  const calls: PlannedCall[] = [];
  for (const period of periods.toSorted((a, b) => a.range.fromMs - b.range.fromMs)) {
    const last = calls.at(-1);
    const shared = last && planCall([...last.periods, period], interval, nowMs, bounds);
    const call = shared ?? planCall([period], interval, nowMs, bounds);
    if (!call) return null;
    if (shared) calls[calls.length - 1] = call;
    else calls.push(call);
  }
  return calls;
}

function planCall(
  periods: readonly Period[],
  interval: Interval,
  nowMs: number,
  bounds: RowBounds,
): PlannedCall | null {
  const range = {
    fromMs: Math.min(...periods.map((period) => period.range.fromMs)),
    toMs: Math.max(...periods.map((period) => period.range.toMs)),
  };
  const edges = periods.flatMap((period) => [
    period.range.fromMs,
    period.range.toMs,
    ...period.edges.filter((edge) => edge > period.range.fromMs && edge < period.range.toMs),
  ]);
  const vendorInterval = chooseVendorInterval(range, interval, edges, nowMs, bounds);
  return vendorInterval && { range, interval: vendorInterval, periods };
}
