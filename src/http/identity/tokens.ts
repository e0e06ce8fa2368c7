import { errors, jwtVerify } from 'jose';
import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import type { Clock } from '../../base/time.ts';
import type { Scope } from '../../graph/access.ts';
import { createCaller, isScope } from './caller.ts';
import type { Caller } from './caller.ts';

export interface TokenRules {
  readonly issuer: string;
  /** Any one of these. */
  readonly audiences: readonly string[];
}

/** Signatures by a private key only: whoever can check one must not be able to make one. */
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

/** How far the issuer's clock and ours may be apart. */
const TOLERANCE_S = 30;

/**
 * The caller whom a JWT speaks of; null: the token is not good, whatever the reason.
 * @throws what `findKey` throws where it can't say which keys are good
 */
export async function verifyToken(
  token: string,
  { issuer, audiences }: TokenRules,
  findKey: JWTVerifyGetKey,
  clock: Clock,
): Promise<Caller | null> {
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
    // A subject that is no text could read like another one's, and JSON writes numbers beyond all times.
    if (typeof sub !== 'string' || sub === '' || !isMoment(exp) || !isMoment(nbf)) return null;
    return createCaller('token', `${issuer} ${sub}`, readScopes(payload));
  } catch (error) {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}

/** Seconds since the epoch that are a date. */
function isMoment(seconds: number | undefined): boolean {
  return seconds !== undefined && !Number.isNaN(new Date(seconds * 1_000).getTime());
}

/** `scope` with spaces between (RFC 8693), or a list as `scope`, `scp` or `scopes`; what is none of ours is left out. */
function readScopes({ scope, scp, scopes }: JWTPayload): readonly Scope[] {
  return [scope, scp, scopes]
    .flatMap((claim): unknown[] =>
      typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : [],
    )
    .filter((word) => typeof word === 'string' && isScope(word));
}
