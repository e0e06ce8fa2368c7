import { createLocalJWKSet } from 'jose';
import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose';
import type { Clock } from '../../base/time.ts';
import type { Transport } from '../../upstream/transport.ts';
import { findApiKey } from './api-keys.ts';
import type { ApiKey } from './api-keys.ts';
import { ANONYMOUS_CALLER, createCaller, OPEN_CALLER } from './caller.ts';
import type { Caller } from './caller.ts';
import { createIssuerKeys, KeysUnavailable } from './issuer-keys.ts';
import type { IdentitySettings } from './settings.ts';
import { verifyToken } from './tokens.ts';
import type { TokenRules } from './tokens.ts';

/** How callers say who they are; `null` in the place of it all: nobody is asked. */
export interface Identity {
  readonly keys: readonly ApiKey[];
  readonly tokens: (TokenRules & { readonly findKey: JWTVerifyGetKey }) | null;
}

/** `refused`: what was sent is no proof. `unknown`: it can't be judged now, since the issuer's keys can't be read. */
export type Authentication =
  | { readonly kind: 'caller'; readonly caller: Caller }
  | { readonly kind: 'refused' }
  | { readonly kind: 'unknown' };

/** The two headers that count, as they were sent; null: not sent. */
export interface SentProof {
  readonly authorization: string | null;
  readonly apiKey: string | null;
}

/** The header that takes an API key alone. */
export const API_KEY_HEADER = 'x-api-key';

const OPEN: Authentication = { kind: 'caller', caller: OPEN_CALLER };
const ANONYMOUS: Authentication = { kind: 'caller', caller: ANONYMOUS_CALLER };
const REFUSED: Authentication = { kind: 'refused' };

/**
 * Who sends a request. Whoever sends nothing is anonymous; whoever sends what is not good is refused, and never taken for
 * somebody who sent nothing. Never throws.
 */
export async function authenticate(
  identity: Identity | null,
  { authorization, apiKey }: SentProof,
  clock: Clock,
): Promise<Authentication> {
  if (!identity) return OPEN;
  if (authorization === null) return apiKey === null ? ANONYMOUS : judgeKey(identity.keys, apiKey);
  const [, bearer] = /^bearer +([\w.~+/-]+=*) *$/i.exec(authorization) ?? [];
  // Two proofs may be of two callers.
  if (bearer === undefined || apiKey !== null) return REFUSED;
  // A token's three parts stand between dots, which no key of ours holds.
  return bearer.includes('.') ? judgeToken(identity.tokens, bearer, clock) : judgeKey(identity.keys, bearer);
}

function judgeKey(keys: readonly ApiKey[], sent: string): Authentication {
  const key = findApiKey(keys, sent);
  return key ? { kind: 'caller', caller: createCaller('key', key.name, key.scopes) } : REFUSED;
}

async function judgeToken(tokens: Identity['tokens'], token: string, clock: Clock): Promise<Authentication> {
  if (!tokens) return REFUSED;
  try {
    const caller = await verifyToken(token, tokens, tokens.findKey, clock);
    return caller ? { kind: 'caller', caller } : REFUSED;
  } catch (error) {
    return error instanceof KeysUnavailable ? { kind: 'unknown' } : REFUSED;
  }
}

const KEY_SET_TIMEOUT_MS = 3_000;

/**
 * What callers are judged by; null: nobody is asked.
 *
 * @param openTransport reaches the origin of the issuer's keys; asked for once, and only where they are to be fetched
 */
export function createIdentity(
  settings: IdentitySettings | null,
  clock: Clock,
  openTransport: (origin: string) => Pick<Transport, 'get'>,
): Identity | null {
  if (!settings) return null;
  const { keys, tokens } = settings;
  if (!tokens) return { keys, tokens: null };
  const { issuer, audiences, keySet } = tokens;
  const findKey =
    keySet.kind === 'file'
      ? createLocalJWKSet(keySet.keys)
      : createIssuerKeys({ clock, read: createKeySetReader(new URL(keySet.url), openTransport) });
  return { keys, tokens: { issuer, audiences, findKey } };
}

function createKeySetReader(
  { origin, pathname, search }: URL,
  openTransport: (origin: string) => Pick<Transport, 'get'>,
): () => Promise<JSONWebKeySet> {
  const transport = openTransport(origin);
  return async () => {
    const { status, body } = await transport.get({
      target: `${pathname}${search}`,
      authorization: null,
      timeoutMs: KEY_SET_TIMEOUT_MS,
      // The keys are for all callers: none who leaves ends their reading.
      signal: new AbortController().signal,
    });
    if (status !== 200) throw new Error(`The issuer's keys were answered with ${status}.`);
    return JSON.parse(body.toString('utf8')) as JSONWebKeySet;
  };
}

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
export function refuseCaller({ kind }: Exclude<Authentication, { readonly kind: 'caller' }>): CallerRefusal {
  if (kind === 'refused') {
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
