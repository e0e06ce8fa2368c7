import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askApp, countCalls, createTestApp, NOW_MS, startApp } from '../support/running-app.ts';
import type { RunningApp } from '../support/running-app.ts';
import type { TransportAnswer } from '../../src/upstream/transport.ts';

let running: RunningApp;
beforeAll(async () => {
  running = await startApp();
});
afterAll(() => running.close());

async function newestRecords(count: number): Promise<string[]> {
  const rows = await running.sandbox.query(`SELECT id FROM usage ORDER BY happened_at DESC LIMIT ${count}`);
  return rows.map((row) => String(row['id']));
}

describe('the calls that a query causes', () => {
  test('are none for a record that an earlier operation has read', async () => {
    const [id] = await newestRecords(1);
    const query = `{ usageRecord(recordId: "${id}") { recordId } }`;
    await running.ask(query);
    const again = await running.ask<{ usageRecord: { recordId: string } }>(query);
    expect(again.data.usageRecord.recordId).toBe(id);
    expect(again.upstream).toEqual([]);
  });

  test('are one for many events by their global ids if their times are close', async () => {
    const asked = await running.ask<{ events: { nodes: { id: string }[] } }>(
      '{ events(first: 50) { nodes { id } } }',
    );
    const ids = asked.data.events.nodes.map(({ id }) => id);
    const calls: number[] = [];
    for (let n = 0; n < 2; n += 1) {
      const again = await running.ask<{ nodes: ({ id: string } | null)[] }>(
        'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
        { ids },
      );
      expect(again.data.nodes.map((node) => node?.id)).toEqual(ids);
      calls.push(countCalls(again, 'EVENTS'));
    }
    // The first page has every entry, so no call asks whether rows follow it.
    expect(calls).toEqual([1, 1]);
  });

  test('are one to each vendor for a page of 50 of the timeline, and a second read gives the same', async () => {
    const fields = `__typename id ... on Activity { timestamp ipAddress masked }
      ... on UsageRecord { recordId requestURI elementKey userId instanceTags } ... on Event { eventId action username }`;
    const asked = await running.ask<{ timeline: { nodes: { id: string }[] } }>(
      `{ timeline(first: 50) { nodes { ${fields} } } }`,
    );
    const { nodes } = asked.data.timeline;
    const again = await running.ask<{ nodes: unknown[] }>(
      `query ($ids: [ID!]!) { nodes(ids: $ids) { ${fields} } }`,
      { ids: nodes.map(({ id }) => id) },
    );
    expect(again.errors).toBeUndefined();
    expect(again.data.nodes).toEqual(nodes);
    expect(new Set(nodes.map(({ id }) => id)).size).toBe(50);
    expect([countCalls(again, 'USAGE'), countCalls(again, 'EVENTS')]).toEqual([1, 1]);
  });

  test('ask the Events API only for the selected fields', async () => {
    const asked = await running.ask<object>(
      '{ events(first: 1) { nodes { eventId ... @include(if: false) { username } } } }',
    );
    expect(asked.errors).toBeUndefined();
    expect(asked.upstream).toMatchObject([{ operation: '/events', calls: 1 }]);
  });
});

