import { AsyncLocalStorage } from 'node:async_hooks';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { expect, onTestFinished, test } from 'vitest';
import { attemptChannel } from '../../../src/base/channels.ts';
import type { AttemptNews } from '../../../src/base/channels.ts';
import { readFetchRequest } from '../../../src/http/http-message.ts';
import { createRequestNotes } from '../../../src/http/request-notes.ts';
import { followChannels } from '../../../src/http/tracing/spans.ts';
import { createContexts, createRequestTracer } from '../../../src/http/tracing/tracer.ts';

function start() {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const contexts = createContexts();
  const tracer = provider.getTracer('test');
  onTestFinished(followChannels(tracer, contexts));
  return { exporter, provider, tracer: createRequestTracer(tracer, contexts, true) };
}

const call = (work: () => Promise<void> = async () => {}): Promise<void> => {
  const news: AttemptNews = {
    source: 'EVENTS',
    operation: '/events',
    attempt: 1,
    verdict: 'miss',
    waitedMs: 0,
    report: null,
  };
  return attemptChannel.tracePromise(work, news);
};

test('a call that goes on after its operation is over begins a trace of its own, linked to the operation', async () => {
  const { exporter, provider, tracer } = start();
  const trace = tracer.begin(readFetchRequest(new Request('http://127.0.0.1/graphql')));
  const later = trace.run(() => AsyncLocalStorage.snapshot());
  trace.end(200, { ...createRequestNotes(), isOperation: true });
  await later(() => call());
  await provider.forceFlush();
  const [operation, attempt] = exporter.getFinishedSpans();
  expect(attempt!.name).toBe('GET /events');
  expect(attempt!.parentSpanContext).toBeUndefined();
  expect(attempt!.spanContext().traceId).not.toBe(trace.traceId);
  expect(attempt!.links.map(({ context }) => context.spanId)).toEqual([operation!.spanContext().spanId]);
});

test('a call whose caller left is a failed span without a status', async () => {
  const { exporter, provider } = start();
  await expect(call(() => Promise.reject(new Error('canary')))).rejects.toThrow('canary');
  await provider.forceFlush();
  const [attempt] = exporter.getFinishedSpans();
  expect(attempt!.status).toEqual({ code: 2 });
  expect(attempt!.attributes).not.toHaveProperty('http.response.status_code');
  expect(attempt!.events).toEqual([]);
});
