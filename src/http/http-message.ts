import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AbortSignalLike } from '../base/abort.ts';
import type { HeaderReader } from './identity/vendor-credentials.ts';

/** A request over HTTP, whether it came through a socket or from this process. */
export interface HttpRequest extends Departure {
  readonly method: string;
  /** Path and query as sent: `/graphql?query=…`. */
  readonly target: string;
  /** By lower-case name, each with one value. Repeated headers are joined by `, `, or the first value is kept. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Every value that was sent under a lower-case name. */
  valuesOf(name: string): readonly string[];
  /** null: there is none. */
  readonly body: AsyncIterable<Uint8Array> | null;
  /** The IP address at the other end of the connection; 127.0.0.1 for this process. */
  readonly address: string;
}

/** How a request tells that its caller has left before the answer has been sent. */
export interface Departure {
  /** Aborts then, for what takes a signal of the platform. */
  readonly signal: AbortSignal;
  /** Aborts then, too, and costs a fraction. */
  readonly leaving: AbortSignalLike;
}

/** An answer over HTTP. `content-length` is the sender's to add. */
export interface HttpAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Instead of `body`: pieces that are sent as they come, each when the one before is sent, until they end or the caller leaves. */
  readonly stream?: AsyncIterable<string | Uint8Array>;
}

export const TEXT_TYPE = { 'content-type': 'text/plain; charset=utf-8' };
export const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

/** The path of a target, without its query. */
export function pathOf({ target }: HttpRequest): string {
  const end = target.indexOf('?');
  return end === -1 ? target : target.slice(0, end);
}

/** The headers as an operation reads them. */
export function headersOf({ headers }: HttpRequest): HeaderReader {
  return { get: (name) => headers[name] ?? null };
}

/** Whether a request only reads: GET or HEAD. */
export function isRead({ method }: HttpRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** A request of `node:http`, whose caller leaves when the signals of `departure` abort. */
export function readNodeRequest(request: IncomingMessage, departure: Departure): HttpRequest {
  const { method = '', url = '/', headers, socket } = request;
  const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  return {
    method,
    target: url,
    // Only `set-cookie` has a list of values, and nothing here reads it.
    headers: headers as HttpRequest['headers'],
    valuesOf: (name) => listValues(request.rawHeaders, name),
    body: hasBody ? request : null,
    address: socket.remoteAddress ?? '',
    get signal() {
      return departure.signal;
    },
    get leaving() {
      return departure.leaving;
    },
  };
}

/** @param raw names and values in turn, as they were sent */
function listValues(raw: readonly string[], name: string): readonly string[] {
  const values: string[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const sent = raw[at]!;
    if (sent.length === name.length && sent.toLowerCase() === name) values.push(raw[at + 1]!);
  }
  return values;
}

/** Sends an answer through `node:http`; HEAD gets its headers alone. */
export function sendAnswer(response: ServerResponse, { status, headers, body }: HttpAnswer): void {
  const length = body === undefined ? 0 : Buffer.byteLength(body);
  // The length in a 304 would be that of the page that is not sent.
  response.writeHead(status, { ...headers, ...(status === 304 ? {} : { 'content-length': length }) });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

/** How long a caller may take to read one piece of a stream. */
const UNREAD_MS = 60_000;

/**
 * Sends an answer with a stream. If the stream fails, or the caller does not read it, the connection is ended, so that the caller can
 * see that the answer is cut.
 * @throws what the stream throws
 */
export async function sendStream(
  response: ServerResponse,
  { status, headers }: HttpAnswer,
  stream: AsyncIterable<string | Uint8Array>,
  unreadMs = UNREAD_MS,
): Promise<void> {
  try {
    response.writeHead(status, { ...headers });
    response.flushHeaders();
    for await (const piece of stream) {
      if (response.closed) return;
      if (!response.write(piece)) await drain(response, unreadMs);
    }
    response.end();
  } catch (error) {
    response.destroy();
    throw error;
  }
}

/** Waits until a response takes more, or is closed. */
function drain(response: ServerResponse, unreadMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => response.destroy(), unreadMs);
    const go = (): void => {
      clearTimeout(timer);
      response.off('drain', go).off('close', go);
      resolve();
    };
    response.once('drain', go).once('close', go);
  });
}

/** Ends a stream that nobody reads any more. */
export async function endStream(stream: AsyncIterable<string | Uint8Array> | undefined): Promise<void> {
  const pieces = stream?.[Symbol.asyncIterator]();
  // A generator that has not begun would end without closing what it reads.
  await pieces?.next();
  await pieces?.return?.();
}

/**
 * A `Request` of this process. It counts as sent by this machine, to the host that its URL names.
 * @param departure its signals abort when the caller leaves
 */
export function readFetchRequest(
  request: Request,
  departure: Departure = { signal: request.signal, leaving: request.signal },
): HttpRequest {
  const { host, pathname, search } = new URL(request.url);
  const headers: Record<string, string> = { host, ...Object.fromEntries(request.headers) };
  return {
    method: request.method,
    target: `${pathname}${search}`,
    headers,
    valuesOf: (name) => (headers[name] === undefined ? [] : [headers[name]]),
    body: request.body,
    address: '127.0.0.1',
    get signal() {
      return departure.signal;
    },
    get leaving() {
      return departure.leaving;
    },
  };
}

/**
 * A stream as a `Response`.
 * @param leave the caller has left
 * @param end the stream has ended, with its status; null: the caller has left
 */
export function toStreamResponse(
  { status, headers = {} }: HttpAnswer,
  stream: AsyncIterable<string | Uint8Array>,
  leave: () => void,
  end: (status: number | null) => void,
): Response {
  const pieces = stream[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await pieces.next();
        if (!done) return controller.enqueue(typeof value === 'string' ? encoder.encode(value) : value);
      } catch (error) {
        end(null);
        throw error;
      }
      end(status);
      controller.close();
    },
    async cancel() {
      leave();
      end(null);
      await pieces.return?.();
    },
  });
  return new Response(body, { status, headers });
}

/** An answer as a `Response`; `method` is the request's. */
export function toResponse({ status, headers = {}, body }: HttpAnswer, method: string): Response {
  const content = typeof body === 'object' ? new Uint8Array(body) : body;
  // A Response of some statuses, such as 204, must have no body, not even an empty one.
  return new Response(method === 'HEAD' || !content?.length ? null : content, { status, headers });
}
