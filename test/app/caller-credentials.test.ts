import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { AppOverrides } from '../../src/app.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import type { Transport, TransportRequest } from '../../src/upstream/transport.ts';
import { createTestApp, NOW_MS, TEST_SECRET } from '../support/running-app.ts';
import type { Asked } from '../support/running-app.ts';
import { createFakeTransport, createSimulatedTime, jsonAnswer } from '../support/upstream-fixtures.ts';

// Each request brings its vendor credentials: VENDOR_CREDENTIALS=request.

type Answer = Pick<Asked<Record<string, unknown>>, 'data' | 'errors'> & { readonly status: number };

interface RecordPage {
  readonly nodes: readonly { readonly recordId: string; readonly instanceName: string }[];
  readonly pageInfo: { readonly endCursor: string };
}

interface Caller {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
}

const callerOf = (name: string): Caller => ({
  name,
  headers: {
    'x-usage-authorization': `User canary-${name}, Organization canary-shared`,
    'x-events-authorization': `Bearer canary.${name}`,
  },
});
/** A digest of the `authorization` of a call. The vendors below write it into every row. */
const markOf = (authorization: string | null) =>
  createHash('sha256')
    .update(authorization ?? '')
    .digest('hex')
    .slice(0, 12);
const usageMark = ({ headers }: Caller) => markOf(headers['x-usage-authorization'] ?? '');
const eventsMark = ({ headers }: Caller) => markOf(headers['x-events-authorization'] ?? '');

const ROW_MS = NOW_MS - 3_600_000;
function answerUsage({ target, authorization }: TransportRequest) {
  const { pathname } = new URL(target, 'http://vendor.test');
  const row = (id: string, ms: number) => ({
    id,
    usageDate: new Date(ms).toISOString(),
    requestStatus: 'SUCCESS',
    instanceName: markOf(authorization),
  });
  if (pathname !== '/usage') return jsonAnswer(row(pathname.split('/').at(-1) ?? '', ROW_MS));
  const query = new URL(target, 'http://vendor.test').searchParams;
  const [from, to] = [Date.parse(query.get('from') ?? ''), Date.parse(query.get('to') ?? '')];
  const rows = Array.from({ length: 6 }, (_, n) => row(`r${n}`, ROW_MS - n * 1_000)).filter(
    ({ usageDate }) => Date.parse(usageDate) >= from && Date.parse(usageDate) <= to,
  );
  const offset = Number(query.get('pageOffset'));
  return jsonAnswer(rows.slice(offset, offset + Number(query.get('pageSize'))));
}
function answerEvents({ authorization }: TransportRequest) {
  return jsonAnswer([
    { id: 1, timestamp: '2026-03-04T11:00:00Z', category: 'a', action: 'b', username: markOf(authorization) },
  ]);
}

function createRig(overrides: AppOverrides & { usage?: Transport } = {}) {
  const time = createSimulatedTime(NOW_MS);
  const usage = createFakeTransport(answerUsage);
  const events = createFakeTransport(answerEvents);
  const reported: unknown[] = [];
  const { usage: ownUsage, ...rest } = overrides;
  const app = createTestApp(
    { VENDOR_CREDENTIALS: 'request', SIGHTLINE_SECRET: TEST_SECRET },
    {
      clock: time.clock,
      transports: { USAGE: ownUsage ?? usage, EVENTS: events },
      onFault: (error) => reported.push(error),
      onRequest: (line) => reported.push(line),
      onAttempt: (report) => reported.push(report),
      ...rest,
    },
  );
  onTestFinished(() => app.close());
  const ask = async (
    query: string,
    headers: Readonly<Record<string, string>> = {},
    variables: Readonly<Record<string, unknown>> = {},
  ): Promise<Answer> => {
    const response = await app.fetch('http://127.0.0.1/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query, variables }),
    });
    return { status: response.status, ...((await response.json()) as Omit<Answer, 'status'>) };
  };
  return { ask, time, usage, events, reported };
}

