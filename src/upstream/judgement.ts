import { UpstreamError } from '../base/errors.ts';
import { decodeText, parseJson } from './body.ts';
import { judgeRefusal } from './refusal.ts';
import type { Asked, Meaning, RefusalTerms } from './refusal.ts';
import type { TransportAnswer, TransportFailure, TransportFault } from './transport.ts';
import type { FailedAttempt, UpstreamResponse } from './upstream.ts';

/** Whether a vendor's answer can be decoded, or which failure it is. */
export type Judgement = { readonly kind: 'usable'; readonly response: UpstreamResponse } | FailedAttempt;

/** Judges a complete answer of any status. */
export function judgeAnswer(answer: TransportAnswer, asked: Asked, terms: RefusalTerms): Judgement {
  return hasContent(answer.status) ? judgeContent(answer, asked) : judgeRefusal(answer, asked, terms);
}

/**
 * Judges a complete answer with status 200 or 404. 200 is usable if it is JSON. 404 is usable with any body except markup:
 * a page comes from a gateway that does not know the route.
 */
export function judgeContent(answer: TransportAnswer, asked: Asked): Judgement {
  const { status, headers, body } = answer;
  if (status === 404) {
    if (!isMarkup(headers['content-type'], body)) return { kind: 'usable', response: { status } };
    return badResponse(
      asked,
      'The vendor answered 404 with a web page, which a gateway may have sent.',
      status,
    );
  }
  if (!mayBeJson(headers['content-type']))
    return badResponse(asked, 'The vendor answered with something other than JSON.', status);
  try {
    return { kind: 'usable', response: { status: 200, headers, body: parseJson(decodeText(body)) } };
  } catch {
    // Without the parser's error as its cause, because that quotes the body.
    return badResponse(asked, "The vendor's answer is not complete and correct JSON.", status);
  }
}

/** Judges an attempt without a complete answer. */
export function judgeFailure(failure: TransportFailure, asked: Asked, terms: RefusalTerms): FailedAttempt {
  const { status, headers } = failure;
  // The status of a refusal is enough: its body could only add a request id.
  if (status !== undefined && !hasContent(status)) {
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

/** The failure of a complete answer that cannot be understood. It is not retried, because the same answer would come again. */
export function badResponse(asked: Asked, message: string, status: number, cause?: unknown): FailedAttempt {
  const error = new UpstreamError({ ...asked, code: 'UPSTREAM_BAD_RESPONSE', message, status, cause });
  return { kind: 'failed', error, verdict: 'fine', retryable: false };
}

/** Whether the body of such an answer decides what it means. For every other status the status decides. */
function hasContent(status: number): boolean {
  return status === 200 || status === 404;
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
    message: "The vendor's answer was cut off.",
    verdict: 'fault',
    retryable: true,
  },
  'too-large': {
    code: 'UPSTREAM_TOO_LARGE',
    message: "The vendor's answer is larger than the limit. Ask for less at once.",
    verdict: 'fine',
    retryable: false,
  },
  unreadable: {
    code: 'UPSTREAM_BAD_RESPONSE',
    message: "The vendor's answer can not be read.",
    verdict: 'fine',
    retryable: false,
  },
};

/** JSON's own types, no type, and the types that say nothing: the parser then decides. */
function mayBeJson(contentType: string | undefined): boolean {
  if (contentType === undefined) return true;
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return /[/+]json$/.test(type) || type === 'text/plain' || type === 'application/octet-stream';
}

/** HTML or XML, by its type or by its first character, with which neither JSON nor a sentence begins. */
function isMarkup(contentType: string | undefined, body: Buffer): boolean {
  if (body.length === 0) return false;
  return /html/i.test(contentType ?? '') || body.toString('latin1', 0, 64).trimStart().startsWith('<');
}
