import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createConcurrencyLimit } from '../../src/upstream/concurrency.ts';
import { createSimulatedTime } from '../support/upstream-fixtures.ts';

const never = new AbortController().signal;
const tooBusy = () => new Error('too busy');
const settle = () => new Promise((resolve) => setImmediate(resolve));

function createGate() {
  const open: (() => void)[] = [];
  const work = () => new Promise<void>((resolve) => open.push(resolve));
  return { open, work };
}

test('no more run at once than the limit allows, and the others run in order of arrival', async () => {
  const { clock } = createSimulatedTime();
  const limit = createConcurrencyLimit(clock, { maxConcurrency: 2, maxQueue: 10 });
  const gate = createGate();
  const order: number[] = [];
  const all = [0, 1, 2, 3, 4].map((index) =>
    limit.run({ queue: '', signal: never, deadlineMs: Infinity, tooBusy }, () => {
      order.push(index);
      return gate.work();
    }),
  );
  for (let done = 0; done < 5; done += 1) {
    await settle();
    expect(order).toHaveLength(Math.min(5, done + 2));
    gate.open[done]?.();
  }
  await Promise.all(all);
  expect(order).toEqual([0, 1, 2, 3, 4]);
});

test('the queue is bounded, and a caller who leaves makes room in it', async () => {
  const { clock } = createSimulatedTime();
  const limit = createConcurrencyLimit(clock, { maxConcurrency: 1, maxQueue: 1 });
  const gate = createGate();
  const caller = new AbortController();
  const running = limit.run({ queue: '', signal: never, deadlineMs: Infinity, tooBusy }, gate.work);
  const queued = limit.run({ queue: '', signal: caller.signal, deadlineMs: Infinity, tooBusy }, gate.work);
  await expect(
    limit.run({ queue: '', signal: never, deadlineMs: Infinity, tooBusy }, gate.work),
  ).rejects.toThrow('too busy');
  caller.abort(new Error('gone'));
  await expect(queued).rejects.toThrow('gone');
  const next = limit.run({ queue: '', signal: never, deadlineMs: Infinity, tooBusy }, gate.work);
  gate.open[0]?.();
  await settle();
  gate.open[1]?.();
  await Promise.all([running, next]);
});

test('queues take turns, however many callers wait in one of them', async () => {
  const { clock } = createSimulatedTime();
  const limit = createConcurrencyLimit(clock, { maxConcurrency: 1, maxQueue: 100 });
  const gate = createGate();
  const order: string[] = [];
  const all = ['a', 'a', 'a', 'a', 'a', 'b', 'b', 'c'].map((queue) =>
    limit.run({ queue, signal: never, deadlineMs: Infinity, tooBusy }, () => {
      order.push(queue);
      return gate.work();
    }),
  );
  for (let done = 0; done < all.length; done += 1) {
    await settle();
    gate.open[done]?.();
  }
  await Promise.all(all);
  expect(order.join('')).toBe('aabcabaa');
});

test('if no more may wait, a shorter queue takes the place of the last in the longest one; an equal queue does not', async () => {
  const { clock } = createSimulatedTime();
  const limit = createConcurrencyLimit(clock, { maxConcurrency: 1, maxQueue: 4 });
  const gate = createGate();
  const run = (queue: string) =>
    limit.run({ queue, signal: never, deadlineMs: Infinity, tooBusy }, gate.work).then(
      () => `${queue} ran`,
      () => `${queue} refused`,
    );
  const all = ['a', 'a', 'a', 'a', 'a', 'b', 'a', 'b', 'b', 'a'].map(run);
  for (let done = 0; done < all.length; done += 1) {
    await settle();
    gate.open[done]?.();
  }
  expect(await Promise.all(all)).toEqual([
    'a ran',
    'a ran',
    'a ran',
    'a refused',
    'a refused',
    'b ran',
    'a refused',
    'b ran',
    'b refused',
    'a refused',
  ]);
});

