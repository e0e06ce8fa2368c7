import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRateLimit, rateHeaders } from '../../../src/http/limits/rate-limit.ts';

function createTimed(policy: { capacity: number; perSecond: number }) {
  let nowMs = 0;
  const limit = createRateLimit(policy, { now: () => nowMs });
  return {
    limit,
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe("a caller's points", () => {
  test('in any time, a caller takes at most the capacity and what was refilled, less what was given back', () => {
    const step = fc.record({
      caller: fc.constantFrom('a', 'b'),
      points: fc.integer({ min: 1, max: 150 }),
      usedShare: fc.double({ min: 0, max: 1, noNaN: true }),
      passMs: fc.integer({ min: -500, max: 3_000 }),
    });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 50 }),
        (steps, capacity, perSecond) => {
          const { limit, pass } = createTimed({ capacity, perSecond });
          const used: { caller: string; atMs: number; points: number }[] = [];
          let atMs = 0;
          for (const { caller, points, usedShare, passMs } of steps) {
            pass(passMs);
            atMs += Math.max(passMs, 0);
            const verdict = limit.take(caller, points);
            if (!verdict.isAllowed) continue;
            const spent = Math.ceil(points * usedShare);
            verdict.giveBack(points - spent);
            used.push({ caller, atMs, points: spent });
          }
          for (const caller of ['a', 'b']) {
            const own = used.filter((one) => one.caller === caller);
            for (const [from, first] of own.entries()) {
              let sum = 0;
              for (const { atMs: thenMs, points } of own.slice(from)) {
                sum += points;
                // A clock that was set back is caught up with before time counts again.
                expect(sum).toBeLessThanOrEqual(
                  capacity + ((thenMs - first.atMs) / 1_000) * perSecond + 1e-6,
                );
              }
            }
          }
        },
      ),
    );
  });

  test('too few: nothing is taken, and the reported wait is exactly long enough', () => {
    const { limit, pass } = createTimed({ capacity: 100, perSecond: 10 });
    expect(limit.take('a', 80)).toMatchObject({ isAllowed: true, remaining: 20, fullInS: 8, retryAfterS: 0 });
    expect(limit.take('a', 50)).toMatchObject({ isAllowed: false, remaining: 20, retryAfterS: 3 });
    pass(2_999);
    expect(limit.take('a', 50).isAllowed).toBe(false);
    pass(1);
    expect(limit.take('a', 50).isAllowed).toBe(true);
  });

  test('each caller has their own bucket', () => {
    const { limit } = createTimed({ capacity: 10, perSecond: 1 });
    while (limit.take('a', 1).isAllowed);
    expect(limit.take('b', 10).isAllowed).toBe(true);
  });

  test('are reported in the standard headers', () => {
    const { limit } = createTimed({ capacity: 100, perSecond: 8 });
    expect(rateHeaders(limit.take('a', 60))).toEqual({
      ratelimit: '"points";r=40;t=8',
      'ratelimit-policy': '"points";q=100;w=13',
    });
    expect(rateHeaders(limit.take('a', 60))).toMatchObject({ 'retry-after': '3' });
  });
});
