/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Why a span is not complete. */
export type CoverageCode =
  /** The operation, or its scan, used up its vendor calls. */
  | 'CALL_BUDGET'
  /** The caller may not read this source. */
  | 'FORBIDDEN'
  /** This source has neither credentials nor a file. */
  | 'NOT_CONFIGURED'
  /** Rows were skipped because they could not be parsed, and `dropped` counts them; or the files lack a column that the filter uses, and `reason` names it. */
  | 'ROWS_DROPPED'
  /** The scan reached the number of rows that one scan may read. */
  | 'SCAN_LIMIT'
  /** The vendor failed, or its figures are not exact. `reason` says more. */
  | 'UPSTREAM';

/** Where a span was read. */
export type CoverageOrigin =
  /** From the archive. */
  | 'ARCHIVE'
  /** From an earlier answer of the vendor. If the status is STALE, it stands in because the vendor failed. */
  | 'CACHE'
  /** From the files that are served instead of the vendor. */
  | 'FILE'
  /** Nothing was read. */
  | 'NONE'
  /** From the vendor: called for this answer, or for another one at the same time. */
  | 'VENDOR';

/** How complete a span of time is. If several statuses apply, the most severe is reported: FAILED, STALE, TRUNCATED, EXPIRED, FILLING, COMPLETE, in this order. */
export type CoverageStatus =
  /** Everything that the vendor has is here. */
  | 'COMPLETE'
  /** The span is older than the retention that the operator has set, or it lies before or between the served files. Rows may have been deleted. */
  | 'EXPIRED'
  /** Nothing could be read or parsed. In a timeline, ask with the same `after` to read the span again, or continue from `endCursor` without it. */
  | 'FAILED'
  /** Entries may still be added, because the span is very new or lies behind the last row of the served files. Ask again later. */
  | 'FILLING'
  /** The vendor failed. An earlier answer is shown instead, from the time in `asOf`. */
  | 'STALE'
  /** A limit stopped the scan, or rows were skipped; `code` says which. If a limit stopped it, continue from `endCursor`. Further pages alone do not make a span TRUNCATED. */
  | 'TRUNCATED';

/** A range of time, from `from` (inclusive) to `to` (exclusive). Give either `from` or `last`. An operation has one 'now', and a `to` in the future means now. The first page fixes the range, and its cursors keep it. If a list is given no range, it reads the last 7 days; if files are served, the last 7 days up to their last row. */
export type DateTimeRange = {
  /** Answer as the archive knew it at this time: rows that it saw later are left out. Refused if there is no archive. */
  asKnownAt?: string | null | undefined;
  /** Start of the range (inclusive). */
  from?: string | null | undefined;
  /** The length of the range, such as `P7D`. It is subtracted from `to` in the UTC calendar. */
  last?: string | null | undefined;
  /** End of the range (exclusive). Default: now. */
  to?: string | null | undefined;
};

/** The length of a bucket. */
export type Interval =
  /** A calendar day. It has 23 or 25 hours if the clocks change. */
  | 'DAY'
  /** An hour on the time zone's clock. If the clocks change and an hour comes twice, it is two buckets. */
  | 'HOUR'
  /** A minute. */
  | 'MINUTE'
  /** A calendar month. */
  | 'MONTH'
  /** Three calendar months, starting with January, April, July or October. */
  | 'QUARTER'
  /** A second. */
  | 'SECOND'
  /** An ISO week, starting with Monday. */
  | 'WEEK'
  /** A calendar year. */
  | 'YEAR';

/** Personal data that is hidden from a caller without `pii:read`. */
export type MaskedField =
  /** `description`, because it names people. */
  | 'DESCRIPTION'
  /** `ipAddress` and `requestIP`. */
  | 'IP_ADDRESS'
  /** `requestURI`, `vendorResource` and `elementResource`: the query string is removed, and `*` replaces each part of the path that is not a name, a version or a number of up to six digits. */
  | 'REQUEST_URI'
  /** `username` of an event, `userName` of a usage record. */
  | 'USERNAME';

/** The two vendors. If entries have the same time, those of USAGE come before those of EVENTS. */
export type Source =
  /** The Events API of the billing system: a log of user actions. */
  | 'EVENTS'
  /** The Usage API of SAP Open Connectors: a log of API calls to elements (connectors). */
  | 'USAGE';

