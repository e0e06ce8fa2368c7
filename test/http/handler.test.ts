import { once } from 'node:events';
import { createServer, request as ask } from 'node:http';
import type { IncomingHttpHeaders, RequestOptions, Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { buildSchema } from 'graphql';
import { afterEach, describe, expect, test } from 'vitest';
import { UpstreamError } from '../../src/base/errors.ts';
import { createAdmission } from '../../src/http/export/admission.ts';
import { createStreamLimit } from '../../src/http/limits/stream-limit.ts';
import type { GraphContext } from '../../src/graph/context.ts';
import { createHandler } from '../../src/http/handler.ts';
import type { Handler, HandlerOptions, RequestLine } from '../../src/http/handler.ts';
import { createApiKey, readApiKeys } from '../../src/http/identity/api-keys.ts';
import type { NewApiKey } from '../../src/http/identity/api-keys.ts';
import { DEFAULT_DOCUMENT_BOUNDS } from '../support/document-bounds.ts';
import { systemTimers } from '../../src/sources/live/timers.ts';
import type { Operation } from '../../src/http/operation.ts';
import type { AuditLine } from '../../src/http/plugins/audit.ts';

const schema = buildSchema(`
  enum Colour { RED GREEN }
  input Box { width: Int = 1, colour: Colour }
  interface Thing { name: String }
  type Shelf implements Thing { name: String, things: [Thing] }
  type Query { hello(box: Box, times: Int): String, wait: String, spend: Int, broken: String, vendor: String, shelf: Shelf }
`);

const PLANNING = {
  defaultPageSize: 50,
  maxPageSize: 500,
  maxBuckets: 2_000,
  maxUpstreamBuckets: 20_000,
  maxUpstreamCalls: 20,
  maxCost: 1_000,
  ends: { USAGE: null, EVENTS: null },
  hasArchive: false,
  pageSizes: { usage: 200, events: 1_000 },
};

interface Bench {
  readonly base: string;
  readonly handler: Handler;
  readonly lines: RequestLine[];
  readonly faults: unknown[];
  readonly operations: Operation[];
}

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server over a small schema; a resolver sees its operation in the context. */
async function start(options: Partial<HandlerOptions> = {}): Promise<Bench> {
  const { lines, faults, operations } = {
    lines: [] as RequestLine[],
    faults: [] as unknown[],
    operations: [] as Operation[],
  };
  const fields = schema.getQueryType()!.getFields();
  fields['hello']!.resolve = () => 'world';
  fields['broken']!.resolve = () => {
    throw new Error('canary');
  };
  fields['vendor']!.resolve = () => {
    throw new UpstreamError({
      code: 'UPSTREAM_UNAVAILABLE',
      source: 'USAGE',
      operation: '/usage',
      message: 'The vendor is down.',
    });
  };
  fields['spend']!.resolve = (_root, _args, { operation }: { operation: Operation }) => {
    operation.callBudget.spend('USAGE', '/usage');
    operation.callBudget.record('USAGE', '/usage', { rows: 3, bytes: 10, ms: 1.2345 });
    return operation.callBudget.remaining();
  };
  fields['wait']!.resolve = (_root, _args, { operation: { signal } }: { operation: Operation }) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const handler = createHandler({
    schema,
    createContext: (operation) => {
      operations.push(operation);
      return {
        operation,
        nowMs: 1_000,
        viewer: { scopes: new Set() },
        service: { sources: () => [] },
      } as unknown as GraphContext;
    },
    clock: { now: () => 1_000 },
    timeoutMs: 5_000,
    maxUpstreamCalls: 20,
    vendorCredentials: 'config',
    bounds: DEFAULT_DOCUMENT_BOUNDS,
    costLimits: PLANNING,
    exports: { callsPerMinute: 120, admission: createAdmission(4) },
    rateLimit: null,
    streams: createStreamLimit({ maxStreams: 1, maxStreamsOfCaller: 1 }),
    watchEnd: () => () => false,
    timers: systemTimers,
    answeredScope: () => null,
    trustedDocuments: null,
    corsOrigins: [],
    mcp: null,
    onWay: () => {},
    audit: null,
    identity: null,
    maxBodyBytes: 2_000,
    isLoopbackOnly: false,
    isReady: () => true,
    onFault: (error) => faults.push(error),
    onRequest: (line) => lines.push(line),
    onRefusedOrigin: () => {},
    consoleFolder: null,
    ...options,
  });
  const server = createServer((request, response) => void handler.handle(request, response));
  servers.push(server);
  server.listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { base, handler, lines, faults, operations };
}

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** `fetch` would set headers of its own. */
async function send(
  url: string,
  { body, ...options }: RequestOptions & { body?: string } = {},
): Promise<Reply> {
  const sent = ask(url, { agent: false, ...options });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [
    AsyncIterable<Buffer> & { statusCode: number; headers: IncomingHttpHeaders },
  ];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return { status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString() };
}

const JSON_TYPE = { 'content-type': 'application/json' };
const post = (base: string, body: unknown, headers: Record<string, string> = {}) =>
  send(`${base}/graphql`, {
    method: 'POST',
    headers: { ...JSON_TYPE, ...headers },
    body: JSON.stringify(body),
  });
/** What comes back for these bytes, until the server closes. */
async function sendRaw(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  socket.end(text);
  const chunks: string[] = [];
  for await (const chunk of socket as AsyncIterable<string>) chunks.push(chunk);
  return chunks.join('');
}

/** Lists within lists. */
function nest(depth: number): unknown {
  let value: unknown = 1;
  for (let n = 1; n < depth; n += 1) value = [value];
  return value;
}

const errorsOf = ({ text }: Reply) =>
  (JSON.parse(text) as { errors: { message: string; extensions: Record<string, unknown> }[] }).errors;

describe('the paths', () => {
  test('live and ready answer at their exact paths only', async () => {
    let isReady = true;
    const { base } = await start({ isReady: () => isReady });
    expect(await send(`${base}/health/live`)).toMatchObject({ status: 200, text: 'live\n' });
    expect(await send(`${base}/health/ready?x=1`)).toMatchObject({ status: 200, text: 'ready\n' });
    for (const path of ['/health', '/health/live/', '/x/health/live', '/health/readyx']) {
      expect((await send(base + path)).status, path).toBe(404);
    }
    isReady = false;
    const drained = await send(`${base}/health/ready`);
    expect([drained.status, drained.headers.connection]).toEqual([503, 'close']);
    expect((await send(`${base}/health/live`)).status).toBe(200);
  });

  test('a path that only ends like a path of the service is not answered by the library', async () => {
    const { base } = await start();
    expect((await send(`${base}/graphql?x=/health`)).status).toBe(403);
  });

  test('the root leads to GraphQL', async () => {
    const { base } = await start();
    expect(await send(`${base}/`)).toMatchObject({ status: 302, headers: { location: '/graphql' } });
  });

  test('every answer forbids sniffing and caching, and does not name its software', async () => {
    const { base } = await start();
    for (const reply of [await send(`${base}/nowhere`), await post(base, { query: '{ hello }' })]) {
      expect(reply.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
      });
      expect(reply.headers['x-powered-by']).toBeUndefined();
      expect(reply.headers['access-control-allow-origin']).toBeUndefined();
    }
  });
});

