import { AsyncLocalStorage } from 'node:async_hooks';
import { createContextKey, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Context, Span, Tracer } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import type { HttpRequest } from '../http-message.ts';
import { namePath } from '../pages.ts';
import type { RequestNotes } from '../request-notes.ts';

/** Follows requests: what runs inside has its spans below that of its request. */
export interface RequestTracer {
  /** A request has come. */
  begin(request: HttpRequest): RequestTrace;
  /** Runs an operation of this process itself in a trace of its own, whose id it gets. */
  runApart<Value>(work: (traceId: string) => Promise<Value>): Promise<Value>;
}

export interface RequestTrace {
  readonly traceId: string;
  run<Value>(work: () => Value): Value;
  /** The request is over. @param status null: its caller has left */
  end(status: number | null, notes: RequestNotes): void;
}

/** The context of what runs now. Channels that are bound to it set it for what they publish. */
export type Contexts = AsyncLocalStorage<Context>;

/** The span of an operation, below which all others are. */
const OPERATION = createContextKey('sightline operation');
/** Until the document is read. */
const UNREAD_NAME = 'GraphQL Operation';

export function createContexts(): Contexts {
  return new AsyncLocalStorage();
}

/** The span of the operation that runs; undefined: none. */
export function findOperationSpan(context: Context | undefined): Span | undefined {
  return context?.getValue(OPERATION) as Span | undefined;
}

/** Names the span of an operation after its type. Its name, which callers choose, is an attribute. */
export function nameOperation(span: Span, type: string, name: string | null): void {
  span.updateName(type);
  span.setAttribute('graphql.operation.type', type);
  if (name !== null) span.setAttribute('graphql.operation.name', name);
}

export function createRequestTracer(
  tracer: Tracer,
  contexts: Contexts,
  takesTraceparent: boolean,
): RequestTracer {
  const propagator = new W3CTraceContextPropagator();
  // Not `tracestate`: it is text of the caller, which every span would carry.
  const getter = {
    keys: () => ['traceparent'],
    get: ({ headers }: HttpRequest, name: string) => (name === 'traceparent' ? headers[name] : undefined),
  };
  const open = (span: Span, parent: Context): Context =>
    trace.setSpan(parent, span).setValue(OPERATION, span);
  return {
    begin(request) {
      const parent = takesTraceparent ? propagator.extract(ROOT_CONTEXT, request, getter) : ROOT_CONTEXT;
      const attributes = { 'http.request.method': request.method, 'http.route': namePath(request) };
      const span = tracer.startSpan(UNREAD_NAME, { kind: SpanKind.SERVER, attributes }, parent);
      const context = open(span, parent);
      return {
        traceId: span.spanContext().traceId,
        run: (work) => contexts.run(context, work),
        end(status, { isOperation, errors, vendorCalls, cost }) {
          // A span that does not end is not exported: probes and pages have none.
          if (!isOperation) return;
          if (status !== null) span.setAttribute('http.response.status_code', status);
          span.setAttribute('sightline.vendor_calls', vendorCalls);
          if (cost) {
            span.setAttribute('sightline.cost.requested', cost.requested);
            span.setAttribute('sightline.cost.used', cost.actual);
          }
          if (errors.length > 0) {
            span.setAttribute('sightline.error_codes', [...errors]);
            span.setAttribute('error.type', errors[0]!);
          }
          if (errors.includes('INTERNAL_SERVER_ERROR') || (status ?? 0) >= 500)
            span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    },
    async runApart(work) {
      const span = tracer.startSpan(UNREAD_NAME, {}, ROOT_CONTEXT);
      try {
        const { traceId } = span.spanContext();
        return await contexts.run(open(span, ROOT_CONTEXT), () => work(traceId));
      } finally {
        span.end();
      }
    },
  };
}
