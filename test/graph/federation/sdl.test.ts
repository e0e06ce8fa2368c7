import { readFileSync } from 'node:fs';
import { composeServices } from '@theguild/federation-composition';
import { isNonNullType, isObjectType, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { readSubgraphLimits } from '../../../src/config/config.ts';
import { readConfig } from '../../../src/config/load.ts';
import { printSubgraph, SEMANTIC_NON_NULL } from '../../../src/graph/federation/sdl.ts';
import { schema } from '../../../src/graph/schema.ts';
import { createEvent, createFakeContext, createRecord } from '../fake-context.ts';

const defaults = readConfig({});
if (defaults.kind === 'faults') throw new Error('The defaults are wrong.');
const limits = readSubgraphLimits(defaults.config);
const sdl = printSubgraph(schema, limits);

/** The line of a field, or of a type, without its arguments and description. */
function lineOf(coordinate: string): string {
  const [typeName, fieldName] = coordinate.split('.');
  const type = new RegExp(String.raw`^(?:type|interface|scalar|enum) ${typeName}\b.*`, 'm').exec(sdl);
  if (!type || fieldName === undefined) return type?.[0] ?? '';
  const rest = sdl.slice(type.index);
  const body = rest.slice(0, rest.indexOf('\n}'));
  const field = body
    .split('\n')
    .findIndex((line) => line.startsWith(`  ${fieldName}:`) || line.startsWith(`  ${fieldName}(`));
  const lines = body.split('\n').slice(field);
  return (lines[0]!.endsWith('(') ? lines.find((line) => line.startsWith('  )')) : lines[0])!.trim();
}

test('schema/subgraph.graphql is the current subgraph with the default settings; npm run codegen writes it', () => {
  expect(readFileSync(new URL('../../../schema/subgraph.graphql', import.meta.url), 'utf8')).toBe(sdl);
});

test('a subgraph composes with one that adds fields to Activity, one that adds them to Event, and one with pages of its own', () => {
  const link =
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@interfaceObject", "@shareable"])';
  const others = {
    owners: 'type Activity @key(fields: "id") @interfaceObject { id: ID! owner: String }',
    notes: 'type Event @key(fields: "id") { id: ID! notes: [String!]! }',
    pages:
      'type PageInfo @shareable { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String } type Query { other: PageInfo }',
  };
  const { supergraphSdl, errors } = composeServices([
    { name: 'sightline', url: 'http://127.0.0.1:1', typeDefs: parse(sdl) },
    ...Object.entries(others).map(([name, text]) => ({
      name,
      url: 'http://127.0.0.1:2',
      typeDefs: parse(`${link} ${text}`),
    })),
  ]);
  expect(errors).toBeUndefined();
  expect(supergraphSdl).toMatch(/^type Event .*@join__type\(graph: NOTES, key: "id"\)/m);
  expect(supergraphSdl).toContain('owner: String @join__field(graph: OWNERS)');
  // What clients and gateways read further up must survive composition.
  expect(supergraphSdl).toMatch(/service: Service .*@semanticNonNull/);
  expect(supergraphSdl).toMatch(/EventConnection .*@cost\(weight: 1004\) @listSize\(/);
});

describe('the directives', () => {
  test('give every entry the key id, and Activity as an entity interface', () => {
    expect(
      sdl
        .match(/^(?:type|interface) \w+.*@key\(fields: "id"\)/gm)
        ?.map((line) => line.split(' ', 2).join(' ')),
    ).toEqual(['interface Activity', 'type Event', 'type UsageRecord']);
  });

  test.each([
    ['Event', '@cost(weight: 4)'],
    ['DateTime', '@cost(weight: 1)'],
    ['Event.action', 'action: String! @cost(weight: 1)'],
    ['Event.timestamp', 'timestamp: DateTime!'],
    // One page of one vendor, and of both.
    ['Query.events', '@cost(weight: 1004)'],
    ['Query.timeline', '@cost(weight: 2004)'],
    [
      'Query.timeline',
      '@listSize(assumedSize: 50, slicingArguments: ["first", "last"], requireOneSlicingArgument: false, sizedFields: ["edges", "nodes"])',
    ],
    // The rows that it looks through, but no call, because all entries share it.
    ['Event.relatedUsage', '@cost(weight: 24) @listSize(assumedSize: 50, slicingArguments: ["first"]'],
    ['Facet.values', '@listSize(assumedSize: 20)'],
    ['Query.nodes', '[Node]! @listSize(assumedSize: 500)'],
    // An element is charged with all its fields.
    ['AnalyticsBucket.elements', '@cost(weight: 1) @listSize(assumedSize: 25, slicingArguments: ["top"]'],
    ['ElementCount.count', '@cost(weight: 0)'],
  ])('write the estimate of %s as %s', (coordinate, directives) => {
    expect(lineOf(coordinate)).toContain(directives);
  });

  test('follow the settings', () => {
    const other = printSubgraph(schema, { ...limits, defaultPageSize: 20, maxPageSize: 99 });
    expect(other).toContain('@listSize(assumedSize: 20, slicingArguments: ["first", "last"]');
    expect(other).toContain('[Node]! @listSize(assumedSize: 99)');
  });
});

describe('@semanticNonNull', () => {
  test('stands only at nullable fields', () => {
    const wrong = [...SEMANTIC_NON_NULL].filter((coordinate) => {
      const [typeName = '', fieldName = ''] = coordinate.split('.');
      const type = schema.getType(typeName);
      const field = isObjectType(type) ? type.getFields()[fieldName] : undefined;
      return !field || isNonNullType(field.type);
    });
    expect(wrong).toEqual([]);
    expect(sdl.match(/^ .*@semanticNonNull$/gm)).toHaveLength(SEMANTIC_NON_NULL.size);
  });

  /** A question for each of them. */
  const QUESTIONS = `
    eventBreakdown(by: [ACTION]) { from } eventFacets { from } events { from } service { version } timeline { from }
    usageAnalytics(range: { last: "P1D" }) { previous { from } } usageBreakdown(by: [ELEMENT]) { from } usageRecords { from }
    viewer { scopes } nodes(ids: $ids) { ... on Event { relatedUsage(by: [TIME]) { coverage { from } } } ... on UsageRecord { relatedEvents(by: [TIME]) { coverage { from } } } }`;
  const names = [...SEMANTIC_NON_NULL].map((coordinate) => coordinate.split('.')[1]!);
  const IDS = ['VXNhZ2VSZWNvcmQ6MDox', 'RXZlbnQ6MDox'];

  test('stands at fields that have a value if the vendors have nothing', async () => {
    const { ask } = createFakeContext({
      usage: { getUsageRecord: async () => createRecord() },
      events: { getEvent: async () => createEvent() },
    });
    const { data, errors } = await ask(`query ($ids: [ID!]!) { ${QUESTIONS} }`, { ids: IDS });
    expect(errors).toBeUndefined();
    const text = JSON.stringify(data);
    for (const name of names) expect(text).toMatch(new RegExp(String.raw`"${name}":[{]`));
  });

  test('stands at fields whose null has an error', async () => {
    const { ask } = createFakeContext({
      scopes: [],
      usage: { getUsageRecord: async () => createRecord() },
      events: { getEvent: async () => createEvent() },
    });
    const { data, errors = [] } = await ask(`query ($ids: [ID!]!) { ${QUESTIONS} }`, { ids: IDS });
    const nulled = Object.entries(data ?? {}).flatMap(([name, value]) => (value === null ? [name] : []));
    expect(nulled).toHaveLength(7);
    expect(errors.map(({ path = [] }) => path[0])).toEqual(expect.arrayContaining(nulled));
  });
});
