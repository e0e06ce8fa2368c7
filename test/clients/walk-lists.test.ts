import type { ApolloClient } from '@apollo/client';
import type { Client } from '@urql/core';
import { introspectionFromSchema, parse, print } from 'graphql';
import { expect, onTestFinished, test } from 'vitest';
import { schema } from '../../src/graph/schema.ts';
import { startServer } from '../../src/http/start-server.ts';
import type { Transport } from '../../src/upstream/transport.ts';
import { askApp, createTestApp, NOW_MS, type Asked } from '../support/running-app.ts';
import { createSimulatedUsageVendor } from '../support/simulated-usage-vendor.ts';
import { openQuickStart } from '../support/quick-start.ts';

// The clients are those of docs/client, with the cache that each page sets up.

const ROWS = 12_000;
const ADDRESS = '192.0.2.7';
const SCANNED_ROWS = 3_000;
/** Between the fourth and the fifth lies a whole scan that finds nothing. */
const MATCHES = [0, 1_500, 1_501, 3_000, 10_000, 10_001, 11_998, 11_999];

const rows = Array.from({ length: ROWS }, (_, at) => ({
  id: `r${String(at).padStart(5, '0')}`,
  timestampMs: NOW_MS - 100_000 - at * 1_000,
  ip: MATCHES.includes(at) ? ADDRESS : '198.51.100.1',
}));
const found = MATCHES.map((at) => rows[at]!.id);

const vendor = createSimulatedUsageVendor(() => rows, {
  offsetUnit: 'records',
  clamp: 200,
  isFromInclusive: true,
  isToInclusive: false,
  dialect: 'snake',
  tie: () => (a, b) => (a.id < b.id ? 1 : -1),
});

const transport: Transport = {
  async get({ target }) {
    const { pathname, searchParams } = new URL(target, 'http://vendor.test');
    const answer = vendor({ operation: pathname, path: pathname, query: [...searchParams] });
    if (answer instanceof Error) throw answer;
    const rowsFound = 'body' in answer ? answer.body : [];
    return { status: 200, headers: {}, body: Buffer.from(JSON.stringify(rowsFound)) };
  },
  close: async () => {},
};

/** The service on a port of its own, and the operations that it answered. */
async function serve() {
  const answered: { readonly errors: readonly string[]; readonly vendorCalls: number }[] = [];
  const app = createTestApp(
    {
      USAGE_API_USER_SECRET: 'u',
      USAGE_API_ORGANIZATION_SECRET: 'o',
      SIGHTLINE_MAX_SCANNED_ROWS: String(SCANNED_ROWS),
    },
    {
      clock: { now: () => NOW_MS },
      transports: { USAGE: transport },
      onRequest: (line) => answered.push(line),
    },
  );
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    handle: (request, response) => void app.handle(request, response),
  });
  onTestFinished(async () => {
    await server.close(0);
    await app.close();
  });
  return { app, url: server.url, answered };
}

interface List {
  readonly usageRecords: {
    readonly edges: readonly { readonly node: { readonly recordId: string } }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    readonly coverage: readonly { readonly status: string }[];
  };
}

const query = parse(`
  query Walk($address: IP!, $after: String) {
    usageRecords(range: { last: "P1D" }, filter: { ipAddress: $address }, first: 3, after: $after) {
      edges { cursor node { id recordId } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      coverage { source status from to }
    }
  }
`);
const variables = { address: ADDRESS };
/** More pages than there are mean that a client goes round in circles. */
const MOST_PAGES = 12;

const idsOf = ({ usageRecords }: List) => usageRecords.edges.map(({ node }) => node.recordId);

test('the list has a page without entries between two that hold some', async () => {
  const { app } = await serve();
  const sizes: number[] = [];
  for (let after: string | null = null; sizes.length < MOST_PAGES;) {
    const asked: Asked<List> = await askApp<List>(app, print(query), { ...variables, after });
    sizes.push(idsOf(asked.data).length);
    if (!asked.data.usageRecords.pageInfo.hasNextPage) break;
    after = asked.data.usageRecords.pageInfo.endCursor;
  }
  expect(sizes).toEqual([3, 1, 0, 2, 2]);
});

test('Apollo Client walks a list that several scans are needed for to its end, and keeps the coverage of all pages', async () => {
  const { url, answered } = await serve();
  const { client } = await openQuickStart<{ client: ApolloClient }>('apollo', url);
  onTestFinished(() => client.stop());
  const list = client.watchQuery<List>({ query, variables });
  list.subscribe(() => {});
  let { data } = await list.refetch();
  for (let pages = 1; data?.usageRecords.pageInfo.hasNextPage && pages < MOST_PAGES; pages += 1) {
    const after = data.usageRecords.pageInfo.endCursor;
    ({ data } = await list.fetchMore<List>({ variables: { after } }));
  }
  const all = client.readQuery<List>({ query, variables });
  expect(answered.flatMap(({ errors }) => errors)).toEqual([]);
  expect(all && idsOf(all)).toEqual(found);
  expect(all?.usageRecords.pageInfo.hasNextPage).toBe(false);
  expect(all?.usageRecords.coverage.filter(({ status }) => status === 'TRUNCATED').length).toBeGreaterThan(1);
});

test('urql with Graphcache walks a list that several scans are needed for to its end, over a page without entries', async () => {
  const { url, answered } = await serve();
  const introspection = introspectionFromSchema(schema, { descriptions: false });
  const { client } = await openQuickStart<{ client: Client }>('urql', url, {
    'gql/schema.json': JSON.stringify(introspection),
  });
  const read = async (after: string | null): Promise<List | undefined> =>
    (await client.query<List>(query, { ...variables, after }).toPromise()).data;
  let list = await read(null);
  for (let pages = 1; list?.usageRecords.pageInfo.hasNextPage && pages < MOST_PAGES; pages += 1)
    list = await read(list.usageRecords.pageInfo.endCursor);
  expect(answered.flatMap(({ errors }) => errors)).toEqual([]);
  expect(list && idsOf(list)).toEqual(found);
  expect(list?.usageRecords.pageInfo.hasNextPage).toBe(false);
});
