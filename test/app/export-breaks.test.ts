import { once } from 'node:events';
import { createServer, get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { AppOverrides } from '../../src/app.ts';
import { SOURCES } from '../../src/base/source.ts';
import type { Source } from '../../src/base/source.ts';
import type { Receipt } from '../../src/http/export/receipts.ts';
import type { RequestLine } from '../../src/http/handler.ts';
import { createApiKey } from '../../src/http/identity/api-keys.ts';
import type { AuditLine } from '../../src/http/plugins/audit.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import type { RunningSandbox } from '../../src/sandbox/start.ts';
import { createHttpTransport } from '../../src/upstream/http-transport.ts';
import { TransportFailure } from '../../src/upstream/transport.ts';
import type { Transport } from '../../src/upstream/transport.ts';
import { addressOf, createFakeTiming, readExport, UNPACED } from '../support/exported.ts';
import { createTestApp, NOW_MS, PATIENT } from '../support/running-app.ts';

const RANGE = { from: '2026-02-03T00:00:00Z', to: '2026-03-04T11:00:00Z' };
const PAGE = '100';

let sandbox: RunningSandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ nowMs: NOW_MS, arrivals: false, usageRows: 900, eventsRows: 600 });
});
afterAll(() => sandbox.close());

/** The service over vendors that answer a number of further calls and are then gone. */
function createBreakable(env: Readonly<Record<string, string>> = {}, overrides: AppOverrides = {}) {
  const state = { left: { USAGE: Infinity, EVENTS: Infinity } as Record<Source, number>, calls: 0 };
  const lines: RequestLine[] = [];
  const trail: AuditLine[] = [];
  const timing = createFakeTiming();
  const createTransport = (source: Source): Transport => {
    const inner = createHttpTransport({
      baseUrl: new URL(source === 'USAGE' ? sandbox.usageUrl : sandbox.eventsUrl),
      maxConcurrency: 8,
      maxBodyBytes: 8 * 1024 * 1024,
      attemptTimeoutMs: 30_000,
    });
    return {
      async get(request) {
        if (state.left[source] <= 0) throw new TransportFailure('unreachable');
        state.left[source] -= 1;
        state.calls += 1;
        return inner.get(request);
      },
      close: () => inner.close(),
    };
  };
  const app = createTestApp(
    {
      USAGE_API_URL: sandbox.usageUrl,
      EVENTS_API_URL: sandbox.eventsUrl,
      USAGE_API_USER_SECRET: sandbox.credentials.usageUserSecret,
      USAGE_API_ORGANIZATION_SECRET: sandbox.credentials.usageOrganizationSecret,
      EVENTS_API_TOKEN: sandbox.credentials.eventsToken,
      SIGHTLINE_MAX_PAGE_SIZE: PAGE,
      ...PATIENT,
      ...UNPACED,
      ...env,
    },
    {
      clock: { now: () => NOW_MS },
      random: () => 0.5,
      transports: { USAGE: createTransport('USAGE'), EVENTS: createTransport('EVENTS') },
      limits: { retryBaseMs: 0, retryMaxMs: 0 },
      exportTiming: timing,
      onRequest: (line) => lines.push(line),
      audit: { take: (line) => trail.push(line) },
      ...overrides,
    },
  );
  onTestFinished(() => app.close());
  return { app, state, lines, trail, timing };
}