const BOTH = '{ usageRecord(recordId: "r1") { instanceName } events(first: 1) { nodes { username } } }';
const [ada, bob] = [callerOf('ada'), callerOf('bob')];

describe('callers with their own vendor credentials', () => {
  test('get the rows that their credentials can read, also for equal queries at the same time', async () => {
    const { ask, usage, events } = createRig();
    const order = [ada, bob, ada, bob, bob, ada];
    const answers = await Promise.all(order.map(({ headers }) => ask(BOTH, headers)));
    for (const [index, caller] of order.entries()) {
      expect(answers[index]).toMatchObject({
        data: {
          usageRecord: { instanceName: usageMark(caller) },
          events: { nodes: [{ username: eventsMark(caller) }] },
        },
      });
    }
    // Callers with equal credentials share one call, others don't.
    expect([usage.requests.length, events.requests.length]).toEqual([2, 2]);
    const again = await ask(BOTH, ada.headers);
    expect(again.data['usageRecord']).toEqual({ instanceName: usageMark(ada) });
    expect(usage.requests).toHaveLength(2);
  });

  test('send only these credentials to the vendors, and no other header', async () => {
    const { ask, usage, events } = createRig();
    await ask(BOTH, { ...ada.headers, authorization: 'Bearer canary-own', cookie: 'canary=1' });
    expect(usage.requests.map(({ authorization }) => authorization)).toEqual([
      'User canary-ada, Organization canary-shared',
    ]);
    expect(events.requests.map(({ authorization }) => authorization)).toEqual(['Bearer canary.ada']);
  });

  test('get SOURCE_NOT_CONFIGURED for a source without credentials, in that request only', async () => {
    const { ask, usage } = createRig();
    await ask(BOTH, ada.headers);
    const query = `{ usageRecord(recordId: "r1") { instanceName } usageAnalytics(range: { last: "PT1H" }) { coverage { code } }
      events(first: 1) { nodes { username } } service { sources { source configured } } }`;
    const { 'x-events-authorization': own } = ada.headers;
    const half = await ask(query, { 'x-events-authorization': own! });
    expect(half.data['events']).toEqual({ nodes: [{ username: eventsMark(ada) }] });
    expect(half.data['usageRecord']).toBeNull();
    expect(half.data['service']).toEqual({
      sources: [
        { source: 'USAGE', configured: false },
        { source: 'EVENTS', configured: true },
      ],
    });
    expect(half.errors).toContainEqual(
      expect.objectContaining({
        path: ['usageRecord'],
        extensions: expect.objectContaining({ code: 'SOURCE_NOT_CONFIGURED', source: 'USAGE' }),
      }),
    );
    expect(usage.requests).toHaveLength(1);
    expect((await ask(BOTH, ada.headers)).errors).toBeUndefined();
  });

  test.each([
    ['x-usage-authorization', 'Bearer canary'],
    ['x-usage-authorization', 'User canary, Organization'],
    ['x-events-authorization', 'canary'],
    ['x-events-authorization', 'Bearer canary canary'],
  ])('are refused if %s is %s: the error names the header, and nothing is sent', async (name, value) => {
    const { ask, usage, events, reported } = createRig();
    const { status, data, errors } = await ask(BOTH, { ...ada.headers, [name]: value });
    expect([status, data]).toEqual([200, undefined]);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: name } }]);
    expect([...usage.requests, ...events.requests]).toEqual([]);
    expect(JSON.stringify([errors, reported])).not.toContain('canary');
  });

  test('are ignored if the service has its own vendor credentials', async () => {
    const transport = createFakeTransport(answerUsage);
    const app = createTestApp(
      { USAGE_API_USER_SECRET: 'own-u', USAGE_API_ORGANIZATION_SECRET: 'own-o' },
      { clock: { now: () => NOW_MS }, transports: { USAGE: transport } },
    );
    onTestFinished(() => app.close());
    await app.fetch('http://127.0.0.1/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...ada.headers },
      body: JSON.stringify({ query: '{ usageRecord(recordId: "r1") { instanceName } }' }),
    });
    expect(transport.requests.map(({ authorization }) => authorization)).toEqual([
      'User own-u, Organization own-o',
    ]);
  });

  test('may send a cursor of another caller, and get only their own rows after it', async () => {
    const { ask } = createRig();
    const query = `query ($after: String) { usageRecords(first: 2, after: $after) {
      nodes { recordId instanceName } pageInfo { endCursor } } }`;
    const first = await ask(query, ada.headers);
    const { endCursor } = (first.data['usageRecords'] as RecordPage).pageInfo;
    for (const caller of [ada, bob]) {
      const next = await ask(query, caller.headers, { after: endCursor });
      expect((next.data['usageRecords'] as RecordPage).nodes).toEqual([
        { recordId: 'r2', instanceName: usageMark(caller) },
        { recordId: 'r3', instanceName: usageMark(caller) },
      ]);
    }
    // A cursor is still valid after the token was renewed.
    const renewed = { ...ada.headers, 'x-usage-authorization': 'User renewed, Organization canary-shared' };
    expect((await ask(query, renewed, { after: endCursor })).errors).toBeUndefined();
  });

  test('are read with the vendor quirks of their own credentials only', async () => {
    const rows = Array.from({ length: 300 }, (_, n) => ({
      id: `r${n}`,
      usageDate: new Date(ROW_MS - n * 1_000).toISOString(),
    }));
    const { ask } = createRig({
      usage: createFakeTransport(({ target, authorization }) => {
        const query = new URL(target, 'http://vendor.test').searchParams;
        const [from, to] = [Date.parse(query.get('from') ?? ''), Date.parse(query.get('to') ?? '')];
        const inside = rows.filter(({ usageDate }) => {
          const ms = Date.parse(usageDate);
          return ms >= from && ms <= to;
        });
        const offset = Number(query.get('pageOffset'));
        const size = Math.min(Number(query.get('pageSize')), authorization?.includes('ada') ? 200 : 50);
        return jsonAnswer(inside.slice(offset, offset + size));
      }),
    });
    const query = '{ usageRecords(first: 250) { nodes { recordId } pageInfo { hasNextPage } } }';
    for (const caller of [ada, bob, ada, bob]) {
      const { data } = await ask(query, caller.headers);
      const { nodes, pageInfo } = data['usageRecords'] as RecordPage;
      expect([caller.name, nodes.length, pageInfo]).toEqual([caller.name, 250, { hasNextPage: true }]);
    }
  });

  test('do not change the calls of others if the vendor refuses every call of theirs', async () => {
    const sorts: (string | null)[] = [];
    const { ask } = createRig({
      transports: {
        USAGE: createFakeTransport(answerUsage),
        EVENTS: createFakeTransport((request) => {
          if (request.authorization?.includes('bob')) return jsonAnswer({ message: 'no' }, 400);
          sorts.push(new URL(request.target, 'http://vendor.test').searchParams.get('sort'));
          return answerEvents(request);
        }),
      },
    });
    const query = '{ events(first: 1) { nodes { username } } }';
    expect((await ask(query, bob.headers)).errors).toMatchObject([
      { extensions: { code: 'UPSTREAM_REJECTED' } },
    ]);
    expect((await ask(query, ada.headers)).data['events']).toEqual({
      nodes: [{ username: eventsMark(ada) }],
    });
    expect(sorts).toEqual(['timestamp:desc,id:desc']);
  });

  test('leave no secrets in answers, logs or faults', async () => {
    const { ask, reported } = createRig({
      transports: {
        USAGE: createFakeTransport(() => jsonAnswer({ message: 'no' }, 401)),
        EVENTS: createFakeTransport(() => {
          throw new TypeError('a fault of ours');
        }),
      },
    });
    const answers = [await ask(BOTH, ada.headers), await ask('{ nonsense }', ada.headers)];
    expect(reported.length).toBeGreaterThan(1);
    expect(JSON.stringify([answers, reported])).not.toContain('canary');
  });
});

