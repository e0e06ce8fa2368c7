import type { Clock } from '../../base/time.ts';
import { findApiKey } from './api-keys.ts';
import type { ApiKey } from './api-keys.ts';
import { ANONYMOUS_CALLER, createCaller, OPEN_CALLER } from './caller.ts';
import type { Caller } from './caller.ts';
import type { Identity } from './identity.ts';
import { KeysUnavailable } from './issuer-keys.ts';
import { verifyToken } from './tokens.ts';

/** `refused`: the proof is not valid. `unknown`: the service cannot check it now, because it cannot read the issuer's keys. */
export type Authentication =
  | { readonly kind: 'caller'; readonly caller: Caller }
  | { readonly kind: 'refused' }
  | { readonly kind: 'unknown' };

/** The two headers that may carry a proof, as the caller sent them; null: not sent. */
export interface SentProof {
  readonly authorization: string | null;
  readonly apiKey: string | null;
}

/** The header for an API key alone. */
export const API_KEY_HEADER = 'x-api-key';

const OPEN: Authentication = { kind: 'caller', caller: OPEN_CALLER };
const ANONYMOUS: Authentication = { kind: 'caller', caller: ANONYMOUS_CALLER };
const REFUSED: Authentication = { kind: 'refused' };

/**
 * Finds out who sends a request. A caller without a proof is anonymous. A caller with an invalid proof is refused, never treated
 * as anonymous. Never throws.
 *
 * @param identity null: the service does not ask callers who they are
 */
export function authenticate(
  identity: Identity | null,
  { authorization, apiKey }: SentProof,
  clock: Clock,
): Authentication | Promise<Authentication> {
  if (!identity) return OPEN;
  if (authorization === null) return apiKey === null ? ANONYMOUS : checkKey(identity.keys, apiKey);
  const [, bearer] = /^bearer +([\w.~+/-]+=*) *$/i.exec(authorization) ?? [];
  // Two proofs could belong to two callers.
  if (bearer === undefined || apiKey !== null) return REFUSED;
  // A token's three parts have dots between them. No key of this service holds a dot.
  return bearer.includes('.') ? checkToken(identity.tokens, bearer, clock) : checkKey(identity.keys, bearer);
}

function checkKey(keys: readonly ApiKey[], sent: string): Authentication {
  const key = findApiKey(keys, sent);
  return key ? { kind: 'caller', caller: createCaller('key', key.name, key.scopes) } : REFUSED;
}

async function checkToken(tokens: Identity['tokens'], token: string, clock: Clock): Promise<Authentication> {
  if (!tokens) return REFUSED;
  try {
    const caller = await verifyToken(token, tokens, tokens.findKey, clock);
    return caller ? { kind: 'caller', caller } : REFUSED;
  } catch (error) {
    return error instanceof KeysUnavailable ? { kind: 'unknown' } : REFUSED;
  }
}

/** The HTTP answer to a request whose proof was not accepted. */
export interface CallerRefusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The error code, for the log. */
  readonly code: string;
}

const RETRY_AFTER_S = 5;

/** Answers a caller without a valid proof. It does not say which part is wrong, because that helps only forgers. */
export function refuseCaller({ kind }: Exclude<Authentication, { readonly kind: 'caller' }>): CallerRefusal {
  if (kind === 'refused') {
    return createRefusal(
      401,
      'UNAUTHENTICATED',
      'The API key or token is not valid: it is unknown, has expired, or was made for another service. Send another one, or none.',
      { 'www-authenticate': 'Bearer realm="sightline", error="invalid_token"' },
    );
  }
  return createRefusal(
    503,
    'UPSTREAM_UNAVAILABLE',
    "The token can't be checked, because its issuer's keys can't be read now. Ask again in a few seconds.",
    { 'retry-after': String(RETRY_AFTER_S) },
    { retryAfterMs: RETRY_AFTER_S * 1_000 },
  );
}

function createRefusal(
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
