/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** How much a relation proves. It is the same for a pair in both directions. It may need a further call to the entry's own source. */
export type Confidence =
  /** Both come from the same public address, and at most five users of either source were seen from it. */
  | 'HIGH'
  /** They are related by time only, or the address is not public (such as private or carrier-grade NAT), is one of several or has more users, or the time around both entries could not be read completely. */
  | 'LOW';

/** What relates two entries. TIME alone proves little, and so does an address that is private or shared by many users. */
export type CorrelationBasis =
  /** Both come from the same address. Needs `pii:read`. */
  | 'IP'
  /** Both happened within the given time of each other. */
  | 'TIME';

/** How exact a count is. */
export type CountAccuracy =
  /** A lower bound: a limit stopped the count, or rows could not be read or may have been deleted. */
  | 'AT_LEAST'
  /** An estimate, from a series of the vendor or from an earlier answer. */
  | 'ESTIMATE'
  /** The exact number: all rows were counted, or a series of the vendor that no longer changes was read. */
  | 'EXACT';

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

/** What events can be grouped by. */
export type EventDimension =
  /** `action`. */
  | 'ACTION'
  /** `category`. */
  | 'CATEGORY'
  /** `ipAddress`. An event that names several addresses counts in each of them. Needs `pii:read`. */
  | 'IP_ADDRESS'
  /** `username`. Needs `pii:read`. */
  | 'USERNAME';

/** An event must match all given fields. The vendor tests `category` and `action` if it can. Any other test takes a bounded scan: coverage says how far it got. Texts are case-sensitive, except `searchText`. */
export type EventFilter = {
  /** Events whose action matches. */
  action?: StringFilter | null | undefined;
  /** Events whose category matches. */
  category?: StringFilter | null | undefined;
  /** Events from this address, or from any address in this CIDR block. This is a scan. If an event names several addresses, one match is enough. Needs `pii:read`. */
  ipAddress?: string | null | undefined;
  /** Events that do not match this filter. This is a scan. */
  not?: EventFilter | null | undefined;
  /** Events whose description contains this text, in upper or lower case. This is a scan. Needs `pii:read`. */
  searchText?: string | null | undefined;
  /** Events whose user matches. This is a scan. Needs `pii:read`. */
  username?: StringFilter | null | undefined;
};

