import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { SOURCES } from '../../src/base/source.ts';
import type { Source } from '../../src/base/source.ts';
import { encodeGlobalId } from '../../src/graph/global-id.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import type { RunningSandbox } from '../../src/sandbox/start.ts';
import { createHttpTransport } from '../../src/upstream/http-transport.ts';
import { TransportFailure } from '../../src/upstream/transport.ts';
import type { Transport, TransportAnswer } from '../../src/upstream/transport.ts';
import { startRecordedVendor } from '../support/recorded-vendor.ts';
import type { RecordedVendor } from '../support/recorded-vendor.ts';
import { askApp, createTestApp, NOW_MS } from '../support/running-app.ts';

// Real sources and real answers, on a clock that the test advances.

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const NOT_FOUND: TransportAnswer = { status: 404, headers: {}, body: Buffer.alloc(0) };

let sandbox: RunningSandbox;
let vendors: Readonly<Record<Source, RecordedVendor>>;
beforeAll(async () => {
  sandbox = await startSandbox({ nowMs: NOW_MS, arrivals: false, usageRows: 2_000, eventsRows: 600 });
  vendors = {
    USAGE: await startRecordedVendor(sandbox.usageUrl),
    EVENTS: await startRecordedVendor(sandbox.eventsUrl),
  };
});
afterAll(async () => {
  await Promise.all(SOURCES.map((source) => vendors[source].close()));
  await sandbox.close();
});

/** The service on a simulated clock, over vendors that can be switched off. */
function createOutage() {
  const state = { nowMs: NOW_MS, isDown: false, isGone: false };
  const createTransport = (source: Source): Transport => {
    const inner = createHttpTransport({
      baseUrl: new URL(vendors[source].urlAt()),
      maxConcurrency: 8,
      maxBodyBytes: 8 * 1024 * 1024,
      attemptTimeoutMs: 3_000,
    });
    return {
      get(request) {
        if (state.isDown) return Promise.reject(new TransportFailure('unreachable'));
        return state.isGone ? Promise.resolve(NOT_FOUND) : inner.get(request);
      },
      close: () => inner.close(),
    };
  };
  const app = createTestApp(
    {
      USAGE_API_USER_SECRET: sandbox.credentials.usageUserSecret,
      USAGE_API_ORGANIZATION_SECRET: sandbox.credentials.usageOrganizationSecret,
      EVENTS_API_TOKEN: sandbox.credentials.eventsToken,
    },
    {
      clock: { now: () => state.nowMs },
      random: () => 0.5,
      transports: { USAGE: createTransport('USAGE'), EVENTS: createTransport('EVENTS') },
      limits: { retryBaseMs: 0, retryMaxMs: 0 },
    },
  );
  onTestFinished(() => app.close());
  return { app, state };
}

interface Part {
  readonly coverage: readonly {
    readonly status: string;
    readonly asOf: string | null;
    readonly origin: string;
    readonly code: string | null;
  }[];
}
type Data = Readonly<Record<string, Part | null>>;

const COVERAGE = 'coverage { source status code asOf origin }';

/** Queries of each kind over five closed days. */
function createQueries(): string[] {
  const queries: string[] = [];
  for (let day = 2; day < 7; day += 1) {
    const from = new Date(NOW_MS - day * DAY_MS).toISOString();
    const to = new Date(NOW_MS - (day - 1) * DAY_MS).toISOString();
    const range = `range: { from: "${from}", to: "${to}" }`;
    queries.push(
      `{ part: usageRecords(${range}, first: 20) { nodes { recordId timestamp } ${COVERAGE} } }`,
      `{ part: events(${range}, first: 20) { nodes { eventId timestamp } ${COVERAGE} } }`,
      `{ part: timeline(${range}, first: 10) { nodes { id timestamp } ${COVERAGE} } }`,
      `{ part: usageAnalytics(${range}, interval: HOUR) { buckets { timestamp count processTime { avg } } ${COVERAGE} } }`,
    );
  }
  return queries;
}

