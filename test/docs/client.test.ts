import { expect, test } from 'vitest';
import { listFailedCalls } from '../../docs/client/list-failed-calls.ts';
import { createSightlineClient } from '../../docs/client/sightline-client.ts';
import { createFakeContext, createRecord, NOW_MS } from '../graph/fake-context.ts';
import { listInMemory } from '../graph/list-in-memory.ts';

test('the example client walks a whole list through the graph', async () => {
  const records = Array.from({ length: 250 }, (_, at) =>
    createRecord({ id: `r${at}`, timestampMs: NOW_MS - 1 - at }),
  );
  const { ask, calls } = createFakeContext({ usage: { listUsageRecords: listInMemory(records) } });
  const client = createSightlineClient('http://service.test/graphql', async (url, init) => {
    const { query, variables } = await new Request(url, init).json();
    return Response.json(await ask(query, variables));
  });
  const walked: string[] = [];
  for await (const { timestamp } of listFailedCalls(client, 'P1D')) walked.push(timestamp);
  expect(walked).toEqual(records.map(({ timestampMs }) => new Date(timestampMs).toISOString()));
  expect(calls).toHaveLength(3);
});

test('the example client tells what failed', async () => {
  const client = createSightlineClient('http://service.test/graphql', async () =>
    Response.json({ data: { usageRecords: null }, errors: [{ message: 'The vendor did not answer.' }] }),
  );
  await expect(listFailedCalls(client, 'P1D').next()).rejects.toThrow('The vendor did not answer.');
});
