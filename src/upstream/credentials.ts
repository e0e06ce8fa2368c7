import { decodeJwt } from 'jose/jwt/decode';
import type { CredentialScope } from '../base/credential-scope.ts';
import { UpstreamError } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import type { Clock } from '../base/time.ts';
import { LONGEST_PAUSE_MS } from './token-exchange.ts';
import type { TokenExchange } from './token-exchange.ts';
import type { Credentials } from './upstream.ts';

/** Credentials that are what they are: nothing renews them, and a refusal stands. */
export function createFixedCredentials(scope: CredentialScope, authorization: Secret): Credentials {
  return { scope, authorization: () => Promise.resolve(authorization) };
}

export interface RenewedCredentialsOptions {
  /** Of what is exchanged for tokens: it outlives each of them. */
  readonly scope: CredentialScope;
  readonly clock: Clock;
  readonly exchange: TokenExchange;
}

/** A token is renewed this long before it ends, or at half its life where that is shorter. */
export const RENEW_AHEAD_MS = 60_000;
/** A token that came in the place of a refused one and is refused as well is believed to be so for this long. */
export const REFUSAL_STANDS_MS = 5_000;
/** After a failed exchange none is tried for this long; it doubles with each further one, up to the longest. */
export const FIRST_PAUSE_MS = 1_000;

interface Held {
  readonly authorization: Secret;
  /** When it was asked for. */
  readonly sinceMs: number;
  readonly renewAtMs: number;
  readonly endsAtMs: number;
  /** It came in the place of one that the vendor had refused, and has not been accepted yet. */
  readonly isReplacement: boolean;
}

interface Failure {
  readonly error: unknown;
  readonly untilMs: number;
  /** In a row. */
  readonly count: number;
}

/**
 * Bearer credentials whose token is exchanged when it is first needed, ahead of its end, and when the vendor has refused
 * it. All callers share one exchange. While a token still holds nobody waits for its successor.
 */
export function createRenewedCredentials(options: RenewedCredentialsOptions): Credentials {
  const { scope, clock, exchange } = options;
  let held: Held | null = null;
  let underWay: Promise<Secret> | null = null;
  let failure: Failure | null = null;

  const exchangeNow = async (isReplacement: boolean): Promise<Secret> => {
    const sinceMs = clock.now();
    try {
      const token = await exchange();
      const lifeMs = readTokenLifetimeMs(token, sinceMs);
      held = {
        authorization: new Secret(`Bearer ${token.reveal()}`),
        sinceMs,
        renewAtMs: sinceMs + lifeMs - Math.min(RENEW_AHEAD_MS, lifeMs / 2),
        endsAtMs: sinceMs + lifeMs,
        isReplacement,
      };
      failure = null;
      return held.authorization;
    } catch (error) {
      const count = (failure?.count ?? 0) + 1;
      failure = { error, untilMs: clock.now() + pauseAfter(error, count), count };
      throw error;
    }
  };
  const renew = (isReplacement: boolean): Promise<Secret> => {
    if (underWay) return underWay;
    if (failure && clock.now() < failure.untilMs) return Promise.reject(failure.error);
    underWay = exchangeNow(isReplacement).finally(() => {
      underWay = null;
    });
    return underWay;
  };

  return {
    scope,
    async authorization(signal, rejected) {
      signal.throwIfAborted();
      let isReplacement = false;
      if (held && rejected?.reveal() === held.authorization.reveal()) {
        if (held.isReplacement && clock.now() < held.sinceMs + REFUSAL_STANDS_MS) return held.authorization;
        held = null;
        isReplacement = true;
      }
      if (!held || clock.now() >= held.endsAtMs) return orLeave(renew(isReplacement), signal);
      if (clock.now() >= held.renewAtMs) renew(false).catch(ignore);
      return held.authorization;
    },
    accepted(authorization) {
      if (!held?.isReplacement || held.authorization.reveal() !== authorization.reveal()) return;
      held = { ...held, isReplacement: false };
    },
  };
}

/** Refused credentials are not tried again soon: vendors lock out who does. */
function pauseAfter(error: unknown, count: number): number {
  if (!(error instanceof UpstreamError)) return FIRST_PAUSE_MS;
  if (error.code === 'UPSTREAM_UNAUTHENTICATED') return LONGEST_PAUSE_MS;
  const pauseMs = Math.max(error.retryAfterMs ?? 0, FIRST_PAUSE_MS * 2 ** (count - 1));
  return Math.min(LONGEST_PAUSE_MS, pauseMs);
}

/** What `promise` brings, unless the caller leaves first; the exchange goes on for the others. */
function orLeave<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** The token still holds; the failure is kept for when it no longer does. */
function ignore(): void {}

/** How long a token is taken to hold that doesn't say so itself, in milliseconds: the Events API's 15 minutes. */
export const ASSUMED_LIFETIME_MS = 15 * 60_000;

/**
 * How long a token holds from `nowMs` on, in milliseconds: until the `exp` of its JWT payload (RFC 7519 4.1.4), which is
 * read and not verified, since it is the vendor that must believe the token. `iat` bounds it where the vendor's clock
 * runs ahead of ours, and stands in where it runs so far behind that the token would be over on arrival.
 */
export function readTokenLifetimeMs(token: Secret, nowMs: number): number {
  const { exp, iat } = decodePayload(token.reveal());
  if (!isTime(exp)) return ASSUMED_LIFETIME_MS;
  const lengths = [exp * 1_000 - nowMs, ...(isTime(iat) ? [(exp - iat) * 1_000] : [])];
  const shortest = Math.min(...lengths.filter((ms) => ms > 0));
  return Number.isFinite(shortest) ? shortest : ASSUMED_LIFETIME_MS;
}

function decodePayload(token: string): { readonly exp?: unknown; readonly iat?: unknown } {
  try {
    return decodeJwt(token);
  } catch {
    // Opaque: a token need not be a JWT.
    return {};
  }
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
