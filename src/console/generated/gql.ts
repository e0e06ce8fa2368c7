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
    "\n  fragment CoverageFields on Coverage {\n    source\n    operation\n    from\n    to\n    status\n    code\n    reason\n    origin\n    asOf\n    scanned\n    matched\n    dropped\n  }\n": typeof types.CoverageFieldsFragmentDoc,
    "\n  query ServiceState {\n    service {\n      version\n      now\n      limits {\n        maxPageSize\n        maxScannedRows\n        maxBuckets\n      }\n      sources {\n        source\n        configured\n        healthy\n        retention\n      }\n      archive {\n        sources {\n          source\n          rows\n        }\n      }\n    }\n    viewer {\n      scopes\n    }\n  }\n": typeof types.ServiceStateDocument,
    "\n  query ActivityRibbon(\n    $range: DateTimeRange!\n    $interval: Interval!\n    $timeZone: TimeZone!\n    $withUsage: Boolean!\n    $withEvents: Boolean!\n  ) {\n    usageAnalytics(range: $range, interval: $interval, timeZone: $timeZone) @include(if: $withUsage) {\n      id\n      buckets {\n        id\n        timestamp\n        end\n        filling\n        count\n        statuses {\n          id\n          failed\n        }\n      }\n      coverage {\n        ...CoverageFields\n      }\n    }\n    eventBreakdown(by: [CATEGORY], range: $range, interval: $interval, timeZone: $timeZone, top: 1)\n      @include(if: $withEvents) {\n      groups {\n        buckets {\n          timestamp\n          end\n          count\n        }\n      }\n      other {\n        buckets {\n          count\n        }\n      }\n      coverage {\n        ...CoverageFields\n      }\n    }\n  }\n": typeof types.ActivityRibbonDocument,
};
const documents: Documents = {
    "\n  fragment CoverageFields on Coverage {\n    source\n    operation\n    from\n    to\n    status\n    code\n    reason\n    origin\n    asOf\n    scanned\n    matched\n    dropped\n  }\n": types.CoverageFieldsFragmentDoc,
    "\n  query ServiceState {\n    service {\n      version\n      now\n      limits {\n        maxPageSize\n        maxScannedRows\n        maxBuckets\n      }\n      sources {\n        source\n        configured\n        healthy\n        retention\n      }\n      archive {\n        sources {\n          source\n          rows\n        }\n      }\n    }\n    viewer {\n      scopes\n    }\n  }\n": types.ServiceStateDocument,
    "\n  query ActivityRibbon(\n    $range: DateTimeRange!\n    $interval: Interval!\n    $timeZone: TimeZone!\n    $withUsage: Boolean!\n    $withEvents: Boolean!\n  ) {\n    usageAnalytics(range: $range, interval: $interval, timeZone: $timeZone) @include(if: $withUsage) {\n      id\n      buckets {\n        id\n        timestamp\n        end\n        filling\n        count\n        statuses {\n          id\n          failed\n        }\n      }\n      coverage {\n        ...CoverageFields\n      }\n    }\n    eventBreakdown(by: [CATEGORY], range: $range, interval: $interval, timeZone: $timeZone, top: 1)\n      @include(if: $withEvents) {\n      groups {\n        buckets {\n          timestamp\n          end\n          count\n        }\n      }\n      other {\n        buckets {\n          count\n        }\n      }\n      coverage {\n        ...CoverageFields\n      }\n    }\n  }\n": types.ActivityRibbonDocument,
};

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
