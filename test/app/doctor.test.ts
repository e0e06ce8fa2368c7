import { describe, expect, onTestFinished, test } from 'vitest';
import type { AppOverrides } from '../../src/app.ts';
import { examineOnce } from '../../src/doctor/doctor.ts';
import type { Report } from '../../src/doctor/report.ts';
import type { RequestLine } from '../../src/http/handler.ts';
import { createApiKey } from '../../src/http/identity/api-keys.ts';
import type { NewApiKey } from '../../src/http/identity/api-keys.ts';
import type { AuditLine } from '../../src/http/plugins/audit.ts';
import { configure, createVendors, NOW_MS, SECRETS } from '../doctor/examined-vendors.ts';
import type { Case } from '../doctor/examined-vendors.ts';
import { createTestApp } from '../support/running-app.ts';

const admin = createApiKey('admin', ['doctor']) as NewApiKey;
const reader = createApiKey('reader', [
  'usage:read',
  'events:read',
  'pii:read',
  'introspect',
  'export',
]) as NewApiKey;
const KEYS = { SIGHTLINE_API_KEYS: `${admin.line};${reader.line}` };
const PATH = 'http://127.0.0.1/health/doctor';

/** A service whose vendors behave as a case says, with all that it reports about itself. */
function open(one: Case = {}, overrides: AppOverrides = {}, keys: Readonly<Record<string, string>> = KEYS) {
  const vendors = createVendors(one);
  const env = { ...vendors.env, ...keys };
  const lines: RequestLine[] = [];
  const audited: AuditLine[] = [];
  const attempts: string[] = [];
  const faults: unknown[] = [];
  const { transports } = vendors.overrides;
  const app = createTestApp(env, {
    ...vendors.overrides,
    examine: (onAttempt, signal) => examineOnce(configure(env), { ...vendors.overrides, onAttempt }, signal),
    onRequest: (line) => lines.push(line),
    onAttempt: ({ operation }) => attempts.push(operation),
    onFault: (error) => faults.push(error),
    audit: { take: (line) => void audited.push(line) },
    ...overrides,
  });
  onTestFinished(() => app.close());
  const get = (key: string | null, init: RequestInit = {}) =>
    app.fetch(PATH, { ...init, headers: key === null ? {} : { 'x-api-key': key } });
  return { ...vendors, transports, app, lines, audited, attempts, faults, get };
}

const codeOf = async (response: Response) => {
  const { errors } = (await response.json()) as {
    readonly errors: readonly {
      readonly message: string;
      readonly extensions: Readonly<Record<string, unknown>>;
    }[];
  };
  return { status: response.status, ...errors[0]! };
};

