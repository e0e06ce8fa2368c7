import { Client, fetchExchange } from '@urql/core';
import { expect, test } from 'vitest';
import { START_MS } from '../sources/live/live-world.ts';
import { ACTIVITY } from '../support/event-stream.ts';
import { createLiveRig, pass } from '../support/live-rig.ts';

test('urql follows a stream by its own fetch exchange, and leaving it frees the poller', async () => {
  const { app, time, usage, transport } = createLiveRig();
  const client = new Client({
    url: 'http://127.0.0.1/graphql',
    exchanges: [fetchExchange],
    fetchSubscriptions: true,
    preferGetMethod: false,
    fetch: (input, init) => app.fetch(input instanceof URL ? input.href : input, init),
  });
  const seen: string[] = [];
  const errors: unknown[] = [];
  const { unsubscribe } = client.subscription(ACTIVITY, {}).subscribe(({ data, error }) => {
    if (error) errors.push(error);
    for (const { node } of data?.activity.edges ?? []) seen.push(node.timestamp);
  });
  await pass(time, 1_000);
  usage.push({ id: 'a', atMs: START_MS + 1_000 });
  await pass(time, 20_000);
  expect(errors).toEqual([]);
  expect(seen).toEqual([new Date(START_MS + 1_000).toISOString()]);
  unsubscribe();
  await pass(time, 1_000);
  const calls = transport.requests.length;
  await pass(time, 60_000);
  expect(transport.requests).toHaveLength(calls);
});
