import { createClient } from 'graphql-sse';
import { expect, onTestFinished, test } from 'vitest';
import { START_MS } from '../sources/live/live-world.ts';
import { breakable } from '../support/cut-streams.ts';
import { ACTIVITY } from '../support/event-stream.ts';
import type { ActivityFrame } from '../support/event-stream.ts';
import { createLiveRig, pass, until } from '../support/live-rig.ts';

test('graphql-sse reads a stream, and after a break goes on where it was, on another instance', async () => {
  const { app, createInstance, time, usage } = createLiveRig();
  const instances = [app, createInstance(), createInstance()];
  const opened: { cut(): void }[] = [];
  let place: string | null = null;
  const client = createClient({
    url: 'http://127.0.0.1/graphql',
    headers: (): Record<string, string> => (place === null ? {} : { 'last-event-id': place }),
    retry: () => Promise.resolve(),
    async fetchFn(url: string, init: RequestInit) {
      const instance = instances[opened.length % instances.length]!;
      const made = breakable(await instance.fetch(url, init));
      opened.push(made);
      return made.response;
    },
  });
  onTestFinished(() => client.dispose());
  const told: unknown[] = [];
  const ended: unknown[] = [];
  client.subscribe<{ activity: ActivityFrame }>(
    { query: ACTIVITY },
    {
      next({ data }) {
        if (!data) return;
        place = data.activity.cursor;
        told.push(...data.activity.edges.map(({ node }) => node['timestamp']));
      },
      error: (error) => void ended.push(error),
      complete: () => void ended.push('complete'),
    },
  );
  const rows = Array.from({ length: 30 }, (_, n) => START_MS + 1_000 + n * 3_000);
  await until(() => opened.length === 1);
  for (const [n, atMs] of rows.entries()) {
    await pass(time, atMs - time.clock.now());
    // A late one and one on time.
    usage.push({ id: `r${n}`, atMs }, { id: `late${n}`, atMs: atMs - 1_500 });
    await pass(time, 1_000);
    if (n % 5 !== 4) continue;
    const before = opened.length;
    opened.at(-1)!.cut();
    await until(() => opened.length > before);
  }
  await pass(time, 30_000);
  const written = rows.flatMap((atMs) => [atMs, atMs - 1_500]).map((ms) => new Date(ms).toISOString());
  expect(opened).toHaveLength(7);
  expect(told.toSorted()).toEqual(written.toSorted());
  expect(ended).toEqual([]);
});

test('graphql-sse comes back by itself when a service ends, and takes no error for a row', async () => {
  const { app, createInstance, time } = createLiveRig();
  const instances = [app, createInstance()];
  let opened = 0;
  const client = createClient({
    url: 'http://127.0.0.1/graphql',
    retry: () => Promise.resolve(),
    fetchFn: (url: string, init: RequestInit) => instances[Math.min(opened++, 1)]!.fetch(url, init),
  });
  onTestFinished(() => client.dispose());
  const ended: unknown[] = [];
  client.subscribe(
    { query: ACTIVITY },
    {
      next() {},
      error: (error) => void ended.push(error),
      complete: () => void ended.push('complete'),
    },
  );
  await until(() => opened === 1);
  await pass(time, 1_000);
  app.endStreams();
  await until(() => opened === 2 || ended.length > 0);
  expect(ended).toEqual([]);
});
