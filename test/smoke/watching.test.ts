import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';
import { parseMetrics, valueOf } from '../support/scrape.ts';
import { runInTest as run } from './run-in-test.ts';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const QUESTION = /```graphql\n([\s\S]*?)```/.exec(README)![1]!;
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';

test("a process sends the README's question as one trace, logs its id with each line, and counts it", async () => {
  const receiver = await startOtlpReceiver();
  onTestFinished(receiver.close);
  const service = run(
    ['--seed', '1', '--now', '2026-03-04T12:00:00Z', '--rows', '3000,3000', '--no-arrivals'],
    {
      PORT: '0',
      NODE_ENV: 'production',
      LOG_LEVEL: 'debug',
      SIGHTLINE_METRICS: '127.0.0.1:0',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    },
  );
  const [, metrics] = await service.waitFor(/"metrics":"(\S+?)"/);
  const [, url] = await service.waitFor(/"graphiql":"(\S+?)"/);
  const response = await fetch(url!, {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: `00-${TRACE_ID}-b7ad6b7169203331-01` },
    body: JSON.stringify({ query: QUESTION }),
  });
  const { data } = (await response.json()) as { data: { timeline: { nodes: unknown[] } } };
  expect(data.timeline.nodes.length).toBeGreaterThan(0);
  const samples = parseMetrics(await (await fetch(metrics!)).text());
  const vendorCalls = valueOf(samples, 'sightline_vendor_calls_total', { outcome: 'ok' });
  expect(vendorCalls).toBeGreaterThan(1);
  service.child.kill('SIGINT');
  expect(await service.exit).toBe(0);

  const spans = receiver.spans();
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE_ID]));
  expect(spans.filter(({ kind }) => kind === 3)).toHaveLength(vendorCalls!);
  for (const name of ['query', 'parse', 'validate', 'plan', 'execute'])
    expect(
      spans.filter((span) => span.name === name),
      name,
    ).toHaveLength(1);
  const lines = service
    .printed()
    .split('\n')
    .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Record<string, unknown>] : []));
  const calls = lines.filter(({ msg }) => msg === 'vendor call');
  const requests = lines.filter(({ msg, path }) => msg === 'request' && path === '/graphql');
  expect(calls).toHaveLength(vendorCalls!);
  expect(requests).toHaveLength(1);
  for (const line of [...calls, ...requests]) expect(line['trace_id']).toBe(TRACE_ID);
});
