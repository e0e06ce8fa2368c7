import { isInterfaceType, isObjectType, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { SOURCES } from '../../../src/base/source.ts';
import type { Source } from '../../../src/base/source.ts';
import { estimateOperation, refuseOperation } from '../../../src/graph/cost/operation.ts';
import type { EstimateLimits, OperationEstimate } from '../../../src/graph/cost/operation.ts';
import { SCOPES } from '../../../src/graph/access.ts';
import type { Scope } from '../../../src/graph/access.ts';
import { encodeGlobalId } from '../../../src/graph/global-id.ts';
import { schema } from '../../../src/graph/schema.ts';
import { createRandomQueries } from '../../support/random-query.ts';
import { createSeededRandom } from '../../support/seeded-random.ts';

const NOW_MS = Date.parse('2026-11-21T12:00:00Z');
const VIEWER = { isAnonymous: false, scopes: new Set(SCOPES) };
const MOMENT = { nowMs: NOW_MS, viewer: VIEWER, callable: new Set(SOURCES) };
const LIMITS: EstimateLimits = {
  defaultPageSize: 50,
  maxPageSize: 500,
  maxBuckets: 2_000,
  maxUpstreamBuckets: 20_000,
  maxUpstreamCalls: 20,
  maxCost: 1_000,
  hasArchive: false,
  pageSizes: { usage: 200, events: 1_000 },
  ends: { USAGE: null, EVENTS: null },
};

function estimate(
  text: string,
  variableValues: Record<string, unknown> = {},
  limits: Partial<EstimateLimits> = {},
) {
  return estimateOperation(
    { schema, document: parse(text), variableValues },
    { ...LIMITS, ...limits },
    MOMENT,
  )!;
}

const pages = (argsOf: (n: number) => string): string =>
  `{ ${[1, 2, 3].map((n) => `a${n}: usageRecords(${argsOf(n)}) { nodes { id } }`).join(' ')} }`;
const upTo = (day: number): string => `{ from: "2026-11-01T00:00:00Z", to: "2026-11-0${day + 1}T00:00:00Z" }`;
const usageId = (id: string) => encodeGlobalId({ source: 'USAGE', id, timestampMs: 0 });
/** As it was before ids carried a time. */
const oldUsageId = (id: string) => Buffer.from(`UsageRecord:${id}`).toString('base64url');
const eventId = (id: string) => encodeGlobalId({ source: 'EVENTS', id, timestampMs: NOW_MS });

/** A text with the form of a cursor. */
function cursorOf(n: number): string {
  return String(n).repeat(188);
}

describe('the calls of an operation', () => {
  test.each([
    'usageRecords(filter: { searchText: $text }) { nodes { id } totalCount { value } }',
    'usageRecords(filter: { hub: $text, ipAddress: "10.0.0.1" }) { nodes { id } }',
    'usageRecords(filter: { tags: [$text] }) { nodes { id } }',
    'events(filter: { searchText: $text }) { nodes { id } totalCount { value } }',
    'eventFacets(filter: { not: { action: { contains: $text } } }) { categories { values { value } } }',
    'usageBreakdown(filter: { hub: $text }, by: [ELEMENT]) { groups { count } }',
    'eventBreakdown(filter: { not: { action: { eq: $text } } }, by: [ACTION]) { groups { count } }',
    'timeline(filter: { usage: { hub: $text } }) { nodes { id } }',
    'timeline(filter: { events: { username: { eq: $text } } }) { nodes { id } totalCount { value } }',
  ])('are none if the filter is refused: %s', (field) => {
    const refused = estimate(`query ($text: String!) { ${field} }`, { text: '\uD83D' });
    expect(refused).toMatchObject({ leastCalls: 0, plannedCalls: 0, scans: 0 });
    expect(estimate(`query ($text: String!) { ${field} }`, { text: 'x' }).leastCalls).toBeGreaterThan(0);
  });

  test('are none if the filter holds an empty text, which its vendor would read as no filter', () => {
    expect(estimate('{ usageRecords(filter: { searchText: "" }) { nodes { id } } }').leastCalls).toBe(0);
    expect(estimate('{ events(filter: { searchText: "" }) { nodes { id } } }').leastCalls).toBe(1);
  });

  test.each([
    ['a record', '{ usageRecord(recordId: "a1") { id } }', 1, 0],
    [
      'a record asked for twice',
      '{ a: usageRecord(recordId: "a1") { id } b: usageRecord(recordId: "a1") { id } }',
      1,
      0,
    ],
    ['a text that can be no id', '{ usageRecord(recordId: "../x") { id } node(id: "x") { id } }', 0, 0],
    ['a page', '{ usageRecords { nodes { id } } }', 1, 0],
    [
      'a page as large as the page of the vendor, and the row that proves a next page',
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
      1,
      1,
    ],
    [
      'a page with a count that no series has',
      '{ usageRecords(first: 500, filter: { hub: "crm" }) { nodes { id } totalCount { value } } }',
      4,
      1,
    ],
    [
      'a timeline with a count that no series has',
      '{ timeline(filter: { usage: { hub: "crm" } }) { nodes { id } totalCount { value } } }',
      4,
      2,
    ],
    [
      'a filter that the vendor can not apply',
      '{ usageRecords(filter: { ipAddress: "10.0.0.1" }) { nodes { id } totalCount { value } } }',
      2,
      2,
    ],
    [
      'a range that the vendor can not apply',
      '{ usageRecords(filter: { responseStatus: { gte: 500 } }) { nodes { id } totalCount { value } } }',
      2,
      2,
    ],
    [
      'a range without a number in it',
      '{ usageRecords(filter: { processTime: { gte: 5, lt: 5 } }) { nodes { id } totalCount { value } } }',
      0,
      0,
    ],
    [
      'a filter that nothing matches',
      '{ usageRecords(filter: { tags: [] }) { nodes { id } } events(filter: { action: { in: [] } }) { nodes { id } } }',
      0,
      0,
    ],
    [
      'a timeline with a wrong filter for a source that it does not ask for',
      '{ timeline(filter: { sources: [EVENTS], usage: { hub: "" } }) { nodes { id } } }',
      1,
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
      'events by a filter that the vendor applies',
      '{ events(filter: { action: { contains: "fail" } }) { nodes { id } } }',
      1,
      0,
    ],
    [
      'events by a filter that is tested here',
      '{ events(filter: { not: { action: { eq: "x" } } }) { nodes { id } } }',
      1,
      1,
    ],
    [
      'events in an order that is made here',
      '{ events(orderBy: [{ field: CATEGORY }]) { nodes { id } } }',
      1,
      1,
    ],
    [
      'oldest events first',
      '{ events(orderBy: [{ field: TIMESTAMP, direction: ASC }]) { nodes { id } } }',
      1,
      0,
    ],
    ['facets', '{ eventFacets { categories { other } actions { other } } }', 1, 1],
    ['facets, with none selected', '{ eventFacets { from } }', 0, 0],
    [
      'breakdowns of one range and filter, whatever they group by',
      '{ a: usageBreakdown(by: [ELEMENT]) { groups { count } } b: usageBreakdown(by: [STATUS], interval: DAY, top: 3) { other { count } } }',
      1,
      1,
    ],
    [
      'breakdowns of events that need other fields',
      '{ a: eventBreakdown(by: [ACTION]) { groups { count } } b: eventBreakdown(by: [USERNAME]) { groups { count } } c: eventBreakdown(by: [CATEGORY], top: 1) { coverage { status } } }',
      2,
      2,
    ],
    [
      'a breakdown without its groups',
      '{ usageBreakdown(by: [ELEMENT]) { from timeZone } eventBreakdown(by: [ACTION]) { to } }',
      0,
      0,
    ],
    [
      'a breakdown that is refused',
      '{ usageBreakdown(by: []) { groups { count } } eventBreakdown(by: [ACTION], interval: SECOND) { groups { count } } }',
      0,
      0,
    ],
    [
      'a breakdown that nothing matches',
      '{ usageBreakdown(by: [ELEMENT], filter: { tags: [] }) { groups { count } } }',
      0,
      0,
    ],
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
    expect(estimate(text)).toMatchObject({ plannedCalls, scans });
  });

  test.each([
    [
      'pages of any length over one range, because they may be empty: one',
      pages((n) => `first: ${n + 400}`),
      1,
    ],
    ['pages over other ranges: one each', pages((n) => `range: { last: "P${n}D" }`), 3],
    ['pages behind other cursors: one each', pages((n) => `after: "${cursorOf(n)}"`), 3],
    [
      'pages from the oldest on, of ranges that begin alike: one',
      pages((n) => `last: 5, range: ${upTo(n)}`),
      1,
    ],
    [
      'a page with its count, because a page that is the whole list is also its count',
      '{ events { nodes { id } totalCount { value } } }',
      1,
    ],
    [
      'a count beside a page that may be the whole list',
      '{ a: usageRecords { nodes { id } } timeline { nodes { id } totalCount { value } } }',
      3,
    ],
    ['a count alone', '{ events { totalCount { value } } usageRecords { totalCount { value } } }', 2],
    [
      'counts of the timeline, which its pages do not give: one of each source for all',
      '{ a: timeline(first: 1) { nodes { id } totalCount { value } } b: timeline(first: 2) { nodes { id } totalCount { value } } }',
      4,
    ],
    [
      'scans by filters that the vendor can not apply: it is asked the same question for all',
      '{ a: events(filter: { searchText: "x" }) { nodes { id } } b: events(filter: { searchText: "y" }) { nodes { id } } }',
      1,
    ],
    [
      'an order that is made here, with any cursor: the whole range is read again',
      `{ a: events(orderBy: [{ field: ACTION }], after: "${cursorOf(1)}") { nodes { id } } b: events(orderBy: [{ field: ACTION }], after: "${cursorOf(2)}") { nodes { id } } }`,
      1,
    ],
    [
      'facets, each without its own filter',
      '{ a: eventFacets(filter: { action: { eq: "x" } }) { actions { other } } b: eventFacets(filter: { action: { eq: "y" } }) { actions { other } } c: eventFacets(filter: { action: { eq: "y" } }) { categories { other } } }',
      2,
    ],
    [
      'a series, however its buckets are cut',
      '{ a: usageAnalytics(range: { last: "P7D" }, interval: DAY) { totals { count } } b: usageAnalytics(range: { last: "P7D" }, interval: WEEK) { buckets { count } } usageRecords { totalCount { value } } }',
      1,
    ],
    [
      'a series with the period before, and a series of both as one range',
      '{ a: usageAnalytics(range: { last: "P7D" }) { totals { count } previous { totals { count } } } b: usageAnalytics(range: { last: "P14D" }) { totals { count } } c: usageAnalytics(range: { last: "P7D" }) { totals { count } } }',
      2,
    ],
    [
      'a filter with nulls in it, and no filter',
      pages((n) => (n > 1 ? 'filter: { hub: null }' : 'range: null')),
      1,
    ],
  ])('at least: %s', (_name, text, leastCalls) => {
    expect(estimate(text)).toMatchObject({ leastCalls });
  });

  test('of a source that can not be called are none, nor are those of a count with it', () => {
    const text = `{ usageAnalytics(range: { last: "P1D" }) { totals { count successRate } } timeline { nodes { id } totalCount { value } } eventFacets { actions { other } } }`;
    const of = (...sources: Source[]) =>
      estimateOperation(
        { schema, document: parse(text) },
        { ...LIMITS, maxUpstreamCalls: 1_000 },
        { ...MOMENT, callable: new Set(sources) },
      );
    expect(of('USAGE', 'EVENTS')).toMatchObject({ leastCalls: 6, plannedCalls: 7, scans: 2 });
    expect(of('USAGE')).toMatchObject({ leastCalls: 3, plannedCalls: 3, scans: 0 });
    expect(of('EVENTS')).toMatchObject({ leastCalls: 1, plannedCalls: 2, scans: 1 });
    expect(of()).toMatchObject({ leastCalls: 0, plannedCalls: 0, mostCalls: 0 });
  });

  describe('for a viewer', () => {
    const of = (text: string, ...scopes: Scope[]) =>
      estimateOperation({ schema, document: parse(text) }, LIMITS, {
        ...MOMENT,
        callable: new Set(
          SOURCES.filter((source) => scopes.includes(source === 'USAGE' ? 'usage:read' : 'events:read')),
        ),
        viewer: { isAnonymous: false, scopes: new Set(scopes) },
      });

    test('who may not filter by an address are none, because the field refuses the filter', () => {
      const text = '{ timeline(filter: { events: { not: { ipAddress: "10.0.0.1" } } }) { nodes { id } } }';
      expect(of(text, 'usage:read', 'events:read')).toMatchObject({ leastCalls: 0, scans: 0, mostCalls: 0 });
      expect(of(text, 'usage:read', 'events:read', 'pii:read')).toMatchObject({ leastCalls: 2, scans: 1 });
    });

    test('who may not read a source are those of the other source, without a count', () => {
      const text = '{ timeline(filter: { usage: { hub: "" } }) { nodes { id } totalCount { value } } }';
      expect(of(text, 'events:read')).toMatchObject({ leastCalls: 1, scans: 0 });
    });

    test('who may not group by personal data are none, because the field refuses to', () => {
      const text = '{ eventBreakdown(by: [ACTION, USERNAME]) { groups { count } } }';
      expect(of(text, 'events:read')).toMatchObject({ leastCalls: 0, scans: 0 });
      expect(of(text, 'events:read', 'pii:read')).toMatchObject({ leastCalls: 1, scans: 1 });
    });

    test('who may not see a facet do not include its scan', () => {
      const text = '{ eventFacets { usernames { other } } }';
      expect(of(text, 'events:read')).toMatchObject({ leastCalls: 0, scans: 0 });
      expect(of(text, 'events:read', 'pii:read')).toMatchObject({ leastCalls: 1, scans: 1 });
    });
  });

  test('are kept from scans, but each scan keeps one call', () => {
    const text = (first: number) =>
      `{ events { totalCount { value } } ${Array.from({ length: 7 }, (_, n) => `a${n}: usageRecords(range: { last: "P${n + 1}D" }, first: ${first}) { nodes { id } }`).join(' ')} }`;
    expect(estimate(text(5))).toMatchObject({ plannedCalls: 8, keptFromScans: 7 });
    expect(estimate(text(500))).toMatchObject({ plannedCalls: 22, keptFromScans: 19 });
  });

  test('for full answers are never fewer than the least: random queries', () => {
    const write = createRandomQueries(schema, createSeededRandom(7), {
      ids: [usageId('a'), eventId('1'), eventId('2')],
      recordIds: ['a', 'b'],
      cursors: ['x', 'y'],
    });
    let atLeast = 0;
    for (let n = 0; n < 2_000; n += 1) {
      const query = write();
      const planned: OperationEstimate | null = estimate(query);
      if (!planned) continue;
      expect(planned.leastCalls, query).toBeLessThanOrEqual(planned.plannedCalls);
      atLeast = Math.max(atLeast, planned.leastCalls);
    }
    expect(atLeast).toBeGreaterThan(3);
  });

  test('by id: at least one for all events, one for all usage records whose times are known, and one for each other record', () => {
    const text = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';
    const of = (...ids: string[]) => estimate(text, { ids });
    expect(of(usageId('a'), usageId('b'), eventId('1'), eventId('2'), 'nonsense')).toMatchObject({
      leastCalls: 2,
      plannedCalls: 2,
      mostCalls: 20,
    });
    expect(of(oldUsageId('a'), oldUsageId('b'), oldUsageId('a'))).toMatchObject({
      leastCalls: 2,
      plannedCalls: 2,
    });
    // Those by their ids may be just those that the others ask for.
    expect(of(oldUsageId('a'), oldUsageId('b'), usageId('a'))).toMatchObject({
      leastCalls: 2,
      plannedCalls: 3,
    });
    expect(of(...Array.from({ length: 50 }, (_, n) => usageId(`r${n}`)))).toMatchObject({ leastCalls: 1 });
  });

  test('come from the fields that are included, through fragments and variables', () => {
    const text = `query ($with: Boolean!, $first: Int = 500) {
      ...Page ... @include(if: $with) { events { nodes { id } } }
      ... on Query @skip(if: $with) { usageRecord(recordId: "a") { id } }
    } fragment Page on Query { usageRecords(first: $first) { nodes { id } } }`;
    expect(estimate(text, { with: true }).plannedCalls).toBe(4);
    expect(estimate(text, { with: false }).plannedCalls).toBe(4);
    expect(estimate(text, { with: false, first: 10 }).plannedCalls).toBe(2);
  });

  test('of records, with retries included, are never more than the attempts that their calls may take', () => {
    expect(estimate('{ usageRecord(recordId: "a") { id } }').mostCalls).toBe(6);
    expect(estimate('{ usageRecords { nodes { id } } }').mostCalls).toBe(20);
    expect(estimate('{ usageRecord(recordId: "a") { id } }', {}, { maxUpstreamCalls: 2 }).mostCalls).toBe(2);
  });

  test('an operation that can not run has no estimate, because the execution reports why', () => {
    const text = 'query ($first: Int!) { events(first: $first) { from } }';
    expect(
      estimateOperation({ schema, document: parse(text), variableValues: {} }, LIMITS, MOMENT),
    ).toBeNull();
    const two = parse('query A { __typename } query B { __typename }');
    expect(estimateOperation({ schema, document: two }, LIMITS, MOMENT)).toBeNull();
    expect(estimateOperation({ schema, document: two, operationName: 'C' }, LIMITS, MOMENT)).toBeNull();
    expect(estimateOperation({ schema, document: two, operationName: 'B' }, LIMITS, MOMENT)).not.toBeNull();
  });
});

describe('a refusal', () => {
  test('names the calls that are sure to be made, without those that only full pages take', () => {
    const ids = Array.from({ length: 21 }, (_, n) => oldUsageId(`r${n}`));
    const refused = (count: number) =>
      refuseOperation(
        estimate('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: ids.slice(0, count) }),
        LIMITS,
      );
    expect(refused(20)).toBeNull();
    expect(refused(21)).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      details: { limit: 'maxUpstreamCalls', allowed: 20, requested: 21 },
    });
    const long = Array.from(
      { length: 7 },
      (_, n) => `a${n}: usageRecords(range: { last: "P${n + 1}D" }, first: 500) { nodes { id } }`,
    );
    expect(estimate(`{ ${long.join(' ')} }`)).toMatchObject({ leastCalls: 7, plannedCalls: 21 });
    expect(refuseOperation(estimate(`{ ${long.join(' ')} }`), LIMITS)).toBeNull();
  });

  test('names the list that costs most', () => {
    const text =
      '{ timeline(first: 400) { nodes { id ... on Event { relatedUsage(first: 400) { edges { node { id } } } } } } }';
    expect(refuseOperation(estimate(text), LIMITS)).toMatchObject({
      message: expect.stringContaining("'timeline.nodes.relatedUsage.edges'"),
      details: { limit: 'maxCost', allowed: 1_000 },
    });
  });
});

