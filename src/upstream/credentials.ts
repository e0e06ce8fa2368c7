import type { AbortSignalLike } from '../base/abort.ts';
import type { CredentialScope } from '../base/credential-scope.ts';
import { UpstreamError } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import type { Clock } from '../base/time.ts';
import { LONGEST_PAUSE_MS } from './token-exchange.ts';
import type { TokenExchange } from './token-exchange.ts';
import type { Credentials } from './upstream.ts';

/** Credentials that cannot be renewed. */
export function createFixedCredentials(scope: CredentialScope, authorization: Secret): Credentials {
  return { scope, authorization: () => authorization };
}

export interface RenewedCredentialsOptions {
  /** The scope of what is exchanged for tokens. It stays the same for all tokens. */
  readonly scope: CredentialScope;
  readonly clock: Clock;
  readonly exchange: TokenExchange;
  /** How long a token is valid if it does not say so itself, in milliseconds. */
  readonly assumedLifetimeMs: number;
}

/** A token is renewed this long before its end, or at half its lifetime if that is shorter. */
export const RENEW_AHEAD_MS = 60_000;
/** If the vendor also refuses a token that replaced a refused one, no other is asked for during this time. */
export const REFUSAL_STANDS_MS = 5_000;
/** The pause after a failed exchange. It doubles with each further failure, up to `LONGEST_PAUSE_MS`. */
export const FIRST_PAUSE_MS = 1_000;

interface Token {
  readonly authorization: Secret;
  /** When it was asked for. */
  readonly sinceMs: number;
  readonly renewAtMs: number;
  readonly endsAtMs: number;
  /** Whether it replaced a token that the vendor had refused, and has not been accepted yet. */
  readonly isReplacement: boolean;
}

interface ExchangeFailure {
  readonly error: unknown;
  /** Until then no exchange is tried. */
  readonly untilMs: number;
  /** How many exchanges have failed in a row. */
  readonly count: number;
}

/**
 * Bearer credentials. A token is exchanged when it is first needed, shortly before it ends, and when the vendor has refused
 * it. All callers share one exchange. While a token is valid, nobody waits for the next one.
 */
export function createRenewedCredentials(options: RenewedCredentialsOptions): Credentials {
  const { scope, clock, exchange, assumedLifetimeMs } = options;
  let current: Token | null = null;
  let running: Promise<Secret> | null = null;
  let failure: ExchangeFailure | null = null;

  const exchangeNow = async (isReplacement: boolean): Promise<Secret> => {
    const sinceMs = clock.now();
    try {
      const token = await exchange();
      const lifeMs = await readTokenLifetimeMs(token, sinceMs, assumedLifetimeMs);
      current = {
        authorization: new Secret(`Bearer ${token.reveal()}`),
        sinceMs,
        renewAtMs: sinceMs + lifeMs - Math.min(RENEW_AHEAD_MS, lifeMs / 2),
        endsAtMs: sinceMs + lifeMs,
        isReplacement,
      };
      failure = null;
      return current.authorization;
    } catch (error) {
      const count = (failure?.count ?? 0) + 1;
      failure = { error, untilMs: clock.now() + pauseAfter(error, count), count };
      throw error;
    }
  };
  const renew = (isReplacement: boolean): Promise<Secret> => {
    if (running) return running;
    if (failure && clock.now() < failure.untilMs) return Promise.reject(failure.error);
    running = exchangeNow(isReplacement).finally(() => {
      running = null;
    });
    return running;
  };

  return {
    scope,
    async authorization(signal, rejected) {
      signal.throwIfAborted();
      let isReplacement = false;
      if (current && rejected?.reveal() === current.authorization.reveal()) {
        if (current.isReplacement && clock.now() < current.sinceMs + REFUSAL_STANDS_MS)
          return current.authorization;
        current = null;
        isReplacement = true;
      }
      if (!current || clock.now() >= current.endsAtMs) return orLeave(renew(isReplacement), signal);
      if (clock.now() >= current.renewAtMs) renew(false).catch(ignore);
      return current.authorization;
    },
    accepted(authorization) {
      if (!current?.isReplacement || current.authorization.reveal() !== authorization.reveal()) return;
      current = { ...current, isReplacement: false };
    },
  };
}

/** The longest pause after refused credentials, because a vendor may lock out a client that tries again. */
function pauseAfter(error: unknown, count: number): number {
  if (!(error instanceof UpstreamError)) return FIRST_PAUSE_MS;
  if (error.code === 'UPSTREAM_UNAUTHENTICATED') return LONGEST_PAUSE_MS;
  const pauseMs = Math.max(error.retryAfterMs ?? 0, FIRST_PAUSE_MS * 2 ** (count - 1));
  return Math.min(LONGEST_PAUSE_MS, pauseMs);
}

/** The result of `promise`, unless the caller leaves before. The exchange continues for the others. */
function orLeave<Value>(promise: Promise<Value>, signal: AbortSignalLike): Promise<Value> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** The token is still valid. `failure` keeps the error for the time when it is not. */
function ignore(): void {}

/**
 * How long a token is valid from `nowMs` on, in milliseconds: until the `exp` of its JWT payload (RFC 7519 4.1.4). The token
 * is not verified, because only the vendor must believe it. `exp - iat` is an upper bound, in case our clock is slow. It is
 * also used if the token seems to have ended already, in case our clock is fast.
 */
export async function readTokenLifetimeMs(token: Secret, nowMs: number, assumedMs: number): Promise<number> {
  const { exp, iat } = await decodePayload(token.reveal());
  if (!isTime(exp)) return assumedMs;
  const lengths = [exp * 1_000 - nowMs, ...(isTime(iat) ? [(exp - iat) * 1_000] : [])];
  const shortest = Math.min(...lengths.filter((ms) => ms > 0));
  return Number.isFinite(shortest) ? shortest : assumedMs;
}

async function decodePayload(token: string): Promise<{ readonly exp?: unknown; readonly iat?: unknown }> {
  const { decodeJwt } = await import('jose/jwt/decode');
  try {
    return decodeJwt(token);
  } catch {
    // A token need not be a JWT.
    return {};
  }
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
