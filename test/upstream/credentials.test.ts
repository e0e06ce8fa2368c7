import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createCredentialScope } from '../../src/base/credential-scope.ts';
import { UpstreamError } from '../../src/base/errors.ts';
import { Secret } from '../../src/base/secret.ts';
import {
  createRenewedCredentials,
  FIRST_PAUSE_MS,
  REFUSAL_STANDS_MS,
  RENEW_AHEAD_MS,
} from '../../src/upstream/credentials.ts';
import { LONGEST_PAUSE_MS } from '../../src/upstream/token-exchange.ts';
import { createJwt } from '../support/jwt.ts';
import {
  contextOf,
  createFakeTransport,
  createSimulatedTime,
  createTestUpstream,
  jsonAnswer,
  requestOf,
} from '../support/upstream-fixtures.ts';

const LIFE_MS = 15 * 60_000;
const SCOPE = createCredentialScope(new Secret('key'), 'EVENTS', [new Secret('ada'), new Secret('pass')]);
const signal = new AbortController().signal;

/** Each exchange gives the next of `t1`, `t2` … as the subject, for `lifeMs`, unless `fail` says otherwise. */
function createRig(lifeMs = LIFE_MS) {
  const time = createSimulatedTime(1_800_000_000_000);
  const issued: string[] = [];
  let exchanges = 0;
  const rig = {
    fail: null as UpstreamError | null,
    /** If set, exchanges wait until it resolves. */
    gate: null as Promise<void> | null,
  };
  const credentials = createRenewedCredentials({
    scope: SCOPE,
    clock: time.clock,
    assumedLifetimeMs: LIFE_MS,
    async exchange() {
      exchanges += 1;
      if (rig.gate) await rig.gate;
      if (rig.fail) throw rig.fail;
      const exp = (time.clock.now() + lifeMs) / 1_000;
      const token = createJwt({ sub: `t${issued.length + 1}`, exp });
      issued.push(token);
      return new Secret(token);
    },
  });
  return Object.assign(rig, { time, issued, credentials, exchanges: () => exchanges });
}

const failure = (code: 'UPSTREAM_UNAVAILABLE' | 'UPSTREAM_UNAUTHENTICATED', retryAfterMs?: number) =>
  new UpstreamError({
    code,
    source: 'EVENTS',
    operation: '/authenticate',
    message: 'It fails.',
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });

const settle = () => new Promise((resolve) => setImmediate(resolve));
const read = async ({ credentials }: ReturnType<typeof createRig>, rejected?: Secret) =>
  credentials.authorization(signal, rejected);

describe('a token', () => {
  test('is exchanged when it is first needed, once for all who wait', async () => {
    const rig = createRig();
    expect(rig.exchanges()).toBe(0);
    const all = await Promise.all(Array.from({ length: 100 }, () => read(rig)));
    expect(rig.exchanges()).toBe(1);
    expect(new Set(all.map((secret) => secret.reveal()))).toEqual(new Set([`Bearer ${rig.issued[0]}`]));
    expect(inspect(all[0])).toBe('[secret]');
    expect(rig.credentials.scope).toBe(SCOPE);
  });

  test('is used until a minute before its end, and then until the next one has come', async () => {
    const rig = createRig();
    const first = (await read(rig)).reveal();
    rig.time.advance(LIFE_MS - RENEW_AHEAD_MS - 1);
    expect((await read(rig)).reveal()).toBe(first);
    await settle();
    expect(rig.exchanges()).toBe(1);
    rig.time.advance(1);
    expect((await read(rig)).reveal()).toBe(first);
    await settle();
    expect(rig.exchanges()).toBe(2);
    expect((await read(rig)).reveal()).toBe(`Bearer ${rig.issued[1]}`);
    expect(rig.exchanges()).toBe(2);
  });

  test('is never given after its end, even if nobody asked for a while', async () => {
    const rig = createRig();
    await read(rig);
    rig.time.advance(LIFE_MS);
    const all = await Promise.all([read(rig), read(rig), read(rig)]);
    expect(all.map((secret) => secret.reveal())).toEqual(Array(3).fill(`Bearer ${rig.issued[1]}`));
    expect(rig.exchanges()).toBe(2);
  });

  test('of a short life is renewed at half of it', async () => {
    const rig = createRig(30_000);
    await read(rig);
    rig.time.advance(14_999);
    await read(rig);
    await settle();
    expect(rig.exchanges()).toBe(1);
    rig.time.advance(1);
    await read(rig);
    await settle();
    expect(rig.exchanges()).toBe(2);
  });

  test('a day of one call a second costs an exchange every 14 minutes', async () => {
    const rig = createRig();
    for (let second = 0; second < 86_400; second += 1) {
      await read(rig);
      rig.time.advance(1_000);
    }
    expect(rig.exchanges()).toBe(Math.ceil(86_400 / (14 * 60)));
  });
});

