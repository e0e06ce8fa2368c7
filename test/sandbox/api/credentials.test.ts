import { expect, test } from 'vitest';
import { createTokenIssuer, TOKEN_LIFETIME_MS } from '../../../src/sandbox/api/credentials.ts';

const key = Buffer.from('a key for tests');

test('a token is valid for exactly 15 minutes', () => {
  let nowMs = 1_800_000_000_000;
  const issuer = createTokenIssuer(key, () => nowMs);
  const token = issuer.issue('ada');
  expect(issuer.isValid(token)).toBe(true);
  nowMs += TOKEN_LIFETIME_MS - 1;
  expect(issuer.isValid(token)).toBe(true);
  nowMs += 1;
  expect(issuer.isValid(token)).toBe(false);
});

test('a token that is altered, of another issuer or malformed is refused', () => {
  const now = () => 1_800_000_000_000;
  const issuer = createTokenIssuer(key, now);
  const [head, , signature] = issuer.issue('ada').split('.');
  const forged = Buffer.from(JSON.stringify({ sub: 'eve', exp: 9_999_999_999 })).toString('base64url');
  const unsigned = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
  for (const token of [
    `${head}.${forged}.${signature}`,
    `${unsigned}.${forged}.`,
    createTokenIssuer(Buffer.from('another key'), now).issue('ada'),
    'x',
    '..',
    '',
  ]) {
    expect(issuer.isValid(token)).toBe(false);
  }
});
