import { UpstreamError } from '../base/errors.ts';
import type { UpstreamCode } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import type { Source } from '../base/source.ts';
import { decodeText } from './body.ts';
import type { Verdict } from './breaker.ts';
import { decodePauseOf } from './pause.ts';
import type { TransportAnswer } from './transport.ts';
import type { FailedAttempt } from './upstream.ts';

/** The vendor operation that an attempt asked for. */
export interface Asked {
  readonly source: Source;
  readonly operation: string;
}

export interface RefusalTerms {
  readonly nowMs: number;
  /** A longer `Retry-After` is cut to this. */
  readonly maxPauseMs: number;
  /** The header that was sent. The vendor may send parts of it back. */
  readonly authorization: Secret;
}

/** What a failure means to callers, the breaker and retries. */
export interface Meaning {
  readonly code: UpstreamCode;
  readonly message: string;
  readonly verdict: Verdict;
  readonly retryable: boolean;
}

/** The failure that an answer with a status other than 200 or 404 means. Its body only gives a request id. */
export function judgeRefusal(
  { status, headers, body }: TransportAnswer,
  asked: Asked,
  { nowMs, maxPauseMs, authorization }: RefusalTerms,
): FailedAttempt {
  const { code, message, verdict, retryable } = meaningOfStatus(status);
  const retryAfterMs = decodePauseOf({ status, headers }, nowMs, maxPauseMs);
  const requestId = status >= 400 ? findRequestId(body, authorization) : undefined;
  const error = new UpstreamError({
    ...asked,
    code,
    message,
    status,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(requestId !== undefined && { requestId }),
  });
  return { kind: 'failed', error, verdict, retryable };
}

function meaningOfStatus(status: number): Meaning {
  const fine = { verdict: 'fine', retryable: false } as const;
  if (status === 401)
    return {
      code: 'UPSTREAM_UNAUTHENTICATED',
      message: 'The vendor did not accept the credentials.',
      ...fine,
    };
  if (status === 403)
    return {
      code: 'UPSTREAM_FORBIDDEN',
      message: 'The vendor does not let these credentials read this.',
      ...fine,
    };
  if (status === 429)
    return {
      code: 'UPSTREAM_RATE_LIMITED',
      message: 'The vendor was asked too often and wants a pause.',
      verdict: 'fine',
      retryable: true,
    };
  if (status >= 500)
    return {
      code: 'UPSTREAM_UNAVAILABLE',
      message: `The vendor failed with status ${status}.`,
      verdict: 'fault',
      retryable: true,
    };
  if (status >= 400)
    return {
      code: 'UPSTREAM_REJECTED',
      message: `The vendor refused the request with status ${status}.`,
      ...fine,
    };
  return {
    code: 'UPSTREAM_BAD_RESPONSE',
    message: `The vendor answered with status ${status}, which is no answer to this request; redirects are not followed.`,
    ...fine,
  };
}

const LONGEST_ERROR_BODY = 64 * 1024;
const SAFE_ID = /^[\w.:-]{1,64}$/;

/** The `requestId` of a vendor's error body, if it has the form of an id and contains no part of a secret. */
function findRequestId(body: Buffer, authorization: Secret): string | undefined {
  if (body.length === 0 || body.length > LONGEST_ERROR_BODY) return undefined;
  try {
    const parsed: unknown = JSON.parse(decodeText(body));
    if (typeof parsed !== 'object' || parsed === null || !('requestId' in parsed)) return undefined;
    const { requestId } = parsed;
    if (typeof requestId !== 'string' || !SAFE_ID.test(requestId)) return undefined;
    return secretsOf(authorization).some((secret) => secret.isIn(requestId)) ? undefined : requestId;
  } catch {
    return undefined;
  }
}

/** The whole header, and the values in it: `x` of `Bearer x`, or `a` and `b` of `User a, Organization b`. */
function secretsOf(authorization: Secret): readonly Secret[] {
  const parts = authorization.reveal().split(/, */);
  return [authorization, ...parts.map((part) => new Secret(part.slice(part.indexOf(' ') + 1)))];
}
