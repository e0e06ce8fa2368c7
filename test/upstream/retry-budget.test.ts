import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRetryBudget } from '../../src/upstream/retry-budget.ts';
import { createSimulatedTime } from '../support/upstream-fixtures.ts';

const earnings = { retryShare: 0.1, retriesPerSecond: 1 };

test('there are never more retries than a tenth of the calls and one for each second begun', () => {
  const step = fc.oneof(
    fc.constant('call' as const),
    fc.constant('retry' as const),
    fc.integer({ min: 0, max: 2_500 }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const time = createSimulatedTime();
      const startMs = time.clock.now();
      const budget = createRetryBudget(time.clock, earnings);
      let calls = 0;
      let retries = 0;
      for (const one of steps) {
        if (one === 'call') {
          calls += 1;
          budget.earn();
        } else if (one === 'retry') retries += budget.take() ? 1 : 0;
        else time.advance(one);
        const begun = Math.floor((time.clock.now() - startMs) / 1_000) + 1;
        expect(retries).toBeLessThanOrEqual(0.1 * calls + begun + 1e-6);
      }
    }),
  );
});

test('the first failure after a start gets a retry, the second one in the same second does not', () => {
  const budget = createRetryBudget(createSimulatedTime().clock, earnings);
  expect([budget.take(), budget.take()]).toEqual([true, false]);
});

test('ten calls earn exactly one retry', () => {
  const budget = createRetryBudget(createSimulatedTime().clock, { retryShare: 0.1, retriesPerSecond: 0 });
  for (let call = 0; call < 9; call += 1) budget.earn();
  expect(budget.take()).toBe(false);
  budget.earn();
  expect([budget.take(), budget.take()]).toEqual([true, false]);
});

test('a quiet time saves at most ten retries', () => {
  const time = createSimulatedTime();
  const budget = createRetryBudget(time.clock, earnings);
  time.advance(3_600_000);
  let taken = 0;
  while (budget.take()) taken += 1;
  expect(taken).toBe(10);
});
