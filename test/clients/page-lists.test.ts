import type { ApolloClient } from '@apollo/client';
import type { Client } from '@urql/core';
import { introspectionFromSchema, parse, print } from 'graphql';
import { describe, expect, onTestFinished, test } from 'vitest';
import { schema } from '../../src/graph/schema.ts';
import { startServer } from '../../src/http/server.ts';
import type { Transport } from '../../src/upstream/transport.ts';
import { openQuickStart } from '../support/quick-start.ts';
import { askApp, createTestApp, NOW_MS } from '../support/running-app.ts';
import type { Asked } from '../support/running-app.ts';
import { createSimulatedUsageVendor } from '../support/simulated-usage-vendor.ts';

// The clients of docs/client, with the cache of each page.

const ROWS = 12_000;
const ADDRESS = '192.0.2.7';
const SCANNED_ROWS = 3_000;
/** Between the fourth and the fifth lies a whole scan without a match. */
const MATCHES = [0, 1_500, 1_501, 3_000, 10_000, 10_001, 11_998, 11_999];

const rows = Array.from({ length: ROWS }, (_, at) => ({
  id: `r${String(at).padStart(5, '0')}`,
  timestampMs: NOW_MS - 100_000 - at * 1_000,
  ip: MATCHES.includes(at) ? ADDRESS : '198.51.100.1',
}));
const ids = MATCHES.map((at) => rows[at]!.id);

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

/** Starts the service on a free port. `answered` lists its operations. */
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
    readonly pageInfo: {
      readonly hasNextPage: boolean;
      readonly hasPreviousPage: boolean;
      readonly startCursor: string | null;
      readonly endCursor: string | null;
    };
    readonly coverage: readonly { readonly status: string }[];
  };
}

const query = parse(`
  query Page($address: IP!, $first: Int, $after: String, $last: Int, $before: String) {
    usageRecords(
      range: { last: "P1D" }, filter: { ipAddress: $address }, first: $first, after: $after, last: $last, before: $before
    ) {
      edges { cursor node { id recordId } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      coverage { source status from to }
    }
  }
`);
/** More pages than the list has. If a client reads this many, it repeats pages. */
const MOST_PAGES = 12;

const idsOf = ({ usageRecords }: List) => usageRecords.edges.map(({ node }) => node.recordId);

/** The variables of the first page, and those for the page after a page; null: it was the last one. */
const DIRECTIONS = [
  {
    direction: 'forward',
    variables: { address: ADDRESS, first: 3 },
    nextOf: ({ usageRecords: { pageInfo } }: List) =>
      pageInfo.hasNextPage ? { after: pageInfo.endCursor } : null,
  },
  {
    direction: 'backward',
    variables: { address: ADDRESS, last: 3 },
    nextOf: ({ usageRecords: { pageInfo } }: List) =>
      pageInfo.hasPreviousPage ? { before: pageInfo.startCursor } : null,
  },
] as const;

describe.each(DIRECTIONS)('$direction', { timeout: 120_000 }, ({ variables, nextOf }) => {
  test('the list has an empty page between two others', async () => {
    const { app } = await serve();
    const found: number[] = [];
    for (let more: object | null = {}; more && found.length < MOST_PAGES;) {
      const { data }: Asked<List> = await askApp<List>(app, print(query), { ...variables, ...more });
      found.push(idsOf(data).length);
      more = nextOf(data);
    }
    expect(found.slice(1, -1)).toContain(0);
    expect(found.reduce((sum, size) => sum + size, 0)).toBe(ids.length);
  });

  test('Apollo Client pages to the end of a list that needs several scans, and keeps the coverage of all pages', async () => {
    const { url, answered } = await serve();
    const { client } = await openQuickStart<{ client: ApolloClient }>('apollo', url);
    onTestFinished(() => client.stop());
    const list = client.watchQuery<List>({ query, variables });
    list.subscribe(() => {});
    let { data } = await list.refetch();
    for (
      let more = data && nextOf(data);
      more && answered.length < MOST_PAGES;
      more = data ? nextOf(data) : null
    )
      ({ data } = await list.fetchMore<List>({ variables: more }));
    const all = client.readQuery<List>({ query, variables });
    expect(answered.flatMap(({ errors }) => errors)).toEqual([]);
    expect(all && idsOf(all)).toEqual(ids);
    expect(all && nextOf(all)).toBeNull();
    expect(all?.usageRecords.coverage.filter(({ status }) => status === 'TRUNCATED').length).toBeGreaterThan(
      1,
    );
  });

  test('urql with Graphcache pages to the end of a list that needs several scans, also over an empty page', async () => {
    const { url, answered } = await serve();
    const introspection = introspectionFromSchema(schema, { descriptions: false });
    const { client } = await openQuickStart<{ client: Client }>('urql', url, {
      'gql/schema.json': JSON.stringify(introspection),
    });
    const read = async (more: object): Promise<List | undefined> =>
      (await client.query<List>(query, { ...variables, ...more }).toPromise()).data;
    let list = await read({});
    for (
      let more = list && nextOf(list);
      more && answered.length < MOST_PAGES;
      more = list ? nextOf(list) : null
    )
      list = await read(more);
    expect(answered.flatMap(({ errors }) => errors)).toEqual([]);
    expect(list && idsOf(list)).toEqual(ids);
    expect(list && nextOf(list)).toBeNull();
  });
});