/** The answer without its coverage. */
const rowsOf = (data: Data): string =>
  JSON.stringify(data, (name: string, value: unknown) => (name === 'coverage' ? undefined : value));

test('during an hour without vendors closed ranges are answered again, with their true age', async () => {
  const { app, state } = createOutage();
  const queries = createQueries();
  const before = new Map<string, { readonly rows: string; readonly readAtMs: number }>();
  for (const query of queries) {
    state.nowMs += 1_000;
    const asked = await askApp<Data>(app, query);
    expect(asked.errors).toBeUndefined();
    const origins = asked.data['part']?.coverage.map(({ origin }) => origin);
    expect(new Set(origins)).toEqual(new Set(['VENDOR']));
    before.set(query, { rows: rowsOf(asked.data), readAtMs: state.nowMs });
  }

  state.isDown = true;
  let reads = 0;
  let answered = 0;
  let stale = 0;
  const untrue: unknown[] = [];
  for (let minute = 0; minute < 60; minute += 1) {
    state.nowMs += MINUTE_MS;
    for (const query of queries) {
      const asked = await askApp<Data>(app, query);
      const then = before.get(query);
      reads += 1;
      if (asked.errors || !then || rowsOf(asked.data) !== then.rows) continue;
      answered += 1;
      for (const { status, asOf, origin } of asked.data['part']?.coverage ?? []) {
        const awayMs = Math.abs(Date.parse(asOf ?? '') - then.readAtMs);
        // A fresh cached answer is COMPLETE, and its asOf is the time of the read.
        if (origin !== 'CACHE') untrue.push({ query, status, origin });
        if (status !== 'STALE' && status !== 'COMPLETE') untrue.push({ query, status });
        else if (!(awayMs <= 1_000)) untrue.push({ query, status, asOf, awayMs });
        if (status === 'STALE') stale += 1;
      }
      // A list is always read from the vendor, so that a cached one is always STALE.
      const isList = /usageRecords|events|timeline/.test(query);
      const isMarked = asked.data['part']?.coverage?.every(({ status }) => status === 'STALE');
      if (isList && !isMarked) untrue.push({ query, coverage: asked.data['part']?.coverage });
    }
  }
  expect(reads).toBe(60 * 20);
  expect(answered / reads).toBeGreaterThanOrEqual(0.99);
  expect(untrue).toEqual([]);
  expect(stale).toBeGreaterThan(60 * 15);

  state.isDown = false;
  state.nowMs += 6_000;
  const list = queries.find((query) => query.includes('usageRecords')) ?? '';
  const back = await askApp<Data>(app, list);
  expect(back.data['part']?.coverage).toMatchObject([{ status: 'COMPLETE' }]);
});

