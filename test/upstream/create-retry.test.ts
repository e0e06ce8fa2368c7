import { describe, expect, test } from 'vitest';
import { UpstreamError } from '../../src/base/errors.ts';
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
import { createRig, outcomeOf } from './upstream-rig.ts';

describe('retry', () => {
  test('a call that failed is retried, and its answer is given', async () => {
    const { transport, upstream, context, reports } = createRig((_, attempt) =>
      attempt < 3 ? jsonAnswer({}, 500) : jsonAnswer([1]),
    );
    const callBudget = createCallBudget(Infinity);
    expect((await upstream.get(requestOf(), context({ callBudget }))).value).toEqual([1]);
    expect(transport.requests).toHaveLength(3);
    expect(callBudget.tallies()).toMatchObject([{ operation: '/usage', calls: 3, rows: 1 }]);
    expect(reports.map(({ attempt, status, code }) => [attempt, status, code])).toEqual([
      [1, 500, 'UPSTREAM_UNAVAILABLE'],
      [2, 500, 'UPSTREAM_UNAVAILABLE'],
      [3, 200, null],
    ]);
  });

  test.each([500, 502, 503, 504, 429])(
    'after status %d a call is tried three times at most',
    async (status) => {
      const { transport, upstream, context } = createRig(() => jsonAnswer({}, status));
      await expect(upstream.get(requestOf(), context())).rejects.toMatchObject({ status });
      expect(transport.requests).toHaveLength(3);
    },
  );

  test.each([200, 204, 301, 302, 304, 400, 401, 403, 405, 409, 422])(
    'an unusable answer with status %d is not retried',
    async (status) => {
      const html = { status, headers: { 'content-type': 'text/html' }, body: Buffer.from('<html>') };
      const { transport, upstream, context } = createRig(() => html);
      await expect(upstream.get(requestOf(), context())).rejects.toBeInstanceOf(UpstreamError);
      expect(transport.requests).toHaveLength(1);
    },
  );

  test('a retry waits for all of Retry-After: 5', async () => {
    const { time, transport, upstream, context } = createRig((_, attempt) =>
      attempt === 1 ? jsonAnswer({}, 429, { 'retry-after': '5' }) : jsonAnswer([attempt]),
    );
    const startMs = time.clock.now();
    await upstream.get(requestOf(), context());
    expect(transport.requests).toHaveLength(2);
    expect(time.clock.now() - startMs).toBeGreaterThanOrEqual(5_000);
  });

  test('a vendor pause also binds the next call, which waits for its end if its deadline allows', async () => {
    const { time, transport, upstream, context } = createRig((_, attempt) =>
      attempt === 1 ? jsonAnswer({}, 429, { 'retry-after': '5' }) : jsonAnswer([attempt]),
    );
    const startMs = time.clock.now();
    const hurried = context({ deadlineMs: startMs + 3_000 });
    expect(await outcomeOf(upstream.get(requestOf(), hurried))).toBe('UPSTREAM_RATE_LIMITED');
    time.advance(1_000);
    expect(await outcomeOf(upstream.get(requestOf({ path: '/usage/1' }), hurried))).toBe(
      'UPSTREAM_RATE_LIMITED',
    );
    expect(transport.requests).toHaveLength(1);
    expect((await upstream.get(requestOf({ path: '/usage/2' }), context())).value).toEqual([2]);
    expect(time.clock.now() - startMs).toBeGreaterThanOrEqual(5_000);
  });

  test('a retry waits until the date of a Retry-After', async () => {
    const { time, upstream, context } = createRig((_, attempt) =>
      attempt === 1
        ? jsonAnswer({}, 503, { 'retry-after': new Date(time.clock.now() + 4_000).toUTCString() })
        : jsonAnswer([]),
    );
    const startMs = time.clock.now();
    await upstream.get(requestOf(), context());
    expect(time.clock.now() - startMs).toBeGreaterThanOrEqual(4_000);
  });

  test('if Retry-After is beyond the deadline, there is one attempt, and no other until the longest pause has ended', async () => {
    const { time, transport, upstream, context } = createRig((_, attempt) =>
      attempt === 1 ? jsonAnswer({}, 429, { 'retry-after': '9999' }) : jsonAnswer([]),
    );
    await expect(upstream.get(requestOf(), context())).rejects.toMatchObject({
      code: 'UPSTREAM_RATE_LIMITED',
      retryAfterMs: 60_000,
    });
    expect(upstream.health(null).healthy).toBe(false);
    for (let second = 0; second < 52; second += 1) {
      await expect(upstream.get(requestOf(), context())).rejects.toMatchObject({
        code: 'UPSTREAM_RATE_LIMITED',
      });
      time.advance(1_000);
    }
    expect(transport.requests).toHaveLength(1);
    time.advance(8_000);
    expect((await upstream.get(requestOf(), context())).value).toEqual([]);
    expect(transport.requests).toHaveLength(2);
  });

  test('a caller waits at most for the longest pause, for any Retry-After', async () => {
    const { time, transport, upstream, context } = createRig(
      (_, attempt) =>
        attempt === 1 ? jsonAnswer({}, 429, { 'retry-after': '9'.repeat(400) }) : jsonAnswer([]),
      { maxPauseMs: 2_000 },
    );
    const startMs = time.clock.now();
    expect(await outcomeOf(upstream.get(requestOf(), context()))).toBe('read');
    expect(time.clock.now() - startMs).toBe(2_000);
    expect(transport.requests).toHaveLength(2);
  });

  test('a Retry-After with any other status starts no pause', async () => {
    const { time, transport, upstream, context } = createRig((_, attempt) =>
      jsonAnswer({}, [400, 500, 200][attempt - 1], { 'retry-after': '60' }),
    );
    const startMs = time.clock.now();
    expect(await outcomeOf(upstream.get(requestOf(), context()))).toBe('UPSTREAM_REJECTED');
    expect(await outcomeOf(upstream.get(requestOf(), context()))).toBe('read');
    expect(transport.requests).toHaveLength(3);
    expect(time.clock.now()).toBe(startMs);
  });

  test('there is no retry after the upstream is closed', async () => {
    const { transport, upstream, context } = createRig(() =>
      Promise.reject(new TransportFailure('unreachable')),
    );
    await upstream.close();
    expect(await outcomeOf(upstream.get(requestOf(), context()))).toBe('UPSTREAM_UNAVAILABLE');
    expect(transport.requests).toHaveLength(1);
  });

  test('no retry begins that would end after the deadline', async () => {
    const { time, transport, upstream, context } = createRig(() => {
      time.advance(7_950);
      return jsonAnswer({}, 500);
    });
    const nearlyOver = createTestUpstream({ ...time, transport, random: () => 0.9 });
    await expect(nearlyOver.get(requestOf(), context())).rejects.toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
    });
    expect(transport.requests).toHaveLength(1);
    expect(upstream.health(null).healthy).toBeNull();
  });

  test("a retry costs one call of the call budget; if that is spent, the vendor's error is given", async () => {
    const { transport, upstream, context } = createRig(() => jsonAnswer({}, 500));
    const callBudget = createCallBudget(2);
    await expect(upstream.get(requestOf(), context({ callBudget }))).rejects.toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
    });
    expect(transport.requests).toHaveLength(2);
    await expect(upstream.get(requestOf(), context({ callBudget }))).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
    });
    expect(transport.requests).toHaveLength(2);
  });

  test.each([Infinity, 10])(
    'in an outage 10,000 calls make a tenth more attempts, and one a second (breaker after %d)',
    async (breakerMinimum) => {
      const limits =
        breakerMinimum === Infinity
          ? { breakerMinimum: 20, breakerThreshold: 0.999_999, breakerOpenMs: 0 }
          : {};
      const time = createSimulatedTime();
      const startMs = time.clock.now();
      const transport = createFakeTransport(() => Promise.reject(new TransportFailure('unreachable')));
      const upstream = createTestUpstream({
        clock: time.clock,
        wait: time.wait,
        transport,
        limits,
        random: () => 0.5,
      });
      const calls = 10_000;
      for (let call = 0; call < calls; call += 1) {
        await upstream
          .get(requestOf({ path: `/usage/${call}` }), contextOf({ deadlineMs: time.clock.now() + 8_000 }))
          .catch(() => {});
        time.advance(10);
      }
      const seconds = (time.clock.now() - startMs) / 1_000;
      expect(transport.requests.length).toBeLessThanOrEqual(1.1 * calls + seconds + 1);
      if (breakerMinimum === Infinity) expect(transport.requests.length).toBeGreaterThan(calls);
      else expect(transport.requests.length).toBeLessThanOrEqual(12 + seconds / 5);
    },
  );
});
