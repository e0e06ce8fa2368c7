import { timingSafeEqual } from 'node:crypto';

/** Whether a text is the secret. How long the answer takes tells nothing but whether the lengths are equal. */
export function isSameSecret(given: string, secret: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(secret)];
  return left.length === right.length && timingSafeEqual(left, right);
}