export type OverviewCallsQueryVariables = Exact<{
  range: DateTimeRange;
  interval: Interval;
  timeZone: string;
  compare: boolean;
}>;


export type OverviewCallsQuery = { usageAnalytics: { id: string, totals: { id: string, count: number | null }, buckets: Array<{ id: string, timestamp: string, end: string, cut: boolean, filling: boolean, count: number | null }>, previous?: { id: string, totals: { id: string, count: number | null }, buckets: Array<{ id: string, count: number | null }> } | null, coverage: Array<{ ' $fragmentRefs'?: { 'CoverageFieldsFragment': CoverageFieldsFragment } }> } | null };

export type OverviewCategoriesQueryVariables = Exact<{
  range: DateTimeRange;
  interval: Interval;
  timeZone: string;
}>;


export type OverviewCategoriesQuery = { eventBreakdown: { from: string, to: string, groups: Array<{ count: number, key: Array<{ value: string | null }>, buckets: Array<{ timestamp: string, end: string, count: number }> | null }>, other: { count: number, buckets: Array<{ count: number }> | null } | null, coverage: Array<{ ' $fragmentRefs'?: { 'CoverageFieldsFragment': CoverageFieldsFragment } }> } | null };

export type OverviewElementsQueryVariables = Exact<{
  range: DateTimeRange;
  interval: Interval;
  timeZone: string;
  compare: boolean;
}>;


export type OverviewElementsQuery = { usageAnalytics: { id: string, totals: { id: string, elementCount: number | null, elements: Array<{ id: string, elementKey: string, count: number }> | null }, buckets: Array<{ id: string, timestamp: string, end: string, cut: boolean, filling: boolean, elements: Array<{ id: string, elementKey: string, count: number }> | null }>, previous?: { id: string, totals: { id: string, elementCount: number | null } } | null, coverage: Array<{ ' $fragmentRefs'?: { 'CoverageFieldsFragment': CoverageFieldsFragment } }> } | null };

export type OverviewLogInsQueryVariables = Exact<{
  range: DateTimeRange;
  before: DateTimeRange;
  compare: boolean;
}>;


export type OverviewLogInsQuery = { now: { groups: Array<{ count: number, key: Array<{ value: string | null }> }>, coverage: Array<{ ' $fragmentRefs'?: { 'CoverageFieldsFragment': CoverageFieldsFragment } }> } | null, before?: { groups: Array<{ count: number, key: Array<{ value: string | null }> }>, coverage: Array<{ ' $fragmentRefs'?: { 'CoverageFieldsFragment': CoverageFieldsFragment } }> } | null };

export type OverviewFailuresQueryVariables = Exact<{
  range: DateTimeRange;
}>;


export type OverviewFailuresQuery = { usageRecords: { nodes: Array<{ id: string, timestamp: string, elementKey: string | null, elementApi: string | null, responseStatus: number | null, processTime: number | null }>, coverage: Array<{ ' $fragmentRefs'?: { 'CoverageFieldsFragment': CoverageFieldsFragment } }> } | null };

export type OverviewSecurityQueryVariables = Exact<{
  range: DateTimeRange;
  actions: Array<string> | string;
}>;


export type OverviewSecurityQuery = { events: { nodes: Array<{ id: string, timestamp: string, action: string, username: string | null, ipAddress: string | null, masked: Array<MaskedField> }>, coverage: Array<{ ' $fragmentRefs'?: { 'CoverageFieldsFragment': CoverageFieldsFragment } }> } | null };

export type OverviewSpreadQueryVariables = Exact<{
  range: DateTimeRange;
  before: DateTimeRange;
  compare: boolean;
}>;


export type OverviewSpreadQuery = { now: { groups: Array<{ count: number, processTime: { p95: number } | null }>, coverage: Array<{ ' $fragmentRefs'?: { 'CoverageFieldsFragment': CoverageFieldsFragment } }> } | null, before?: { groups: Array<{ count: number, processTime: { p95: number } | null }> } | null };

export type OverviewStatusesQueryVariables = Exact<{
  range: DateTimeRange;
  interval: Interval;
  timeZone: string;
  compare: boolean;
}>;


