import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { readTokenLifetimeMs } from '../../src/upstream/credentials.ts';
import { createJwt } from '../support/jwt.ts';

const NOW_MS = 1_800_000_000_000;
const NOW = NOW_MS / 1_000;
const ASSUMED_MS = 15 * 60_000;
const lifetimeOf = (payload: object) =>
  readTokenLifetimeMs(new Secret(createJwt(payload)), NOW_MS, ASSUMED_MS);

test('a token is valid until its exp', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 1e7 }), async (seconds) => {
      expect(await lifetimeOf({ exp: NOW + seconds })).toBe(seconds * 1_000);
    }),
  );
});

test('if a clock is wrong, a token is never used for longer than its lifetime', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 86_400 }),
      fc.integer({ min: -86_400, max: 86_400 }),
      async (life, ahead) => {
        const lifeMs = await lifetimeOf({ iat: NOW + ahead, exp: NOW + ahead + life });
        expect(lifeMs).toBeGreaterThan(0);
        expect(lifeMs).toBeLessThanOrEqual(life * 1_000);
        if (life + ahead > 0) expect(lifeMs).toBe(Math.min(life, life + ahead) * 1_000);
      },
    ),
  );
});

test.each([
  ['no exp', createJwt({ sub: 'ada' })],
  ['an exp that is not a number', createJwt({ exp: '1800000900' })],
  ['an exp that has passed, without iat', createJwt({ exp: NOW - 5 })],
  ['a payload that is not an object', createJwt(7)],
  ['a payload that is null', createJwt(null)],
  ['a payload that is not JSON', 'a.!!!!.b'],
  ['no payload', 'opaque-token'],
  ['two segments', 'a.b'],
])('%s: the assumed lifetime applies', async (_name, token) => {
  expect(await readTokenLifetimeMs(new Secret(token), NOW_MS, ASSUMED_MS)).toBe(ASSUMED_MS);
});

test('for any text the lifetime is positive and finite', async () => {
  const token = fc.oneof(
    fc.string(),
    fc.json().map((json) => `a.${Buffer.from(json).toString('base64url')}.c`),
    fc.dictionary(fc.constantFrom('exp', 'iat'), fc.jsonValue()).map((payload) => createJwt(payload)),
  );
  await fc.assert(
    fc.asyncProperty(token, async (text) => {
      const lifeMs = await readTokenLifetimeMs(new Secret(text), NOW_MS, ASSUMED_MS);
      expect(lifeMs).toBeGreaterThan(0);
      expect(lifeMs).toBeLessThan(Infinity);
    }),
  );
});
