import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getIntrospectionQuery } from 'graphql';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import type { RequestLine } from '../../src/http/handler.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import type { RunningSandbox } from '../../src/sandbox/start.ts';
import { makeKey } from '../support/api-key.ts';
import { createTestApp, NOW_MS } from '../support/running-app.ts';

const ISSUER = 'https://issuer.example';
const pair = await generateKeyPair('ES256', { extractable: true });
const keySet = JSON.stringify({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'one' }] });

const full = makeKey('full', 'usage:read', 'events:read', 'pii:read', 'introspect');
const usageOnly = makeKey('usage-only', 'usage:read');

/** The issuer's answer, and the `authorization` of each request to it. */
const issuer = { status: 200, headers: {} as Record<string, string>, proofs: [] as (string | undefined)[] };
const servers: Server[] = [];
const lines: RequestLine[] = [];
let sandbox: RunningSandbox;
let app: App;
let base: string;
let settings: Readonly<Record<string, string>>;

async function listen(server: Server): Promise<string> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  const keys = await listen(
    createServer((asked, answer) => {
      issuer.proofs.push(asked.headers.authorization);
      answer.writeHead(issuer.status, issuer.headers).end(keySet);
    }),
  );
  sandbox = await startSandbox({ nowMs: NOW_MS, arrivals: false, usageRows: 300, eventsRows: 300 });
  settings = {
    HOST: '0.0.0.0',
    USAGE_API_URL: sandbox.usageUrl,
    USAGE_API_USER_SECRET: sandbox.credentials.usageUserSecret,
    USAGE_API_ORGANIZATION_SECRET: sandbox.credentials.usageOrganizationSecret,
    EVENTS_API_URL: sandbox.eventsUrl,
    EVENTS_API_TOKEN: sandbox.credentials.eventsToken,
    SIGHTLINE_API_KEYS: [full.line, usageOnly.line].join(';'),
    SIGHTLINE_CORS_ORIGINS: 'https://page.example',
    SIGHTLINE_AUTH_ISSUER: ISSUER,
    SIGHTLINE_AUTH_AUDIENCE: 'sightline',
    SIGHTLINE_AUTH_JWKS_URL: `${keys}/keys`,
  };
  app = createTestApp(settings, {
    clock: { now: () => sandbox.now() },
    onRequest: (line) => lines.push(line),
  });
  base = await listen(createServer((asked, answer) => void app.handle(asked, answer)));
});
afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await app.close();
  await sandbox.close();
});

const sign = (claims: Record<string, unknown> = {}, kid = 'one') =>
  new SignJWT({ iss: ISSUER, aud: 'sightline', sub: 'bob', scope: 'events:read', ...claims })
    .setProtectedHeader({ alg: 'ES256', kid })
    .setExpirationTime(new Date(NOW_MS + 3_600_000))
    .sign(pair.privateKey);

const bearer = (proof: string) => ({ authorization: `Bearer ${proof}` });
const JSON_TYPE = { 'content-type': 'application/json' };

interface Answer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly extensions: Readonly<Record<string, unknown>> }[];
}

async function ask(query: string, headers: Readonly<Record<string, string>> = {}, body?: string) {
  const response = await fetch(`${base}/graphql`, {
    method: 'POST',
    headers: { ...JSON_TYPE, ...headers },
    body: body ?? JSON.stringify({ query }),
  });
  const answer = (await response.json()) as Answer;
  return { status: response.status, headers: response.headers, ...answer };
}
const codesOf = ({ errors = [] }: Answer) => errors.map(({ extensions }) => extensions['code']);

const BOTH = '{ usageRecords(first: 1) { nodes { id } } events(first: 1) { nodes { id } } }';

