import { errors, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import type { JSONWebKeySet } from 'jose';
import { expect, test } from 'vitest';
import { createIssuerKeys, KeysUnavailable } from '../../../src/http/identity/issuer-keys.ts';

const MINUTE_MS = 60_000;
const one = await generateKeyPair('ES256', { extractable: true });
const two = await generateKeyPair('ES256', { extractable: true });
const setOf = async (
  ...pairs: readonly (readonly [kid: string, pair: typeof one])[]
): Promise<JSONWebKeySet> => ({
  keys: await Promise.all(
    pairs.map(async ([kid, { publicKey }]) => ({ ...(await exportJWK(publicKey)), kid })),
  ),
});
const tokenOf = (kid: string, { privateKey }: typeof one) =>
  new SignJWT({}).setProtectedHeader({ alg: 'ES256', kid }).sign(privateKey);
const first = await tokenOf('one', one);
const second = await tokenOf('two', two);

/** An issuer; the test sets its keys and whether it is down. */
async function createRig() {
  const rig = {
    nowMs: 0,
    reads: 0,
    isDown: false,
    keys: await setOf(['one', one]),
    check: (_token: string): Promise<unknown> => Promise.resolve(),
  };
  const findKey = createIssuerKeys({
    clock: { now: () => rig.nowMs },
    async read() {
      rig.reads += 1;
      await Promise.resolve();
      if (rig.isDown) throw new Error('down');
      return rig.keys;
    },
  });
  rig.check = (token) => jwtVerify(token, findKey);
  return rig;
}

test('many tokens at the same time cause one reading, and later tokens none for ten minutes', async () => {
  const rig = await createRig();
  await Promise.all(Array.from({ length: 50 }, () => rig.check(first)));
  rig.nowMs = 10 * MINUTE_MS - 1;
  await rig.check(first);
  expect(rig.reads).toBe(1);
  rig.nowMs += 1;
  await rig.check(first);
  expect(rig.reads).toBe(2);
});

test('a new key is found; unknown keys cause a reading twice a minute at most', async () => {
  const rig = await createRig();
  await rig.check(first);
  rig.keys = await setOf(['one', one], ['two', two]);
  await expect(rig.check(second)).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey);
  expect(rig.reads).toBe(1);
  rig.nowMs = MINUTE_MS / 2;
  await rig.check(second);
  expect(rig.reads).toBe(2);
  const foreign = await tokenOf('three', two);
  for (let n = 0; n < 20; n += 1)
    await expect(rig.check(foreign)).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey);
  expect(rig.reads).toBe(2);
});

test('a withdrawn key stays valid for ten minutes at most', async () => {
  const rig = await createRig();
  rig.keys = await setOf(['one', one], ['two', two]);
  await rig.check(second);
  rig.keys = await setOf(['one', one]);
  rig.nowMs = 10 * MINUTE_MS;
  await expect(rig.check(second)).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey);
});

test('keys stay valid for an hour while the issuer is down, and it is asked once in five seconds', async () => {
  const rig = await createRig();
  await rig.check(first);
  rig.isDown = true;
  rig.nowMs = 60 * MINUTE_MS - 1;
  for (let n = 0; n < 20; n += 1) await rig.check(first);
  expect(rig.reads).toBe(2);
  rig.nowMs += 5_000;
  await expect(rig.check(first)).rejects.toBeInstanceOf(KeysUnavailable);
  expect(rig.reads).toBe(3);
  rig.isDown = false;
  await expect(rig.check(first)).rejects.toBeInstanceOf(KeysUnavailable);
  rig.nowMs += 5_000;
  await rig.check(first);
  expect(rig.reads).toBe(4);
});

test('an answer that is no key set counts as a failure', async () => {
  const rig = await createRig();
  rig.keys = { keys: 'none' } as unknown as JSONWebKeySet;
  await expect(rig.check(first)).rejects.toBeInstanceOf(KeysUnavailable);
});
