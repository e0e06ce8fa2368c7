import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Agent, createServer, request as send } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { Transport, TransportRequest } from '../../src/upstream/transport.ts';
import { createTestApp, NOW_MS } from '../support/running-app.ts';
import { createFakeTransport, createSimulatedTime, jsonAnswer } from '../support/upstream-fixtures.ts';

// Many tenants behind one proxy, each with their own vendor credentials: VENDOR_CREDENTIALS=request.

interface Reply {
  readonly status: number;
  readonly data: Readonly<Record<string, unknown>>;
  readonly codes: readonly unknown[];
}

const KEY = `sightline_${'k'.repeat(43)}`;

function answerRecord({ target }: TransportRequest) {
  const { pathname } = new URL(target, 'http://vendor.test');
  return jsonAnswer({ id: pathname.split('/').at(-1), usageDate: new Date(NOW_MS).toISOString() });
}

/** Starts the service on a port. `ask` sends requests as a proxy on the same machine does. */
async function serve(usage: Transport, env: Readonly<Record<string, string>> = {}) {
  const time = createSimulatedTime(NOW_MS);
  const app = createTestApp(
    { VENDOR_CREDENTIALS: 'request', SIGHTLINE_SECRET: 'a secret for the tests', ...env },
    {
      clock: time.clock,
      random: () => 0,
      transports: { USAGE: usage, EVENTS: createFakeTransport(() => jsonAnswer([])) },
    },
  );
  const agent = new Agent({ keepAlive: true });
  const server = createServer((request, response) => void app.handle(request, response));
  onTestFinished(async () => {
    agent.destroy();
    server.closeAllConnections();
    server.close();
    await app.close();
  });
  server.listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  let asked = 0;
  const ask = async (
    tenant: string | null,
    query = `{ usageRecord(recordId: "n${(asked += 1)}") { recordId } }`,
    eventsToken: string | null = null,
    key: string | null = null,
  ): Promise<Reply> => {
    const headers = {
      'content-type': 'application/json',
      'x-forwarded-for': '198.51.100.1',
      ...(tenant === null ? {} : { 'x-usage-authorization': `User ${tenant}, Organization o` }),
      ...(eventsToken === null ? {} : { 'x-events-authorization': `Bearer ${eventsToken}` }),
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
    };
    const sent = send({ host: '127.0.0.1', port, method: 'POST', path: '/graphql', headers, agent });
    sent.end(JSON.stringify({ query }));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as {
      data?: Reply['data'];
      errors?: { extensions: { code: string } }[];
    };
    return {
      status: response.statusCode ?? 0,
      data: body.data ?? {},
      codes: (body.errors ?? []).map(({ extensions }) => extensions.code),
    };
  };
  return { ask, time };
}

test.each(['has', 'has never'])(
  'the 500s of a tenant whom the vendor %s answered fail no calls of another tenant',
  async (has) => {
    let isIll = has === 'has never';
    const usage = createFakeTransport((request) =>
      isIll && request.authorization?.includes('ill') ? jsonAnswer({}, 500) : answerRecord(request),
    );
    const { ask, time } = await serve(usage);
    await ask('ill');
    isIll = true;
    const tenCalls = (name: string): string =>
      `{ ${Array.from({ length: 10 }, (_, n) => `f${n}: usageRecord(recordId: "${name}-${n}") { recordId }`).join(' ')} }`;
    let failed = 0;
    for (let turn = 0; turn < 22; turn += 1) {
      await ask('ill', tenCalls(`i${turn}`));
      failed += (await ask('good', tenCalls(`g${turn}`))).codes.length;
      time.advance(1_000);
    }
    expect(failed).toBe(0);
    // The breaker opens after about ten failed calls, and then lets one through every five seconds.
    const toIll = usage.requests.filter(({ authorization }) => authorization?.includes('ill'));
    expect(toIll.length).toBeLessThan(25);
  },
);

