import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { UpstreamError } from '../../src/base/errors.ts';
import { Secret } from '../../src/base/secret.ts';
import type { AttemptReport } from '../../src/upstream/attempt.ts';
import { createHttpTransport } from '../../src/upstream/http-transport.ts';
import { createTokenExchange, LONGEST_PAUSE_MS } from '../../src/upstream/token-exchange.ts';
import type { TokenExchangeOptions } from '../../src/upstream/token-exchange.ts';
import { TransportFailure } from '../../src/upstream/transport.ts';
import type { TransportAnswer, TransportPost } from '../../src/upstream/transport.ts';
import { createJwt } from '../support/jwt.ts';
import { createSimulatedTime, jsonAnswer, startVendor } from '../support/upstream-fixtures.ts';

const TOKEN = createJwt({ sub: 'ada' });
const OPTIONS = {
  source: 'EVENTS',
  operation: '/authenticate',
  target: '/v1/authenticate',
  clock: createSimulatedTime().clock,
  timeoutMs: 300,
  username: new Secret('canary-ada'),
  password: new Secret('canary-"pass"\n\u2028'),
  fields: { username: 'username', password: 'password', token: 'token' },
} as const satisfies Partial<TokenExchangeOptions>;

/** An exchange without sockets. */
function createRig(
  answer: () => TransportAnswer | Promise<TransportAnswer>,
  options: Partial<TokenExchangeOptions> = {},
) {
  const posts: TransportPost[] = [];
  const reports: AttemptReport[] = [];
  const exchange = createTokenExchange({
    ...OPTIONS,
    transport: {
      async post(request) {
        posts.push(request);
        return answer();
      },
      close: async () => {},
    },
    onAttempt: (report) => reports.push(report),
    ...options,
  });
  return { exchange, posts, reports };
}

const textAnswer = (text: string, type = 'text/plain'): TransportAnswer => ({
  status: 200,
  headers: { 'content-type': type },
  body: Buffer.from(text),
});

const failureOf = async (exchange: () => Promise<unknown>): Promise<UpstreamError> => {
  const error: unknown = await exchange().catch((reason: unknown) => reason);
  if (!(error instanceof UpstreamError)) throw new Error('it did not fail with a code');
  return error;
};

describe('what is sent', () => {
  test('is JSON with the two secrets under the configured names', async () => {
    const fields = { username: 'login', password: 'api.key', token: 'access_token' };
    const { exchange, posts } = createRig(() => jsonAnswer({ token: 'other', access_token: TOKEN }), {
      fields,
    });
    expect((await exchange()).reveal()).toBe(TOKEN);
    expect(posts).toMatchObject([{ target: '/v1/authenticate', timeoutMs: 300 }]);
    expect(JSON.parse(posts[0]!.json)).toEqual({ login: 'canary-ada', 'api.key': 'canary-"pass"\n\u2028' });
  });
});

