import { auditServer } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { App } from '../src/app.ts';
import { startSandbox } from '../src/sandbox/start.ts';
import type { RunningSandbox } from '../src/sandbox/start.ts';
import { askApp, countCalls, createTestApp, NOW_MS } from './support/running-app.ts';

// The whole service without its port, over sandboxes of both vendors.

let sandbox: RunningSandbox;
const apps: App[] = [];

beforeAll(async () => {
  sandbox = await startSandbox({ nowMs: NOW_MS, arrivals: false, usageRows: 4_000, eventsRows: 2_000 });
});
afterAll(async () => {
  await Promise.all(apps.map((app) => app.close()));
  await sandbox.close();
});

/** A service with an empty cache over the sandbox. `env` wins over the sandbox's settings. */
function createService(env: Record<string, string> = {}): App {
  const { usageUserSecret, usageOrganizationSecret, eventsToken } = sandbox.credentials;
  const app = createTestApp(
    {
      USAGE_API_URL: sandbox.usageUrl,
      USAGE_API_USER_SECRET: usageUserSecret,
      USAGE_API_ORGANIZATION_SECRET: usageOrganizationSecret,
      EVENTS_API_URL: sandbox.eventsUrl,
      EVENTS_API_TOKEN: eventsToken,
      ...env,
    },
    { clock: { now: () => sandbox.now() }, random: () => 0.5 },
  );
  apps.push(app);
  return app;
}

const readIds = async (sql: string): Promise<string[]> =>
  (await sandbox.query(sql)).map(({ id }) => String(id));

describe('the service', () => {
  test('passes all 61 audits of GraphQL over HTTP', async () => {
    const app = createService();
    const results = await auditServer({
      url: 'http://localhost/graphql',
      fetchFn: (url: string, init: RequestInit = {}) =>
        app.fetch(url, {
          ...init,
          headers: { ...(init.headers as Record<string, string>), 'graphql-require-preflight': '1' },
        }),
    });
    expect(results.filter(({ status }) => status !== 'ok').map(({ name }) => name)).toEqual([]);
    expect(results).toHaveLength(61);
  });

  test('ten aliases of five records cause five calls', async () => {
    const ids = await readIds('SELECT id FROM usage ORDER BY id LIMIT 5');
    const fields = Array.from(
      { length: 10 },
      (_, n) => `r${n}: usageRecord(recordId: "${ids[n % 5]}") { recordId }`,
    );
    const answer = await askApp<Record<string, { recordId: string }>>(
      createService(),
      `{ ${fields.join(' ')} }`,
    );
    expect(Object.values(answer.data).map(({ recordId }) => recordId)).toEqual([...ids, ...ids]);
    expect(countCalls(answer, 'USAGE')).toBe(5);
  });

  test('if one vendor is down, the answer of the other one is given', async () => {
    const app = createService({ EVENTS_API_URL: 'http://127.0.0.1:9/v1' });
    const { data, errors } = await askApp(
      app,
      '{ usageRecords(first: 1) { nodes { id } } events(first: 1) { nodes { id } } }',
    );
    expect(data).toMatchObject({ usageRecords: { nodes: [{}] }, events: null });
    expect(errors).toMatchObject([
      {
        path: ['events'],
        extensions: { code: 'UPSTREAM_UNAVAILABLE', source: 'EVENTS', operation: '/events' },
      },
    ]);
    const { data: later } = await askApp(app, '{ service { sources { source configured healthy } } }');
    expect(later).toEqual({
      service: {
        sources: [
          { source: 'USAGE', configured: true, healthy: true },
          { source: 'EVENTS', configured: true, healthy: false },
        ],
      },
    });
  });

  test('a source without credentials is not configured, and gives no made-up data', async () => {
    const app = createService({
      USAGE_API_URL: '',
      USAGE_API_USER_SECRET: '',
      USAGE_API_ORGANIZATION_SECRET: '',
    });
    const answer = await askApp(app, '{ usageRecords { nodes { id } } service { sources { configured } } }');
    expect(answer.data).toEqual({
      usageRecords: null,
      service: { sources: [{ configured: false }, { configured: true }] },
    });
    expect(answer.errors).toMatchObject([{ extensions: { code: 'SOURCE_NOT_CONFIGURED', source: 'USAGE' } }]);
    expect(answer.upstream).toEqual([]);
  });

  test('wrong credentials are reported, without their values', async () => {
    const app = createService({ EVENTS_API_TOKEN: 'canary-token' });
    const { errors } = await askApp(app, '{ events { nodes { id } } }');
    expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAUTHENTICATED', source: 'EVENTS' } }]);
    expect(JSON.stringify(errors)).not.toContain('canary');
  });

  test('an operation that needs more calls than it may make is refused before the first call', async () => {
    const app = createService({ SIGHTLINE_MAX_UPSTREAM_CALLS: '2' });
    const fields = ['a', 'b', 'c'].map((id) => `${id}: usageRecord(recordId: "${id}") { id }`);
    const answer = await askApp(app, `{ ${fields.join(' ')} }`);
    expect(answer.errors).toMatchObject([
      { extensions: { code: 'LIMIT_EXCEEDED', limit: 'maxUpstreamCalls', allowed: 2, requested: 3 } },
    ]);
    expect(answer.upstream).toEqual([]);
    expect(countCalls(await askApp(app, `{ ${fields.slice(1).join(' ')} }`), 'USAGE')).toBe(2);
  });

  test('the error for bad input names its argument, and no call is made', async () => {
    const app = createService();
    const cases: readonly (readonly [string, string, string])[] = [
      ['events(first: 501) { nodes { id } }', 'LIMIT_EXCEEDED', 'first'],
      ['events(first: 1, last: 1) { nodes { id } }', 'BAD_USER_INPUT', 'last'],
      [
        'events(range: { from: "2026-01-02T00:00:00Z", last: "P1D" }) { nodes { id } }',
        'BAD_USER_INPUT',
        'range.last',
      ],
      [
        'events(range: { from: "2026-01-02T00:00:00Z", to: "2026-01-01T00:00:00Z" }) { nodes { id } }',
        'BAD_USER_INPUT',
        'range.from',
      ],
      ['usageRecords(range: { last: "soon" }) { nodes { id } }', 'BAD_USER_INPUT', 'range.last'],
      ['usageAnalytics(range: { last: "P1D" }, timeZone: "Mars/Base") { id }', 'BAD_USER_INPUT', 'timeZone'],
      ['events(filter: { ipAddress: "10.0.0.0/40" }) { nodes { id } }', 'BAD_USER_INPUT', 'filter.ipAddress'],
      ['events(first: 1, after: "bm90IG91cnM") { nodes { id } }', 'CURSOR_INVALID', 'after'],
      ['usageRecords(filter: { hub: "" }) { nodes { id } }', 'BAD_USER_INPUT', 'filter.hub'],
      ['timeline(filter: { usage: { hub: "" } }) { nodes { id } }', 'BAD_USER_INPUT', 'filter.usage.hub'],
      ['usageRecords(last: 1, before: "bm90IG91cnM") { nodes { id } }', 'CURSOR_INVALID', 'before'],
    ];
    for (const [field, code, argument] of cases) {
      const answer = await askApp(app, `{ ${field} }`);
      expect(answer.errors, field).toMatchObject([{ extensions: { code, argument } }]);
      expect(answer.upstream, field).toEqual([]);
    }
    const malformed = await askApp(
      app,
      '{ usageRecord(recordId: "../users") { id } node(id: "../..") { id } }',
    );
    expect(malformed.data).toEqual({ usageRecord: null, node: null });
    expect(malformed.upstream).toEqual([]);
  });
});
