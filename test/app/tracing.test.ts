import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { startTracing } from '../../src/http/tracing/tracing.ts';
import type { TracingSettings } from '../../src/http/tracing/settings.ts';
import type { RequestLine } from '../../src/http/handler.ts';
import type { AuditLine } from '../../src/http/plugins/audit.ts';
import { EXAMPLE_FILE, HOOK_SECRET } from '../support/alert-examples.ts';
import { callTool, connectTo } from '../support/mcp-client.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';
import type { ReceivedSpan } from '../support/otlp-receiver.ts';
import { NOW_MS, PATIENT, startApp } from '../support/running-app.ts';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const QUESTION = /```graphql\n([\s\S]*?)```/.exec(README)![1]!;
const EVENTS = 'query Latest { events(first: 3) { nodes { action } } }';
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const TRACEPARENT = `00-${TRACE_ID}-b7ad6b7169203331-01`;

const SETTINGS: TracingSettings = {
  exporter: 'otlp-json',
  sampler: { root: 'always_on', ratio: 1, isParentBased: true },
  batch: {
    maxQueueSize: 2_048,
    maxExportBatchSize: 512,
    scheduledDelayMillis: 60_000,
    exportTimeoutMillis: 30_000,
  },
  takesTraceparent: true,
  passesToVendors: false,
};

afterEach(() => vi.unstubAllEnvs());

/** The service over its sandbox, traced to a receiver. */
async function startTraced(
  settings: Partial<TracingSettings> = {},
  overrides: Parameters<typeof startApp>[2] = {},
  env: Readonly<Record<string, string>> = {},
) {
  const receiver = await startOtlpReceiver();
  onTestFinished(receiver.close);
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', receiver.url);
  const tracing = await startTracing({ ...SETTINGS, ...settings }, '0.0.0');
  const lines: RequestLine[] = [];
  const running = await startApp(
    {},
    { ...PATIENT, ...env },
    {
      tracer: tracing.tracer,
      onRequest: (line) => lines.push(line),
      ...overrides,
    },
  );
  let isClosed = false;
  const stop = async (): Promise<void> => {
    if (isClosed) return;
    isClosed = true;
    await running.close();
    await tracing.close();
  };
  onTestFinished(stop);
  const post = async (query: string, headers: Readonly<Record<string, string>> = {}): Promise<unknown> => {
    const response = await running.app.fetch('http://127.0.0.1/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query }),
    });
    return response.json();
  };
  return {
    ...running,
    receiver,
    lines,
    post,
    /** Ends both, and gives what the receiver holds. */
    async collect(): Promise<readonly ReceivedSpan[]> {
      await stop();
      return receiver.spans();
    },
  };
}

const named = (spans: readonly ReceivedSpan[], name: string): readonly ReceivedSpan[] =>
  spans.filter((span) => span.name === name);

test("the README's question is one whole trace: the operation, parse, validate, plan, execute and each vendor call", async () => {
  const { post, collect } = await startTraced();
  const answer = (await post(QUESTION)) as { extensions: { upstream: { calls: number }[] } };
  const spans = await collect();
  const [operation] = named(spans, 'query');
  expect(operation).toMatchObject({
    kind: 2,
    parentSpanId: undefined,
    attributes: {
      'graphql.operation.type': 'query',
      'graphql.operation.name': 'WhatHappened',
      'http.request.method': 'POST',
      'http.route': '/graphql',
      'http.response.status_code': 200,
    },
  });
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([operation!.traceId]));
  for (const name of ['parse', 'validate', 'plan', 'execute']) {
    const steps = named(spans, name);
    expect(steps, name).toHaveLength(1);
    expect(steps[0]!.parentSpanId, name).toBe(operation!.spanId);
  }
  const [execute] = named(spans, 'execute');
  const attempts = spans.filter(({ kind }) => kind === 3);
  const calls = answer.extensions.upstream.reduce((sum, tally) => sum + tally.calls, 0);
  expect(calls).toBeGreaterThan(1);
  expect(attempts).toHaveLength(calls);
  expect(operation!.attributes['sightline.vendor_calls']).toBe(calls);
  expect(new Set(attempts.map(({ attributes }) => attributes['sightline.vendor']))).toEqual(
    new Set(['USAGE', 'EVENTS']),
  );
  for (const attempt of attempts) {
    expect(attempt.parentSpanId).toBe(execute!.spanId);
    expect(attempt.attributes).toMatchObject({
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'sightline.attempt': 1,
      'sightline.cache.verdict': 'miss',
      'server.address': '127.0.0.1',
    });
    expect(attempt.name).toBe(`GET ${String(attempt.attributes['url.template'])}`);
    for (const name of ['sightline.rows', 'sightline.bytes', 'sightline.waited_ms'])
      expect(attempt.attributes[name], name).toBeTypeOf('number');
    expect(attempt.events).toEqual(['sent', 'answered']);
    expect(attempt.startNs).toBeGreaterThanOrEqual(execute!.startNs);
    expect(attempt.endNs).toBeLessThanOrEqual(execute!.endNs);
  }
  expect(spans).toHaveLength(5 + calls);
});

