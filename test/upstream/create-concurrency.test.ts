import { describe, expect, test } from 'vitest';
import { createCallBudget } from '../../src/upstream/call-budget.ts';
import { TransportFailure } from '../../src/upstream/transport.ts';
import {
  contextOf,
  createFakeTransport,
  createSimulatedTime,
  createTestUpstream,
  jsonAnswer,
  requestOf,
} from '../support/upstream-fixtures.ts';
import { createRig, createWaitingRig, outcomeOf, settle } from './upstream-rig.ts';

describe('concurrency', () => {
  test('no more attempts run at once than the limit allows', async () => {
    let underWay = 0;
    let most = 0;
    const { upstream, context } = createRig(
      async () => {
        underWay += 1;
        most = Math.max(most, underWay);
        await settle();
        underWay -= 1;
        return jsonAnswer([]);
      },
      { maxConcurrency: 3 },
    );
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        upstream.get(requestOf({ path: `/usage/${index}` }), context()),
      ),
    );
    expect(most).toBe(3);
  });

  test('a call that waits for a retry does not count against the limit', async () => {
    const time = createSimulatedTime();
    let wake = (): void => {};
    const transport = createFakeTransport(({ target }, attempt) =>
      attempt === 1 ? jsonAnswer({}, 500) : jsonAnswer([target]),
    );
    const upstream = createTestUpstream({
      clock: time.clock,
      wait: () =>
        new Promise((resolve) => {
          wake = resolve;
        }),
      transport,
      limits: { maxConcurrency: 1, maxQueue: 0 },
    });
    const context = () => contextOf({ deadlineMs: time.clock.now() + 8_000 });
    const failing = upstream.get(requestOf(), context());
    await settle();
    expect((await upstream.get(requestOf({ path: '/usage/1' }), context())).value).toEqual(['/usage/1']);
    wake();
    expect((await failing).value).toEqual(['/usage']);
  });

  test('if the breaker opens while a call waits for its turn, the call fails at once, unsent', async () => {
    const { transport, upstream, context, resolve } = createWaitingRig({ maxConcurrency: 10 });
    const callBudget = createCallBudget(100);
    const asked = Array.from({ length: 100 }, (_, index) =>
      outcomeOf(upstream.get(requestOf({ path: `/usage/${index}` }), context({ callBudget }))),
    );
    await settle();
    const down = Promise.reject(new TransportFailure('unreachable'));
    for (let fault = 0; fault < 10; fault += 1) resolve(down);
    // The retry budget has a retry for each of the ten, but the breaker refuses them.
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['UPSTREAM_UNAVAILABLE']));
    expect(transport.requests).toHaveLength(10);
    expect(callBudget.remaining()).toBe(90);
  });

  test('if a pause begins while a call waits for its turn, the call waits for its end, or fails if its deadline is before', async () => {
    const { time, transport, upstream, context, resolve } = createWaitingRig({ maxConcurrency: 2 });
    const startMs = time.clock.now();
    const ask = (index: number, deadlineMs: number) =>
      outcomeOf(upstream.get(requestOf({ path: `/usage/${index}` }), context({ deadlineMs })));
    const hurried = [ask(0, startMs + 4_000)];
    const patient = [ask(1, startMs + 8_000)];
    for (let index = 2; index < 50; index += 1) hurried.push(ask(index, startMs + 4_000));
    for (let index = 50; index < 53; index += 1) patient.push(ask(index, startMs + 8_000));
    await settle();
    resolve(jsonAnswer({}, 429, { 'retry-after': '5' }));
    expect(new Set(await Promise.all(hurried))).toEqual(new Set(['UPSTREAM_RATE_LIMITED']));
    // One attempt still runs. The other three calls have waited for the end of the pause.
    await settle();
    expect(time.clock.now()).toBeGreaterThanOrEqual(startMs + 5_000);
    expect(transport.requests).toHaveLength(3);
    for (let turn = 0; turn < 4; turn += 1) {
      resolve(jsonAnswer([1]));
      await settle();
    }
    expect(await Promise.all(patient)).toEqual(['read', 'read', 'read', 'read']);
    expect(transport.requests).toHaveLength(5);
  });

  test('a call whose turn comes when a pause begins is not sent', async () => {
    const { transport, upstream, context, resolve } = createWaitingRig({ maxConcurrency: 2 });
    const asked = [1, 2, 3, 4].map((index) =>
      outcomeOf(upstream.get(requestOf({ path: `/usage/${index}` }), context())),
    );
    await settle();
    resolve(jsonAnswer([1]));
    resolve(jsonAnswer({}, 429, { 'retry-after': '9999' }));
    await Promise.all(asked);
    expect(transport.requests.length).toBeLessThanOrEqual(3);
    await expect(upstream.get(requestOf(), context())).rejects.toMatchObject({
      code: 'UPSTREAM_RATE_LIMITED',
    });
  });

  test('a call that finds no room to wait fails, or gets a stale answer', async () => {
    const { time, upstream, context } = createRig(
      ({ target }) => (target === '/usage/slow' ? new Promise(() => {}) : jsonAnswer([1])),
      { maxConcurrency: 1, maxQueue: 0 },
    );
    const cache = { freshMs: 1_000, staleIfErrorMs: 60_000 };
    await upstream.get(requestOf({ cache }), context());
    time.advance(1_000);
    const caller = new AbortController();
    const slow = outcomeOf(
      upstream.get(
        requestOf({ path: '/usage/slow' }),
        context({ deadlineMs: Infinity, signal: caller.signal }),
      ),
    );
    await settle();
    expect(await outcomeOf(upstream.get(requestOf({ path: '/usage/1' }), context()))).toBe(
      'UPSTREAM_UNAVAILABLE',
    );
    expect(await upstream.get(requestOf({ cache }), context())).toMatchObject({ value: [1], stale: true });
    await new Promise((resolve) => setTimeout(resolve, 5));
    caller.abort(new Error('gone'));
    expect(await slow).toBe('Error: gone');
  });
});
