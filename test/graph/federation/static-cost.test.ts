import { getNamedType, isListType, getNullableType, Kind, parse } from 'graphql';
import type { ConstDirectiveNode } from 'graphql';
import { expect, test } from 'vitest';
import { readSubgraphLimits } from '../../../src/config/config.ts';
import { readConfig } from '../../../src/config/load.ts';
import { SCOPES } from '../../../src/graph/access.ts';
import { estimateOperation } from '../../../src/graph/cost/operation.ts';
import { COST, costOf } from '../../../src/graph/cost/shape.ts';
import { printSubgraph } from '../../../src/graph/federation/sdl.ts';
import { encodeGlobalId } from '../../../src/graph/global-id.ts';
import { schema } from '../../../src/graph/schema.ts';
import { operationFields } from '../../../src/graph/selection.ts';
import type { SelectedField } from '../../../src/graph/selection.ts';
import { createRecord } from '../fake-context.ts';

const defaults = readConfig({});
if (defaults.kind === 'faults') throw new Error('The defaults are wrong.');
const { operation } = defaults.config;
const limits = readSubgraphLimits(defaults.config);

/** The directives of each type and field, by coordinate. */
const directives = new Map<string, readonly ConstDirectiveNode[]>();
for (const definition of parse(printSubgraph(schema, limits)).definitions) {
  if (!('name' in definition) || !definition.name || !('directives' in definition)) continue;
  const type = definition.name.value;
  directives.set(type, (definition.directives ?? []) as readonly ConstDirectiveNode[]);
  if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
  for (const { name, directives: own = [] } of definition.fields ?? [])
    directives.set(`${type}.${name.value}`, own);
}

function argumentOf(coordinate: string, directive: string, argument: string): unknown {
  const found = directives.get(coordinate)?.find(({ name }) => name.value === directive);
  const value = found?.arguments?.find(({ name }) => name.value === argument)?.value;
  if (value?.kind === Kind.INT) return Number(value.value);
  if (value?.kind !== Kind.LIST) return undefined;
  return value.values.map((item) => (item.kind === Kind.STRING ? item.value : ''));
}

/** The static cost of a selection, as a gateway adds it up that takes lists without a size to have one item. */
function staticCost(
  fields: readonly SelectedField[],
  sized: ReadonlyMap<string, number> = new Map(),
): number {
  return fields.reduce((sum, { coordinate, name, definition, args, fields: below }) => {
    const type = definition!.type;
    const weight =
      argumentOf(coordinate, 'cost', 'weight') ?? argumentOf(getNamedType(type).name, 'cost', 'weight') ?? 0;
    const slicing = (argumentOf(coordinate, 'listSize', 'slicingArguments') ?? []) as string[];
    const given = slicing.map((argument) => args[argument]).find((value) => typeof value === 'number');
    const size = given ?? (argumentOf(coordinate, 'listSize', 'assumedSize') as number | undefined);
    const sizedFields = argumentOf(coordinate, 'listSize', 'sizedFields') as string[] | undefined;
    const isList = isListType(getNullableType(type));
    const items = isList ? (sized.get(name) ?? (sizedFields ? undefined : size) ?? 1) : 1;
    const inside = new Map((sizedFields ?? []).map((one) => [one, size ?? 1]));
    return sum + items * ((weight as number) + staticCost(below, inside));
  }, 0);
}

const ID = encodeGlobalId(createRecord());

test.each([
  '{ events { nodes { action timestamp category } } }',
  '{ events(first: 7) { nodes { id masked } edges { cursor node { ipAddress } } pageInfo { hasNextPage endCursor } coverage { status from } } }',
  '{ usageRecords(last: 3) { edges { cursor node { id requestStatus responseStatus elementTags } } from to } }',
  `{ usageRecord(recordId: "1") { id processTime } viewer { scopes } }`,
  '{ service { version limits { maxPageSize } sources { healthy retention } } }',
  '{ usageBreakdown(by: [ELEMENT], top: 5) { groups { count key { value } } other { count } } }',
  '{ eventBreakdown(by: [ACTION], interval: DAY) { groups { count buckets { timestamp count } } } }',
  '{ eventFacets { actions { values { value count } missing } } }',
  '{ usageAnalytics(range: { last: "P7D" }, interval: HOUR) { buckets { timestamp count } totals { count } } }',
])('the directives say of %s what the estimate says of a full answer', (query) => {
  const document = parse(query);
  const estimate = estimateOperation(
    { schema, document },
    { ...operation, ends: { USAGE: null, EVENTS: null }, hasArchive: false, pageSizes: limits.pageSizes },
    {
      nowMs: 0,
      viewer: { isAnonymous: false, scopes: new Set(SCOPES) },
      callable: new Set(['USAGE', 'EVENTS']),
    },
  );
  const fields = operationFields({ schema, document })!;
  expect(staticCost(fields)).toBe(costOf(estimate!.shape) + estimate!.plannedCalls * COST.call);
});

test('a single entry costs a gateway a call, an object and its values', () => {
  const document = parse(`{ node(id: "${ID}") { ... on Event { id action } } }`);
  expect(staticCost(operationFields({ schema, document })!)).toBe(COST.call + COST.object + 2 * COST.leaf);
});
