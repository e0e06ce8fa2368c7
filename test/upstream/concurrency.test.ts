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

test('no more run at once than there are slots, and the rest run in order of arrival', async () => {
  const { clock } = createSimulatedTime();
  const slots = createConcurrencyLimit(clock, { maxConcurrency: 2, maxQueue: 10 });
  const gate = createGate();
  const order: number[] = [];
  const all = [0, 1, 2, 3, 4].map((index) =>
    slots.run({ lane: '', signal: never, deadlineMs: Infinity, tooBusy }, () => {
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

test('the queue is bounded, and who leaves makes room in it', async () => {
  const { clock } = createSimulatedTime();
  const slots = createConcurrencyLimit(clock, { maxConcurrency: 1, maxQueue: 1 });
  const gate = createGate();
  const caller = new AbortController();
  const running = slots.run({ lane: '', signal: never, deadlineMs: Infinity, tooBusy }, gate.work);
  const queued = slots.run({ lane: '', signal: caller.signal, deadlineMs: Infinity, tooBusy }, gate.work);
  await expect(
    slots.run({ lane: '', signal: never, deadlineMs: Infinity, tooBusy }, gate.work),
  ).rejects.toThrow('too busy');
  caller.abort(new Error('gone'));
  await expect(queued).rejects.toThrow('gone');
  const next = slots.run({ lane: '', signal: never, deadlineMs: Infinity, tooBusy }, gate.work);
  gate.open[0]?.();
  await settle();
  gate.open[1]?.();
  await Promise.all([running, next]);
});

test('lanes take turns, however many wait in one of them', async () => {
  const { clock } = createSimulatedTime();
  const slots = createConcurrencyLimit(clock, { maxConcurrency: 1, maxQueue: 100 });
  const gate = createGate();
  const order: string[] = [];
  const all = ['a', 'a', 'a', 'a', 'a', 'b', 'b', 'c'].map((lane) =>
    slots.run({ lane, signal: never, deadlineMs: Infinity, tooBusy }, () => {
      order.push(lane);
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

test('a full queue takes one of a shorter lane in place of the last of the longest, and none of an equal one', async () => {
  const { clock } = createSimulatedTime();
  const slots = createConcurrencyLimit(clock, { maxConcurrency: 1, maxQueue: 4 });
  const gate = createGate();
  const run = (lane: string) =>
    slots.run({ lane, signal: never, deadlineMs: Infinity, tooBusy }, gate.work).then(
      () => `${lane} ran`,
      () => `${lane} refused`,
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

test('a call waits for its own lane and for the turns of others, and is refused only if these are too many', async () => {
  const time = createSimulatedTime();
  const slots = createConcurrencyLimit(time.clock, { maxConcurrency: 1, maxQueue: 100 });
  const gate = createGate();
  // The mean of what attempts take comes to 100 ms.
  for (let n = 0; n < 200; n += 1) {
    await slots.run({ lane: 'a', signal: never, deadlineMs: Infinity, tooBusy }, async () =>
      time.advance(100),
    );
  }
  const deadlineMs = time.clock.now() + 1_000;
  const run = (lane: string) =>
    slots.run({ lane, signal: never, deadlineMs, tooBusy }, gate.work).then(
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

test('a failure gives its slot back', async () => {
  const { clock } = createSimulatedTime();
  const slots = createConcurrencyLimit(clock, { maxConcurrency: 1, maxQueue: 0 });
  const waiter = { lane: '', signal: never, deadlineMs: Infinity, tooBusy };
  for (let turn = 0; turn < 3; turn += 1) {
    await expect(slots.run(waiter, () => Promise.reject(new Error('down')))).rejects.toThrow('down');
  }
  expect(await slots.run(waiter, async () => 'done')).toBe('done');
});

test('whatever comes and goes, the slots are kept to and none is lost', async () => {
  const step = fc.constantFrom('come' as const, 'leave' as const, 'finish' as const);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { clock } = createSimulatedTime();
      const slots = createConcurrencyLimit(clock, { maxConcurrency: 3, maxQueue: 5 });
      const gate = createGate();
      const callers: AbortController[] = [];
      let running = 0;
      for (const one of steps) {
        if (one === 'come') {
          const caller = new AbortController();
          callers.push(caller);
          slots
            .run({ lane: '', signal: caller.signal, deadlineMs: Infinity, tooBusy }, async () => {
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
          slots.run({ lane: '', signal: never, deadlineMs: Infinity, tooBusy }, async () => {}),
        ),
      );
    }),
    { numRuns: 60 },
  );
});

test('at three times what it can bear, a vendor still works nine tenths of its time for callers who are there', async () => {
  const serviceMs = 20;
  const deadlineMs = 200;
  const capacity = 4;
  const time = createSimulatedTime();
  const slots = createConcurrencyLimit(time.clock, { maxConcurrency: capacity, maxQueue: 10_000 });
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
      slots
        .run({ lane: '', signal: never, deadlineMs: latestMs, tooBusy }, () => {
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
  const bearable = (durationMs / serviceMs) * capacity;
  expect(good).toBeGreaterThanOrEqual(0.9 * bearable);
  expect(refused).toBeGreaterThan(bearable);
});