describe('the page', () => {
  test('is served to browsers, loads nothing from other hosts, and is not sent again if the browser has it', async () => {
    const { base } = await start();
    const page = await send(`${base}/graphql?query=x`, { headers: { accept: 'text/html,*/*' } });
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.headers['content-security-policy']).not.toMatch(/https?:|\*/);
    // The page without scripts and styles, which the policy restricts.
    const frame = page.text.replaceAll(/<(script|style)>.*?<\/\1>/gs, '');
    expect(frame).not.toMatch(/(?:src|href)="(?!data:)/);
    expect(page.text).toContain('graphql-require-preflight');
    expect(page.text).toContain('query LastCalls');

    const zipped = await send(`${base}/graphql`, {
      headers: { accept: 'text/html', 'accept-encoding': 'gzip' },
    });
    expect(zipped.headers['content-encoding']).toBe('gzip');
    expect(Number(zipped.headers['content-length'])).toBeLessThan(Number(page.headers['content-length']) / 2);
    const again = await send(`${base}/graphql`, {
      headers: { accept: 'text/html', 'if-none-match': page.headers.etag! },
    });
    expect([again.status, again.text]).toEqual([304, '']);
  });
});

describe('what is refused before it is read', () => {
  test.each([
    ['by its content-length', {}],
    ['in chunks', { 'transfer-encoding': 'chunked' }],
  ])('a body above the limit, %s', async (_name, headers) => {
    const { base } = await start({ maxBodyBytes: 2_000 });
    const write = (bytes: number) => {
      const query = '{ hello }';
      return `{"query":"${query.padEnd(bytes - '{"query":""}'.length)}"}`;
    };
    const sendBytes = (bytes: number) =>
      send(`${base}/graphql`, { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body: write(bytes) });
    expect((await sendBytes(2_000)).status).toBe(200);
    const refused = await sendBytes(2_001);
    expect(refused.status).toBe(413);
    expect(errorsOf(refused)[0]!.extensions).toEqual({
      code: 'LIMIT_EXCEEDED',
      limit: 'maxBodyBytes',
      allowed: 2_000,
    });
  });

  test('a body that never ends', async () => {
    const { base } = await start();
    const socket = connect(Number(new URL(base).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.write(
      'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
    );
    const chunk = `400\r\n${' '.repeat(1_024)}\r\n`;
    for (let n = 0; n < 5; n += 1) socket.write(chunk);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 413/);
    await once(socket, 'close');
  });

  test.each([
    ['a GET', { method: 'GET', path: '/graphql?query=%7Bhello%7D' }],
    [
      'a form',
      {
        method: 'POST',
        path: '/graphql',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'query={hello}',
      },
    ],
    [
      'plain text',
      {
        method: 'POST',
        path: '/graphql',
        headers: { 'content-type': 'text/plain' },
        body: '{"query":"{hello}"}',
      },
    ],
  ])('%s without the preflight header', async (_name, { path, ...options }) => {
    const { base, operations } = await start();
    expect((await send(base + path, options)).status).toBe(403);
    expect(operations).toEqual([]);
  });

  test('a GET with the header is answered', async () => {
    const { base } = await start();
    const reply = await send(`${base}/graphql?query=%7Bhello%7D`, {
      headers: { 'graphql-require-preflight': '1' },
    });
    expect(JSON.parse(reply.text)).toMatchObject({ data: { hello: 'world' } });
  });

  test('an array of operations', async () => {
    const { base, operations } = await start();
    const reply = await post(
      base,
      Array.from({ length: 10 }, () => ({ query: '{ hello }' })),
    );
    expect([reply.status, operations.length]).toEqual([400, 0]);
  });

  test.each(['[', 'a b', '@', 'localhost:99999', 'localhost:1e5', 'a@b', 'x/y', '%', '1.2.3.999'])(
    'the host %s, without details of the fault',
    async (host) => {
      const { base, operations, faults } = await start();
      const reply = await post(base, { query: '{ hello }' }, { host });
      expect([reply.status, reply.text]).toEqual([400, 'The Host header must name one host.\n']);
      expect(operations).toEqual([]);
      expect(faults).toEqual([]);
    },
  );

  test('two hosts', async () => {
    const { base } = await start();
    const { port } = new URL(base);
    const head =
      'POST /graphql HTTP/1.1\r\nhost: localhost\r\nhost: rebound.example\r\nconnection: close\r\n';
    expect(await sendRaw(Number(port), `${head}content-length: 0\r\n\r\n`)).toMatch(/^HTTP\/1.1 400/);
  });

  test('another host, if only this machine is served', async () => {
    const { base } = await start({ isLoopbackOnly: true });
    expect((await post(base, { query: '{ hello }' }, { host: 'rebound.example' })).status).toBe(421);
    expect((await post(base, { query: '{ hello }' }, { host: 'localhost:1' })).status).toBe(200);
    const open = await start();
    expect((await post(open.base, { query: '{ hello }' }, { host: 'rebound.example' })).status).toBe(200);
  });
});

describe('parameters that are no JSON', () => {
  test.each([
    ['variables of a GET', { path: '/graphql?query=%7Bhello%7D&variables=%7Bcanary' }],
    ['extensions of a GET', { path: '/graphql?query=%7Bhello%7D&extensions=%7Bcanary' }],
    [
      'variables of a form',
      {
        method: 'POST',
        path: '/graphql',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'query={hello}&variables={canary',
      },
    ],
  ])("%s are the caller's fault and are not logged", async (_name, { path, ...options }) => {
    const { base, operations, faults } = await start();
    const headers = { 'graphql-require-preflight': '1', ...('headers' in options ? options.headers : {}) };
    const reply = await send(base + path, { ...options, headers });
    expect(reply.status).toBe(400);
    expect(errorsOf(reply)).toEqual([
      {
        message: "The parameters 'variables' and 'extensions' must be JSON objects.",
        extensions: { code: 'BAD_REQUEST' },
      },
    ]);
    expect(operations).toEqual([]);
    expect(faults).toEqual([]);
  });
});

describe('variables', () => {
  const query = 'query ($b: Box, $n: Int) { hello(box: $b, times: $n) }';

  test.each([
    ['maxVariableDepth', { b: nest(21) }, 20],
    ['maxVariableFields', { b: Object.fromEntries(Array.from({ length: 101 }, (_, n) => [n, 1])) }, 100],
    ['maxVariableDepth', { unused: nest(30_000) }, 20],
    ['maxVariableValues', { b: Array.from({ length: 1_001 }, () => 1) }, 1_000],
    ['maxVariableValues', { b: { width: Array.from({ length: 1_001 }, () => ({})) } }, 1_000],
    [
      'maxVariableValues',
      {
        unused: Array.from({ length: 11 }, () =>
          Object.fromEntries(Array.from({ length: 91 }, (_, n) => [n, 1])),
        ),
      },
      1_000,
    ],
  ])('%s is a coded refusal before they are coerced', async (limit, variables, allowed) => {
    const { base, operations } = await start({ maxBodyBytes: 100_000 });
    const reply = await post(base, { query, variables });
    expect(errorsOf(reply).map(({ extensions }) => extensions)).toEqual([
      { code: 'LIMIT_EXCEEDED', limit, allowed },
    ]);
    expect(operations).toEqual([]);
  });

  test('may hold as many values as two of the longest lists of ids', async () => {
    const { base } = await start({ maxBodyBytes: 100_000, costLimits: { ...PLANNING, maxPageSize: 3_000 } });
    const refuse = async (length: number) =>
      errorsOf(await post(base, { query, variables: { n: Array.from({ length }, () => 1) } }))[0]!.extensions;
    expect(await refuse(5_999)).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(await refuse(6_000)).toEqual({
      code: 'LIMIT_EXCEEDED',
      limit: 'maxVariableValues',
      allowed: 6_000,
    });
  });

  test('only their first fault is named', async () => {
    const { base } = await start({ maxBodyBytes: 100_000 });
    const variables = {
      b: Object.fromEntries(Array.from({ length: 90 }, (_, n) => [`k${n}`, 1])),
      n: 'x',
    };
    const errors = errorsOf(await post(base, { query, variables }));
    expect(errors.map(({ extensions }) => extensions)).toEqual([
      { code: 'BAD_USER_INPUT', argument: '$b' },
      { code: 'BAD_USER_INPUT' },
    ]);
    expect(errors[1]!.message).toContain('Too many errors');
  });

  test.each([nest(20), Array.from({ length: 999 }, () => 1)])(
    'within the bounds they are judged',
    async (b) => {
      const { base } = await start({ maxBodyBytes: 100_000 });
      expect(errorsOf(await post(base, { query, variables: { b } }))[0]!.extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
      });
    },
  );
});

