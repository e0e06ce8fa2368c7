import {
  getNamedType,
  getNullableType,
  GraphQLInt,
  isInterfaceType,
  isListType,
  isObjectType,
  parse,
} from 'graphql';
import type { GraphQLNamedType, GraphQLSchema } from 'graphql';
import { SOURCES } from '../../base/source.ts';
import { SCOPES } from '../access.ts';
import { estimateField } from '../cost/estimate.ts';
import type { EstimateContext, FieldEstimate } from '../cost/estimate.ts';
import { countPlanned } from '../cost/operation.ts';
import { COST } from '../cost/shape.ts';
import { encodeGlobalId } from '../global-id.ts';
import { operationFields } from '../selection.ts';
import type { SelectedField } from '../selection.ts';

/** What the directives are computed from. */
export type SubgraphLimits = Pick<EstimateContext, 'limits' | 'pageSizes'>['limits'] &
  Pick<EstimateContext, 'pageSizes'>;

/** How long a list is, for `@listSize`. */
export interface ListSize {
  /** Its length if no argument says otherwise. */
  readonly assumedSize: number;
  /** The arguments that set its length. */
  readonly slicingArguments: readonly string[];
  /** The lists below the field that have this length; empty: the field is the list. */
  readonly sizedFields: readonly string[];
}

/** What `@cost` and `@listSize` say, by the coordinate of a field: `Query.events`. */
export interface StaticCosts {
  /** In hundredths of a point, as all weights. */
  readonly weights: ReadonlyMap<string, number>;
  readonly lists: ReadonlyMap<string, ListSize>;
  /** The types whose fields cost nothing, because their object has been charged with all of them. */
  readonly flatTypes: ReadonlySet<string>;
}

const ID = encodeGlobalId({ source: 'USAGE', id: '53e6e0c8e4b067fd19a9d6ab', timestampMs: 0 });

/** A question for each field with an estimate, with the fewest arguments. The first question that has a field counts. */
const SAMPLES = [
  '{ events { edges { cursor } nodes { id } } }',
  '{ usageRecords { edges { cursor } nodes { id } } }',
  '{ timeline { edges { cursor } nodes { id } } }',
  '{ usageRecord(recordId: "53e6e0c8e4b067fd19a9d6ab") { id } }',
  `{ node(id: "${ID}") { id } }`,
  `{ nodes(ids: ["${ID}"]) { id } }`,
  `{ node(id: "${ID}") { ... on Event { relatedUsage { edges { cursor } } } ... on UsageRecord { relatedEvents { edges { cursor } } } } }`,
  '{ eventFacets { actions { values { value } } } }',
  '{ eventBreakdown(by: [ACTION], interval: DAY) { groups { buckets { count } } } }',
  '{ usageBreakdown(by: [ELEMENT], interval: DAY) { groups { buckets { count } } } }',
  '{ usageAnalytics(range: { last: "P7D" }, interval: HOUR) { buckets { count } } }',
  '{ usageAnalytics(range: { last: "P7D" }) { buckets { elements { count } } totals { elements { count } } } }',
  'subscription { activity { edges { cursor } } }',
];

/** No list is that long if nobody asks for it. */
const PROBE = 13;

/** Works out the static costs from the estimates of the fields. @throws Error if a field with an estimate has no sample */
export function estimateStatically(schema: GraphQLSchema, limits: SubgraphLimits): StaticCosts {
  const context: EstimateContext = {
    nowMs: 0,
    ends: { USAGE: null, EVENTS: null },
    hasArchive: false,
    viewer: { isAnonymous: false, scopes: new Set(SCOPES) },
    limits,
    pageSizes: limits.pageSizes,
    callable: new Set(SOURCES),
  };
  const weights = new Map<string, number>();
  const lists = new Map<string, ListSize>();
  const flatTypes = new Set<string>();
  for (const [coordinate, field] of sampleFields(schema)) {
    const estimate = estimateField(field, context);
    if (!estimate) throw new Error(`The sample of ${coordinate} is refused.`);
    const { calls = [], itemCost, lookup = 0 } = estimate;
    // Gateways charge the weight of a list for each of its items, and of a field for each object around. But all of them share
    // the calls, so only a root field that is no list is charged with calls.
    const isOnce = coordinate.startsWith('Query.') && !field.isList;
    const planned = isOnce ? countPlanned(calls) : 0;
    const weight = (itemCost ?? COST.object) + lookup + planned * COST.call;
    if (weight !== COST.object) weights.set(coordinate, weight);
    const type = getNamedType(field.definition!.type);
    if (itemCost !== undefined) flatTypes.add(type.name);
    sizeLists(coordinate, field, estimate, context, lists);
  }
  return { weights, lists, flatTypes };
}