describe('what comes back', () => {
  test.each([
    ['JSON with the token', jsonAnswer({ token: TOKEN, expiresIn: 900 })],
    ['201', jsonAnswer({ token: TOKEN }, 201)],
    ['JSON that is the token', jsonAnswer(TOKEN)],
    ['the bare token', textAnswer(TOKEN)],
    ['the bare token and a line break', textAnswer(`${TOKEN}\r\n`)],
    ['the bare token, its type a lie', textAnswer(TOKEN, 'application/json')],
    ['a token of digits alone', textAnswer('12345')],
  ])('%s gives the token', async (name, answer) => {
    const token = await createRig(() => answer).exchange();
    expect(token.reveal()).toBe(name.endsWith('digits alone') ? '12345' : TOKEN);
    expect(inspect(token)).toBe('[secret]');
  });

  test.each([
    [400, 'UPSTREAM_UNAUTHENTICATED'],
    [401, 'UPSTREAM_UNAUTHENTICATED'],
    [403, 'UPSTREAM_UNAUTHENTICATED'],
    [404, 'UPSTREAM_UNAUTHENTICATED'],
    [415, 'UPSTREAM_UNAUTHENTICATED'],
    [204, 'UPSTREAM_UNAVAILABLE'],
    [302, 'UPSTREAM_UNAVAILABLE'],
    [408, 'UPSTREAM_UNAVAILABLE'],
    [429, 'UPSTREAM_UNAVAILABLE'],
    [500, 'UPSTREAM_UNAVAILABLE'],
    [503, 'UPSTREAM_UNAVAILABLE'],
  ] as const)('status %d is %s, without the body', async (status, code) => {
    const { exchange, reports } = createRig(() =>
      jsonAnswer({ token: TOKEN, message: 'canary-body' }, status, { 'retry-after': '7' }),
    );
    const error = await failureOf(exchange);
    expect(error).toMatchObject({ code, status, source: 'EVENTS', operation: '/authenticate' });
    expect(error.retryAfterMs).toBe(status === 429 || status === 503 ? 7_000 : undefined);
    expect(inspect(error, { depth: 10 })).not.toContain('canary');
    expect(reports).toMatchObject([{ operation: '/authenticate', attempt: 1, status, code }]);
  });

  test.each([
    ['an empty body', textAnswer('')],
    ['a page', textAnswer('<html>canary</html>', 'text/html')],
    ['JSON without the field', jsonAnswer({ jwt: 'canary' })],
    ['a field of a prototype', jsonAnswer({})],
    ['a token that is not a text', jsonAnswer({ token: { canary: 1 } })],
    ['a token that would end the header', jsonAnswer({ token: 'canary\r\nx: y' })],
    ['a list', jsonAnswer(['canary'])],
    ['a token too long for a header', jsonAnswer({ token: 'c'.repeat(10_000) })],
    ['bytes that are not a text', { status: 200, headers: {}, body: Buffer.from([0xff, 0xfe, 0x00]) }],
  ])('%s gives no token', async (name, answer) => {
    const fields = { ...OPTIONS.fields, token: name.endsWith('prototype') ? 'constructor' : 'token' };
    const error = await failureOf(createRig(() => answer, { fields }).exchange);
    expect(error.code).toBe('UPSTREAM_UNAUTHENTICATED');
    expect(inspect(error, { depth: 10 })).not.toContain('canary');
  });

  test('the status of a refusal decides, for any body', async () => {
    for (const fault of ['timeout', 'cut', 'too-large', 'unreadable'] as const) {
      const broken = (status: number) => () =>
        Promise.reject(new TransportFailure(fault, status, undefined, { 'retry-after': '7' }));
      expect(await failureOf(createRig(broken(401)).exchange)).toMatchObject({
        code: 'UPSTREAM_UNAUTHENTICATED',
        status: 401,
      });
      expect(await failureOf(createRig(broken(503)).exchange)).toMatchObject({
        code: 'UPSTREAM_UNAVAILABLE',
        status: 503,
        retryAfterMs: 7_000,
      });
      expect(await failureOf(createRig(broken(200)).exchange)).toMatchObject({
        code: 'UPSTREAM_UNAVAILABLE',
      });
    }
  });

  test('a longer Retry-After is cut to the longest pause', async () => {
    const { exchange } = createRig(() => jsonAnswer({}, 503, { 'retry-after': '9999' }));
    expect(await failureOf(exchange)).toMatchObject({ retryAfterMs: LONGEST_PAUSE_MS });
  });

  test('no answer is UPSTREAM_UNAVAILABLE, for any reason', async () => {
    for (const fault of ['timeout', 'unreachable', 'cut', 'too-large', 'unreadable'] as const) {
      const { exchange, reports } = createRig(() => Promise.reject(new TransportFailure(fault)));
      expect(await failureOf(exchange)).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
      expect(reports).toMatchObject([{ status: null, code: 'UPSTREAM_UNAVAILABLE' }]);
    }
  });
});

describe('over a socket', () => {
  /** @param timeoutMs long by default, so that a busy machine causes no timeout */
  function open(baseUrl: string, timeoutMs = 10_000) {
    const transport = createHttpTransport({
      baseUrl: new URL(new URL(baseUrl).origin),
      maxConcurrency: 1,
      maxBodyBytes: 10_000,
      attemptTimeoutMs: timeoutMs,
    });
    onTestFinished(() => transport.close());
    return createTokenExchange({ ...OPTIONS, timeoutMs, transport });
  }

  test('an exchange is one POST of JSON without credentials in its headers', async () => {
    const seen: unknown[] = [];
    const { baseUrl } = await startVendor((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const { authorization, 'content-type': type } = request.headers;
        seen.push([request.method, request.url, type, authorization, JSON.parse(body)]);
        response.end(TOKEN);
      });
    });
    expect((await open(baseUrl)()).reveal()).toBe(TOKEN);
    expect(seen).toEqual([
      [
        'POST',
        '/v1/authenticate',
        'application/json',
        undefined,
        { username: 'canary-ada', password: 'canary-"pass"\n\u2028' },
      ],
    ]);
  });

  test('a redirect is not followed, so the secrets go nowhere else', async () => {
    let canary = 0;
    const elsewhere = await startVendor((_, response) => {
      canary += 1;
      response.end();
    });
    for (const status of [301, 302, 307, 308]) {
      const { baseUrl } = await startVendor((_, response) => {
        response.writeHead(status, { location: elsewhere.baseUrl }).end();
      });
      expect(await failureOf(open(baseUrl))).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', status });
    }
    expect(canary).toBe(0);
  });

  test('a bomb stops at the size limit, a vendor that hangs at the timeout', async () => {
    const bomb = gzipSync(Buffer.alloc(16 * 1024 * 1024));
    const bomber = await startVendor((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    });
    const hanger = await startVendor(() => {});
    for (const { baseUrl } of [bomber, hanger]) {
      expect(await failureOf(open(baseUrl, 300))).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    }
    await expect.poll(() => hanger.openSockets()).toBe(0);
  });
});
