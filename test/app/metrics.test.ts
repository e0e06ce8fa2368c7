import { expect, onTestFinished, test } from 'vitest';
import { createMetrics } from '../../src/http/metrics/metrics.ts';
import { createArchive } from '../../src/archive/archive.ts';
import { createMemoryDisk, openMemoryArchive } from '../support/memory-archive.ts';
import { callTool, connectTo } from '../support/mcp-client.ts';
import { NOW_MS, startApp } from '../support/running-app.ts';
import type { RunningApp } from '../support/running-app.ts';
import { scrape, valueOf } from '../support/scrape.ts';

async function startCounted(
  env: Readonly<Record<string, string>> = {},
  overrides: Parameters<typeof startApp>[2] = {},
): Promise<RunningApp> {
  const metrics = createMetrics(20);
  const running = await startApp({}, { SIGHTLINE_METRICS: 'on', ...env }, { metrics, ...overrides });
  onTestFinished(running.close);
  return running;
}

const RANGE = encodeURIComponent('{"last":"PT1H"}');
const EVENTS = '{ events(first: 3) { nodes { action } coverage { status scanned } } }';

test('without a setting there are no metrics, and the answer says how to have them', async () => {
  const { app, close } = await startApp();
  onTestFinished(close);
  const response = await app.fetch('http://127.0.0.1/metrics');
  expect(response.status).toBe(404);
  expect(await response.text()).toContain('SIGHTLINE_METRICS=on');
});

test('each vendor call, its rows and the points of an operation are counted as its answer reports them', async () => {
  const { app, ask } = await startCounted();
  const { upstream } = await ask(EVENTS);
  const samples = await scrape(app);
  const [tally] = upstream;
  expect(tally).toMatchObject({ source: 'EVENTS', operation: '/events', calls: 1 });
  const calls = { source: 'EVENTS', operation: '/events', outcome: 'ok' };
  expect(valueOf(samples, 'sightline_vendor_calls_total', calls)).toBe(1);
  expect(valueOf(samples, 'sightline_vendor_rows_total', { source: 'EVENTS' })).toBe(tally!.rows);
  expect(valueOf(samples, 'sightline_vendor_call_duration_seconds_count', { source: 'EVENTS' })).toBe(1);
  expect(valueOf(samples, 'sightline_vendor_call_wait_seconds_count', { source: 'EVENTS' })).toBe(1);
  expect(valueOf(samples, 'sightline_operation_vendor_calls_sum')).toBe(1);
  expect(valueOf(samples, 'sightline_call_budget_used_ratio_sum')).toBe(1 / 20);
  expect(valueOf(samples, 'sightline_cache_reads_total', { source: 'EVENTS', verdict: 'miss' })).toBe(1);
  expect(valueOf(samples, 'sightline_vendor_healthy', { source: 'EVENTS' })).toBe(1);
  expect(valueOf(samples, 'sightline_vendor_healthy', { source: 'USAGE' })).toBeNull();
  const requested = valueOf(samples, 'sightline_cost_requested_points_total')!;
  const used = valueOf(samples, 'sightline_cost_used_points_total')!;
  expect(used).toBeGreaterThan(0);
  expect(requested).toBeGreaterThanOrEqual(used);
});

test('the lane counts as Yoga does, and a route is a template', async () => {
  const ways: string[] = [];
  const { app, ask } = await startCounted({}, { onWay: (way) => ways.push(way) });
  await ask(EVENTS);
  await ask(EVENTS);
  await app.fetch('http://127.0.0.1/health/live');
  const samples = await scrape(app);
  expect(ways).toEqual(['yoga', 'lane']);
  const graphql = { http_request_method: 'POST', http_route: '/graphql', http_response_status_code: '200' };
  expect(valueOf(samples, 'http_server_request_duration_seconds_count', graphql)).toBe(2);
  expect(valueOf(samples, 'http_server_request_duration_seconds_count', { http_route: '/health/live' })).toBe(
    1,
  );
  expect(valueOf(samples, 'graphql_yoga_http_duration_count', { method: 'POST', statusCode: '200' })).toBe(2);
  expect(valueOf(samples, 'graphql_envelop_request', { operationType: 'query' })).toBe(2);
  expect(valueOf(samples, 'graphql_envelop_request_duration_count', { operationType: 'query' })).toBe(2);
});

test('coverage is counted by its status, and scanned rows by where they were read', async () => {
  const { app, ask } = await startCounted();
  const { data } = await ask<{ events: { coverage: { status: string; scanned: number }[] } }>(EVENTS);
  const { coverage } = data.events;
  const samples = await scrape(app);
  expect(coverage.length).toBeGreaterThan(0);
  expect(valueOf(samples, 'sightline_coverage_total', { source: 'EVENTS' })).toBe(coverage.length);
  const scanned = coverage.reduce((sum, entry) => sum + entry.scanned, 0);
  expect(scanned).toBeGreaterThanOrEqual(3);
  expect(valueOf(samples, 'sightline_rows_scanned_total', { source: 'EVENTS', origin: 'VENDOR' })).toBe(
    scanned,
  );
});

test('refusals are counted by their code', async () => {
  const { app, ask } = await startCounted({ SIGHTLINE_MAX_COST: '1' });
  await ask(EVENTS);
  await ask('{ nothing }');
  const samples = await scrape(app);
  expect(valueOf(samples, 'sightline_errors_total', { code: 'LIMIT_EXCEEDED' })).toBe(1);
  expect(valueOf(samples, 'sightline_vendor_calls_total')).toBeNull();
  expect(valueOf(samples, 'graphql_envelop_error_result', { operationType: 'query' })).toBe(1);
});

