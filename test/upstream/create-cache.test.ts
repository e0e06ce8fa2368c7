import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RequestError, UpstreamError } from '../../src/base/errors.ts';
import { createCallBudget } from '../../src/upstream/call-budget.ts';
import { TransportFailure } from '../../src/upstream/transport.ts';
import { credentialsOf, jsonAnswer, requestOf } from '../support/upstream-fixtures.ts';
import { createRig, outcomeOf, settle } from './upstream-rig.ts';

const HOUR = 3_600_000;

describe('single flight and cache', () => {
  const LONG = { freshMs: 60_000, staleIfErrorMs: 24 * HOUR };

  test('1,000 parallel misses make one call, on the call budget of the first caller', async () => {
    const { transport, upstream, context } = createRig(async () => {
      await settle();
      return jsonAnswer([1]);
    });
    const callBudgets = Array.from({ length: 1_000 }, () => createCallBudget(Infinity));
    const answers = await Promise.all(
      callBudgets.map((callBudget) => upstream.get(requestOf({ cache: LONG }), context({ callBudget }))),
    );
    expect(transport.requests).toHaveLength(1);
    expect(new Set(answers.map(({ value }) => value)).size).toBe(1);
    expect(callBudgets.map((callBudget) => callBudget.tallies().length)).toEqual([
      1,
      ...Array.from({ length: 999 }, () => 0),
    ]);
  });

  test('a cached answer costs no call and keeps its time; a caller with a maximum age of 0 does not get it', async () => {
    const { time, transport, upstream, context } = createRig((_, attempt) => jsonAnswer([attempt]));
    const readAtMs = time.clock.now();
    await upstream.get(requestOf({ cache: LONG }), context());
    time.advance(59_999);
    const callBudget = createCallBudget(0);
    expect(await upstream.get(requestOf({ cache: LONG }), context({ callBudget }))).toEqual({
      value: [1],
      readAtMs,
      stale: false,
      origin: 'CACHE',
    });
    expect((await upstream.get(requestOf({ cache: LONG }), context({ maxAgeMs: 0 }))).value).toEqual([2]);
    expect((await upstream.get(requestOf({ cache: LONG }), context())).value).toEqual([2]);
    expect(transport.requests).toHaveLength(2);
  });

  test('an answer that is read once is not cached, but may come from the cache', async () => {
    let isDown = false;
    const { time, transport, upstream, context } = createRig((_, attempt) =>
      isDown ? jsonAnswer({}, 503) : jsonAnswer([attempt]),
    );
    const once = { isReadOnce: true };
    expect((await upstream.get(requestOf({ cache: LONG }), context(once))).value).toEqual([1]);
    expect((await upstream.get(requestOf({ cache: LONG }), context())).value).toEqual([2]);
    expect((await upstream.get(requestOf({ cache: LONG }), context(once))).value).toEqual([2]);
    expect(transport.requests).toHaveLength(2);
    isDown = true;
    time.advance(60_000);
    expect((await upstream.get(requestOf({ cache: LONG }), context(once))).stale).toBe(true);
  });

  test('a caller with a maximum age gets no older answer, and no stale one', async () => {
    let isDown = false;
    const { time, transport, upstream, context } = createRig((_, attempt) =>
      isDown ? jsonAnswer({}, 503) : jsonAnswer([attempt]),
    );
    await upstream.get(requestOf({ cache: LONG }), context());
    time.advance(5_000);
    expect((await upstream.get(requestOf({ cache: LONG }), context({ maxAgeMs: 5_000 }))).value).toEqual([1]);
    expect((await upstream.get(requestOf({ cache: LONG }), context({ maxAgeMs: 4_999 }))).value).toEqual([2]);
    expect(transport.requests).toHaveLength(2);
    isDown = true;
    time.advance(60_000);
    await expect(
      upstream.get(requestOf({ cache: LONG }), context({ maxAgeMs: 90_000 })),
    ).rejects.toBeInstanceOf(UpstreamError);
  });

  test('during an hour of outage the earlier answer is served stale, with its true time', async () => {
    let isDown = false;
    const { time, upstream, context } = createRig(() => (isDown ? jsonAnswer({}, 503) : jsonAnswer([1])));
    const { readAtMs } = await upstream.get(requestOf({ cache: LONG }), context());
    isDown = true;
    time.advance(60_000);
    for (let minute = 0; minute < 60; minute += 1) {
      expect(await upstream.get(requestOf({ cache: LONG }), context())).toEqual({
        value: [1],
        readAtMs,
        stale: true,
        origin: 'CACHE',
      });
      time.advance(60_000);
    }
    await expect(upstream.get(requestOf({ cache: LONG }), context({ maxAgeMs: 0 }))).rejects.toBeInstanceOf(
      UpstreamError,
    );
    time.advance(24 * HOUR);
    await expect(upstream.get(requestOf({ cache: LONG }), context())).rejects.toBeInstanceOf(UpstreamError);
  });

  test.each([400, 401, 403])('no stale answer is served after a refusal (%d)', async (status) => {
    const { time, upstream, context } = createRig((_, attempt) =>
      attempt === 1 ? jsonAnswer([1]) : jsonAnswer({}, status),
    );
    await upstream.get(requestOf({ cache: LONG }), context());
    time.advance(60_000);
    await expect(upstream.get(requestOf({ cache: LONG }), context())).rejects.toMatchObject({ status });
  });

  test('errors and answers that cannot be decoded are never cached', async () => {
    const { transport, upstream, context } = createRig(
      (_, attempt) =>
        [jsonAnswer({}, 400), { ...jsonAnswer([]), body: Buffer.from('[1,') }, jsonAnswer(['odd'])][
          attempt - 1
        ] ?? jsonAnswer([1]),
    );
    const request = requestOf({
      cache: LONG,
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

  test("if another caller's spent call budget ends a shared call, those who had joined it make their own", async () => {
    const { transport, upstream, context } = createRig(() => jsonAnswer([1]));
    const poor = upstream.get(requestOf(), context({ callBudget: createCallBudget(0) }));
    const rich = upstream.get(requestOf(), context());
    await expect(poor).rejects.toBeInstanceOf(RequestError);
    expect((await rich).value).toEqual([1]);
    expect(transport.requests).toHaveLength(1);
  });

  test('interleaved callers of five scopes never get what other credentials have read', async () => {
    const callers = ['a', 'b', 'c', 'd', 'e'].map((name) => credentialsOf(name));
    const step = fc.record({
      who: fc.nat({ max: callers.length - 1 }),
      what: fc.nat({ max: 3 }),
      act: fc.constantFrom(
        'ask' as const,
        'ask' as const,
        'resolve' as const,
        'fail' as const,
        'pass' as const,
      ),
    });
    let asked = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 500, maxLength: 500 }), async (steps) => {
        const running: { resolve(): void; fail(): void }[] = [];
        const { time, upstream, context } = createRig(
          ({ authorization, target }) =>
            new Promise((resolve, reject) =>
              running.push({
                resolve: () => resolve(jsonAnswer([authorization, target])),
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
          else running.shift()?.[act]();
          await Promise.resolve();
        }
        for (let turn = 0; turn < 50; turn += 1) {
          for (const one of running.splice(0)) one.resolve();
          await settle();
        }
        await Promise.all(waiting);
      }),
      { numRuns: 40 },
    );
    expect(asked).toBeGreaterThan(5_000);
  });
});
