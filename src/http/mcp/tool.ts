import { Kind, OperationTypeNode, parse, validate } from 'graphql';
import type { GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { hasAccess, listNeededAccess } from '../../graph/access.ts';
import type { Access, Viewer } from '../../graph/access.ts';
import { createKnownDocuments } from '../lane/documents.ts';
import type { KnownDocument } from '../lane/documents.ts';
import { writeInputSchema } from './input-schema.ts';
import type { JsonSchema } from './input-schema.ts';
import { listSelected, writeSelectionSchema } from './output-schema.ts';
import type { Selected } from './output-schema.ts';
import { SPIKE_SCHEMA } from './spike.ts';

/**
 * The list of an answer that may be cut. `pages`: a list with cursors of its own. `list`: a list of groups or buckets, which is
 * numbered.
 */
export type Rows =
  | { readonly kind: 'pages'; readonly root: string }
  | { readonly kind: 'list'; readonly root: string; readonly key: string };

/** A named query that agents may call. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly known: KnownDocument;
  readonly input: JsonSchema;
  /** What its answer holds as `data`. */
  readonly output: JsonSchema;
  /** null: the answer has no such list, or several. */
  readonly rows: Rows | null;
  /** It compares a stretch of time with the one before. */
  readonly isSpike: boolean;
  /** What its fields need: one scope of each item. */
  readonly access: readonly Access[];
}

/** The argument by which every tool with a list goes on. */
export const AFTER = 'after';
/** The variable that the service sets for a tool that compares a stretch of time with the one before. */
export const BEFORE_FROM = 'beforeFrom';

const SPIKE_KEYS = 'before,spike';
const AFTER_SCHEMA: JsonSchema = {
  type: 'string',
  description: "Go on behind an earlier answer: its 'after'. Repeat all other arguments as they were.",
};

/**
 * Reads a tool from a document with one named query that has a description. null: it is no such document, so it is no tool.
 * @throws TypeError if the document does not fit the schema
 */
export function readTool(schema: GraphQLSchema, text: string): Tool | null {
  const document = parse(text);
  const operation = document.definitions.find(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const description = operation?.description?.value;
  if (!operation?.name || !description || operation.operation !== OperationTypeNode.QUERY) return null;
  const [fault] = validate(schema, document);
  if (fault)
    throw new TypeError(`The tool ${operation.name.value} does not fit the schema: ${fault.message}`);
  const documents = createKnownDocuments(schema);
  documents.add(text, document);
  const known = documents.get(text);
  if (!known) return null;
  const roots = listSelected(schema, document, schema.getQueryType()!, operation.selectionSet);
  const isSpike =
    roots
      .map(({ key }) => key)
      .toSorted()
      .join() === SPIKE_KEYS;
  const rows = isSpike ? null : findRows(schema, known, roots);
  const input = writeInputSchema(schema, operation, new Set(isSpike ? [BEFORE_FROM] : []));
  const output = writeSelectionSchema(schema, document, roots);
  return {
    name: operation.name.value.replaceAll(/(?<=[a-z0-9])[A-Z]/g, '_$&').toLowerCase(),
    title: operation.name.value.replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
    description: description.trim(),
    known,
    input: rows?.kind === 'list' ? addAfter(input) : input,
    output: isSpike ? SPIKE_SCHEMA : rows?.kind === 'pages' ? renameRows(output, rows.root) : output,
    rows,
    isSpike,
    access: roots.flatMap(({ field }) => listNeededAccess(field)),
  };
}

/** Whether a caller may get an answer from a tool. */
export function mayCall(viewer: Viewer, { access }: Tool): boolean {
  return access.every((needed) => hasAccess(viewer, needed));
}

function findRows(
  schema: GraphQLSchema,
  { document }: KnownDocument,
  roots: readonly Selected[],
): Rows | null {
  const [root] = roots;
  if (!root || roots.length > 1) return null;
  const named = schema.getType(String(root.field.type).replaceAll(/[[\]!]/g, ''));
  if (!named || !('getFields' in named)) return null;
  const inner = listSelected(schema, document, named as never, root.node.selectionSet);
  const keys = inner.map(({ key }) => key);
  const takesAfter = root.node.arguments?.some(
    ({ name, value }) => name.value === AFTER && value.kind === Kind.VARIABLE && value.name.value === AFTER,
  );
  if (takesAfter && keys.includes('edges') && keys.includes('pageInfo'))
    return { kind: 'pages', root: root.key };
  const lists = inner.filter(
    ({ key, field, node }) => String(field.type).startsWith('[') && node.selectionSet && key !== 'coverage',
  );
  const takesRange = root.node.arguments?.some(
    ({ name, value }) =>
      name.value === 'range' && value.kind === Kind.VARIABLE && value.name.value === 'range',
  );
  const isDated = keys.includes('from') && keys.includes('to');
  return lists.length === 1 && takesRange && isDated
    ? { kind: 'list', root: root.key, key: lists[0]!.key }
    : null;
}

function addAfter(input: JsonSchema): JsonSchema {
  return { ...input, properties: { ...(input['properties'] as JsonSchema), [AFTER]: AFTER_SCHEMA } };
}

/** A page is answered with `entries` in place of its edges. */
function renameRows(output: JsonSchema, root: string): JsonSchema {
  const properties = output['properties'] as Readonly<Record<string, JsonSchema>>;
  const page = properties[root]!;
  const {
    edges,
    pageInfo: _pageInfo,
    ...others
  } = page['properties'] as Readonly<Record<string, JsonSchema>>;
  const edge = (edges!['items'] as JsonSchema)['properties'] as Readonly<Record<string, JsonSchema>>;
  const entries = { type: 'array', items: edge['node'] };
  const required = ['entries', ...Object.keys(others)];
  return {
    ...output,
    properties: { ...properties, [root]: { ...page, properties: { ...others, entries }, required } },
  };
}
