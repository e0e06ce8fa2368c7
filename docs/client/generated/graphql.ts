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

export type FailedCallsQueryVariables = Exact<{
  last: string;
  after?: string | null | undefined;
}>;


export type FailedCallsQuery = { usageRecords: { nodes: Array<{ timestamp: string, elementKey: string | null, responseStatus: number | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null }, coverage: Array<{ status: CoverageStatus, reason: string | null }> } | null };

export type BusiestElementsQueryVariables = Exact<{
  top?: number | null | undefined;
}>;


export type BusiestElementsQuery = { usageAnalytics: { id: string, buckets: Array<{ id: string, timestamp: string, elements: Array<{ elementKey: string, count: number }> | null }>, totals: { elementCount: number | null, elements: Array<{ elementKey: string, count: number }> | null }, coverage: Array<{ operation: string | null, status: CoverageStatus }> } | null };

export type CallsAfterLockOutsQueryVariables = Exact<{
  within?: string;
}>;


export type CallsAfterLockOutsQuery = { events: { nodes: Array<{ id: string, timestamp: string, username: string | null, ipAddress: string | null, relatedUsage: { edges: Array<{ basis: Array<CorrelationBasis>, confidence: Confidence, node: { id: string, timestamp: string, requestURI: string | null, requestStatus: RequestStatus | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null }, coverage: Array<{ status: CoverageStatus, reason: string | null }> } | null }> } | null };

export type CallsByDayQueryVariables = Exact<{
  timeZone?: string;
}>;


export type CallsByDayQuery = { usageAnalytics: { id: string, buckets: Array<{ id: string, timestamp: string, end: string, cut: boolean, filling: boolean, count: number | null, statuses: { success: number, failed: number } | null, processTime: { avg: number, max: number } | null }>, totals: { count: number | null, successRate: number | null }, previous: { id: string, from: string, to: string, totals: { count: number | null, successRate: number | null } } | null, coverage: Array<{ operation: string | null, status: CoverageStatus, reason: string | null }> } | null };

export type EventsFromANetworkQueryVariables = Exact<{
  network?: string | null | undefined;
}>;


export type EventsFromANetworkQuery = { events: { nodes: Array<{ timestamp: string, action: string, username: string | null, ipAddress: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null }, coverage: Array<{ status: CoverageStatus, scanned: number | null, matched: number | null, code: CoverageCode | null }> } | null };

export type EverythingFromAnAddressQueryVariables = Exact<{
  address?: string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type EverythingFromAnAddressQuery = { timeline: { nodes: Array<
      | { action: string, username: string | null, timestamp: string, source: Source }
      | { elementKey: string | null, requestURI: string | null, requestStatus: RequestStatus | null, timestamp: string, source: Source }
    >, pageInfo: { hasNextPage: boolean, endCursor: string | null }, coverage: Array<{ source: Source, status: CoverageStatus, from: string, to: string, scanned: number | null, matched: number | null, reason: string | null }> } | null };

export type FailedCallsByDayQueryVariables = Exact<{ [key: string]: never; }>;


export type FailedCallsByDayQuery = { usageBreakdown: { groups: Array<{ count: number, key: Array<{ dimension: UsageDimension, value: string | null }>, buckets: Array<{ timestamp: string, count: number }> | null }>, other: { count: number } | null, coverage: Array<{ status: CoverageStatus, from: string, to: string, reason: string | null }> } | null };

export type FailedCallsOfElementsQueryVariables = Exact<{
  elementKeys?: Array<string> | string | null | undefined;
}>;


export type FailedCallsOfElementsQuery = { usageRecords: { from: string, to: string, edges: Array<{ cursor: string, node: { id: string, timestamp: string, elementKey: string | null, elementApi: string | null, instanceName: string | null, requestStatusText: string | null, responseStatus: number | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null }, coverage: Array<{ status: CoverageStatus, reason: string | null }> } | null };

export type FailedLoginsByUserQueryVariables = Exact<{
  action?: string;
}>;


export type FailedLoginsByUserQuery = { eventBreakdown: { groups: Array<{ count: number, firstAt: string, lastAt: string, key: Array<{ value: string | null }> }>, other: { count: number } | null, coverage: Array<{ status: CoverageStatus, from: string, to: string, reason: string | null }> } | null };

export type FailedLoginsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type FailedLoginsQuery = { events: { nodes: Array<{ eventId: string, timestamp: string, action: string, username: string | null, ipAddress: string | null, description: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null }, coverage: Array<{ status: CoverageStatus, scanned: number | null, matched: number | null, reason: string | null }> } | null };

export type LastCallsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type LastCallsQuery = { usageRecords: { nodes: Array<{ recordId: string, timestamp: string, elementKey: string | null, requestMethod: string | null, requestURI: string | null, requestStatus: RequestStatus | null, processTime: number | null, ipAddress: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null }, coverage: Array<{ status: CoverageStatus, from: string, to: string, reason: string | null }> } | null };

export type LatestOfBothQueryVariables = Exact<{ [key: string]: never; }>;


export type LatestOfBothQuery = { usageRecords: { nodes: Array<{ elementKey: string | null, requestStatus: RequestStatus | null, id: string, timestamp: string, source: Source, ipAddress: string | null }>, coverage: Array<{ source: Source, status: CoverageStatus, asOf: string | null }> } | null, events: { nodes: Array<{ category: string, action: string, id: string, timestamp: string, source: Source, ipAddress: string | null }>, coverage: Array<{ source: Source, status: CoverageStatus, asOf: string | null }> } | null };

type What_Event_Fragment = { id: string, timestamp: string, source: Source, ipAddress: string | null };

type What_UsageRecord_Fragment = { id: string, timestamp: string, source: Source, ipAddress: string | null };

export type WhatFragment =
  | What_Event_Fragment
  | What_UsageRecord_Fragment
;

export type OldestEventsFirstQueryVariables = Exact<{ [key: string]: never; }>;


export type OldestEventsFirstQuery = { events: { nodes: Array<{ timestamp: string, category: string, action: string }>, pageInfo: { hasPreviousPage: boolean, startCursor: string | null } } | null };

export type OneRecordQueryVariables = Exact<{
  recordId?: string | number;
}>;


export type OneRecordQuery = { usageRecord: { id: string, recordId: string, usageDate: string, requestStatus: RequestStatus | null, elementName: string | null, elementTags: Array<string>, accountId: string | null, userId: string | null, processTime: number | null, vendorProcessTime: number | null, platformProcessTime: number | null, requestIP: string | null, masked: Array<MaskedField> } | null };

export type ServiceStatusQueryVariables = Exact<{ [key: string]: never; }>;


export type ServiceStatusQuery = { service: { version: string, now: string, sources: Array<{ source: Source, configured: boolean, healthy: boolean | null, lastSuccessAt: string | null, retention: string | null }>, limits: { defaultPageSize: number, maxPageSize: number, maxScannedRows: number, maxUpstreamCalls: number | null } } | null, viewer: { scopes: Array<string> } | null };

export type SlowElementsByDayQueryVariables = Exact<{
  elementKeys?: Array<string> | string | null | undefined;
  timeZone?: string;
}>;


export type SlowElementsByDayQuery = { usageBreakdown: { groups: Array<{ count: number, key: Array<{ value: string | null }>, processTime: { p50: number, p95: number } | null, buckets: Array<{ timestamp: string, count: number, processTime: { p95: number } | null }> | null }>, coverage: Array<{ status: CoverageStatus, from: string, to: string, reason: string | null }> } | null };

export type WhatEventsThereAreQueryVariables = Exact<{
  category?: string;
  top?: number;
}>;


export type WhatEventsThereAreQuery = { eventFacets: { categories: { other: number, missing: number, values: Array<{ value: string, count: number }> } | null, actions: { other: number, missing: number, values: Array<{ value: string, count: number }> } | null, usernames: { other: number, missing: number, values: Array<{ value: string, count: number }> } | null, ipAddresses: { other: number, missing: number, values: Array<{ value: string, count: number }> } | null, coverage: Array<{ status: CoverageStatus, scanned: number | null, reason: string | null }> } | null };

export type MenuFragment = { other: number, missing: number, values: Array<{ value: string, count: number }> };

export type WhatHappenedQueryVariables = Exact<{
  address?: string;
}>;


export type WhatHappenedQuery = { timeline: { nodes: Array<
      | { action: string, username: string | null, timestamp: string }
      | { elementApi: string | null, requestStatus: RequestStatus | null, timestamp: string }
    >, pageInfo: { hasNextPage: boolean }, coverage: Array<{ source: Source, status: CoverageStatus }> } | null };

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
export const WhatFragmentDoc = new TypedDocumentString(`
    fragment What on Activity {
  id
  timestamp
  source
  ipAddress
}
    `, {"fragmentName":"What"}) as unknown as TypedDocumentString<WhatFragment, unknown>;
export const MenuFragmentDoc = new TypedDocumentString(`
    fragment Menu on Facet {
  values {
    value
    count
  }
  other
  missing
}
    `, {"fragmentName":"Menu"}) as unknown as TypedDocumentString<MenuFragment, unknown>;
export const FailedCallsDocument = new TypedDocumentString(`
    query FailedCalls($last: Duration!, $after: String) {
  usageRecords(
    range: { last: $last }
    filter: { status: FAILED }
    first: 100
    after: $after
  ) {
    nodes {
      timestamp
      elementKey
      responseStatus
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    coverage {
      status
      reason
    }
  }
}
    `, {"hash":"sha256:2dfeb345b6664b3ecaf3fc8ab671f9a791bac9f53e95294046b44d2b69c75dee"}) as unknown as TypedDocumentString<FailedCallsQuery, FailedCallsQueryVariables>;
export const BusiestElementsDocument = new TypedDocumentString(`
    query BusiestElements($top: Int = 5) {
  usageAnalytics(range: { last: "P1D" }, interval: HOUR) {
    id
    buckets {
      id
      timestamp
      elements(top: $top) {
        elementKey
        count
      }
    }
    totals {
      elementCount
      elements(top: $top) {
        elementKey
        count
      }
    }
    coverage {
      operation
      status
    }
  }
}
    `, {"hash":"sha256:c81110b49b29a4aa560e7a37c89715e6bee67753217b3bdf3e3d863ea3ca068f"}) as unknown as TypedDocumentString<BusiestElementsQuery, BusiestElementsQueryVariables>;
export const CallsAfterLockOutsDocument = new TypedDocumentString(`
    query CallsAfterLockOuts($within: Duration! = "PT30M") {
  events(
    range: { last: "PT4H" }
    filter: { action: { eq: "user-locked-out" } }
    first: 20
  ) {
    nodes {
      id
      timestamp
      username
      ipAddress
      relatedUsage(within: $within, by: [IP], first: 10) {
        edges {
          node {
            id
            timestamp
            requestURI
            requestStatus
          }
          basis
          confidence
        }
        pageInfo {
          hasNextPage
          endCursor
        }
        coverage {
          status
          reason
        }
      }
    }
  }
}
    `, {"hash":"sha256:912bfce9c446b1d85c1eb3a5b728178aab9908ea31e67f33357291ffab6ccc71"}) as unknown as TypedDocumentString<CallsAfterLockOutsQuery, CallsAfterLockOutsQueryVariables>;
export const CallsByDayDocument = new TypedDocumentString(`
    query CallsByDay($timeZone: TimeZone! = "UTC") {
  usageAnalytics(range: { last: "P7D" }, interval: DAY, timeZone: $timeZone) {
    id
    buckets {
      id
      timestamp
      end
      cut
      filling
      count
      statuses {
        success
        failed
      }
      processTime {
        avg
        max
      }
    }
    totals {
      count
      successRate
    }
    previous {
      id
      from
      to
      totals {
        count
        successRate
      }
    }
    coverage {
      operation
      status
      reason
    }
  }
}
    `, {"hash":"sha256:25fe5d51dfbe4999cfff9841f06f4edc1564eeed84658126dded99c90cce9de9"}) as unknown as TypedDocumentString<CallsByDayQuery, CallsByDayQueryVariables>;
export const EventsFromANetworkDocument = new TypedDocumentString(`
    query EventsFromANetwork($network: IP = "10.0.0.0/8") {
  events(range: { last: "PT1H" }, filter: { ipAddress: $network }, first: 20) {
    nodes {
      timestamp
      action
      username
      ipAddress
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    coverage {
      status
      scanned
      matched
      code
    }
  }
}
    `, {"hash":"sha256:dee029fb9bce4df389a8eb1146dda58ca1bafd6f7a94154a549b28306bbddfd1"}) as unknown as TypedDocumentString<EventsFromANetworkQuery, EventsFromANetworkQueryVariables>;
export const EverythingFromAnAddressDocument = new TypedDocumentString(`
    query EverythingFromAnAddress($address: IP = "45.67.89.178", $first: Int = 100, $after: String) {
  timeline(
    range: { last: "PT4H" }
    filter: { ipAddress: $address }
    first: $first
    after: $after
  ) {
    nodes {
      timestamp
      source
      ... on Event {
        action
        username
      }
      ... on UsageRecord {
        elementKey
        requestURI
        requestStatus
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    coverage {
      source
      status
      from
      to
      scanned
      matched
      reason
    }
  }
}
    `, {"hash":"sha256:2723d2461946a502ae6e25fe7b464c2125af99577c44d86e9e8938f11abf147b"}) as unknown as TypedDocumentString<EverythingFromAnAddressQuery, EverythingFromAnAddressQueryVariables>;
export const FailedCallsByDayDocument = new TypedDocumentString(`
    query FailedCallsByDay {
  usageBreakdown(
    range: { last: "P7D" }
    filter: { status: FAILED }
    by: [ELEMENT, ACCOUNT]
    interval: DAY
  ) {
    groups {
      key {
        dimension
        value
      }
      count
      buckets {
        timestamp
        count
      }
    }
    other {
      count
    }
    coverage {
      status
      from
      to
      reason
    }
  }
}
    `, {"hash":"sha256:c51bff27cdfc313d9fa29b05c5daac1f1a2af4caa19b0395e8814ad1c044c3c4"}) as unknown as TypedDocumentString<FailedCallsByDayQuery, FailedCallsByDayQueryVariables>;
export const FailedCallsOfElementsDocument = new TypedDocumentString(`
    query FailedCallsOfElements($elementKeys: [String!] = ["googledrive", "sfdc"]) {
  usageRecords(
    range: { last: "P1D" }
    filter: { elementKeys: $elementKeys, status: FAILED }
    first: 50
  ) {
    from
    to
    edges {
      cursor
      node {
        id
        timestamp
        elementKey
        elementApi
        instanceName
        requestStatusText
        responseStatus
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    coverage {
      status
      reason
    }
  }
}
    `, {"hash":"sha256:735a420af88d5fdb93658b2be1317dbeeeeb6511984290d023666123190f5a7a"}) as unknown as TypedDocumentString<FailedCallsOfElementsQuery, FailedCallsOfElementsQueryVariables>;
export const FailedLoginsByUserDocument = new TypedDocumentString(`
    query FailedLoginsByUser($action: String! = "user-login-failure") {
  eventBreakdown(
    range: { last: "P1D" }
    filter: { action: { eq: $action } }
    by: [USERNAME]
    top: 10
  ) {
    groups {
      key {
        value
      }
      count
      firstAt
      lastAt
    }
    other {
      count
    }
    coverage {
      status
      from
      to
      reason
    }
  }
}
    `, {"hash":"sha256:fc3b2f70bdc1977c8959bd43fe2f1951348c44346f9a304f8ee7af7965b64858"}) as unknown as TypedDocumentString<FailedLoginsByUserQuery, FailedLoginsByUserQueryVariables>;
export const FailedLoginsDocument = new TypedDocumentString(`
    query FailedLogins($first: Int = 50, $after: String) {
  events(
    range: { last: "P1D" }
    filter: { category: { eq: "authentication" }, action: { contains: "fail" } }
    first: $first
    after: $after
  ) {
    nodes {
      eventId
      timestamp
      action
      username
      ipAddress
      description
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    coverage {
      status
      scanned
      matched
      reason
    }
  }
}
    `, {"hash":"sha256:477ea3193e0ce2948eb3917f0b1c5c73ec90852afa1656fa315ba28b1e4cfb76"}) as unknown as TypedDocumentString<FailedLoginsQuery, FailedLoginsQueryVariables>;
export const LastCallsDocument = new TypedDocumentString(`
    query LastCalls($first: Int = 20, $after: String) {
  usageRecords(first: $first, after: $after) {
    nodes {
      recordId
      timestamp
      elementKey
      requestMethod
      requestURI
      requestStatus
      processTime
      ipAddress
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    coverage {
      status
      from
      to
      reason
    }
  }
}
    `, {"hash":"sha256:3fa83dd77906d2e7e2de13b0d3f8b22d3904795e3ae189b2f83429d426521cac"}) as unknown as TypedDocumentString<LastCallsQuery, LastCallsQueryVariables>;
export const LatestOfBothDocument = new TypedDocumentString(`
    query LatestOfBoth {
  usageRecords(range: { last: "PT1H" }, first: 10) {
    nodes {
      ...What
      elementKey
      requestStatus
    }
    coverage {
      source
      status
      asOf
    }
  }
  events(range: { last: "PT1H" }, first: 10) {
    nodes {
      ...What
      category
      action
    }
    coverage {
      source
      status
      asOf
    }
  }
}
    fragment What on Activity {
  id
  timestamp
  source
  ipAddress
}`, {"hash":"sha256:6a7483aa05266cc0c69eb4965f6feb211755f58c1f8cadd6eed73fd7e539c8ba"}) as unknown as TypedDocumentString<LatestOfBothQuery, LatestOfBothQueryVariables>;
export const OldestEventsFirstDocument = new TypedDocumentString(`
    query OldestEventsFirst {
  events(range: { last: "P7D" }, last: 10) {
    nodes {
      timestamp
      category
      action
    }
    pageInfo {
      hasPreviousPage
      startCursor
    }
  }
}
    `, {"hash":"sha256:98ab05c4762fa9ed6191e0e19e8e49edc826617594852c5714eba679e1901dd9"}) as unknown as TypedDocumentString<OldestEventsFirstQuery, OldestEventsFirstQueryVariables>;
export const OneRecordDocument = new TypedDocumentString(`
    query OneRecord($recordId: ID! = "53e6e0c8e4b067fd19a9d6ab") {
  usageRecord(recordId: $recordId) {
    id
    recordId
    usageDate
    requestStatus
    elementName
    elementTags
    accountId
    userId
    processTime
    vendorProcessTime
    platformProcessTime
    requestIP
    masked
  }
}
    `, {"hash":"sha256:5953268827942820bc0ac80f613383f8ad01016ca6f4285af22bc42f65302c27"}) as unknown as TypedDocumentString<OneRecordQuery, OneRecordQueryVariables>;
export const ServiceStatusDocument = new TypedDocumentString(`
    query ServiceStatus {
  service {
    version
    now
    sources {
      source
      configured
      healthy
      lastSuccessAt
      retention
    }
    limits {
      defaultPageSize
      maxPageSize
      maxScannedRows
      maxUpstreamCalls
    }
  }
  viewer {
    scopes
  }
}
    `, {"hash":"sha256:66b7546086b818386f504376ed1c4cefd7fa5d264ad45c17121cb20cb9422af2"}) as unknown as TypedDocumentString<ServiceStatusQuery, ServiceStatusQueryVariables>;
export const SlowElementsByDayDocument = new TypedDocumentString(`
    query SlowElementsByDay($elementKeys: [String!] = ["box", "hubspot", "quickbooks"], $timeZone: TimeZone! = "Europe/Berlin") {
  usageBreakdown(
    range: { last: "P7D" }
    filter: { elementKeys: $elementKeys }
    by: [ELEMENT]
    interval: DAY
    timeZone: $timeZone
  ) {
    groups {
      key {
        value
      }
      count
      processTime {
        p50
        p95
      }
      buckets {
        timestamp
        count
        processTime {
          p95
        }
      }
    }
    coverage {
      status
      from
      to
      reason
    }
  }
}
    `, {"hash":"sha256:a9512d9a4793507261c2e7b5151af346266f305ba32da4583b213c01f0aa8e03"}) as unknown as TypedDocumentString<SlowElementsByDayQuery, SlowElementsByDayQueryVariables>;
export const WhatEventsThereAreDocument = new TypedDocumentString(`
    query WhatEventsThereAre($category: String! = "authentication", $top: Int! = 5) {
  eventFacets(
    range: { last: "P1D" }
    filter: { category: { eq: $category } }
    top: $top
  ) {
    categories {
      ...Menu
    }
    actions {
      ...Menu
    }
    usernames {
      ...Menu
    }
    ipAddresses {
      ...Menu
    }
    coverage {
      status
      scanned
      reason
    }
  }
}
    fragment Menu on Facet {
  values {
    value
    count
  }
  other
  missing
}`, {"hash":"sha256:fcd30c878eb4721df726483dbdd18f4c16c0fb3208796d8c0abdc8946a5dca39"}) as unknown as TypedDocumentString<WhatEventsThereAreQuery, WhatEventsThereAreQueryVariables>;
export const WhatHappenedDocument = new TypedDocumentString(`
    query WhatHappened($address: IP! = "45.67.89.178") {
  timeline(
    range: { last: "PT3H" }
    filter: {
      ipAddress: $address
      events: { action: { in: ["user-locked-out", "user-login-success"] } }
      usage: { status: FAILED }
    }
  ) {
    nodes {
      timestamp
      ... on Event {
        action
        username
      }
      ... on UsageRecord {
        elementApi
        requestStatus
      }
    }
    pageInfo {
      hasNextPage
    }
    coverage {
      source
      status
    }
  }
}
    `, {"hash":"sha256:a1e44c3a9eef9d4c1be1dd5194257c414aa77cda97efcbb3ad87b9f5fa8d842c"}) as unknown as TypedDocumentString<WhatHappenedQuery, WhatHappenedQueryVariables>;