describe('a refused token', () => {
  test('is replaced once for all who were refused', async () => {
    const rig = createRig();
    const first = await read(rig);
    const all = await Promise.all(Array.from({ length: 50 }, () => read(rig, first)));
    expect(rig.exchanges()).toBe(2);
    expect(new Set(all.map((secret) => secret.reveal()))).toEqual(new Set([`Bearer ${rig.issued[1]}`]));
    // A late caller with the old token gets the current one, without another exchange.
    expect((await read(rig, first)).reveal()).toBe(`Bearer ${rig.issued[1]}`);
    expect(rig.exchanges()).toBe(2);
  });

  test('is not replaced again for five seconds if the replacement is refused as well', async () => {
    const rig = createRig();
    let current = await read(rig);
    current = await read(rig, current);
    for (let turn = 0; turn < 100; turn += 1) {
      expect((await read(rig, current)).reveal()).toBe(current.reveal());
    }
    expect(rig.exchanges()).toBe(2);
    rig.time.advance(REFUSAL_STANDS_MS);
    expect((await read(rig, current)).reveal()).not.toBe(current.reveal());
    expect(rig.exchanges()).toBe(3);
  });
});

test('a replacement that was accepted and is refused later is replaced at once', async () => {
  const rig = createRig();
  let current = await read(rig);
  for (let revocation = 1; revocation <= 5; revocation += 1) {
    current = await read(rig, current);
    rig.credentials.accepted?.(current);
    expect(rig.exchanges()).toBe(1 + revocation);
  }
});

test('the acceptance of a token that was replaced meanwhile does not count for its replacement', async () => {
  const rig = createRig();
  const first = await read(rig);
  const second = await read(rig, first);
  rig.credentials.accepted?.(first);
  expect((await read(rig, second)).reveal()).toBe(second.reveal());
  expect(rig.exchanges()).toBe(2);
});

describe('an exchange that fails', () => {
  test('fails all who wait, and is not tried again during a pause, which doubles', async () => {
    const rig = createRig();
    rig.fail = failure('UPSTREAM_UNAVAILABLE');
    let pauseMs = FIRST_PAUSE_MS;
    for (let count = 1; count <= 8; count += 1) {
      const outcomes = await Promise.allSettled([read(rig), read(rig)]);
      const unavailable = { reason: { code: 'UPSTREAM_UNAVAILABLE' } };
      expect(outcomes).toMatchObject([unavailable, unavailable]);
      expect(rig.exchanges()).toBe(count);
      rig.time.advance(pauseMs - 1);
      await expect(read(rig)).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
      expect(rig.exchanges()).toBe(count);
      rig.time.advance(1);
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    }
    rig.fail = null;
    await read(rig);
    // After a success the pauses start again from the shortest.
    rig.time.advance(LIFE_MS);
    rig.fail = failure('UPSTREAM_UNAVAILABLE');
    await expect(read(rig)).rejects.toBeInstanceOf(UpstreamError);
    const before = rig.exchanges();
    rig.time.advance(FIRST_PAUSE_MS);
    await expect(read(rig)).rejects.toBeInstanceOf(UpstreamError);
    expect(rig.exchanges()).toBe(before + 1);
  });

  test.each([
    ['refused credentials', failure('UPSTREAM_UNAUTHENTICATED'), LONGEST_PAUSE_MS],
    ['Retry-After', failure('UPSTREAM_UNAVAILABLE', 20_000), 20_000],
    ['an endless Retry-After', failure('UPSTREAM_UNAVAILABLE', 1e9), LONGEST_PAUSE_MS],
  ])('after %s the pause has its length', async (_name, error, pauseMs) => {
    const rig = createRig();
    rig.fail = error;
    await expect(read(rig)).rejects.toBe(error);
    rig.time.advance(pauseMs - 1);
    await expect(read(rig)).rejects.toBe(error);
    expect(rig.exchanges()).toBe(1);
    rig.time.advance(1);
    await expect(read(rig)).rejects.toBe(error);
    expect(rig.exchanges()).toBe(2);
  });

  test('ahead of the end fails no call, because the old token is used until its end', async () => {
    const rig = createRig();
    const first = (await read(rig)).reveal();
    rig.time.advance(LIFE_MS - RENEW_AHEAD_MS);
    rig.fail = failure('UPSTREAM_UNAVAILABLE');
    for (let second = 0; second < 60; second += 1) {
      expect((await read(rig)).reveal()).toBe(first);
      await settle();
      rig.time.advance(1_000);
    }
    // After 1, 2, 4, 8, 16 and 32 seconds.
    expect(rig.exchanges()).toBe(1 + 6);
    await expect(read(rig)).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
  });

  test('with an unknown error is tried again later', async () => {
    const rig = createRig();
    const credentials = createRenewedCredentials({
      scope: SCOPE,
      clock: rig.time.clock,
      assumedLifetimeMs: LIFE_MS,
      exchange: () => Promise.reject(new TypeError('a fault of ours')),
    });
    await expect(credentials.authorization(signal)).rejects.toBeInstanceOf(TypeError);
    await expect(credentials.authorization(signal)).rejects.toBeInstanceOf(TypeError);
  });
});

