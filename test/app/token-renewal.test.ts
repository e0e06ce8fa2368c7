import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { AppOverrides } from '../../src/app.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import type { RunningSandbox } from '../../src/sandbox/start.ts';
import type { AttemptReport } from '../../src/upstream/attempt.ts';
import { createHttpTransport } from '../../src/upstream/http-transport.ts';
import type { PostTransport } from '../../src/upstream/transport.ts';
import { createJwt } from '../support/jwt.ts';
import { askApp, createTestApp, NOW_MS } from '../support/running-app.ts';
import { jsonAnswer } from '../support/upstream-fixtures.ts';

const MINUTE_MS = 60_000;

let sandbox: RunningSandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ nowMs: NOW_MS, arrivals: false, usageRows: 10, eventsRows: 200 });
});
afterAll(() => sandbox.close());

/** A service that exchanges the sandbox's username and password. Its clock is `aheadMs` ahead of the sandbox's. */
function createRig(env: Record<string, string> = {}, overrides: AppOverrides = {}) {
  const rig = { aheadMs: 0 };
  const attempts: AttemptReport[] = [];
  const { eventsUsername, eventsPassword } = sandbox.credentials;
  const app = createTestApp(
    {
      EVENTS_API_URL: sandbox.eventsUrl,
      EVENTS_API_USERNAME: eventsUsername,
      EVENTS_API_PASSWORD: eventsPassword,
      ...env,
    },
    {
      clock: { now: () => sandbox.now() + rig.aheadMs },
      onAttempt: (report) => attempts.push(report),
      ...overrides,
    },
  );
  onTestFinished(() => app.close());
  const count = (operation: string) => attempts.filter((one) => one.operation === operation).length;
  return Object.assign(rig, {
    ask: (first = 1) =>
      askApp<{ events: { nodes: unknown[] } | null }>(
        app,
        `{ events(first: ${first}) { nodes { eventId } } }`,
      ),
    calls: () => ({ authenticate: count('/authenticate'), events: count('/events') }),
    attempts,
  });
}

/** Answers with the tokens of `first`, then exchanges over a socket. */
function createExchangeAfter(first: readonly string[]): PostTransport {
  const transport = createHttpTransport({
    baseUrl: new URL(new URL(sandbox.eventsUrl).origin),
    maxConcurrency: 1,
    maxBodyBytes: 10_000,
    attemptTimeoutMs: 3_000,
  });
  const left = [...first];
  return {
    post: async (request) => {
      const token = left.shift();
      return token === undefined ? transport.post(request) : jsonAnswer({ token });
    },
    close: () => transport.close(),
  };
}

describe('a service with a username and a password', () => {
  test('exchanges them once for all callers at the same time', async () => {
    const rig = createRig();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => rig.ask(n + 1)));
    expect(answers.flatMap(({ errors }) => errors ?? [])).toEqual([]);
    expect(answers.map(({ data }) => data.events?.nodes.length)).toEqual(answers.map((_, n) => n + 1));
    expect(rig.calls().authenticate).toBe(1);
    // The exchange belongs to the service: no answer counts it.
    expect(answers.flatMap(({ upstream }) => upstream).some(({ operation }) => operation !== '/events')).toBe(
      false,
    );
  });

  test('renews the token a minute before it expires, and not earlier', async () => {
    const rig = createRig();
    await rig.ask();
    rig.aheadMs = 13 * MINUTE_MS;
    await rig.ask();
    expect(rig.calls().authenticate).toBe(1);
    rig.aheadMs = 14 * MINUTE_MS;
    await rig.ask();
    await expect.poll(() => rig.calls().authenticate).toBe(2);
    const { errors } = await rig.ask();
    expect(errors).toBeUndefined();
    expect(rig.calls().authenticate).toBe(2);
  });

  test('exchanges again within the same request if the vendor refuses a token', async () => {
    const foreign = createJwt({ sub: 'sandbox', exp: sandbox.now() / 1_000 + 900 });
    const rig = createRig({}, { exchange: createExchangeAfter([foreign]) });
    const answers = await Promise.all([rig.ask(1), rig.ask(2), rig.ask(3)]);
    expect(answers.flatMap(({ errors }) => errors ?? [])).toEqual([]);
    expect(rig.calls().authenticate).toBe(2);
    expect(rig.attempts.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(3);
  });

  test('that are wrong reports it with a code only, and does not ask again for every request', async () => {
    const rig = createRig({ EVENTS_API_PASSWORD: 'canary-wrong' });
    for (let turn = 0; turn < 5; turn += 1) {
      const { data, errors } = await rig.ask();
      expect(data.events).toBeNull();
      expect(errors).toMatchObject([
        { extensions: { code: 'UPSTREAM_UNAUTHENTICATED', source: 'EVENTS', operation: '/authenticate' } },
      ]);
      expect(JSON.stringify(errors)).not.toMatch(/canary|127\.0\.0\.1/);
    }
    expect(rig.calls()).toEqual({ authenticate: 1, events: 0 });
  });

  test('reports it with a code if the vendor gives no token', async () => {
    const rig = createRig({ EVENTS_API_AUTH_URL: 'http://127.0.0.1:9/authenticate' });
    const { errors } = await rig.ask();
    expect(errors).toMatchObject([
      { extensions: { code: 'UPSTREAM_UNAVAILABLE', operation: '/authenticate' } },
    ]);
    const lost = createRig({ EVENTS_API_AUTH_TOKEN_FIELD: 'access_token' });
    expect((await lost.ask()).errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAUTHENTICATED' } }]);
  });
});
