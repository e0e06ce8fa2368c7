import type { HttpAnswer, HttpRequest } from './http-message.ts';

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
