import type { CoverageAnswer } from './coverage.ts';
import { CURSOR_FIELD } from './fields.ts';
import type { ExportField } from './fields.ts';

/** A row as the graph answers it, by the names of its fields. */
export type ExportRow = Readonly<Record<string, unknown>>;

/** One page as the graph answers it. */
export interface ExportPage {
  readonly rows: readonly ExportRow[];
  /** The range that the first page fixed. */
  readonly from: string;
  readonly to: string;
  readonly hasNext: boolean;
  readonly endCursor: string | null;
  readonly coverage: readonly CoverageAnswer[];
}

/** The answer to the document of a page. */
export interface ListAnswer {
  readonly nodes?: readonly ExportRow[];
  readonly edges?: readonly { readonly cursor: string; readonly node: ExportRow }[];
  readonly from: string;
  readonly to: string;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly coverage: readonly CoverageAnswer[];
}

/** The page in an answer. Its rows have their cursors if these were asked for. */
export function readPage(
  { nodes, edges, from, to, pageInfo, coverage }: ListAnswer,
  fields: readonly ExportField[],
): ExportPage {
  const withCursors = (): readonly ExportRow[] =>
    (edges ?? []).map(({ cursor, node }) => ({ ...node, [CURSOR_FIELD.name]: cursor }));
  return {
    rows: fields.includes(CURSOR_FIELD) ? withCursors() : (nodes ?? []),
    from,
    to,
    hasNext: pageInfo.hasNextPage,
    endCursor: pageInfo.endCursor,
    coverage,
  };
}
