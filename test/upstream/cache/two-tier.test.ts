import { describe, expect, test } from 'vitest';
import { Secret } from '../../../src/base/secret.ts';
import type { SharedStore } from '../../../src/base/shared-store.ts';
import type { TransportAnswer } from '../../../src/upstream/transport.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import {
  contextOf,
  createFakeTransport,
  createSimulatedTime,
  createTestUpstream,
  credentialsOf,
  jsonAnswer,
  requestOf,
} from '../../support/upstream-fixtures.ts';

const secret = new Secret('a secret of tests');
const down: TransportAnswer = { status: 503, headers: {}, body: Buffer.alloc(0) };

function createInstances(
  answer: () => TransportAnswer = () => jsonAnswer({ a: 1 }),
  store: SharedStore = createMemoryStore(),
) {
  const time = createSimulatedTime();
  const create = () => {
    const transport = createFakeTransport(answer);
    const upstream = createTestUpstream({
      clock: time.clock,
      wait: time.wait,
      transport,
      shared: { store, secret },
    });
    return { upstream, transport };
  };
  const context = (parts = {}) => contextOf({ deadlineMs: time.clock.now() + 5_000, ...parts });
  return { time, store, one: create(), two: create(), context };
}

const request = requestOf({ cache: { freshMs: 1_000, staleIfErrorMs: 60_000 } });

describe('two instances over one store', () => {
  test('what one has read, the other gives without a call, with the same time', async () => {
    const { time, one, two, context } = createInstances();
    const first = await one.upstream.get(request, context());
    time.advance(500);
    expect(await two.upstream.get(request, context())).toEqual({ ...first, origin: 'CACHE' });
    time.advance(400);
    expect(await two.upstream.get(request, context())).toEqual({ ...first, origin: 'CACHE' });
    expect([one.transport.requests.length, two.transport.requests.length]).toEqual([1, 0]);
  });

  test("the other gets the decoder's values: int64, prototypes, null", async () => {
    const body = Buffer.from('{"id":9007199254740993,"__proto__":{"x":1}}');
    const answers = [{ ...jsonAnswer(null), body }, jsonAnswer(null, 404)];
    const { one, two, context } = createInstances(() => answers.shift() ?? down);
    for (const path of ['/usage/a', '/usage/b']) {
      const asked = requestOf({ ...request, path });
      const { value } = await one.upstream.get(asked, context());
      const { value: again } = await two.upstream.get(asked, context());
      expect(again).toStrictEqual(value);
    }
    expect(two.transport.requests).toEqual([]);
  });

  test('the policy of the other instance makes no age longer', async () => {
    const { time, one, two, context } = createInstances();
    await one.upstream.get(request, context());
    time.advance(1_000);
    await two.upstream.get(requestOf({ cache: { freshMs: 1e9, staleIfErrorMs: 1e9 } }), context());
    expect(two.transport.requests).toHaveLength(1);
  });

  test('what one has read is served stale if the vendor fails the other', async () => {
    let answer = jsonAnswer({ a: 1 });
    const { time, one, two, context } = createInstances(() => answer);
    const list = requestOf({ cache: { freshMs: 0, staleIfErrorMs: 60_000 } });
    const first = await one.upstream.get(list, context());
    answer = down;
    time.advance(30_000);
    expect(await two.upstream.get(list, context())).toEqual({ ...first, stale: true, origin: 'CACHE' });
    time.advance(60_000);
    await expect(two.upstream.get(list, context())).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
  });

  test("a caller with a maximum age of 0 gets the vendor's answer, and no stale one", async () => {
    let answer = jsonAnswer({ a: 1 });
    const { one, two, context } = createInstances(() => answer);
    await one.upstream.get(request, context());
    answer = jsonAnswer({ a: 2 });
    expect(await two.upstream.get(request, context({ maxAgeMs: 0 }))).toMatchObject({ value: { a: 2 } });
    answer = down;
    const asked = two.upstream.get(request, context({ maxAgeMs: 0 }));
    await expect(asked).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
  });

  test('credentials of another scope do not get it', async () => {
    const { one, two, context } = createInstances();
    await one.upstream.get(request, context());
    await two.upstream.get(request, context({ credentials: credentialsOf('User two') }));
    expect(two.transport.requests).toHaveLength(1);
  });

  test('a thousand misses at once make one read and no call', async () => {
    const store = createMemoryStore();
    const { one, two, context } = createInstances(undefined, store);
    await one.upstream.get(request, context());
    store.reads.length = 0;
    await Promise.all(Array.from({ length: 1_000 }, () => two.upstream.get(request, context())));
    expect(store.reads).toHaveLength(1);
    expect(two.transport.requests).toEqual([]);
  });

  test('an answer that is never fresh is not read from the store before the vendor has failed', async () => {
    const store = createMemoryStore();
    const { one, context } = createInstances(undefined, store);
    await one.upstream.get(
      requestOf({ path: '/list', cache: { freshMs: 0, staleIfErrorMs: 60_000 } }),
      context(),
    );
    expect(store.reads).toEqual([]);
    await one.upstream.get(request, context());
    await one.upstream.get(request, context());
    expect(store.reads).toHaveLength(1);
  });

  test('an answer that this version cannot decode is a miss', async () => {
    const { one, two, context } = createInstances();
    await one.upstream.get(request, context());
    let decodings = 0;
    const newer = requestOf({
      ...request,
      decode: (response) => {
        decodings += 1;
        if (decodings === 1) throw new Error('not like this any more');
        return request.decode(response);
      },
    });
    expect(await two.upstream.get(newer, context())).toMatchObject({ value: { a: 1 }, stale: false });
    expect(two.transport.requests).toHaveLength(1);
  });

  test('errors are never shared', async () => {
    const store = createMemoryStore();
    const { one, context } = createInstances(() => jsonAnswer({ message: 'no' }, 403), store);
    await expect(one.upstream.get(request, context())).rejects.toThrow();
    expect(store.entries.size).toBe(0);
  });

  test('an older answer from the store never replaces a newer one', async () => {
    const store = createMemoryStore();
    let answer = jsonAnswer({ a: 'old' });
    const { time, one, two, context } = createInstances(() => answer, store);
    await one.upstream.get(request, context());
    const [[name, old] = []] = store.entries;
    if (name === undefined || !old) throw new Error('nothing was written');
    time.advance(2_000);
    answer = jsonAnswer({ a: 'new' });
    await two.upstream.get(request, context());
    store.entries.set(name, old);
    time.advance(2_000);
    answer = down;
    expect(await two.upstream.get(request, context())).toMatchObject({ value: { a: 'new' }, stale: true });
  });
});