test('interleaved callers of five scopes never get rows of another', async () => {
  const callers = ['a', 'b', 'c', 'd', 'e'].map(callerOf);
  const step = fc.record({
    who: fc.nat({ max: callers.length - 1 }),
    // Few different records, because only equal questions could get another caller's answer.
    what: fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 4 }),
    act: fc.constantFrom(...(['ask', 'ask', 'ask', 'ask', 'answer', 'fail', 'wait'] as const)),
  });
  let [reads, foreign, sent] = [0, 0, 0];
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 150, maxLength: 150 }), async (steps) => {
      const pending: { answer(): void; fail(): void }[] = [];
      const { ask, time } = createRig({
        usage: createFakeTransport(
          (request) =>
            new Promise((resolve) => {
              sent += 1;
              pending.push({
                answer: () => resolve(answerUsage(request)),
                fail: () => resolve(jsonAnswer({}, 400)),
              });
            }),
        ),
      });
      const waiting: Promise<void>[] = [];
      for (const { who, what, act } of steps) {
        const caller = callers[who]!;
        if (act === 'wait') time.advance(1_000);
        else if (act !== 'ask') pending.shift()?.[act]();
        else {
          const fields = what.map(
            (id, n) => `f${n}: usageRecord(recordId: "r${id}") { recordId instanceName }`,
          );
          waiting.push(
            ask(`{ ${fields.join(' ')} }`, caller.headers).then(({ data }) => {
              for (const [n, id] of what.entries()) {
                const record = data[`f${n}`] as { recordId: string; instanceName: string } | null;
                if (!record) continue;
                reads += 1;
                if (record.recordId !== `r${id}` || record.instanceName !== usageMark(caller)) foreign += 1;
              }
            }),
          );
        }
        if (who === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      const timer = setInterval(() => pending.splice(0).forEach((one) => one.answer()), 1);
      await Promise.all(waiting).finally(() => clearInterval(timer));
    }),
    { numRuns: 10 },
  );
  expect(foreign).toBe(0);
  expect(reads).toBeGreaterThan(1_000);
  // Calls and the cache are shared within each scope.
  expect(sent).toBeLessThan(reads / 2);
});

