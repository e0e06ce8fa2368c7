import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { createHttpTransport } from '../../src/upstream/http-transport.ts';
import type { HttpTransportOptions } from '../../src/upstream/http-transport.ts';
import type { TransportRequest } from '../../src/upstream/transport.ts';
import { startVendor, until } from '../support/upstream-fixtures.ts';

function open(baseUrl: string, options: Partial<HttpTransportOptions> = {}) {
  const transport = createHttpTransport({
    baseUrl: new URL(baseUrl),
    maxConcurrency: 4,
    maxBodyBytes: 1_000_000,
    attemptTimeoutMs: 1_000,
    ...options,
  });
  onTestFinished(() => transport.close());
  const get = (parts: Partial<TransportRequest> = {}) =>
    transport.get({
      target: '/usage?a=1',
      authorization: 'User one, Organization two',
      timeoutMs: 5_000,
      signal: new AbortController().signal,
      ...parts,
    });
  return { transport, get };
}

/** A vendor that sends `reply` after the first bytes of each request. */
async function startRawVendor(reply: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.on('data', () => reply(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('it sends a GET below the base path with the credentials, and gives the whole answer', async () => {
  let seen: unknown;
  const { baseUrl } = await startVendor((request, response) => {
    seen = [request.method, request.url, request.headers.authorization, request.headers.accept];
    response.writeHead(
      200,
      [
        ['X-Twice', 'a'],
        ['x-twice', 'b'],
      ].flat(),
    );
    response.end('[1]');
  });
  const answer = await open(baseUrl).get();
  expect(seen).toEqual(['GET', '/base/usage?a=1', 'User one, Organization two', 'application/json']);
  expect(answer.status).toBe(200);
  expect(answer.headers['x-twice']).toBe('a, b');
  expect(answer.body.toString()).toBe('[1]');
});

test('a redirect is given as the answer and not followed', async () => {
  let canary = 0;
  const elsewhere = await startVendor((_, response) => {
    canary += 1;
    response.end();
  });
  const { baseUrl } = await startVendor((_, response) => {
    response.writeHead(302, { location: elsewhere.baseUrl }).end();
  });
  expect((await open(baseUrl).get()).status).toBe(302);
  expect(canary).toBe(0);
});

test('a gzip bomb and a plain body stop at the limit, with and without content-length', async () => {
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
  let written = 0;
  const { baseUrl } = await startVendor((request, response) => {
    if (request.url === '/base/bomb') response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    else if (request.url === '/base/declared')
      response.writeHead(200, { 'content-length': 5_000_000 }).write('x');
    else {
      const flood = (): void => {
        written += 65_536;
        if (!response.destroyed) response.write(Buffer.alloc(65_536), () => setImmediate(flood));
      };
      flood();
    }
  });
  const { get } = open(baseUrl);
  await expect(get({ target: '/bomb' })).rejects.toMatchObject({ fault: 'too-large' });
  await expect(get({ target: '/declared' })).rejects.toMatchObject({ fault: 'too-large' });
  await expect(get({ target: '/flood' })).rejects.toMatchObject({ fault: 'too-large', status: 200 });
  expect(written).toBeLessThan(50_000_000);
});

test.each([
  ['packed in a way that was not offered', 'zstd', 'x', 'unreadable'],
  ['not packed as it says', 'gzip', 'x', 'unreadable'],
  ['too large', 'identity', 'x'.repeat(2_000), 'too-large'],
])(
  'if the body of an answer is %s, the failure has its status and headers',
  async (_name, encoding, text, fault) => {
    const { baseUrl } = await startVendor((_, response) => {
      response.writeHead(503, { 'content-encoding': encoding, 'retry-after': '7' }).end(text);
    });
    await expect(open(baseUrl, { maxBodyBytes: 1_000 }).get()).rejects.toMatchObject({
      fault,
      status: 503,
      headers: { 'retry-after': '7' },
    });
  },
);

test('an early hint is not an answer', async () => {
  const { baseUrl } = await startVendor((_, response) => {
    response.writeEarlyHints({ link: '</a>; rel=preload' });
    response.end('[1]');
  });
  expect((await open(baseUrl).get()).status).toBe(200);
});

test.each([
  ['nothing at all', '', 'unreachable'],
  ['an early hint alone', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n', 'unreachable'],
  ['half a status line', 'HTTP/1.1 20', 'unreachable'],
  ['bytes that are not HTTP', 'SSH-2.0-OpenSSH_9.6\r\n\r\n', 'unreadable'],
  ['headers without an end', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n', 'unreachable'],
  ['fewer bytes than declared', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n[1', 'cut'],
  ['a chunk without an end', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n[1', 'cut'],
  ['chunks without the last', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\n[1]\r\n', 'cut'],
  ['a broken chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n[1]', 'unreadable'],
])('a connection that brings %s fails', async (_, bytes, fault) => {
  const { get } = open(await startRawVendor((socket) => socket.end(bytes)));
  await expect(get()).rejects.toMatchObject({ fault });
});

test('a port without a listener is unreachable', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const reason: unknown = await open(`http://127.0.0.1:${port}`)
    .get()
    .catch((error: unknown) => error);
  expect(reason).toMatchObject({ fault: 'unreachable' });
  // The code, and no address.
  expect(inspect(reason, { depth: 9 })).toContain('ECONNREFUSED');
  expect(inspect(reason, { depth: 9 })).not.toContain(String(port));
});

test('a request that takes too long ends at its timeout in any phase, with its socket', async () => {
  const vendor = await startVendor((request, response) => {
    if (request.url === '/base/body') response.writeHead(200).write('[');
  });
  const { get } = open(vendor.baseUrl);
  const startMs = performance.now();
  await expect(get({ target: '/head', timeoutMs: 60 })).rejects.toMatchObject({ fault: 'timeout' });
  await expect(get({ target: '/body', timeoutMs: 60 })).rejects.toMatchObject({
    fault: 'timeout',
    status: 200,
  });
  expect(performance.now() - startMs).toBeLessThan(1_000);
  await until(async () => (await vendor.openSockets()) === 0);
});

test('a caller who leaves ends the socket in any phase, and gets its own reason', async () => {
  let asked = 0;
  const vendor = await startVendor((request, response) => {
    asked += 1;
    if (request.url === '/base/body') response.writeHead(200).write('[');
  });
  const { get } = open(vendor.baseUrl);
  for (const target of ['/head', '/body']) {
    const caller = new AbortController();
    const before = asked;
    const waiting = get({ target, signal: caller.signal });
    await until(() => asked > before);
    caller.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    await until(async () => (await vendor.openSockets()) === 0);
  }
});

test('if the caller leaves before there is a connection, nothing is sent', async () => {
  let asked = 0;
  const { baseUrl } = await startVendor((_, response) => {
    asked += 1;
    response.end('[1]');
  });
  const { get } = open(baseUrl);
  const caller = new AbortController();
  const waiting = get({ signal: caller.signal });
  caller.abort(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
  await get();
  expect(asked).toBe(1);
});

test('close ends running requests', async () => {
  const vendor = await startVendor(() => {});
  const { transport, get } = open(vendor.baseUrl);
  const waiting = get();
  await until(async () => (await vendor.openSockets()) === 1);
  await Promise.all([expect(waiting).rejects.toMatchObject({ fault: 'unreachable' }), transport.close()]);
  await until(async () => (await vendor.openSockets()) === 0);
  await expect(get()).rejects.toMatchObject({ fault: 'unreachable' });
});

test("it connects to a local socket instead of the host, and sends the host's name", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-socket-'));
  const path = join(folder, 'vendor');
  const seen: unknown[] = [];
  const server = createHttpServer((request, response) => {
    seen.push([request.url, request.headers.host]);
    response.end('[]');
  }).listen({ path });
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });
  const { get } = open('http://nowhere.invalid/base', { socketPath: path });
  expect(await get()).toMatchObject({ status: 200 });
  expect(seen).toEqual([['/base/usage?a=1', 'nowhere.invalid']]);
  await expect(
    open('http://nowhere.invalid', { socketPath: join(folder, 'gone') }).get(),
  ).rejects.toMatchObject({
    fault: 'unreachable',
  });
});
