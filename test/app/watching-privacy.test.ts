import { readFileSync } from 'node:fs';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { createMetrics } from '../../src/http/metrics/metrics.ts';
import { startTracing } from '../../src/http/tracing/tracing.ts';
import type { TracingSettings } from '../../src/http/tracing/settings.ts';
import { TransportFailure } from '../../src/upstream/transport.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';
import { createAppOver, PATIENT, startApp } from '../support/running-app.ts';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const QUESTION = /```graphql\n([\s\S]*?)```/
  .exec(README)![1]!
  .replace('username', 'username email: username ipAddress userId');
const EXPORTERS = ['otlp-json', 'otlp-protobuf', 'console'] as const;

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** All texts in an answer that are more than a code or a time. */
function listValues(answer: unknown): readonly string[] {
  if (typeof answer === 'string') return /^[\w.@:-]{5,}$/.test(answer) ? [answer] : [];
  if (typeof answer !== 'object' || answer === null) return [];
  return Object.values(answer).flatMap(listValues);
}

test.each(EXPORTERS)(
  'neither a secret nor a value of a caller or vendor is in metrics, log lines or spans: %s',
  async (exporter) => {
    const receiver = await startOtlpReceiver();
    onTestFinished(receiver.close);
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', receiver.url);
    vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', 'authorization=CanaryCollectorToken');
    const printed: string[] = [];
    vi.spyOn(console, 'dir').mockImplementation((...parts) => void printed.push(JSON.stringify(parts)));
    const settings: TracingSettings = {
      exporter,
      sampler: { root: 'always_on', ratio: 1, isParentBased: true },
      batch: {
        maxQueueSize: 2_048,
        maxExportBatchSize: 512,
        scheduledDelayMillis: 60_000,
        exportTimeoutMillis: 30_000,
      },
      takesTraceparent: true,
      passesToVendors: true,
    };
    const tracing = await startTracing(settings, '0.0.0');
    const metrics = createMetrics(20);
    const lines: unknown[] = [];
    const overrides = {
      tracer: tracing.tracer,
      metrics,
      onRequest: (line: unknown) => lines.push(line),
      onAttempt: (report: unknown) => lines.push(report),
      onFault: (error: unknown) => lines.push(String(error)),
    };
    const { app, sandbox, close } = await startApp({}, { ...PATIENT, SIGHTLINE_METRICS: 'on' }, overrides);
    const ask = (body: object, to = app): Promise<Response> =>
      to.fetch('http://127.0.0.1/graphql?canaryParameter=CanaryParameter', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
          tracestate: 'canary=CanaryState',
          baggage: 'canary=CanaryBaggage',
          authorization: 'Bearer CanaryAuthorization',
          'x-canary': 'CanaryHeader',
        },
        body: JSON.stringify(body),
      });
    const rows =
      '{ events(first: 20) { nodes { id eventId username ipAddress } } usageRecords(first: 20) { nodes { id requestIP } } }';
    const answers = [
      await (await ask({ query: QUESTION, variables: { address: '203.0.113.77' } })).json(),
      await (await ask({ query: rows })).json(),
      await (await ask({ query: rows })).json(),
    ];
    await ask({ query: '{ events(filter: { username: { eq: "CanaryFilter" } }) { nodes { id } } }' });
    await ask({ query: 'query { CanaryField }' });
    await ask({ query: 'query { events( CanarySyntax' });
    await ask({ query: 'query ($x: CanaryType) { __typename }', variables: { x: 'CanaryVariable' } });
    const broken = createAppOver(
      sandbox,
      { ...PATIENT, SIGHTLINE_METRICS: 'on' },
      {
        ...overrides,
        metrics: createMetrics(20),
        random: () => 0,
        transports: {
          EVENTS: {
            get: async () => ({
              status: 500,
              headers: { 'x-vendor': 'CanaryVendorHeader' },
              body: Buffer.from('CanaryBody'),
            }),
            close: async () => {},
          },
          USAGE: { get: () => Promise.reject(new TransportFailure('cut', 200)), close: async () => {} },
        },
      },
    );
    await ask({ query: rows }, broken);
    const scraped: string[] = [];
    for (const { fetch } of [app, broken])
      scraped.push(await (await fetch('http://127.0.0.1/metrics')).text());
    await broken.close();
    await close();
    await tracing.close();

    const told = [...receiver.bodies.map((body) => body.toString('latin1')), ...printed].join('\n');
    expect(told).toContain('GET /events');
    const everything = [told, ...scraped, JSON.stringify(lines)].join('\n');
    const { usageUserSecret, usageOrganizationSecret, eventsToken } = sandbox.credentials;
    const values = answers.flatMap((answer) => listValues((answer as { data: unknown }).data));
    expect(values.length).toBeGreaterThan(40);
    const kept = ['FAILED', 'SUCCESS', 'USAGE', 'EVENTS', 'COMPLETE', 'FILLING', 'TRUNCATED', 'EXPIRED'];
    const secrets = [usageUserSecret, usageOrganizationSecret, eventsToken, '203.0.113.77', 'anary'];
    for (const value of [...secrets, ...values.filter((text) => !kept.includes(text))])
      expect(everything.includes(value), value).toBe(false);
  },
);
