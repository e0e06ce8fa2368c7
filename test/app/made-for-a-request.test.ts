import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createHttpClient } from '../support/http-client.ts';
import { createTestApp } from '../support/running-app.ts';

// What one request makes, counted exactly, so that costs do not creep back.

const QUERY = 'query ($id: ID!) { usageRecord(recordId: $id) { recordId elementKey } }';

async function start() {
  const targets: string[] = [];
  const ways: string[] = [];
  const app = createTestApp(
    {
      USAGE_API_URL: 'http://127.0.0.1:9',
      USAGE_API_USER_SECRET: 'a-secret-of-the-user',
      USAGE_API_ORGANIZATION_SECRET: 'a-secret-of-the-organization',
    },
    {
      onWay: (way) => ways.push(way),
      transports: {
        USAGE: {
          async get({ target }) {
            targets.push(target);
            const row = { id: target.slice('/usage/'.length), usageDate: '2026-03-01T00:00:00.000Z' };
            return { status: 200, headers: {}, body: Buffer.from(JSON.stringify(row)) };
          },
          close: async () => {},
        },
      },
    },
  );
  const server = createServer((request, response) => void app.handle(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = createHttpClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`);
  onTestFinished(async () => {
    client.close();
    server.close();
    await app.close();
  });
  /** Asks for a record, and counts what the service makes meanwhile. */
  const ask = async (id: string) => {
    const Native = globalThis.AbortController;
    let controllers = 0;
    const counted = class extends Native {
      constructor() {
        super();
        controllers += 1;
      }
    };
    vi.stubGlobal('AbortController', counted);
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const calls = targets.length;
    try {
      const { text } = await client.post(JSON.stringify({ query: QUERY, variables: { id } }));
      const { data } = JSON.parse(text) as { data: { usageRecord: { recordId: string } } };
      expect(data.usageRecord.recordId).toBe(id);
      return {
        way: ways.at(-1),
        controllers,
        timers: timers.mock.calls.length,
        vendorCalls: targets.length - calls,
      };
    } finally {
      timers.mockRestore();
      vi.unstubAllGlobals();
    }
  };
  // Yoga answers a document first.
  expect((await ask('first')).way).toBe('yoga');
  return ask;
}

test('an answer from the cache makes no timer and no abort controller', async () => {
  const ask = await start();
  await ask('one');
  expect(await ask('one')).toEqual({ way: 'lane', controllers: 0, timers: 0, vendorCalls: 0 });
});

test('a vendor call takes the timer of its operation and its own, and no abort controller', async () => {
  const ask = await start();
  // The transport, which has one timer more, is not real here.
  expect(await ask('two')).toEqual({ way: 'lane', controllers: 0, timers: 2, vendorCalls: 1 });
});
