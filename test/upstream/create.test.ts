import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RequestError, UpstreamError } from '../../src/base/errors.ts';
import { Secret } from '../../src/base/secret.ts';
import type { AttemptReport } from '../../src/upstream/attempt.ts';
import { createCallBudget } from '../../src/upstream/call-budget.ts';
import { TransportFailure } from '../../src/upstream/transport.ts';
import type { TransportAnswer, TransportRequest } from '../../src/upstream/transport.ts';
import type { Credentials } from '../../src/upstream/upstream.ts';
import {
  contextOf,
  createFakeTransport,
  createSimulatedTime,
  createTestUpstream,
  credentialsOf,
  jsonAnswer,
  requestOf,
} from '../support/upstream-fixtures.ts';

const HOUR = 3_600_000;

/** An upstream over a vendor that answers as told, in simulated time; retries have been earned. */
function createRig(
  answer: (request: TransportRequest, attempt: number) => TransportAnswer | Promise<TransportAnswer>,
  limits = {},
) {
  const time = createSimulatedTime();
  const transport = createFakeTransport(answer);
  const reports: AttemptReport[] = [];
  const upstream = createTestUpstream({
    clock: time.clock,
    wait: time.wait,
    transport,
    limits,
    onAttempt: (report) => reports.push(report),
  });
  time.advance(10_000);
  const context = (parts: Parameters<typeof contextOf>[0] | object = {}) =>
    contextOf({ deadlineMs: time.clock.now() + 8_000, ...parts });
  return { time, transport, upstream, reports, context };
}

/** A rig whose vendor answers when it is told to, the longest waiting attempt first. */
function createWaitingRig(limits: object) {
  const waiting: ((answer: TransportAnswer | Promise<TransportAnswer>) => void)[] = [];
  const rig = createRig(() => new Promise((resolve) => waiting.push(resolve)), limits);
  return {
    ...rig,
    land: (answer: TransportAnswer | Promise<TransportAnswer>, index = 0) =>
      waiting.splice(index, 1)[0]?.(answer),
  };
}

