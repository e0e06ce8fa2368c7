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

export type PageForwardQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type PageForwardQuery = { usageRecords: { from: string, to: string, edges: Array<{ cursor: string, node: { recordId: string } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } | null };

export type ListPageFragment = { from: string, to: string, edges: Array<{ cursor: string, node: { recordId: string } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } };

export type PageBackwardQueryVariables = Exact<{
  last?: number | null | undefined;
  before?: string | null | undefined;
}>;


export type PageBackwardQuery = { usageRecords: { from: string, to: string, edges: Array<{ cursor: string, node: { recordId: string } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } | null };

export type TruncatedBreakdownQueryVariables = Exact<{ [key: string]: never; }>;


export type TruncatedBreakdownQuery = { usageBreakdown: { groups: Array<{ count: number }>, coverage: Array<{ status: CoverageStatus, code: CoverageCode | null, reason: string | null }> } | null };

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
export const ListPageFragmentDoc = new TypedDocumentString(`
    fragment ListPage on UsageRecordConnection {
  edges {
    cursor
    node {
      recordId
    }
  }
  pageInfo {
    hasNextPage
    hasPreviousPage
    startCursor
    endCursor
  }
  from
  to
}
    `, {"fragmentName":"ListPage"}) as unknown as TypedDocumentString<ListPageFragment, unknown>;
export const PageForwardDocument = new TypedDocumentString(`
    query PageForward($first: Int, $after: String) {
  usageRecords(first: $first, after: $after) {
    ...ListPage
  }
}
    fragment ListPage on UsageRecordConnection {
  edges {
    cursor
    node {
      recordId
    }
  }
  pageInfo {
    hasNextPage
    hasPreviousPage
    startCursor
    endCursor
  }
  from
  to
}`) as unknown as TypedDocumentString<PageForwardQuery, PageForwardQueryVariables>;
export const PageBackwardDocument = new TypedDocumentString(`
    query PageBackward($last: Int, $before: String) {
  usageRecords(last: $last, before: $before) {
    ...ListPage
  }
}
    fragment ListPage on UsageRecordConnection {
  edges {
    cursor
    node {
      recordId
    }
  }
  pageInfo {
    hasNextPage
    hasPreviousPage
    startCursor
    endCursor
  }
  from
  to
}`) as unknown as TypedDocumentString<PageBackwardQuery, PageBackwardQueryVariables>;
export const TruncatedBreakdownDocument = new TypedDocumentString(`
    query TruncatedBreakdown {
  usageBreakdown(by: [USER]) {
    groups {
      count
    }
    coverage {
      status
      code
      reason
    }
  }
}
    `) as unknown as TypedDocumentString<TruncatedBreakdownQuery, TruncatedBreakdownQueryVariables>;