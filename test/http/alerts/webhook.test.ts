import { describe, expect, test } from 'vitest';
import { Secret } from '../../../src/base/secret.ts';
import { createWebhook } from '../../../src/http/alerts/webhook.ts';
import { TransportFailure } from '../../../src/upstream/transport.ts';
import type { TransportAnswer, TransportPost } from '../../../src/upstream/transport.ts';

const message = { id: 'msg_1', name: 'quiet', state: 'ok', atMs: 0, body: '{}' } as const;
const answer = (status: number, headers: Readonly<Record<string, string>> = {}): TransportAnswer => ({
  status,
  headers,
  body: Buffer.alloc(0),
});

async function send(result: TransportAnswer | Error, signal: AbortSignal = new AbortController().signal) {
  const posts: TransportPost[] = [];
  const webhook = createWebhook(
    { url: new Secret('https://hooks.example.org/a/b?c=d'), key: new Secret('AAAA') },
    { now: () => 0 },
    {
      async post(request) {
        posts.push(request);
        if (result instanceof Error) throw result;
        return result;
      },
      async close() {},
    },
  );
  return { outcome: await webhook.send(message, signal), posts };
}

describe('an attempt', () => {
  test('posts to the path and the query of the address, within ten seconds', async () => {
    const { posts } = await send(answer(200));
    expect(posts).toMatchObject([{ target: '/a/b?c=d', json: '{}', timeoutMs: 10_000 }]);
  });

  test.each([
    [answer(200), { isTaken: true, status: 200, retryAfterMs: null }],
    [answer(204), { isTaken: true, status: 204, retryAfterMs: null }],
    [answer(302, { location: '/' }), { isTaken: false, status: 302, retryAfterMs: null }],
    [answer(410), { isTaken: false, status: 410, retryAfterMs: null }],
    [answer(503, { 'retry-after': '60' }), { isTaken: false, status: 503, retryAfterMs: 60_000 }],
    [answer(429, { 'retry-after': '999999' }), { isTaken: false, status: 429, retryAfterMs: 3_600_000 }],
    [new TransportFailure('too-large', 200), { isTaken: true, status: 200, retryAfterMs: null }],
    [new TransportFailure('unreachable'), { isTaken: false, status: null, retryAfterMs: null }],
    [new TransportFailure('timeout'), { isTaken: false, status: null, retryAfterMs: null }],
  ])('that gets %o is %o', async (result, outcome) => {
    expect((await send(result)).outcome).toEqual(outcome);
  });

  test('ends when the service stops', async () => {
    await expect(send(new Error('cut'), AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
  });
});
