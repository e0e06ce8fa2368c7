import type { AbortSignalLike } from '../base/abort.ts';
/** Sends GETs to one origin, without retries. It gives redirects back as answers. */
export interface Transport {
  /** @throws TransportFailure; the signal's reason if the caller left */
  get(request: TransportRequest): Promise<TransportAnswer>;
  /** Ends every connection, and the requests on it. */
  close(): Promise<void>;
}

/** Sends POSTs. It is apart from `Transport`, so that nothing that retries can send one. */
export interface PostTransport {
  /** @throws TransportFailure; the signal's reason if the caller left */
  post(request: TransportPost): Promise<TransportAnswer>;
  /** Ends every connection, and the requests on it. */
  close(): Promise<void>;
}

export interface TransportRequest {
  /** Path and query, below the base URL. */
  readonly target: string;
  /** The value of the `authorization` header, its grammar checked; null: none is sent. */
  readonly authorization: string | null;
  /** From now to the last byte, in milliseconds. */
  readonly timeoutMs: number;
  /** Ends the request and its socket. */
  readonly signal: AbortSignalLike;
}

/** A POST of JSON without an `authorization` header, because its body contains the credentials. */
export interface TransportPost {
  /** Path and query, below the base URL. */
  readonly target: string;
  /** The body, encoded. */
  readonly json: string;
  /** By lower-case name, beside those of every request. They hold no credentials. */
  readonly headers?: Readonly<Record<string, string>>;
  /** From now to the last byte, in milliseconds. */
  readonly timeoutMs: number;
  /** Ends the request and its socket. */
  readonly signal: AbortSignalLike;
}

/** A complete answer. */
export interface TransportAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Without its content encoding. */
  readonly body: Buffer;
}

/**
 * Why there is no complete answer. `timeout`: it took too long. `unreachable`: there was no connection, or it ended before the
 * headers. `cut`: the connection ended within the body. `too-large`: the body is larger than its bound. `unreadable`: it is
 * not HTTP, or its content encoding is wrong.
 */
export type TransportFault = 'timeout' | 'unreachable' | 'cut' | 'too-large' | 'unreadable';

export class TransportFailure extends Error {
  override readonly name = 'TransportFailure';
  readonly fault: TransportFault;
  /** The HTTP status, if the headers came. */
  readonly status: number | undefined;
  /** The headers, if they came; names in lower case. */
  readonly headers: TransportAnswer['headers'];

  /** @param reason a library's code such as ECONNRESET, not its error, which may contain addresses or parts of the answer */
  constructor(
    fault: TransportFault,
    status?: number,
    reason?: string,
    headers: TransportAnswer['headers'] = {},
  ) {
    super(`No complete answer: ${fault}${reason === undefined ? '' : ` (${reason})`}.`);
    this.fault = fault;
    this.status = status;
    this.headers = headers;
  }
}
