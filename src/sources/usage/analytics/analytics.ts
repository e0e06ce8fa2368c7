import type { Interval, Range } from '../../../base/time.ts';
import type { Coverage } from '../../paging/coverage.ts';

/** The vendor's four analytics series. Each has a path of its own. */
export const USAGE_SERIES = ['activity', 'elements', 'times', 'statuses'] as const;
export type UsageSeries = (typeof USAGE_SERIES)[number];

/** The vendor's path for each series; it has no parameters, so it is also its path template. */
export const SERIES_OPERATIONS: Readonly<Record<UsageSeries, string>> = {
  activity: '/usage/analytics/activity',
  elements: '/usage/analytics/activity/elements',
  times: '/usage/analytics/times',
  statuses: '/usage/analytics/statuses',
};

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

/** One bucket with the figures of all requested series. The figure of a series that was not requested, or failed, is null. */
export interface AnalyticsBucket {
  /** The bucket's own start in milliseconds since the epoch; it may be before the range. */
  readonly startMs: number;
  readonly endMs: number;
  /** The range covers only part of it. */
  readonly cut: boolean;
  /** The bucket may still gain calls. */
  readonly filling: boolean;
  readonly count: number | null;
  /** Calls by element key; elements without calls are left out. */
  readonly elements: ReadonlyMap<string, number> | null;
  /** Also null if the bucket has no calls. */
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
  /** For each requested series: disjoint spans, newest first. Listed when it is read. */
  readonly coverage: readonly Coverage[];
}

export interface UsageAnalytics extends AnalyticsPeriod {
  readonly interval: Interval;
  readonly timeZone: string;
  /** In the order of `AnalyticsRequest.previous`. */
  readonly previous: readonly AnalyticsPeriod[];
}

/** Which series to read, over which range, in which buckets. */
export interface AnalyticsRequest {
  readonly range: Range;
  /** null: the length of the range decides. */
  readonly interval: Interval | null;
  /** An IANA zone. */
  readonly timeZone: string;
  readonly series: ReadonlySet<UsageSeries>;
  /** Earlier periods to compare with: `offset` earlier (an ISO 8601 duration), or if it is null directly before the range. */
  readonly previous: readonly { readonly offset: string | null; readonly series: ReadonlySet<UsageSeries> }[];
}

/** Does not fail if the vendor fails: coverage reports it. @throws RequestError */
export type GetUsageAnalytics = (request: AnalyticsRequest) => Promise<UsageAnalytics>;
