import { describe, expect, test } from 'vitest';
import { createCallBudget } from '../../src/upstream/call-budget.ts';
import { TransportFailure } from '../../src/upstream/transport.ts';
import type { TransportAnswer, TransportRequest } from '../../src/upstream/transport.ts';
import { credentialsOf, jsonAnswer, requestOf } from '../support/upstream-fixtures.ts';
import { createRig, createWaitingRig, outcomeOf, settle } from './upstream-rig.ts';

describe('breaker', () => {
  test('a vendor that is down gets one probe every five seconds, and calls again after it has answered one', async () => {
    let isDead = true;
    const { time, transport, upstream, context } = createRig(() =>
      isDead ? Promise.reject(new TransportFailure('unreachable')) : jsonAnswer([]),
    );
    while (
      (await outcomeOf(upstream.get(requestOf(), context()))) !== 'UPSTREAM_UNAVAILABLE' ||
      transport.requests.length < 10
    );
    const before = transport.requests.length;
    for (let tenth = 0; tenth < 300; tenth += 1) {
      expect(await outcomeOf(upstream.get(requestOf(), context()))).toBe('UPSTREAM_UNAVAILABLE');
      time.advance(100);
    }
    expect(transport.requests.length - before).toBeLessThanOrEqual(6);
    expect(upstream.health(null).healthy).toBe(false);
    isDead = false;
    time.advance(5_000);
    expect(await outcomeOf(upstream.get(requestOf(), context()))).toBe('read');
    expect(upstream.health(null)).toEqual({ healthy: true, lastSuccessAtMs: time.clock.now() });
  });

  test('if the caller of a probe leaves, the next probe follows five seconds later', async () => {
    let answer = (_: TransportRequest): Promise<TransportAnswer> =>
      Promise.reject(new TransportFailure('unreachable'));
    const { time, transport, upstream, context } = createRig((request) => answer(request));
    while (transport.requests.length < 10) await outcomeOf(upstream.get(requestOf(), context()));
    time.advance(5_000);
    answer = ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const caller = new AbortController();
    const probe = upstream.get(requestOf(), context({ signal: caller.signal }));
    await settle();
    caller.abort(new Error('gone'));
    await expect(probe).rejects.toThrow('gone');
    await settle();
    answer = async () => jsonAnswer([]);
    expect(await outcomeOf(upstream.get(requestOf(), context()))).toBe('UPSTREAM_UNAVAILABLE');
    time.advance(5_000);
    expect(await outcomeOf(upstream.get(requestOf(), context()))).toBe('read');
  });

  test.each([
    ['a call budget that is spent', { callBudget: createCallBudget(0) }],
    ['credentials that can not be sent', { credentials: credentialsOf('a\nb') }],
    ['a caller who has left', { signal: AbortSignal.abort(new Error('gone')) }],
  ])('a probe that is not sent because of %s is left to the next caller', async (_name, parts) => {
    let isDead = true;
    const { time, transport, upstream, context } = createRig(() =>
      isDead ? Promise.reject(new TransportFailure('unreachable')) : jsonAnswer([]),
    );
    while (transport.requests.length < 10) await outcomeOf(upstream.get(requestOf(), context()));
    isDead = false;
    time.advance(5_000);
    expect(await outcomeOf(upstream.get(requestOf(), context(parts)))).not.toBe('read');
    expect(transport.requests).toHaveLength(10);
    expect(await outcomeOf(upstream.get(requestOf(), context()))).toBe('read');
  });

  test('during a probe, other calls fail at once', async () => {
    const { time, upstream, transport, context, resolve } = createWaitingRig({
      maxConcurrency: 2,
      maxTries: 1,
    });
    const ask = (path: string) =>
      outcomeOf(upstream.get(requestOf({ path }), context({ deadlineMs: Infinity })));
    const old = ask('/usage/old');
    await settle();
    // One of two running attempts gets no answer; in place of the other, ten attempts fail in turn.
    for (let fault = 1; fault <= 10; fault += 1) {
      const failing = ask(`/usage/${fault}`);
      await settle();
      resolve(Promise.reject(new TransportFailure('unreachable')), 1);
      expect(await failing).toBe('UPSTREAM_UNAVAILABLE');
    }
    time.advance(5_000);
    const probing = [1, 2, 3].map((index) => ask(`/usage/probe/${index}`));
    await settle();
    expect(transport.requests).toHaveLength(12);
    expect(await Promise.all(probing.slice(1))).toEqual(['UPSTREAM_UNAVAILABLE', 'UPSTREAM_UNAVAILABLE']);
    resolve(jsonAnswer([]), 1);
    expect(await probing[0]).toBe('read');
    resolve(jsonAnswer([]));
    expect(await old).toBe('read');
  });

  test.each([
    [100, false],
    [300, true],
  ])('timeouts after %d ms open the breaker: %s', async (tookMs, opens) => {
    const { time, upstream, context } = createRig(() => {
      time.advance(tookMs);
      return Promise.reject(new TransportFailure('timeout'));
    });
    const ask = () =>
      outcomeOf(upstream.get(requestOf(), context({ deadlineMs: time.clock.now() + tookMs })));
    for (let call = 0; call < 10; call += 1) expect(await ask()).toBe('UPSTREAM_TIMEOUT');
    expect(await ask()).toBe(opens ? 'UPSTREAM_UNAVAILABLE' : 'UPSTREAM_TIMEOUT');
  });

  test('a deadline that ends a call before its timeout counts as a fault of the vendor', async () => {
    const { time, upstream, context } = createRig(
      ({ signal }) => {
        time.advance(30);
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      },
      { attemptTimeoutMs: 25 },
    );
    const deadlineMs = time.clock.now() + 330;
    const waiting = Array.from({ length: 10 }, (_, index) =>
      outcomeOf(upstream.get(requestOf({ path: `/usage/${index}` }), context({ deadlineMs }))),
    );
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['UPSTREAM_TIMEOUT']));
    expect(upstream.health(null).healthy).toBe(false);
    expect(await outcomeOf(upstream.get(requestOf(), context()))).toBe('UPSTREAM_UNAVAILABLE');
  });

  test('calls that we refuse never open the breaker', async () => {
    const { transport, upstream, context } = createRig((_, attempt) =>
      jsonAnswer({}, [400, 401, 403, 404, 409][attempt % 5]),
    );
    for (let call = 0; call < 100; call += 1) await outcomeOf(upstream.get(requestOf(), context()));
    expect(transport.requests).toHaveLength(100);
  });
});