describe('a condition on usage records that the vendor does not know', () => {
  const RANGE = 'range: { last: "P2D" }';
  /** The rows of two days are one page; another call may prove that none follow. */
  const isFew = (calls: number) => calls === 1 || calls === 2;
  const SINCE = `happened_at >= epoch_ms(${NOW_MS - 2 * 86_400_000})`;

  test.each([
    ['elementApis: ["contacts", "files"]', "element_api in ('contacts', 'files')"],
    ['accountIds: [1]', 'account_id = 1'],
    ['userIds: [1000, "1001"]', 'user_id in (1000, 1001)'],
    ['instanceIds: ["100"]', 'instance_id = 100'],
    ['responseStatus: { gte: 400 }', 'response_status >= 400'],
    [
      'processTime: { gte: 300, lt: 500 }, status: SUCCESS',
      "process_time >= 300 and process_time < 500 and request_status = 'SUCCESS'",
    ],
  ])(
    '%s gives the records that have it, by a scan of few calls, and in the timeline likewise',
    async (filter, sql) => {
      const found = await running.sandbox.query(`SELECT id FROM usage WHERE ${SINCE} AND ${sql} ORDER BY id`);
      expect(found.length).toBeGreaterThan(0);
      const ids = found.map(({ id }) => String(id));
      const records = await running.ask<{ usageRecords: { nodes: { recordId: string }[] } }>(
        `{ usageRecords(${RANGE}, filter: { ${filter} }, first: 200) { nodes { recordId } } }`,
      );
      const timeline = await running.ask<{ timeline: { nodes: { recordId: string }[] } }>(
        `{ timeline(${RANGE}, filter: { sources: [USAGE], usage: { ${filter} } }, first: 200) { nodes { ... on UsageRecord { recordId } } } }`,
      );
      expect(records.data.usageRecords.nodes.map(({ recordId }) => recordId).toSorted()).toEqual(ids);
      expect(timeline.data.timeline.nodes.map(({ recordId }) => recordId).toSorted()).toEqual(ids);
      for (const { upstream } of [records, timeline])
        expect(upstream).toMatchObject([{ operation: '/usage', calls: expect.toSatisfy(isFew) }]);
    },
  );

  test('that nothing can match makes no call, and a range without a bound is refused by its name', async () => {
    for (const filter of ['userIds: []', 'responseStatus: { gte: 500, lt: 500 }']) {
      const asked = await running.ask<object>(
        `{ usageRecords(filter: { ${filter} }) { nodes { id } totalCount { value accuracy } coverage { status origin } } }`,
      );
      expect([asked.data, asked.upstream]).toEqual([
        {
          usageRecords: {
            nodes: [],
            totalCount: { value: 0, accuracy: 'EXACT' },
            coverage: [{ status: 'COMPLETE', origin: 'NONE' }],
          },
        },
        [],
      ]);
    }
    const refused = await running.ask<object>(
      '{ usageRecords(filter: { processTime: { gte: null } }) { nodes { id } } }',
    );
    expect(refused.errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT', argument: 'filter.processTime' } },
    ]);
    expect(refused.upstream).toEqual([]);
  });
});

describe('the oldest record', () => {
  test('of a range that begins long before the log is found in few calls', async () => {
    const [oldest] = await running.sandbox.query('SELECT id FROM usage ORDER BY happened_at LIMIT 1');
    const asked = await running.ask<{ usageRecords: { nodes: { recordId: string }[] } }>(
      '{ usageRecords(range: { last: "P90D" }, last: 1) { nodes { recordId } } }',
    );
    expect(asked.errors).toBeUndefined();
    expect(asked.data.usageRecords.nodes).toEqual([{ recordId: oldest?.['id'] }]);
    expect(countCalls(asked, 'USAGE')).toBeLessThanOrEqual(8);
  });
});

describe('a dashboard of 30 days, refreshed a minute later', () => {
  const dashboard = (range: string) =>
    `{ usageAnalytics(range: { ${range} }, interval: DAY) {
         from to
         buckets { timestamp count elements(top: 3) { elementKey count } processTime { avg } statuses { failed } }
         totals { count }
         coverage { status from to asOf }
       } }`;

  interface Dashboard {
    readonly usageAnalytics: {
      readonly from: string;
      readonly to: string;
      readonly totals: { readonly count: number };
    };
  }

  test.each([
    // Each of four series takes a call. It asks only for the row of today.
    ['from a fixed day on reads only the row of today', 'from: "2026-02-02T00:00:00Z"', [31, 1]],
    ['that ends now is read again, because its first row has changed', 'last: "P30D"', [31, 31]],
  ])('%s', async (_, range, rows) => {
    let laterMs = 0;
    const nowMs = NOW_MS + 1;
    const own = await startApp({}, {}, { clock: { now: () => nowMs + laterMs } });
    const read = async () => {
      const asked = await own.ask<Dashboard>(dashboard(range));
      expect(asked.errors).toBeUndefined();
      const { from, to, totals } = asked.data.usageAnalytics;
      const [truth] = await own.sandbox.query(
        `SELECT count(*)::INT AS count FROM usage WHERE happened_at >= '${from}' AND happened_at < '${to}'`,
      );
      expect(totals.count).toBe(truth?.['count']);
      expect(Date.parse(to)).toBe(nowMs + laterMs);
      return asked.upstream;
    };
    const expected = (count: number | undefined) =>
      Array.from({ length: 4 }, () => ({ calls: 1, rows: count }));
    expect(await read()).toMatchObject(expected(rows[0]));
    laterMs = 60_000;
    expect(await read()).toMatchObject(expected(rows[1]));
    await own.close();
  });
});

