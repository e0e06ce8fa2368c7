import type { Interval } from '../../base/interval.ts';
import type { Coverage } from '../walk/coverage.ts';

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
