import type { Range } from '../../base/range.ts';
import type { Source } from '../../base/source.ts';
import type { AuditEvent } from '../events/event.ts';
import type { OptionalEventField } from '../events/event-fields.ts';
import type { EventFilter } from '../events/event-filter.ts';
import type { UsageRecord } from '../usage/usage-record.ts';
import type { UsageFilter } from '../usage/usage-source.ts';
import type { Activity } from './activity.ts';
import type { RelatedRequest, RelatedRows } from './correlation.ts';
import type { Page, PageRequest, TotalCount } from '../walk/page.ts';

/** `usage` and `events` narrow their own source only, `ipAddress` both; `sources` left out means both. */
export interface TimelineFilter {
  readonly sources?: readonly Source[];
  readonly ipAddress?: string;
  readonly usage?: UsageFilter;
  readonly events?: EventFilter;
}

export interface TimelinePageRequest extends PageRequest<TimelineFilter> {
  readonly fields: ReadonlySet<OptionalEventField>;
}

/** Both sources in one order. */
export interface TimelineSource {
  /**
   * One page of both. A source that fails leaves the other's entries standing, and coverage says which stretch lacks it.
   * @throws RequestError `LIMIT_EXCEEDED`, `BAD_USER_INPUT`
   */
  listActivities(request: TimelinePageRequest): Promise<Page<Activity>>;
  /** The sum of both counts, as sure as the less sure one; null where either has none. */
  countActivities(range: Range, filter: TimelineFilter): Promise<TotalCount | null>;
  /**
   * Events near an entry. Many at once cost few calls. A bound leaves the oldest part unread, which coverage tells.
   * @throws UpstreamError where the vendor left any of the entry's window unread
   */
  listRelatedEvents(request: RelatedRequest): Promise<RelatedRows<AuditEvent>>;
  /** API calls near an entry, likewise. */
  listRelatedUsage(request: RelatedRequest): Promise<RelatedRows<UsageRecord>>;
}
