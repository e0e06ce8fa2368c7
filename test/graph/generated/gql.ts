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
    "\n  query PageForward($first: Int, $after: String) {\n    usageRecords(first: $first, after: $after) {\n      ...ListPage\n    }\n  }\n\n  fragment ListPage on UsageRecordConnection {\n    edges {\n      cursor\n      node {\n        recordId\n      }\n    }\n    pageInfo {\n      hasNextPage\n      hasPreviousPage\n      startCursor\n      endCursor\n    }\n    from\n    to\n  }\n": typeof types.PageForwardDocument,
    "\n  query PageBackward($last: Int, $before: String) {\n    usageRecords(last: $last, before: $before) {\n      ...ListPage\n    }\n  }\n": typeof types.PageBackwardDocument,
    "\n        query TruncatedBreakdown {\n          usageBreakdown(by: [USER]) {\n            groups {\n              count\n            }\n            coverage {\n              status\n              code\n              reason\n            }\n          }\n        }\n      ": typeof types.TruncatedBreakdownDocument,
};
const documents: Documents = {
    "\n  query PageForward($first: Int, $after: String) {\n    usageRecords(first: $first, after: $after) {\n      ...ListPage\n    }\n  }\n\n  fragment ListPage on UsageRecordConnection {\n    edges {\n      cursor\n      node {\n        recordId\n      }\n    }\n    pageInfo {\n      hasNextPage\n      hasPreviousPage\n      startCursor\n      endCursor\n    }\n    from\n    to\n  }\n": types.PageForwardDocument,
    "\n  query PageBackward($last: Int, $before: String) {\n    usageRecords(last: $last, before: $before) {\n      ...ListPage\n    }\n  }\n": types.PageBackwardDocument,
    "\n        query TruncatedBreakdown {\n          usageBreakdown(by: [USER]) {\n            groups {\n              count\n            }\n            coverage {\n              status\n              code\n              reason\n            }\n          }\n        }\n      ": types.TruncatedBreakdownDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query PageForward($first: Int, $after: String) {\n    usageRecords(first: $first, after: $after) {\n      ...ListPage\n    }\n  }\n\n  fragment ListPage on UsageRecordConnection {\n    edges {\n      cursor\n      node {\n        recordId\n      }\n    }\n    pageInfo {\n      hasNextPage\n      hasPreviousPage\n      startCursor\n      endCursor\n    }\n    from\n    to\n  }\n"): typeof import('./graphql.ts').PageForwardDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query PageBackward($last: Int, $before: String) {\n    usageRecords(last: $last, before: $before) {\n      ...ListPage\n    }\n  }\n"): typeof import('./graphql.ts').PageBackwardDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n        query TruncatedBreakdown {\n          usageBreakdown(by: [USER]) {\n            groups {\n              count\n            }\n            coverage {\n              status\n              code\n              reason\n            }\n          }\n        }\n      "): typeof import('./graphql.ts').TruncatedBreakdownDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
