import {
  isEnumType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  lexicographicSortSchema,
  parse,
  parseConstValue,
  print,
  printSchema,
  visit,
} from 'graphql';
import type {
  ConstDirectiveNode,
  FieldDefinitionNode,
  GraphQLSchema,
  InterfaceTypeDefinitionNode,
  ObjectTypeDefinitionNode,
  TypeNode,
} from 'graphql';
import { COST } from '../cost/shape.ts';
import { estimateStatically } from './static-cost.ts';
import type { StaticCosts, SubgraphLimits } from './static-cost.ts';

/** What composition must know, before the schema. Apollo's composition does not know `@oneOf`. */
const HEADER = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@composeDirective", "@cost", "@listSize"])
  @link(url: "https://specs.apollo.dev/nullability/v0.4", import: ["@semanticNonNull"])
  @composeDirective(name: "@semanticNonNull")

"""The field is null only if it has an error."""
directive @semanticNonNull(levels: [Int!]! = [0]) on FIELD_DEFINITION

"""Exactly one field must be given."""
directive @oneOf on INPUT_OBJECT

`;

/** The types that other subgraphs may add fields to. */
const KEYED: ReadonlySet<string> = new Set(['Activity', 'Event', 'UsageRecord']);
/** The types that other subgraphs may define, too, with the same fields. */
const SHAREABLE: ReadonlySet<string> = new Set(['PageInfo']);
/** An operation has one of these, however much it asks for. */
const ROOTS: ReadonlySet<string> = new Set(['Query', 'Subscription']);

/** The nullable fields that are null only if they have failed. The others can be null for other reasons, or have a list that can. */
export const SEMANTIC_NON_NULL: ReadonlySet<string> = new Set([
  'Event.relatedUsage',
  'Query.eventBreakdown',
  'Query.eventFacets',
  'Query.events',
  'Query.service',
  'Query.timeline',
  'Query.usageAnalytics',
  'Query.usageBreakdown',
  'Query.usageRecords',
  'Query.viewer',
  'UsageAnalytics.previous',
  'UsageRecord.relatedEvents',
]);

/** The schema of the subgraph as composition reads it. It leaves out what every subgraph has, such as `_entities`. */
export function printSubgraph(schema: GraphQLSchema, limits: SubgraphLimits): string {
  const costs = estimateStatically(schema, limits);
  const document = visit(parse(printSchema(lexicographicSortSchema(schema)), { noLocation: true }), {
    ScalarTypeDefinition: (node) => ({ ...node, directives: [...(node.directives ?? []), cost(COST.leaf)] }),
    EnumTypeDefinition: (node) => ({ ...node, directives: [cost(COST.leaf)] }),
    InterfaceTypeDefinition: (node) => ({ ...node, directives: keyOf(node) }),
    ObjectTypeDefinition: (node) => ({
      ...node,
      directives: [
        ...keyOf(node),
        ...(SHAREABLE.has(node.name.value) ? [directive('shareable')] : []),
        ...(ROOTS.has(node.name.value) ? [] : [cost(COST.object)]),
      ],
      fields: (node.fields ?? []).map((field) => annotate(schema, costs, node.name.value, field)),
    }),
  });
  return `${HEADER}${print(document)}\n`;
}

function keyOf(node: ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode): readonly ConstDirectiveNode[] {
  return KEYED.has(node.name.value) ? [directive('key', { fields: 'id' })] : [];
}

function annotate(
  schema: GraphQLSchema,
  { weights, lists, flatTypes }: StaticCosts,
  type: string,
  field: FieldDefinitionNode,
): FieldDefinitionNode {
  const coordinate = `${type}.${field.name.value}`;
  const weight = weights.get(coordinate) ?? weighLeaf(schema, field.type, flatTypes.has(type));
  const list = lists.get(coordinate);
  return {
    ...field,
    directives: [
      ...(weight === null ? [] : [cost(weight)]),
      ...(list ? [directive('listSize', listArguments(list))] : []),
      ...(SEMANTIC_NON_NULL.has(coordinate) ? [directive('semanticNonNull')] : []),
    ],
  };
}

/** The weight to write at a field of a leaf type; null: the type has the right one. */
function weighLeaf(schema: GraphQLSchema, type: TypeNode, isFlat: boolean): number | null {
  let named = type;
  while (named.kind !== Kind.NAMED_TYPE) named = named.type;
  const leaf = schema.getType(named.name.value);
  if (isObjectType(leaf)) return null;
  // The five scalars of GraphQL have no definition here, and cost nothing by themselves.
  const own = isScalarType(leaf) && isSpecifiedScalarType(leaf) ? 0 : COST.leaf;
  const isLeaf = isScalarType(leaf) || isEnumType(leaf);
  const charged = isFlat ? 0 : COST.leaf;
  return isLeaf && charged !== own ? charged : null;
}

function listArguments({
  assumedSize,
  slicingArguments,
  sizedFields,
}: {
  readonly assumedSize: number;
  readonly slicingArguments: readonly string[];
  readonly sizedFields: readonly string[];
}): Readonly<Record<string, unknown>> {
  return {
    assumedSize,
    // All of them may be left out.
    ...(slicingArguments.length > 0 && { slicingArguments, requireOneSlicingArgument: false }),
    ...(sizedFields.length > 0 && { sizedFields }),
  };
}

function cost(weight: number): ConstDirectiveNode {
  return directive('cost', { weight });
}

function directive(name: string, args: Readonly<Record<string, unknown>> = {}): ConstDirectiveNode {
  return {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: name },
    arguments: Object.entries(args).map(([argument, value]) => ({
      kind: Kind.ARGUMENT,
      name: { kind: Kind.NAME, value: argument },
      value: parseConstValue(JSON.stringify(value), { noLocation: true }),
    })),
  };
}