/** The fields with an estimate, each from the first sample that has it. */
function sampleFields(schema: GraphQLSchema): ReadonlyMap<string, SelectedField> {
  const found = new Map<string, SelectedField>();
  const collect = (fields: readonly SelectedField[]): void => {
    for (const field of fields) {
      if (field.definition?.extensions.estimate && !found.has(field.coordinate))
        found.set(field.coordinate, field);
      collect(field.fields);
    }
  };
  for (const sample of SAMPLES) {
    const fields = operationFields({ schema, document: parse(sample) });
    if (!fields) throw new Error(`A sample does not fit the schema: ${sample}`);
    collect(fields);
  }
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const { name, extensions } of Object.values(type.getFields())) {
      const coordinate = `${type.name}.${name}`;
      if (extensions.estimate && !found.has(coordinate)) throw new Error(`No sample asks for ${coordinate}.`);
    }
  }
  return found;
}

/** Notes the length of each list that the arguments of a field bound. */
function sizeLists(
  coordinate: string,
  field: SelectedField,
  estimate: FieldEstimate,
  context: EstimateContext,
  lists: Map<string, ListSize>,
): void {
  const definition = field.definition!;
  const below = getNamedType(definition.type);
  const isSizedBy = (argument: string, sizeOf: (estimate: FieldEstimate) => number | undefined): boolean => {
    const probed = estimateField({ ...field, args: { ...field.args, [argument]: PROBE } }, context);
    return probed !== null && sizeOf(probed) === PROBE;
  };
  const slicing = (sizeOf: (estimate: FieldEstimate) => number | undefined): readonly string[] =>
    definition.args
      .filter(({ name, type }) => getNullableType(type) === GraphQLInt && isSizedBy(name, sizeOf))
      .map(({ name }) => name);

  if (field.isList) {
    const own = ({ items, chargedItems }: FieldEstimate): number | undefined => items ?? chargedItems;
    const slicingArguments = slicing(own);
    // A list of ids sets the length, and no directive can say so.
    const assumedSize = slicingArguments.length > 0 ? (own(estimate) ?? 1) : context.limits.maxPageSize;
    lists.set(coordinate, { assumedSize, slicingArguments, sizedFields: [] });
    return;
  }
  const { sizes = {} } = estimate;
  const names = Object.keys(sizes);
  const sizedFields = names.filter((name) => isListIn(below, name));
  const [first] = sizedFields;
  if (first !== undefined) {
    const slicingArguments = slicing((probed) => probed.sizes?.[first]);
    lists.set(coordinate, { assumedSize: sizes[first] ?? 1, slicingArguments, sizedFields });
  }
  for (const name of names) {
    for (const deeper of findLists(below, name)) {
      if (deeper === `${below.name}.${name}` || lists.has(deeper)) continue;
      lists.set(deeper, { assumedSize: sizes[name] ?? 1, slicingArguments: [], sizedFields: [] });
    }
  }
}

function isListIn(type: GraphQLNamedType, name: string): boolean {
  const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
  return field !== undefined && isListType(getNullableType(field.type));
}

/** The coordinates of the lists of this name in a type and below it, up to fields that have an estimate of their own. */
function findLists(from: GraphQLNamedType, name: string): readonly string[] {
  const seen = new Set<GraphQLNamedType>([from]);
  const found: string[] = [];
  for (const type of seen) {
    if (!isObjectType(type)) continue;
    if (isListIn(type, name)) found.push(`${type.name}.${name}`);
    for (const field of Object.values(type.getFields()))
      if (!field.extensions.estimate) seen.add(getNamedType(field.type));
  }
  return found;
}