describe('a caller', () => {
  test('finds their scopes in viewer', async () => {
    const scopes = async (headers = {}) => (await ask('{ viewer { scopes } }', headers)).data?.['viewer'];
    expect(await scopes()).toEqual({ scopes: [] });
    expect(await scopes(bearer(usageOnly.key))).toEqual({ scopes: ['usage:read'] });
    expect(await scopes({ 'x-api-key': full.key })).toEqual({
      scopes: ['usage:read', 'events:read', 'pii:read', 'introspect'],
    });
    expect(await scopes(bearer(await sign()))).toEqual({ scopes: ['events:read'] });
  });

  test('gets the fields of their scopes, and every other field is refused', async () => {
    const whole = await ask(BOTH, bearer(full.key));
    expect([whole.errors, whole.data]).toMatchObject([
      undefined,
      { usageRecords: { nodes: [{}] }, events: { nodes: [{}] } },
    ]);
    // The same document again, when its answers are cached.
    for (const [headers, data, codes] of [
      [bearer(usageOnly.key), { usageRecords: { nodes: [{}] }, events: null }, ['FORBIDDEN']],
      [bearer(await sign()), { usageRecords: null, events: { nodes: [{}] } }, ['FORBIDDEN']],
      [{}, { usageRecords: null, events: null }, ['UNAUTHENTICATED', 'UNAUTHENTICATED']],
    ] as const) {
      const part = await ask(BOTH, headers);
      expect(part.data).toMatchObject(data);
      expect([part.status, codesOf(part)]).toEqual([200, codes]);
    }
  });

  test.each([
    ['two keys', ['authorization', [`Bearer ${full.key}`, `Bearer ${usageOnly.key}`]]],
    ['one key twice', ['authorization', [`Bearer ${full.key}`, `Bearer ${full.key}`]]],
    ['a good key after a bad one', ['authorization', ['Bearer sightline_bad', `Bearer ${full.key}`]]],
    ['an empty header and a good key', ['authorization', ['', `Bearer ${full.key}`]]],
    ['two keys in x-api-key', ['x-api-key', [full.key, usageOnly.key]]],
  ] as const)(
    'who sends %s is refused, because a proxy may have read the other one',
    async (_name, [name, values]) => {
      const headers = { ...JSON_TYPE, [name]: values };
      const sent = request(`${base}/graphql`, { method: 'POST', headers, agent: false });
      sent.end(JSON.stringify({ query: '{ viewer { scopes } }' }));
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      answer.resume();
      expect(answer.statusCode).toBe(401);
    },
  );

  test('with a bad key or token is refused before the request is read', async () => {
    const proofs: readonly Readonly<Record<string, string>>[] = [
      bearer('sightline_unknown'),
      bearer(await sign({ aud: 'other' })),
      bearer(await sign({}, 'two')),
      { authorization: `Basic ${full.key}` },
      { ...bearer(full.key), 'x-api-key': full.key },
    ];
    for (const headers of proofs) {
      const refused = await ask('', headers, 'not even JSON');
      expect([refused.status, refused.data, codesOf(refused)]).toEqual([401, undefined, ['UNAUTHENTICATED']]);
      expect(refused.headers.get('www-authenticate')).toContain('Bearer');
      expect(JSON.stringify(refused.errors)).not.toContain(full.key);
      const inProcess = { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body: '{}' };
      expect((await app.fetch('http://service.test/graphql', inProcess)).status).toBe(401);
    }
    expect(lines.at(-1)).toMatchObject({ status: 401, errors: ['UNAUTHENTICATED'] });
  });

  test('gets that refusal as application/graphql-response+json if they accept it', async () => {
    const typeOf = async (accept: string) =>
      (await ask('', { ...bearer('x'), accept })).headers.get('content-type');
    expect(await typeOf('application/graphql-response+json, application/json;q=0.9')).toBe(
      'application/graphql-response+json; charset=utf-8',
    );
    expect(await typeOf('*/*')).toBe('application/json; charset=utf-8');
  });

  test('can read that refusal from a page of a listed origin', async () => {
    const read = async (origin: string) =>
      (await ask('', { ...bearer('x'), origin })).headers.get('access-control-allow-origin');
    expect(await read('https://page.example')).toBe('https://page.example');
    expect(await read('https://other.example')).toBeNull();
    expect(await read('null')).toBeNull();
  });

  test('gets health and GraphiQL without a key, or with a bad one', async () => {
    expect((await fetch(`${base}/health/ready`, { headers: bearer('x') })).status).toBe(200);
    expect((await fetch(`${base}/graphql`, { headers: { accept: 'text/html' } })).status).toBe(200);
  });

  test('may use any host name, unlike callers of a service without identity', async () => {
    const sent = request(`${base}/graphql`, {
      method: 'POST',
      agent: false,
      headers: { ...JSON_TYPE, host: 'sightline.example', ...bearer(full.key) },
    });
    sent.end('{"query":"{ __typename }"}');
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    expect(response.resume().statusCode).toBe(200);
  });
});

