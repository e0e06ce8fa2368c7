import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import type { Clock } from '../../base/time.ts';
import type { Scope } from '../../graph/access.ts';
import { createCaller, isScope } from './caller.ts';
import type { Caller } from './caller.ts';

/** What a token must say to be accepted. */
export interface TokenRules {
  readonly issuer: string;
  /** A token must name at least one of these. */
  readonly audiences: readonly string[];
}

/** Asymmetric signatures only, so that a key that checks tokens cannot make them. */
export const TOKEN_ALGORITHMS: readonly string[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/** How much the issuer's clock and this one may differ. */
const TOLERANCE_S = 30;

/**
 * The caller whom a JWT names; null: the token is not valid, for any reason.
 * @throws what `findKey` throws if it cannot find out which keys are valid
 */
export async function verifyToken(
  token: string,
  { issuer, audiences }: TokenRules,
  findKey: JWTVerifyGetKey,
  clock: Clock,
): Promise<Caller | null> {
  const { errors, jwtVerify } = await import('jose');
  try {
    const { payload } = await jwtVerify(token, findKey, {
      issuer,
      audience: [...audiences],
      algorithms: [...TOKEN_ALGORITHMS],
      clockTolerance: TOLERANCE_S,
      requiredClaims: ['exp', 'sub'],
      currentDate: new Date(clock.now()),
    });
    const { sub, exp, nbf = 0 } = payload;
    // A subject that is not text could look like another caller's. JSON allows numbers that are no date.
    if (typeof sub !== 'string' || sub === '' || !isDate(exp) || !isDate(nbf)) return null;
    const endsAtMs = (exp + TOLERANCE_S) * 1_000;
    return createCaller('token', `${issuer} ${sub}`, readScopes(payload), endsAtMs);
  } catch (error) {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}

/** Whether seconds since the epoch are a date. */
function isDate(seconds: number | undefined): seconds is number {
  return seconds !== undefined && !Number.isNaN(new Date(seconds * 1_000).getTime());
}

/** Reads `scope` with spaces between (RFC 8693), or a list in `scope`, `scp` or `scopes`. It ignores scopes of other services. */
function readScopes({ scope, scp, scopes }: JWTPayload): readonly Scope[] {
  return [scope, scp, scopes]
    .flatMap((claim): unknown[] =>
      typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : [],
    )
    .filter((word) => typeof word === 'string' && isScope(word));
}
