import { decodeJwt } from 'jose/jwt/decode';
import type { Secret } from '../base/secret.ts';

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
