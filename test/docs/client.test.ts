import { readdirSync, readFileSync } from 'node:fs';
import { isInterfaceType, isObjectType } from 'graphql';
import { expect, test } from 'vitest';
import { listFailedCalls } from '../../docs/client/list-failed-calls.ts';
import { createSightlineClient } from '../../docs/client/sightline-client.ts';
import manifest from '../../package.json' with { type: 'json' };
import { schema } from '../../src/graph/schema.ts';
import { createFakeContext, createRecord, NOW_MS } from '../graph/fake-context.ts';
import { listInMemory } from '../graph/list-in-memory.ts';

test('the example client reads a whole list', async () => {
  const records = Array.from({ length: 250 }, (_, at) =>
    createRecord({ id: `r${at}`, timestampMs: NOW_MS - 1 - at }),
  );
  const { ask, calls } = createFakeContext({ usage: { listUsageRecords: listInMemory(records) } });
  const client = createSightlineClient('http://service.test/graphql', async (url, init) => {
    const { query, variables } = await new Request(url, init).json();
    return Response.json(await ask(query, variables));
  });
  const given: string[] = [];
  for await (const { timestamp } of listFailedCalls(client, 'P1D')) given.push(timestamp);
  expect(given).toEqual(records.map(({ timestampMs }) => new Date(timestampMs).toISOString()));
  expect(calls).toHaveLength(3);
});

test('the example client reports what failed', async () => {
  const client = createSightlineClient('http://service.test/graphql', async () =>
    Response.json({ data: { usageRecords: null }, errors: [{ message: 'The vendor did not answer.' }] }),
  );
  await expect(listFailedCalls(client, 'P1D').next()).rejects.toThrow('The vendor did not answer.');
});

const pages = readdirSync(new URL('../../docs/client/', import.meta.url))
  .filter((name) => name.endsWith('.md'))
  .map(
    (name) => [name, readFileSync(new URL(`../../docs/client/${name}`, import.meta.url), 'utf8')] as const,
  );
const pageOf = (name: string): string => new Map(pages).get(name) ?? '';
const types = Object.values(schema.getTypeMap()).filter((type) => !type.name.startsWith('__'));

test.each(pages)('%s installs the versions that this repository is tested with', (_name, page) => {
  const ours: Readonly<Record<string, string>> = { ...manifest.dependencies, ...manifest.devDependencies };
  const named = [...page.matchAll(/(?<=[ \n])((?:@[\w-]+\/)?[\w.-]+)@(\d+\.\d+\.\d+)/g)];
  expect(named.length).toBeGreaterThan(2);
  const other = named.filter(([, name = '', version]) => (ours[name] ?? version) !== version);
  expect(other.map(([text]) => text)).toEqual([]);
});

test('the Apollo cache on its page knows the types of each interface', () => {
  const [, stated = ''] = /possibleTypes: \{(.*)\}/.exec(pageOf('apollo.md')) ?? [];
  const possible = types
    .filter((type) => isInterfaceType(type))
    .map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => `'${name}'`)] as const);
  expect(stated.trim()).toBe(possible.map(([name, names]) => `${name}: [${names.join(', ')}]`).join(', '));
});

test('the urql cache on its page knows which types have no key', () => {
  const stated = [...pageOf('urql.md').matchAll(/(\w+): embedded,/g)].map(([, name]) => name);
  const roots: readonly unknown[] = [schema.getQueryType(), schema.getSubscriptionType()];
  const keyless = types
    .filter((type) => isObjectType(type) && !roots.includes(type) && !type.getFields()['id'])
    .map(({ name }) => name)
    // Graphcache recognizes these by their names.
    .filter((name) => !/(Connection|Edge|PageInfo)$/.test(name));
  expect(stated.toSorted()).toEqual(keyless.toSorted());
});
