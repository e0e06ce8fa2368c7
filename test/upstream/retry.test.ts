import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { DEFAULT_UPSTREAM_LIMITS, MAX_ATTEMPTS_PER_CALL } from '../../src/upstream/limits.ts';
import { createRetry, retryDelayMs } from '../../src/upstream/retry.ts';
import type { Call } from '../../src/upstream/upstream.ts';
import {
  contextOf,
  createFakeTransport,
  createSimulatedTime,
  createTestUpstream,
  credentialsOf,
  jsonAnswer,
  requestOf,
} from '../support/upstream-fixtures.ts';

const timing = { retryBaseMs: 100, retryMaxMs: 2_000 };
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('a wait lies between zero and a ceiling that doubles up to its bound', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), chance, (failed, random) => {
      const ms = retryDelayMs(failed, random, timing);
      expect(ms).toBeGreaterThanOrEqual(0);
      expect(ms).toBeLessThan(Math.min(2_000, 100 * 2 ** (failed - 1)));
    }),
  );
});

test('the jitter is full: waits reach from zero to the ceiling', () => {
  const waits = Array.from({ length: 100 }, (_, index) => retryDelayMs(3, index / 100, timing));
  expect(Math.min(...waits)).toBe(0);
  expect(Math.max(...waits)).toBe(396);
  expect(new Set(waits).size).toBe(100);
});

test('a call takes at most MAX_ATTEMPTS_PER_CALL attempts, each try with one renewed token', async () => {
  const { clock, wait, advance } = createSimulatedTime();
  // Odd attempts get a 401, even ones a 500.
  const transport = createFakeTransport((_, attempt) => jsonAnswer({}, attempt % 2 === 1 ? 401 : 500));
  const upstream = createTestUpstream({ clock, wait, transport });
  advance(10_000);
  let tokens = 0;
  const credentials = {
    ...credentialsOf('Bearer 0'),
    authorization: async () => new Secret(`Bearer ${(tokens += 1)}`),
  };
  await expect(
    upstream.get(requestOf(), contextOf({ credentials, deadlineMs: clock.now() + 60_000 })),
  ).rejects.toMatchObject({ status: 500 });
  expect(transport.requests).toHaveLength(MAX_ATTEMPTS_PER_CALL);
});

test('tries that end unsent after an attempt also stop at that number', async () => {
  const { clock, wait } = createSimulatedTime();
  const context = contextOf({ deadlineMs: Infinity });
  const call: Call = {
    request: { ...requestOf(), decode: () => ({ segments: [], rows: 0 }) },
    context,
    credentials: credentialsOf('User one'),
    waiters: { signal: context.signal, deadlineMs: () => Infinity },
    verdict: 'miss',
    attempts: 0,
    waitingSinceMs: 0,
  };
  const withRetries = createRetry({
    ...DEFAULT_UPSTREAM_LIMITS,
    source: 'USAGE',
    clock,
    wait,
    random: () => 0,
    tenantOf: () => ({ pausedMs: () => 0, retries: { earn() {}, take: () => true } }),
    isClosed: () => false,
  });
  const failing = withRetries(call, async () => {
    call.attempts += 1;
    return { kind: 'unsent' };
  });
  await expect(failing).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
  expect(call.attempts).toBeLessThanOrEqual(MAX_ATTEMPTS_PER_CALL);
});
