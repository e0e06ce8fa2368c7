import { composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { App, AppOverrides } from '../../src/app.ts';
import { readConfig } from '../../src/config/load.ts';
import type { RequestLine } from '../../src/http/handler.ts';
import type { AuditLine } from '../../src/http/plugins/audit.ts';
import { hashDocument } from '../../src/http/trusted-documents.ts';
import { startServer } from '../../src/http/server.ts';
import type { RunningServer } from '../../src/http/server.ts';
import { makeKey } from '../support/api-key.ts';
import { composeByApollo, hasGateway, startGateway } from '../support/gateway.ts';
import type { ComposedSubgraph, Gateway } from '../support/gateway.ts';
import { startOtherSubgraph } from '../support/other-subgraph.ts';
import type { OtherSubgraph } from '../support/other-subgraph.ts';
import { askApp, createAppOver, PATIENT, startApp } from '../support/running-app.ts';
import type { RunningApp } from '../support/running-app.ts';

/** Another team's subgraph, which adds an owner to every entry of either source. */
const OWNERS = `
  type Activity @key(fields: "id") @interfaceObject { id: ID! owner: Owner! }
  type Owner { team: String! }
  type Query { owned: [Activity!]! }
`;
/** A third subgraph, which adds notes to events only. */
const NOTES = `
  type Event @key(fields: "id") { id: ID! notes: [String!]! }
  type Query { noted: [Event!]! }
`;

const SDL = '{ service: _service { sdl } }';

const link = (imports: string): string =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${imports}])`;

let running: RunningApp;
let server: RunningServer;
let owners: OtherSubgraph;
let notes: OtherSubgraph;
let gateway: Gateway | null = null;
/** What the other subgraphs know of Sightline's entries. */
let listed: readonly string[] = [];
const lines: RequestLine[] = [];

beforeAll(async () => {
  running = await startApp(
    {},
    { ...PATIENT, SIGHTLINE_FEDERATION: '1' },
    { onRequest: (line) => lines.push(line) },
  );
  server = await open(running.app);
  owners = await startOtherSubgraph({
    sdl: OWNERS,
    entity: 'Activity',
    fieldsOf: (id) => ({ owner: { team: `owner of ${id}` } }),
    listed: { owned: () => listed },
  });
  notes = await startOtherSubgraph({
    sdl: NOTES,
    entity: 'Event',
    fieldsOf: (id) => ({ notes: [`note on ${id}`] }),
    listed: { noted: () => listed },
  });
  if (hasGateway) gateway = await startGateway(compose(await listSubgraphs()));
}, 60_000);
afterAll(async () => {
  await gateway?.close();
  await Promise.all([owners.close(), notes.close(), server.close(0)]);
  await running.close();
});

function open(app: App): Promise<RunningServer> {
  return startServer({
    host: '127.0.0.1',
    port: 0,
    handle: (request, response) => void app.handle(request, response),
  });
}

/** @param sightline its address; a gateway then asks that service */
async function listSubgraphs(sightline = server.url): Promise<readonly ComposedSubgraph[]> {
  const { data } = await askApp<{ service: { sdl: string } }>(running.app, SDL);
  return [
    { name: 'sightline', url: `${sightline}/graphql`, sdl: data.service.sdl },
    { name: 'owners', url: owners.url, sdl: `${link('"@key", "@interfaceObject"')} ${OWNERS}` },
    { name: 'notes', url: notes.url, sdl: `${link('"@key"')} ${NOTES}` },
  ];
}

function compose(subgraphs: readonly ComposedSubgraph[]): string {
  const { supergraphSdl, errors } = composeServices(
    subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })),
  );
  if (!supergraphSdl) throw new Error(errors?.map(({ message }) => message).join('\n'));
  return supergraphSdl;
}

/** A service over the same sandbox with these settings, which ends with the test. */
function serve(env: Readonly<Record<string, string>>, overrides: AppOverrides = {}): App {
  const app = createAppOver(running.sandbox, { ...PATIENT, ...env }, overrides);
  onTestFinished(() => app.close());
  return app;
}

interface Entry {
  readonly __typename: 'Event' | 'UsageRecord';
  readonly id: string;
  readonly timestamp: string;
  readonly action?: string;
  readonly elementApi?: string;
  readonly owner: { readonly team: string };
  readonly notes?: readonly string[];
}

async function askGateway<Data>(query: string): Promise<Data> {
  const response = await fetch(gateway!.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await response.json()) as { readonly data: Data; readonly errors?: unknown };
  expect(errors).toBeUndefined();
  return data;
}

/** What one question makes Sightline do. */
async function watch<Data>(
  ask: () => Promise<Data>,
): Promise<{ readonly data: Data; readonly requests: readonly RequestLine[]; readonly calls: number }> {
  const before = lines.length;
  const data = await ask();
  const requests = lines.slice(before);
  return { data, requests, calls: requests.reduce((sum, { vendorCalls }) => sum + vendorCalls, 0) };
}

/** The newest page that holds entries of both sources. */
const TIMELINE = 'timeline(first: 100)';

describe.skipIf(!hasGateway)("behind Apollo's gateway", () => {
  test('a timeline has the fields of two other subgraphs, on entries of both sources, for the vendor calls of the timeline', async () => {
    const { data, requests, calls } = await watch(async () =>
      askGateway<{ timeline: { nodes: Entry[] } }>(`{
        ${TIMELINE} { nodes {
          __typename id timestamp owner { team }
          ... on Event { action notes }
          ... on UsageRecord { elementApi }
        } }
      }`),
    );
    const { nodes } = data.timeline;
    const ids = nodes.map(({ id }) => id);
    const events = nodes.filter(({ __typename }) => __typename === 'Event');
    expect(new Set(nodes.map(({ __typename }) => __typename))).toEqual(new Set(['Event', 'UsageRecord']));
    expect(nodes.map(({ owner }) => owner.team)).toEqual(ids.map((id) => `owner of ${id}`));
    expect(events.map((event) => event.notes)).toEqual(events.map(({ id }) => [`note on ${id}`]));
    expect(owners.asked).toEqual([ids]);
    expect(notes.asked).toEqual([events.map(({ id }) => id)]);

    const alone = await running.ask<{ timeline: { nodes: Entry[] } }>(
      `{ ${TIMELINE} { nodes { id timestamp ... on Event { action } ... on UsageRecord { elementApi } } } }`,
    );
    const own = nodes.map(({ __typename, owner: _owner, notes: _notes, ...fields }) => fields);
    expect(own).toEqual(alone.data.timeline.nodes);
    expect(requests).toHaveLength(1);
    expect(calls).toBe(2);
  });

  test("Apollo's composition accepts the subgraph, too", async () => {
    expect(composeByApollo(await listSubgraphs())).toEqual([]);
  });

  test('entries that another subgraph names are read by one request with one vendor call for each source', async () => {
    const { data: found } = await running.ask<{ timeline: { nodes: Entry[] } }>(
      `{ ${TIMELINE} { nodes { __typename id } } }`,
    );
    listed = found.timeline.nodes.map(({ id }) => id).slice(0, 20);
    const { data, requests, calls } = await watch(async () =>
      askGateway<{ owned: Entry[] }>('{ owned { __typename id timestamp owner { team } } }'),
    );
    expect(data.owned.map(({ id }) => id)).toEqual(listed);
    expect(data.owned.map(({ __typename }) => __typename)).toEqual(
      found.timeline.nodes.slice(0, 20).map(({ __typename }) => __typename),
    );
    expect(requests).toHaveLength(1);
    expect(calls).toBe(2);
  });
});

describe.skipIf(!hasGateway)("behind Apollo's gateway that passes the key of its caller on", () => {
  test('entries that another subgraph names are masked and refused by the scopes of the caller', async () => {
    const { data: found } = await running.ask<{ events: { nodes: { id: string; username: string }[] } }>(
      '{ events(first: 5) { nodes { id username } } }',
    );
    const events = found.events.nodes;
    listed = events.map(({ id }) => id);
    const auditor = makeKey('auditor', 'events:read', 'pii:read');
    const reader = makeKey('reader', 'events:read');
    const other = makeKey('other', 'usage:read');
    const keys = [auditor, reader, other].map(({ line }) => line).join(';');
    const identified = await open(serve({ SIGHTLINE_FEDERATION: '1', SIGHTLINE_API_KEYS: keys }));
    onTestFinished(() => identified.close(0));
    const guarded = await startGateway(compose(await listSubgraphs(identified.url)));
    onTestFinished(() => guarded.close());
    const ask = async ({ key }: { readonly key: string }) => {
      const response = await fetch(guarded.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
        body: '{"query":"{ noted { notes username masked } }"}',
      });
      return (await response.json()) as {
        readonly data: { readonly noted: readonly { readonly username: string | null }[] } | null;
        readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
      };
    };

    expect((await ask(auditor)).data?.noted.map(({ username }) => username)).toEqual(
      events.map(({ username }) => username),
    );
    expect((await ask(reader)).data?.noted).toEqual(
      events.map(({ id }) => ({
        notes: [`note on ${id}`],
        username: null,
        masked: ['USERNAME', 'IP_ADDRESS', 'DESCRIPTION'],
      })),
    );
    const refused = await ask(other);
    expect(refused.data).toBeNull();
    expect(refused.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });
});

describe.skipIf(!hasGateway)('a stream', () => {
  const STREAM = 'subscription { activity { __typename } }';

  // @apollo/gateway 2.14 plans subscriptions, but runs none. If this fails, it has learnt to: docs/federation.md says that it can't.
  test("is refused by Apollo's gateway, which can't run one, and is read from Sightline beside it", async () => {
    const headers = { 'content-type': 'application/json', accept: 'text/event-stream, application/json' };
    const response = await fetch(gateway!.url, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query: STREAM }),
    });
    const { data = null, errors } = (await response.json()) as {
      readonly data?: unknown;
      readonly errors?: readonly unknown[];
    };
    expect([data, errors]).toEqual([null, [expect.anything()]]);

    const stream = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query: STREAM }),
    });
    expect([stream.status, stream.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/event-stream'),
    ]);
    await stream.body!.cancel();
  });
});

describe('without a gateway', () => {
  const ENTITIES =
    'query ($representations: [_Any!]!) { entities: _entities(representations: $representations) { __typename ... on Activity { id timestamp } } }';

  interface Entities {
    readonly entities: readonly (Pick<Entry, '__typename' | 'id'> | null)[];
  }

  function nameOf(entity: Entities['entities'][number]): string | null {
    if (entity === null) return null;
    const { __typename: name } = entity;
    return name;
  }

  async function findEntries(count: number): Promise<readonly Pick<Entry, '__typename' | 'id'>[]> {
    const { data } = await running.ask<{ timeline: { nodes: Entry[] } }>(
      `{ timeline(first: ${count}) { nodes { __typename id } } }`,
    );
    return data.timeline.nodes;
  }

  test('a service that is no subgraph knows neither field, and has no longer variables', async () => {
    const app = serve({});
    for (const query of [SDL, ENTITIES]) {
      const { errors } = await askApp(app, query, query === ENTITIES ? { representations: [] } : {});
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED' });
    }
    const many = await askApp(app, ENTITIES, { representations: Array.from({ length: 1_001 }, () => 1) });
    expect(many.errors?.[0]?.extensions).toMatchObject({ limit: 'maxVariableValues', allowed: 1_000 });
  });

  test('a page of the largest size is read as representations, a batch for each source', async () => {
    const representations = await findEntries(500);
    const { data, errors, upstream } = await askApp<Entities>(
      serve({ SIGHTLINE_FEDERATION: '1' }),
      ENTITIES,
      { representations },
    );
    expect(errors).toBeUndefined();
    expect(data.entities.map((entity) => entity?.id)).toEqual(representations.map(({ id }) => id));
    const single = await askApp<{ nodes: unknown }>(
      serve({}),
      'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on Activity { id timestamp } } }',
      { ids: representations.map(({ id }) => id) },
    );
    expect(data.entities).toEqual(single.data.nodes);
    // As many calls as `nodes` makes for the same entries.
    expect(upstream.map(({ source, calls }) => [source, calls])).toEqual(
      single.upstream.map(({ source, calls }) => [source, calls]),
    );
  });

  test('representations that need more vendor calls than an operation may make are refused before the first', async () => {
    // Ids from before ids had a time: each needs a call of its own.
    const representations = Array.from({ length: 21 }, (_one, index) => ({
      __typename: 'UsageRecord',
      id: Buffer.from(`UsageRecord:53e6e0c8e4b067fd19a9d6${index + 10}`).toString('base64url'),
    }));
    const { errors, upstream } = await askApp(running.app, ENTITIES, { representations });
    expect(errors?.[0]?.extensions).toMatchObject({ limit: 'maxUpstreamCalls', allowed: 20, requested: 21 });
    expect(upstream).toEqual([]);
  });

  test('a document that a gateway sends again is answered in the lane, with the same answer', async () => {
    const ways: string[] = [];
    const app = serve({ SIGHTLINE_FEDERATION: '1' }, { onWay: (way) => ways.push(way) });
    const entries = await findEntries(4);
    const representations = [...entries, { __typename: 'Nothing', id: 'x' }];
    const first = await askApp<Entities>(app, ENTITIES, { representations });
    const second = await askApp<Entities>(app, ENTITIES, { representations });
    expect(ways).toEqual(['yoga', 'lane']);
    expect([second.data, second.errors]).toEqual([first.data, first.errors]);
    expect(first.data.entities.map((entity) => entity?.id)).toEqual([
      ...entries.map(({ id }) => id),
      undefined,
    ]);
    expect(first.errors?.map(({ path, extensions }) => [path, extensions])).toEqual([
      [['entities', 4], { code: 'BAD_USER_INPUT', argument: 'representations[4].__typename' }],
    ]);
  });

  test('the schema is told only to callers who may introspect, and entities to those who may read their source', async () => {
    const composer = makeKey('composer', 'introspect');
    const router = makeKey('router', 'events:read');
    const app = serve({ SIGHTLINE_FEDERATION: '1', SIGHTLINE_API_KEYS: `${composer.line};${router.line}` });
    const ask = ({ key }: { readonly key: string }, query: string, variables = {}) =>
      askApp<Entities & { service: { sdl: string } }>(app, query, variables, {
        authorization: `Bearer ${key}`,
      });
    expect((await ask(composer, SDL)).data.service.sdl).toContain('@key(fields: "id")');
    const refused = await ask(router, SDL);
    expect(refused.data).toBeUndefined();
    expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', scopes: ['introspect'] });

    const entries = await findEntries(100);
    const read = await ask(router, ENTITIES, { representations: entries });
    expect(read.data.entities.map(nameOf)).toEqual(
      entries.map(({ __typename }) => (__typename === 'Event' ? 'Event' : null)),
    );
    expect(new Set(read.errors?.map(({ extensions }) => extensions['code']))).toEqual(new Set(['FORBIDDEN']));
    expect(read.upstream.map(({ source }) => source)).toEqual(['EVENTS']);
  });

  test('the audit trail names what was read, and nothing that the representations hold', async () => {
    const audited: AuditLine[] = [];
    const app = serve({ SIGHTLINE_FEDERATION: '1' }, { audit: { take: (line) => audited.push(line) } });
    const representations = [
      ...(await findEntries(3)),
      { __typename: 'Event', id: 'x', canary: { canary: 1 } },
    ];
    await askApp(app, ENTITIES, { representations });
    await askApp(app, ENTITIES, { representations });
    const [line, again] = audited;
    expect(line).toMatchObject({ arguments: ['Query._entities(representations)'], rows: 4 });
    expect(line?.fields).toContain('Query._entities');
    expect(again).toMatchObject({ arguments: line?.arguments, fields: line?.fields, rows: line?.rows });
    expect(JSON.stringify(audited)).not.toContain('canary');
  });

  test('a subgraph that answers trusted documents only is refused at the start, with the way out', () => {
    const { faults } = readConfig(
      { SIGHTLINE_FEDERATION: '1', SIGHTLINE_TRUSTED_DOCUMENTS: 'documents.json' },
      () => JSON.stringify({ [hashDocument('{ __typename }')]: '{ __typename }' }),
    ) as { faults: readonly string[] };
    expect(faults).toEqual([
      expect.stringMatching(/exclude each other.*Let the gateway answer trusted documents/),
    ]);
  });
});
