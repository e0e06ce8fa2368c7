import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCredentialScope, scopedKey } from '../../../src/base/credential-scope.ts';
import type { CredentialScope, ScopedKey } from '../../../src/base/credential-scope.ts';
import { Secret } from '../../../src/base/secret.ts';
import { createSharedTier } from '../../../src/upstream/cache/shared-tier.ts';
import type { SharedAnswer, SharedTierOptions } from '../../../src/upstream/cache/shared-tier.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { createSimulatedTime, jsonAnswer } from '../../support/upstream-fixtures.ts';

const scopeOf = (name: string): CredentialScope =>
  createCredentialScope(new Secret('a key for tests'), 'USAGE', [new Secret(name)]);
const scope = scopeOf('a');
const other = scopeOf('b');
const key = scopedKey(scope, 'USAGE', '/usage', '/usage');
const policy = { freshMs: 1_000, staleIfErrorMs: 5_000 };

function createPair(parts: Partial<SharedTierOptions> = {}) {
  const time = createSimulatedTime();
  const store = createMemoryStore();
  const options = {
    store,
    clock: time.clock,
    secret: new Secret('a secret of tests'),
    baseUrl: 'http://127.0.0.1:9/base',
  };
  const shared: SharedAnswer = {
    policy,
    readAtMs: time.clock.now(),
    answer: jsonAnswer([{ id: 1, username: 'canary.person' }], 200, { 'x-more': 'yes' }),
  };
  return {
    time,
    store,
    shared,
    writer: createSharedTier(options),
    reader: createSharedTier({ ...options, ...parts }),
  };
}

describe('shared answers', () => {
  test('are read by another instance word for word, for the longer of both ages of their policy', async () => {
    const { store, shared, writer, reader } = createPair();
    writer.write(scope, key, shared);
    expect(await reader.read(scope, key)).toEqual(shared);
    expect([...store.entries.values()].map(({ ttlMs }) => ttlMs)).toEqual([5_000]);
  });

  test('show neither their content nor the request', () => {
    const { store, shared, writer } = createPair();
    writer.write(scope, scopedKey(scope, '/usage/canary-id'), shared);
    for (const [name, { bytes }] of store.entries) {
      expect(name + bytes.toString('latin1')).not.toMatch(/canary/);
      expect(name).not.toContain(scope);
    }
  });

  test.each<[string, Partial<SharedTierOptions>]>([
    ['with another secret', { secret: new Secret('another secret of tests') }],
    ['with another vendor address', { baseUrl: 'http://127.0.0.1:9/other' }],
  ])('are null for an instance %s', async (_name, parts) => {
    const { shared, writer, reader } = createPair(parts);
    writer.write(scope, key, shared);
    expect(await reader.read(scope, key)).toBeNull();
  });

  test('of one scope are null for another, even if the key is wrong or the bytes were moved', async () => {
    const { store, shared, writer, reader } = createPair();
    writer.write(scope, key, shared);
    expect(await reader.read(other, key)).toBeNull();
    const foreign = scopedKey(other, 'USAGE', '/usage', '/usage');
    await reader.read(other, foreign);
    const [bytes] = store.entries.values();
    const name = store.reads.at(-1);
    if (!bytes || name === undefined) throw new Error('nothing was written');
    store.entries.set(name, bytes);
    expect(await reader.read(other, foreign)).toBeNull();
  });

  test('in 100,000 steps over five scopes and two instances nobody gets what another scope has read', async () => {
    const { time, writer, reader } = createPair();
    const scopes = ['a', 'b', 'c', 'd', 'e'].map(scopeOf);
    let foreign = 0;
    let own = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(4), fc.nat(4), fc.nat(3), fc.boolean()), {
          minLength: 200,
          maxLength: 200,
        }),
        async (steps) => {
          for (const [caller, keyed, path, isWrite] of steps) {
            const [callerScope, keyScope] = [scopes[caller], scopes[keyed]] as [
              CredentialScope,
              CredentialScope,
            ];
            // `scopedKey` makes right keys. Here some keys name a random scope.
            const wanted: ScopedKey = scopedKey(path === 0 ? keyScope : callerScope, path);
            if (isWrite) {
              const answer = jsonAnswer({ owner: caller });
              writer.write(callerScope, wanted, { policy, readAtMs: time.clock.now(), answer });
              continue;
            }
            const found = await reader.read(callerScope, wanted);
            if (!found) continue;
            if (JSON.parse(found.answer.body.toString()).owner === caller) own += 1;
            else foreign += 1;
          }
        },
      ),
      { numRuns: 500 },
    );
    expect(foreign).toBe(0);
    expect(own).toBeGreaterThan(1_000);
  });

  test('that are garbage, cut or altered are a miss', async () => {
    const { store, shared, writer, reader } = createPair();
    writer.write(scope, key, shared);
    const [[name, entry] = []] = store.entries;
    if (name === undefined || !entry) throw new Error('nothing was written');
    const { bytes } = entry;
    for (let at = 0; at < bytes.length; at += 1) {
      const altered = Buffer.from(bytes);
      altered[at] = (altered[at] ?? 0) ^ 1;
      store.entries.set(name, { ...entry, bytes: altered });
      expect(await reader.read(scope, key)).toBeNull();
      store.entries.set(name, { ...entry, bytes: bytes.subarray(0, at) });
      expect(await reader.read(scope, key)).toBeNull();
    }
    store.entries.set(name, { ...entry, bytes: Buffer.from('{"rows":[]}, and more than an entry is long') });
    expect(await reader.read(scope, key)).toBeNull();
    store.entries.set(name, entry);
    expect(await reader.read(scope, key)).toEqual(shared);
  });

  test('keep their time; one from a clock a little ahead is new, one from far ahead is a miss', async () => {
    const { time, shared, writer, reader } = createPair();
    const nowMs = time.clock.now();
    for (const [ahead, readAtMs] of [
      [-500, nowMs - 500],
      [1_000, nowMs],
      [1_001, null],
    ] as const) {
      writer.write(scope, key, { ...shared, readAtMs: nowMs + ahead });
      expect((await reader.read(scope, key))?.readAtMs ?? null).toBe(readAtMs);
    }
  });

  test('that may never be served, or are larger than 2 MiB, are not written', () => {
    const { store, shared, writer } = createPair();
    writer.write(scope, key, { ...shared, policy: { freshMs: 0, staleIfErrorMs: 0 } });
    const body = Buffer.alloc(2 * 1024 * 1024 + 1, 32);
    writer.write(scope, key, { ...shared, answer: { ...shared.answer, body } });
    expect(store.entries.size).toBe(0);
    writer.write(scope, key, { ...shared, answer: { ...shared.answer, body: body.subarray(1) } });
    expect(store.entries.size).toBe(1);
  });
});
