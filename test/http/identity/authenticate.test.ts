import { CompactSign, createLocalJWKSet, exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import type { JWTHeaderParameters, JWTPayload } from 'jose';
import { describe, expect, test } from 'vitest';
import { hashApiKey } from '../../../src/http/identity/api-keys.ts';
import { authenticate } from '../../../src/http/identity/authenticate.ts';
import type { Identity } from '../../../src/http/identity/identity.ts';
import { KeysUnavailable } from '../../../src/http/identity/issuer-keys.ts';

const NOW_S = 1_800_000_000;
const clock = { now: () => NOW_S * 1_000 };
const ISSUER = 'https://issuer.example';
const AUDIENCE = 'sightline';
const KEY = 'sightline_of-the-tests';

const pair = await generateKeyPair('RS256', { extractable: true });
const curve = await generateKeyPair('ES256', { extractable: true });
const stranger = await generateKeyPair('RS256', { extractable: true });
const keySet = {
  keys: [
    { ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'RS256' },
    { ...(await exportJWK(curve.publicKey)), kid: 'two', alg: 'ES256' },
  ],
};
const identity: Identity = {
  keys: [
    { name: 'dashboard', scopes: ['usage:read', 'introspect'], hash: hashApiKey(KEY) },
    { name: 'other', scopes: ['events:read'], hash: hashApiKey('sightline_other') },
  ],
  tokens: { issuer: ISSUER, audiences: [AUDIENCE, 'second'], findKey: createLocalJWKSet(keySet) },
};

const publicText = await exportSPKI(pair.publicKey);

const GOOD: JWTPayload = {
  iss: ISSUER,
  aud: AUDIENCE,
  sub: 'bob',
  exp: NOW_S + 60,
  scope: 'openid usage:read pii:read',
};
const HEADER: JWTHeaderParameters = { alg: 'RS256', kid: 'one' };

const sign = (
  payload: JWTPayload = {},
  header: JWTHeaderParameters = HEADER,
  key: Parameters<SignJWT['sign']>[0] = pair.privateKey,
) => new SignJWT({ ...GOOD, ...payload }).setProtectedHeader(header).sign(key);
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
/** A token with this payload text, for numbers that JSON.stringify does not write. */
const signText = (payload: string) =>
  new CompactSign(Buffer.from(payload)).setProtectedHeader(HEADER).sign(pair.privateKey);
const without = (claim: string) => sign({ [claim]: undefined });

const bearer = (token: string, of: Identity = identity) =>
  authenticate(of, { authorization: `Bearer ${token}`, apiKey: null }, clock);

describe('a token', () => {
  test('of the issuer names its subject; it gives only the scopes of this service', async () => {
    expect(await bearer(await sign())).toEqual({
      kind: 'caller',
      caller: {
        kind: 'token',
        name: `${ISSUER} bob`,
        endsAtMs: (NOW_S + 90) * 1_000,
        isAnonymous: false,
        scopes: new Set(['usage:read', 'pii:read']),
      },
    });
  });

  test.each([
    ['scope with spaces', { scope: 'events:read introspect' }],
    ['a list as scope', { scope: ['events:read', 'introspect'] }],
    ['a list as scp', { scope: undefined, scp: ['events:read', 'introspect', 7, null] }],
    ['spaces in scp', { scope: undefined, scp: 'events:read introspect' }],
    ['a list as scopes', { scope: undefined, scopes: ['events:read', 'introspect', 'admin'] }],
  ])('may hold its scopes as %s', async (_name, payload) => {
    expect(await bearer(await sign(payload))).toMatchObject({
      caller: { scopes: new Set(['events:read', 'introspect']) },
    });
  });

  test.each([
    ['by another algorithm of the list', () => sign({}, { alg: 'ES256', kid: 'two' }, curve.privateKey)],
    ['for one audience of several', () => sign({ aud: ['x', 'second'] })],
    ['that ended less than the tolerance ago', () => sign({ exp: NOW_S - 29 })],
    ['without scopes', () => sign({ scope: undefined })],
  ])('is taken %s', async (_name, make) => {
    expect(await bearer(await make())).toMatchObject({ kind: 'caller' });
  });

  const forged: readonly (readonly [kind: string, make: () => Promise<string> | string])[] = [
    ['of no algorithm', () => `${encode({ alg: 'none' })}.${encode(GOOD)}.`],
    [
      'without an algorithm, with a signature',
      async () => `${encode({ alg: 'none' })}.${encode(GOOD)}.${(await sign()).split('.')[2]!}`,
    ],
    [
      'signed with the public key as a shared secret',
      () => sign({}, { alg: 'HS256', kid: 'one' }, Buffer.from(publicText)),
    ],
    ['by another key', () => sign({}, HEADER, stranger.privateKey)],
    ['by a key that is not in the set', () => sign({}, { alg: 'RS256', kid: 'three' }, stranger.privateKey)],
    [
      'signed by a key that it carries itself',
      async () => sign({}, { alg: 'RS256', jwk: await exportJWK(stranger.publicKey) }, stranger.privateKey),
    ],
    [
      'signed by a key that it links to',
      () => sign({}, { ...HEADER, jku: 'http://127.0.0.1:9/keys' }, stranger.privateKey),
    ],
    [
      'with a critical extension',
      async () => {
        const [, payload, signature] = (await sign()).split('.');
        return `${encode({ ...HEADER, crit: ['exp'], exp: 1 })}.${payload!}.${signature!}`;
      },
    ],
    [
      'with a payload that was changed after signing',
      async () => {
        const [header, , signature] = (await sign()).split('.');
        return `${header!}.${encode({ ...GOOD, scope: 'events:read' })}.${signature!}`;
      },
    ],
    ['with its signature cut short', async () => (await sign()).slice(0, -8)],
    ['without a signature', async () => (await sign()).replace(/[^.]+$/, '')],
    ['of another issuer', () => sign({ iss: 'https://issuer.example/' })],
    ['of no issuer', () => without('iss')],
    ['for another audience', () => sign({ aud: 'billing' })],
    ['for no audience', () => without('aud')],
    ['that has ended', () => sign({ exp: NOW_S - 31 })],
    ['that never ends', () => without('exp')],
    ['whose end is no time', () => sign({ exp: 'never' as unknown as number })],
    ['that does not hold yet', () => sign({ nbf: NOW_S + 31 })],
    ['of nobody', () => without('sub')],
    ['of an empty name', () => sign({ sub: '' })],
    ['of a number', () => sign({ sub: 42 as unknown as string })],
    ['of a list', () => sign({ sub: ['bob'] as unknown as string })],
    ['of an object', () => sign({ sub: { toString: 'bob' } as unknown as string })],
    ['with an infinite expiry', () => signText(JSON.stringify(GOOD).replace(/"exp":\d+/, '"exp":1e999'))],
    ['whose end is no date', () => sign({ exp: 8.64e12 + 1 })],
    [
      'with an infinite start',
      () => signText(JSON.stringify({ ...GOOD, nbf: 0 }).replace('"nbf":0', '"nbf":-1e999')),
    ],
    ['in five parts, as if encrypted', async () => `${await sign()}.x.y`],
    ['of dots', () => '..'],
  ];

  test.each(forged)('%s is refused', async (_kind, make) => {
    expect(await bearer(await make())).toEqual({ kind: 'refused' });
  });

  test('is refused if the service accepts only keys', async () => {
    expect(await bearer(await sign(), { ...identity, tokens: null })).toEqual({ kind: 'refused' });
  });

  test("is neither accepted nor refused while the issuer's keys can't be read", async () => {
    const findKey = () => Promise.reject(new KeysUnavailable('down'));
    const down: Identity = { keys: [], tokens: { issuer: ISSUER, audiences: [AUDIENCE], findKey } };
    expect(await bearer(await sign(), down)).toEqual({ kind: 'unknown' });
  });
});

describe('an API key', () => {
  const known = {
    kind: 'caller',
    caller: {
      kind: 'key',
      name: 'dashboard',
      endsAtMs: null,
      isAnonymous: false,
      scopes: new Set(['usage:read', 'introspect']),
    },
  };

  test('is accepted in either header', async () => {
    expect(await bearer(KEY)).toEqual(known);
    expect(await authenticate(identity, { authorization: `bearer  ${KEY} `, apiKey: null }, clock)).toEqual(
      known,
    );
    expect(await authenticate(identity, { authorization: null, apiKey: KEY }, clock)).toEqual(known);
  });

  test.each([
    ['another key', { authorization: 'Bearer sightline_x', apiKey: null }],
    ['a key with a letter more', { authorization: `Bearer ${KEY}x`, apiKey: null }],
    ['the hash of a key', { authorization: `Bearer ${hashApiKey(KEY).toString('hex')}`, apiKey: null }],
    ['another scheme', { authorization: `Basic ${KEY}`, apiKey: null }],
    ['no scheme', { authorization: KEY, apiKey: null }],
    ['an empty header', { authorization: '', apiKey: null }],
    ['an empty key', { authorization: null, apiKey: '' }],
    ['two proofs', { authorization: `Bearer ${KEY}`, apiKey: KEY }],
    ['two keys in one header', { authorization: null, apiKey: `${KEY}, ${KEY}` }],
    ['a token as a key', { authorization: null, apiKey: 'a.b.c' }],
  ])('is refused as %s: never taken for nobody', async (_name, sent) => {
    expect(await authenticate(identity, sent, clock)).toEqual({ kind: 'refused' });
  });
});

describe('no proof', () => {
  const nothing = { authorization: null, apiKey: null };

  test('makes an anonymous caller without scopes if the service asks callers who they are', async () => {
    expect(await authenticate(identity, nothing, clock)).toMatchObject({
      caller: { kind: 'anonymous', isAnonymous: true, scopes: new Set() },
    });
  });

  test('is enough if the service asks nobody; a proof that is sent is ignored', async () => {
    for (const sent of [nothing, { authorization: 'Bearer x.y.z', apiKey: null }]) {
      expect(await authenticate(null, sent, clock)).toMatchObject({
        caller: {
          kind: 'open',
          isAnonymous: false,
          scopes: new Set(['usage:read', 'events:read', 'pii:read', 'introspect', 'export']),
        },
      });
    }
  });
});
