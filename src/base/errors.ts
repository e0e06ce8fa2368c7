import type { Source } from './source.ts';

/** The codes of faults of the caller. The list is closed; `docs/errors.md` explains each code and its way out. */
export const REQUEST_CODES = [
  'BAD_USER_INPUT',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'LIMIT_EXCEEDED',
  'CURSOR_INVALID',
] as const;

export type RequestCode = (typeof REQUEST_CODES)[number];

/** What a refusal names besides its message. */
export interface RequestErrorDetails {
  /** The argument at fault, with its path: `range.from`, `filter.category.in`. */
  readonly argument?: string;
  /** The limit that was exceeded, as `service.limits` names it: `maxPageSize`. */
  readonly limit?: string;
  /** The value of the limit. */
  readonly allowed?: number;
  /** What the caller asked for. */
  readonly requested?: number;
  /** The scopes. Any one of them is enough. */
  readonly scopes?: readonly string[];
}

/** A refused request. Its message says what to do instead. Only `http/mask-error.ts` translates it for callers. */
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

/** The codes of failures of a vendor or on the way to it. The list is closed; `docs/errors.md` explains each code. */
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

/** The facts of a failure. `message` is a sentence of this service. It never holds a secret, a vendor's URL or a vendor's text. */
export interface UpstreamErrorFacts {
  readonly code: UpstreamCode;
  readonly source: Source;
  /** The vendor's path template, such as `/usage/{id}`. */
  readonly operation: string;
  readonly message: string;
  /** The HTTP status, if the vendor answered. */
  readonly status?: number;
  /** How long the vendor asked us to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** The vendor's id of the request, for the vendor's support. */
  readonly requestId?: string;
  readonly cause?: unknown;
}

/** A vendor call without a usable answer. `upstream` and `sources` make it; only `http/mask-error.ts` translates it for callers. */
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

/** The error of a call for a source that has neither credentials for this caller nor a file. */
export function sourceNotConfigured(source: Source, operation: string): UpstreamError {
  const message = `The source ${source} is not configured: there are neither credentials nor a file for it.`;
  return new UpstreamError({ code: 'SOURCE_NOT_CONFIGURED', source, operation, message });
}

/** A failure as an `Error`, because DataLoader takes one for each key, so that one key can fail alone. */
export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('A source failed without an error.', { cause: error });
}
