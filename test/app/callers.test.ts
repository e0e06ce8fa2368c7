import { once } from 'node:events';
import { createServer, request as ask } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import type { App, AppOverrides } from '../../src/app.ts';
import { readConfig } from '../../src/config/load.ts';
import type { AuditLine } from '../../src/http/plugins/audit.ts';
import { hashDocument } from '../../src/http/trusted-documents.ts';
import { hasRedis, startRedis } from '../support/redis-server.ts';
import { NOW_MS, startApp, TEST_SECRET } from '../support/running-app.ts';
import type { RunningApp } from '../support/running-app.ts';
import { until } from '../support/upstream-fixtures.ts';

const DOCUMENT =
  'query Last { usageRecords(first: 3, filter: { status: SUCCESS }) { nodes { id requestURI } } }';
const MANIFEST = { [hashDocument(DOCUMENT)]: DOCUMENT };

let running: RunningApp;
const apps: App[] = [];
const servers: Server[] = [];
beforeAll(async () => {
  running = await startApp({ usageRows: 300, eventsRows: 200 });
});
afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await Promise.all(apps.map((app) => app.close()));
  await running.close();
});

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

interface Service {
  post(body: unknown, headers?: Record<string, string>): Promise<Reply>;
  send(method: string, path: string, headers: Record<string, string>, body?: string): Promise<Reply>;
}

/** Starts the whole service on a free port. */
async function serve(env: Record<string, string> = {}, overrides: AppOverrides = {}): Promise<Service> {
  const { credentials, usageUrl, eventsUrl } = running.sandbox;
  const reading = readConfig(
    {
      USAGE_API_URL: usageUrl,
      USAGE_API_USER_SECRET: credentials.usageUserSecret,
      USAGE_API_ORGANIZATION_SECRET: credentials.usageOrganizationSecret,
      EVENTS_API_URL: eventsUrl,
      EVENTS_API_TOKEN: credentials.eventsToken,
      SIGHTLINE_SECRET: TEST_SECRET,
      ...env,
    },
    () => JSON.stringify(MANIFEST),
  );
  if (reading.kind === 'faults') throw new Error(reading.faults.join('\n'));
  const app = createApp(reading.config, { clock: { now: () => NOW_MS }, ...overrides });
  apps.push(app);
  const server = createServer((request, response) => void app.handle(request, response));
  servers.push(server);
  server.listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const send: Service['send'] = async (method, path, headers, body) => {
    const sent = ask({ host: '127.0.0.1', port, method, path, headers, agent: false });
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      text: Buffer.concat(chunks).toString(),
    };
  };
  return {
    send,
    post: (body, headers = {}) =>
      send('POST', '/graphql', { 'content-type': 'application/json', ...headers }, JSON.stringify(body)),
  };
}

const codesOf = ({ text }: Reply): string[] =>
  ((JSON.parse(text) as { errors?: { extensions: { code: string } }[] }).errors ?? []).map(
    ({ extensions }) => extensions.code,
  );

describe('trusted documents', () => {
  test('are answered by hash or by full text, and all others are refused before they are parsed', async () => {
    const { post } = await serve({ SIGHTLINE_TRUSTED_DOCUMENTS: 'manifest.json' });
    const hash = hashDocument(DOCUMENT);
    for (const body of [
      { query: DOCUMENT },
      { documentId: hash },
      { documentId: `sha256:${hash}` },
      { extensions: { persistedQuery: { version: 1, sha256Hash: hash } } },
    ]) {
      expect(JSON.parse((await post(body)).text), JSON.stringify(body)).toMatchObject({
        data: { usageRecords: { nodes: [{}, {}, {}] } },
      });
    }
    for (const body of [
      { query: `${DOCUMENT} ` },
      { query: '{ service { version } }' },
      { query: '{{{' },
      { query: '{ __typename }', extensions: { persistedQuery: { version: 1, sha256Hash: hash } } },
      { documentId: '0'.repeat(64) },
      { documentId: 'constructor' },
      { extensions: { persistedQuery: { sha256Hash: { toString: 1 } } } },
      {},
    ]) {
      const reply = await post(body);
      expect(codesOf(reply), JSON.stringify(body)).toEqual(['FORBIDDEN']);
      expect(reply.text).not.toContain('Syntax');
    }
  });

  test('disable GraphiQL', async () => {
    const { send } = await serve({ SIGHTLINE_TRUSTED_DOCUMENTS: 'manifest.json' });
    expect(await send('GET', '/graphql', { accept: 'text/html' })).toMatchObject({
      status: 404,
      text: expect.stringContaining('trusted documents only'),
    });
  });
});

