import { UpstreamError } from '../base/errors.ts';
import type { UpstreamCode } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import type { Source } from '../base/source.ts';
import { decodeText, parseJson } from './body.ts';
import type { Verdict } from './breaker.ts';
import { decodeRetryAfter } from './pause.ts';
import type { TransportAnswer, TransportFailure, TransportFault } from './transport.ts';
import type { UpstreamResponse } from './upstream.ts';

/** What a vendor's answer is worth, before it is decoded. */
export type Judgement = { readonly kind: 'usable'; readonly response: UpstreamResponse } | Failure;

/** A failed attempt, ready for whoever retries, counts or reports. */
export interface Failure {
  readonly kind: 'failed';
  readonly error: UpstreamError;
  readonly verdict: Verdict;
  readonly retryable: boolean;
}

interface Asked {
  readonly source: Source;
  readonly operation: string;
}

/** What a refusal is read by. */
export interface RefusalTerms {
  readonly nowMs: number;
  /** The longest `Retry-After` that is believed. */
  readonly maxPauseMs: number;
  /** What the vendor was let to see, and may send back. */
  readonly authorization: Secret;
}

interface Meaning {
  readonly code: UpstreamCode;
  readonly message: string;
  readonly verdict: Verdict;
  readonly retryable: boolean;
}

/** An answer whose transfer is complete: what `judgeContent` finds usable is; all else is a failure with its code. */
export function judgeAnswer(answer: TransportAnswer, asked: Asked, terms: RefusalTerms): Judgement {
  return holdsContent(answer.status) ? judgeContent(answer, asked) : judgeRefusal(answer, asked, terms);
}

/** An attempt that brought no complete answer. */
export function judgeFailure(failure: TransportFailure, asked: Asked, terms: RefusalTerms): Failure {
  const { status, headers } = failure;
  // A refusal is one whatever becomes of its body, which could only have told the vendor's id of the request.
  if (status !== undefined && !holdsContent(status)) {
    return judgeRefusal({ status, headers, body: Buffer.alloc(0) }, asked, terms);
  }
  const { code, message, verdict, retryable } = MEANING_OF_FAULT[failure.fault];
  const error = new UpstreamError({
    ...asked,
    code,
    message,
    ...(status !== undefined && { status }),
    cause: failure,
  });
  return { kind: 'failed', error, verdict, retryable };
}

/**
 * A complete 200 or 404. 200 is usable with JSON; 404 says 'nothing here' in whatever words, but not by the page of a
 * gateway that knows no such route.
 */
export function judgeContent(answer: TransportAnswer, asked: Asked): Judgement {
  const { status, headers, body } = answer;
  if (status === 404) {
    if (!isPage(headers['content-type'], body)) return { kind: 'usable', response: { status } };
    return badResponse(asked, 'A page says 404 where the vendor would have answered.', status);
  }
  if (!mayBeJson(headers['content-type']))
    return badResponse(asked, 'The vendor answered with something other than JSON.', status);
  try {
    return { kind: 'usable', response: { status: 200, headers, body: parseJson(decodeText(body)) } };
  } catch {
    // The parser's own error quotes the body, so it goes no further.
    return badResponse(asked, 'The vendor’s answer is not complete and correct JSON.', status);
  }
}

/** An answer that came whole and can't be understood; asking again would bring the same. */
export function badResponse(asked: Asked, message: string, status: number, cause?: unknown): Failure {
  const error = new UpstreamError({ ...asked, code: 'UPSTREAM_BAD_RESPONSE', message, status, cause });
  return { kind: 'failed', error, verdict: 'fine', retryable: false };
}

/** Whether an answer of this status is told by its body; of any other status the status tells. */
function holdsContent(status: number): boolean {
  return status === 200 || status === 404;
}

function judgeRefusal(
  { status, headers, body }: TransportAnswer,
  asked: Asked,
  { nowMs, maxPauseMs, authorization }: RefusalTerms,
): Failure {
  const { code, message, verdict, retryable } = meaningOfStatus(status);
  const retryAfterMs =
    status === 429 || status === 503
      ? decodeRetryAfter(headers['retry-after'], nowMs, maxPauseMs)
      : undefined;
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

const MEANING_OF_FAULT: Readonly<Record<TransportFault, Meaning>> = {
  timeout: {
    code: 'UPSTREAM_TIMEOUT',
    message: 'The vendor did not answer in time.',
    verdict: 'fault',
    retryable: true,
  },
  unreachable: {
    code: 'UPSTREAM_UNAVAILABLE',
    message: 'The vendor can not be reached.',
    verdict: 'fault',
    retryable: true,
  },
  cut: {
    code: 'UPSTREAM_BAD_RESPONSE',
    message: 'The vendor’s answer was cut off.',
    verdict: 'fault',
    retryable: true,
  },
  'too-large': {
    code: 'UPSTREAM_TOO_LARGE',
    message: 'The vendor’s answer is larger than the limit. Ask for less at once.',
    verdict: 'fine',
    retryable: false,
  },
  unreadable: {
    code: 'UPSTREAM_BAD_RESPONSE',
    message: 'The vendor’s answer can not be read.',
    verdict: 'fine',
    retryable: false,
  },
};

/** No type and the two types of 'whatever it is' pass: the parser decides. An HTML page does not get that far. */
function mayBeJson(contentType: string | undefined): boolean {
  if (contentType === undefined) return true;
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return /[/+]json$/.test(type) || type === 'text/plain' || type === 'application/octet-stream';
}

/** Markup, HTML or XML: by a type of HTML, or by its first character, which is none that begins JSON or a sentence. */
function isPage(contentType: string | undefined, body: Buffer): boolean {
  if (body.length === 0) return false;
  return /html/i.test(contentType ?? '') || body.toString('latin1', 0, 64).trimStart().startsWith('<');
}

const LONGEST_ERROR_BODY = 64 * 1024;
const SAFE_ID = /^[\w.:-]{1,64}$/;

/** `{requestId}` of a vendor's error body, where it is plainly an id and can carry nothing else, no secret above all. */
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

/** `x` of `Bearer x`, `a` and `b` of `User a, Organization b`: what stands behind the names of schemes; and the whole. */
function secretsOf(authorization: Secret): readonly Secret[] {
  const parts = authorization.reveal().split(/, */);
  return [authorization, ...parts.map((part) => new Secret(part.slice(part.indexOf(' ') + 1)))];
}
