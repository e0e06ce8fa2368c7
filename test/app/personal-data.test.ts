import { getIntrospectionQuery, getNamedType, isInterfaceType, isLeafType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeGlobalId } from '../../src/graph/global-id.ts';
import { schema } from '../../src/graph/schema.ts';
import { createApiKey } from '../../src/http/identity/api-keys.ts';
import { createTestApp, NOW_MS, startApp } from '../support/running-app.ts';
import type { RunningApp } from '../support/running-app.ts';

// A caller who may read both sources, but no personal data, asks for every field. No answer may contain a person's name or
// address, or a sentence about them, in its data, errors or extensions.

const makeKey = (...scopes: string[]) => {
  const made = createApiKey(scopes.length > 3 ? 'full' : 'reader', scopes);
  if (typeof made === 'string') throw new Error(made);
  return made;
};
const reader = makeKey('usage:read', 'events:read', 'introspect');
const full = makeKey('usage:read', 'events:read', 'introspect', 'pii:read');

let running: RunningApp;
/** All personal values in the vendors' data. */
let personal: readonly string[];
let from: string;

beforeAll(async () => {
  running = await startApp(
    { eventsRows: 10_000, usageRows: 2_000 },
    {
      SIGHTLINE_API_KEYS: [reader.line, full.line].join(';'),
      SIGHTLINE_MAX_COST: '10000000',
      SIGHTLINE_RATE_CAPACITY: '0',
      SIGHTLINE_MAX_UPSTREAM_CALLS: '1000',
      SIGHTLINE_MAX_SCANNED_ROWS: '100000',
      SIGHTLINE_OPERATION_TIMEOUT_MS: '60000',
    },
  );
  const read = async (sql: string) => (await running.sandbox.query(sql)).map(({ value }) => String(value));
  personal = [
    ...(await read('select distinct username as value from events where username is not null')),
    ...(await read('select distinct description as value from events where description is not null')),
    ...(await read('select distinct ip_address as value from events where ip_address is not null')),
    ...(await read('select distinct request_ip as value from usage where request_ip is not null')),
    ...(await read(
      "select distinct split_part(request_uri, '?', 2) as value from usage where request_uri like '%?%'",
    )),
  ].filter((value) => value !== '');
  const [firstMs] = await read(
    'select epoch_ms(min(t)) as value from (select min(happened_at) as t from events union all select min(happened_at) from usage)',
  );
  from = new Date(Number(firstMs)).toISOString();
}, 60_000);
afterAll(() => running.close());

/** Sends a query. @returns the text of the whole response body */
async function ask(query: string, key = reader.key): Promise<string> {
  const response = await running.app.fetch('http://service.test/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query }),
  });
  return response.text();
}

interface Answer {
  readonly data: Record<string, { pageInfo?: { hasNextPage: boolean; endCursor: string | null } }>;
  readonly errors?: readonly { message: string; extensions: Record<string, unknown> }[];
}

/** All fields of a type without arguments and selections. The schema lists them, so that new fields are included. */
function leavesOf(name: string): string {
  const type = schema.getType(name);
  if (!isObjectType(type) && !isInterfaceType(type)) throw new Error(name);
  return Object.values(type.getFields())
    .filter((field) => isLeafType(getNamedType(field.type)) && field.args.length === 0)
    .map((field) => field.name)
    .join(' ');
}

const EVENT = leavesOf('Event');
const RECORD = leavesOf('UsageRecord');
const AROUND = `from to coverage { ${leavesOf('Coverage')} } pageInfo { ${leavesOf('PageInfo')} }`;

/** Pages through both sources to their ends. @returns the texts of all answers */
async function readAll(key?: string): Promise<string[]> {
  const texts: string[] = [];
  let after = '';
  for (;;) {
    const text = await ask(
      `{ timeline(range: { from: "${from}" } first: 500 ${after}) {
        nodes { __typename ... on Event { ${EVENT} } ... on UsageRecord { ${RECORD} } }
        ${AROUND} edges { cursor } ${after === '' ? 'totalCount { value accuracy }' : ''}
      } }`,
      key,
    );
    texts.push(text);
    const { data, errors } = JSON.parse(text) as Answer;
    expect(errors).toBeUndefined();
    const info = data['timeline']?.pageInfo;
    if (!info?.hasNextPage) return texts;
    after = `after: "${info.endCursor}"`;
  }
}

const found = (text: string) => personal.filter((value) => text.includes(value));

