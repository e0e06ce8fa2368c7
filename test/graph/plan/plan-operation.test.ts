import { parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { planOperation, refusePlan } from '../../../src/graph/plan/plan-operation.ts';
import type { PlanLimits } from '../../../src/graph/plan/plan-limits.ts';
import { encodeGlobalId } from '../../../src/graph/global-id.ts';
import { schema } from '../../../src/graph/schema.ts';

const NOW_MS = Date.parse('2026-11-21T12:00:00Z');
const LIMITS: PlanLimits = {
  defaultPageSize: 50,
  maxPageSize: 500,
  maxBuckets: 2_000,
  maxUpstreamCalls: 20,
  maxCost: 1_000,
  pageSizes: { usage: 200, events: 1_000 },
};

function plan(text: string, variableValues: Record<string, unknown> = {}, limits: Partial<PlanLimits> = {}) {
  return planOperation({ schema, document: parse(text), variableValues }, { ...LIMITS, ...limits }, NOW_MS)!;
}

const usageId = (id: string) => encodeGlobalId({ source: 'USAGE', id, timestampMs: 0 });
const eventId = (id: string) => encodeGlobalId({ source: 'EVENTS', id, timestampMs: NOW_MS });

describe('the calls of an operation', () => {
  test.each([
    ['a record', '{ usageRecord(recordId: "a1") { id } }', 1, 0],
    [
      'a record asked for twice',
      '{ a: usageRecord(recordId: "a1") { id } b: usageRecord(recordId: "a1") { id } }',
      1,
      0,
    ],
    ['an id that can be none', '{ usageRecord(recordId: "../x") { id } node(id: "x") { id } }', 0, 0],
    ['a page', '{ usageRecords { nodes { id } } }', 1, 0],
    [
      'a page as large as the vendor’s, and the row that proves a next one',
      '{ usageRecords(first: 200) { nodes { id } } }',
      2,
      0,
    ],
    ['the largest page', '{ usageRecords(first: 500) { nodes { id } } }', 3, 0],
    [
      'the same page under two names',
      '{ a: usageRecords(first: 500) { nodes { id } } b: usageRecords(first: 500) { edges { cursor } } }',
      3,
      0,
    ],
    ['a range alone', '{ usageRecords { from to } events { from __typename } }', 0, 0],
    ['a count by a series', '{ usageRecords(filter: { status: FAILED }) { totalCount { value } } }', 1, 0],
    [
      'a count that no series has',
      '{ usageRecords(filter: { hub: "crm", status: FAILED }) { totalCount { value } } }',
      0,
      0,
    ],
    [
      'a filter that the vendor does not have',
      '{ usageRecords(filter: { ipAddress: "10.0.0.1" }) { nodes { id } totalCount { value } } }',
      2,
      2,
    ],
    [
      'a filter that nothing matches',
      '{ usageRecords(filter: { tags: [] }) { nodes { id } } events(filter: { action: { in: [] } }) { nodes { id } } }',
      0,
      0,
    ],
    [
      'arguments that contradict each other',
      '{ usageRecords(first: 1, last: 1) { nodes { id } } events(range: { to: "2026-01-01T00:00:00Z" }) { nodes { id } } }',
      0,
      0,
    ],
    ['events', '{ events(first: 500) { nodes { id } } }', 1, 0],
    ['events, counted', '{ events { nodes { id } totalCount { value } } }', 2, 1],
    [
      'events by a filter of their vendor',
      '{ events(filter: { action: { contains: "fail" } }) { nodes { id } } }',
      1,
      0,
    ],
    [
      'events by a filter of ours',
      '{ events(filter: { not: { action: { eq: "x" } } }) { nodes { id } } }',
      1,
      1,
    ],
    ['events in an order of ours', '{ events(orderBy: [{ field: CATEGORY }]) { nodes { id } } }', 1, 1],
    [
      'oldest events first',
      '{ events(orderBy: [{ field: TIMESTAMP, direction: ASC }]) { nodes { id } } }',
      1,
      0,
    ],
    ['facets', '{ eventFacets { categories { other } actions { other } } }', 1, 1],
    ['facets without one', '{ eventFacets { from } }', 0, 0],
    ['the timeline', '{ timeline(first: 500) { nodes { id } } }', 2, 0],
    ['the timeline of one source', '{ timeline(filter: { sources: [USAGE] }) { nodes { id } } }', 1, 0],
    [
      'the timeline of an address, counted',
      '{ timeline(filter: { ipAddress: "10.0.0.1" }) { nodes { id } totalCount { value } } }',
      4,
      4,
    ],
    [
      'what is related',
      '{ events { nodes { relatedUsage { coverage { status } } b: relatedUsage(within: "PT1M") { coverage { status } } } } }',
      1,
      1,
    ],
    ['a series', '{ usageAnalytics(range: { last: "P1D" }) { buckets { count } totals { count } } }', 1, 0],
    [
      'all series, and those of the period before',
      '{ usageAnalytics(range: { last: "P1D" }) { buckets { count elements { count } processTime { avg } } totals { successRate } previous { totals { count } } } }',
      4,
      0,
    ],
    ['the service', '{ service { version } viewer { scopes } __typename __schema { types { name } } }', 0, 0],
  ])('%s', (_name, text, plannedCalls, scans) => {
    expect(plan(text)).toMatchObject({ plannedCalls, scans });
  });

  test('ids: one for each usage record, one at least for all events', () => {
    const ids = [usageId('a'), usageId('b'), usageId('a'), eventId('1'), eventId('2'), 'nonsense'];
    expect(plan('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids }).plannedCalls).toBe(3);
  });

  test('come from what is included, through fragments and variables', () => {
    const text = `query ($with: Boolean!, $first: Int = 500) {
      ...Page ... @include(if: $with) { events { nodes { id } } }
      ... on Query @skip(if: $with) { usageRecord(recordId: "a") { id } }
    } fragment Page on Query { usageRecords(first: $first) { nodes { id } } }`;
    expect(plan(text, { with: true }).plannedCalls).toBe(4);
    expect(plan(text, { with: false }).plannedCalls).toBe(4);
    expect(plan(text, { with: false, first: 10 }).plannedCalls).toBe(2);
  });

  test('retries included, records and series never make more than was planned for them', () => {
    expect(plan('{ usageRecord(recordId: "a") { id } }').mostCalls).toBe(6);
    expect(plan('{ usageRecords { nodes { id } } }').mostCalls).toBe(20);
    expect(plan('{ usageRecord(recordId: "a") { id } }', {}, { maxUpstreamCalls: 2 }).mostCalls).toBe(2);
  });

  test('what can not be run is not planned: execution tells why', () => {
    const text = 'query ($first: Int!) { events(first: $first) { from } }';
    expect(planOperation({ schema, document: parse(text), variableValues: {} }, LIMITS, NOW_MS)).toBeNull();
    const two = parse('query A { __typename } query B { __typename }');
    expect(planOperation({ schema, document: two }, LIMITS, NOW_MS)).toBeNull();
    expect(planOperation({ schema, document: two, operationName: 'C' }, LIMITS, NOW_MS)).toBeNull();
    expect(planOperation({ schema, document: two, operationName: 'B' }, LIMITS, NOW_MS)).not.toBeNull();
  });
});

describe('a refusal', () => {
  test('names the calls that are sure to be made', () => {
    const ids = Array.from({ length: 21 }, (_, n) => usageId(`r${n}`));
    const refused = (count: number) =>
      refusePlan(
        plan('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: ids.slice(0, count) }),
        LIMITS,
      );
    expect(refused(20)).toBeNull();
    expect(refused(21)).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      details: { limit: 'maxUpstreamCalls', allowed: 20, requested: 21 },
    });
    const unbounded = { ...LIMITS, maxUpstreamCalls: null };
    expect(refusePlan(plan('{ usageRecords { nodes { id } } }', {}, unbounded), unbounded)).toBeNull();
  });

  test('names the list that costs most', () => {
    const text =
      '{ timeline(first: 400) { nodes { id ... on Event { relatedUsage(first: 400) { edges { node { id } } } } } } }';
    expect(refusePlan(plan(text), LIMITS)).toMatchObject({
      message: expect.stringContaining("'timeline.nodes.relatedUsage.edges'"),
      details: { limit: 'maxCost', allowed: 1_000 },
    });
  });
});

describe('the cost', () => {
  test('is ten for a call, a tenth for an object and a hundredth for a value, rounded up', () => {
    // 6 calls, 1 object, 3 values
    expect(plan('{ usageRecord(recordId: "a") { id elementKey timestamp } }').cost).toBe(61);
    // 20 calls, 1 connection, 100 edges of 1 value, 100 nodes of 2
    expect(plan('{ usageRecords(first: 100) { edges { cursor node { id timestamp } } } }').cost).toBe(224);
    expect(plan('{ __typename }').cost).toBe(1);
  });

  test('of an answer is what it holds, and never more than was reckoned with', () => {
    const asked = plan(
      '{ usageRecords(first: 10) { nodes { id timestamp } coverage { status } } viewer { scopes } }',
    );
    const nodes = [1, 2, 3].map((id) => ({ id, timestamp: id }));
    const coverage = [{ status: 'COMPLETE' }, { status: 'FILLING' }, { status: 'STALE' }];
    // 0.10 + 3 × 0.12 + 0.11 + 0.11, and two calls
    expect(asked.measure({ usageRecords: { nodes, coverage }, viewer: { scopes: ['a'] } }, 2)).toBe(21);
    expect(asked.measure({ usageRecords: null, viewer: null }, 0)).toBe(0);
    expect(asked.measure(null, 0)).toBe(0);
  });

  test('of elements that nothing bounds is that of 25 of them; keys count one by one', () => {
    const cost = (args: string) =>
      plan(
        `{ usageAnalytics(range: { last: "PT10M" }, interval: MINUTE) { totals { elements${args} { count } } } }`,
      ).cost;
    expect(cost('')).toBe(cost('(top: 1000)'));
    expect(cost('(top: 1)')).toBeLessThan(cost(''));
    expect(cost(`(keys: [${'"a"'.repeat(100)}])`)).toBeGreaterThan(cost(''));
  });
});

describe('what the rules leave out', () => {
  test('no field of the graph: each that takes arguments has a rule, or is known to need none', () => {
    const BOUND_ELSEWHERE = [
      'AnalyticsBucket.elements',
      'AnalyticsTotals.elements',
      'UsageAnalytics.previous',
    ];
    const found = Object.values(schema.getTypeMap()).flatMap((type) =>
      type.name.startsWith('__') || !('getFields' in type)
        ? []
        : Object.values(type.getFields()).flatMap((field) =>
            'args' in field && field.args.length > 0 ? [`${type.name}.${field.name}`] : [],
          ),
    );
    expect(found.filter((name) => !BOUND_ELSEWHERE.includes(name)).toSorted()).toEqual([
      'Event.relatedUsage',
      'Query.eventFacets',
      'Query.events',
      'Query.node',
      'Query.nodes',
      'Query.timeline',
      'Query.usageAnalytics',
      'Query.usageRecord',
      'Query.usageRecords',
      'UsageRecord.relatedEvents',
    ]);
  });
});