describe('the audit trail', () => {
  test('has a line for every operation, also for refused ones, and contains no values of callers', async () => {
    const lines: AuditLine[] = [];
    const { post, send } = await serve(
      { SIGHTLINE_MAX_COST: '300' },
      { audit: { take: (line) => void lines.push(line) } },
    );
    const json = { 'content-type': 'application/json' };
    const canary = 'canary';
    const replies = [
      await post({ query: DOCUMENT, operationName: 'Last' }),
      await post({
        query: `query Who($who: String!, $ip: IP) { canary_alias: events(first: 2, filter: { username: { eq: $who }, ipAddress: $ip, not: { searchText: "canary" } }) { nodes { id username } } }`,
        variables: { who: canary, ip: '203.0.113.77' },
      }),
      await post({ query: `{ usageRecord(recordId: "${canary}") { id } }` }),
      await post({ query: '{ canary' }),
      await post({ query: '{ canary }' }),
      await post({
        query:
          '{ timeline(first: 500) { nodes { id ... on Event { relatedUsage(first: 500) { edges { cursor } } } } } }',
      }),
      await post({ query: 'query ($n: Int!) { events(first: $n) { from } }', variables: { n: canary } }),
      await post([{ query: DOCUMENT }]),
      await send('POST', '/graphql', { 'content-type': 'text/plain' }, `{"query":"{canary}"}`),
      await send('POST', '/graphql', json, `{"query":"${'x'.repeat(70_000)}"}`),
      await send('POST', '/graphql', json, 'canary'),
    ];
    await send('GET', '/health/live', {});
    await send('GET', '/graphql', { accept: 'text/html' });
    await expect.poll(() => lines.length).toBe(replies.length);
    expect(lines.map(({ status }) => status).toSorted()).toEqual(
      replies.map(({ status }) => status).toSorted(),
    );
    expect(lines[0]).toEqual({
      callerKind: 'open',
      caller: null,
      document: hashDocument(DOCUMENT),
      operation: 'Last',
      fields: [
        'Query.usageRecords',
        'UsageRecord.id',
        'UsageRecord.requestURI',
        'UsageRecordConnection.nodes',
      ],
      arguments: ['Query.usageRecords(filter.status)', 'Query.usageRecords(first)'],
      rows: 3,
      vendorCalls: [{ source: 'USAGE', operation: '/usage', calls: 1, rows: expect.any(Number) }],
      outcome: [],
      status: 200,
    });
    expect(lines[1]?.arguments).toEqual([
      'Query.events(filter.ipAddress)',
      'Query.events(filter.not.searchText)',
      'Query.events(filter.username.eq)',
      'Query.events(first)',
    ]);
    expect(lines.slice(3, 6).map(({ outcome }) => outcome)).toEqual([
      ['GRAPHQL_PARSE_FAILED'],
      ['GRAPHQL_VALIDATION_FAILED'],
      ['LIMIT_EXCEEDED'],
    ]);
    const trail = JSON.stringify(lines);
    expect(trail).not.toMatch(/canary|203\.0\.113|127\.0\.0\.1/);
    const rows = (
      JSON.parse(replies[0]!.text) as {
        data: { usageRecords: { nodes: { id: string; requestURI: string }[] } };
      }
    ).data.usageRecords.nodes;
    for (const { id, requestURI } of rows) {
      expect(trail).not.toContain(id);
      expect(trail).not.toContain(requestURI);
    }
  });
});