test('attempts that fail are counted by their code, their retries and the open breaker too', async () => {
  const { app, ask } = await startCounted(
    {},
    {
      random: () => 0,
      limits: { breakerMinimum: 2, breakerWindow: 4 },
      transports: {
        EVENTS: {
          get: async () => ({ status: 500, headers: {}, body: Buffer.from('') }),
          close: async () => {},
        },
      },
    },
  );
  await ask(EVENTS);
  const samples = await scrape(app);
  const failed = { source: 'EVENTS', outcome: 'UPSTREAM_UNAVAILABLE' };
  const attempts = valueOf(samples, 'sightline_vendor_calls_total', failed)!;
  expect(attempts).toBeGreaterThanOrEqual(2);
  expect(valueOf(samples, 'sightline_vendor_retries_total', { source: 'EVENTS' })).toBe(attempts - 1);
  expect(valueOf(samples, 'sightline_vendor_breakers_open', { source: 'EVENTS' })).toBe(1);
  expect(valueOf(samples, 'sightline_vendor_breakers_open', { source: 'USAGE' })).toBe(0);
  expect(valueOf(samples, 'sightline_vendor_healthy', { source: 'EVENTS' })).toBe(0);
});

test('a pause that the vendor asks for shows with its length', async () => {
  const { app, ask } = await startCounted(
    {},
    {
      transports: {
        EVENTS: {
          get: async () => ({ status: 429, headers: { 'retry-after': '30' }, body: Buffer.from('') }),
          close: async () => {},
        },
      },
    },
  );
  await ask(EVENTS);
  const samples = await scrape(app);
  expect(valueOf(samples, 'sightline_vendor_pause_seconds', { source: 'EVENTS' })).toBeCloseTo(30, 0);
});

test('a stream is open until its reader leaves, and counts when it is over', async () => {
  const { app } = await startCounted();
  const leave = new AbortController();
  const response = await app.fetch('http://127.0.0.1/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: 'subscription { activity { cursor coverage { status } } }' }),
    signal: leave.signal,
  });
  const reader = response.body!.getReader();
  expect(valueOf(await scrape(app), 'sightline_streams_open')).toBe(1);
  await reader.cancel();
  const samples = await scrape(app);
  expect(valueOf(samples, 'sightline_streams_open')).toBe(0);
  const left = { http_route: '/graphql', http_response_status_code: '499' };
  expect(valueOf(samples, 'http_server_request_duration_seconds_count', left)).toBe(1);
  expect(valueOf(samples, 'graphql_envelop_request_duration_count')).toBeNull();
});

test('an export runs until its file is read, and then counts by how it ended', async () => {
  const { app } = await startCounted();
  const response = await app.fetch(`http://127.0.0.1/export/events.csv?range=${RANGE}`);
  expect(response.status).toBe(200);
  expect(valueOf(await scrape(app), 'sightline_exports_running')).toBe(1);
  await response.text();
  const samples = await scrape(app);
  expect(valueOf(samples, 'sightline_exports_running')).toBe(0);
  const ended = { list: 'events', format: 'csv', end: 'ended' };
  expect(valueOf(samples, 'sightline_exports_total', ended)).toBe(1);
});

test('the lag of an archive is the age of the newest span that it holds', async () => {
  const archive = await createArchive(openMemoryArchive(createMemoryDisk()), {
    rereads: { overlapMs: 1_000, settleMs: 1_000 },
    onFault() {},
  });
  const { app } = await startCounted({}, { archive });
  const read = { fromMs: NOW_MS - 60_000, toMs: NOW_MS - 30_000 };
  await archive.events.commit([], { ...read, firstReadMs: NOW_MS, lastReadMs: NOW_MS, dropped: 0 });
  const samples = await scrape(app);
  const lag = valueOf(samples, 'sightline_archive_lag_seconds', { source: 'EVENTS' })!;
  expect(lag).toBeGreaterThanOrEqual(30);
  expect(lag).toBeLessThan(90);
  expect(valueOf(samples, 'sightline_archive_lag_seconds', { source: 'USAGE' })).toBeNull();
});

test('no label has a value that a caller chose', async () => {
  const { app, ask } = await startCounted();
  await ask(
    'query CanaryName { events(first: 1, filter: { username: { eq: "CanaryValue" } }) { nodes { id } } }',
  );
  await app.fetch('http://127.0.0.1/CanaryPath?CanaryQuery');
  await app.fetch('http://127.0.0.1/graphql', {
    method: 'PROPFIND',
    headers: { 'x-canary': 'CanaryHeader' },
  });
  const response = await app.fetch('http://127.0.0.1/metrics');
  const text = await response.text();
  expect(text).not.toMatch(/canary|propfind/i);
  expect(text).toContain('http_request_method="_OTHER"');
  expect(text).toContain('http_route="other"');
});

test('a tool of an agent counts as an operation', async () => {
  const { app } = await startCounted({ SIGHTLINE_MCP: 'true' });
  const client = await connectTo(app);
  const { isError, text } = await callTool(client, 'what_happened', { range: { last: 'PT1H' } });
  await client.close();
  expect(isError, text).toBe(false);
  const samples = await scrape(app);
  expect(valueOf(samples, 'graphql_envelop_request', { operationType: 'query' })).toBe(1);
  expect(valueOf(samples, 'sightline_cost_used_points_total')).toBeGreaterThan(0);
});