test('an operation that the lane answers has its spans too', async () => {
  const ways: string[] = [];
  const { post, collect } = await startTraced({}, { onWay: (way) => ways.push(way) });
  await post(EVENTS);
  await post(EVENTS);
  const operations = named(await collect(), 'query');
  expect(ways).toEqual(['yoga', 'lane']);
  expect(operations).toHaveLength(2);
  for (const { attributes } of operations) expect(attributes['graphql.operation.name']).toBe('Latest');
});

test('the lane plans, executes and calls below its operation', async () => {
  const { post, collect } = await startTraced();
  await post(EVENTS);
  await post(EVENTS, { traceparent: TRACEPARENT });
  const spans = (await collect()).filter(({ traceId }) => traceId === TRACE_ID);
  const [operation] = named(spans, 'query');
  const [execute] = named(spans, 'execute');
  expect(spans.map(({ name }) => name).toSorted()).toEqual(['GET /events', 'execute', 'plan', 'query']);
  expect(named(spans, 'plan')[0]!.parentSpanId).toBe(operation!.spanId);
  expect(execute!.parentSpanId).toBe(operation!.spanId);
  expect(named(spans, 'GET /events')[0]!.parentSpanId).toBe(execute!.spanId);
});

test("an operation belongs to its caller's trace, and its log line says which", async () => {
  const { post, collect, lines } = await startTraced();
  await post(EVENTS, { traceparent: TRACEPARENT });
  const spans = await collect();
  expect(named(spans, 'query')[0]).toMatchObject({ traceId: TRACE_ID, parentSpanId: 'b7ad6b7169203331' });
  expect(lines[0]).toMatchObject({ trace_id: TRACE_ID });
});

test('a setting keeps callers from choosing the trace', async () => {
  const { post, collect } = await startTraced({ takesTraceparent: false });
  await post(EVENTS, { traceparent: TRACEPARENT });
  const [operation] = named(await collect(), 'query');
  expect(operation!.parentSpanId).toBeUndefined();
  expect(operation!.traceId).not.toBe(TRACE_ID);
});