describe('introspection', () => {
  test.each([
    getIntrospectionQuery(),
    '{ __type(name: "Event") { name } }',
    '{ ...a } fragment a on Query { ... { __schema { types { name } } } }',
  ])('answers callers with the scope, and refuses others: %#', async (query) => {
    // The permitted caller comes first, because a cached document must not serve the others.
    const seen = await ask(query, bearer(full.key));
    expect([seen.errors, JSON.stringify(seen.data).includes('Event')]).toEqual([undefined, true]);
    const anonymous = await ask(query);
    expect([anonymous.data, codesOf(anonymous)]).toEqual([undefined, ['UNAUTHENTICATED']]);
    const known = await ask(query, bearer(usageOnly.key));
    expect([known.data, codesOf(known)]).toEqual([undefined, ['FORBIDDEN']]);
    const strict = { accept: 'application/graphql-response+json' };
    expect((await ask(query, strict)).status).toBe(401);
    expect((await ask(query, { ...strict, ...bearer(usageOnly.key) })).status).toBe(403);
    expect((await ask(query, bearer(full.key))).errors).toBeUndefined();
  });

  test('is refused beside data, and the data are not read', async () => {
    const refused = await ask(
      '{ usageRecords { nodes { id } } __schema { types { name } } }',
      bearer(usageOnly.key),
    );
    expect([refused.data, codesOf(refused)]).toEqual([undefined, ['FORBIDDEN']]);
    await expect.poll(() => lines.at(-1)).toMatchObject({ vendorCalls: 0, errors: ['FORBIDDEN'] });
  });

  test('does not include __typename', async () => {
    expect((await ask('{ __typename viewer { __typename } }')).data).toEqual({
      __typename: 'Query',
      viewer: { __typename: 'Viewer' },
    });
  });
});

describe("the issuer's keys", () => {
  /** Asks a new service, which has not read the keys yet. */
  async function askAnew(status: number, headers: Record<string, string> = {}) {
    Object.assign(issuer, { status, headers, proofs: [] });
    const other = createTestApp(settings, { clock: { now: () => sandbox.now() } });
    const response = await other.fetch('http://service.test/graphql', {
      method: 'POST',
      headers: { ...JSON_TYPE, ...bearer(await sign()) },
      body: '{"query":"{ viewer { scopes } }"}',
    });
    const text = await response.text();
    await other.close();
    return { status: response.status, retryAfter: response.headers.get('retry-after'), text };
  }

  test('are asked for without credentials', async () => {
    expect((await askAnew(200)).text).toContain('events:read');
    expect(issuer.proofs).toEqual([undefined]);
  });

  test.each([
    [500, {}],
    [404, {}],
    [302, { location: 'http://127.0.0.1:9/canary' }],
  ])("that can't be read (%i) are a 503, and no redirect is followed", async (status, headers) => {
    const answer = await askAnew(status, headers);
    expect(answer).toMatchObject({ status: 503, retryAfter: '5' });
    expect(answer.text).toContain('UPSTREAM_UNAVAILABLE');
    expect(answer.text).not.toContain('canary');
    expect(issuer.proofs).toHaveLength(1);
  });
});