export type OverviewStatusesQuery = { usageAnalytics: { id: string, totals: { id: string, successRate: number | null, statuses: { id: string, success: number, failed: number } | null }, buckets: Array<{ id: string, timestamp: string, end: string, cut: boolean, filling: boolean, statuses: { id: string, success: number, failed: number } | null }>, previous?: { id: string, totals: { id: string, successRate: number | null } } | null, coverage: Array<{ ' $fragmentRefs'?: { 'CoverageFieldsFragment': CoverageFieldsFragment } }> } | null };

export type OverviewTimesQueryVariables = Exact<{
  range: DateTimeRange;
  interval: Interval;
  timeZone: string;
  compare: boolean;
}>;


export type OverviewTimesQuery = { usageAnalytics: { id: string, totals: { id: string, processTime: { id: string, avg: number, min: number, max: number } | null }, buckets: Array<{ id: string, timestamp: string, end: string, cut: boolean, filling: boolean, processTime: { id: string, avg: number, min: number, max: number } | null }>, previous?: { id: string, totals: { id: string, processTime: { id: string, avg: number } | null }, buckets: Array<{ id: string, processTime: { id: string, avg: number } | null }> } | null, coverage: Array<{ ' $fragmentRefs'?: { 'CoverageFieldsFragment': CoverageFieldsFragment } }> } | null };

export type CoverageFieldsFragment = { source: Source, operation: string | null, from: string, to: string, status: CoverageStatus, code: CoverageCode | null, reason: string | null, origin: CoverageOrigin, asOf: string | null, scanned: number | null, matched: number | null, dropped: number } & { ' $fragmentName'?: 'CoverageFieldsFragment' };

export type ServiceStateQueryVariables = Exact<{ [key: string]: never; }>;


export type ServiceStateQuery = { service: { version: string, now: string, limits: { maxPageSize: number, maxScannedRows: number, maxBuckets: number }, sources: Array<{ source: Source, configured: boolean, healthy: boolean | null, retention: string | null }>, archive: { sources: Array<{ source: Source, rows: number }> } | null } | null, viewer: { scopes: Array<string> } | null };

export type ActivityRibbonQueryVariables = Exact<{
  range: DateTimeRange;
  interval: Interval;
  timeZone: string;
  withUsage: boolean;
  withEvents: boolean;
}>;


