import { EventEmitter, once } from 'node:events';
import { request as ask } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { sendStream } from '../../src/http/http-message.ts';
import { startServer } from '../../src/http/server.ts';
import { createLiveRig, pass, until } from '../support/live-rig.ts';

async function serveStreams() {
  const rig = createLiveRig();
  const { app } = rig;
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    handle: (request, response) => void app.handle(request, response),
  });
  onTestFinished(() => server.close(0));
  const open = async (): Promise<IncomingMessage> => {
    const sent = ask(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    });
    sent.on('error', () => {});
    sent.end(JSON.stringify({ query: 'subscription { activity { cursor } }' }));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.on('error', () => {});
    return response;
  };
  return { ...rig, server, open };
}

test('a caller who leaves over a socket is let go, and the poller stops', async () => {
  const { open, time, audit, transport } = await serveStreams();
  const openedMs = time.clock.now();
  const response = await open();
  expect(response.headers['content-type']).toMatch(/^text\/event-stream/);
  await once(response, 'data');
  response.destroy();
  await until(() => audit.length === 2);
  expect(audit[1]).toMatchObject({ status: null, streamMs: expect.any(Number) });
  // Nothing had to be sent first: no heartbeat was due.
  expect(time.clock.now()).toBe(openedMs);
  await pass(time, 100);
  const calls = transport.requests.length;
  await pass(time, 60_000);
  expect(transport.requests).toHaveLength(calls);
});

test('a server with open streams closes as soon as they are told to end', async () => {
  const { open, app, server } = await serveStreams();
  const response = await open();
  const chunks: Buffer[] = [];
  response.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(response, 'data');
  app.endStreams();
  const [ended] = await Promise.all([once(response, 'end'), server.close(60_000)]);
  expect(ended).toEqual([]);
  expect(Buffer.concat(chunks).toString()).toMatch(/: this server ends; connect again\n\n$/);
});

test('a stream is sent no faster than its caller reads', async () => {
  const written: string[] = [];
  const response = Object.assign(new EventEmitter(), {
    closed: false,
    writeHead() {},
    flushHeaders() {},
    write: (part: string) => written.push(part) < 0,
    end: () => written.push('end'),
    destroy() {},
  });
  async function* parts() {
    yield* ['a', 'b'];
  }
  const sending = sendStream(response as unknown as ServerResponse, { status: 200 }, parts());
  await until(() => response.listenerCount('drain') === 1);
  expect(written).toEqual(['a']);
  response.emit('drain');
  await until(() => written.length === 2 && response.listenerCount('drain') === 1);
  response.emit('drain');
  await sending;
  expect(written).toEqual(['a', 'b', 'end']);
});