describe('documents', () => {
  test.each([
    ['maxTokens', `{ hello(box: [${'[]'.repeat(500)}]) }`],
    ['maxAliases', `{ shelf { ${Array.from({ length: 16 }, (_, n) => `a${n}: name`).join(' ')} } }`],
    [
      'maxRootFields',
      `{ ...a ...a ...a } fragment a on Query { ...b ...b ...b ...b } fragment b on Query { hello }`,
    ],
    ['maxDepth', `{ shelf { ${'things { ... on Shelf { '.repeat(12)} name ${'} }'.repeat(12)} } }`],
  ])('%s is a coded refusal, before any other rule, and nothing is run', async (limit, query) => {
    const { base, operations } = await start();
    const reply = await post(base, { query });
    expect(errorsOf(reply).map(({ extensions }) => extensions)).toEqual([
      expect.objectContaining({ code: 'LIMIT_EXCEEDED', limit }),
    ]);
    expect(operations).toEqual([]);
    const strict = await post(base, { query }, { accept: 'application/graphql-response+json' });
    expect(strict.status).toBe(400);
  });

  describe('an unknown name', () => {
    const near = [
      [{ query: '{ helo }' }, 'hello'],
      [{ query: '{ hello(tims: 1) }' }, 'times'],
      [{ query: '{ ... on Qery { hello } }' }, 'Query'],
      [{ query: '{ shelf { ... on Shelv { name } } }' }, 'Shelf'],
      [{ query: '{ hello(box: { colour: REDD }) }' }, 'RED'],
      [{ query: '{ hello(box: { colr: RED }) }' }, 'colour'],
      [{ query: 'query ($b: Box) { hello(box: $b) }', variables: { b: { colour: 'REDD' } } }, 'RED'],
      [{ query: 'query ($b: Box) { hello(box: $b) }', variables: { b: { colr: 'RED' } } }, 'colour'],
      [{ query: 'query ($b: Bax) { hello(box: $b) }' }, 'Box'],
      [{ query: '{ shelf { things { things { name } } } }' }, 'Shelf'],
    ] as const;
    const made = createApiKey('reader', ['introspect']) as NewApiKey;
    const identity = { keys: readApiKeys(made.line).keys, tokens: null };
    const knowing = { authorization: `Bearer ${made.key}` };

    test.each([
      ['first', [knowing, {}]],
      ['last', [{}, knowing]],
    ])('is corrected only for a caller who may introspect, if they ask %s', async (_order, callers) => {
      const { base } = await start({ identity });
      for (const [body, name] of near) {
        for (const headers of callers) {
          const messages = errorsOf(await post(base, body, headers)).map(({ message }) => message);
          const suggestion = headers === knowing ? `Did you mean.* "${name}"` : '^(?!.*did you mean)';
          expect(messages, body.query).toEqual([expect.stringMatching(new RegExp(suggestion, 'i'))]);
        }
      }
    });
  });

  test('a wrong value is bad input that names its argument, in the document as in a variable', async () => {
    const { base } = await start();
    const inDocument = await post(base, { query: '{ hello(box: { width: "x" }) }' });
    expect(errorsOf(inDocument)[0]!.extensions).toEqual({ code: 'BAD_USER_INPUT', argument: 'box.width' });
    const inVariable = await post(base, {
      query: 'query ($b: Box) { hello(box: $b) }',
      variables: { b: { width: 'x' } },
    });
    expect(errorsOf(inVariable)[0]!.extensions).toEqual({ code: 'BAD_USER_INPUT', argument: '$b.width' });
  });

  test('an unknown field keeps the code of its rule', async () => {
    const { base } = await start();
    expect(errorsOf(await post(base, { query: '{ nothing }' }))[0]!.extensions).toEqual({
      code: 'GRAPHQL_VALIDATION_FAILED',
    });
  });
});