describe('a list that is never fresh', () => {
  const list = (parts = {}) => requestOf({ cache: { freshMs: 0, staleIfErrorMs: 60_000 }, ...parts });

  function createFailingVendor(body: unknown) {
    const time = createSimulatedTime();
    let answer = jsonAnswer(body);
    const transport = createFakeTransport(() => answer);
    const upstream = createTestUpstream({ clock: time.clock, wait: time.wait, transport });
    const context = () => contextOf({ deadlineMs: time.clock.now() + 5_000 });
    return {
      upstream,
      context,
      fail: () => {
        answer = down;
      },
    };
  }

  test('is decoded for the caller, and once more for each time it is served stale', async () => {
    const { upstream, context, fail } = createFailingVendor({ a: 1 });
    let decodings = 0;
    const counted = list({
      decode: (response: Parameters<ReturnType<typeof requestOf>['decode']>[0]) => {
        decodings += 1;
        return list().decode(response);
      },
    });
    const first = await upstream.get(counted, context());
    expect(decodings).toBe(1);
    fail();
    for (const times of [2, 3]) {
      expect(await upstream.get(counted, context())).toEqual({ ...first, stale: true, origin: 'CACHE' });
      expect(decodings).toBe(times);
    }
  });

  test('is a miss if it cannot be decoded any more', async () => {
    const { upstream, context, fail } = createFailingVendor({ a: 1 });
    await upstream.get(list(), context());
    fail();
    const odd = list({
      decode: () => {
        throw new Error('not like this any more');
      },
    });
    await expect(upstream.get(odd, context())).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(await upstream.get(list(), context())).toMatchObject({ value: { a: 1 }, stale: true });
  });
});