test('a vendor pause for made-up credentials binds no other tenant, not even a new one', async () => {
  const usage = createFakeTransport((request) =>
    request.authorization?.includes('made-up')
      ? jsonAnswer({}, 429, { 'retry-after': '60' })
      : answerRecord(request),
  );
  const { ask } = await serve(usage);
  expect((await ask('good')).codes).toEqual([]);
  for (let n = 0; n < 30; n += 1)
    expect((await ask(`made-up-${n}`)).codes).toEqual(['UPSTREAM_RATE_LIMITED']);
  const fresh = '{ usageRecord(recordId: "r2") { recordId } }';
  expect((await ask('good', fresh)).data).toEqual({ usageRecord: { recordId: 'r2' } });
  expect((await ask('new', fresh)).data).toEqual({ usageRecord: { recordId: 'r2' } });
  // Each of the made-up credentials was sent once, and has its own pause.
  expect((await ask('made-up-1')).codes).toEqual(['UPSTREAM_RATE_LIMITED']);
  expect(usage.requests.filter(({ authorization }) => authorization?.includes('made-up'))).toHaveLength(30);
});

test('`service` reports to each tenant the health of their own calls, and to others that of the tenants whom the vendor answered', async () => {
  const usage = createFakeTransport((request) => {
    if (request.authorization?.includes('ill')) return jsonAnswer({}, 500);
    if (request.authorization?.includes('good')) return answerRecord(request);
    return jsonAnswer({}, 429, { 'retry-after': '60' });
  });
  const { ask } = await serve(usage);
  const health = async (tenant: string | null): Promise<unknown> => {
    const { data } = await ask(tenant, '{ service { sources { healthy lastSuccessAt } } }');
    return (data as { service: { sources: readonly unknown[] } }).service.sources[0];
  };
  const answeredAt = new Date(NOW_MS).toISOString();
  await ask('ill');
  await ask('paused');
  expect(await health(null)).toEqual({ healthy: null, lastSuccessAt: null });
  await ask('good');
  expect(await health('good')).toEqual({ healthy: true, lastSuccessAt: answeredAt });
  expect(await health('ill')).toEqual({ healthy: false, lastSuccessAt: null });
  expect(await health('paused')).toEqual({ healthy: false, lastSuccessAt: null });
  expect(await health('new')).toEqual({ healthy: true, lastSuccessAt: answeredAt });
  expect(await health(null)).toEqual({ healthy: true, lastSuccessAt: answeredAt });
});

const POOR = {
  SIGHTLINE_MAX_COST: '250',
  SIGHTLINE_RATE_CAPACITY: '250',
  SIGHTLINE_RATE_PER_SECOND: '1',
};

test('tenants behind one proxy have a budget of points each, once the vendor has answered them', async () => {
  const usage = createFakeTransport((request) =>
    request.authorization?.includes('good') ? answerRecord(request) : jsonAnswer({}, 401),
  );
  const { ask } = await serve(usage, POOR);
  for (const tenant of ['good-a', 'good-b']) expect((await ask(tenant)).codes).toEqual([]);
  // Credentials that the vendor never answered share the budget of the proxy's address.
  let made = 0;
  while ((await ask(`x${made}`)).status === 200) made += 1;
  expect(made).toBeLessThan(25);
  for (const tenant of ['x', 'good-c']) expect((await ask(tenant)).status).toBe(429);
  // Answered credentials have a budget of their own.
  let spent = 0;
  while ((await ask('good-a')).status === 200) spent += 1;
  expect(spent).toBeLessThan(25);
  expect((await ask('good-b')).status).toBe(200);
});

test('made-up credentials for one source beside good ones for the other get no budget of their own', async () => {
  const { ask } = await serve(createFakeTransport(answerRecord), POOR);
  await ask('good');
  let asked = 0;
  while ((await ask('good', undefined, `made-up-${asked}`)).status === 200) asked += 1;
  expect(asked).toBeLessThan(25);
});

test('an identified caller has one budget, with any vendor credentials', async () => {
  const sha256 = createHash('sha256').update(KEY).digest('hex');
  const { ask } = await serve(createFakeTransport(answerRecord), {
    ...POOR,
    SIGHTLINE_API_KEYS: `ada usage:read ${sha256}`,
  });
  let asked = 0;
  while ((await ask(`good-${asked % 3}`, undefined, null, KEY)).status === 200) asked += 1;
  expect(asked).toBeLessThan(25);
});
