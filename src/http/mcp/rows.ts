import { getNamedType, getNullableType, isListType, isObjectType, Kind } from 'graphql';
import type { DocumentNode, FieldNode, GraphQLSchema } from 'graphql';
import type { JsonSchema } from './input-schema.ts';
import { listSelected } from './output-schema.ts';
import type { Selected } from './output-schema.ts';

/**
 * The list of an answer that may be cut. `pages`: a list with cursors of its own. `list`: a list of groups or buckets, which is
 * numbered.
 */
export type Rows =
  | { readonly kind: 'pages'; readonly root: string }
  | { readonly kind: 'list'; readonly root: string; readonly key: string };

/** The argument by which every tool with a list goes on. */
export const AFTER = 'after';

const AFTER_SCHEMA: JsonSchema = {
  type: 'string',
  description: "Go on behind an earlier answer: its 'after'. Repeat all other arguments as they were.",
};

/** null: the answer has no list that can be gone on with, or several. */
export function findRows(
  schema: GraphQLSchema,
  document: DocumentNode,
  roots: readonly Selected[],
): Rows | null {
  const [root] = roots;
  const type = root && getNamedType(root.field.type);
  if (!root || roots.length > 1 || !isObjectType(type)) return null;
  const inner = listSelected(schema, document, type, root.node.selectionSet);
  const namesIn = (key: string): readonly string[] => {
    const found = inner.find((one) => one.key === key);
    if (!found) return [];
    const named = getNamedType(found.field.type);
    return listSelected(schema, document, named, found.node.selectionSet).map((one) => one.key);
  };
  const hasAll = (key: string, ...names: string[]): boolean =>
    names.every((name) => namesIn(key).includes(name));
  if (type.getFields()['pageInfo']) {
    const isPaged = hasAll('edges', 'cursor', 'node') && hasAll('pageInfo', 'hasNextPage', 'endCursor');
    return isPaged && passesOn(root.node, AFTER) ? { kind: 'pages', root: root.key } : null;
  }
  const lists = inner.filter(
    ({ key, field, node }) =>
      isListType(getNullableType(field.type)) && node.selectionSet && key !== 'coverage',
  );
  const isDated = ['from', 'to'].every((key) => inner.some((one) => one.key === key));
  return lists.length === 1 && isDated && passesOn(root.node, 'range')
    ? { kind: 'list', root: root.key, key: lists[0]!.key }
    : null;
}

/** Whether an argument is the variable of the same name. */
function passesOn({ arguments: given = [] }: FieldNode, wanted: string): boolean {
  return given.some(
    ({ name, value }) => name.value === wanted && value.kind === Kind.VARIABLE && value.name.value === wanted,
  );
}

export function addAfter(input: JsonSchema): JsonSchema {
  return { ...input, properties: { ...(input['properties'] as JsonSchema), [AFTER]: AFTER_SCHEMA } };
}

/** A page is answered with `entries` in place of its edges. */
export function renameRows(output: JsonSchema, root: string): JsonSchema {
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
