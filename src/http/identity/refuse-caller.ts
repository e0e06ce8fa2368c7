import type { Authentication } from './authenticate.ts';

/** Why a request is not taken, as an answer over HTTP. */
export interface CallerRefusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For the log. */
  readonly code: string;
}

const RETRY_AFTER_S = 5;

/** The answer to who has not proven who they are. Which part of the proof is wrong would help only who forges one. */
export function refuseCaller({ is }: Exclude<Authentication, { readonly is: 'caller' }>): CallerRefusal {
  if (is === 'refused') {
    return answer(
      401,
      'UNAUTHENTICATED',
      'The API key or token is not good: unknown, ended, or made for another service. Send another one, or none.',
      { 'www-authenticate': 'Bearer realm="sightline", error="invalid_token"' },
    );
  }
  return answer(
    503,
    'UPSTREAM_UNAVAILABLE',
    "The token can't be checked, since its issuer's keys can't be read now. Ask again in a few seconds.",
    { 'retry-after': String(RETRY_AFTER_S) },
    { retryAfterMs: RETRY_AFTER_S * 1_000 },
  );
}

function answer(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>>,
  details: Readonly<Record<string, unknown>> = {},
): CallerRefusal {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify({ errors: [{ message, extensions: { code, ...details } }] }),
    code,
  };
}