describe('the cost', () => {
  test('is ten for a call, a twenty-fifth for an object and a hundredth for a value, rounded up', () => {
    // 6 calls, 1 object, 3 values
    expect(estimate('{ usageRecord(recordId: "a") { id elementKey timestamp } }').cost).toBe(61);
    // 20 calls, 1 connection, 100 edges of 1 value, 100 nodes of 2
    expect(estimate('{ usageRecords(first: 100) { edges { cursor node { id timestamp } } } }').cost).toBe(
      212,
    );
    expect(estimate('{ __typename }').cost).toBe(1);
  });

  test('of an answer is the cost of what it holds, and never more than the estimate', () => {
    const asked = estimate(
      '{ usageRecords(first: 10) { nodes { id timestamp } coverage { status } } viewer { scopes } }',
    );
    const nodes = [1, 2, 3].map((id) => ({ id, timestamp: id }));
    const coverage = [{ status: 'COMPLETE' }, { status: 'FILLING' }, { status: 'STALE' }];
    // 0.04 + 3 × 0.06 + 0.05 + 0.05, and two calls
    expect(asked.measure({ usageRecords: { nodes, coverage }, viewer: { scopes: ['a'] } }, 2)).toBe(21);
    expect(asked.measure({ usageRecords: null, viewer: null }, 0)).toBe(0);
    expect(asked.measure(null, 0)).toBe(0);
  });

  const related = (source: 'events' | 'usage', first: number, fields: string) =>
    source === 'events'
      ? `... on UsageRecord { relatedEvents(first: ${first}) { edges { node { ${fields} } } } }`
      : `... on Event { relatedUsage(first: ${first}) { edges { node { ${fields} } } } }`;
  const nodes = (fields: string) => estimate(`{ timeline(first: 100) { nodes { id ${fields} } } }`).cost;

  test('of entries of either type is that of the costlier type, because no entry has both', () => {
    const [events, usage] = [related('events', 2, 'id'), related('usage', 5, 'id timestamp')];
    expect(nodes(usage)).toBeGreaterThan(nodes(events));
    expect(nodes(`${events} ${usage}`)).toBe(nodes(usage));
    expect(nodes('... on Event { action username } ... on UsageRecord { elementKey }')).toBe(
      nodes('... on Event { action username }'),
    );
  });

  test('of related entries includes the rows that are looked through, found or not', () => {
    const looks = (count: number) =>
      estimate(
        `{ events(first: 500) { nodes { ${Array.from({ length: count }, (_, n) => `a${n}: relatedUsage(by: [TIME], within: "PT${n + 1}H", first: 1) { coverage { status } }`).join(' ')} } } }`,
      );
    // A lookup 0.20, two objects 0.08, a value 0.01.
    expect(looks(2).cost - looks(1).cost).toBe(500 * 0.29);
    expect(refuseOperation(looks(5), LIMITS)).toBeNull();
    expect(refuseOperation(looks(7), LIMITS)).toMatchObject({
      details: { limit: 'maxCost', allowed: 1_000 },
    });
  });

  test('of an answer is never more than the estimate, also if two types use one key for different fields', () => {
    const asked = estimate(
      `{ timeline(first: 1) { nodes { ${related('events', 1, 'id timestamp source').replace('relatedEvents', 'r: relatedEvents')} ${related('usage', 9, 'id').replace('relatedUsage', 'r: relatedUsage')} } } }`,
    );
    const edges = Array.from({ length: 9 }, (_, id) => ({ node: { id } }));
    expect(asked.measure({ timeline: { nodes: [{ r: { edges } }] } }, 20)).toBeLessThanOrEqual(asked.cost);
  });

  test('of a breakdown is that of its groups, of their buckets and of the rows that it groups', () => {
    const cost = (args: string, fields: string) =>
      estimate(`{ usageBreakdown(by: [ELEMENT]${args}) { ${fields} } }`).cost;
    // 20 calls 200, the rows 30, 10 groups of 0.05, and in each 8 days of 0.05.
    expect(cost(', top: 10', 'groups { count }')).toBe(231);
    expect(cost(', top: 10, interval: DAY', 'groups { count buckets { count } }')).toBe(235);
    expect(cost(', top: 1, interval: DAY', 'other { buckets { count } }')).toBe(231);
  });

  test('of elements that nothing bounds is that of 25 elements; keys count one by one', () => {
    const cost = (args: string) =>
      estimate(
        `{ usageAnalytics(range: { last: "PT10M" }, interval: MINUTE) { buckets { elements${args} { count } } } }`,
      ).cost;
    expect(cost('')).toBe(cost('(top: 1000)'));
    expect(cost('(top: 1)')).toBeLessThan(cost(''));
    expect(cost(`(keys: [${'"a"'.repeat(100)}])`)).toBeGreaterThan(cost(''));
  });
});

describe('the fields of the graph', () => {
  test('each that takes arguments declares its estimate, or is bounded by another field', () => {
    const found = Object.values(schema.getTypeMap()).flatMap((type) =>
      type.name.startsWith('__') || !(isObjectType(type) || isInterfaceType(type))
        ? []
        : Object.values(type.getFields()).flatMap(({ name, args, extensions }) =>
            args.length > 0
              ? [{ name: `${type.name}.${name}`, isDeclared: extensions.estimate !== undefined }]
              : [],
          ),
    );
    const named = (is: boolean) =>
      found.flatMap(({ name, isDeclared }) => (isDeclared === is ? [name] : [])).toSorted();
    expect(named(false)).toEqual(['UsageAnalytics.previous']);
    expect(named(true)).toEqual([
      'AnalyticsBucket.elements',
      'AnalyticsTotals.elements',
      'Event.relatedUsage',
      'Query.eventBreakdown',
      'Query.eventFacets',
      'Query.events',
      'Query.node',
      'Query.nodes',
      'Query.timeline',
      'Query.usageAnalytics',
      'Query.usageBreakdown',
      'Query.usageRecord',
      'Query.usageRecords',
      'Subscription.activity',
      'UsageRecord.relatedEvents',
    ]);
  });
});
