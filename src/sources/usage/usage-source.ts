import type { Interval } from '../../base/interval.ts';
import type { Range } from '../../base/range.ts';
import type { Page, PageRequest, TotalCount } from '../walk/page.ts';
import type { UsageAnalytics, UsageSeries } from './usage-analytics.ts';
import type { RequestStatus, UsageRecord } from './usage-record.ts';

/** What usage records can be filtered by; parts left out do not filter. An empty list matches nothing. */
export interface UsageFilter {
  readonly hub?: string;
  readonly elementKeys?: readonly string[];
  /** Any of these. */
  readonly tags?: readonly string[];
  readonly status?: RequestStatus;
  readonly searchText?: string;
  /** An address or a CIDR block. The vendor can't filter by it: a bounded scan. */
  readonly ipAddress?: string;
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

/** The Usage API as one operation sees it: equal questions are asked once. */
export interface UsageSource {
  /**
   * One record by its id: `GET /usage/{id}`, or, where several are asked for whose times are known, by few windows of
   * `GET /usage`. null: there is none. @throws UpstreamError, RequestError `LIMIT_EXCEEDED`
   * @param timestampMs where to look first, a hint and no more; null: not known
   */
  getUsageRecord(id: string, timestampMs: number | null): Promise<UsageRecord | null>;
  /** `GET /usage`. @throws UpstreamError, RequestError `LIMIT_EXCEEDED` */
  listUsageRecords(request: PageRequest<UsageFilter>): Promise<Page<UsageRecord>>;
  /** How many there are in a range; null where no honest figure exists. @throws UpstreamError */
  countUsageRecords(range: Range, filter: UsageFilter): Promise<TotalCount | null>;
  /** `GET /usage/analytics/…`. Never fails for a vendor's failure: coverage tells it. @throws RequestError */
  getUsageAnalytics(request: AnalyticsRequest): Promise<UsageAnalytics>;
}