/** Opens a port for the service. */
async function listen(app: ReturnType<typeof createTestApp>): Promise<string> {
  const server = createServer((request, response) => void app.handle(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const withoutReceipt = (text: string): string => text.slice(0, text.lastIndexOf('{"export"'));

describe('a vendor that dies in the middle of an export', () => {
  test.each([
    ['usage', 'USAGE'],
    ['events', 'EVENTS'],
    ['timeline', 'USAGE'],
    ['timeline', 'EVENTS'],
  ] as const)(
    'of %s leaves a receipt that is not complete, and a cursor from which the rest follows',
    async (name, source) => {
      const { app, state, timing } = createBreakable();
      const whole = await readExport(app, `${name}.ndjson`, { range: RANGE });
      expect(whole.receipt?.complete).toBe(true);
      state.left[source] = 3;
      const cut = await readExport(app, `${name}.ndjson`, { range: RANGE }, { 'cache-control': 'no-cache' });
      expect(cut.rows.length).toBeGreaterThan(50);
      expect(cut.rows.length).toBeLessThan(whole.rows.length);
      expect(cut.receipt).toMatchObject({
        complete: false,
        rows: cut.rows.length,
        endCursor: expect.any(String),
      });
      const unread = cut.receipt!.coverage.filter(({ status }) => status === 'FAILED');
      expect(unread).toMatchObject(
        (name === 'timeline' ? SOURCES : [source]).map((one) => ({
          source: one,
          code: 'UPSTREAM',
          from: '2026-02-03T00:00:00.000Z',
          origin: 'NONE',
          reason: expect.any(String),
        })),
      );
      // The page was asked for again after each of these waits.
      expect(timing.waits).toEqual([1_000, 5_000, 20_000]);
      state.left[source] = Infinity;
      const rest = await readExport(app, `${name}.ndjson`, { range: RANGE, after: cut.receipt!.endCursor! });
      expect(withoutReceipt(cut.text) + withoutReceipt(rest.text)).toBe(withoutReceipt(whole.text));
      expect(rest.receipt).toMatchObject({ complete: true, endCursor: null });
    },
  );

  test('and comes back while the export waits costs nothing but time', async () => {
    const { app, state } = createBreakable(
      {},
      {
        exportTiming: {
          now: () => 0,
          async wait() {
            state.left.EVENTS = Infinity;
          },
        },
      },
    );
    state.left.EVENTS = 2;
    const { receipt } = await readExport(app, 'events.ndjson', { range: RANGE });
    expect(receipt).toMatchObject({ complete: true, endCursor: null });
  });

  test('before the first row is an error with a status of its own', async () => {
    const { app, state, lines } = createBreakable();
    state.left.EVENTS = 0;
    for (const name of ['events', 'timeline']) {
      const { status, text } = await readExport(app, `${name}.ndjson`, { range: RANGE });
      expect([status, JSON.parse(text)]).toMatchObject([
        503,
        { errors: [{ extensions: { code: 'UPSTREAM_UNAVAILABLE', source: 'EVENTS' } }] },
      ]);
    }
    expect(lines).toMatchObject([{ status: 503, errors: ['UPSTREAM_UNAVAILABLE'] }, { status: 503 }]);
  });
});

describe('a cursor of an export', () => {
  test('goes on at another instance with the same secret, with the range that the first page fixed', async () => {
    const range = { last: 'P10D' };
    const [first, second] = [
      createBreakable(),
      createBreakable({}, { clock: { now: () => NOW_MS + 3_600_000 } }),
    ];
    const whole = await readExport(first.app, 'timeline.ndjson', { range });
    const { rows } = await readExport(first.app, 'timeline.ndjson', { range, fields: 'cursor' });
    const after = rows[70]!['cursor'] as string;
    const rest = await readExport(second.app, 'timeline.ndjson', { range, after });
    expect(rest.rows).toEqual(whole.rows.slice(71));
  });
});

describe('exports at the same time', () => {
  test('are refused above their number, until one has ended or its caller has left', async () => {
    const { app } = createBreakable({ SIGHTLINE_MAX_EXPORTS: '2' });
    const address = addressOf('events.ndjson', { range: RANGE });
    const [first, second] = [await app.fetch(address), await app.fetch(address)];
    const refused = await app.fetch(address);
    expect([refused.status, refused.headers.get('retry-after'), await refused.json()]).toMatchObject([
      429,
      '30',
      { errors: [{ extensions: { code: 'LIMIT_EXCEEDED', limit: 'maxExports', allowed: 2 } }] },
    ]);
    await first.text();
    const third = await app.fetch(address);
    expect(third.status).toBe(200);
    await second.body?.cancel();
    await third.text();
    for (let round = 0; round < 5; round += 1) {
      const again = await app.fetch(address);
      expect(again.status).toBe(200);
      await again.text();
    }
  });

  test('leave their place also if they were compressed', async () => {
    const { app, trail } = createBreakable({ SIGHTLINE_MAX_EXPORTS: '1' });
    const address = addressOf('usage.ndjson', { range: RANGE });
    for (const encoding of ['gzip', 'zstd']) {
      const answer = await app.fetch(address, { headers: { 'accept-encoding': encoding } });
      const reader = answer.body!.getReader();
      await reader.read();
      await reader.cancel();
      await expect.poll(() => trail.at(-1)?.export?.state).toBe('left');
    }
    const again = await app.fetch(address);
    expect([again.status, (await again.text()).includes('"complete":true')]).toEqual([200, true]);
  });

  test('wait for the pace of all of them together', async () => {
    const { app, timing, lines } = createBreakable({ SIGHTLINE_EXPORT_CALLS_PER_MINUTE: '6' });
    await Promise.all([1, 2].map(() => readExport(app, 'events.ndjson', { range: RANGE })));
    const calls = lines.reduce((sum, { vendorCalls }) => sum + vendorCalls, 0);
    expect(calls).toBeGreaterThanOrEqual(6);
    expect(timing.now()).toBeGreaterThan(20_000);
  });

  test('cost points only for their first page', async () => {
    const identified = createApiKey('auditor', ['events:read', 'export']);
    if (typeof identified === 'string') throw new Error(identified);
    const { app } = createBreakable({
      SIGHTLINE_API_KEYS: identified.line,
      SIGHTLINE_MAX_COST: '300',
      SIGHTLINE_RATE_CAPACITY: '300',
      SIGHTLINE_RATE_PER_SECOND: '1',
    });
    const headers = { 'x-api-key': identified.key };
    const { headers: answered, receipt } = await readExport(app, 'events.ndjson', { range: RANGE }, headers);
    expect(receipt?.complete).toBe(true);
    expect(answered.get('ratelimit')).toMatch(/^"points";r=\d+;t=\d+$/);
    const statuses = new Set<number>();
    for (let n = 0; n < 30; n += 1)
      statuses.add((await readExport(app, 'events.ndjson', { range: RANGE }, headers)).status);
    expect(statuses).toEqual(new Set([200, 429]));
  });
});

describe('a caller who leaves', () => {
  test('ends the export: no further call is made, its place is free, and the trail says so', async () => {
    const { app, state, trail } = createBreakable({
      SIGHTLINE_MAX_EXPORTS: '1',
      SIGHTLINE_DEFAULT_PAGE_SIZE: '5',
      SIGHTLINE_MAX_PAGE_SIZE: '5',
    });
    const base = await listen(app);
    const path = addressOf('timeline.ndjson', { range: RANGE }).slice('http://127.0.0.1'.length);
    const request = get(`${base}${path}`);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const receiptPath = response.headers['export-receipt'] as string;
    await once(response, 'data');
    response.destroy();
    request.destroy();
    await expect.poll(() => trail.at(-1)?.export?.state).toBe('left');
    const { calls } = state;
    expect(trail).toMatchObject([
      {
        operation: 'ExportTimeline',
        rows: 0,
        status: 200,
        export: { state: 'begun', list: 'timeline', format: 'ndjson', sha256: null },
      },
      {
        operation: 'ExportTimeline',
        status: null,
        export: { state: 'left', isComplete: false, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      },
    ]);
    const again = await readExport(app, 'events.ndjson', { range: { last: 'P1D' } });
    expect(again.status).toBe(200);
    expect(calls).toBeLessThan(300);
    // What was sent until then can still be told.
    const answer = await app.fetch(`http://127.0.0.1${receiptPath}`);
    expect(await answer.json()).toMatchObject({
      export: { complete: false, rows: trail[1]!.rows },
      bytes: expect.any(Number),
    });
  });

  test('or reads nothing holds no more than a few pages', async () => {
    const { app, state } = createBreakable({ SIGHTLINE_MAX_PAGE_SIZE: '100' });
    const answer = await app.fetch(addressOf('timeline.ndjson', { range: RANGE }));
    const reader = answer.body!.getReader();
    await reader.read();
    await new Promise((resolve) => setImmediate(resolve));
    const before = state.calls;
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(state.calls - before).toBeLessThanOrEqual(4);
    await reader.cancel();
  });
});

describe('the audit trail of an export', () => {
  test('has its rows, its digest, its fields and its arguments, and no value', async () => {
    const { app, trail } = createBreakable();
    const { receipt } = await readExport(app, 'events.ndjson', {
      range: RANGE,
      filter: { action: { eq: 'user-locked-out' } },
      fields: 'id,action',
    });
    expect(trail).toHaveLength(2);
    expect(trail[1]).toMatchObject({
      operation: 'ExportEvents',
      rows: receipt?.rows,
      outcome: [],
      status: 200,
      arguments: [
        'Query.events(filter.action.eq)',
        'Query.events(first)',
        'Query.events(range.from)',
        'Query.events(range.to)',
      ],
      vendorCalls: [{ source: 'EVENTS', operation: '/events' }],
      export: {
        list: 'events',
        format: 'ndjson',
        state: 'ended',
        isResumed: false,
        sha256: receipt?.sha256,
        isComplete: true,
      },
    });
    expect(trail[1]?.fields).toContain('Event.action');
    expect(JSON.stringify(trail)).not.toContain('user-locked-out');
  });

  test('that breaks withholds the receipt', async () => {
    const state = { lines: 0 };
    const { app } = createBreakable(
      {},
      {
        audit: {
          take() {
            state.lines += 1;
            if (state.lines > 1) throw new Error('full');
          },
        },
        onFault: () => {},
      },
    );
    const answer = await app.fetch(addressOf('events.csv', { range: RANGE }));
    await expect(answer.text()).rejects.toThrow();
    const receipt = (await (
      await app.fetch(`http://127.0.0.1${answer.headers.get('export-receipt')}`)
    ).json()) as object;
    expect(receipt).not.toMatchObject({ export: { complete: true } });
  });
});

describe('callers', () => {
  const keys = Object.fromEntries(
    (
      [
        ['auditor', ['usage:read', 'events:read', 'pii:read', 'export']],
        ['other', ['usage:read', 'events:read', 'export']],
        ['dashboard', ['usage:read', 'events:read']],
        ['usage', ['usage:read', 'export']],
      ] as const
    ).map(([name, scopes]) => {
      const made = createApiKey(name, scopes);
      if (typeof made === 'string') throw new Error(made);
      return [name, made];
    }),
  );
  const env = {
    SIGHTLINE_API_KEYS: Object.values(keys)
      .map(({ line }) => line)
      .join(';'),
  };
  const as = (name: string) => ({ 'x-api-key': keys[name]!.key });

  test.each([
    [{}, 'events.csv', 401, 'UNAUTHENTICATED'],
    [{ 'x-api-key': 'sightline_wrong' }, 'events.csv', 401, 'UNAUTHENTICATED'],
    [as('dashboard'), 'events.csv', 403, 'FORBIDDEN'],
    [as('usage'), 'events.csv', 403, 'FORBIDDEN'],
    [as('usage'), 'usage.csv', 200, null],
    [as('auditor'), 'events.csv', 200, null],
  ])('%o of %s get %i %s', async (headers, path, status, code) => {
    const { app, state } = createBreakable(env);
    const answer = await readExport(app, path, { range: { last: 'P1D' } }, headers);
    expect(answer.status).toBe(status);
    if (code === null) return;
    expect(answer.text).toContain(`"code":"${code}"`);
    expect(state.calls).toBe(0);
  });

  test('who lack the scope of one source get the timeline of the other, and a receipt that is not complete', async () => {
    const { app } = createBreakable(env);
    const { rows, receipt } = await readExport(app, 'timeline.ndjson', { range: RANGE }, as('usage'));
    expect(new Set(rows.map((row) => row['source']))).toEqual(new Set(['USAGE']));
    expect(receipt).toMatchObject({ complete: false, endCursor: null });
    expect(receipt?.coverage).toContainEqual(
      expect.objectContaining({ source: 'EVENTS', code: 'FORBIDDEN', from: '2026-02-03T00:00:00.000Z' }),
    );
  });

  test('read their own receipts alone', async () => {
    const { app } = createBreakable(env);
    const { headers } = await readExport(app, 'usage.csv', { range: RANGE }, as('auditor'));
    const address = `http://127.0.0.1${headers.get('export-receipt')}`;
    const statuses = await Promise.all(
      [as('auditor'), as('other'), as('dashboard'), {}].map(async (proof) => {
        const answer = await app.fetch(address, { headers: proof });
        return answer.status;
      }),
    );
    expect(statuses).toEqual([200, 404, 403, 401]);
    const { export: receipt } = (await (await app.fetch(address, { headers: as('auditor') })).json()) as {
      export: Receipt;
    };
    expect(receipt).toMatchObject({ complete: true, endCursor: null });
  });

  test('are told apart by the vendor credentials that they bring', async () => {
    const { app } = createBreakable({
      VENDOR_CREDENTIALS: 'request',
      USAGE_API_USER_SECRET: '',
      USAGE_API_ORGANIZATION_SECRET: '',
      EVENTS_API_TOKEN: '',
    });
    const own = { 'x-events-authorization': `Bearer ${sandbox.credentials.eventsToken}` };
    const { status, headers } = await readExport(app, 'events.csv', { range: RANGE }, own);
    expect(status).toBe(200);
    const address = `http://127.0.0.1${headers.get('export-receipt')}`;
    const statuses = [];
    for (const sent of [own, { 'x-events-authorization': 'Bearer made-up' }, {}]) {
      const answer = await app.fetch(address, { headers: sent as Record<string, string> });
      statuses.push(answer.status);
    }
    expect(statuses).toEqual([200, 404, 404]);
    const refused = await readExport(app, 'events.csv', {}, { 'x-events-authorization': 'nonsense' });
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('x-events-authorization')]);
    const none = await readExport(app, 'events.csv');
    expect([none.status, none.text]).toEqual([502, expect.stringContaining('SOURCE_NOT_CONFIGURED')]);
  });

  test('of a service for trusted documents need a key', async () => {
    const manifest = new URL('../../docs/client/generated/persisted-documents.json', import.meta.url)
      .pathname;
    const open = createBreakable({ SIGHTLINE_TRUSTED_DOCUMENTS: manifest });
    expect((await readExport(open.app, 'usage.csv')).status).toBe(403);
    const identified = createBreakable({ ...env, SIGHTLINE_TRUSTED_DOCUMENTS: manifest });
    expect((await readExport(identified.app, 'usage.csv', {}, as('auditor'))).status).toBe(200);
  });

  test('of a listed origin may read an export and the address of its receipt', async () => {
    const origin = 'https://page.example';
    const { app } = createBreakable({ ...env, SIGHTLINE_CORS_ORIGINS: origin });
    const preflight = await app.fetch(addressOf('usage.csv'), { method: 'OPTIONS', headers: { origin } });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, origin]);
    const headers = { ...as('usage'), origin, 'sec-fetch-site': 'cross-site' };
    const answer = await readExport(app, 'usage.csv', { range: { last: 'P1D' } }, headers);
    expect([answer.status, answer.headers.get('access-control-expose-headers')]).toEqual([
      200,
      expect.stringContaining('export-receipt'),
    ]);
  });
});
