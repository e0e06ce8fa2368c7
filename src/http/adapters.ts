import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpAnswer, HttpRequest } from './http-message.ts';

/** A request of `node:http`, whose caller leaves when `signal` aborts. */
export function readNodeRequest(request: IncomingMessage, signal: AbortSignal): HttpRequest {
  const { method = '', url = '/', headers, headersDistinct, socket } = request;
  const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  return {
    method,
    target: url,
    // Only `set-cookie` has a list of values, and nothing here reads it.
    headers: headers as HttpRequest['headers'],
    headersDistinct,
    body: hasBody ? request : null,
    address: socket.remoteAddress ?? '',
    signal,
  };
}

/** Sends an answer through `node:http`; HEAD gets its headers alone. */
export function sendAnswer(response: ServerResponse, { status, headers, body }: HttpAnswer): void {
  const length = body === undefined ? 0 : Buffer.byteLength(body);
  // The length in a 304 would be that of the page that is not sent.
  response.writeHead(status, { ...headers, ...(status === 304 ? {} : { 'content-length': length }) });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

/** A `Request` of this process. It counts as sent by this machine, to the host that its URL names. */
export function readFetchRequest(request: Request): HttpRequest {
  const { host, pathname, search } = new URL(request.url);
  const headers: Record<string, string> = { host, ...Object.fromEntries(request.headers) };
  return {
    method: request.method,
    target: `${pathname}${search}`,
    headers,
    headersDistinct: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    body: request.body,
    address: '127.0.0.1',
    signal: request.signal,
  };
}

/** An answer as a `Response`; `method` is the request's. */
export function toResponse({ status, headers = {}, body }: HttpAnswer, method: string): Response {
  const content = typeof body === 'object' ? new Uint8Array(body) : body;
  // A Response of some statuses, such as 204, must have no body, not even an empty one.
  return new Response(method === 'HEAD' || !content?.length ? null : content, { status, headers });
}
