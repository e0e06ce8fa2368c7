import type { Source } from './source.ts';

/** The caller's own faults. Closed: `docs/errors.md` tells each one's meaning and way out. */
export const REQUEST_CODES = [
  'BAD_USER_INPUT',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'LIMIT_EXCEEDED',
  'CURSOR_INVALID',
] as const;

export type RequestCode = (typeof REQUEST_CODES)[number];

/** What a refusal names besides its sentence: the argument at fault, or the limit and its figure. */
export interface RequestErrorDetails {
  /** The argument at fault, with its path: `range.from`, `filter.category.in`. */
  readonly argument?: string;
  /** The setting that refused, as `service.limits` names it: `maxPageSize`. */
  readonly limit?: string;
  /** The limit's figure. */
  readonly allowed?: number;
  /** What was asked. */
  readonly requested?: number;
  /** The scopes, any one of which would do. */
  readonly scopes?: readonly string[];
}

/** A request that is refused as it stands; the message says what to do instead. Translated once in `http/mask-error.ts`. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly code: RequestCode;
  readonly details: RequestErrorDetails;

  constructor(code: RequestCode, message: string, details: RequestErrorDetails = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

/** All that can go wrong between us and a vendor. Closed: `docs/errors.md` tells each one's meaning. */
export const UPSTREAM_CODES = [
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_RATE_LIMITED',
  'UPSTREAM_UNAUTHENTICATED',
  'UPSTREAM_FORBIDDEN',
  'UPSTREAM_REJECTED',
  'UPSTREAM_BAD_RESPONSE',
  'UPSTREAM_TOO_LARGE',
  'UPSTREAM_OUT_OF_ORDER',
  'SOURCE_NOT_CONFIGURED',
] as const;

export type UpstreamCode = (typeof UPSTREAM_CODES)[number];

/** The facts of a failure. `message` is our own sentence: never a secret, a vendor URL or a vendor body. */
export interface UpstreamErrorFacts {
  readonly code: UpstreamCode;
  readonly source: Source;
  /** The vendor's path template, such as `/usage/{id}`. */
  readonly operation: string;
  readonly message: string;
  /** The vendor's HTTP status, where there was an answer. */
  readonly status?: number;
  /** How long the vendor asked us to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** The vendor's own id of the request, for its support. */
  readonly requestId?: string;
  readonly cause?: unknown;
}

/** A vendor call that gave no usable answer; made in `upstream` and `sources`, translated once in `http/mask-error.ts`. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly code: UpstreamCode;
  readonly source: Source;
  readonly operation: string;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly requestId: string | undefined;

  constructor(facts: UpstreamErrorFacts) {
    super(facts.message, { cause: facts.cause });
    this.code = facts.code;
    this.source = facts.source;
    this.operation = facts.operation;
    this.status = facts.status;
    this.retryAfterMs = facts.retryAfterMs;
    this.requestId = facts.requestId;
  }
}

/** The error of a call for a source that this caller has no credentials for. */
export function sourceNotConfigured(source: Source, operation: string): UpstreamError {
  const message = `The source ${source} is not configured: there are no credentials for it.`;
  return new UpstreamError({ code: 'SOURCE_NOT_CONFIGURED', source, operation, message });
}

/** A failure as a value: DataLoader takes one for each key, so that one key's failure is not another's. */
export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('A source failed without an error.', { cause: error });
}
