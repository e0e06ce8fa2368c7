import { parse } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { RequestError } from '../../base/errors.ts';
import { createKnownDocuments } from '../lane/documents.ts';
import type { KnownDocument } from '../lane/documents.ts';
import { maskError } from '../mask-error.ts';
import { coerceVariables } from '../plugins/variables.ts';
import { CURSOR_FIELD } from './fields.ts';
import type { ExportField } from './fields.ts';
import type { ExportList } from './lists.ts';

/** The variables of a page. `range` and `filter` are JSON, not yet coerced. */
export interface PageVariables {
  readonly range: unknown;
  readonly filter: unknown;
  readonly after: string | null;
  readonly first: number;
}

const COVERAGE = 'source operation status from to asOf origin scanned matched dropped code reason';

/** The operation that reads one page of a list with these fields. */
export function writeDocument(list: ExportList, fields: readonly ExportField[]): string {
  const rows = fields
    .filter((field) => field !== CURSOR_FIELD)
    .map(({ name, onTypes }) => (onTypes ?? []).map((type) => `... on ${type} { ${name} }`).join(' ') || name)
    .join(' ');
  // A row without a field of its own still is a row.
  const node = `{ ${rows || '__typename'} }`;
  const page = fields.includes(CURSOR_FIELD) ? `edges { cursor node ${node} }` : `nodes ${node}`;
  return [
    `query ${list.operation}($range: DateTimeRange, $filter: ${list.filterType}, $after: String, $first: Int) {`,
    `  ${list.field}(range: $range, filter: $filter, after: $after, first: $first) {`,
    `    ${page}`,
    `    from to pageInfo { hasNextPage endCursor } coverage { ${COVERAGE} }`,
    '  }',
    '}',
  ].join('\n');
}

/** The documents of exports, each parsed once. */
export function createExportDocuments(
  schema: GraphQLSchema,
): (list: ExportList, fields: readonly ExportField[]) => KnownDocument {
  const known = createKnownDocuments(schema);
  return (list, fields) => {
    const text = writeDocument(list, fields);
    known.add(text, parse(text));
    return known.get(text)!;
  };
}

/**
 * Checks variables against the input types of the schema.
 * @throws RequestError `BAD_USER_INPUT`, names the parameter with the path into it
 */
export function checkPageVariables(
  schema: GraphQLSchema,
  { document }: KnownDocument,
  variables: PageVariables,
  hideSuggestions: boolean,
): void {
  const { errors } = coerceVariables(schema, document, { ...variables }, hideSuggestions);
  if (!errors?.[0]) return;
  const { message, extensions } = maskError(errors[0]);
  throw new RequestError('BAD_USER_INPUT', message.replace(/^Variable "\$(\w+)"/, "The parameter '$1'"), {
    argument: String(extensions['argument']).replace(/^\$/, ''),
  });
}