describe('a vendor that is down', () => {
  test("does not affect the other one's answer, and causes one error with a code and without address or secret", async () => {
    const alone = await startApp();
    const half = createTestApp(
      {
        USAGE_API_URL: 'http://127.0.0.1:9/elements/api-v2',
        USAGE_API_USER_SECRET: 'user-canary',
        USAGE_API_ORGANIZATION_SECRET: 'organization-canary',
        EVENTS_API_URL: alone.sandbox.eventsUrl,
        EVENTS_API_TOKEN: alone.sandbox.credentials.eventsToken,
      },
      { clock: { now: () => alone.sandbox.now() } },
    );
    const asked = await askApp<Record<string, unknown>>(
      half,
      `{ usageRecords(first: 1) { nodes { id } }
         usageAnalytics(range: { last: "P1D" }) { buckets { count } coverage { operation status code } }
         events(first: 1) { nodes { id } } }`,
    );
    expect(asked.data['usageRecords']).toBeNull();
    expect(asked.data['events']).toMatchObject({ nodes: [{}] });
    expect(asked.data['usageAnalytics']).toMatchObject({
      coverage: [{ operation: '/usage/analytics/activity', status: 'FAILED', code: 'UPSTREAM' }],
    });
    expect(asked.errors).toMatchObject([
      {
        path: ['usageRecords'],
        extensions: { code: 'UPSTREAM_UNAVAILABLE', source: 'USAGE', operation: '/usage' },
      },
    ]);
    const text = JSON.stringify(asked);
    expect(text).not.toMatch(/canary|127\.0\.0\.1:9/);
    await half.close();
    await alone.close();
  });
});

test('no call is made after the answer, although a field beside one that failed was still reading', async () => {
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  let usageCalls = 0;
  const answer = (status: number, body: unknown): TransportAnswer => ({
    status,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(body)),
  });
  const app = createTestApp(
    {
      USAGE_API_URL: 'http://vendor.test',
      USAGE_API_USER_SECRET: 'user',
      USAGE_API_ORGANIZATION_SECRET: 'organization',
      EVENTS_API_URL: 'http://vendor.test',
      EVENTS_API_TOKEN: 'token',
    },
    {
      clock: { now: () => NOW_MS },
      transports: {
        USAGE: {
          // The log has no end: each page has 200 older records.
          async get({ target }) {
            usageCalls += 1;
            await turn();
            const toMs = Date.parse(new URL(target, 'http://vendor.test').searchParams.get('to')!);
            const rows = Array.from({ length: 200 }, (_, at) => ({
              id: `${toMs}-${at}`,
              usageDate: new Date(toMs - 1 - at).toISOString(),
              requestStatus: 'SUCCESS',
            }));
            return answer(200, rows);
          },
          close: async () => {},
        },
        EVENTS: { get: async () => answer(401, {}), close: async () => {} },
      },
    },
  );
  const asked = await askApp<{ timeline: { totalCount: null } }>(
    app,
    '{ timeline(filter: { ipAddress: "192.0.2.1" }) { totalCount { value } } }',
  );
  expect(asked.errors?.map(({ extensions }) => extensions['code'])).toEqual(['UPSTREAM_UNAUTHENTICATED']);
  const answered = usageCalls;
  for (let turns = 0; turns < 60; turns += 1) await turn();
  expect([answered > 0, usageCalls - answered]).toEqual([true, 0]);
  await app.close();
});