test('an answer older than a day is not used', async () => {
  const { app, state } = createOutage();
  const [list = ''] = createQueries();
  await askApp(app, list);
  state.isDown = true;
  state.nowMs += DAY_MS - 1;
  expect((await askApp<Data>(app, list)).data['part']?.coverage).toMatchObject([{ status: 'STALE' }]);
  state.nowMs += 1;
  const asked = await askApp<Data>(app, list);
  expect(asked.errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE', source: 'USAGE' } }]);
});

test('a record is asked for again after five seconds, so that a deleted one is not given', async () => {
  const { app, state } = createOutage();
  const [{ id = '' } = {}] = await sandbox.query('SELECT id FROM usage LIMIT 1');
  const query = `{ usageRecord(recordId: "${String(id)}") { recordId } }`;
  expect((await askApp(app, query)).upstream).toMatchObject([{ calls: 1 }]);
  state.nowMs += 4_999;
  const cached = await askApp<object>(app, query);
  expect([cached.data, cached.upstream]).toEqual([{ usageRecord: { recordId: id } }, []]);
  state.nowMs += 1;
  state.isGone = true;
  expect(await askApp<object>(app, query)).toMatchObject({
    data: { usageRecord: null },
    errors: undefined,
    upstream: [{ calls: 1 }],
  });
});

test("a cached record is not given if the vendor can't confirm it", async () => {
  const { app, state } = createOutage();
  const [{ id = '' } = {}] = await sandbox.query('SELECT id FROM usage LIMIT 1');
  const query = `{ usageRecord(recordId: "${String(id)}") { recordId } }`;
  await askApp(app, query);
  state.isDown = true;
  state.nowMs += 5_000;
  const asked = await askApp<object>(app, query);
  expect(asked.data).toEqual({ usageRecord: null });
  expect(asked.errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE', source: 'USAGE' } }]);
});

test('a missing record is asked for again after five seconds, and a cached null is not used during an outage', async () => {
  const { app, state } = createOutage();
  const query = '{ usageRecord(recordId: "000000000000000000000000") { recordId } }';
  const calls = async () => (await askApp(app, query)).upstream.length;
  expect(await calls()).toBe(1);
  state.nowMs += 4_999;
  expect(await calls()).toBe(0);
  state.nowMs += 1;
  expect(await calls()).toBe(1);
  state.isDown = true;
  state.nowMs += 5_000;
  expect((await askApp(app, query)).errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }]);
});

test('during an outage events by their global ids are an error, not an earlier answer and not null alone', async () => {
  const { app, state } = createOutage();
  const rows = await sandbox.query(
    `SELECT id::VARCHAR AS id, strftime(happened_at, '%Y-%m-%dT%H:%M:%S.000Z') AS at FROM events LIMIT 1`,
  );
  const [{ id = '', at = '' } = {}] = rows;
  const timestampMs = Date.parse(String(at));
  const ids = [String(id), '1234567890123456789'].map((one) =>
    encodeGlobalId({ source: 'EVENTS', id: one, timestampMs }),
  );
  const query = `{ nodes(ids: ${JSON.stringify(ids)}) { ... on Event { eventId } } }`;
  const asked = await askApp<object>(app, query);
  expect(asked.data).toEqual({ nodes: [{ eventId: id }, null] });
  expect(asked.errors).toBeUndefined();
  state.isDown = true;
  state.nowMs += 60 * MINUTE_MS;
  const again = await askApp<object>(app, query);
  expect(again.data).toEqual({ nodes: [null, null] });
  expect(again.errors).toMatchObject(
    [0, 1].map((index) => ({
      path: ['nodes', index],
      extensions: { code: 'UPSTREAM_UNAVAILABLE', source: 'EVENTS' },
    })),
  );
});

test('during an outage `cache-control: no-cache` gets the error instead of an earlier answer', async () => {
  const { app, state } = createOutage();
  const [list = ''] = createQueries();
  await askApp(app, list);
  state.isDown = true;
  const response = await app.fetch('http://127.0.0.1/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'cache-control': 'no-cache' },
    body: JSON.stringify({ query: list }),
  });
  const { errors } = (await response.json()) as { errors: unknown };
  expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE', source: 'USAGE' } }]);
});

test('a service that starts while both vendors are down reports it, and answers when they are up', async () => {
  const { app, state } = createOutage();
  state.isDown = true;
  const query = '{ usageRecords(first: 1) { nodes { id } } events(first: 1) { nodes { id } } }';
  const asked = await askApp<object>(app, query);
  expect(asked.data).toEqual({ usageRecords: null, events: null });
  expect(asked.errors).toMatchObject([
    { extensions: { code: 'UPSTREAM_UNAVAILABLE' } },
    { extensions: { code: 'UPSTREAM_UNAVAILABLE' } },
  ]);
  state.isDown = false;
  state.nowMs += 6_000;
  const later = await askApp<object>(app, query);
  expect(later.errors).toBeUndefined();
  expect(later.data).toMatchObject({ usageRecords: { nodes: [{}] }, events: { nodes: [{}] } });
});
