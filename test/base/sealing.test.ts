import { expect, test } from 'vitest';
import { createCredentialScope, scopedKey } from '../../src/base/credential-scope.ts';
import {
  deriveKey,
  deriveSecret,
  digest,
  drawSecret,
  keyedDigest,
  NONCE_BYTES,
  seal,
  TAG_BYTES,
  unseal,
} from '../../src/base/sealing.ts';
import { Secret } from '../../src/base/secret.ts';
import { createCursorSealer, digestQuery } from '../../src/graph/paging/cursor.ts';
import { hashApiKey } from '../../src/http/identity/api-keys.ts';
import { createSharedTier } from '../../src/upstream/cache/shared-tier.ts';
import { createSharedBuckets } from '../../src/upstream/redis/shared-store.ts';

const SECRET = new Secret('a secret for fixed vectors');
const NOW_MS = Date.parse('2026-03-01T12:00:00Z');
const clock = { now: () => NOW_MS };

test('a sealed text opens under its own key, and not under another one or altered', () => {
  const key = deriveKey(SECRET, 'one');
  const sealed = seal(key, Buffer.from('plain'));
  expect([sealed.nonce.length, sealed.text.length, sealed.tag.length]).toEqual([NONCE_BYTES, 5, TAG_BYTES]);
  expect(unseal(key, sealed)?.toString()).toBe('plain');
  expect(unseal(deriveKey(SECRET, 'two'), sealed)).toBeNull();
  for (const part of ['nonce', 'text', 'tag'] as const) {
    const altered = Buffer.from(sealed[part]);
    altered[0] = altered[0]! ^ 1;
    expect(unseal(key, { ...sealed, [part]: altered })).toBeNull();
  }
});

test('each text has a nonce of its own, and each secret is new', () => {
  const key = deriveKey(SECRET, 'one');
  expect(seal(key, Buffer.from('a')).nonce).not.toEqual(seal(key, Buffer.from('a')).nonce);
  expect(drawSecret().reveal()).not.toBe(drawSecret().reveal());
  expect(Buffer.from(drawSecret().reveal(), 'base64url')).toHaveLength(32);
});

test('the hashes are those of the standards', () => {
  // FIPS 180-2, appendix B.1, and RFC 4231, test case 2.
  expect(digest('abc').toString('hex')).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
  expect(keyedDigest('Jefe', 'what do ya want for nothing?').toString('hex')).toBe(
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  );
});

// Other instances and callers hold what earlier versions sealed. These values come from a version before this module.
test('a cursor of version 2 is refused, and one of version 3 is sealed to the same text and opens', () => {
  const query = digestQuery('events', { filter: { category: { in: ['user'] }, hub: null } });
  expect(query.digest.toString('hex')).toBe('0b18585ae7ceba121e5d50ce4f53cda18c2baa0c');
  const cursor = {
    query,
    range: { fromMs: Date.parse('2026-03-01T00:00:00Z'), toMs: Date.parse('2026-03-02T00:00:00Z') },
    position: { timestampMs: NOW_MS, source: 'EVENTS', id: '42' },
    hasRowsPast: true,
  } as const;
  const second =
    'upgX8uFdViME7h0xkaUtr9wlY_O2cHBmCiCKk2Yk-PN7VNkbN15D5vbhaSZdl-v8IzaC3Wli5t_t7L6gLHt1sZhkRTRHmaz8abdUWonCRe04wo7-7KQ3e65AsSM_DHeMUt6p2l4sck5kmOoaeFdWbM7wkH0UjB7FfwRvOMezgjBjq01VCl36BCfjDlju';
  const text =
    '0cyugqVYlXheuGOB_mP1t53AyaljzqOQCk0Lo3ROVs1tyPsazjTEgMihTYlz2VLTekZie1rMcpxTZ-AlvAnil9hHaQ1mLDHfkuht-4yqZYH5ZxJcRX7WRxHSiUSvhVAtBmKUidqF6BE60aG7rmTFsql_5DwpYH4K6zvkgZU_APxqfGev-lNf_ae6Ss9p';
  const sealer = createCursorSealer(SECRET);
  expect(() => sealer.open(second, query, 'after')).toThrow('another version of this service');
  expect(sealer.seal(cursor)).toBe(text);
  expect(sealer.open(text, query, 'after')).toEqual(cursor);
});

test('a credential scope of an earlier version is the same', () => {
  expect(scopeOf('USAGE')).toBe('PbiHrJYGJ3VmD1aeK0k67m');
  expect(deriveSecret(SECRET, 'sightline scope v1').reveal()).toBe(
    'A2X8KmiHk8qJS4OwYzlRH9TC1y88ouc_gLbG3PocR68',
  );
});

test('an entry of an earlier version in the shared tier is found and opens', async () => {
  const names: string[] = [];
  const entry =
    'cgj1Y5vBjB29HtwOYGmlaRRO02I4-pXb2FW6dQwm_DIxCRWGTrGXrRPsPoSt62kUNaxE0GMbjE9BFdOZIUKtdTh1oi1WphaiKHy3TqCsDcYHkLptPj2__N43Z7fAlswZpQjyatqZfJVR6gU8L5LTGo8hWqdWkJwQNlPoBsBLz5tsY-yUgxy4k6ERec6qe5P3tb2Yrb15R8WP4E_Tm0rXbY-MMmMcUJpllRZl5UD3EhAb-QymeohShajT-_-f_5A';
  const tier = createSharedTier({
    clock,
    secret: SECRET,
    baseUrl: 'https://vendor.test',
    store: {
      read: (name) => Promise.resolve(names.push(name) > 0 ? Buffer.from(entry, 'base64url') : null),
      write: () => {},
      close: () => Promise.resolve(),
    },
  });
  const scope = scopeOf('USAGE');
  expect(await tier.read(scope, scopedKey(scope, '/usage', 1))).toEqual({
    policy: { freshMs: 1_000, staleIfErrorMs: 60_000 },
    readAtMs: NOW_MS - 500,
    answer: { status: 200, headers: { 'x-total': '1' }, body: Buffer.from('[{"id":"a"}]') },
  });
  expect(names).toEqual(['sightline:1:flxud6H0Ori0g5TvDJD5ftQlACHMs5nC6qu3tFxun2U']);
});

test('a bucket of an earlier version keeps its name', async () => {
  const names: string[] = [];
  const connection = {
    run: (_script: string, name: string) => Promise.resolve(names.push(name) > 0 ? '5' : ''),
    get: () => Promise.resolve(null),
    set: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  const options = { clock, timeoutMs: 60_000, secret: SECRET, onTrouble: () => {} };
  await createSharedBuckets(connection, options).take('key dashboard', 1, { capacity: 5, perSecond: 1 });
  expect(names).toEqual(['sightline:1:points:jQho_ZzsPL5HXTws9tNT9g6oXNWx-KxSe3L0E8VEKPw']);
});

test('an API key of an earlier version keeps its hash', () => {
  expect(hashApiKey('canary').toString('hex')).toBe(
    'e100fbce008c04ec40637af0af91fb2f05aeedc23f856a2d3c0b1580625d755e',
  );
});

function scopeOf(source: 'USAGE' | 'EVENTS') {
  return createCredentialScope(SECRET, source, [new Secret('user'), new Secret('organization')]);
}
