import {
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  typeFromAST,
  valueFromASTUntyped,
} from 'graphql';
import type { GraphQLInputType, GraphQLSchema, OperationDefinitionNode } from 'graphql';

/** A JSON Schema, as far as tools need one. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** The JSON types of scalars. Any other scalar is a text, and its description says how it is written. */
export const SCALARS: Readonly<Record<string, string>> = {
  Int: 'integer',
  SafeInt: 'integer',
  Float: 'number',
  Boolean: 'boolean',
};

/** What a tool takes: the variables of its operation, without those that the service sets. */
export function writeInputSchema(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  hidden: ReadonlySet<string>,
): JsonSchema {
  const definitions: Record<string, JsonSchema> = {};
  const properties: Record<string, JsonSchema> = {};
  const required: string[] = [];
  for (const { variable, type: node, defaultValue, description } of variableDefinitions) {
    const name = variable.name.value;
    const type = typeFromAST(schema, node) as GraphQLInputType | undefined;
    if (!type || hidden.has(name)) continue;
    if (isNonNullType(type) && !defaultValue) required.push(name);
    properties[name] = {
      ...writeType(type, definitions),
      ...(description && { description: description.value }),
      ...(defaultValue && { default: valueFromASTUntyped(defaultValue) }),
    };
  }
  return {
    type: 'object',
    properties,
    ...(required.length > 0 && { required }),
    additionalProperties: false,
    ...(Object.keys(definitions).length > 0 && { $defs: definitions }),
  };
}

function writeType(type: GraphQLInputType, definitions: Record<string, JsonSchema>): JsonSchema {
  const inner = getNullableType(type);
  if (isListType(inner)) return { type: 'array', items: writeType(inner.ofType, definitions) };
  if (isEnumType(inner)) return { type: 'string', enum: inner.getValues().map(({ name }) => name) };
  if (!isInputObjectType(inner)) return { type: SCALARS[inner.name] ?? 'string' };
  const { name } = inner;
  if (!definitions[name]) {
    // A type may hold itself, so its place is taken before its fields are written.
    definitions[name] = {};
    const fields = Object.values(inner.getFields());
    definitions[name] = {
      type: 'object',
      ...(inner.description && { description: inner.description }),
      properties: Object.fromEntries(
        fields.map((field) => [
          field.name,
          {
            ...writeType(field.type, definitions),
            ...(field.description && { description: field.description }),
          },
        ]),
      ),
      ...(inner.isOneOf && { minProperties: 1, maxProperties: 1 }),
      additionalProperties: false,
    };
  }
  return { $ref: `#/$defs/${name}` };
}
