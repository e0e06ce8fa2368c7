import { describe, expect, test } from 'vitest';
import { countCalls } from '../support/running-app.ts';
import type { Asked } from '../support/running-app.ts';
import { serveFiles } from '../support/served-files.ts';
import type { ServedFiles } from '../support/served-files.ts';

const FROM_MS = Date.parse('2014-08-01T00:00:00Z');
const ROWS = 12_000;
/** One row in so many has another address. */
const OTHERS = 100;
const MATCHES = ROWS - ROWS / OTHERS;
const SECOND_MS = 1_000;

const timeOf = (n: number): string => new Date(FROM_MS + n * SECOND_MS).toISOString();
const addressOf = (n: number): string => (n % OTHERS === 0 ? '192.0.2.1' : `10.0.0.${n % 7}`);
const manyRows = (header: string, encode: (n: number) => string): string =>
  [header, ...Array.from({ length: ROWS }, (_, n) => encode(n))].join('\n');
const USAGE = manyRows(
  'id,usageDate,requestStatus,elementKey,userId,processTime,requestIP',
  (n) => `u-${n},${timeOf(n)},${n % 3 ? 'SUCCESS' : 'FAILED'},box,${n % 5},${n},${addressOf(n)}`,
);
const EVENTS = manyRows(
  'id,timestamp,category,action,username,ipAddress,description',
  (n) => `${n + 1},${timeOf(n)},c${n % 2},a,ann-${n % 4},${addressOf(n)},Row ${n}`,
);

const INSIDE = `range: { from: "${timeOf(0)}", to: "${timeOf(ROWS - 1)}" }`;
const AROUND = 'range: { from: "2014-07-01T00:00:00Z", to: "2014-09-01T00:00:00Z" }';
const BY_ADDRESS = 'filter: { ipAddress: "10.0.0.0/24" }';
const COVERAGE = 'coverage { status origin from to dropped code reason }';