describe('retry', () => {
  test('a failure that may pass is asked again, and the answer is given', async () => {
    const { transport, upstream, context, reports } = createRig((_, attempt) =>
      attempt < 3 ? jsonAnswer({}, 500) : jsonAnswer([1]),
    );
    const callBudget = createCallBudget(null);
    expect((await upstream.get(requestOf(), context({ callBudget }))).value).toEqual([1]);
    expect(transport.requests).toHaveLength(3);
    expect(callBudget.tallies()).toMatchObject([{ operation: '/usage', calls: 3, rows: 1 }]);
    expect(reports.map(({ attempt, status, code }) => [attempt, status, code])).toEqual([
      [1, 500, 'UPSTREAM_UNAVAILABLE'],
      [2, 500, 'UPSTREAM_UNAVAILABLE'],
      [3, 200, null],
    ]);
  });

  test.each([500, 502, 503, 504, 429])('status %d is asked three times at most', async (status) => {
    const { transport, upstream, context } = createRig(() => jsonAnswer({}, status));
    await expect(upstream.get(requestOf(), context())).rejects.toMatchObject({ status });
    expect(transport.requests).toHaveLength(3);
  });

  test.each([200, 204, 301, 302, 304, 400, 401, 403, 405, 409, 422])(
    'status %d with nothing usable is asked once',
    async (status) => {
      const html = { status, headers: { 'content-type': 'text/html' }, body: Buffer.from('<html>') };
      const { transport, upstream, context } = createRig(() => html);
      await expect(upstream.get(requestOf(), context())).rejects.toBeInstanceOf(UpstreamError);
      expect(transport.requests).toHaveLength(1);
    },
  );

  test('Retry-After 5 is waited for in full', async () => {
    const { time, transport, upstream, context } = createRig((_, attempt) =>
      attempt === 1 ? jsonAnswer({}, 429, { 'retry-after': '5' }) : jsonAnswer([attempt]),
    );
    const startMs = time.clock.now();
    await upstream.get(requestOf(), context());
    expect(transport.requests).toHaveLength(2);
    expect(time.clock.now() - startMs).toBeGreaterThanOrEqual(5_000);
  });

  test('a pause asked of one call binds the next, which waits for it where it has the time', async () => {
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

  test('Retry-After as a date is waited for in full', async () => {
    const { time, upstream, context } = createRig((_, attempt) =>
      attempt === 1
        ? jsonAnswer({}, 503, { 'retry-after': new Date(time.clock.now() + 4_000).toUTCString() })
        : jsonAnswer([]),
    );
    const startMs = time.clock.now();
    await upstream.get(requestOf(), context());
    expect(time.clock.now() - startMs).toBeGreaterThanOrEqual(4_000);
  });

  test('Retry-After beyond the deadline is one attempt, and the vendor rests until the cap', async () => {
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

  test('a caller waits no longer than the cap, whatever Retry-After says', async () => {
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

  test('a pause asked for with any other status binds nobody', async () => {
    const { time, transport, upstream, context } = createRig((_, attempt) =>
      jsonAnswer({}, [400, 500, 200][attempt - 1], { 'retry-after': '60' }),
    );
    const startMs = time.clock.now();
    expect(await outcomeOf(upstream.get(requestOf(), context()))).toBe('UPSTREAM_REJECTED');
    expect(await outcomeOf(upstream.get(requestOf(), context()))).toBe('read');
    expect(transport.requests).toHaveLength(3);
    expect(time.clock.now()).toBe(startMs);
  });

  test('nothing is asked again once the upstream is closed', async () => {
    const { transport, upstream, context } = createRig(() =>
      Promise.reject(new TransportFailure('unreachable')),
    );
    await upstream.close();
    expect(await outcomeOf(upstream.get(requestOf(), context()))).toBe('UPSTREAM_UNAVAILABLE');
    expect(transport.requests).toHaveLength(1);
  });

  test('no retry begins that could not be answered in time', async () => {
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

  test('a retry is a call on the caller’s budget, and where that is spent the vendor’s error is told', async () => {
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
    '10,000 calls in an outage make a tenth more attempts, and one a second (breaker after %d)',
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

describe('breaker', () => {
  test('a dead vendor is left alone, asked once each five seconds, and used again when it is back', async () => {
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

  test('a probe whose caller leaves is followed by another, five seconds on', async () => {
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
  ])('a probe that %s keeps from being sent is the next caller’s', async (_name, parts) => {
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

  test('who comes while a probe is under way is told at once', async () => {
    const { time, upstream, transport, context, land } = createWaitingRig({
      maxConcurrency: 2,
      maxTries: 1,
    });
    const ask = (path: string) =>
      outcomeOf(upstream.get(requestOf({ path }), context({ deadlineMs: Infinity })));
    const old = ask('/usage/old');
    await settle();
    // One slot stays taken by an answer that does not come, the other one sees ten faults.
    for (let fault = 1; fault <= 10; fault += 1) {
      const failing = ask(`/usage/${fault}`);
      await settle();
      land(Promise.reject(new TransportFailure('unreachable')), 1);
      expect(await failing).toBe('UPSTREAM_UNAVAILABLE');
    }
    time.advance(5_000);
    const probing = [1, 2, 3].map((index) => ask(`/usage/probe/${index}`));
    await settle();
    expect(transport.requests).toHaveLength(12);
    expect(await Promise.all(probing.slice(1))).toEqual(['UPSTREAM_UNAVAILABLE', 'UPSTREAM_UNAVAILABLE']);
    land(jsonAnswer([]), 1);
    expect(await probing[0]).toBe('read');
    land(jsonAnswer([]));
    expect(await old).toBe('read');
  });

  test.each([
    [100, false],
    [300, true],
  ])('timeouts after %d ms open it: %s', async (tookMs, opens) => {
    const { time, upstream, context } = createRig(() => {
      time.advance(tookMs);
      return Promise.reject(new TransportFailure('timeout'));
    });
    const ask = () =>
      outcomeOf(upstream.get(requestOf(), context({ deadlineMs: time.clock.now() + tookMs })));
    for (let call = 0; call < 10; call += 1) expect(await ask()).toBe('UPSTREAM_TIMEOUT');
    expect(await ask()).toBe(opens ? 'UPSTREAM_UNAVAILABLE' : 'UPSTREAM_TIMEOUT');
  });

  test('a deadline that ends the flight first is the vendor’s slowness as well', async () => {
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

  test('refusals of ours never open it', async () => {
    const { transport, upstream, context } = createRig((_, attempt) =>
      jsonAnswer({}, [400, 401, 403, 404, 409][attempt % 5]),
    );
    for (let call = 0; call < 100; call += 1) await outcomeOf(upstream.get(requestOf(), context()));
    expect(transport.requests).toHaveLength(100);
  });
});

describe('concurrency', () => {
  test('no more attempts are under way than the cap allows', async () => {
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

  test('who waits for a retry holds no slot', async () => {
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

  test('a call that waits for a slot while the breaker opens is turned back at once, unsent', async () => {
    const { transport, upstream, context, land } = createWaitingRig({ maxConcurrency: 10 });
    const callBudget = createCallBudget(100);
    const asked = Array.from({ length: 100 }, (_, index) =>
      outcomeOf(upstream.get(requestOf({ path: `/usage/${index}` }), context({ callBudget }))),
    );
    await settle();
    const down = Promise.reject(new TransportFailure('unreachable'));
    for (let fault = 0; fault < 10; fault += 1) land(down);
    // The budget would grant the ten a retry each; those the breaker refuses.
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['UPSTREAM_UNAVAILABLE']));
    expect(transport.requests).toHaveLength(10);
    expect(callBudget.remaining()).toBe(90);
  });

  test('a call that waits for a slot while a pause begins waits that out without one, or is refused', async () => {
    const { time, transport, upstream, context, land } = createWaitingRig({ maxConcurrency: 2 });
    const startMs = time.clock.now();
    const ask = (index: number, deadlineMs: number) =>
      outcomeOf(upstream.get(requestOf({ path: `/usage/${index}` }), context({ deadlineMs })));
    const hurried = [ask(0, startMs + 4_000)];
    const patient = [ask(1, startMs + 8_000)];
    for (let index = 2; index < 50; index += 1) hurried.push(ask(index, startMs + 4_000));
    for (let index = 50; index < 53; index += 1) patient.push(ask(index, startMs + 8_000));
    await settle();
    land(jsonAnswer({}, 429, { 'retry-after': '5' }));
    expect(new Set(await Promise.all(hurried))).toEqual(new Set(['UPSTREAM_RATE_LIMITED']));
    // One is under way still, the other three have waited the pause out.
    await settle();
    expect(time.clock.now()).toBeGreaterThanOrEqual(startMs + 5_000);
    expect(transport.requests).toHaveLength(3);
    for (let turn = 0; turn < 4; turn += 1) {
      land(jsonAnswer([1]));
      await settle();
    }
    expect(await Promise.all(patient)).toEqual(['read', 'read', 'read', 'read']);
    expect(transport.requests).toHaveLength(5);
  });

  test('a call that is handed its slot as the vendor begins a pause is not sent', async () => {
    const { transport, upstream, context, land } = createWaitingRig({ maxConcurrency: 2 });
    const asked = [1, 2, 3, 4].map((index) =>
      outcomeOf(upstream.get(requestOf({ path: `/usage/${index}` }), context())),
    );
    await settle();
    land(jsonAnswer([1]));
    land(jsonAnswer({}, 429, { 'retry-after': '9999' }));
    await Promise.all(asked);
    expect(transport.requests.length).toBeLessThanOrEqual(3);
    await expect(upstream.get(requestOf(), context())).rejects.toMatchObject({
      code: 'UPSTREAM_RATE_LIMITED',
    });
  });

  test('a call that finds every place taken is told so, and may have an earlier answer', async () => {
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

describe('credentials', () => {
  const renewable = (
    values: readonly string[],
  ): Credentials & { readonly rejections: (string | undefined)[] } => {
    const rejections: (string | undefined)[] = [];
    return {
      ...credentialsOf('renewable'),
      rejections,
      async authorization(_signal, rejected) {
        rejections.push(rejected?.reveal());
        return new Secret(values[Math.min(rejections.length, values.length) - 1] ?? '');
      },
    };
  };

  test('a source without credentials is not configured, and nothing is asked', async () => {
    const { transport, upstream, context } = createRig(() => jsonAnswer([]));
    await expect(upstream.get(requestOf(), context({ credentials: null }))).rejects.toMatchObject({
      code: 'SOURCE_NOT_CONFIGURED',
    });
    expect(transport.requests).toHaveLength(0);
  });

  test('refused credentials are renewed once, and the retry with them is charged', async () => {
    const { transport, upstream, context } = createRig(({ authorization }) =>
      authorization === 'new' ? jsonAnswer([1]) : jsonAnswer({}, 401),
    );
    const credentials = renewable(['old', 'new']);
    const callBudget = createCallBudget(null);
    expect((await upstream.get(requestOf(), context({ credentials, callBudget }))).value).toEqual([1]);
    expect(credentials.rejections).toEqual([undefined, 'old']);
    expect(transport.requests.map(({ authorization }) => authorization)).toEqual(['old', 'new']);
    expect(callBudget.tallies()[0]?.calls).toBe(2);
  });

  test('renewed credentials that are refused as well are the end of it', async () => {
    const { transport, upstream, context } = createRig(() => jsonAnswer({}, 401));
    await expect(
      upstream.get(requestOf(), context({ credentials: renewable(['old', 'new', 'newer']) })),
    ).rejects.toMatchObject({
      code: 'UPSTREAM_UNAUTHENTICATED',
    });
    expect(transport.requests).toHaveLength(2);
  });

  test.each(['', ' a', 'a ', 'a\r\nx-evil: 1', 'a\n', 'a\0', 'ä', 'a\tb', 'a'.repeat(8_193)])(
    'a value that could be more than a header’s is never sent: %j',
    async (value) => {
      const { transport, upstream, context } = createRig(() => jsonAnswer([]));
      const reason = await upstream
        .get(requestOf(), context({ credentials: renewable([value]) }))
        .catch((error: unknown) => error);
      expect(reason).toMatchObject({ code: 'UPSTREAM_UNAUTHENTICATED' });
      expect(transport.requests).toHaveLength(0);
    },
  );

  test('credentials that can’t be obtained are told as such', async () => {
    const { upstream, context } = createRig(() => jsonAnswer([]));
    const credentials = { ...credentialsOf('a'), authorization: () => Promise.reject(new Error('no')) };
    await expect(upstream.get(requestOf(), context({ credentials }))).rejects.toMatchObject({
      code: 'UPSTREAM_UNAUTHENTICATED',
    });
  });
});

describe('single flight and cache', () => {
  const kept = { freshMs: 60_000, staleIfErrorMs: 24 * HOUR };

  test('1,000 parallel misses are one call, which its first caller pays', async () => {
    const { transport, upstream, context } = createRig(async () => {
      await settle();
      return jsonAnswer([1]);
    });
    const ledgers = Array.from({ length: 1_000 }, () => createCallBudget(null));
    const answers = await Promise.all(
      ledgers.map((callBudget) => upstream.get(requestOf({ cache: kept }), context({ callBudget }))),
    );
    expect(transport.requests).toHaveLength(1);
    expect(new Set(answers.map(({ value }) => value)).size).toBe(1);
    expect(ledgers.map((callBudget) => callBudget.tallies().length)).toEqual([
      1,
      ...Array.from({ length: 999 }, () => 0),
    ]);
  });

  test('a cached answer costs nothing, is dated, and is not good enough for who wants the newest', async () => {
    const { time, transport, upstream, context } = createRig((_, attempt) => jsonAnswer([attempt]));
    const readAtMs = time.clock.now();
    await upstream.get(requestOf({ cache: kept }), context());
    time.advance(59_999);
    const callBudget = createCallBudget(0);
    expect(await upstream.get(requestOf({ cache: kept }), context({ callBudget }))).toEqual({
      value: [1],
      readAtMs,
      stale: false,
    });
    expect((await upstream.get(requestOf({ cache: kept }), context({ maxAgeMs: 0 }))).value).toEqual([2]);
    expect((await upstream.get(requestOf({ cache: kept }), context())).value).toEqual([2]);
    expect(transport.requests).toHaveLength(2);
  });

  test('a caller who names an age gets no older answer, nor one that stands in', async () => {
    let isDown = false;
    const { time, transport, upstream, context } = createRig((_, attempt) =>
      isDown ? jsonAnswer({}, 503) : jsonAnswer([attempt]),
    );
    await upstream.get(requestOf({ cache: kept }), context());
    time.advance(5_000);
    expect((await upstream.get(requestOf({ cache: kept }), context({ maxAgeMs: 5_000 }))).value).toEqual([1]);
    expect((await upstream.get(requestOf({ cache: kept }), context({ maxAgeMs: 4_999 }))).value).toEqual([2]);
    expect(transport.requests).toHaveLength(2);
    isDown = true;
    time.advance(60_000);
    await expect(
      upstream.get(requestOf({ cache: kept }), context({ maxAgeMs: 90_000 })),
    ).rejects.toBeInstanceOf(UpstreamError);
  });

  test('an hour of outage is bridged by the earlier answer, marked, with its true age', async () => {
    let isDown = false;
    const { time, upstream, context } = createRig(() => (isDown ? jsonAnswer({}, 503) : jsonAnswer([1])));
    const { readAtMs } = await upstream.get(requestOf({ cache: kept }), context());
    isDown = true;
    time.advance(60_000);
    for (let minute = 0; minute < 60; minute += 1) {
      expect(await upstream.get(requestOf({ cache: kept }), context())).toEqual({
        value: [1],
        readAtMs,
        stale: true,
      });
      time.advance(60_000);
    }
    await expect(upstream.get(requestOf({ cache: kept }), context({ maxAgeMs: 0 }))).rejects.toBeInstanceOf(
      UpstreamError,
    );
    time.advance(24 * HOUR);
    await expect(upstream.get(requestOf({ cache: kept }), context())).rejects.toBeInstanceOf(UpstreamError);
  });

  test.each([400, 401, 403])('an earlier answer does not stand in for a refusal (%d)', async (status) => {
    const { time, upstream, context } = createRig((_, attempt) =>
      attempt === 1 ? jsonAnswer([1]) : jsonAnswer({}, status),
    );
    await upstream.get(requestOf({ cache: kept }), context());
    time.advance(60_000);
    await expect(upstream.get(requestOf({ cache: kept }), context())).rejects.toMatchObject({ status });
  });

  test('errors are never cached, answers that can’t be understood neither', async () => {
    const { transport, upstream, context } = createRig(
      (_, attempt) =>
        [jsonAnswer({}, 400), { ...jsonAnswer([]), body: Buffer.from('[1,') }, jsonAnswer(['odd'])][
          attempt - 1
        ] ?? jsonAnswer([1]),
    );
    const request = requestOf({
      cache: kept,
      decode: (response) => {
        if (response.status === 200 && JSON.stringify(response.body) === '["odd"]') throw new Error('odd');
        return { value: 'understood', rows: 1 };
      },
    });
    expect(await outcomeOf(upstream.get(request, context()))).toBe('UPSTREAM_REJECTED');
    expect(await outcomeOf(upstream.get(request, context()))).toBe('UPSTREAM_BAD_RESPONSE');
    expect(await outcomeOf(upstream.get(request, context()))).toBe('UPSTREAM_BAD_RESPONSE');
    expect((await upstream.get(request, context())).value).toBe('understood');
    expect(transport.requests).toHaveLength(4);
  });

  test('who joined a flight that another’s empty call budget ended begins one of its own', async () => {
    const { transport, upstream, context } = createRig(() => jsonAnswer([1]));
    const poor = upstream.get(requestOf(), context({ callBudget: createCallBudget(0) }));
    const rich = upstream.get(requestOf(), context());
    await expect(poor).rejects.toBeInstanceOf(RequestError);
    expect((await rich).value).toEqual([1]);
    expect(transport.requests).toHaveLength(1);
  });

  test('interleaved callers of five scopes are never given what another’s credentials have read', async () => {
    const callers = ['a', 'b', 'c', 'd', 'e'].map((name) => credentialsOf(name));
    const step = fc.record({
      who: fc.nat({ max: callers.length - 1 }),
      what: fc.nat({ max: 3 }),
      act: fc.constantFrom('ask' as const, 'ask' as const, 'land' as const, 'fail' as const, 'pass' as const),
    });
    let asked = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 500, maxLength: 500 }), async (steps) => {
        const inAir: { land(): void; fail(): void }[] = [];
        const { time, upstream, context } = createRig(
          ({ authorization, target }) =>
            new Promise((resolve, reject) =>
              inAir.push({
                land: () => resolve(jsonAnswer([authorization, target])),
                fail: () => reject(new TransportFailure('cut', 200)),
              }),
            ),
          { breakerMinimum: 20, breakerThreshold: 0.999 },
        );
        const waiting: Promise<void>[] = [];
        for (const { who, what, act } of steps) {
          if (act === 'ask') {
            asked += 1;
            const credentials = callers[who] ?? null;
            const name = 'abcde'[who];
            const answer = upstream.get(
              requestOf({ path: `/usage/${what}`, cache: { freshMs: 500, staleIfErrorMs: 2_000 } }),
              context({ credentials }),
            );
            waiting.push(
              answer.then(
                ({ value }) => expect(value).toEqual([name, `/usage/${what}`]),
                (reason: unknown) => expect(reason).toBeInstanceOf(UpstreamError),
              ),
            );
          } else if (act === 'pass') time.advance(100);
          else inAir.shift()?.[act]();
          await Promise.resolve();
        }
        for (let turn = 0; turn < 50; turn += 1) {
          for (const one of inAir.splice(0)) one.land();
          await settle();
        }
        await Promise.all(waiting);
      }),
      { numRuns: 40 },
    );
    expect(asked).toBeGreaterThan(5_000);
  });
});

describe('errors', () => {
  test.each([
    [301, 'UPSTREAM_BAD_RESPONSE'],
    [400, 'UPSTREAM_REJECTED'],
    [401, 'UPSTREAM_UNAUTHENTICATED'],
    [403, 'UPSTREAM_FORBIDDEN'],
    [409, 'UPSTREAM_REJECTED'],
    [429, 'UPSTREAM_RATE_LIMITED'],
    [500, 'UPSTREAM_UNAVAILABLE'],
    [503, 'UPSTREAM_UNAVAILABLE'],
  ])('status %d is %s, with the vendor’s request id and none of its words', async (status, code) => {
    const { upstream, context } = createRig(() =>
      jsonAnswer({ requestId: '5f3e.a-1', message: 'canary' }, status),
    );
    const reason = await upstream.get(requestOf(), context()).catch((error: unknown) => error);
    expect(reason).toMatchObject({
      code,
      status,
      source: 'USAGE',
      operation: '/usage',
      ...(status >= 400 && { requestId: '5f3e.a-1' }),
    });
    expect(String(reason) + JSON.stringify(reason)).not.toContain('canary');
  });

  test.each([7, null, 'a b', 'x'.repeat(65), '<script>', { a: 1 }])(
    'a request id that is not plainly one is left out: %j',
    async (requestId) => {
      const { upstream, context } = createRig(() => jsonAnswer({ requestId }, 400));
      const reason = await upstream.get(requestOf(), context()).catch((error: unknown) => error);
      expect(reason).toMatchObject({ code: 'UPSTREAM_REJECTED', requestId: undefined });
    },
  );

  test.each(['cut', 'timeout', 'too-large', 'unreadable'] as const)(
    'the status of a failed answer counts where its body is %s',
    async (fault) => {
      const broken = (status: number, headers = {}) =>
        Promise.reject(new TransportFailure(fault, status, undefined, headers));
      const failing = createRig((_, attempt) =>
        attempt < 3 ? broken(500) : broken(503, { 'retry-after': '9999' }),
      );
      await expect(failing.upstream.get(requestOf(), failing.context())).rejects.toMatchObject({
        code: 'UPSTREAM_UNAVAILABLE',
        status: 503,
        retryAfterMs: 60_000,
      });
      expect(failing.transport.requests).toHaveLength(3);
      expect(await outcomeOf(failing.upstream.get(requestOf(), failing.context()))).toBe(
        'UPSTREAM_RATE_LIMITED',
      );

      const dead = createRig(() => broken(500));
      for (let call = 0; call < 20; call += 1)
        expect(await outcomeOf(dead.upstream.get(requestOf(), dead.context()))).toBe('UPSTREAM_UNAVAILABLE');
      expect(dead.transport.requests).toHaveLength(10);

      const refusing = createRig(() => broken(403));
      expect(await outcomeOf(refusing.upstream.get(requestOf(), refusing.context()))).toBe(
        'UPSTREAM_FORBIDDEN',
      );
      expect(refusing.transport.requests).toHaveLength(1);
    },
  );

  test('404 is no answer where its body is broken', async () => {
    const { upstream, context } = createRig(() => Promise.reject(new TransportFailure('unreadable', 404)));
    expect(await outcomeOf(upstream.get(requestOf(), context()))).toBe('UPSTREAM_BAD_RESPONSE');
  });

  test.each([
    ['a gateway’s page', '<html>', 'text/html; charset=utf-8'],
    ['a page without a type', '\n<!doctype html>', undefined],
    ['words that are said to be a page', 'Not Found', 'text/html'],
  ])('404 with %s does not say that there is nothing', async (_name, text, type) => {
    const { upstream, context } = createRig(() => ({
      status: 404,
      headers: type === undefined ? {} : { 'content-type': type },
      body: Buffer.from(text),
    }));
    await expect(upstream.get(requestOf(), context())).rejects.toMatchObject({
      code: 'UPSTREAM_BAD_RESPONSE',
      status: 404,
    });
    expect(upstream.health(null).healthy).toBe(false);
  });

  test.each([
    ['no body', '', 'text/html'],
    ['words', 'no such record', 'text/plain'],
    ['words without a type', 'Not Found', undefined],
    ['half an object', '{"message":', 'application/json'],
  ])('404 with %s says that there is nothing', async (_name, text, type) => {
    const { upstream, context } = createRig(() => ({
      status: 404,
      headers: type === undefined ? {} : { 'content-type': type },
      body: Buffer.from(text),
    }));
    expect((await upstream.get(requestOf(), context())).value).toBeNull();
  });

  test.each([
    ['User canary-user, Organization canary-org', 'canary-user'],
    ['User canary-user, Organization canary-org', 'x:canary-org:1'],
    ['Bearer canary.token', Buffer.from('canary.token').toString('base64url')],
    ['Bearer canary.token', Buffer.from('Bearer canary.token').toString('base64url')],
    ['Bearer canary.token', Buffer.from('canary.token').toString('hex').toUpperCase()],
    [`Bearer ${'canary'.repeat(20)}`, 'canary'.repeat(10)],
    ['canary-alone', 'canary-alone'],
    ['User canary-user, Organization canary-org', 'req-CANARY-U-7'],
    // Only the whole header tells of one so short.
    ['Bearer abc', Buffer.from('Bearer abc').toString('hex')],
  ])('a request id that tells of %s is left out: %s', async (authorization, requestId) => {
    const { upstream, context } = createRig(() => jsonAnswer({ requestId }, 400));
    const asked = upstream.get(requestOf(), context({ credentials: credentialsOf(authorization) }));
    await expect(asked).rejects.toMatchObject({ code: 'UPSTREAM_REJECTED', requestId: undefined });
  });

  test('a request id that only shares a scheme’s name with the credentials is told', async () => {
    const { upstream, context } = createRig(() => jsonAnswer({ requestId: 'UserService-1' }, 400));
    const asked = upstream.get(requestOf(), context({ credentials: credentialsOf('User canary-user') }));
    await expect(asked).rejects.toMatchObject({ requestId: 'UserService-1' });
  });

  test('404 is an answer that says: nothing', async () => {
    const { upstream, context } = createRig(() => jsonAnswer({ message: 'none' }, 404));
    expect((await upstream.get(requestOf(), context())).value).toBeNull();
    expect(upstream.health(null).healthy).toBe(true);
  });

  test.each(['text/html', 'application/xml', 'image/png', 'application/jsonp'])(
    'an answer of type %s is not read',
    async (type) => {
      const { upstream, context } = createRig(() => jsonAnswer([1], 200, { 'content-type': type }));
      expect(await outcomeOf(upstream.get(requestOf(), context()))).toBe('UPSTREAM_BAD_RESPONSE');
    },
  );

  test('an error of the decoder’s own passes as it is', async () => {
    const own = new UpstreamError({
      code: 'UPSTREAM_OUT_OF_ORDER',
      source: 'USAGE',
      operation: '/usage',
      message: 'x',
    });
    const { upstream, context } = createRig(() => jsonAnswer([1]));
    const request = requestOf({
      decode: () => {
        throw own;
      },
    });
    await expect(upstream.get(request, context())).rejects.toBe(own);
  });

  test('a caller who leaves is told its own reason, and the attempt is given up', async () => {
    let seen: AbortSignal | undefined;
    const { upstream, context } = createRig(({ signal }) => {
      seen = signal;
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    });
    const caller = new AbortController();
    const waiting = upstream.get(requestOf(), context({ signal: caller.signal }));
    await settle();
    caller.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    expect(seen?.aborted).toBe(true);
    expect(upstream.health(null).healthy).toBeNull();
  });
});

test('health is what the latest telling attempt said, and a refusal tells nothing', async () => {
  const { time, upstream, context } = createRig((_, attempt) =>
    jsonAnswer({}, [403, 200, 401, 500, 500, 500, 400, 404][attempt - 1]),
  );
  const ask = async () => {
    await outcomeOf(upstream.get(requestOf(), context()));
    return upstream.health(null);
  };
  expect(upstream.health(null)).toEqual({ healthy: null, lastSuccessAtMs: null });
  expect((await ask()).healthy).toBeNull();
  const lastSuccessAtMs = time.clock.now();
  expect(await ask()).toEqual({ healthy: true, lastSuccessAtMs });
  time.advance(1_000);
  expect(await ask()).toEqual({ healthy: true, lastSuccessAtMs });
  expect(await ask()).toEqual({ healthy: false, lastSuccessAtMs });
  expect((await ask()).healthy).toBe(false);
  expect(await ask()).toEqual({ healthy: true, lastSuccessAtMs: time.clock.now() });
});

test.each([
  'ftp://vendor.example',
  'https://a:b@vendor.example',
  'https://vendor.example/?a=1',
  'https://vendor.example/#a',
  'vendor',
])('a base URL that is none is refused: %s', (baseUrl) => {
  expect(() => createTestUpstream({ clock: createSimulatedTime().clock, baseUrl })).toThrow(TypeError);
});

/** Lets everything that is ready run. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** `read`, or the error's code. */
async function outcomeOf(answer: Promise<unknown>): Promise<string> {
  try {
    await answer;
    return 'read';
  } catch (error) {
    return error instanceof UpstreamError ? error.code : String(error);
  }
}