test('a caller who leaves does not end the exchange for the others', async () => {
  const rig = createRig();
  let open = () => {};
  rig.gate = new Promise((resolve) => (open = resolve));
  const hurried = new AbortController();
  const leaving = rig.credentials.authorization(hurried.signal);
  const staying = read(rig);
  hurried.abort(new Error('gone'));
  await expect(leaving).rejects.toThrow('gone');
  await expect(rig.credentials.authorization(hurried.signal)).rejects.toThrow('gone');
  open();
  expect((await staying).reveal()).toBe(`Bearer ${rig.issued[0]}`);
  expect(rig.exchanges()).toBe(1);
});

describe('through an upstream', () => {
  const getThrough = (rig: ReturnType<typeof createRig>, isGood: (token: string) => boolean) => {
    const transport = createFakeTransport(({ authorization }) =>
      isGood(authorization ?? '') ? jsonAnswer([1]) : jsonAnswer({}, 401),
    );
    const upstream = createTestUpstream({
      source: 'EVENTS',
      clock: rig.time.clock,
      wait: rig.time.wait,
      transport,
    });
    const get = (path: string) =>
      upstream.get(
        requestOf({ path }),
        contextOf({ deadlineMs: rig.time.clock.now() + 8_000, credentials: rig.credentials }),
      );
    return { transport, get };
  };

  test('one exchange replaces a revoked token for 40 calls', async () => {
    const rig = createRig();
    await read(rig);
    const { transport, get } = getThrough(
      rig,
      (authorization) => authorization !== `Bearer ${rig.issued[0]}`,
    );
    const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => get(`/events/${n}`)));
    expect(answers.every(({ value }) => Array.isArray(value))).toBe(true);
    expect(rig.exchanges()).toBe(2);
    expect(transport.requests).toHaveLength(80);
  });

  test('tokens that are revoked in the same second, each after it was accepted, are all replaced', async () => {
    const rig = createRig();
    let revoked = 0;
    const { get } = getThrough(
      rig,
      (authorization) => !rig.issued.slice(0, revoked).some((token) => authorization === `Bearer ${token}`),
    );
    for (revoked = 0; revoked < 5; revoked += 1) {
      expect((await get(`/events/${revoked}`)).value).toEqual([1]);
      expect(rig.exchanges()).toBe(revoked + 1);
    }
  });

  test('if the vendor refuses every token, each call makes two attempts and fails with that code', async () => {
    const rig = createRig();
    const { transport, get } = getThrough(rig, () => false);
    await expect(get('/events/1')).rejects.toMatchObject({ code: 'UPSTREAM_UNAUTHENTICATED', status: 401 });
    expect([rig.exchanges(), transport.requests.length]).toEqual([2, 2]);
    await expect(get('/events/2')).rejects.toMatchObject({ code: 'UPSTREAM_UNAUTHENTICATED' });
    expect([rig.exchanges(), transport.requests.length]).toEqual([2, 3]);
  });

  test('without a token nothing is sent, and the call fails with the code of the exchange', async () => {
    const rig = createRig();
    rig.fail = failure('UPSTREAM_UNAVAILABLE');
    const { transport, get } = getThrough(rig, () => true);
    await expect(get('/events/1')).rejects.toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      operation: '/authenticate',
    });
    expect(transport.requests).toHaveLength(0);
  });
});