describe('operations', () => {
  test('a caller on this machine sees what the vendors were asked; one behind a proxy does not', async () => {
    const { base } = await start();
    const near = await post(base, { query: '{ spend }' });
    expect(JSON.parse(near.text)).toEqual({
      data: { spend: 19 },
      extensions: {
        upstream: [{ source: 'USAGE', operation: '/usage', calls: 1, rows: 3, bytes: 10, ms: 1.2 }],
        cost: { requested: 1, actual: 11, leastCalls: 0, plannedCalls: 0, mostCalls: 0 },
      },
    });
    const far = await post(base, { query: '{ spend }' }, { 'x-forwarded-for': '203.0.113.9' });
    expect(JSON.parse(far.text)).toEqual({
      data: { spend: 19 },
      extensions: { cost: { requested: 1, actual: 11 } },
    });
  });

  test('a body that is no JSON is refused without a piece of it', async () => {
    const { base } = await start();
    const reply = await send(`${base}/graphql`, {
      method: 'POST',
      headers: JSON_TYPE,
      body: '{"token": canary-5f3}',
    });
    expect(reply.status).toBe(400);
    expect(reply.text).not.toContain('canary');
    expect(errorsOf(reply)[0]?.extensions).toHaveProperty('code');
  });

  test('each has one now, one deadline and a budget of its own', async () => {
    const { base, operations } = await start();
    await Promise.all([
      post(base, { query: '{ a: spend b: spend }' }),
      post(base, { query: '{ spend }' }, { 'cache-control': 'no-cache' }),
    ]);
    expect(operations.map(({ nowMs, deadlineMs }) => [nowMs, deadlineMs])).toEqual([
      [1_000, 6_000],
      [1_000, 6_000],
    ]);
    expect(operations.map(({ callBudget }) => callBudget.remaining()).toSorted()).toEqual([18, 19]);
    expect(operations.map(({ maxAgeMs }) => maxAgeMs)).toEqual(expect.arrayContaining([null, 0]));
  });

  test("a fault of the service is masked and logged, a vendor's is reported to the caller, and other fields keep their data", async () => {
    const { base, faults } = await start();
    const reply = await post(base, { query: '{ hello broken vendor }' });
    expect(JSON.parse(reply.text)).toMatchObject({ data: { hello: 'world', broken: null, vendor: null } });
    expect(errorsOf(reply).map(({ extensions }) => extensions)).toEqual([
      { code: 'INTERNAL_SERVER_ERROR' },
      { code: 'UPSTREAM_UNAVAILABLE', source: 'USAGE', operation: '/usage' },
    ]);
    expect(reply.text).not.toContain('canary');
    expect(faults).toHaveLength(1);
    expect(String(faults[0])).toContain('canary');
  });

  test('a field that is not answered by the deadline is a timeout', async () => {
    const { base } = await start({ timeoutMs: 20 });
    const reply = await post(base, { query: '{ hello wait }' });
    expect(JSON.parse(reply.text)).toMatchObject({ data: { hello: 'world', wait: null } });
    expect(errorsOf(reply)[0]!.extensions).toEqual({ code: 'UPSTREAM_TIMEOUT' });
  });

  test('a caller who leaves ends the operation', async () => {
    const { base, operations, lines, faults } = await start();
    const sent = ask(`${base}/graphql`, { method: 'POST', headers: JSON_TYPE, agent: false });
    sent.on('error', () => {});
    sent.end(JSON.stringify({ query: 'query Slow { wait }' }));
    await expect.poll(() => operations.length).toBe(1);
    sent.destroy();
    await expect.poll(() => operations[0]!.signal.aborted).toBe(true);
    await expect.poll(() => lines[0]?.status).toBe(null);
    expect(faults).toEqual([]);
  });
});

