import {
  getNullableType,
  isEnumType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  typeFromAST,
} from 'graphql';
import type {
  DocumentNode,
  FieldNode,
  GraphQLField,
  GraphQLOutputType,
  GraphQLSchema,
  SelectionSetNode,
} from 'graphql';
import { SCALARS } from './input-schema.ts';
import type { JsonSchema } from './input-schema.ts';

/** A selected field with its definition. */
export interface Selected {
  /** The name in the answer. */
  readonly key: string;
  readonly node: FieldNode;
  readonly field: GraphQLField<unknown, unknown>;
  /** Whether every object of the selection has it: it is in no fragment of one type, and no condition can skip it. */
  readonly isAlways: boolean;
}

/** The fields of a selection, fragments expanded, each key once. */
export function listSelected(
  schema: GraphQLSchema,
  document: DocumentNode,
  type: GraphQLOutputType,
  set: SelectionSetNode | undefined,
  isAlways = true,
): readonly Selected[] {
  if (!set || (!isObjectType(type) && !isInterfaceType(type))) return [];
  const found = new Map<string, Selected>();
  const add = (selected: Selected): void => {
    if (!found.has(selected.key)) found.set(selected.key, selected);
  };
  for (const node of set.selections) {
    const isSure = isAlways && (node.directives ?? []).length === 0;
    if (node.kind === Kind.FIELD) {
      const field = type.getFields()[node.name.value];
      if (field) add({ key: (node.alias ?? node.name).value, node, field, isAlways: isSure });
      continue;
    }
    const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : findFragment(document, node.name.value);
    if (!fragment) continue;
    const onType = fragment.typeCondition ? typeFromAST(schema, fragment.typeCondition) : type;
    const inner = (onType ?? type) as GraphQLOutputType;
    for (const one of listSelected(
      schema,
      document,
      inner,
      fragment.selectionSet,
      isSure && String(inner) === String(type),
    ))
      add(one);
  }
  return [...found.values()];
}

function findFragment(document: DocumentNode, name: string) {
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name) return definition;
  return undefined;
}

/** What a selection answers. */
export function writeSelectionSchema(
  schema: GraphQLSchema,
  document: DocumentNode,
  selected: readonly Selected[],
): JsonSchema {
  const properties = selected.map(({ key, node, field }) => [
    key,
    writeType(schema, document, field.type, node.selectionSet),
  ]);
  const required = selected.filter(({ isAlways }) => isAlways).map(({ key }) => key);
  return {
    type: 'object',
    properties: Object.fromEntries(properties) as JsonSchema,
    ...(required.length > 0 && { required }),
  };
}

function writeType(
  schema: GraphQLSchema,
  document: DocumentNode,
  type: GraphQLOutputType,
  set: SelectionSetNode | undefined,
): JsonSchema {
  const inner = getNullableType(type);
  const written = writeInner(schema, document, inner, set);
  if (isNonNullType(type)) return written;
  if ('enum' in written)
    return { ...written, type: ['string', 'null'], enum: [...(written['enum'] as string[]), null] };
  return { ...written, type: [written['type'], 'null'] };
}

function writeInner(
  schema: GraphQLSchema,
  document: DocumentNode,
  inner: GraphQLOutputType,
  set: SelectionSetNode | undefined,
): JsonSchema {
  if (isListType(inner)) return { type: 'array', items: writeType(schema, document, inner.ofType, set) };
  if (isEnumType(inner)) return { type: 'string', enum: inner.getValues().map(({ name }) => name) };
  if (isLeafType(inner)) return { type: SCALARS[inner.name] ?? 'string' };
  return writeSelectionSchema(schema, document, listSelected(schema, document, inner, set));
}
