import type { Interval } from '../../../base/interval.ts';
import type { Range } from '../../../base/range.ts';
import {
  chooseCalls,
  countRows,
  ROWS_WORTH_A_CALL,
  type RowBounds,
  type SeriesCall,
} from './choose-vendor-interval.ts';

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