/** Numbers from `gte` (inclusive) to `lt` (exclusive). Give at least one of them. If `gte` is not below `lt`, the range matches nothing. A record without a value does not match. */
export type IntRange = {
  /** The value is at least this number. */
  gte?: number | null | undefined;
  /** The value is below this number. */
  lt?: number | null | undefined;
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

/** How a call ended. */
export type RequestStatus =
  /** The call got an error or no answer. */
  | 'FAILED'
  /** The call succeeded. */
  | 'SUCCESS';

/** The two vendors. If entries have the same time, those of USAGE come before those of EVENTS. */
export type Source =
  /** The Events API of the billing system: a log of user actions. */
  | 'EVENTS'
  /** The Usage API of SAP Open Connectors: a log of API calls to elements (connectors). */
  | 'USAGE';

/** A case-sensitive test of a text. Give exactly one field. An empty list matches nothing. */
export type StringFilter =
  {   /** The value contains this text. `%` and `_` are not wildcards. */
  contains: string; eq?: never; in?: never; isNull?: never; startsWith?: never; }
  |  { contains?: never;   /** The value equals this text. */
  eq: string; in?: never; isNull?: never; startsWith?: never; }
  |  { contains?: never; eq?: never;   /** The value equals one of these texts. */
  in: Array<string>; isNull?: never; startsWith?: never; }
  |  { contains?: never; eq?: never; in?: never;   /** True: the event has no value. False: it has one. */
  isNull: boolean; startsWith?: never; }
  |  { contains?: never; eq?: never; in?: never; isNull?: never;   /** The value starts with this text. `%` and `_` are not wildcards. */
  startsWith: string; };

/** An entry must match all given fields that apply to its source. `usage` applies to usage records, `events` to events, and `ipAddress` to both. An empty list matches nothing. */
export type TimelineFilter = {
  /** Further conditions for events. */
  events?: EventFilter | null | undefined;
  /** Entries of both sources from this address, or from any address in this CIDR block. This is a bounded scan: coverage says how far it got. If an entry names several addresses, one match is enough. Needs `pii:read`. */
  ipAddress?: string | null | undefined;
  /** Entries of these sources. Default: both. */
  sources?: Array<Source> | null | undefined;
  /** Further conditions for usage records. */
  usage?: UsageRecordFilter | null | undefined;
};

/** What usage records can be grouped by. */
export type UsageDimension =
  /** `accountId`. */
  | 'ACCOUNT'
  /** `elementApi`. */
  | 'API'
  /** `elementKey`. */
  | 'ELEMENT'
  /** `instanceId`, or `instanceName` if a record has no id. */
  | 'INSTANCE'
  /** `ipAddress`. A record that names several addresses counts in each of them. Needs `pii:read`. */
  | 'IP_ADDRESS'
  /** `requestMethod`. */
  | 'METHOD'
  /** `responseStatus`. */
  | 'RESPONSE_STATUS'
  /** `requestStatus`, or `requestStatusText` if the status is neither SUCCESS nor FAILED. */
  | 'STATUS'
  /** Each of `elementTags` and `instanceTags`. A record with several tags counts in each of them. */
  | 'TAG'
  /** `userId`. */
  | 'USER';

/** A record must match all given fields. An empty list matches nothing. The vendor tests `hub`, `elementKeys`, `tags`, `status` and `searchText`. Sightline tests the other fields in a bounded scan: coverage says how far it got. */
export type UsageRecordFilter = {
  /** Calls of any of these accounts. This is a bounded scan. */
  accountIds?: Array<string | number> | null | undefined;
  /** Calls of any of these operations of elements (`elementApi`). This is a bounded scan. */
  elementApis?: Array<string> | null | undefined;
  /** Calls of any of these elements. The vendor's `keys[]`. */
  elementKeys?: Array<string> | null | undefined;
  /** The name of a hub, such as `documents` or `crm`. */
  hub?: string | null | undefined;
  /** Calls of any of these element instances. This is a bounded scan. */
  instanceIds?: Array<string | number> | null | undefined;
  /** Calls from this address, or from any address in this CIDR block. This is a bounded scan: coverage says how far it got. If a record names several addresses, one match is enough. Needs `pii:read`. */
  ipAddress?: string | null | undefined;
  /** Calls that took a time in this range, in milliseconds. This is a bounded scan. */
  processTime?: IntRange | null | undefined;
  /** Calls whose HTTP status is in this range. This is a bounded scan. */
  responseStatus?: IntRange | null | undefined;
  /** Text that the vendor searches for in the record. Needs `pii:read`. */
  searchText?: string | null | undefined;
  /** Calls that ended like this. */
  status?: RequestStatus | null | undefined;
  /** Calls with any of these tags. The vendor's `tags[]`. */
  tags?: Array<string> | null | undefined;
  /** Calls of any of these users. This is a bounded scan. */
  userIds?: Array<string | number> | null | undefined;
};

export type FirstLogInFragment = { nodes: Array<{ id: string, timestamp: string, username: string | null, ipAddress: string | null }>, coverage: Array<{ ' $fragmentRefs'?: { 'CoverageFieldsFragment': CoverageFieldsFragment } }> } & { ' $fragmentName'?: 'FirstLogInFragment' };

export type AfterwardsQueryVariables = Exact<{
  range: DateTimeRange;
  user: EventFilter;
  address: EventFilter;
  withUser: boolean;
  withAddress: boolean;
}>;


export type AfterwardsQuery = { ofUser?: { ' $fragmentRefs'?: { 'FirstLogInFragment': FirstLogInFragment } } | null, fromAddress?: { ' $fragmentRefs'?: { 'FirstLogInFragment': FirstLogInFragment } } | null };

export type CallDetailFragment = { id: string, timestamp: string, masked: Array<MaskedField>, recordId: string, ipAddress: string | null, requestStatus: RequestStatus | null, requestStatusText: string | null, responseStatus: number | null, processTime: number | null, vendorProcessTime: number | null, platformProcessTime: number | null, elementKey: string | null, elementName: string | null, elementApi: string | null, elementTags: Array<string>, elementResource: string | null, vendorResource: string | null, instanceId: string | null, instanceName: string | null, instanceTags: Array<string>, provisionName: string | null, accountId: string | null, accountName: string | null, companyId: string | null, companyName: string | null, userId: string | null, userName: string | null, requestId: string | null, requestMethod: string | null, requestURI: string | null, requestIP: string | null, firstSeenAt: string | null } & { ' $fragmentName'?: 'CallDetailFragment' };

export type EventDetailFragment = { id: string, timestamp: string, masked: Array<MaskedField>, eventId: string, category: string, action: string, description: string | null, username: string | null, ipAddress: string | null, firstSeenAt: string | null } & { ' $fragmentName'?: 'EventDetailFragment' };

export type EntryQueryVariables = Exact<{
  id: string | number;
}>;


export type EntryQuery = { node:
    | (
      { id: string, kind: 'Event' }
      & { ' $fragmentRefs'?: { 'EventDetailFragment': EventDetailFragment } }
    )
    | (
      { id: string, kind: 'UsageRecord' }
      & { ' $fragmentRefs'?: { 'CallDetailFragment': CallDetailFragment } }
    )
   | null };

export type CallFacetQueryVariables = Exact<{
  range: DateTimeRange;
  filter?: UsageRecordFilter | null | undefined;
  by: Array<UsageDimension> | UsageDimension;
}>;


export type CallFacetQuery = { usageBreakdown: { groups: Array<{ count: number, key: Array<{ dimension: UsageDimension, value: string | null }> }>, coverage: Array<{ ' $fragmentRefs'?: { 'CoverageFieldsFragment': CoverageFieldsFragment } }> } | null };

export type EventFacetsQueryVariables = Exact<{
  range: DateTimeRange;
  filter?: EventFilter | null | undefined;
}>;


export type EventFacetsQuery = { eventFacets: { categories: { ' $fragmentRefs'?: { 'FacetFieldsFragment': FacetFieldsFragment } } | null, actions: { ' $fragmentRefs'?: { 'FacetFieldsFragment': FacetFieldsFragment } } | null, usernames: { ' $fragmentRefs'?: { 'FacetFieldsFragment': FacetFieldsFragment } } | null, ipAddresses: { ' $fragmentRefs'?: { 'FacetFieldsFragment': FacetFieldsFragment } } | null, coverage: Array<{ ' $fragmentRefs'?: { 'CoverageFieldsFragment': CoverageFieldsFragment } }> } | null };

export type FacetFieldsFragment = { values: Array<{ value: string, count: number }> } & { ' $fragmentName'?: 'FacetFieldsFragment' };

export type RelatedEntriesQueryVariables = Exact<{
  id: string | number;
  by: Array<CorrelationBasis> | CorrelationBasis;
}>;


export type RelatedEntriesQuery = { node:
    | { id: string, kind: 'Event', relatedUsage: { edges: Array<{ basis: Array<CorrelationBasis>, confidence: Confidence, node: (
            { id: string, timestamp: string, kind: 'UsageRecord' }
            & { ' $fragmentRefs'?: { 'CallRowFragment': CallRowFragment } }
          ) }>, pageInfo: { hasNextPage: boolean }, coverage: Array<{ ' $fragmentRefs'?: { 'CoverageFieldsFragment': CoverageFieldsFragment } }> } | null }
    | { id: string, kind: 'UsageRecord', relatedEvents: { edges: Array<{ basis: Array<CorrelationBasis>, confidence: Confidence, node: (
            { id: string, timestamp: string, kind: 'Event' }
            & { ' $fragmentRefs'?: { 'EventRowFragment': EventRowFragment } }
          ) }>, pageInfo: { hasNextPage: boolean }, coverage: Array<{ ' $fragmentRefs'?: { 'CoverageFieldsFragment': CoverageFieldsFragment } }> } | null }
   | null };

export type CallRowFragment = { id: string, timestamp: string, masked: Array<MaskedField>, requestStatus: RequestStatus | null, requestStatusText: string | null, elementKey: string | null, elementApi: string | null, responseStatus: number | null, processTime: number | null, ipAddress: string | null, userId: string | null, userName: string | null, accountId: string | null, instanceId: string | null, instanceName: string | null, requestMethod: string | null, requestURI: string | null, elementTags: Array<string>, instanceTags: Array<string> } & { ' $fragmentName'?: 'CallRowFragment' };

export type EventRowFragment = { id: string, timestamp: string, masked: Array<MaskedField>, category: string, action: string, description: string | null, username: string | null, ipAddress: string | null } & { ' $fragmentName'?: 'EventRowFragment' };

export type LiveActivitySubscriptionVariables = Exact<{
  filter?: TimelineFilter | null | undefined;
  since?: string | null | undefined;
  resumeFrom?: string | null | undefined;
}>;


export type LiveActivitySubscription = { activity: { cursor: string, edges: Array<{ node:
        | (
          { id: string, timestamp: string, kind: 'Event' }
          & { ' $fragmentRefs'?: { 'EventRowFragment': EventRowFragment } }
        )
        | (
          { id: string, timestamp: string, kind: 'UsageRecord' }
          & { ' $fragmentRefs'?: { 'CallRowFragment': CallRowFragment } }
        )
       }>, coverage: Array<{ source: Source, status: CoverageStatus, from: string, to: string, code: CoverageCode | null, reason: string | null }> } };

export type CallBreakdownQueryVariables = Exact<{
  by: Array<UsageDimension> | UsageDimension;
  range: DateTimeRange;
  filter?: UsageRecordFilter | null | undefined;
  interval: Interval;
  timeZone: string;
  top: number;
}>;


export type CallBreakdownQuery = { total: { groups: Array<{ buckets: Array<{ timestamp: string, end: string, count: number, statuses: { id: string, failed: number } }> | null }>, other: { buckets: Array<{ timestamp: string, end: string, count: number, statuses: { id: string, failed: number } }> | null } | null } | null, usageBreakdown: { groups: Array<{ ' $fragmentRefs'?: { 'CallGroupFragment': CallGroupFragment } }>, other: { ' $fragmentRefs'?: { 'CallGroupFragment': CallGroupFragment } } | null, coverage: Array<{ ' $fragmentRefs'?: { 'CoverageFieldsFragment': CoverageFieldsFragment } }> } | null };

export type CallGroupFragment = { count: number, key: Array<{ dimension: UsageDimension, value: string | null }>, statuses: { id: string, failed: number }, processTime: { p95: number } | null, buckets: Array<{ timestamp: string, end: string, count: number, statuses: { id: string, failed: number }, processTime: { p95: number } | null }> | null } & { ' $fragmentName'?: 'CallGroupFragment' };

export type EventGroupsQueryVariables = Exact<{
  by: Array<EventDimension> | EventDimension;
  range: DateTimeRange;
  filter?: EventFilter | null | undefined;
  interval: Interval;
  timeZone: string;
  top: number;
  withTotal: boolean;
}>;


export type EventGroupsQuery = { total?: { groups: Array<{ buckets: Array<{ timestamp: string, end: string, count: number }> | null }>, other: { buckets: Array<{ timestamp: string, end: string, count: number }> | null } | null } | null, eventBreakdown: { groups: Array<{ ' $fragmentRefs'?: { 'EventGroupFieldsFragment': EventGroupFieldsFragment } }>, other: { ' $fragmentRefs'?: { 'EventGroupFieldsFragment': EventGroupFieldsFragment } } | null, coverage: Array<{ ' $fragmentRefs'?: { 'CoverageFieldsFragment': CoverageFieldsFragment } }> } | null };

export type EventGroupFieldsFragment = { count: number, key: Array<{ dimension: EventDimension, value: string | null }>, buckets: Array<{ timestamp: string, end: string, count: number }> | null } & { ' $fragmentName'?: 'EventGroupFieldsFragment' };

export type CallStretchQueryVariables = Exact<{
  range: DateTimeRange;
  filter?: UsageRecordFilter | null | undefined;
  withPersonal: boolean;
}>;


export type CallStretchQuery = { status: (
    { from: string, to: string, coverage: Array<{ ' $fragmentRefs'?: { 'CoverageFieldsFragment': CoverageFieldsFragment } }> }
    & { ' $fragmentRefs'?: { 'CallCountsFragment': CallCountsFragment } }
  ) | null, element: { ' $fragmentRefs'?: { 'CallCountsFragment': CallCountsFragment } } | null, api: { ' $fragmentRefs'?: { 'CallCountsFragment': CallCountsFragment } } | null, code: { ' $fragmentRefs'?: { 'CallCountsFragment': CallCountsFragment } } | null, method: { ' $fragmentRefs'?: { 'CallCountsFragment': CallCountsFragment } } | null, account: { ' $fragmentRefs'?: { 'CallCountsFragment': CallCountsFragment } } | null, user: { ' $fragmentRefs'?: { 'CallCountsFragment': CallCountsFragment } } | null, instance: { ' $fragmentRefs'?: { 'CallCountsFragment': CallCountsFragment } } | null, tag: { ' $fragmentRefs'?: { 'CallCountsFragment': CallCountsFragment } } | null, ip?: { ' $fragmentRefs'?: { 'CallCountsFragment': CallCountsFragment } } | null };

export type CallCountsFragment = { groups: Array<{ count: number, key: Array<{ dimension: UsageDimension, value: string | null }> }>, other: { count: number } | null } & { ' $fragmentName'?: 'CallCountsFragment' };

export type EventStretchQueryVariables = Exact<{
  range: DateTimeRange;
  filter?: EventFilter | null | undefined;
  withPersonal: boolean;
}>;


export type EventStretchQuery = { category: (
    { from: string, to: string, coverage: Array<{ ' $fragmentRefs'?: { 'CoverageFieldsFragment': CoverageFieldsFragment } }> }
    & { ' $fragmentRefs'?: { 'EventCountsFragment': EventCountsFragment } }
  ) | null, action: { ' $fragmentRefs'?: { 'EventCountsFragment': EventCountsFragment } } | null, user?: { ' $fragmentRefs'?: { 'EventCountsFragment': EventCountsFragment } } | null, ip?: { ' $fragmentRefs'?: { 'EventCountsFragment': EventCountsFragment } } | null };

export type EventCountsFragment = { groups: Array<{ count: number, key: Array<{ dimension: EventDimension, value: string | null }> }>, other: { count: number } | null } & { ' $fragmentName'?: 'EventCountsFragment' };

export type EventsPageQueryVariables = Exact<{
  range: DateTimeRange;
  filter?: EventFilter | null | undefined;
  first: number;
  after?: string | null | undefined;
}>;


export type EventsPageQuery = { events: { nodes: Array<(
      { id: string, timestamp: string, kind: 'Event' }
      & { ' $fragmentRefs'?: { 'EventRowFragment': EventRowFragment } }
    )>, pageInfo: { hasNextPage: boolean, endCursor: string | null }, coverage: Array<{ ' $fragmentRefs'?: { 'CoverageFieldsFragment': CoverageFieldsFragment } }> } | null };

export type EventsTotalQueryVariables = Exact<{
  range: DateTimeRange;
  filter?: EventFilter | null | undefined;
}>;


export type EventsTotalQuery = { events: { totalCount: { value: number, accuracy: CountAccuracy } | null } | null };

export type CallsPageQueryVariables = Exact<{
  range: DateTimeRange;
  filter?: UsageRecordFilter | null | undefined;
  first: number;
  after?: string | null | undefined;
}>;


export type CallsPageQuery = { usageRecords: { nodes: Array<(
      { id: string, timestamp: string, kind: 'UsageRecord' }
      & { ' $fragmentRefs'?: { 'CallRowFragment': CallRowFragment } }
    )>, pageInfo: { hasNextPage: boolean, endCursor: string | null }, coverage: Array<{ ' $fragmentRefs'?: { 'CoverageFieldsFragment': CoverageFieldsFragment } }> } | null };

export type CallsTotalQueryVariables = Exact<{
  range: DateTimeRange;
  filter?: UsageRecordFilter | null | undefined;
}>;


export type CallsTotalQuery = { usageRecords: { totalCount: { value: number, accuracy: CountAccuracy } | null } | null };

export type OverviewCallsQueryVariables = Exact<{
  range: DateTimeRange;
  interval: Interval;
  timeZone: string;
  compare: boolean;
}>;


export type OverviewCallsQuery = { usageAnalytics: { id: string, totals: { id: string, count: number | null }, buckets: Array<{ id: string, timestamp: string, end: string, cut: boolean, filling: boolean, count: number | null }>, previous?: { id: string, totals: { id: string, count: number | null }, buckets: Array<{ id: string, count: number | null }> } | null, coverage: Array<{ ' $fragmentRefs'?: { 'CoverageFieldsFragment': CoverageFieldsFragment } }> } | null };

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


export type OverviewStatusesQuery = { usageAnalytics: { id: string, totals: { id: string, successRate: number | null, statuses: { id: string, success: number, failed: number } | null }, buckets: Array<{ id: string, timestamp: string, end: string, cut: boolean, filling: boolean, statuses: { id: string, success: number, failed: number } | null }>, previous?: { id: string, totals: { id: string, successRate: number | null, statuses: { id: string, failed: number } | null } } | null, coverage: Array<{ ' $fragmentRefs'?: { 'CoverageFieldsFragment': CoverageFieldsFragment } }> } | null };

export type OverviewTimesQueryVariables = Exact<{
  range: DateTimeRange;
  interval: Interval;
  timeZone: string;
  compare: boolean;
}>;


export type OverviewTimesQuery = { usageAnalytics: { id: string, totals: { id: string, processTime: { id: string, avg: number, min: number, max: number } | null }, buckets: Array<{ id: string, timestamp: string, end: string, cut: boolean, filling: boolean, processTime: { id: string, avg: number, min: number, max: number } | null }>, previous?: { id: string, totals: { id: string, processTime: { id: string, avg: number } | null }, buckets: Array<{ id: string, processTime: { id: string, avg: number } | null }> } | null, coverage: Array<{ ' $fragmentRefs'?: { 'CoverageFieldsFragment': CoverageFieldsFragment } }> } | null };

export type TimelinePageQueryVariables = Exact<{
  range: DateTimeRange;
  filter?: TimelineFilter | null | undefined;
  first: number;
  after?: string | null | undefined;
}>;


export type TimelinePageQuery = { timeline: { nodes: Array<
      | (
        { id: string, timestamp: string, kind: 'Event' }
        & { ' $fragmentRefs'?: { 'EventRowFragment': EventRowFragment } }
      )
      | (
        { id: string, timestamp: string, kind: 'UsageRecord' }
        & { ' $fragmentRefs'?: { 'CallRowFragment': CallRowFragment } }
      )
    >, pageInfo: { hasNextPage: boolean, endCursor: string | null }, coverage: Array<{ ' $fragmentRefs'?: { 'CoverageFieldsFragment': CoverageFieldsFragment } }> } | null };

export type TimelineTotalQueryVariables = Exact<{
  range: DateTimeRange;
  filter?: TimelineFilter | null | undefined;
}>;


export type TimelineTotalQuery = { timeline: { totalCount: { value: number, accuracy: CountAccuracy } | null } | null };

export type CoverageFieldsFragment = { source: Source, operation: string | null, from: string, to: string, status: CoverageStatus, code: CoverageCode | null, reason: string | null, origin: CoverageOrigin, asOf: string | null, scanned: number | null, matched: number | null, dropped: number } & { ' $fragmentName'?: 'CoverageFieldsFragment' };

export type ActivityRibbonQueryVariables = Exact<{
  range: DateTimeRange;
  interval: Interval;
  timeZone: string;
}>;


export type ActivityRibbonQuery = { usageAnalytics: { id: string, buckets: Array<{ id: string, timestamp: string, end: string, filling: boolean, count: number | null, statuses: { id: string, failed: number } | null }>, coverage: Array<{ ' $fragmentRefs'?: { 'CoverageFieldsFragment': CoverageFieldsFragment } }> } | null };

export type EventCategoriesQueryVariables = Exact<{
  range: DateTimeRange;
  interval: Interval;
  timeZone: string;
}>;


export type EventCategoriesQuery = { eventBreakdown: { from: string, to: string, groups: Array<{ count: number, key: Array<{ value: string | null }>, buckets: Array<{ timestamp: string, end: string, count: number }> | null }>, other: { count: number, buckets: Array<{ count: number }> | null } | null, coverage: Array<{ ' $fragmentRefs'?: { 'CoverageFieldsFragment': CoverageFieldsFragment } }> } | null };

export type ServiceStateQueryVariables = Exact<{ [key: string]: never; }>;


export type ServiceStateQuery = { service: { version: string, now: string, limits: { maxPageSize: number, maxScannedRows: number, maxBuckets: number }, sources: Array<{ source: Source, configured: boolean, healthy: boolean | null, retention: string | null, settlesAfter: string }>, archive: { sources: Array<{ source: Source, rows: number }> } | null } | null, viewer: { scopes: Array<string> } | null };

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
export const FirstLogInFragmentDoc = new TypedDocumentString(`
    fragment FirstLogIn on EventConnection {
  nodes {
    id
    timestamp
    username
    ipAddress
  }
  coverage {
    ...CoverageFields
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
}`, {"fragmentName":"FirstLogIn"}) as unknown as TypedDocumentString<FirstLogInFragment, unknown>;
export const CallDetailFragmentDoc = new TypedDocumentString(`
    fragment CallDetail on UsageRecord {
  id
  timestamp
  masked
  recordId
  ipAddress
  requestStatus
  requestStatusText
  responseStatus
  processTime
  vendorProcessTime
  platformProcessTime
  elementKey
  elementName
  elementApi
  elementTags
  elementResource
  vendorResource
  instanceId
  instanceName
  instanceTags
  provisionName
  accountId
  accountName
  companyId
  companyName
  userId
  userName
  requestId
  requestMethod
  requestURI
  requestIP
  firstSeenAt
}
    `, {"fragmentName":"CallDetail"}) as unknown as TypedDocumentString<CallDetailFragment, unknown>;
export const EventDetailFragmentDoc = new TypedDocumentString(`
    fragment EventDetail on Event {
  id
  timestamp
  masked
  eventId
  category
  action
  description
  username
  ipAddress
  firstSeenAt
}
    `, {"fragmentName":"EventDetail"}) as unknown as TypedDocumentString<EventDetailFragment, unknown>;
export const FacetFieldsFragmentDoc = new TypedDocumentString(`
    fragment FacetFields on Facet {
  values {
    value
    count
  }
}
    `, {"fragmentName":"FacetFields"}) as unknown as TypedDocumentString<FacetFieldsFragment, unknown>;
export const CallRowFragmentDoc = new TypedDocumentString(`
    fragment CallRow on UsageRecord {
  id
  timestamp
  masked
  requestStatus
  requestStatusText
  elementKey
  elementApi
  responseStatus
  processTime
  ipAddress
  userId
  userName
  accountId
  instanceId
  instanceName
  requestMethod
  requestURI
  elementTags
  instanceTags
}
    `, {"fragmentName":"CallRow"}) as unknown as TypedDocumentString<CallRowFragment, unknown>;
export const EventRowFragmentDoc = new TypedDocumentString(`
    fragment EventRow on Event {
  id
  timestamp
  masked
  category
  action
  description
  username
  ipAddress
}
    `, {"fragmentName":"EventRow"}) as unknown as TypedDocumentString<EventRowFragment, unknown>;
export const CallGroupFragmentDoc = new TypedDocumentString(`
    fragment CallGroup on UsageGroup {
  key {
    dimension
    value
  }
  count
  statuses {
    id
    failed
  }
  processTime {
    p95
  }
  buckets {
    timestamp
    end
    count
    statuses {
      id
      failed
    }
    processTime {
      p95
    }
  }
}
    `, {"fragmentName":"CallGroup"}) as unknown as TypedDocumentString<CallGroupFragment, unknown>;
export const EventGroupFieldsFragmentDoc = new TypedDocumentString(`
    fragment EventGroupFields on EventGroup {
  key {
    dimension
    value
  }
  count
  buckets {
    timestamp
    end
    count
  }
}
    `, {"fragmentName":"EventGroupFields"}) as unknown as TypedDocumentString<EventGroupFieldsFragment, unknown>;
export const CallCountsFragmentDoc = new TypedDocumentString(`
    fragment CallCounts on UsageBreakdown {
  groups {
    key {
      dimension
      value
    }
    count
  }
  other {
    count
  }
}
    `, {"fragmentName":"CallCounts"}) as unknown as TypedDocumentString<CallCountsFragment, unknown>;
export const EventCountsFragmentDoc = new TypedDocumentString(`
    fragment EventCounts on EventBreakdown {
  groups {
    key {
      dimension
      value
    }
    count
  }
  other {
    count
  }
}
    `, {"fragmentName":"EventCounts"}) as unknown as TypedDocumentString<EventCountsFragment, unknown>;
export const AfterwardsDocument = new TypedDocumentString(`
    query Afterwards($range: DateTimeRange!, $user: EventFilter!, $address: EventFilter!, $withUser: Boolean!, $withAddress: Boolean!) {
  ofUser: events(range: $range, last: 1, filter: $user) @include(if: $withUser) {
    ...FirstLogIn
  }
  fromAddress: events(range: $range, last: 1, filter: $address) @include(if: $withAddress) {
    ...FirstLogIn
  }
}
    fragment FirstLogIn on EventConnection {
  nodes {
    id
    timestamp
    username
    ipAddress
  }
  coverage {
    ...CoverageFields
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
}`) as unknown as TypedDocumentString<AfterwardsQuery, AfterwardsQueryVariables>;
export const EntryDocument = new TypedDocumentString(`
    query Entry($id: ID!) {
  node(id: $id) {
    kind: __typename
    id
    ... on UsageRecord {
      ...CallDetail
    }
    ... on Event {
      ...EventDetail
    }
  }
}
    fragment CallDetail on UsageRecord {
  id
  timestamp
  masked
  recordId
  ipAddress
  requestStatus
  requestStatusText
  responseStatus
  processTime
  vendorProcessTime
  platformProcessTime
  elementKey
  elementName
  elementApi
  elementTags
  elementResource
  vendorResource
  instanceId
  instanceName
  instanceTags
  provisionName
  accountId
  accountName
  companyId
  companyName
  userId
  userName
  requestId
  requestMethod
  requestURI
  requestIP
  firstSeenAt
}
fragment EventDetail on Event {
  id
  timestamp
  masked
  eventId
  category
  action
  description
  username
  ipAddress
  firstSeenAt
}`) as unknown as TypedDocumentString<EntryQuery, EntryQueryVariables>;
export const CallFacetDocument = new TypedDocumentString(`
    query CallFacet($range: DateTimeRange!, $filter: UsageRecordFilter, $by: [UsageDimension!]!) {
  usageBreakdown(range: $range, filter: $filter, by: $by, top: 50) {
    groups {
      key {
        dimension
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
}`) as unknown as TypedDocumentString<CallFacetQuery, CallFacetQueryVariables>;
export const EventFacetsDocument = new TypedDocumentString(`
    query EventFacets($range: DateTimeRange!, $filter: EventFilter) {
  eventFacets(range: $range, filter: $filter, top: 50) {
    categories {
      ...FacetFields
    }
    actions {
      ...FacetFields
    }
    usernames {
      ...FacetFields
    }
    ipAddresses {
      ...FacetFields
    }
    coverage {
      ...CoverageFields
    }
  }
}
    fragment FacetFields on Facet {
  values {
    value
    count
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
}`) as unknown as TypedDocumentString<EventFacetsQuery, EventFacetsQueryVariables>;
export const RelatedEntriesDocument = new TypedDocumentString(`
    query RelatedEntries($id: ID!, $by: [CorrelationBasis!]!) {
  node(id: $id) {
    kind: __typename
    id
    ... on UsageRecord {
      relatedEvents(by: $by, first: 20) {
        edges {
          basis
          confidence
          node {
            kind: __typename
            id
            timestamp
            ...EventRow
          }
        }
        pageInfo {
          hasNextPage
        }
        coverage {
          ...CoverageFields
        }
      }
    }
    ... on Event {
      relatedUsage(by: $by, first: 20) {
        edges {
          basis
          confidence
          node {
            kind: __typename
            id
            timestamp
            ...CallRow
          }
        }
        pageInfo {
          hasNextPage
        }
        coverage {
          ...CoverageFields
        }
      }
    }
  }
}
    fragment CallRow on UsageRecord {
  id
  timestamp
  masked
  requestStatus
  requestStatusText
  elementKey
  elementApi
  responseStatus
  processTime
  ipAddress
  userId
  userName
  accountId
  instanceId
  instanceName
  requestMethod
  requestURI
  elementTags
  instanceTags
}
fragment EventRow on Event {
  id
  timestamp
  masked
  category
  action
  description
  username
  ipAddress
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
}`) as unknown as TypedDocumentString<RelatedEntriesQuery, RelatedEntriesQueryVariables>;
export const LiveActivityDocument = new TypedDocumentString(`
    subscription LiveActivity($filter: TimelineFilter, $since: DateTime, $resumeFrom: String) {
  activity(filter: $filter, since: $since, resumeFrom: $resumeFrom) {
    edges {
      node {
        kind: __typename
        id
        timestamp
        ...CallRow
        ...EventRow
      }
    }
    cursor
    coverage {
      source
      status
      from
      to
      code
      reason
    }
  }
}
    fragment CallRow on UsageRecord {
  id
  timestamp
  masked
  requestStatus
  requestStatusText
  elementKey
  elementApi
  responseStatus
  processTime
  ipAddress
  userId
  userName
  accountId
  instanceId
  instanceName
  requestMethod
  requestURI
  elementTags
  instanceTags
}
fragment EventRow on Event {
  id
  timestamp
  masked
  category
  action
  description
  username
  ipAddress
}`) as unknown as TypedDocumentString<LiveActivitySubscription, LiveActivitySubscriptionVariables>;
export const CallBreakdownDocument = new TypedDocumentString(`
    query CallBreakdown($by: [UsageDimension!]!, $range: DateTimeRange!, $filter: UsageRecordFilter, $interval: Interval!, $timeZone: TimeZone!, $top: Int!) {
  total: usageBreakdown(
    by: [STATUS]
    range: $range
    filter: $filter
    interval: $interval
    timeZone: $timeZone
    top: 20
  ) {
    groups {
      buckets {
        timestamp
        end
        count
        statuses {
          id
          failed
        }
      }
    }
    other {
      buckets {
        timestamp
        end
        count
        statuses {
          id
          failed
        }
      }
    }
  }
  usageBreakdown(
    by: $by
    range: $range
    filter: $filter
    interval: $interval
    timeZone: $timeZone
    top: $top
  ) {
    groups {
      ...CallGroup
    }
    other {
      ...CallGroup
    }
    coverage {
      ...CoverageFields
    }
  }
}
    fragment CallGroup on UsageGroup {
  key {
    dimension
    value
  }
  count
  statuses {
    id
    failed
  }
  processTime {
    p95
  }
  buckets {
    timestamp
    end
    count
    statuses {
      id
      failed
    }
    processTime {
      p95
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
}`) as unknown as TypedDocumentString<CallBreakdownQuery, CallBreakdownQueryVariables>;
export const EventGroupsDocument = new TypedDocumentString(`
    query EventGroups($by: [EventDimension!]!, $range: DateTimeRange!, $filter: EventFilter, $interval: Interval!, $timeZone: TimeZone!, $top: Int!, $withTotal: Boolean!) {
  total: eventBreakdown(
    by: [CATEGORY]
    range: $range
    filter: $filter
    interval: $interval
    timeZone: $timeZone
    top: 20
  ) @include(if: $withTotal) {
    groups {
      buckets {
        timestamp
        end
        count
      }
    }
    other {
      buckets {
        timestamp
        end
        count
      }
    }
  }
  eventBreakdown(
    by: $by
    range: $range
    filter: $filter
    interval: $interval
    timeZone: $timeZone
    top: $top
  ) {
    groups {
      ...EventGroupFields
    }
    other {
      ...EventGroupFields
    }
    coverage {
      ...CoverageFields
    }
  }
}
    fragment EventGroupFields on EventGroup {
  key {
    dimension
    value
  }
  count
  buckets {
    timestamp
    end
    count
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
}`) as unknown as TypedDocumentString<EventGroupsQuery, EventGroupsQueryVariables>;
export const CallStretchDocument = new TypedDocumentString(`
    query CallStretch($range: DateTimeRange!, $filter: UsageRecordFilter, $withPersonal: Boolean!) {
  status: usageBreakdown(by: [STATUS], range: $range, filter: $filter, top: 200) {
    from
    to
    ...CallCounts
    coverage {
      ...CoverageFields
    }
  }
  element: usageBreakdown(by: [ELEMENT], range: $range, filter: $filter, top: 200) {
    ...CallCounts
  }
  api: usageBreakdown(by: [API], range: $range, filter: $filter, top: 200) {
    ...CallCounts
  }
  code: usageBreakdown(
    by: [RESPONSE_STATUS]
    range: $range
    filter: $filter
    top: 200
  ) {
    ...CallCounts
  }
  method: usageBreakdown(by: [METHOD], range: $range, filter: $filter, top: 200) {
    ...CallCounts
  }
  account: usageBreakdown(by: [ACCOUNT], range: $range, filter: $filter, top: 200) {
    ...CallCounts
  }
  user: usageBreakdown(by: [USER], range: $range, filter: $filter, top: 200) {
    ...CallCounts
  }
  instance: usageBreakdown(
    by: [INSTANCE]
    range: $range
    filter: $filter
    top: 200
  ) {
    ...CallCounts
  }
  tag: usageBreakdown(by: [TAG], range: $range, filter: $filter, top: 200) {
    ...CallCounts
  }
  ip: usageBreakdown(by: [IP_ADDRESS], range: $range, filter: $filter, top: 200) @include(if: $withPersonal) {
    ...CallCounts
  }
}
    fragment CallCounts on UsageBreakdown {
  groups {
    key {
      dimension
      value
    }
    count
  }
  other {
    count
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
}`) as unknown as TypedDocumentString<CallStretchQuery, CallStretchQueryVariables>;
export const EventStretchDocument = new TypedDocumentString(`
    query EventStretch($range: DateTimeRange!, $filter: EventFilter, $withPersonal: Boolean!) {
  category: eventBreakdown(
    by: [CATEGORY]
    range: $range
    filter: $filter
    top: 200
  ) {
    from
    to
    ...EventCounts
    coverage {
      ...CoverageFields
    }
  }
  action: eventBreakdown(by: [ACTION], range: $range, filter: $filter, top: 200) {
    ...EventCounts
  }
  user: eventBreakdown(by: [USERNAME], range: $range, filter: $filter, top: 200) @include(if: $withPersonal) {
    ...EventCounts
  }
  ip: eventBreakdown(by: [IP_ADDRESS], range: $range, filter: $filter, top: 200) @include(if: $withPersonal) {
    ...EventCounts
  }
}
    fragment EventCounts on EventBreakdown {
  groups {
    key {
      dimension
      value
    }
    count
  }
  other {
    count
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
}`) as unknown as TypedDocumentString<EventStretchQuery, EventStretchQueryVariables>;
export const EventsPageDocument = new TypedDocumentString(`
    query EventsPage($range: DateTimeRange!, $filter: EventFilter, $first: Int!, $after: String) {
  events(range: $range, filter: $filter, first: $first, after: $after) {
    nodes {
      kind: __typename
      id
      timestamp
      ...EventRow
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    coverage {
      ...CoverageFields
    }
  }
}
    fragment EventRow on Event {
  id
  timestamp
  masked
  category
  action
  description
  username
  ipAddress
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
}`) as unknown as TypedDocumentString<EventsPageQuery, EventsPageQueryVariables>;
export const EventsTotalDocument = new TypedDocumentString(`
    query EventsTotal($range: DateTimeRange!, $filter: EventFilter) {
  events(range: $range, filter: $filter, first: 1) {
    totalCount {
      value
      accuracy
    }
  }
}
    `) as unknown as TypedDocumentString<EventsTotalQuery, EventsTotalQueryVariables>;
export const CallsPageDocument = new TypedDocumentString(`
    query CallsPage($range: DateTimeRange!, $filter: UsageRecordFilter, $first: Int!, $after: String) {
  usageRecords(range: $range, filter: $filter, first: $first, after: $after) {
    nodes {
      kind: __typename
      id
      timestamp
      ...CallRow
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    coverage {
      ...CoverageFields
    }
  }
}
    fragment CallRow on UsageRecord {
  id
  timestamp
  masked
  requestStatus
  requestStatusText
  elementKey
  elementApi
  responseStatus
  processTime
  ipAddress
  userId
  userName
  accountId
  instanceId
  instanceName
  requestMethod
  requestURI
  elementTags
  instanceTags
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
}`) as unknown as TypedDocumentString<CallsPageQuery, CallsPageQueryVariables>;
export const CallsTotalDocument = new TypedDocumentString(`
    query CallsTotal($range: DateTimeRange!, $filter: UsageRecordFilter) {
  usageRecords(range: $range, filter: $filter, first: 1) {
    totalCount {
      value
      accuracy
    }
  }
}
    `) as unknown as TypedDocumentString<CallsTotalQuery, CallsTotalQueryVariables>;
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
        statuses {
          id
          failed
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
export const TimelinePageDocument = new TypedDocumentString(`
    query TimelinePage($range: DateTimeRange!, $filter: TimelineFilter, $first: Int!, $after: String) {
  timeline(range: $range, filter: $filter, first: $first, after: $after) {
    nodes {
      kind: __typename
      id
      timestamp
      ...CallRow
      ...EventRow
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    coverage {
      ...CoverageFields
    }
  }
}
    fragment CallRow on UsageRecord {
  id
  timestamp
  masked
  requestStatus
  requestStatusText
  elementKey
  elementApi
  responseStatus
  processTime
  ipAddress
  userId
  userName
  accountId
  instanceId
  instanceName
  requestMethod
  requestURI
  elementTags
  instanceTags
}
fragment EventRow on Event {
  id
  timestamp
  masked
  category
  action
  description
  username
  ipAddress
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
}`) as unknown as TypedDocumentString<TimelinePageQuery, TimelinePageQueryVariables>;
export const TimelineTotalDocument = new TypedDocumentString(`
    query TimelineTotal($range: DateTimeRange!, $filter: TimelineFilter) {
  timeline(range: $range, filter: $filter, first: 1) {
    totalCount {
      value
      accuracy
    }
  }
}
    `) as unknown as TypedDocumentString<TimelineTotalQuery, TimelineTotalQueryVariables>;
export const ActivityRibbonDocument = new TypedDocumentString(`
    query ActivityRibbon($range: DateTimeRange!, $interval: Interval!, $timeZone: TimeZone!) {
  usageAnalytics(range: $range, interval: $interval, timeZone: $timeZone) {
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
export const EventCategoriesDocument = new TypedDocumentString(`
    query EventCategories($range: DateTimeRange!, $interval: Interval!, $timeZone: TimeZone!) {
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
}`) as unknown as TypedDocumentString<EventCategoriesQuery, EventCategoriesQueryVariables>;
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
      settlesAfter
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