describe('a caller without pii:read', () => {
  test('finds nothing personal in 10,000 events and the calls beside them; a caller with pii:read finds all of it', async () => {
    const texts = await readAll();
    expect(texts.join('').match(/"eventId"/g)?.length).toBeGreaterThanOrEqual(10_000);
    expect(found(texts.join('\n'))).toEqual([]);

    const seen = (await readAll(full.key)).join('\n');
    expect(personal.length).toBeGreaterThan(100);
    // JSON text, as in the answer, so that the test would find a leak.
    expect(found(seen)).toEqual(personal);
  }, 120_000);

  test('finds nothing personal in facets, series, relations, single entries, service or the schema', async () => {
    const range = `range: { from: "${from}" }`;
    const some = JSON.parse(
      await ask('{ timeline(first: 20, range: { last: "P2D" }) { nodes { id } } }'),
    ) as { data: { timeline: { nodes: { id: string }[] } } };
    const ids = JSON.stringify(some.data.timeline.nodes.map(({ id }) => id));
    const texts = await Promise.all(
      [
        `{ eventFacets(${range}, top: 500) { categories { values { value count } missing other } actions { values { value count } } usernames { values { value count } missing other } ipAddresses { values { value count } } coverage { ${leavesOf('Coverage')} } } }`,
        `{ usageBreakdown(${range}, by: [ELEMENT, STATUS, METHOD], top: 500) { groups { key { value } count } } eventBreakdown(${range}, by: [CATEGORY, ACTION], top: 500) { groups { key { value } firstAt } coverage { ${leavesOf('Coverage')} } } }`,
        `{ usageAnalytics(${range}) { totals { count elements { elementKey count } successRate } buckets { count } } }`,
        `{ events(first: 50) { nodes { ${EVENT} relatedUsage(by: [TIME]) { coverage { reason } edges { basis confidence node { ${RECORD} } } } } } }`,
        `{ usageRecords(first: 50) { nodes { ${RECORD} relatedEvents(by: [TIME]) { coverage { reason } edges { basis confidence node { ${EVENT} } } } } } }`,
        `{ nodes(ids: ${ids}) { __typename id ... on Event { ${EVENT} } ... on UsageRecord { ${RECORD} } } }`,
        '{ service { version sources { source healthy } } viewer { scopes } }',
        getIntrospectionQuery(),
      ].map((query) => ask(query)),
    );
    const answers = texts.map((text) => JSON.parse(text) as Answer);
    expect(answers.flatMap(({ errors = [] }) => errors)).toEqual([]);
    expect(answers[0]?.data['eventFacets']).toMatchObject({ usernames: null, ipAddresses: null });
    expect(found(texts.join('\n'))).toEqual([]);
  }, 60_000);

  // With each of these a caller could test a guess.
  test.each([
    ['events(filter: { username: { contains: "o" } })', 'filter.username'],
    ['events(filter: { username: { isNull: true } })', 'filter.username'],
    ['events(filter: { not: { username: { startsWith: "b" } } })', 'filter.not.username'],
    ['events(filter: { ipAddress: "0.0.0.0/1" })', 'filter.ipAddress'],
    ['events(filter: { searchText: "log" })', 'filter.searchText'],
    ['events(filter: { category: { eq: "user" }, not: { searchText: "log" } })', 'filter.not.searchText'],
    ['events(orderBy: [{ field: USERNAME }])', 'orderBy'],
    ['events(orderBy: [{ field: CATEGORY }, { field: USERNAME, direction: ASC }])', 'orderBy'],
    ['eventFacets(filter: { username: { contains: "o" } })', 'filter.username'],
    ['eventFacets(filter: { ipAddress: "::/1" })', 'filter.ipAddress'],
    ['eventFacets(filter: { not: { searchText: "o" } })', 'filter.not.searchText'],
    ['eventBreakdown(by: [USERNAME])', 'by'],
    ['eventBreakdown(by: [ACTION, IP_ADDRESS])', 'by'],
    ['eventBreakdown(by: [ACTION], filter: { username: { contains: "o" } })', 'filter.username'],
    ['usageBreakdown(by: [ELEMENT, IP_ADDRESS])', 'by'],
    ['usageBreakdown(by: [ELEMENT], filter: { searchText: "o" })', 'filter.searchText'],
    ['usageRecords(filter: { ipAddress: "0.0.0.0/1" })', 'filter.ipAddress'],
    ['usageRecords(filter: { searchText: "o" })', 'filter.searchText'],
    ['timeline(filter: { ipAddress: "0.0.0.0/1" })', 'filter.ipAddress'],
    ['timeline(filter: { usage: { ipAddress: "0.0.0.0/1" } })', 'filter.usage.ipAddress'],
    ['timeline(filter: { usage: { searchText: "o" } })', 'filter.usage.searchText'],
    ['timeline(filter: { events: { username: { contains: "o" } } })', 'filter.events.username'],
    ['timeline(filter: { events: { not: { ipAddress: "0.0.0.0/1" } } })', 'filter.events.not.ipAddress'],
  ])('may not ask %s, and the error names the argument', async (field, argument) => {
    const selections = field.startsWith('eventFacets')
      ? ['categories { missing }', 'coverage { matched }']
      : field.includes('Breakdown')
        ? ['groups { count }', 'other { count }', 'coverage { matched }', 'from']
        : ['totalCount { value }', 'nodes { id }', 'coverage { matched }', 'from'];
    for (const selection of selections) {
      const text = await ask(`{ ${field} { ${selection} } }`);
      const { data, errors } = JSON.parse(text) as Answer;
      expect(Object.values(data)).toEqual([null]);
      expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'FORBIDDEN', argument }]);
      expect(found(text)).toEqual([]);
    }
  });

  test("does not get the bytes of the vendors' answers, because their length depends on personal data", async () => {
    const query =
      '{ events(first: 1) { nodes { username } } usageRecords(first: 1) { nodes { requestURI } } }';
    for (const [key, names] of [
      [reader.key, ['calls', 'ms', 'operation', 'rows', 'source']],
      [full.key, ['bytes', 'calls', 'ms', 'operation', 'rows', 'source']],
    ] as const) {
      const { extensions } = JSON.parse(await ask(query, key)) as { extensions: { upstream: object[] } };
      expect(extensions.upstream.map((tally) => Object.keys(tally).toSorted())).toEqual([names, names]);
    }
  });

  test('causes no vendor call for hidden fields; a caller with pii:read causes the usual ones', async () => {
    const asked: string[] = [];
    const event = {
      id: 7,
      timestamp: new Date(NOW_MS - 3_600_000).toISOString().replace('.000', ''),
      category: 'user',
      action: 'x',
    };
    const record = {
      id: '53fb1c2de4b0a2ba4f4b2e7c',
      usageDate: new Date(NOW_MS - 3_600_000).toISOString(),
      requestStatus: 'SUCCESS',
      userId: 1,
      companyId: 1,
      processTime: 5,
      requestURI: '/x',
      requestIP: '10.0.0.1',
      elementApi: 'x',
    };
    const answering = (answer: unknown) => ({
      get: async ({ target }: { target: string }) => {
        asked.push(target);
        const body = Buffer.from(JSON.stringify(answer));
        return { status: 200, headers: { 'content-type': 'application/json' }, body };
      },
      close: async () => {},
    });
    const app = createTestApp(
      {
        SIGHTLINE_API_KEYS: [reader.line, full.line].join(';'),
        EVENTS_API_TOKEN: 'canary',
        USAGE_API_USER_SECRET: 'canary',
        USAGE_API_ORGANIZATION_SECRET: 'canary',
      },
      {
        clock: { now: () => NOW_MS },
        transports: { EVENTS: answering([event]), USAGE: answering(record) },
      },
    );
    const id = encodeGlobalId({ source: 'EVENTS', id: '7', timestampMs: NOW_MS - 3_600_000 });
    const fieldsAsked = async (key: string, query: string) => {
      asked.length = 0;
      await app.fetch('http://service.test/graphql', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${key}`,
          'cache-control': 'no-cache',
        },
        body: JSON.stringify({ query }),
      });
      const targets = asked.filter((target) => target.startsWith('/events'));
      return targets.map((target) => new URL(target, 'http://x').searchParams.get('fields')?.split(','));
    };
    const plain = ['id', 'timestamp', 'category', 'action'];
    const whole = [...plain, 'description', 'ipAddress', 'username'];
    for (const query of [
      '{ events { nodes { username description ipAddress masked } } }',
      '{ timeline(filter: { sources: [EVENTS] }) { nodes { ipAddress ... on Event { username description } } } }',
      `{ node(id: "${id}") { ... on Event { username description ipAddress } } }`,
      `{ usageRecord(recordId: "${record.id}") { relatedEvents(by: [TIME]) { edges { node { username description ipAddress } } } } }`,
    ]) {
      expect(await fieldsAsked(reader.key, query), query).toEqual([plain]);
      expect(await fieldsAsked(full.key, query), query).toEqual([whole]);
    }
    await app.close();
  });

  test('may not relate entries by address, although it is the default', async () => {
    const { errors } = JSON.parse(
      await ask('{ events(first: 1) { nodes { relatedUsage { edges { confidence } } } } }'),
    ) as Answer;
    expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'FORBIDDEN', argument: 'by' }]);
  });
});