describe('points', () => {
  const far = { 'x-forwarded-for': '198.51.100.1' };

  test('if a caller has spent their points, the refusal says how long to wait, and no call is made', async () => {
    const { post } = await serve({
      SIGHTLINE_MAX_COST: '250',
      SIGHTLINE_RATE_CAPACITY: '250',
      SIGHTLINE_RATE_PER_SECOND: '10',
    });
    const query = '{ usageRecords(first: 5) { nodes { id } } }';
    const first = await post({ query }, far);
    expect(first.status).toBe(200);
    expect(first.headers).toMatchObject({
      ratelimit: expect.stringMatching(/^"points";r=\d+;t=\d+$/),
      'ratelimit-policy': '"points";q=250;w=25',
    });
    // Points that were estimated but not used are given back, so that several operations fit.
    let reply = first;
    for (let n = 0; n < 30 && reply.status === 200; n += 1) reply = await post({ query }, far);
    expect(reply.status).toBe(429);
    expect(codesOf(reply)).toEqual(['LIMIT_EXCEEDED']);
    expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
    expect((await post({ query })).status).toBe(200);
    expect((await post({ query })).headers['ratelimit']).toBeUndefined();
  });

  test.runIf(hasRedis)(
    'instances that share a Redis have one budget, and without Redis each has its own',
    async () => {
      const redis = await startRedis();
      onTestFinished(() => redis.kill());
      const env = {
        REDIS_URL: `redis://127.0.0.1:${redis.port}`,
        SIGHTLINE_REDIS_TIMEOUT_MS: '5000',
        SIGHTLINE_MAX_COST: '250',
        SIGHTLINE_RATE_CAPACITY: '250',
      };
      const [one, other] = [await serve(env), await serve(env)];
      for (const { post } of [one, other]) {
        await redis.command('FLUSHALL');
        await until(async () => {
          await post({ query: '{ service { version } }' }, far);
          return Number(await redis.command('DBSIZE')) > 0;
        });
      }
      const query = '{ usageRecords(first: 5) { nodes { id } } }';
      let status = 200;
      for (let n = 0; n < 30 && status === 200; n += 1) ({ status } = await one.post({ query }, far));
      expect(status).toBe(429);
      expect((await other.post({ query }, far)).status).toBe(429);
      await redis.kill();
      expect((await other.post({ query }, far)).status).toBe(200);
    },
  );

  test('settings that would refuse every operation are a fault', () => {
    expect(readConfig({ SIGHTLINE_RATE_CAPACITY: '999' })).toEqual({
      kind: 'faults',
      faults: ['SIGHTLINE_RATE_CAPACITY must be 0 (off) or at least SIGHTLINE_MAX_COST.'],
    });
    expect(readConfig({ SIGHTLINE_RATE_CAPACITY: '0' }).kind).toBe('config');
  });
});

describe('pages of other origins', () => {
  const preflight = {
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-type',
  };
  const allowed = (reply: Reply): unknown => reply.headers['access-control-allow-origin'];

  test('read nothing if they are not listed, and a sandboxed frame reads nothing', async () => {
    const closed = await serve();
    const listed = await serve({ SIGHTLINE_CORS_ORIGINS: 'https://app.example.org, https://b.example.org' });
    for (const { send, post } of [closed, listed]) {
      for (const origin of ['https://evil.example', 'null', 'https://app.example.org.evil.example']) {
        expect(allowed(await send('OPTIONS', '/graphql', { origin, ...preflight }))).toBeUndefined();
        expect(allowed(await post({ query: '{ __typename }' }, { origin }))).toBeUndefined();
      }
    }
  });

  test('are reported once each if they are refused, at the preflight or at the answer', async () => {
    const reported: string[] = [];
    const { send, post } = await serve({}, { onRefusedOrigin: (message) => reported.push(message) });
    const origin = 'http://localhost:5173';
    await send('OPTIONS', '/graphql', { origin, ...preflight });
    await post({ query: '{ __typename }' }, { origin });
    await post({ query: '{ __typename }' }, { origin: 'null' });
    expect(reported).toEqual([
      expect.stringContaining(`SIGHTLINE_CORS_ORIGINS=${origin}`),
      expect.stringContaining('without an origin'),
    ]);
  });

  test('read answers if they are listed, without cookies', async () => {
    const { send, post } = await serve({
      SIGHTLINE_CORS_ORIGINS: 'https://app.example.org,https://b.example.org',
    });
    const origin = 'https://b.example.org';
    const asked = await send('OPTIONS', '/graphql', { origin, ...preflight });
    expect([asked.status, allowed(asked)]).toEqual([204, origin]);
    expect(asked.headers['access-control-allow-headers']).toBe('content-type');
    expect(asked.headers['access-control-allow-credentials']).toBeUndefined();
    expect(allowed(await post({ query: '{ __typename }' }, { origin }))).toBe(origin);
  });

  test('a list of origins that no browser would match is a fault', () => {
    for (const list of ['https://app.example.org/', 'app.example.org', '*', 'https://APP.example.org']) {
      expect(readConfig({ SIGHTLINE_CORS_ORIGINS: list }).kind, list).toBe('faults');
    }
  });
});
