import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Span } from '@opentelemetry/api';
import { ATTEMPT } from './spans.ts';
import type { Contexts } from './tracer.ts';

/** What undici publishes of a request (https://undici.nodejs.org/#/docs/api/DiagnosticsChannel.md). */
interface UndiciRequest {
  readonly origin?: string | URL;
  addHeader(name: string, value: string): void;
}

/** Adds to the span of each attempt at a vendor what undici says of its request. Other requests, such as those of alerts, are not followed. */
export function followUndici(contexts: Contexts, passesToVendors: boolean): () => void {
  const spans = new WeakMap<UndiciRequest, Span>();
  const onCreate = ({ request }: { readonly request: UndiciRequest }): void => {
    const span = contexts.getStore()?.getValue(ATTEMPT) as Span | undefined;
    if (!span) return;
    spans.set(request, span);
    if (request.origin !== undefined) {
      const { hostname, port, protocol } = new URL(request.origin);
      span.setAttribute('server.address', hostname);
      span.setAttribute('server.port', port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port));
    }
    if (!passesToVendors) return;
    const { traceId, spanId, traceFlags } = span.spanContext();
    request.addHeader('traceparent', `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`);
  };
  const note =
    (event: string) =>
    ({ request }: { readonly request: UndiciRequest }): void => {
      spans.get(request)?.addEvent(event);
    };
  const subscriptions: readonly (readonly [string, (message: never) => void])[] = [
    ['undici:request:create', onCreate],
    ['undici:client:sendHeaders', note('sent')],
    ['undici:request:headers', note('answered')],
  ];
  for (const [name, listener] of subscriptions) subscribe(name, listener as never);
  return () => {
    for (const [name, listener] of subscriptions) unsubscribe(name, listener as never);
  };
}
