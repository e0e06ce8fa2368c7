/** A request over HTTP, whether it came through a socket or from this process. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query as sent: `/graphql?query=…`. */
  readonly target: string;
  /** By lower-case name, each with one value. Repeated headers are joined by `, `, or the first value is kept. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** By lower-case name, with every value that was sent. */
  readonly headersDistinct: Readonly<Record<string, readonly string[] | undefined>>;
  /** null: there is none. */
  readonly body: AsyncIterable<Uint8Array> | null;
  /** The IP address at the other end of the connection; 127.0.0.1 for this process. */
  readonly address: string;
  /** Aborts if the caller leaves before the answer has been sent. */
  readonly signal: AbortSignal;
}

/** An answer over HTTP. `content-length` is the sender's to add. */
export interface HttpAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export const TEXT_TYPE = { 'content-type': 'text/plain; charset=utf-8' };
export const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

/** The path of a target, without its query. */
export function pathOf({ target }: HttpRequest): string {
  const end = target.indexOf('?');
  return end === -1 ? target : target.slice(0, end);
}

/** Whether a request only reads: GET or HEAD. */
export function isRead({ method }: HttpRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}
