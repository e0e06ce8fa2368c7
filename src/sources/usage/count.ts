import type { Interval, Range } from '../../base/time.ts';
import { isHeldWhole } from '../paging/held-files.ts';
import type { HeldFiles } from '../paging/held-files.ts';
import type { TotalCount } from '../paging/page.ts';
import type { GetUsageAnalytics, UsageSeries } from './analytics/analytics.ts';
import type { UsageFilter } from './filter.ts';

/**
 * Counts records by the series that counts just what the filter asks for (`countingSeries`). EXACT: the series covers the range
 * whole, and was read within this operation. ESTIMATE: otherwise. null: the series cannot give the count.
 * @param nowMs the operation's now: an earlier answer may differ from the list that is read beside the count
 */
export async function countBySeries(
  getUsageAnalytics: GetUsageAnalytics,
  range: Range,
  { elementKeys, status }: UsageFilter,
  series: UsageSeries,
  files: HeldFiles | null | undefined,
  nowMs: number,
): Promise<TotalCount | null> {
  const interval = alignedInterval(range);
  const { totals, coverage } = await getUsageAnalytics({
    range,
    interval,
    timeZone: 'UTC',
    series: new Set([series]),
    previous: [],
  });
  const value = elementKeys
    ? totals.elements &&
      [...new Set(elementKeys)].reduce((sum, key) => sum + (totals.elements?.get(key) ?? 0), 0)
    : status
      ? totals.statuses && totals.statuses[status === 'SUCCESS' ? 'success' : 'failed']
      : totals.count;
  if (value === null || !Number.isSafeInteger(value)) return null;
  const isClosed =
    isHeldWhole(range, files) &&
    coverage.every(
      (entry) =>
        entry.status === 'COMPLETE' &&
        entry.reason === null &&
        entry.asOfMs !== null &&
        entry.asOfMs >= nowMs,
    );
  return { value, accuracy: interval !== null && isClosed ? 'EXACT' : 'ESTIMATE' };
}

/** A count is not worth more buckets than this. */
const MOST_BUCKETS = 2_000;

/** The longest interval whose UTC buckets begin and end with the range; null: none does with few buckets. */
function alignedInterval({ fromMs, toMs }: Range): Interval | null {
  const steps: readonly (readonly [Interval, number])[] = [
    ['DAY', 86_400_000],
    ['HOUR', 3_600_000],
    ['MINUTE', 60_000],
  ];
  const aligned = steps.find(([, ms]) => fromMs % ms === 0 && toMs % ms === 0);
  return aligned && (toMs - fromMs) / aligned[1] <= MOST_BUCKETS ? aligned[0] : null;
}
