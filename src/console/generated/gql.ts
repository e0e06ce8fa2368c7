/* eslint-disable */
import * as types from './graphql.ts';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  fragment CallDetail on UsageRecord {\n    id\n    timestamp\n    masked\n    recordId\n    ipAddress\n    requestStatus\n    requestStatusText\n    responseStatus\n    processTime\n    vendorProcessTime\n    platformProcessTime\n    elementKey\n    elementName\n    elementApi\n    elementTags\n    elementResource\n    vendorResource\n    instanceId\n    instanceName\n    instanceTags\n    provisionName\n    accountId\n    accountName\n    companyId\n    companyName\n    userId\n    userName\n    requestId\n    requestMethod\n    requestURI\n    requestIP\n    firstSeenAt\n  }\n": typeof types.CallDetailFragmentDoc,
    "\n  fragment EventDetail on Event {\n    id\n    timestamp\n    masked\n    eventId\n    category\n    action\n    description\n    username\n    ipAddress\n    firstSeenAt\n  }\n": typeof types.EventDetailFragmentDoc,
    "\n  query Entry($id: ID!) {\n    node(id: $id) {\n      __typename\n      id\n      ... on UsageRecord {\n        ...CallDetail\n      }\n      ... on Event {\n        ...EventDetail\n      }\n    }\n  }\n": typeof types.EntryDocument,
    "\n  query CallFacet($range: DateTimeRange!, $filter: UsageRecordFilter, $by: [UsageDimension!]!) {\n    usageBreakdown(range: $range, filter: $filter, by: $by, top: 50) {\n      groups {\n        key {\n          dimension\n          value\n        }\n        count\n      }\n      coverage {\n        ...CoverageFields\n      }\n    }\n  }\n": typeof types.CallFacetDocument,
    "\n  query EventFacets($range: DateTimeRange!, $filter: EventFilter) {\n    eventFacets(range: $range, filter: $filter, top: 50) {\n      categories {\n        ...FacetFields\n      }\n      actions {\n        ...FacetFields\n      }\n      usernames {\n        ...FacetFields\n      }\n      ipAddresses {\n        ...FacetFields\n      }\n      coverage {\n        ...CoverageFields\n      }\n    }\n  }\n": typeof types.EventFacetsDocument,
    "\n  fragment FacetFields on Facet {\n    values {\n      value\n      count\n    }\n  }\n": typeof types.FacetFieldsFragmentDoc,
    "\n  query RelatedEntries($id: ID!, $by: [CorrelationBasis!]!) {\n    node(id: $id) {\n      __typename\n      id\n      ... on UsageRecord {\n        relatedEvents(by: $by, first: 20) {\n          edges {\n            basis\n            confidence\n            node {\n              __typename\n              id\n              timestamp\n              ...EventRow\n            }\n          }\n          pageInfo {\n            hasNextPage\n          }\n          coverage {\n            ...CoverageFields\n          }\n        }\n      }\n      ... on Event {\n        relatedUsage(by: $by, first: 20) {\n          edges {\n            basis\n            confidence\n            node {\n              __typename\n              id\n              timestamp\n              ...CallRow\n            }\n          }\n          pageInfo {\n            hasNextPage\n          }\n          coverage {\n            ...CoverageFields\n          }\n        }\n      }\n    }\n  }\n": typeof types.RelatedEntriesDocument,
    "\n  fragment CallRow on UsageRecord {\n    id\n    timestamp\n    masked\n    requestStatus\n    requestStatusText\n    elementKey\n    elementApi\n    responseStatus\n    processTime\n    ipAddress\n    userId\n    userName\n    accountId\n    instanceId\n    instanceName\n    requestMethod\n    requestURI\n    elementTags\n    instanceTags\n  }\n": typeof types.CallRowFragmentDoc,
    "\n  fragment EventRow on Event {\n    id\n    timestamp\n    masked\n    category\n    action\n    description\n    username\n    ipAddress\n  }\n": typeof types.EventRowFragmentDoc,
    "\n  subscription LiveActivity($filter: TimelineFilter, $since: DateTime, $resumeFrom: String) {\n    activity(filter: $filter, since: $since, resumeFrom: $resumeFrom) {\n      edges {\n        node {\n          __typename\n          id\n          timestamp\n          ...CallRow\n          ...EventRow\n        }\n      }\n      cursor\n      coverage {\n        source\n        status\n        from\n        to\n        code\n        reason\n      }\n    }\n  }\n": typeof types.LiveActivityDocument,
    "\n  query EventsPage($range: DateTimeRange!, $filter: EventFilter, $first: Int!, $after: String) {\n    events(range: $range, filter: $filter, first: $first, after: $after) {\n      nodes {\n        __typename\n        id\n        timestamp\n        ...EventRow\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      coverage {\n        ...CoverageFields\n      }\n    }\n  }\n": typeof types.EventsPageDocument,
    "\n  query EventsTotal($range: DateTimeRange!, $filter: EventFilter) {\n    events(range: $range, filter: $filter, first: 1) {\n      totalCount {\n        value\n        accuracy\n      }\n    }\n  }\n": typeof types.EventsTotalDocument,
    "\n  query CallsPage($range: DateTimeRange!, $filter: UsageRecordFilter, $first: Int!, $after: String) {\n    usageRecords(range: $range, filter: $filter, first: $first, after: $after) {\n      nodes {\n        __typename\n        id\n        timestamp\n        ...CallRow\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      coverage {\n        ...CoverageFields\n      }\n    }\n  }\n": typeof types.CallsPageDocument,
    "\n  query CallsTotal($range: DateTimeRange!, $filter: UsageRecordFilter) {\n    usageRecords(range: $range, filter: $filter, first: 1) {\n      totalCount {\n        value\n        accuracy\n      }\n    }\n  }\n": typeof types.CallsTotalDocument,
    "\n  query TimelinePage($range: DateTimeRange!, $filter: TimelineFilter, $first: Int!, $after: String) {\n    timeline(range: $range, filter: $filter, first: $first, after: $after) {\n      nodes {\n        __typename\n        id\n        timestamp\n        ...CallRow\n        ...EventRow\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      coverage {\n        ...CoverageFields\n      }\n    }\n  }\n": typeof types.TimelinePageDocument,
    "\n  query TimelineTotal($range: DateTimeRange!, $filter: TimelineFilter) {\n    timeline(range: $range, filter: $filter, first: 1) {\n      totalCount {\n        value\n        accuracy\n      }\n    }\n  }\n": typeof types.TimelineTotalDocument,
    "\n  fragment CoverageFields on Coverage {\n    source\n    operation\n    from\n    to\n    status\n    code\n    reason\n    origin\n    asOf\n    scanned\n    matched\n    dropped\n  }\n": typeof types.CoverageFieldsFragmentDoc,
    "\n  query ServiceState {\n    service {\n      version\n      now\n      limits {\n        maxPageSize\n        maxScannedRows\n        maxBuckets\n      }\n      sources {\n        source\n        configured\n        healthy\n        retention\n      }\n      archive {\n        sources {\n          source\n          rows\n        }\n      }\n    }\n    viewer {\n      scopes\n    }\n  }\n": typeof types.ServiceStateDocument,
    "\n  query ActivityRibbon(\n    $range: DateTimeRange!\n    $interval: Interval!\n    $timeZone: TimeZone!\n    $withUsage: Boolean!\n    $withEvents: Boolean!\n  ) {\n    usageAnalytics(range: $range, interval: $interval, timeZone: $timeZone) @include(if: $withUsage) {\n      id\n      buckets {\n        id\n        timestamp\n        end\n        filling\n        count\n        statuses {\n          id\n          failed\n        }\n      }\n      coverage {\n        ...CoverageFields\n      }\n    }\n    eventBreakdown(by: [CATEGORY], range: $range, interval: $interval, timeZone: $timeZone, top: 1)\n      @include(if: $withEvents) {\n      groups {\n        buckets {\n          timestamp\n          end\n          count\n        }\n      }\n      other {\n        buckets {\n          count\n        }\n      }\n      coverage {\n        ...CoverageFields\n      }\n    }\n  }\n": typeof types.ActivityRibbonDocument,
};
const documents: Documents = {
    "\n  fragment CallDetail on UsageRecord {\n    id\n    timestamp\n    masked\n    recordId\n    ipAddress\n    requestStatus\n    requestStatusText\n    responseStatus\n    processTime\n    vendorProcessTime\n    platformProcessTime\n    elementKey\n    elementName\n    elementApi\n    elementTags\n    elementResource\n    vendorResource\n    instanceId\n    instanceName\n    instanceTags\n    provisionName\n    accountId\n    accountName\n    companyId\n    companyName\n    userId\n    userName\n    requestId\n    requestMethod\n    requestURI\n    requestIP\n    firstSeenAt\n  }\n": types.CallDetailFragmentDoc,
    "\n  fragment EventDetail on Event {\n    id\n    timestamp\n    masked\n    eventId\n    category\n    action\n    description\n    username\n    ipAddress\n    firstSeenAt\n  }\n": types.EventDetailFragmentDoc,
    "\n  query Entry($id: ID!) {\n    node(id: $id) {\n      __typename\n      id\n      ... on UsageRecord {\n        ...CallDetail\n      }\n      ... on Event {\n        ...EventDetail\n      }\n    }\n  }\n": types.EntryDocument,
    "\n  query CallFacet($range: DateTimeRange!, $filter: UsageRecordFilter, $by: [UsageDimension!]!) {\n    usageBreakdown(range: $range, filter: $filter, by: $by, top: 50) {\n      groups {\n        key {\n          dimension\n          value\n        }\n        count\n      }\n      coverage {\n        ...CoverageFields\n      }\n    }\n  }\n": types.CallFacetDocument,
    "\n  query EventFacets($range: DateTimeRange!, $filter: EventFilter) {\n    eventFacets(range: $range, filter: $filter, top: 50) {\n      categories {\n        ...FacetFields\n      }\n      actions {\n        ...FacetFields\n      }\n      usernames {\n        ...FacetFields\n      }\n      ipAddresses {\n        ...FacetFields\n      }\n      coverage {\n        ...CoverageFields\n      }\n    }\n  }\n": types.EventFacetsDocument,
    "\n  fragment FacetFields on Facet {\n    values {\n      value\n      count\n    }\n  }\n": types.FacetFieldsFragmentDoc,
    "\n  query RelatedEntries($id: ID!, $by: [CorrelationBasis!]!) {\n    node(id: $id) {\n      __typename\n      id\n      ... on UsageRecord {\n        relatedEvents(by: $by, first: 20) {\n          edges {\n            basis\n            confidence\n            node {\n              __typename\n              id\n              timestamp\n              ...EventRow\n            }\n          }\n          pageInfo {\n            hasNextPage\n          }\n          coverage {\n            ...CoverageFields\n          }\n        }\n      }\n      ... on Event {\n        relatedUsage(by: $by, first: 20) {\n          edges {\n            basis\n            confidence\n            node {\n              __typename\n              id\n              timestamp\n              ...CallRow\n            }\n          }\n          pageInfo {\n            hasNextPage\n          }\n          coverage {\n            ...CoverageFields\n          }\n        }\n      }\n    }\n  }\n": types.RelatedEntriesDocument,
    "\n  fragment CallRow on UsageRecord {\n    id\n    timestamp\n    masked\n    requestStatus\n    requestStatusText\n    elementKey\n    elementApi\n    responseStatus\n    processTime\n    ipAddress\n    userId\n    userName\n    accountId\n    instanceId\n    instanceName\n    requestMethod\n    requestURI\n    elementTags\n    instanceTags\n  }\n": types.CallRowFragmentDoc,
    "\n  fragment EventRow on Event {\n    id\n    timestamp\n    masked\n    category\n    action\n    description\n    username\n    ipAddress\n  }\n": types.EventRowFragmentDoc,
    "\n  subscription LiveActivity($filter: TimelineFilter, $since: DateTime, $resumeFrom: String) {\n    activity(filter: $filter, since: $since, resumeFrom: $resumeFrom) {\n      edges {\n        node {\n          __typename\n          id\n          timestamp\n          ...CallRow\n          ...EventRow\n        }\n      }\n      cursor\n      coverage {\n        source\n        status\n        from\n        to\n        code\n        reason\n      }\n    }\n  }\n": types.LiveActivityDocument,
    "\n  query EventsPage($range: DateTimeRange!, $filter: EventFilter, $first: Int!, $after: String) {\n    events(range: $range, filter: $filter, first: $first, after: $after) {\n      nodes {\n        __typename\n        id\n        timestamp\n        ...EventRow\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      coverage {\n        ...CoverageFields\n      }\n    }\n  }\n": types.EventsPageDocument,
    "\n  query EventsTotal($range: DateTimeRange!, $filter: EventFilter) {\n    events(range: $range, filter: $filter, first: 1) {\n      totalCount {\n        value\n        accuracy\n      }\n    }\n  }\n": types.EventsTotalDocument,
    "\n  query CallsPage($range: DateTimeRange!, $filter: UsageRecordFilter, $first: Int!, $after: String) {\n    usageRecords(range: $range, filter: $filter, first: $first, after: $after) {\n      nodes {\n        __typename\n        id\n        timestamp\n        ...CallRow\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      coverage {\n        ...CoverageFields\n      }\n    }\n  }\n": types.CallsPageDocument,
    "\n  query CallsTotal($range: DateTimeRange!, $filter: UsageRecordFilter) {\n    usageRecords(range: $range, filter: $filter, first: 1) {\n      totalCount {\n        value\n        accuracy\n      }\n    }\n  }\n": types.CallsTotalDocument,
    "\n  query TimelinePage($range: DateTimeRange!, $filter: TimelineFilter, $first: Int!, $after: String) {\n    timeline(range: $range, filter: $filter, first: $first, after: $after) {\n      nodes {\n        __typename\n        id\n        timestamp\n        ...CallRow\n        ...EventRow\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      coverage {\n        ...CoverageFields\n      }\n    }\n  }\n": types.TimelinePageDocument,
    "\n  query TimelineTotal($range: DateTimeRange!, $filter: TimelineFilter) {\n    timeline(range: $range, filter: $filter, first: 1) {\n      totalCount {\n        value\n        accuracy\n      }\n    }\n  }\n": types.TimelineTotalDocument,
    "\n  fragment CoverageFields on Coverage {\n    source\n    operation\n    from\n    to\n    status\n    code\n    reason\n    origin\n    asOf\n    scanned\n    matched\n    dropped\n  }\n": types.CoverageFieldsFragmentDoc,
    "\n  query ServiceState {\n    service {\n      version\n      now\n      limits {\n        maxPageSize\n        maxScannedRows\n        maxBuckets\n      }\n      sources {\n        source\n        configured\n        healthy\n        retention\n      }\n      archive {\n        sources {\n          source\n          rows\n        }\n      }\n    }\n    viewer {\n      scopes\n    }\n  }\n": types.ServiceStateDocument,
    "\n  query ActivityRibbon(\n    $range: DateTimeRange!\n    $interval: Interval!\n    $timeZone: TimeZone!\n    $withUsage: Boolean!\n    $withEvents: Boolean!\n  ) {\n    usageAnalytics(range: $range, interval: $interval, timeZone: $timeZone) @include(if: $withUsage) {\n      id\n      buckets {\n        id\n        timestamp\n        end\n        filling\n        count\n        statuses {\n          id\n          failed\n        }\n      }\n      coverage {\n        ...CoverageFields\n      }\n    }\n    eventBreakdown(by: [CATEGORY], range: $range, interval: $interval, timeZone: $timeZone, top: 1)\n      @include(if: $withEvents) {\n      groups {\n        buckets {\n          timestamp\n          end\n          count\n        }\n      }\n      other {\n        buckets {\n          count\n        }\n      }\n      coverage {\n        ...CoverageFields\n      }\n    }\n  }\n": types.ActivityRibbonDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment CallDetail on UsageRecord {\n    id\n    timestamp\n    masked\n    recordId\n    ipAddress\n    requestStatus\n    requestStatusText\n    responseStatus\n    processTime\n    vendorProcessTime\n    platformProcessTime\n    elementKey\n    elementName\n    elementApi\n    elementTags\n    elementResource\n    vendorResource\n    instanceId\n    instanceName\n    instanceTags\n    provisionName\n    accountId\n    accountName\n    companyId\n    companyName\n    userId\n    userName\n    requestId\n    requestMethod\n    requestURI\n    requestIP\n    firstSeenAt\n  }\n"): typeof import('./graphql.ts').CallDetailFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment EventDetail on Event {\n    id\n    timestamp\n    masked\n    eventId\n    category\n    action\n    description\n    username\n    ipAddress\n    firstSeenAt\n  }\n"): typeof import('./graphql.ts').EventDetailFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Entry($id: ID!) {\n    node(id: $id) {\n      __typename\n      id\n      ... on UsageRecord {\n        ...CallDetail\n      }\n      ... on Event {\n        ...EventDetail\n      }\n    }\n  }\n"): typeof import('./graphql.ts').EntryDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CallFacet($range: DateTimeRange!, $filter: UsageRecordFilter, $by: [UsageDimension!]!) {\n    usageBreakdown(range: $range, filter: $filter, by: $by, top: 50) {\n      groups {\n        key {\n          dimension\n          value\n        }\n        count\n      }\n      coverage {\n        ...CoverageFields\n      }\n    }\n  }\n"): typeof import('./graphql.ts').CallFacetDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query EventFacets($range: DateTimeRange!, $filter: EventFilter) {\n    eventFacets(range: $range, filter: $filter, top: 50) {\n      categories {\n        ...FacetFields\n      }\n      actions {\n        ...FacetFields\n      }\n      usernames {\n        ...FacetFields\n      }\n      ipAddresses {\n        ...FacetFields\n      }\n      coverage {\n        ...CoverageFields\n      }\n    }\n  }\n"): typeof import('./graphql.ts').EventFacetsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment FacetFields on Facet {\n    values {\n      value\n      count\n    }\n  }\n"): typeof import('./graphql.ts').FacetFieldsFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RelatedEntries($id: ID!, $by: [CorrelationBasis!]!) {\n    node(id: $id) {\n      __typename\n      id\n      ... on UsageRecord {\n        relatedEvents(by: $by, first: 20) {\n          edges {\n            basis\n            confidence\n            node {\n              __typename\n              id\n              timestamp\n              ...EventRow\n            }\n          }\n          pageInfo {\n            hasNextPage\n          }\n          coverage {\n            ...CoverageFields\n          }\n        }\n      }\n      ... on Event {\n        relatedUsage(by: $by, first: 20) {\n          edges {\n            basis\n            confidence\n            node {\n              __typename\n              id\n              timestamp\n              ...CallRow\n            }\n          }\n          pageInfo {\n            hasNextPage\n          }\n          coverage {\n            ...CoverageFields\n          }\n        }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').RelatedEntriesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment CallRow on UsageRecord {\n    id\n    timestamp\n    masked\n    requestStatus\n    requestStatusText\n    elementKey\n    elementApi\n    responseStatus\n    processTime\n    ipAddress\n    userId\n    userName\n    accountId\n    instanceId\n    instanceName\n    requestMethod\n    requestURI\n    elementTags\n    instanceTags\n  }\n"): typeof import('./graphql.ts').CallRowFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment EventRow on Event {\n    id\n    timestamp\n    masked\n    category\n    action\n    description\n    username\n    ipAddress\n  }\n"): typeof import('./graphql.ts').EventRowFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription LiveActivity($filter: TimelineFilter, $since: DateTime, $resumeFrom: String) {\n    activity(filter: $filter, since: $since, resumeFrom: $resumeFrom) {\n      edges {\n        node {\n          __typename\n          id\n          timestamp\n          ...CallRow\n          ...EventRow\n        }\n      }\n      cursor\n      coverage {\n        source\n        status\n        from\n        to\n        code\n        reason\n      }\n    }\n  }\n"): typeof import('./graphql.ts').LiveActivityDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query EventsPage($range: DateTimeRange!, $filter: EventFilter, $first: Int!, $after: String) {\n    events(range: $range, filter: $filter, first: $first, after: $after) {\n      nodes {\n        __typename\n        id\n        timestamp\n        ...EventRow\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      coverage {\n        ...CoverageFields\n      }\n    }\n  }\n"): typeof import('./graphql.ts').EventsPageDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query EventsTotal($range: DateTimeRange!, $filter: EventFilter) {\n    events(range: $range, filter: $filter, first: 1) {\n      totalCount {\n        value\n        accuracy\n      }\n    }\n  }\n"): typeof import('./graphql.ts').EventsTotalDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CallsPage($range: DateTimeRange!, $filter: UsageRecordFilter, $first: Int!, $after: String) {\n    usageRecords(range: $range, filter: $filter, first: $first, after: $after) {\n      nodes {\n        __typename\n        id\n        timestamp\n        ...CallRow\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      coverage {\n        ...CoverageFields\n      }\n    }\n  }\n"): typeof import('./graphql.ts').CallsPageDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CallsTotal($range: DateTimeRange!, $filter: UsageRecordFilter) {\n    usageRecords(range: $range, filter: $filter, first: 1) {\n      totalCount {\n        value\n        accuracy\n      }\n    }\n  }\n"): typeof import('./graphql.ts').CallsTotalDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query TimelinePage($range: DateTimeRange!, $filter: TimelineFilter, $first: Int!, $after: String) {\n    timeline(range: $range, filter: $filter, first: $first, after: $after) {\n      nodes {\n        __typename\n        id\n        timestamp\n        ...CallRow\n        ...EventRow\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      coverage {\n        ...CoverageFields\n      }\n    }\n  }\n"): typeof import('./graphql.ts').TimelinePageDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query TimelineTotal($range: DateTimeRange!, $filter: TimelineFilter) {\n    timeline(range: $range, filter: $filter, first: 1) {\n      totalCount {\n        value\n        accuracy\n      }\n    }\n  }\n"): typeof import('./graphql.ts').TimelineTotalDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment CoverageFields on Coverage {\n    source\n    operation\n    from\n    to\n    status\n    code\n    reason\n    origin\n    asOf\n    scanned\n    matched\n    dropped\n  }\n"): typeof import('./graphql.ts').CoverageFieldsFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ServiceState {\n    service {\n      version\n      now\n      limits {\n        maxPageSize\n        maxScannedRows\n        maxBuckets\n      }\n      sources {\n        source\n        configured\n        healthy\n        retention\n      }\n      archive {\n        sources {\n          source\n          rows\n        }\n      }\n    }\n    viewer {\n      scopes\n    }\n  }\n"): typeof import('./graphql.ts').ServiceStateDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ActivityRibbon(\n    $range: DateTimeRange!\n    $interval: Interval!\n    $timeZone: TimeZone!\n    $withUsage: Boolean!\n    $withEvents: Boolean!\n  ) {\n    usageAnalytics(range: $range, interval: $interval, timeZone: $timeZone) @include(if: $withUsage) {\n      id\n      buckets {\n        id\n        timestamp\n        end\n        filling\n        count\n        statuses {\n          id\n          failed\n        }\n      }\n      coverage {\n        ...CoverageFields\n      }\n    }\n    eventBreakdown(by: [CATEGORY], range: $range, interval: $interval, timeZone: $timeZone, top: 1)\n      @include(if: $withEvents) {\n      groups {\n        buckets {\n          timestamp\n          end\n          count\n        }\n      }\n      other {\n        buckets {\n          count\n        }\n      }\n      coverage {\n        ...CoverageFields\n      }\n    }\n  }\n"): typeof import('./graphql.ts').ActivityRibbonDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
