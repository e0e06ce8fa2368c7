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
    "\n  query FailedCalls($last: Duration!, $after: String) {\n    usageRecords(range: { last: $last }, filter: { status: FAILED }, first: 100, after: $after) {\n      nodes {\n        timestamp\n        elementKey\n        responseStatus\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      coverage {\n        status\n        reason\n      }\n    }\n  }\n": typeof types.FailedCallsDocument,
    "query BusiestElements($top: Int = 5) {\n  usageAnalytics(range: {last: \"P1D\"}, interval: HOUR) {\n    id\n    buckets {\n      id\n      timestamp\n      elements(top: $top) {\n        elementKey\n        count\n      }\n    }\n    totals {\n      elementCount\n      elements(top: $top) {\n        elementKey\n        count\n      }\n    }\n    coverage {\n      operation\n      status\n    }\n  }\n}": typeof types.BusiestElementsDocument,
    "query CallsByDay($timeZone: TimeZone! = \"UTC\") {\n  usageAnalytics(range: {last: \"P7D\"}, interval: DAY, timeZone: $timeZone) {\n    id\n    buckets {\n      id\n      timestamp\n      end\n      cut\n      filling\n      count\n      statuses {\n        success\n        failed\n      }\n      processTime {\n        avg\n        max\n      }\n    }\n    totals {\n      count\n      successRate\n    }\n    previous {\n      id\n      from\n      to\n      totals {\n        count\n        successRate\n      }\n    }\n    coverage {\n      operation\n      status\n      reason\n    }\n  }\n}": typeof types.CallsByDayDocument,
    "query EventsFromANetwork($network: IP = \"10.0.0.0/8\") {\n  events(range: {last: \"PT1H\"}, filter: {ipAddress: $network}, first: 20) {\n    nodes {\n      timestamp\n      action\n      username\n      ipAddress\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    coverage {\n      status\n      scanned\n      matched\n      code\n    }\n  }\n}": typeof types.EventsFromANetworkDocument,
    "query FailedCallsOfElements($elementKeys: [String!] = [\"googledrive\", \"sfdc\"]) {\n  usageRecords(\n    range: {last: \"P1D\"}\n    filter: {elementKeys: $elementKeys, status: FAILED}\n    first: 50\n  ) {\n    from\n    to\n    edges {\n      cursor\n      node {\n        id\n        timestamp\n        elementKey\n        elementApi\n        instanceName\n        requestStatusText\n        responseStatus\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    coverage {\n      status\n      reason\n    }\n  }\n}": typeof types.FailedCallsOfElementsDocument,
    "query FailedLogins($first: Int = 50, $after: String) {\n  events(\n    range: {last: \"P1D\"}\n    filter: {category: {eq: \"authentication\"}, action: {contains: \"fail\"}}\n    first: $first\n    after: $after\n  ) {\n    nodes {\n      eventId\n      timestamp\n      action\n      username\n      ipAddress\n      description\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    coverage {\n      status\n      scanned\n      matched\n      reason\n    }\n  }\n}": typeof types.FailedLoginsDocument,
    "query LastCalls($first: Int = 20, $after: String) {\n  usageRecords(first: $first, after: $after) {\n    nodes {\n      recordId\n      timestamp\n      elementKey\n      requestMethod\n      requestURI\n      requestStatus\n      processTime\n      ipAddress\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    coverage {\n      status\n      from\n      to\n      reason\n    }\n  }\n}": typeof types.LastCallsDocument,
    "query LatestOfBoth {\n  usageRecords(range: {last: \"PT1H\"}, first: 10) {\n    nodes {\n      ...What\n      elementKey\n      requestStatus\n    }\n    coverage {\n      source\n      status\n      asOf\n    }\n  }\n  events(range: {last: \"PT1H\"}, first: 10) {\n    nodes {\n      ...What\n      category\n      action\n    }\n    coverage {\n      source\n      status\n      asOf\n    }\n  }\n}\n\nfragment What on Activity {\n  id\n  timestamp\n  source\n  ipAddress\n}": typeof types.LatestOfBothDocument,
    "query OldestEventsFirst {\n  events(range: {last: \"P7D\"}, last: 10) {\n    nodes {\n      timestamp\n      category\n      action\n    }\n    pageInfo {\n      hasPreviousPage\n      startCursor\n    }\n  }\n}": typeof types.OldestEventsFirstDocument,
    "query OneRecord($recordId: ID! = \"53e6e0c8e4b067fd19a9d6ab\") {\n  usageRecord(recordId: $recordId) {\n    id\n    recordId\n    usageDate\n    requestStatus\n    elementName\n    elementTags\n    accountId\n    userId\n    processTime\n    vendorProcessTime\n    platformProcessTime\n    requestIP\n    masked\n  }\n}": typeof types.OneRecordDocument,
    "query ServiceStatus {\n  service {\n    version\n    now\n    sources {\n      source\n      configured\n      healthy\n      lastSuccessAt\n      retention\n    }\n    limits {\n      defaultPageSize\n      maxPageSize\n      maxScannedRows\n      maxUpstreamCalls\n    }\n  }\n  viewer {\n    scopes\n  }\n}": typeof types.ServiceStatusDocument,
    "\n  query WalkForward($first: Int, $after: String) {\n    usageRecords(first: $first, after: $after) {\n      ...WalkedPage\n    }\n  }\n\n  fragment WalkedPage on UsageRecordConnection {\n    edges {\n      cursor\n      node {\n        recordId\n      }\n    }\n    pageInfo {\n      hasNextPage\n      hasPreviousPage\n      startCursor\n      endCursor\n    }\n    from\n    to\n  }\n": typeof types.WalkForwardDocument,
    "\n  query WalkBackward($last: Int, $before: String) {\n    usageRecords(last: $last, before: $before) {\n      ...WalkedPage\n    }\n  }\n": typeof types.WalkBackwardDocument,
};
const documents: Documents = {
    "\n  query FailedCalls($last: Duration!, $after: String) {\n    usageRecords(range: { last: $last }, filter: { status: FAILED }, first: 100, after: $after) {\n      nodes {\n        timestamp\n        elementKey\n        responseStatus\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      coverage {\n        status\n        reason\n      }\n    }\n  }\n": types.FailedCallsDocument,
    "query BusiestElements($top: Int = 5) {\n  usageAnalytics(range: {last: \"P1D\"}, interval: HOUR) {\n    id\n    buckets {\n      id\n      timestamp\n      elements(top: $top) {\n        elementKey\n        count\n      }\n    }\n    totals {\n      elementCount\n      elements(top: $top) {\n        elementKey\n        count\n      }\n    }\n    coverage {\n      operation\n      status\n    }\n  }\n}": types.BusiestElementsDocument,
    "query CallsByDay($timeZone: TimeZone! = \"UTC\") {\n  usageAnalytics(range: {last: \"P7D\"}, interval: DAY, timeZone: $timeZone) {\n    id\n    buckets {\n      id\n      timestamp\n      end\n      cut\n      filling\n      count\n      statuses {\n        success\n        failed\n      }\n      processTime {\n        avg\n        max\n      }\n    }\n    totals {\n      count\n      successRate\n    }\n    previous {\n      id\n      from\n      to\n      totals {\n        count\n        successRate\n      }\n    }\n    coverage {\n      operation\n      status\n      reason\n    }\n  }\n}": types.CallsByDayDocument,
    "query EventsFromANetwork($network: IP = \"10.0.0.0/8\") {\n  events(range: {last: \"PT1H\"}, filter: {ipAddress: $network}, first: 20) {\n    nodes {\n      timestamp\n      action\n      username\n      ipAddress\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    coverage {\n      status\n      scanned\n      matched\n      code\n    }\n  }\n}": types.EventsFromANetworkDocument,
    "query FailedCallsOfElements($elementKeys: [String!] = [\"googledrive\", \"sfdc\"]) {\n  usageRecords(\n    range: {last: \"P1D\"}\n    filter: {elementKeys: $elementKeys, status: FAILED}\n    first: 50\n  ) {\n    from\n    to\n    edges {\n      cursor\n      node {\n        id\n        timestamp\n        elementKey\n        elementApi\n        instanceName\n        requestStatusText\n        responseStatus\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    coverage {\n      status\n      reason\n    }\n  }\n}": types.FailedCallsOfElementsDocument,
    "query FailedLogins($first: Int = 50, $after: String) {\n  events(\n    range: {last: \"P1D\"}\n    filter: {category: {eq: \"authentication\"}, action: {contains: \"fail\"}}\n    first: $first\n    after: $after\n  ) {\n    nodes {\n      eventId\n      timestamp\n      action\n      username\n      ipAddress\n      description\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    coverage {\n      status\n      scanned\n      matched\n      reason\n    }\n  }\n}": types.FailedLoginsDocument,
    "query LastCalls($first: Int = 20, $after: String) {\n  usageRecords(first: $first, after: $after) {\n    nodes {\n      recordId\n      timestamp\n      elementKey\n      requestMethod\n      requestURI\n      requestStatus\n      processTime\n      ipAddress\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    coverage {\n      status\n      from\n      to\n      reason\n    }\n  }\n}": types.LastCallsDocument,
    "query LatestOfBoth {\n  usageRecords(range: {last: \"PT1H\"}, first: 10) {\n    nodes {\n      ...What\n      elementKey\n      requestStatus\n    }\n    coverage {\n      source\n      status\n      asOf\n    }\n  }\n  events(range: {last: \"PT1H\"}, first: 10) {\n    nodes {\n      ...What\n      category\n      action\n    }\n    coverage {\n      source\n      status\n      asOf\n    }\n  }\n}\n\nfragment What on Activity {\n  id\n  timestamp\n  source\n  ipAddress\n}": types.LatestOfBothDocument,
    "query OldestEventsFirst {\n  events(range: {last: \"P7D\"}, last: 10) {\n    nodes {\n      timestamp\n      category\n      action\n    }\n    pageInfo {\n      hasPreviousPage\n      startCursor\n    }\n  }\n}": types.OldestEventsFirstDocument,
    "query OneRecord($recordId: ID! = \"53e6e0c8e4b067fd19a9d6ab\") {\n  usageRecord(recordId: $recordId) {\n    id\n    recordId\n    usageDate\n    requestStatus\n    elementName\n    elementTags\n    accountId\n    userId\n    processTime\n    vendorProcessTime\n    platformProcessTime\n    requestIP\n    masked\n  }\n}": types.OneRecordDocument,
    "query ServiceStatus {\n  service {\n    version\n    now\n    sources {\n      source\n      configured\n      healthy\n      lastSuccessAt\n      retention\n    }\n    limits {\n      defaultPageSize\n      maxPageSize\n      maxScannedRows\n      maxUpstreamCalls\n    }\n  }\n  viewer {\n    scopes\n  }\n}": types.ServiceStatusDocument,
    "\n  query WalkForward($first: Int, $after: String) {\n    usageRecords(first: $first, after: $after) {\n      ...WalkedPage\n    }\n  }\n\n  fragment WalkedPage on UsageRecordConnection {\n    edges {\n      cursor\n      node {\n        recordId\n      }\n    }\n    pageInfo {\n      hasNextPage\n      hasPreviousPage\n      startCursor\n      endCursor\n    }\n    from\n    to\n  }\n": types.WalkForwardDocument,
    "\n  query WalkBackward($last: Int, $before: String) {\n    usageRecords(last: $last, before: $before) {\n      ...WalkedPage\n    }\n  }\n": types.WalkBackwardDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query FailedCalls($last: Duration!, $after: String) {\n    usageRecords(range: { last: $last }, filter: { status: FAILED }, first: 100, after: $after) {\n      nodes {\n        timestamp\n        elementKey\n        responseStatus\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      coverage {\n        status\n        reason\n      }\n    }\n  }\n"): typeof import('./graphql.ts').FailedCallsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query BusiestElements($top: Int = 5) {\n  usageAnalytics(range: {last: \"P1D\"}, interval: HOUR) {\n    id\n    buckets {\n      id\n      timestamp\n      elements(top: $top) {\n        elementKey\n        count\n      }\n    }\n    totals {\n      elementCount\n      elements(top: $top) {\n        elementKey\n        count\n      }\n    }\n    coverage {\n      operation\n      status\n    }\n  }\n}"): typeof import('./graphql.ts').BusiestElementsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query CallsByDay($timeZone: TimeZone! = \"UTC\") {\n  usageAnalytics(range: {last: \"P7D\"}, interval: DAY, timeZone: $timeZone) {\n    id\n    buckets {\n      id\n      timestamp\n      end\n      cut\n      filling\n      count\n      statuses {\n        success\n        failed\n      }\n      processTime {\n        avg\n        max\n      }\n    }\n    totals {\n      count\n      successRate\n    }\n    previous {\n      id\n      from\n      to\n      totals {\n        count\n        successRate\n      }\n    }\n    coverage {\n      operation\n      status\n      reason\n    }\n  }\n}"): typeof import('./graphql.ts').CallsByDayDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query EventsFromANetwork($network: IP = \"10.0.0.0/8\") {\n  events(range: {last: \"PT1H\"}, filter: {ipAddress: $network}, first: 20) {\n    nodes {\n      timestamp\n      action\n      username\n      ipAddress\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    coverage {\n      status\n      scanned\n      matched\n      code\n    }\n  }\n}"): typeof import('./graphql.ts').EventsFromANetworkDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query FailedCallsOfElements($elementKeys: [String!] = [\"googledrive\", \"sfdc\"]) {\n  usageRecords(\n    range: {last: \"P1D\"}\n    filter: {elementKeys: $elementKeys, status: FAILED}\n    first: 50\n  ) {\n    from\n    to\n    edges {\n      cursor\n      node {\n        id\n        timestamp\n        elementKey\n        elementApi\n        instanceName\n        requestStatusText\n        responseStatus\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    coverage {\n      status\n      reason\n    }\n  }\n}"): typeof import('./graphql.ts').FailedCallsOfElementsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query FailedLogins($first: Int = 50, $after: String) {\n  events(\n    range: {last: \"P1D\"}\n    filter: {category: {eq: \"authentication\"}, action: {contains: \"fail\"}}\n    first: $first\n    after: $after\n  ) {\n    nodes {\n      eventId\n      timestamp\n      action\n      username\n      ipAddress\n      description\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    coverage {\n      status\n      scanned\n      matched\n      reason\n    }\n  }\n}"): typeof import('./graphql.ts').FailedLoginsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query LastCalls($first: Int = 20, $after: String) {\n  usageRecords(first: $first, after: $after) {\n    nodes {\n      recordId\n      timestamp\n      elementKey\n      requestMethod\n      requestURI\n      requestStatus\n      processTime\n      ipAddress\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    coverage {\n      status\n      from\n      to\n      reason\n    }\n  }\n}"): typeof import('./graphql.ts').LastCallsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query LatestOfBoth {\n  usageRecords(range: {last: \"PT1H\"}, first: 10) {\n    nodes {\n      ...What\n      elementKey\n      requestStatus\n    }\n    coverage {\n      source\n      status\n      asOf\n    }\n  }\n  events(range: {last: \"PT1H\"}, first: 10) {\n    nodes {\n      ...What\n      category\n      action\n    }\n    coverage {\n      source\n      status\n      asOf\n    }\n  }\n}\n\nfragment What on Activity {\n  id\n  timestamp\n  source\n  ipAddress\n}"): typeof import('./graphql.ts').LatestOfBothDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query OldestEventsFirst {\n  events(range: {last: \"P7D\"}, last: 10) {\n    nodes {\n      timestamp\n      category\n      action\n    }\n    pageInfo {\n      hasPreviousPage\n      startCursor\n    }\n  }\n}"): typeof import('./graphql.ts').OldestEventsFirstDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query OneRecord($recordId: ID! = \"53e6e0c8e4b067fd19a9d6ab\") {\n  usageRecord(recordId: $recordId) {\n    id\n    recordId\n    usageDate\n    requestStatus\n    elementName\n    elementTags\n    accountId\n    userId\n    processTime\n    vendorProcessTime\n    platformProcessTime\n    requestIP\n    masked\n  }\n}"): typeof import('./graphql.ts').OneRecordDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query ServiceStatus {\n  service {\n    version\n    now\n    sources {\n      source\n      configured\n      healthy\n      lastSuccessAt\n      retention\n    }\n    limits {\n      defaultPageSize\n      maxPageSize\n      maxScannedRows\n      maxUpstreamCalls\n    }\n  }\n  viewer {\n    scopes\n  }\n}"): typeof import('./graphql.ts').ServiceStatusDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query WalkForward($first: Int, $after: String) {\n    usageRecords(first: $first, after: $after) {\n      ...WalkedPage\n    }\n  }\n\n  fragment WalkedPage on UsageRecordConnection {\n    edges {\n      cursor\n      node {\n        recordId\n      }\n    }\n    pageInfo {\n      hasNextPage\n      hasPreviousPage\n      startCursor\n      endCursor\n    }\n    from\n    to\n  }\n"): typeof import('./graphql.ts').WalkForwardDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query WalkBackward($last: Int, $before: String) {\n    usageRecords(last: $last, before: $before) {\n      ...WalkedPage\n    }\n  }\n"): typeof import('./graphql.ts').WalkBackwardDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
