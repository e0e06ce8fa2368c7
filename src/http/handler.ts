import type { IncomingMessage, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import { LightAbortSignal } from '../base/abort.ts';
import { createAskAlert } from './alerts/ask.ts';
import type { AskAlert } from './alerts/ask.ts';
import { createAuditTrail } from './audit-trail.ts';
import type { AuditSink } from './audit-trail.ts';
import {
  endStream,
  readFetchRequest,
  readNodeRequest,
  sendAnswer,
  sendStream,
  toResponse,
  toStreamResponse,
} from './http-message.ts';
import type { Departure, HttpAnswer, HttpRequest } from './http-message.ts';
import { namePath } from './pages.ts';
import { addressRefusal, FAILED, UNAUDITED } from './refusals.ts';
import { createRequestNotes } from './request-notes.ts';
import type { RequestNotes, RequestReport } from './request-notes.ts';
import { createResponder } from './responder.ts';
import type { ResponderOptions } from './responder.ts';
import { readTraceId } from './tracing/trace-parent.ts';
import type { RequestTracer } from './tracing/tracer.ts';

/** One line of the request log. */
export interface RequestLine extends RequestReport {
  readonly method: string;
  /** One of this service's paths, or `other`: callers can write anything into a path. */
  readonly path: string;
  /** null: the caller left before the answer was sent. */
  readonly status: number | null;
  /** From the headers of the request to the end of the answer. */
  readonly ms: number;
}

export interface HandlerOptions extends Omit<ResponderOptions, 'isAudited'> {
  /** Gets one line for each request, after its answer, and the notes that it was made of. */
  readonly onRequest: (line: RequestLine, notes: RequestNotes) => void;
  /**
   * Gets the line of every operation before its answer goes out, of refused ones too. If it throws, this answer and all
   * further ones are withheld until it takes a line again. null: there is no audit trail.
   */
  readonly audit: AuditSink | null;
  /** Traces requests; null or left out: nothing does. */
  readonly tracer?: RequestTracer | null;
}

/** Answers requests over HTTP. Both ways run the same checks. */
export interface Handler {
  /** Answers a request of this process, without a port: for tests, and to embed the service. Rejects if its signal aborts. */
  fetch(input: string | Request, init?: RequestInit): Promise<Response>;
  /** Answers a request of `node:http`. Never rejects. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/** One request until its answer is sent. */
interface Exchange {
  /** Makes the answer, and writes its audit line before. Never rejects. */
  readonly answer: () => Promise<HttpAnswer>;
  /** Call it once, when the answer is sent (with its status) or the caller has left (null). Writes the line of the log. */
  readonly close: (status: number | null) => void;
}

/** No answer may be sniffed, kept or embedded by another origin, or passed on as a referrer. */
const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-origin',
};

/** Whether the caller has left. Most requests are answered before anything waits for it, so the signals are made late. */
function createDeparture(): Departure & { readonly leave: () => void } {
  let controller: AbortController | null = null;
  let leaving: LightAbortSignal | null = null;
  let reason: DOMException | null = null;
  return {
    get signal() {
      controller ??= new AbortController();
      if (reason) controller.abort(reason);
      return controller.signal;
    },
    get leaving() {
      leaving ??= new LightAbortSignal();
      if (reason) leaving.abort(reason);
      return leaving;
    },
    leave() {
      reason ??= new DOMException('The caller has left.', 'AbortError');
      leaving?.abort(reason);
      controller?.abort(reason);
    },
  };
}

export function createHandler(options: HandlerOptions): Handler & { readonly askAlert: AskAlert } {
  const { onRequest, audit, onFault, isReady, corsOrigins, tracer = null } = options;
  const trail = createAuditTrail(audit, onFault);
  const respond = createResponder({ ...options, isAudited: audit !== null }, trail);

  const begin = (request: HttpRequest): Exchange => {
    const startedMs = performance.now();
    const notes = createRequestNotes();
    const trace = tracer?.begin(request);
    // Without a trace of this service, the id would be a text of the caller, which the audit trail does not hold.
    if (trace) notes.trace_id = trace.traceId;
    const traceId = trace ? trace.traceId : readTraceId(request.headers['traceparent']);
    let isAudited = false;
    let isClosed = false;
    return {
      async answer() {
        let answer: HttpAnswer;
        try {
          answer = await (trace ? trace.run(() => respond(request, notes)) : respond(request, notes));
        } catch (error) {
          // A caller who leaves is no fault of this service.
          if (!request.signal.aborted) onFault(error);
          answer = FAILED;
        }
        if (notes.isOperation && !isClosed) {
          isAudited = true;
          const writing = trail.write(notes, answer.status);
          const isWritten = writing instanceof Promise ? await writing : writing;
          if (!isWritten) {
            await endStream(answer.stream);
            notes.stream = null;
            answer = addressRefusal(UNAUDITED, request, corsOrigins);
          }
        }
        // While this process shuts down, each connection gets one more answer.
        const ending = isReady() ? {} : { connection: 'close' };
        return { ...answer, headers: { ...SECURITY_HEADERS, ...ending, ...answer.headers } };
      },
      close(status) {
        isClosed = true;
        if (notes.isOperation && !isAudited) void trail.write(notes, null);
        else if (notes.stream) void trail.write(notes, status, Math.round(performance.now() - startedMs));
        const { operation, errors, vendorCalls } = notes;
        onRequest(
          {
            method: request.method,
            path: namePath(request),
            status,
            ms: Math.round((performance.now() - startedMs) * 10) / 10,
            operation,
            errors,
            vendorCalls,
            ...(traceId !== undefined && { trace_id: traceId }),
          },
          notes,
        );
        trace?.end(status, notes);
      },
    };
  };

  const askAlert = createAskAlert({ ...options, isAudited: audit !== null }, trail);

  return {
    askAlert: tracer ? (asked) => tracer.runApart((traceId) => askAlert(asked, traceId)) : askAlert,

    async fetch(input, init) {
      const request = new Request(input, init);
      const departure = createDeparture();
      if (request.signal.aborted) departure.leave();
      else request.signal.addEventListener('abort', departure.leave, { once: true });
      const exchange = begin(readFetchRequest(request, departure));
      const answer = await exchange.answer();
      if (answer.stream && !request.signal.aborted) {
        const end = (status: number | null): void => exchange.close(request.signal.aborted ? null : status);
        return toStreamResponse(answer, answer.stream, departure.leave, end);
      }
      await endStream(answer.stream);
      exchange.close(request.signal.aborted ? null : answer.status);
      request.signal.throwIfAborted();
      return toResponse(answer, request.method);
    },

    async handle(request, response) {
      const departure = createDeparture();
      const exchange = begin(readNodeRequest(request, departure));
      response.once('close', () => {
        const isSent = response.writableFinished;
        exchange.close(isSent ? response.statusCode : null);
        if (!isSent) departure.leave();
      });
      const answer = await exchange.answer();
      if (response.closed) {
        await endStream(answer.stream);
        return;
      }
      try {
        if (answer.stream) await sendStream(response, answer, answer.stream);
        else sendAnswer(response, answer);
      } catch (error) {
        if (!response.closed) onFault(error);
        response.destroy();
      }
    },
  };
}
