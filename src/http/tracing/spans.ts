import { tracingChannel } from 'node:diagnostics_channel';
import type { TracingChannel } from 'node:diagnostics_channel';
import {
  createContextKey,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
} from '@opentelemetry/api';
import type { Attributes, Context, Span, SpanOptions, Tracer } from '@opentelemetry/api';
import { getOperationAST } from 'graphql';
import type {
  DocumentNode,
  GraphQLExecuteContext,
  GraphQLParseContext,
  GraphQLSubscribeContext,
  GraphQLValidateContext,
} from 'graphql';
import { attemptChannel, planChannel, readChannel } from '../../base/channels.ts';
import type { AttemptNews, ReadNews } from '../../base/channels.ts';
import { readName } from '../plugins/operation.ts';
import { findOperationSpan, nameOperation } from './tracer.ts';
import type { Contexts } from './tracer.ts';

/** The span of the attempt at a vendor that runs. */
export const ATTEMPT: symbol = createContextKey('sightline attempt');

/** What every message of a channel may say at its end. */
interface Ended {
  readonly result?: unknown;
  readonly error?: unknown;
}

/** How a channel's messages become spans. */
interface SpanRules<Message> {
  readonly name: (message: Message) => string;
  readonly options?: (message: Message) => SpanOptions;
  /** Under which the context inside holds the span. */
  readonly key?: symbol;
  /** Learns of the span when it begins, with the context around it. */
  readonly onStart?: (message: Message, context: Context | undefined) => void;
  /** Adds what is known at the end. */
  readonly onEnd?: (span: Span, message: Message) => void;
}

/**
 * Makes spans of what graphql and this service publish: parse, validate, plan, execute, and one for each attempt at a vendor. They hold
 * counts, codes and path templates, never a document, a variable, a header, a query or a row. Returns what ends it.
 */
export function followChannels(tracer: Tracer, contexts: Contexts): () => void {
  const stops = [
    follow(tracingChannel<GraphQLParseContext & object>('graphql:parse'), { name: () => 'parse' }),
    follow(tracingChannel<GraphQLValidateContext>('graphql:validate'), {
      name: () => 'validate',
      onEnd: (span, { result }) => countErrors(span, result),
    }),
    follow(planChannel, {
      name: () => 'plan',
      onStart({ document, operationName }, context) {
        const operation = getOperationAST(document as DocumentNode, operationName);
        nameAround(context, operation?.operation, document as DocumentNode, operationName);
      },
      onEnd(span, { result }) {
        if (!result) return;
        span.setAttribute('sightline.plan.vendor_calls', result.plannedCalls);
        span.setAttribute('sightline.plan.cost', result.cost);
      },
    }),
    ...(['graphql:execute', 'graphql:subscribe'] as const).map((name) =>
      follow(tracingChannel<GraphQLExecuteContext | GraphQLSubscribeContext>(name), {
        name: () => (name === 'graphql:execute' ? 'execute' : 'subscribe'),
        onStart: ({ operationType, operationName, document }, context) =>
          nameAround(context, operationType, document, operationName),
        onEnd(span, { result }) {
          if (result && 'errors' in result) countErrors(span, result.errors);
        },
      }),
    ),
    follow(attemptChannel, {
      name: ({ operation, verdict }) => `${verdict === null ? 'POST' : 'GET'} ${operation}`,
      key: ATTEMPT,
      options: (message) => ({ kind: SpanKind.CLIENT, attributes: describeAttempt(message) }),
      onEnd: endAttempt,
    }),
    followReads(contexts),
  ];
  return () => {
    for (const stop of stops) stop();
  };

  function follow<Message extends object>(
    channel: TracingChannel<Message>,
    { name, options, key, onStart, onEnd }: SpanRules<Message>,
  ): () => void {
    const spans = new WeakMap<object, Span>();
    const end = (message: Message): void => {
      const span = spans.get(message);
      if (!span) return;
      spans.delete(message);
      onEnd?.(span, message);
      if ((message as Ended).error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    };
    // What happens inside sees the new context, because the store is bound to the beginning.
    channel.start.bindStore(
      contexts as never,
      ((message: Message): Context => {
        const around = contexts.getStore();
        const made = options?.(message) ?? {};
        const ended = findEnded(around);
        const span = ended
          ? tracer.startSpan(name(message), { ...made, links: [{ context: ended }] }, ROOT_CONTEXT)
          : tracer.startSpan(name(message), made, around ?? ROOT_CONTEXT);
        spans.set(message, span);
        onStart?.(message, around);
        const inside = trace.setSpan(ended || !around ? ROOT_CONTEXT : around, span);
        return key === undefined ? inside : inside.setValue(key, span);
      }) as never,
    );
    const subscribers = {
      start: noop,
      asyncStart: noop,
      error: noop,
      // A call that waits has no result yet.
      end(message: Message) {
        if ('result' in message || 'error' in message) end(message);
      },
      asyncEnd: end,
    };
    channel.subscribe(subscribers);
    return () => {
      channel.unsubscribe(subscribers);
      channel.start.unbindStore(contexts as never);
    };
  }
}

function noop(): void {}

/** An operation that is over, such as the stream that began a poller which others still need. */
function findEnded(context: Context | undefined): ReturnType<Span['spanContext']> | null {
  const operation = findOperationSpan(context);
  if (!operation || operation.isRecording()) return null;
  const found = operation.spanContext();
  return (found.traceFlags & TraceFlags.SAMPLED) === 0 ? null : found;
}

function nameAround(
  context: Context | undefined,
  type: string | undefined,
  document: DocumentNode,
  name: string | null | undefined,
): void {
  const span = findOperationSpan(context);
  if (span && type !== undefined) nameOperation(span, type, readName(document, name ?? null));
}

function countErrors(span: Span, errors: unknown): void {
  if (Array.isArray(errors) && errors.length > 0) span.setAttribute('sightline.errors', errors.length);
}

function describeAttempt({ source, operation, attempt, verdict, waitedMs }: AttemptNews): Attributes {
  return {
    'http.request.method': verdict === null ? 'POST' : 'GET',
    'url.template': operation,
    'sightline.vendor': source,
    'sightline.attempt': attempt,
    'sightline.waited_ms': waitedMs,
    ...(verdict !== null && { 'sightline.cache.verdict': verdict }),
    ...(attempt > 1 && { 'http.request.resend_count': attempt - 1 }),
  };
}

function endAttempt(span: Span, { report }: AttemptNews): void {
  if (!report) return;
  const { status, code, rows, bytes } = report;
  span.setAttributes({ 'sightline.rows': rows, 'sightline.bytes': bytes });
  if (status !== null) span.setAttribute('http.response.status_code', status);
  if (code === null) return;
  span.setAttribute('error.type', code);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** An answer without a call of its own is an event of the span around it. */
function followReads(contexts: Contexts): () => void {
  const onRead = (message: unknown): void => {
    const { source, operation, verdict } = message as ReadNews;
    if (verdict === 'miss' || verdict === 'bypass') return;
    const around = contexts.getStore();
    const span = around && trace.getSpan(around);
    span?.addEvent('cache', {
      'sightline.vendor': source,
      'url.template': operation,
      'sightline.cache.verdict': verdict,
    });
  };
  readChannel.subscribe(onRead);
  return () => readChannel.unsubscribe(onRead);
}
