import { readFragment } from '../generated/fragment-masking.ts';
import type { FragmentType } from '../generated/fragment-masking.ts';
import { COVERAGE_FIELDS } from '../parts/coverage.tsx';
import type { ListPage } from './endless-list.ts';

/** A connection as all lists of the graph give it. */
export interface Connection<Row> {
  readonly nodes: readonly Row[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly coverage: readonly FragmentType<typeof COVERAGE_FIELDS>[];
}

export function readConnection<Row>(connection: Connection<Row> | null): ListPage<Row> | null {
  if (!connection) return null;
  const { nodes, pageInfo, coverage } = connection;
  return { rows: nodes, ...pageInfo, coverage: readFragment(COVERAGE_FIELDS, coverage) };
}
