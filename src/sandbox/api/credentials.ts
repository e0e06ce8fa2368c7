import { createHmac, timingSafeEqual } from 'node:crypto';

export interface TokenIssuer {
  /** A JWT (HS256) for 15 minutes. */
  issue(subject: string): string;
  /** Whether it is one of ours and has not run out. */
  isValid(token: string): boolean;
}

/** How long the vendor's tokens hold. */
export const TOKEN_LIFETIME_MS = 15 * 60_000;

/** Issues and checks the Events API's tokens; the key never leaves it. */
export function createTokenIssuer(key: Uint8Array, now: () => number): TokenIssuer {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const sign = (text: string) => createHmac('sha256', key).update(text).digest();
  const header = encode({ alg: 'HS256', typ: 'JWT' });

  return {
    issue: (subject) => {
      const issuedAt = Math.floor(now() / 1000);
      const text = `${header}.${encode({ sub: subject, iat: issuedAt, exp: issuedAt + TOKEN_LIFETIME_MS / 1000 })}`;
      return `${text}.${sign(text).toString('base64url')}`;
    },
    isValid: (token) => {
      const [head = '', payload = '', signature = ''] = token.split('.', 3);
      const [given, wanted] = [Buffer.from(signature, 'base64url'), sign(`${head}.${payload}`)];
      if (head !== header || given.length !== wanted.length || !timingSafeEqual(given, wanted)) return false;
      const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { exp: number };
      return now() < exp * 1000;
    },
  };
}

/** Whether a text is the secret. How long the answer takes tells nothing but whether the lengths are equal. */
export function isSameSecret(given: string, secret: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(secret)];
  return left.length === right.length && timingSafeEqual(left, right);
}
