import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import { schema } from '../../src/graph/schema.ts';
import { createRandomQueries } from '../support/random-query.ts';
import { createTestApp, NOW_MS, startApp } from '../support/running-app.ts';
import type { RunningApp } from '../support/running-app.ts';
import { createSeededRandom } from '../support/seeded-random.ts';

interface Answer {
  readonly status: number;
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
  readonly extensions?: {
    readonly cost?: {
      readonly requested: number;
      readonly actual: number;
      readonly leastCalls: number;
      readonly plannedCalls: number;
      readonly mostCalls: number;
    };
    readonly upstream?: readonly { readonly calls: number }[];
  };
}

let running: RunningApp;
beforeAll(async () => {
  running = await startApp();
});
afterAll(() => running.close());

async function post(
  query: string,
  variables: object = {},
  { app, headers = {} }: { app?: App; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await (app ?? running.app).fetch('http://127.0.0.1/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, ...((await response.json()) as object) };
}

/** The Usage API is not configured: its fields are estimated, and no call is made. */
const NOBODY = {
  EVENTS_API_URL: 'http://127.0.0.1:9',
  EVENTS_API_TOKEN: 'token',
};

const callsOf = ({ extensions }: Answer): number =>
  (extensions?.upstream ?? []).reduce((sum, { calls }) => sum + calls, 0);

describe('the estimate of an operation', () => {
  test('an operation that it cannot be made for is refused before its first call, or its other fields would cost nothing', async () => {
    const query = `query ($zone: TimeZone = "UTC") {
      events(first: 1) { nodes { id } }
      usageAnalytics(range: { last: "PT1H" }, timeZone: $zone) { totals { count } }
    }`;
    const refused = await post(query, { zone: null });
    expect(refused.errors).toMatchObject([
      { message: expect.stringContaining('A variable is null'), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
    expect(refused.data ?? null).toBeNull();
    expect(callsOf(refused)).toBe(0);
    const answered = await post(query);
    expect(answered.errors).toBeUndefined();
    expect(answered.extensions?.cost?.actual).toBeGreaterThan(0);
  });

  test('the actual cost and calls of 150 random queries are never more than the estimate', async () => {
    const { data } = await running.ask<{
      usageRecords: { nodes: { id: string; recordId: string }[]; pageInfo: { endCursor: string } };
      events: { nodes: { id: string }[]; pageInfo: { endCursor: string } };
    }>(`{ usageRecords(first: 20) { nodes { id recordId } pageInfo { endCursor } }
          events(first: 20) { nodes { id } pageInfo { endCursor } } }`);
    const write = createRandomQueries(schema, createSeededRandom(20_260_304), {
      ids: [...data.usageRecords.nodes, ...data.events.nodes].map(({ id }) => id),
      recordIds: data.usageRecords.nodes.map(({ recordId }) => recordId),
      cursors: [data.usageRecords.pageInfo.endCursor, data.events.pageInfo.endCursor, 'bm90IG91cnM'],
    });
    let costed = 0;
    let atLeast = 0;
    for (let n = 0; n < 150; n += 1) {
      const query = write();
      // Cached answers would make fewer calls than the least.
      const answer = await post(query, {}, { headers: { 'cache-control': 'no-cache' } });
      expect(answer.status, query).toBe(200);
      const codes = (answer.errors ?? []).map(({ extensions }) => extensions.code);
      expect(codes, query).not.toContain('INTERNAL_SERVER_ERROR');
      expect(codes, query).not.toContain('GRAPHQL_VALIDATION_FAILED');
      const cost = answer.extensions?.cost;
      if (!cost) continue;
      costed += 1;
      expect(cost.actual, query).toBeLessThanOrEqual(cost.requested);
      expect(callsOf(answer), query).toBeLessThanOrEqual(cost.mostCalls);
      // A field that refuses its arguments makes no calls.
      if (codes.length > 0) continue;
      if (cost.leastCalls > 0) atLeast += 1;
      expect(callsOf(answer), query).toBeGreaterThanOrEqual(cost.leastCalls);
    }
    expect(costed).toBeGreaterThan(80);
    expect(atLeast).toBeGreaterThan(20);
  });

  const seven = (field: (n: number) => string): string =>
    `{ ${[1, 2, 3, 4, 5, 6, 7].map((n) => `a${n}: ${field(n)}`).join(' ')} }`;
  const dashboards = (count: number): string =>
    `{ ${Array.from({ length: count }, (_, n) => `a${n}: usageAnalytics(range: { last: "P${n + 1}D" }) { buckets { count elements { count } processTime { min } statuses { failed } } }`).join(' ')} }`;

  test.each([
    [
      'long pages of empty ranges',
      seven(
        (n) =>
          `usageRecords(range: { from: "2019-10-0${n}T00:00:00Z", to: "2019-10-0${n}T12:00:00Z" }, first: 500) { nodes { recordId } }`,
      ),
      7,
    ],
    [
      'timelines that differ only in their length, with counts',
      seven((n) => `timeline(range: { last: "PT3H" }, first: ${n}) { nodes { id } totalCount { value } }`),
      16,
    ],
  ])(
    '%s run, because only full pages would take more calls than are allowed',
    async (_name, query, calls) => {
      const answer = await post(query, {}, { headers: { 'cache-control': 'no-cache' } });
      expect(answer.errors).toBeUndefined();
      expect(answer.extensions?.cost?.plannedCalls).toBeGreaterThan(20);
      expect(callsOf(answer)).toBe(calls);
    },
  );

  test('dashboards that need too many calls are refused before the first call; without credentials they need none', async () => {
    const refused = await post(dashboards(6));
    expect(refused.errors).toMatchObject([
      {
        message: expect.stringContaining('24 vendor calls at least'),
        extensions: { code: 'LIMIT_EXCEEDED' },
      },
    ]);
    expect(callsOf(refused)).toBe(0);
    const app = createTestApp(
      {
        EVENTS_API_URL: running.sandbox.eventsUrl,
        EVENTS_API_TOKEN: running.sandbox.credentials.eventsToken,
      },
      { clock: { now: () => NOW_MS } },
    );
    const answer = await post(dashboards(6), {}, { app });
    await app.close();
    expect(answer.data).not.toBeUndefined();
    expect(answer.extensions?.cost).toMatchObject({ leastCalls: 0, plannedCalls: 0, mostCalls: 0 });
    expect(callsOf(answer)).toBe(0);
  });

  test.each([
    [
      'a dashboard',
      `{ usageAnalytics(range: { last: "P30D" }, interval: DAY) {
         buckets { id timestamp end count elements(top: 5) { elementKey count } statuses { success failed } processTime { avg max } }
         totals { count successRate } previous { totals { count successRate } } coverage { operation status } }
         usageRecords(first: 50) { nodes { id timestamp elementKey requestStatus } totalCount { value accuracy } }
         events(first: 50) { nodes { id timestamp action username } } }`,
    ],
    [
      'a full page with ten fields',
      `{ usageRecords(first: 500) { nodes { id recordId timestamp elementKey elementName requestStatus requestMethod
         requestURI ipAddress processTime } pageInfo { hasNextPage endCursor } coverage { status reason } } }`,
    ],
    [
      'hours over eighty days',
      `{ usageAnalytics(range: { last: "P80D" }, interval: HOUR) { buckets { timestamp count } } }`,
    ],
    [
      'the longest page of the timeline with five related entries each',
      `{ timeline(first: 500) { nodes { id timestamp source ipAddress
           ... on Event { action username category relatedUsage(first: 5) {
             edges { basis confidence cursor node { id timestamp elementKey requestStatus requestURI userId } }
             pageInfo { hasNextPage } coverage { status code } } }
           ... on UsageRecord { elementKey requestStatus requestURI relatedEvents(first: 5) {
             edges { basis confidence cursor node { id timestamp action username category ipAddress } }
             pageInfo { hasNextPage } coverage { status code } } } }
         pageInfo { hasNextPage endCursor } coverage { source status } } }`,
    ],
  ])('%s is within the default cost', async (_name, query) => {
    const answer = await post(query);
    expect(answer.errors).toBeUndefined();
    expect(answer.extensions?.cost?.requested).toBeLessThanOrEqual(3_000);
  });

  test('the related entries of 500 entries are read completely, in the calls that their time span needs', async () => {
    const { data, errors, upstream } = await running.ask<{
      timeline: { nodes: { related: { coverage: { status: string }[] } | null }[] };
    }>(`{ timeline(first: 500) { nodes {
      ... on Event { related: relatedUsage(by: [IP, TIME], first: 5) { edges { confidence } coverage { status } } }
      ... on UsageRecord { related: relatedEvents(by: [IP, TIME], first: 5) { edges { confidence } coverage { status } } }
    } } }`);
    expect(errors).toBeUndefined();
    expect(data.timeline.nodes).toHaveLength(500);
    const statuses = new Set(
      data.timeline.nodes.flatMap(({ related }) => related?.coverage ?? []).map(({ status }) => status),
    );
    expect([...statuses].toSorted()).toEqual(['COMPLETE', 'FILLING']);
    expect(upstream.reduce((sum, { calls }) => sum + calls, 0)).toBeLessThanOrEqual(12);
  });

  test('a query that costs too much by its variables is refused without a call, and the message names its most expensive part', async () => {
    const query = `query ($n: Int, $m: Int) { events(first: $n) { nodes { id relatedUsage(first: $m) { edges { node { id } } } } } }`;
    const dear = await post(query, { n: 500, m: 500 });
    expect(dear.errors).toMatchObject([
      {
        message: expect.stringContaining("'events.nodes.relatedUsage.edges'"),
        extensions: { code: 'LIMIT_EXCEEDED', limit: 'maxCost', allowed: 3_000 },
      },
    ]);
    expect(callsOf(dear)).toBe(0);
    const million = await post(query, { n: 1_000_000, m: 1 });
    expect(million.errors).toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED', argument: 'first' } }]);
    expect(callsOf(million)).toBe(0);
    expect((await post(query, { n: 20, m: 10 })).errors).toBeUndefined();
  });

  test('the cost of a series depends on its rows, not its buckets: half a million minutes are allowed, a million are not', async () => {
    const days = (name: string, last: string) =>
      `${name}: usageAnalytics(range: { last: "${last}" }, interval: DAY, timeZone: "Asia/Kolkata") { totals { count elementCount successRate processTime { avg } } }`;
    const dear = await post(`{ ${days('a', 'P90D')} ${days('b', 'P91D')} }`);
    expect(dear.errors).toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED', limit: 'maxCost' } }]);
    expect(callsOf(dear)).toBe(0);
    const planned = createTestApp({ ...NOBODY }, { clock: { now: () => NOW_MS } });
    const passed = await post(`{ ${days('a', 'P90D')} }`, {}, { app: planned });
    await planned.close();
    expect(passed.errors).toBeUndefined();
  });

  test('several scans divide the calls among them', async () => {
    const scan = (name: string, value: string) =>
      `${name}: events(range: { last: "P30D" }, filter: { searchText: "${value}" }, first: 500) { nodes { id } coverage { status code } }`;
    const alone = await startApp(
      { eventsRows: 6_000 },
      { EVENTS_API_PAGE_SIZE: '100', SIGHTLINE_MAX_UPSTREAM_CALLS: '9' },
    );
    try {
      const { data, errors, upstream } = await alone.ask<Record<string, { coverage: { code: string }[] }>>(
        `{ ${scan('a', 'nobody')} ${scan('b', 'nothing')} ${scan('c', 'nowhere')} usageRecords(first: 1) { nodes { id } } }`,
      );
      expect(errors).toBeUndefined();
      for (const name of ['a', 'b', 'c']) {
        expect(data[name]!.coverage.map(({ code }) => code)).toContain('CALL_BUDGET');
      }
      expect(upstream).toMatchObject([
        { source: 'EVENTS', calls: 6 },
        { source: 'USAGE', calls: 1 },
      ]);
    } finally {
      await alone.close();
    }
  });
});