export type ActivityRibbonQuery = { usageAnalytics?: { id: string, buckets: Array<{ id: string, timestamp: string, end: string, filling: boolean, count: number | null, statuses: { id: string, failed: number } | null }>, coverage: Array<{ ' $fragmentRefs'?: { 'CoverageFieldsFragment': CoverageFieldsFragment } }> } | null, eventBreakdown?: { groups: Array<{ buckets: Array<{ timestamp: string, end: string, count: number }> | null }>, other: { buckets: Array<{ count: number }> | null } | null, coverage: Array<{ ' $fragmentRefs'?: { 'CoverageFieldsFragment': CoverageFieldsFragment } }> } | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const CoverageFieldsFragmentDoc = new TypedDocumentString(`
    fragment CoverageFields on Coverage {
  source
  operation
  from
  to
  status
  code
  reason
  origin
  asOf
  scanned
  matched
  dropped
}
    `, {"fragmentName":"CoverageFields"}) as unknown as TypedDocumentString<CoverageFieldsFragment, unknown>;
export const OverviewCallsDocument = new TypedDocumentString(`
    query OverviewCalls($range: DateTimeRange!, $interval: Interval!, $timeZone: TimeZone!, $compare: Boolean!) {
  usageAnalytics(range: $range, interval: $interval, timeZone: $timeZone) {
    id
    totals {
      id
      count
    }
    buckets {
      id
      timestamp
      end
      cut
      filling
      count
    }
    previous @include(if: $compare) {
      id
      totals {
        id
        count
      }
      buckets {
        id
        count
      }
    }
    coverage {
      ...CoverageFields
    }
  }
}
    fragment CoverageFields on Coverage {
  source
  operation
  from
  to
  status
  code
  reason
  origin
  asOf
  scanned
  matched
  dropped
}`) as unknown as TypedDocumentString<OverviewCallsQuery, OverviewCallsQueryVariables>;
export const OverviewCategoriesDocument = new TypedDocumentString(`
    query OverviewCategories($range: DateTimeRange!, $interval: Interval!, $timeZone: TimeZone!) {
  eventBreakdown(
    by: [CATEGORY]
    range: $range
    interval: $interval
    timeZone: $timeZone
    top: 8
  ) {
    from
    to
    groups {
      key {
        value
      }
      count
      buckets {
        timestamp
        end
        count
      }
    }
    other {
      count
      buckets {
        count
      }
    }
    coverage {
      ...CoverageFields
    }
  }
}
    fragment CoverageFields on Coverage {
  source
  operation
  from
  to
  status
  code
  reason
  origin
  asOf
  scanned
  matched
  dropped
}`) as unknown as TypedDocumentString<OverviewCategoriesQuery, OverviewCategoriesQueryVariables>;
export const OverviewElementsDocument = new TypedDocumentString(`
    query OverviewElements($range: DateTimeRange!, $interval: Interval!, $timeZone: TimeZone!, $compare: Boolean!) {
  usageAnalytics(range: $range, interval: $interval, timeZone: $timeZone) {
    id
    totals {
      id
      elementCount
      elements {
        id
        elementKey
        count
      }
    }
    buckets {
      id
      timestamp
      end
      cut
      filling
      elements {
        id
        elementKey
        count
      }
    }
    previous @include(if: $compare) {
      id
      totals {
        id
        elementCount
      }
    }
    coverage {
      ...CoverageFields
    }
  }
}
    fragment CoverageFields on Coverage {
  source
  operation
  from
  to
  status
  code
  reason
  origin
  asOf
  scanned
  matched
  dropped
}`) as unknown as TypedDocumentString<OverviewElementsQuery, OverviewElementsQueryVariables>;
export const OverviewLogInsDocument = new TypedDocumentString(`
    query OverviewLogIns($range: DateTimeRange!, $before: DateTimeRange!, $compare: Boolean!) {
  now: eventBreakdown(
    by: [ACTION]
    range: $range
    filter: { action: { in: ["user-login-failure", "user-locked-out"] } }
  ) {
    groups {
      key {
        value
      }
      count
    }
    coverage {
      ...CoverageFields
    }
  }
  before: eventBreakdown(
    by: [ACTION]
    range: $before
    filter: { action: { in: ["user-login-failure", "user-locked-out"] } }
  ) @include(if: $compare) {
    groups {
      key {
        value
      }
      count
    }
    coverage {
      ...CoverageFields
    }
  }
}
    fragment CoverageFields on Coverage {
  source
  operation
  from
  to
  status
  code
  reason
  origin
  asOf
  scanned
  matched
  dropped
}`) as unknown as TypedDocumentString<OverviewLogInsQuery, OverviewLogInsQueryVariables>;
export const OverviewFailuresDocument = new TypedDocumentString(`
    query OverviewFailures($range: DateTimeRange!) {
  usageRecords(range: $range, first: 8, filter: { status: FAILED }) {
    nodes {
      id
      timestamp
      elementKey
      elementApi
      responseStatus
      processTime
    }
    coverage {
      ...CoverageFields
    }
  }
}
    fragment CoverageFields on Coverage {
  source
  operation
  from
  to
  status
  code
  reason
  origin
  asOf
  scanned
  matched
  dropped
}`) as unknown as TypedDocumentString<OverviewFailuresQuery, OverviewFailuresQueryVariables>;
export const OverviewSecurityDocument = new TypedDocumentString(`
    query OverviewSecurity($range: DateTimeRange!, $actions: [String!]!) {
  events(range: $range, first: 8, filter: { action: { in: $actions } }) {
    nodes {
      id
      timestamp
      action
      username
      ipAddress
      masked
    }
    coverage {
      ...CoverageFields
    }
  }
}
    fragment CoverageFields on Coverage {
  source
  operation
  from
  to
  status
  code
  reason
  origin
  asOf
  scanned
  matched
  dropped
}`) as unknown as TypedDocumentString<OverviewSecurityQuery, OverviewSecurityQueryVariables>;
export const OverviewSpreadDocument = new TypedDocumentString(`
    query OverviewSpread($range: DateTimeRange!, $before: DateTimeRange!, $compare: Boolean!) {
  now: usageBreakdown(
    by: [STATUS]
    range: $range
    filter: { status: SUCCESS }
    top: 1
  ) {
    groups {
      count
      processTime {
        p95
      }
    }
    coverage {
      ...CoverageFields
    }
  }
  before: usageBreakdown(
    by: [STATUS]
    range: $before
    filter: { status: SUCCESS }
    top: 1
  ) @include(if: $compare) {
    groups {
      count
      processTime {
        p95
      }
    }
  }
}
    fragment CoverageFields on Coverage {
  source
  operation
  from
  to
  status
  code
  reason
  origin
  asOf
  scanned
  matched
  dropped
}`) as unknown as TypedDocumentString<OverviewSpreadQuery, OverviewSpreadQueryVariables>;
export const OverviewStatusesDocument = new TypedDocumentString(`
    query OverviewStatuses($range: DateTimeRange!, $interval: Interval!, $timeZone: TimeZone!, $compare: Boolean!) {
  usageAnalytics(range: $range, interval: $interval, timeZone: $timeZone) {
    id
    totals {
      id
      successRate
      statuses {
        id
        success
        failed
      }
    }
    buckets {
      id
      timestamp
      end
      cut
      filling
      statuses {
        id
        success
        failed
      }
    }
    previous @include(if: $compare) {
      id
      totals {
        id
        successRate
      }
    }
    coverage {
      ...CoverageFields
    }
  }
}
    fragment CoverageFields on Coverage {
  source
  operation
  from
  to
  status
  code
  reason
  origin
  asOf
  scanned
  matched
  dropped
}`) as unknown as TypedDocumentString<OverviewStatusesQuery, OverviewStatusesQueryVariables>;
export const OverviewTimesDocument = new TypedDocumentString(`
    query OverviewTimes($range: DateTimeRange!, $interval: Interval!, $timeZone: TimeZone!, $compare: Boolean!) {
  usageAnalytics(range: $range, interval: $interval, timeZone: $timeZone) {
    id
    totals {
      id
      processTime {
        id
        avg
        min
        max
      }
    }
    buckets {
      id
      timestamp
      end
      cut
      filling
      processTime {
        id
        avg
        min
        max
      }
    }
    previous @include(if: $compare) {
      id
      totals {
        id
        processTime {
          id
          avg
        }
      }
      buckets {
        id
        processTime {
          id
          avg
        }
      }
    }
    coverage {
      ...CoverageFields
    }
  }
}
    fragment CoverageFields on Coverage {
  source
  operation
  from
  to
  status
  code
  reason
  origin
  asOf
  scanned
  matched
  dropped
}`) as unknown as TypedDocumentString<OverviewTimesQuery, OverviewTimesQueryVariables>;
export const ServiceStateDocument = new TypedDocumentString(`
    query ServiceState {
  service {
    version
    now
    limits {
      maxPageSize
      maxScannedRows
      maxBuckets
    }
    sources {
      source
      configured
      healthy
      retention
    }
    archive {
      sources {
        source
        rows
      }
    }
  }
  viewer {
    scopes
  }
}
    `) as unknown as TypedDocumentString<ServiceStateQuery, ServiceStateQueryVariables>;
export const ActivityRibbonDocument = new TypedDocumentString(`
    query ActivityRibbon($range: DateTimeRange!, $interval: Interval!, $timeZone: TimeZone!, $withUsage: Boolean!, $withEvents: Boolean!) {
  usageAnalytics(range: $range, interval: $interval, timeZone: $timeZone) @include(if: $withUsage) {
    id
    buckets {
      id
      timestamp
      end
      filling
      count
      statuses {
        id
        failed
      }
    }
    coverage {
      ...CoverageFields
    }
  }
  eventBreakdown(
    by: [CATEGORY]
    range: $range
    interval: $interval
    timeZone: $timeZone
    top: 1
  ) @include(if: $withEvents) {
    groups {
      buckets {
        timestamp
        end
        count
      }
    }
    other {
      buckets {
        count
      }
    }
    coverage {
      ...CoverageFields
    }
  }
}
    fragment CoverageFields on Coverage {
  source
  operation
  from
  to
  status
  code
  reason
  origin
  asOf
  scanned
  matched
  dropped
}`) as unknown as TypedDocumentString<ActivityRibbonQuery, ActivityRibbonQueryVariables>;