describe('the audit trail', () => {
  test('has its line before the answer goes out, and no status if the caller left', async () => {
    const trail: AuditLine[] = [];
    const { base, operations } = await start({ audit: { take: (line) => void trail.push(line) } });
    await post(base, { query: '{ hello }' });
    expect(trail.map(({ status }) => status)).toEqual([200]);
    const sent = ask(`${base}/graphql`, { method: 'POST', headers: JSON_TYPE, agent: false });
    sent.on('error', () => {});
    sent.end(JSON.stringify({ query: 'query Slow { wait }' }));
    await expect.poll(() => operations.length).toBe(2);
    sent.destroy();
    await expect.poll(() => trail.map(({ status }) => status)).toEqual([200, null]);
  });

  test('writes the lines of answers that are ready together at once, and lets none of them go before', async () => {
    const commits: number[] = [];
    let taken = 0;
    let isFull = false;
    const { handler } = await start({
      audit: {
        take: () => void (taken += 1),
        commit() {
          commits.push(taken);
          taken = 0;
          if (isFull) throw new Error('ENOSPC');
        },
      },
    });
    const askSpend = async () =>
      handler.fetch('http://127.0.0.1/graphql', {
        method: 'POST',
        headers: JSON_TYPE,
        body: JSON.stringify({ query: '{ spend }' }),
      });
    await askSpend();
    const together = await Promise.all([askSpend(), askSpend(), askSpend()]);
    expect(together.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(commits.reduce((sum, lines) => sum + lines)).toBe(4);
    expect(commits.length).toBeLessThan(4);
    isFull = true;
    const refused = await Promise.all([askSpend(), askSpend()]);
    expect(refused.map(({ status }) => status)).toEqual([503, 503]);
  });

  test("that can't be written stops every answer, is logged once, and recovers by itself", async () => {
    const trail: AuditLine[] = [];
    let isFull = true;
    const { base, operations, faults } = await start({
      audit: {
        take(line) {
          if (isFull) throw new Error('ENOSPC');
          trail.push(line);
        },
      },
    });
    const ask3 = [1, 2, 3].map(async () => post(base, { query: '{ spend }' }));
    for (const reply of await Promise.all(ask3)) {
      expect(reply.status).toBe(503);
      expect(reply.headers['retry-after']).toBe('5');
      expect(reply.text).not.toMatch(/data|ENOSPC/);
      expect(errorsOf(reply)[0]!.extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR', retryAfterMs: 5_000 });
    }
    const before = operations.length;
    expect((await post(base, { query: '{ spend }' })).status).toBe(503);
    // No operation runs, because its answer would be withheld.
    expect(operations.length).toBe(before);
    expect(faults).toHaveLength(1);
    expect((await send(`${base}/health/live`)).status).toBe(200);

    isFull = false;
    expect((await post(base, { query: '{ hello }' })).status).toBe(503);
    expect((await post(base, { query: '{ hello }' })).status).toBe(200);
    expect(trail.map(({ status }) => status)).toEqual([503, 200]);
  });

  test('holds the beginning of a long operation name, as the log does', async () => {
    const trail: AuditLine[] = [];
    const { base, lines } = await start({
      audit: { take: (line) => void trail.push(line) },
      maxBodyBytes: 100_000,
    });
    await post(base, { query: `query ${'A'.repeat(60_000)} { hello }` });
    await post(base, { query: `query ${'B'.repeat(100)} { hello }` });
    await expect.poll(() => lines.length).toBe(2);
    const names = [`${'A'.repeat(100)}…`, 'B'.repeat(100)];
    expect(trail.map(({ operation }) => operation)).toEqual(names);
    expect(lines.map(({ operation }) => operation)).toEqual(names);
  });
});

describe('the request log', () => {
  test('has one line for each request, without values from the caller', async () => {
    const { base, lines } = await start();
    await post(base, { query: 'query Costly($n: Int) { spend hello(times: $n) }', variables: { n: 4_711 } });
    await post(base, { query: '{ vendor canary }' });
    await send(`${base}/canary?canary=1`);
    await expect.poll(() => lines.length).toBe(3);
    expect(lines).toMatchObject([
      { method: 'POST', path: '/graphql', status: 200, operation: 'Costly', vendorCalls: 1, errors: [] },
      {
        method: 'POST',
        path: '/graphql',
        status: 200,
        operation: null,
        vendorCalls: 0,
        errors: ['GRAPHQL_VALIDATION_FAILED'],
      },
      { method: 'GET', path: 'other', status: 404, vendorCalls: 0 },
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/canary|4711/);
  });
});

describe('a call in this process', () => {
  const URL_HERE = 'http://localhost/graphql';
  const call = (body: unknown, headers: Record<string, string> = {}) => ({
    method: 'POST',
    headers: { ...JSON_TYPE, ...headers },
    body: JSON.stringify(body),
  });

  test('is answered as a request from this machine, with its lines in the log and the audit trail', async () => {
    const trail: AuditLine[] = [];
    const { handler, lines } = await start({ audit: { take: (line) => void trail.push(line) } });
    const response = await handler.fetch(URL_HERE, call({ query: '{ spend }' }));
    expect(await response.json()).toMatchObject({
      data: { spend: 19 },
      extensions: { upstream: [{ source: 'USAGE', calls: 1 }] },
    });
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(lines).toMatchObject([{ method: 'POST', path: '/graphql', status: 200, vendorCalls: 1 }]);
    expect(trail).toMatchObject([{ status: 200 }]);
  });

  test('has the same bounds: the host, the bytes of the body, the forwarded address', async () => {
    const { handler } = await start({ isLoopbackOnly: true, maxBodyBytes: 100 });
    const statusOf = async (url: string, init?: RequestInit) => (await handler.fetch(url, init)).status;
    expect(await statusOf('http://rebound.example/graphql', call({ query: '{ hello }' }))).toBe(421);
    expect(await statusOf(URL_HERE, call({ query: '{ hello }' }, { host: 'a, b' }))).toBe(400);
    expect(await statusOf(URL_HERE, call({ query: `{ hello } #${'x'.repeat(100)}` }))).toBe(413);
    expect(await statusOf(URL_HERE, { method: 'HEAD', headers: { accept: 'text/html' } })).toBe(200);
    const far = await handler.fetch(
      URL_HERE,
      call({ query: '{ spend }' }, { 'x-forwarded-for': '203.0.113.9' }),
    );
    expect(await far.json()).not.toHaveProperty('extensions.upstream');
  });

  test('that is aborted rejects, ends the operation, and has no status in the log', async () => {
    const { handler, operations, lines, faults } = await start();
    const leaving = new AbortController();
    const asked = handler.fetch(URL_HERE, { ...call({ query: '{ wait }' }), signal: leaving.signal });
    await expect.poll(() => operations.length).toBe(1);
    leaving.abort();
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
    expect(lines).toMatchObject([{ status: null }]);
    expect(faults).toEqual([]);
  });
});

describe('a connection', () => {
  test('is closed by the answer to a body above the limit, and by each answer while shutting down', async () => {
    const { base } = await start({ maxBodyBytes: 100 });
    const large = await post(base, { query: `{ hello } #${'x'.repeat(100)}` });
    expect([large.status, large.headers.connection]).toEqual([413, 'close']);
    const ending = await start({ isReady: () => false });
    expect((await post(ending.base, { query: '{ hello }' })).headers.connection).toBe('close');
  });

  test('gets no body for HEAD', async () => {
    const { base } = await start();
    const reply = await send(`${base}/health/live`, { method: 'HEAD' });
    expect([reply.status, reply.headers['content-length'], reply.text]).toEqual([200, '5', '']);
  });
});