interface Listed {
  readonly nodes: readonly { readonly id: string }[];
  readonly totalCount: { readonly value: number; readonly accuracy: string };
  readonly coverage: readonly { readonly status: string; readonly origin: string }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

const callsOf = (asked: Asked<unknown>): number => countCalls(asked, 'USAGE') + countCalls(asked, 'EVENTS');

/** Reads a list to its end. */
async function walk({ ask }: ServedFiles, list: string, args: string) {
  const ids: string[] = [];
  const statuses = new Set<string>();
  let calls = 0;
  let after: string | null = null;
  do {
    const asked: Asked<Record<string, Listed>> = await ask(
      `query ($after: String) { ${list}(first: 500, after: $after, ${args}) {
        nodes { id } pageInfo { hasNextPage endCursor } ${COVERAGE} } }`,
      { after },
    );
    expect(asked.errors).toBeUndefined();
    const { nodes, pageInfo, coverage } = asked.data[list]!;
    ids.push(...nodes.map(({ id }) => id));
    for (const { status, origin } of coverage) statuses.add(`${origin} ${status}`);
    calls += callsOf(asked);
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after);
  return { rows: new Set(ids).size, given: ids.length, statuses: [...statuses], calls };
}

describe('files whose rows are copied', () => {
  test.each(['usageRecords', 'events'])(
    'answer %s by address whole, COMPLETE and counted EXACT, beyond the bound of a scan and without a call',
    async (list) => {
      const files = await serveFiles({ usage: { 'u.csv': USAGE }, events: { 'e.csv': EVENTS } });
      await files.copy();
      // The last row is at the end of the range, so it is outside.
      const inside = MATCHES - 1;
      expect(await walk(files, list, `${INSIDE}, ${BY_ADDRESS}`)).toEqual({
        rows: inside,
        given: inside,
        statuses: ['FILE COMPLETE'],
        calls: 0,
      });
      const counted = await files.ask<Record<string, Listed>>(
        `{ ${list}(${INSIDE}, ${BY_ADDRESS}, first: 1) { totalCount { value accuracy } ${COVERAGE} }
           around: ${list}(${AROUND}, ${BY_ADDRESS}, first: 1) { totalCount { value accuracy } } }`,
      );
      expect(counted.data).toMatchObject({
        [list]: { totalCount: { value: inside, accuracy: 'EXACT' }, coverage: [{ status: 'COMPLETE' }] },
        around: { totalCount: { value: MATCHES, accuracy: 'AT_LEAST' } },
      });
      expect(callsOf(counted)).toBe(0);
      expect(files.faults).toEqual([]);
    },
  );

  test('are grouped and counted by value whole, and no other time is COMPLETE', async () => {
    const files = await serveFiles({ usage: { 'u.csv': USAGE }, events: { 'e.csv': EVENTS } });
    await files.copy();
    const asked = await files.ask<Record<string, { readonly coverage: Listed['coverage'] }>>(
      `{ usageBreakdown(${AROUND}, ${BY_ADDRESS}, by: [ELEMENT]) {
           groups { count processTime { max } key { value } } ${COVERAGE} }
         eventBreakdown(${INSIDE}, ${BY_ADDRESS}, by: [CATEGORY]) { groups { count } ${COVERAGE} }
         eventFacets(${INSIDE}, ${BY_ADDRESS}) {
           usernames { values { value count } } ipAddresses { values { value count } } ${COVERAGE} } }`,
    );
    expect(asked.errors).toBeUndefined();
    expect(asked.data['usageBreakdown']).toMatchObject({
      groups: [{ count: MATCHES, processTime: { max: ROWS - 1 }, key: [{ value: 'box' }] }],
      coverage: [
        { status: 'FILLING', origin: 'FILE', from: timeOf(ROWS - 1).replace('000Z', '001Z') },
        { status: 'COMPLETE', origin: 'FILE', from: timeOf(0) },
        { status: 'EXPIRED', origin: 'FILE', to: timeOf(0) },
      ],
    });
    const complete = [{ status: 'COMPLETE', origin: 'FILE', code: null, dropped: 0 }];
    expect(asked.data['eventBreakdown']).toMatchObject({
      groups: [{ count: 5_999 }, { count: 5_880 }],
      coverage: complete,
    });
    // The facet of addresses leaves its own part of the filter out, so it shows the others, too.
    expect(asked.data['eventFacets']).toMatchObject({
      usernames: { values: expect.arrayContaining([{ value: 'ann-1', count: 3_000 }]) },
      ipAddresses: { values: expect.arrayContaining([{ value: '192.0.2.1', count: ROWS / OTHERS }]) },
      coverage: complete,
    });
    expect(callsOf(asked)).toBe(0);
  });

  test('say in each answer which rows and columns are missing', async () => {
    const files = await serveFiles({
      usage: { 'u.csv': `${USAGE.replace('requestIP', 'unused')}\nx,soon,FAILED,box,1,1,` },
      events: { 'e.csv': EVENTS.replace('username', 'unused') },
    });
    await files.copy();
    const asked = await files.ask(
      `{ usageBreakdown(${INSIDE}, filter: { ipAddress: "10.0.0.1" }, by: [ELEMENT]) { groups { count } ${COVERAGE} }
         usageRecords(${INSIDE}, filter: { status: FAILED }) { totalCount { value accuracy } ${COVERAGE} }
         events(${INSIDE}, filter: { username: { eq: "ann-1" } }) { nodes { id } totalCount { accuracy } ${COVERAGE} }
         eventBreakdown(${INSIDE}, filter: { username: { eq: "ann-1" } }, by: [CATEGORY]) { groups { count } ${COVERAGE} } }`,
    );
    const unread = '1 row of the files could not be read; it may belong to this span of time.';
    const blind = (column: string): string =>
      `The files lack the column ${column}, so this filter cannot be tested.`;
    const cut = { status: 'TRUNCATED', origin: 'FILE', code: 'ROWS_DROPPED' };
    expect(asked.data).toMatchObject({
      usageBreakdown: {
        groups: [],
        coverage: [{ ...cut, dropped: 1, reason: `${blind('requestIP')} ${unread}` }],
      },
      usageRecords: {
        totalCount: { value: ROWS / 3, accuracy: 'AT_LEAST' },
        coverage: [{ ...cut, dropped: 1 }],
      },
      events: {
        nodes: [],
        totalCount: { accuracy: 'AT_LEAST' },
        coverage: [{ ...cut, reason: blind('username') }],
      },
      eventBreakdown: { groups: [], coverage: [{ ...cut, reason: blind('username') }] },
    });
    expect(callsOf(asked)).toBe(0);
  });
});

/** Rows that are spelled in many ways. */
const ODD_USAGE = `[
  {"traffic_id":"a","traffic_date":"2014-08-01","request_status":"success","element_tags":["x","y"],"instance_tags":"y,z","request_ip":"10.0.0.1:80"},
  {"traffic_id":"b","traffic_date":"2014-08-01T00:00:00.001Z","request_status":"ODD","request_ip":"::ffff:10.0.0.1, 2001:db8::1"},
  {"traffic_id":"B","traffic_date":"2014-08-01T00:00:00.001Z","user_id":"9007199254740991","response_status":"404"},
  {"traffic_id":"c","traffic_date":"2014-08-01T02:00:00+02:00","request_ip":"nowhere","process_time":"12.6","user_name":"Zoë"},
  {"traffic_id":"d","traffic_date":"2014-08-03T00:00:00Z","element_key":"","request_uri":"/hubs/crm/x?y=1","instance_id":"007"}]`;
const ODD_EVENTS = `[
  {"id":"-9223372036854775808","timestamp":"2014-08-01T00:00:00.9Z","category":"c","action":"a","ip_address":"10.0.0.1"},
  {"id":"9223372036854775807","timestamp":"2014-08-01T00:00:00Z","category":"c","action":"a","ip_address":"10.0.0.1, 10.0.0.2","description":"ÄÖ"},
  {"id":"7","timestamp":"2014-08-02T00:00:00Z","category":"d","action":"b","username":"ann"}]`;

const USAGE_FIELDS = `recordId timestamp requestStatus requestStatusText elementKey elementTags instanceTags instanceId userId userName
  processTime responseStatus requestURI requestIP ipAddress firstSeenAt`;
const EVENT_FIELDS = 'eventId timestamp category action description username ipAddress firstSeenAt';
const NEAR = 'relatedUsage(by: [IP]) { edges { basis node { recordId } } coverage { status origin } }';
const QUESTION = `{
  usageRecords(${AROUND}) { nodes { ${USAGE_FIELDS} } ${COVERAGE} }
  address: usageRecords(${AROUND}, filter: { ipAddress: "10.0.0.1" }) { nodes { recordId } ${COVERAGE} }
  tags: usageRecords(${AROUND}, filter: { tags: ["z"] }) { nodes { recordId } }
  events(${AROUND}) { nodes { ${EVENT_FIELDS} ${NEAR} } ${COVERAGE} }
  oldest: events(${AROUND}, orderBy: [{ field: TIMESTAMP, direction: ASC }]) { nodes { eventId } }
  named: events(${AROUND}, orderBy: [{ field: USERNAME, direction: ASC }]) { nodes { eventId } }
  text: events(${AROUND}, filter: { searchText: "äö" }) { nodes { eventId } ${COVERAGE} }
  timeline(${AROUND}) { nodes { ... on UsageRecord { recordId } ... on Event { eventId } } ${COVERAGE} }
  usageBreakdown(${AROUND}, by: [IP_ADDRESS, STATUS]) { groups { count key { value } } ${COVERAGE} }
  eventFacets(${AROUND}) { ipAddresses { values { value count } missing } }
}`;

test('rows are the same from the sandbox and from their copy, which does not claim when it saw them', async () => {
  const files = await serveFiles({ usage: { 'u.json': ODD_USAGE }, events: { 'e.json': ODD_EVENTS } });
  const before = await files.ask<Record<string, Listed>>(QUESTION);
  expect(before.errors).toBeUndefined();
  expect(callsOf(before)).toBeGreaterThan(0);
  expect(JSON.stringify(before.data)).not.toMatch(/"firstSeenAt":"/);
  await files.copy();
  const copied = await files.ask(QUESTION);
  expect(copied.data).toEqual(before.data);
  expect(callsOf(copied)).toBe(0);
  expect(files.faults).toEqual([]);
});

test('a cursor from before the copy goes on in it, and an entry is found by its id', async () => {
  const files = await serveFiles({ usage: { 'u.json': ODD_USAGE }, events: { 'e.json': ODD_EVENTS } });
  const page = (after: string | null) =>
    files.ask<{ readonly usageRecords: Listed }>(
      `query ($after: String) { usageRecords(${AROUND}, first: 2, after: $after) {
        nodes { id } pageInfo { hasNextPage endCursor } } }`,
      { after },
    );
  const first = await page(null);
  await files.copy();
  const second = await page(first.data.usageRecords.pageInfo.endCursor);
  const ids = [...first.data.usageRecords.nodes, ...second.data.usageRecords.nodes].map(({ id }) => id);
  const found = await files.ask<{ readonly nodes: readonly { readonly recordId: string }[] }>(
    'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on UsageRecord { recordId firstSeenAt } } }',
    { ids },
  );
  expect(found.data.nodes).toEqual(['d', 'b', 'B', 'c'].map((recordId) => ({ recordId, firstSeenAt: null })));
  expect(callsOf(second) + callsOf(found)).toBe(0);
});

test('files are no archive: they refuse asKnownAt, and service.archive is null', async () => {
  const files = await serveFiles({ events: { 'e.json': ODD_EVENTS } });
  await files.copy();
  const asked = await files.ask(
    `{ service { archive { engine } }
       events(range: { last: "P1D", asKnownAt: "2014-08-02T00:00:00Z" }) { nodes { id } } }`,
  );
  expect(asked.data).toEqual({ service: { archive: null }, events: null });
  expect(asked.errors).toMatchObject([{ path: ['events'], extensions: { code: 'BAD_USER_INPUT' } }]);
});
