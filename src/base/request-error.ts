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