test('a call waits for its own queue and for the turns of others, and is refused only if these take too long', async () => {
  const time = createSimulatedTime();
  const limit = createConcurrencyLimit(time.clock, { maxConcurrency: 1, maxQueue: 100 });
  const gate = createGate();
  // The mean of what attempts take comes to 100 ms.
  for (let n = 0; n < 200; n += 1) {
    await limit.run({ queue: 'a', signal: never, deadlineMs: Infinity, tooBusy }, async () =>
      time.advance(100),
    );
  }
  const deadlineMs = time.clock.now() + 1_000;
  const run = (queue: string) =>
    limit.run({ queue, signal: never, deadlineMs, tooBusy }, gate.work).then(
      () => 'ran',
      () => 'refused',
    );
  const running = [run('a')];
  for (let n = 0; n < 6; n += 1) running.push(run('a'));
  expect(await run('a')).toBe('refused');
  running.push(run('b'));
  for (let done = 0; done < 8; done += 1) {
    await settle();
    gate.open[done]?.();
  }
  expect(await Promise.all(running)).toEqual(running.map(() => 'ran'));
});

test('a failure lets the next caller run', async () => {
  const { clock } = createSimulatedTime();
  const limit = createConcurrencyLimit(clock, { maxConcurrency: 1, maxQueue: 0 });
  const waiter = { queue: '', signal: never, deadlineMs: Infinity, tooBusy };
  for (let turn = 0; turn < 3; turn += 1) {
    await expect(limit.run(waiter, () => Promise.reject(new Error('down')))).rejects.toThrow('down');
  }
  expect(await limit.run(waiter, async () => 'done')).toBe('done');
});

test('in any order of callers who come, leave and finish, the limit holds and stays whole', async () => {
  const step = fc.constantFrom('come' as const, 'leave' as const, 'finish' as const);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { clock } = createSimulatedTime();
      const limit = createConcurrencyLimit(clock, { maxConcurrency: 3, maxQueue: 5 });
      const gate = createGate();
      const callers: AbortController[] = [];
      let running = 0;
      for (const one of steps) {
        if (one === 'come') {
          const caller = new AbortController();
          callers.push(caller);
          limit
            .run({ queue: '', signal: caller.signal, deadlineMs: Infinity, tooBusy }, async () => {
              running += 1;
              await gate.work();
              running -= 1;
            })
            .catch(() => {});
        } else if (one === 'leave') callers.shift()?.abort(new Error('gone'));
        else gate.open.shift()?.();
        await Promise.resolve();
        expect(running).toBeLessThanOrEqual(3);
      }
      for (let turn = 0; turn < 20; turn += 1) {
        for (const open of gate.open.splice(0)) open();
        await settle();
      }
      expect(running).toBe(0);
      await Promise.all(
        [1, 2, 3].map(() =>
          limit.run({ queue: '', signal: never, deadlineMs: Infinity, tooBusy }, async () => {}),
        ),
      );
    }),
    { numRuns: 60 },
  );
});

test('at three times its capacity, a vendor still works nine tenths of its time for callers who are there', async () => {
  const serviceMs = 20;
  const deadlineMs = 200;
  const capacity = 4;
  const time = createSimulatedTime();
  const limit = createConcurrencyLimit(time.clock, { maxConcurrency: capacity, maxQueue: 10_000 });
  const under: { readonly endMs: number; finish(): void }[] = [];
  let good = 0;
  let refused = 0;
  const durationMs = 4_000;
  const startMs = time.clock.now();
  // One simulated millisecond a step; 3 × 4 / 20 arrivals in each.
  for (let ms = 0; ms < durationMs; ms += 1) {
    for (const one of under.splice(0)) {
      if (one.endMs <= time.clock.now()) one.finish();
      else under.push(one);
    }
    const arrivals = Math.floor((ms + 1) * 0.6) - Math.floor(ms * 0.6);
    for (let arrival = 0; arrival < arrivals; arrival += 1) {
      const latestMs = time.clock.now() + deadlineMs;
      limit
        .run({ queue: '', signal: never, deadlineMs: latestMs, tooBusy }, () => {
          // Unequal, around the mean.
          const endMs = time.clock.now() + serviceMs * (0.5 + ((ms * 7) % 11) / 10);
          return new Promise<void>((resolve) => under.push({ endMs, finish: resolve }));
        })
        .then(
          () => {
            if (time.clock.now() <= latestMs) good += 1;
          },
          () => {
            refused += 1;
          },
        );
    }
    for (let turn = 0; turn < 6; turn += 1) await Promise.resolve();
    time.advance(1);
  }
  expect(time.clock.now() - startMs).toBe(durationMs);
  const possible = (durationMs / serviceMs) * capacity;
  expect(good).toBeGreaterThanOrEqual(0.9 * possible);
  expect(refused).toBeGreaterThan(possible);
});