test('the sandbox answers a caller with its credentials, and no other', async () => {
  const sandbox = await startSandbox({ nowMs: NOW_MS, arrivals: false, usageRows: 50, eventsRows: 20 });
  onTestFinished(() => sandbox.close());
  const app = createTestApp(
    {
      VENDOR_CREDENTIALS: 'request',
      SIGHTLINE_SECRET: TEST_SECRET,
      USAGE_API_URL: sandbox.usageUrl,
      EVENTS_API_URL: sandbox.eventsUrl,
      HOST: '0.0.0.0',
    },
    { clock: { now: () => sandbox.now() } },
  );
  onTestFinished(() => app.close());
  const { usageUserSecret, usageOrganizationSecret, eventsToken } = sandbox.credentials;
  const ask = async (usage: string, events: string): Promise<Answer> => {
    const response = await app.fetch('http://127.0.0.1/graphql', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-usage-authorization': usage,
        'x-events-authorization': events,
      },
      body: JSON.stringify({
        query: '{ usageRecords(first: 1) { nodes { id } } events(first: 1) { nodes { id } } }',
      }),
    });
    return { status: response.status, ...((await response.json()) as Omit<Answer, 'status'>) };
  };
  const right = [
    `User ${usageUserSecret}, Organization ${usageOrganizationSecret}`,
    `Bearer ${eventsToken}`,
  ] as const;
  expect((await ask(...right)).data).toMatchObject({
    usageRecords: { nodes: [{}] },
    events: { nodes: [{}] },
  });
  const wrong = await ask('User canary, Organization canary', 'Bearer canary');
  expect(wrong.data).toEqual({ usageRecords: null, events: null });
  expect(wrong.errors).toMatchObject([
    { extensions: { code: 'UPSTREAM_UNAUTHENTICATED' } },
    { extensions: { code: 'UPSTREAM_UNAUTHENTICATED' } },
  ]);
  expect(JSON.stringify(wrong)).not.toContain('canary');
});
