import type { JWTVerifyGetKey } from 'jose';
import type { Clock } from '../../base/clock.ts';
import { findApiKey } from './api-keys.ts';
import type { ApiKey } from './api-keys.ts';
import { ANONYMOUS_CALLER, createCaller, OPEN_CALLER } from './caller.ts';
import type { Caller } from './caller.ts';
import { KeysUnavailable } from './issuer-keys.ts';
import { verifyToken } from './verify-token.ts';
import type { TokenRules } from './verify-token.ts';

/** How callers say who they are; `null` in the place of it all: nobody is asked. */
export interface Identity {
  readonly keys: readonly ApiKey[];
  readonly tokens: (TokenRules & { readonly findKey: JWTVerifyGetKey }) | null;
}

/** `refused`: what was sent is no proof. `unknown`: it can't be judged now, since the issuer's keys can't be read. */
export type Authentication =
  | { readonly is: 'caller'; readonly caller: Caller }
  | { readonly is: 'refused' }
  | { readonly is: 'unknown' };

/** The two headers that count, as they were sent; null: not sent. */
export interface SentProof {
  readonly authorization: string | null;
  readonly apiKey: string | null;
}

/** The header that takes an API key alone. */
export const API_KEY_HEADER = 'x-api-key';

const OPEN: Authentication = { is: 'caller', caller: OPEN_CALLER };
const ANONYMOUS: Authentication = { is: 'caller', caller: ANONYMOUS_CALLER };
const REFUSED: Authentication = { is: 'refused' };

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
  return key ? { is: 'caller', caller: createCaller('key', key.name, key.scopes) } : REFUSED;
}

async function judgeToken(tokens: Identity['tokens'], token: string, clock: Clock): Promise<Authentication> {
  if (!tokens) return REFUSED;
  try {
    const caller = await verifyToken(token, tokens, tokens.findKey, clock);
    return caller ? { is: 'caller', caller } : REFUSED;
  } catch (error) {
    return error instanceof KeysUnavailable ? { is: 'unknown' } : REFUSED;
  }
}
