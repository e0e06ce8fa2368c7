/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type WalkForwardQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type WalkForwardQuery = { usageRecords: { from: string, to: string, edges: Array<{ cursor: string, node: { recordId: string } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } | null };

export type WalkedPageFragment = { from: string, to: string, edges: Array<{ cursor: string, node: { recordId: string } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } };

export type WalkBackwardQueryVariables = Exact<{
  last?: number | null | undefined;
  before?: string | null | undefined;
}>;


export type WalkBackwardQuery = { usageRecords: { from: string, to: string, edges: Array<{ cursor: string, node: { recordId: string } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } | null };

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
export const WalkedPageFragmentDoc = new TypedDocumentString(`
    fragment WalkedPage on UsageRecordConnection {
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
    `, {"fragmentName":"WalkedPage"}) as unknown as TypedDocumentString<WalkedPageFragment, unknown>;
export const WalkForwardDocument = new TypedDocumentString(`
    query WalkForward($first: Int, $after: String) {
  usageRecords(first: $first, after: $after) {
    ...WalkedPage
  }
}
    fragment WalkedPage on UsageRecordConnection {
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
}`) as unknown as TypedDocumentString<WalkForwardQuery, WalkForwardQueryVariables>;
export const WalkBackwardDocument = new TypedDocumentString(`
    query WalkBackward($last: Int, $before: String) {
  usageRecords(last: $last, before: $before) {
    ...WalkedPage
  }
}
    fragment WalkedPage on UsageRecordConnection {
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
}`) as unknown as TypedDocumentString<WalkBackwardQuery, WalkBackwardQueryVariables>;