import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { MINUTE_MS } from '../time.ts';

/** The credentials that the sandbox's servers accept: 256 random bits each, drawn at each start. */
export interface SandboxCredentials {
  readonly usageUserSecret: string;
  readonly usageOrganizationSecret: string;
  /** Never expires. `POST /authenticate` gives tokens that do, for the username and password below. */
  readonly eventsToken: string;
  readonly eventsUsername: string;
  readonly eventsPassword: string;
}

export function drawCredentials(): SandboxCredentials {
  const draw = () => randomBytes(32).toString('base64url');
  return {
    usageUserSecret: draw(),
    usageOrganizationSecret: draw(),
    eventsToken: draw(),
    eventsUsername: draw(),
    eventsPassword: draw(),
  };
}

/** Whether an `Authorization` header of the Usage API holds both secrets: `User X, Organization Y`, in either order. */
export function isUsageAuthorization(
  header: string,
  { usageUserSecret, usageOrganizationSecret }: SandboxCredentials,
): boolean {
  const parts = new Map(
    header.split(',').map((part) => {
      const [word = '', secret = ''] = part.trim().split(/\s+/, 2);
      return [word, secret];
    }),
  );
  return (
    isSameSecret(parts.get('User') ?? '', usageUserSecret) &&
    isSameSecret(parts.get('Organization') ?? '', usageOrganizationSecret)
  );
}

/** Whether an `Authorization` header of the Events API holds the fixed token, or a valid one that `issuer` gave. */
export function isEventsAuthorization(
  header: string,
  { eventsToken }: SandboxCredentials,
  issuer: TokenIssuer,
): boolean {
  const token = /^Bearer (\S+)$/i.exec(header)?.[1] ?? '';
  return isSameSecret(token, eventsToken) || issuer.isValid(token);
}

export interface TokenIssuer {
  /** Gives a JWT (HS256) that is valid for 15 minutes. */
  issue(subject: string): string;
  /** Whether this issuer gave the token and it has not expired. */
  isValid(token: string): boolean;
}

export const TOKEN_LIFETIME_MS = 15 * MINUTE_MS;

/** Creates the issuer of the Events API's tokens. The key never leaves it. */
export function createTokenIssuer(key: Uint8Array, now: () => number): TokenIssuer {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const sign = (text: string) => createHmac('sha256', key).update(text).digest('base64url');
  const header = encode({ alg: 'HS256', typ: 'JWT' });

  return {
    issue: (subject) => {
      const issuedAt = Math.floor(now() / 1000);
      const text = `${header}.${encode({ sub: subject, iat: issuedAt, exp: issuedAt + TOKEN_LIFETIME_MS / 1000 })}`;
      return `${text}.${sign(text)}`;
    },
    isValid: (token) => {
      const [head = '', payload = '', signature = ''] = token.split('.', 3);
      if (head !== header || !isSameSecret(signature, sign(`${head}.${payload}`))) return false;
      const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { exp: number };
      return now() < exp * 1000;
    },
  };
}

/** Whether two texts are equal. The time that this takes shows only whether their lengths are equal. */
export function isSameSecret(given: string, secret: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(secret)];
  return left.length === right.length && timingSafeEqual(left, right);
}
