/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
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