test.each([false, true])(
  'a vendor learns the trace of its call only if that is set: %s',
  async (passesToVendors) => {
    const sent: IncomingHttpHeaders[] = [];
    const vendor = createServer((request, response) => {
      sent.push(request.headers);
      response.writeHead(404).end();
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void vendor.close());
    await once(vendor, 'listening');
    const { port } = vendor.address() as AddressInfo;
    const { post, collect } = await startTraced(
      { passesToVendors },
      {},
      { EVENTS_API_URL: `http://127.0.0.1:${port}/v1` },
    );
    await post(EVENTS, { traceparent: TRACEPARENT, tracestate: 'canary=1', baggage: 'canary=2' });
    const [attempt] = named(await collect(), 'GET /events');
    expect(sent).toHaveLength(1);
    expect(sent[0]!['traceparent']).toBe(
      passesToVendors ? `00-${TRACE_ID}-${attempt!.spanId}-01` : undefined,
    );
    expect(sent[0]).not.toHaveProperty('tracestate');
    expect(sent[0]).not.toHaveProperty('baggage');
  },
);

test('each attempt of a call that is retried is a span of its own, with the code of its failure', async () => {
  const answers = [500, 200];
  const { post, collect } = await startTraced(
    {},
    {
      random: () => 0,
      transports: {
        EVENTS: {
          get: async () => ({ status: answers.shift() ?? 200, headers: {}, body: Buffer.from('[]') }),
          close: async () => {},
        },
      },
    },
  );
  await post(EVENTS);
  const attempts = named(await collect(), 'GET /events');
  expect(attempts.map(({ failed }) => failed)).toEqual([true, false]);
  expect(attempts[0]!.attributes).toMatchObject({
    'sightline.attempt': 1,
    'http.response.status_code': 500,
    'error.type': 'UPSTREAM_UNAVAILABLE',
  });
  expect(attempts[1]!.attributes).toMatchObject({ 'sightline.attempt': 2, 'http.request.resend_count': 1 });
});

test('without a trace the log line of a request names the trace of its caller, if that is a valid one', async () => {
  const lines: RequestLine[] = [];
  const { app, close } = await startApp({}, {}, { onRequest: (line) => lines.push(line) });
  onTestFinished(close);
  for (const traceparent of [TRACEPARENT, `00-${'0'.repeat(32)}-b7ad6b7169203331-01`, 'canary'])
    await app.fetch('http://127.0.0.1/health/live', { headers: { traceparent } });
  expect(lines.map(({ trace_id }) => trace_id)).toEqual([TRACE_ID, undefined, undefined]);
});

test('a refused operation is a span with the codes of its errors and no call', async () => {
  const { post, collect } = await startTraced();
  await post('{ events(first: 9999) { nodes { id } } }');
  const spans = await collect();
  const [operation] = named(spans, 'query');
  expect(operation!.attributes['sightline.error_codes']).toEqual(['LIMIT_EXCEEDED']);
  expect(operation!.failed).toBe(false);
  expect(spans.filter(({ kind }) => kind === 3)).toEqual([]);
});

test('lines of the audit trail name the trace of their operation, and none if this service traces nothing', async () => {
  const audited: AuditLine[] = [];
  const audit = { take: (line: AuditLine) => void audited.push(line) };
  const { post, app } = await startTraced({}, { audit });
  await post(EVENTS, { traceparent: TRACEPARENT });
  await post('{ events(first: 9999) { nodes { id } } }', { traceparent: TRACEPARENT });
  const headers = { traceparent: TRACEPARENT };
  await (await app.fetch('http://127.0.0.1/export/events.ndjson?range={"last":"PT1H"}', { headers })).text();
  expect(audited.map(({ trace_id }) => trace_id)).toEqual(Array(4).fill(TRACE_ID));

  const untraced = await startApp({}, {}, { audit });
  onTestFinished(untraced.close);
  await untraced.app.fetch('http://127.0.0.1/export/events.ndjson?fields=nothing', {
    headers,
  });
  expect(audited.at(-1)).toMatchObject({ outcome: ['BAD_USER_INPUT'], status: 400 });
  expect(audited.at(-1)).not.toHaveProperty('trace_id');
});

test('probes and pages have no span', async () => {
  const { app, collect } = await startTraced();
  await app.fetch('http://127.0.0.1/health/live');
  await app.fetch('http://127.0.0.1/nothing');
  expect(await collect()).toEqual([]);
});

test('nothing is sent of a trace that its caller does not sample, and its log line has its id all the same', async () => {
  const { post, collect, lines } = await startTraced();
  await post(EVENTS, { traceparent: TRACEPARENT.replace(/01$/, '00') });
  expect(await collect()).toEqual([]);
  expect(lines[0]).toMatchObject({ trace_id: TRACE_ID });
});

test('a collector that is away is reported, and delays the end no longer than its grace', async () => {
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', 'http://127.0.0.1:9');
  const reasons: string[] = [];
  const tracing = await startTracing(SETTINGS, '0.0.0', (reason) => reasons.push(reason));
  const { app, close } = await startApp({}, PATIENT, { tracer: tracing.tracer });
  await app.fetch('http://127.0.0.1/graphql?query={__typename}');
  await close();
  await tracing.close(10);
  expect(reasons).toEqual(['The collector did not answer in time.']);
});

test('an answer of a vendor that takes no call is an event of the step that asked for it', async () => {
  const { ask, post, collect } = await startTraced();
  const { data } = await ask<{ usageRecords: { nodes: { recordId: string }[] } }>(
    '{ usageRecords(first: 1) { nodes { recordId } } }',
  );
  const one = `{ usageRecord(recordId: ${JSON.stringify(data.usageRecords.nodes[0]!.recordId)}) { id } }`;
  await post(one);
  await post(one, { traceparent: TRACEPARENT });
  const spans = (await collect()).filter(({ traceId }) => traceId === TRACE_ID);
  expect(spans.filter(({ kind }) => kind === 3)).toEqual([]);
  expect(named(spans, 'execute')[0]!.events).toEqual(['cache']);
});

test('a tool of an agent is an operation too', async () => {
  const { app, collect } = await startTraced({}, {}, { SIGHTLINE_MCP: 'true' });
  const client = await connectTo(app);
  const { isError, text } = await callTool(client, 'what_happened', { range: { last: 'PT1H' } });
  await client.close();
  expect(isError, text).toBe(false);
  const spans = await collect();
  const execute = named(spans, 'execute')[0]!;
  const operation = spans.find(({ spanId }) => spanId === execute.parentSpanId)!;
  expect(operation).toMatchObject({ name: 'query', attributes: { 'http.route': '/mcp' } });
});

test('each round of an alert is a trace of its own', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-traced-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'alerts.yaml');
  writeFileSync(file, EXAMPLE_FILE);
  const audited: AuditLine[] = [];
  const audit = { take: (line: AuditLine) => void audited.push(line) };
  const { app, collect } = await startTraced(
    {},
    { audit },
    { SIGHTLINE_ALERTS: file, ALERTS_SECRET: HOOK_SECRET },
  );
  const range = { fromMs: NOW_MS - 7_200_000, toMs: NOW_MS - 3_600_000 };
  for (const name of ['no-calls', 'no-calls'])
    await app.alerts!.observe(name, range, new AbortController().signal);
  const spans = await collect();
  const operations = named(spans, 'query');
  expect(operations).toHaveLength(2);
  const traceIds = operations.map(({ traceId }) => traceId);
  expect(new Set(traceIds).size).toBe(2);
  expect(new Set(audited.map(({ trace_id }) => trace_id))).toEqual(new Set(traceIds));
  for (const { spanId, parentSpanId } of operations) {
    expect(parentSpanId).toBeUndefined();
    const below = spans.filter((span) => span.parentSpanId === spanId).map(({ name }) => name);
    expect(below).toEqual(['plan', 'execute']);
  }
});
