/** One GET on its way. */
export interface TransportRequest {
  /** Path and query, below the base URL. */
  readonly target: string;
  /** The `authorization` header's value, its grammar already checked; null: none is sent. */
  readonly authorization: string | null;
  /** From now to the last byte, in milliseconds. */
  readonly timeoutMs: number;
  /** Ends the socket with the request. */
  readonly signal: AbortSignal;
}

/** One POST of JSON on its way. It carries no `authorization`: what it asks for is let in by its body. */
export interface TransportPost {
  /** Path and query, below the base URL. */
  readonly target: string;
  /** The body, encoded. */
  readonly json: string;
  /** From now to the last byte, in milliseconds. */
  readonly timeoutMs: number;
  /** Ends the socket with the request. */
  readonly signal: AbortSignal;
}

/** A complete answer; the body without its content encoding. */
export interface TransportAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/**
 * Why there is no complete answer: `timeout` it took too long, `unreachable` no connection or none that lasted to the
 * headers, `cut` the connection ended within the body, `too-large` the body passes its bound, `unreadable` it is not
 * HTTP, or not packed as it says.
 */
export type TransportFault = 'timeout' | 'unreachable' | 'cut' | 'too-large' | 'unreadable';

export class TransportFailure extends Error {
  override readonly name = 'TransportFailure';
  readonly fault: TransportFault;
  /** The HTTP status, where the headers came. */
  readonly status: number | undefined;
  /** Likewise; names in lower case. */
  readonly headers: TransportAnswer['headers'];

  /** `reason` is a library's code such as ECONNRESET: its error itself may hold addresses, or bytes of the answer. */
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

/** One HTTP attempt after another to one origin, knowing neither retries nor meaning. Redirects are answers. */
export interface Transport {
  /** @throws TransportFailure; the signal's reason where the caller left */
  get(request: TransportRequest): Promise<TransportAnswer>;
  /** Ends every connection, with what is still under way on it. */
  close(): Promise<void>;
}

/** The one kind of request that is no GET, apart from `Transport` so that nothing which retries can send it. */
export interface PostTransport {
  /** @throws TransportFailure; the signal's reason where the caller left */
  post(request: TransportPost): Promise<TransportAnswer>;
  /** Ends every connection, with what is still under way on it. */
  close(): Promise<void>;
}
