import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCredentialScope, scopedKey } from '../../../src/base/credential-scope.ts';
import { Secret } from '../../../src/base/secret.ts';
import { createMemoryTier } from '../../../src/upstream/cache/memory-tier.ts';
import { createSimulatedTime } from '../../support/upstream-fixtures.ts';

const scopes = ['a', 'b', 'c', 'd', 'e'].map((name) =>
  createCredentialScope(new Secret('key'), 'USAGE', [new Secret(name)]),
);
const [scope, other] = scopes as [(typeof scopes)[0], (typeof scopes)[0]];
const key = scopedKey(scope, '/usage');
const policy = { freshMs: 1_000, staleIfErrorMs: 5_000 };

test('an answer is fresh, then stale, then gone', () => {
  const time = createSimulatedTime();
  const cache = createMemoryTier(time.clock, 1_000_000);
  const answer = { value: 'a', readAtMs: time.clock.now() };
  cache.write(scope, key, policy, answer, 10);
  time.advance(999);
  expect(cache.readFresh(scope, key, policy)).toBe(answer);
  time.advance(1);
  expect(cache.readFresh(scope, key, policy)).toBeNull();
  expect(cache.readStale(scope, key, policy)).toBe(answer);
  time.advance(3_999);
  expect(cache.readStale(scope, key, policy)).toBe(answer);
  time.advance(1);
  expect(cache.readStale(scope, key, policy)).toBeNull();
});

test("the shorter of the writer's and the reader's policy applies", () => {
  const time = createSimulatedTime();
  const cache = createMemoryTier(time.clock, 1_000_000);
  const long = { freshMs: 1e9, staleIfErrorMs: 1e9 };
  cache.write(scope, key, policy, { value: 'live', readAtMs: time.clock.now() }, 10);
  time.advance(1_000);
  expect(cache.readFresh(scope, key, long)).toBeNull();
  cache.write(scope, key, long, { value: 'closed', readAtMs: time.clock.now() }, 10);
  time.advance(1_000);
  expect(cache.readFresh(scope, key, policy)).toBeNull();
  expect(cache.readFresh(scope, key, long)?.value).toBe('closed');
});

test('a key of one scope shows nothing to another scope, even if the key is wrong', () => {
  const time = createSimulatedTime();
  const cache = createMemoryTier(time.clock, 1_000_000);
  cache.write(scope, key, policy, { value: 'a', readAtMs: time.clock.now() }, 10);
  expect(cache.readFresh(other, key, policy)).toBeNull();
  expect(cache.readStale(other, key, policy)).toBeNull();
});

test('an answer that may never be served is not cached, and a clock that is set back makes none fresh', () => {
  const time = createSimulatedTime();
  const cache = createMemoryTier(time.clock, 1_000_000);
  cache.write(scope, key, { freshMs: 0, staleIfErrorMs: 0 }, { value: 'a', readAtMs: time.clock.now() }, 10);
  expect(cache.readStale(scope, key, policy)).toBeNull();
  cache.write(scope, key, policy, { value: 'a', readAtMs: time.clock.now() }, 10);
  time.advance(-1);
  expect(cache.readFresh(scope, key, policy)).toBeNull();
});

test('beyond its size the entry unread for longest is deleted, and a larger answer is not cached', () => {
  const time = createSimulatedTime();
  const cache = createMemoryTier(time.clock, 100_000);
  const keyOf = (index: number) => scopedKey(scope, '/usage', index);
  const isCached = (index: number) => cache.readFresh(scope, keyOf(index), policy) !== null;
  for (let index = 0; index < 8; index += 1) {
    cache.write(scope, keyOf(index), policy, { value: index, readAtMs: time.clock.now() }, 10_000);
    expect(isCached(0)).toBe(index < 8);
  }
  const cached = [0, 1, 2, 3, 4, 5, 6, 7].filter(isCached);
  expect(cached).toContain(0);
  expect(cached).toContain(7);
  expect(cached).toHaveLength(4);
  cache.write(scope, keyOf(9), policy, { value: 9, readAtMs: time.clock.now() }, 100_000);
  expect(isCached(9)).toBe(false);
});

test('in 100,000 steps over five scopes nobody gets what another scope has read', () => {
  const time = createSimulatedTime();
  const cache = createMemoryTier(time.clock, 60_000);
  const pick = fc.record({
    who: fc.nat({ max: scopes.length - 1 }),
    what: fc.nat({ max: 7 }),
    act: fc.constantFrom('write' as const, 'fresh' as const, 'stale' as const, 'pass' as const),
  });
  let hits = 0;
  fc.assert(
    fc.property(fc.array(pick, { minLength: 1_000, maxLength: 1_000 }), (steps) => {
      for (const [index, { who, what, act }] of steps.entries()) {
        const mine = scopes[who];
        if (!mine) continue;
        const mineKey = scopedKey(mine, '/usage', what);
        if (act === 'write') {
          cache.write(mine, mineKey, policy, { value: { who, what }, readAtMs: time.clock.now() }, index);
        } else if (act === 'pass') time.advance(index % 300);
        else {
          const read = act === 'fresh' ? cache.readFresh : cache.readStale;
          const answer = read(mine, mineKey, policy);
          if (!answer) continue;
          hits += 1;
          const { value } = answer as { value: { who: number; what: number } };
          if (value.who !== who || value.what !== what) throw new Error('a foreign read');
        }
      }
    }),
    { numRuns: 100 },
  );
  expect(hits).toBeGreaterThan(5_000);
});