describe('GET /health/doctor', () => {
  test('answers a caller with the scope doctor what npm run doctor -- --json prints', async () => {
    const { get, calls, env } = open();
    const response = await get(admin.key);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'application/json; charset=utf-8',
    ]);
    const report = (await response.json()) as Report;
    const apart = createVendors({});
    const printed = await examineOnce(configure(env), apart.overrides, new AbortController().signal);
    expect(report).toEqual(printed);
    expect(report).toMatchObject({ asOf: new Date(NOW_MS).toISOString(), right: true });
    expect(report.plan).toHaveLength(10);
    expect(calls).toEqual(apart.calls);
    expect(JSON.stringify(report)).not.toMatch(new RegExp(SECRETS.join('|')));
  });

  test('keeps its report for a minute after its end, and tells by asOf how old it is', async () => {
    const { get, calls, pass } = open();
    const read = async () => (await (await get(admin.key)).json()) as Report;
    const first = await read();
    const made = calls.length;
    expect(made).toBeGreaterThan(5);
    pass(59_999);
    expect(await read()).toEqual(first);
    expect(calls).toHaveLength(made);
    pass(1);
    const second = await read();
    expect(calls).toHaveLength(2 * made);
    expect(Date.parse(second.asOf)).toBeGreaterThan(Date.parse(first.asOf) + 60_000);
  });

  test('examines once for all callers who ask at the same time', async () => {
    const { get, calls } = open();
    const apart = createVendors({});
    await examineOnce(configure(apart.env), apart.overrides, new AbortController().signal);
    const all = await Promise.all(Array.from({ length: 20 }, () => get(admin.key)));
    const texts = new Set(await Promise.all(all.map((response) => response.text())));
    expect(texts.size).toBe(1);
    expect(calls).toHaveLength(apart.calls.length);
  });

  test('goes on if the caller leaves, so that leaving and asking again costs no further call', async () => {
    const { get, calls } = open();
    const leaver = new AbortController();
    const left = get(admin.key, { signal: leaver.signal });
    leaver.abort();
    await expect(left).rejects.toThrow();
    const apart = createVendors({});
    await examineOnce(configure(apart.env), apart.overrides, new AbortController().signal);
    expect((await get(admin.key)).status).toBe(200);
    expect(calls).toHaveLength(apart.calls.length);
  });

  test('has a line in the log and in the audit trail, whose vendor calls are those made for it', async () => {
    const { get, calls, lines, audited, attempts } = open();
    await get(admin.key);
    await get(admin.key);
    expect(lines).toMatchObject([
      { path: '/health/doctor', operation: 'Doctor', status: 200, vendorCalls: calls.length },
      { path: '/health/doctor', operation: 'Doctor', status: 200, vendorCalls: 0 },
    ]);
    expect(audited).toMatchObject([
      { callerKind: 'key', caller: 'admin', operation: 'Doctor', document: null, outcome: [], status: 200 },
      { caller: 'admin', operation: 'Doctor', vendorCalls: [] },
    ]);
    const sum = audited[0]!.vendorCalls.reduce((total, { calls: made }) => total + made, 0);
    expect([sum, attempts.length]).toEqual([calls.length, calls.length]);
  });

  test('reports a vendor that is down, with one call of it', async () => {
    const down = { status: 503, headers: {}, body: Buffer.from('{}') };
    const { get, calls } = open({ change: () => down });
    const report = (await (await get(admin.key)).json()) as Report;
    expect(report.right).toBe(false);
    expect(calls).toHaveLength(2);
  });

  test.each([
    ['without the scope', reader.key, { status: 403, code: 'FORBIDDEN', scopes: ['doctor'] }],
    ['without a key', null, { status: 401, code: 'UNAUTHENTICATED', scopes: ['doctor'] }],
    ['with a wrong key', 'sightline_wrong', { status: 401, code: 'UNAUTHENTICATED' }],
  ])('refuses a caller %s, and calls no vendor', async (_who, key, { status, ...extensions }) => {
    const { get, calls, audited } = open();
    expect(await codeOf(await get(key))).toMatchObject({ status, extensions });
    expect(calls).toEqual([]);
    expect(audited).toMatchObject([{ outcome: [extensions.code], status }]);
  });

  test('is refused by a service that does not ask callers who they are, which names the way out', async () => {
    const { get, calls } = open({}, {}, {});
    const refusal = await codeOf(await get(null));
    expect(refusal).toMatchObject({ status: 403, extensions: { code: 'FORBIDDEN' } });
    expect(refusal.message).toContain('npm run doctor');
    expect(calls).toEqual([]);
  });

  test.each(['POST', 'HEAD', 'OPTIONS', 'DELETE'])(
    'answers %s with 405, and calls no vendor',
    async (method) => {
      const { get, calls } = open();
      const response = await get(admin.key, { method });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET']);
      expect(calls).toEqual([]);
    },
  );

  test('is not there below its path, nor in a service that has no doctor', async () => {
    const { app } = open();
    const headers = { 'x-api-key': admin.key };
    expect((await app.fetch(`${PATH}/more`, { headers })).status).toBe(404);
    const without = createTestApp({ ...createVendors({}).env, ...KEYS });
    onTestFinished(() => without.close());
    expect((await without.fetch(PATH, { headers })).status).toBe(404);
  });

  test('hides why it failed, and does not fail again for a minute', async () => {
    let examinations = 0;
    const { get, faults, pass } = open(
      {},
      {
        async examine() {
          examinations += 1;
          throw new Error('canary of the doctor');
        },
      },
    );
    const refusal = await codeOf(await get(admin.key));
    expect(refusal).toMatchObject({ status: 500, extensions: { code: 'INTERNAL_SERVER_ERROR' } });
    expect(refusal.message).not.toContain('canary');
    await get(admin.key);
    expect(examinations).toBe(1);
    expect(faults).toContainEqual(new Error('canary of the doctor'));
    pass(60_000);
    await get(admin.key);
    expect(examinations).toBe(2);
  });

  test('ends its examination when the service stops', async () => {
    const begun = Promise.withResolvers<void>();
    const { get, app } = open(
      {},
      {
        examine: (_onAttempt, given) => {
          begun.resolve();
          return new Promise((_resolve, reject) =>
            given.addEventListener('abort', () => reject(given.reason as Error)),
          );
        },
      },
    );
    const asked = get(admin.key);
    await begun.promise;
    await app.close();
    expect((await asked).status).toBe(500);
  });
});
