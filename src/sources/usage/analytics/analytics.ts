import type { Interval, Range } from '../../../base/time.ts';
import type { Coverage } from '../../paging/coverage.ts';

/** The four analytics series, each one vendor call: `/activity`, `/activity/elements`, `/times`, `/statuses`. */
export const USAGE_SERIES = ['activity', 'elements', 'times', 'statuses'] as const;
export type UsageSeries = (typeof USAGE_SERIES)[number];

/** Milliseconds. */
export interface ProcessTime {
  readonly min: number;
  readonly max: number;
  readonly avg: number;
}

export interface StatusCounts {
  readonly success: number;
  readonly failed: number;
}

/** One bucket, merged from the series that were asked for; a series not asked for, or failed, is null. */
export interface AnalyticsBucket {
  /** Its start, also where the range cuts it; milliseconds since the epoch. */
  readonly startMs: number;
  readonly endMs: number;
  /** The range covers only part of it. */
  readonly cut: boolean;
  /** It may still gain calls. */
  readonly filling: boolean;
  readonly count: number | null;
  /** Calls by element key, zero left out. */
  readonly elements: ReadonlyMap<string, number> | null;
  /** null in an empty bucket, too. */
  readonly processTime: ProcessTime | null;
  readonly statuses: StatusCounts | null;
}

/** The same figures over a whole period. */
export interface AnalyticsTotals {
  readonly count: number | null;
  readonly elements: ReadonlyMap<string, number> | null;
  readonly processTime: ProcessTime | null;
  readonly statuses: StatusCounts | null;
}

export interface AnalyticsPeriod {
  readonly fromMs: number;
  readonly toMs: number;
  readonly buckets: readonly AnalyticsBucket[];
  readonly totals: AnalyticsTotals;
  /** One entry per series asked for and disjoint stretch. */
  readonly coverage: readonly Coverage[];
}

export interface UsageAnalytics extends AnalyticsPeriod {
  readonly interval: Interval;
  readonly timeZone: string;
  /** In the order asked for in `AnalyticsRequest.previous`. */
  readonly previous: readonly AnalyticsPeriod[];
}

/** Which series to read, over which range, in which buckets. */
export interface AnalyticsRequest {
  readonly range: Range;
  /** null: chosen by the length of the range. */
  readonly interval: Interval | null;
  /** An IANA zone. */
  readonly timeZone: string;
  readonly series: ReadonlySet<UsageSeries>;
  /** The period before, of equal length or `offset` earlier (an ISO 8601 duration); null: not asked for. */
  readonly previous: readonly { readonly offset: string | null; readonly series: ReadonlySet<UsageSeries> }[];
}

/** Never fails because a vendor fails: coverage reports it. @throws RequestError */
export type GetUsageAnalytics = (request: AnalyticsRequest) => Promise<UsageAnalytics>;

/** The vendor's path for each series; without parameters, so also its path template. */
export const SERIES_OPERATIONS: Readonly<Record<UsageSeries, string>> = {
  activity: '/usage/analytics/activity',
  elements: '/usage/analytics/activity/elements',
  times: '/usage/analytics/times',
  statuses: '/usage/analytics/statuses',
};
