import { once } from 'node:events';
import { createServer, get } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { endStream, sendStream } from '../../src/http/http-message.ts';

/** Serves one stream. @returns the address, and how sending it ended */
async function serve(stream: AsyncIterable<Uint8Array>, unreadMs = 60_000) {
  const sent = Promise.withResolvers<unknown>();
  const server = createServer((_request, response: ServerResponse) => {
    sendStream(response, { status: 200, headers: { 'content-type': 'text/plain' } }, stream, unreadMs).then(
      () => sent.resolve('sent'),
      (error: unknown) => sent.resolve(error),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sent: sent.promise };
}

const MEBIBYTE = Buffer.alloc(1024 * 1024, 'x');

/** Endless pieces, which notes how many were taken and whether their reader has left. */
function createEndless() {
  const seen = { taken: 0, hasEnded: false };
  async function* give() {
    try {
      for (;;) {
        seen.taken += 1;
        yield MEBIBYTE;
      }
    } finally {
      seen.hasEnded = true;
    }
  }
  return { seen, stream: give() };
}

async function open(url: string): Promise<IncomingMessage> {
  const request = get(url);
  request.on('error', () => {});
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.on('error', () => {});
  return response;
}

describe('a stream', () => {
  test('that fails cuts its answer, so that its caller sees it', async () => {
    async function* fail() {
      yield Buffer.from('one');
      throw new Error('broken');
    }
    const { url, sent } = await serve(fail());
    const response = await fetch(url);
    await expect(response.text()).rejects.toThrow();
    expect(await sent).toMatchObject({ message: 'broken' });
  });

  test('is taken no faster than its caller reads, and a caller who does not read is let go', async () => {
    const { seen, stream } = createEndless();
    const { url, sent } = await serve(stream, 300);
    const response = await open(url);
    response.pause();
    expect(await sent).toBe('sent');
    // What the system's buffers hold.
    expect(seen.taken).toBeLessThan(30);
    expect(seen.hasEnded).toBe(true);
  });

  test('ends when its caller leaves', async () => {
    const { seen, stream } = createEndless();
    const { url, sent } = await serve(stream);
    const response = await open(url);
    await once(response, 'data');
    response.destroy();
    expect(await sent).toBe('sent');
    expect(seen.hasEnded).toBe(true);
  });

  test('that is not there can be ended', async () => {
    await expect(endStream(undefined)).resolves.toBeUndefined();
  });
});
