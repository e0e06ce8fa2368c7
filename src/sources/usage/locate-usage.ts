import type { LocateRows } from '../walk/walk-by-windows.ts';
import type { UsageSource } from './usage-source.ts';

/** The finest of these of which an answer stays small. */
const INTERVALS = [
  ['SECOND', 1_000],
  ['MINUTE', 60_000],
  ['HOUR', 3_600_000],
] as const;
const MOST_BUCKETS = 2_000;

/**
 * Finds, by one call of the activity series, how far up from the start of a stretch so many records lie. The series knows
 * no filter and lags, so it is a hint and no more; null where it can't be read.
 */
export function createUsageLocator(getUsageAnalytics: UsageSource['getUsageAnalytics']): LocateRows {
  return async (stretch, wanted) => {
    const stretchMs = stretch.toMs - stretch.fromMs;
    const analytics = await getUsageAnalytics({
      range: stretch,
      interval: INTERVALS.find(([, ms]) => stretchMs <= MOST_BUCKETS * ms)?.[0] ?? 'DAY',
      timeZone: 'UTC',
      series: new Set(['activity'] as const),
      previous: [],
    }).catch(() => null);
    if (!analytics) return null;
    let seen = 0;
    for (const { startMs, endMs, count } of analytics.buckets) {
      if (count === null) return null;
      if (seen + count >= wanted) {
        const share = (wanted - seen) / count;
        return startMs + Math.ceil((endMs - startMs) * share);
      }
      seen += count;
    }
    return null;
  };
}
