import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { startServer } from '../../src/http/server.ts';
import type { RunningServer, ServerOptions } from '../../src/http/server.ts';

const servers: RunningServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close(0)));
});

async function start(options: Partial<ServerOptions> = {}): Promise<RunningServer> {
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    handle: (_request, response) => response.end('done'),
    ...options,
  });
  servers.push(server);
  return server;
}

async function open({ url }: RunningServer, text: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => {});
  socket.resume();
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

describe('startServer', () => {
  test('returns the URL at which it answers', async () => {
    const server = await start();
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await (await fetch(server.url)).text()).toBe('done');
  });

  test('a port that is taken is an error with its code', async () => {
    const { url } = await start();
    await expect(start({ port: Number(new URL(url).port) })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('callers who send their headers or their body slowly are disconnected, and others are still served', async () => {
    const server = await start({
      headersTimeoutMs: 50,
      requestTimeoutMs: 100,
      handle: (request, response) => void request.resume().once('end', () => response.end('done')),
    });
    const slow = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        open(
          server,
          n % 2 === 0
            ? 'POST / HTTP/1.1\r\nhost: '
            : 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n1',
        ),
      ),
    );
    const closed = slow.map(async (socket) => {
      // Not `once(socket, 'close')`, which rejects if the connection is reset.
      if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
    });
    expect(await (await fetch(server.url)).text()).toBe('done');
    await Promise.all(closed);
    expect(await (await fetch(server.url)).text()).toBe('done');
  });

  test('an answer that nobody reads is given up, with the answers behind it', async () => {
    const ends: string[] = [];
    const server = await start({
      unreadTimeoutMs: 50,
      handle(_request, response) {
        response.once('close', () => ends.push(response.writableFinished ? 'read' : 'given up'));
        response.end(Buffer.alloc(32 * 1024 * 1024));
      },
    });
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.pause();
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\nGET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await expect.poll(() => ends).toEqual(['given up', 'given up']);
    socket.destroy();
  });

  test('an answer that takes long but is read at once is not given up', async () => {
    const server = await start({
      unreadTimeoutMs: 5,
      handle: (_request, response) => void setTimeout(() => response.end('late'), 30),
    });
    expect(await (await fetch(server.url)).text()).toBe('late');
  });

  test('closing waits for running requests, ends idle connections, and takes no more requests', async () => {
    const waiting: ServerResponse[] = [];
    const server = await start({
      handle(request, response) {
        if (request.url === '/slow') waiting.push(response);
        else response.end('done');
      },
    });
    const idle = await open(server, 'GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    const slow = fetch(`${server.url}/slow`);
    await expect.poll(() => waiting.length).toBe(1);
    const idleClosed = once(idle, 'close');
    const closing = server.close(60_000);
    await idleClosed;
    await expect(fetch(server.url)).rejects.toThrow();
    waiting[0]!.end('late, but whole');
    expect(await (await slow).text()).toBe('late, but whole');
    await closing;
  });

  test('during the notice it still answers and asks callers to close, and afterwards takes no more requests', async () => {
    const server = await start();
    let isClosed = false;
    const closing = server.close(60_000, 500).then(() => {
      isClosed = true;
    });
    const answer = await fetch(server.url);
    expect([answer.headers.get('connection'), await answer.text()]).toEqual(['close', 'done']);
    expect(isClosed).toBe(false);
    await closing;
    await expect(fetch(server.url)).rejects.toThrow();
  });

  test('requests that were sent before closing are answered', async () => {
    const server = await start();
    const sockets = await Promise.all(
      Array.from({ length: 200 }, () => open(server, 'GET / HTTP/1.1\r\nhost: x\r\n\r\n')),
    );
    const answered = sockets.map(
      (socket) =>
        new Promise<boolean>((resolve) => {
          socket.once('data', () => resolve(true)).once('close', () => resolve(false));
        }),
    );
    await server.close(60_000, 500);
    expect((await Promise.all(answered)).filter((isAnswered) => !isAnswered)).toEqual([]);
  });

  test('an answer that ends during closing asks its caller to close the connection', async () => {
    const waiting: ServerResponse[] = [];
    const server = await start({ handle: (_request, response) => void waiting.push(response) });
    const slow = fetch(server.url);
    await expect.poll(() => waiting.length).toBe(1);
    const closing = server.close(60_000);
    waiting[0]!.end('late, but whole');
    const answer = await slow;
    expect([answer.headers.get('connection'), await answer.text()]).toEqual(['close', 'late, but whole']);
    await closing;
  });

  test('closing ends requests that take longer than the grace time', async () => {
    const server = await start({ handle: () => {} });
    const socket = await open(server, 'GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    const cut = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    await server.close(20);
    await expect(cut).resolves.toBeUndefined();
  });
});
