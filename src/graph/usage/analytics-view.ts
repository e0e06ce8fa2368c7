import type { Interval } from '../../base/interval.ts';
import type {
  AnalyticsBucket,
  AnalyticsPeriod,
  UsageAnalytics,
} from '../../sources/usage/usage-analytics.ts';
import { createElementRanking, type RankElements } from './analytics-element-ranking.ts';

/** One period as its fields see it. */
export interface PeriodView {
  readonly period: AnalyticsPeriod;
  readonly interval: Interval;
  readonly timeZone: string;
  /** Which elements to show, the same for every bucket. */
  readonly rank: RankElements;
}

/** The whole answer, its earlier periods by the `offset` that asked for them. */
export interface AnalyticsView extends PeriodView {
  readonly previous: ReadonlyMap<string | null, PeriodView>;
}

/** One bucket, and the period that it is a part of. */
export interface BucketView {
  readonly bucket: AnalyticsBucket;
  readonly view: PeriodView;
}

/** An answer as the graph gives it out; `offsets` in the order in which the earlier periods were asked for. */
export function createAnalyticsView(
  analytics: UsageAnalytics,
  offsets: readonly (string | null)[],
): AnalyticsView {
  const viewOf = (period: AnalyticsPeriod): PeriodView => ({
    period,
    interval: analytics.interval,
    timeZone: analytics.timeZone,
    rank: createElementRanking(period.totals.elements),
  });
  const previous = new Map<string | null, PeriodView>();
  for (const [index, period] of analytics.previous.entries())
    previous.set(offsets[index] ?? null, viewOf(period));
  return { ...viewOf(analytics), previous };
}
