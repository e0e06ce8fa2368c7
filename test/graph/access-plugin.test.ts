import { isInputObjectType, isInterfaceType, isObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { SOURCES } from '../../src/base/source.ts';
import type { Scope } from '../../src/graph/access.ts';
import { encodeGlobalId } from '../../src/graph/global-id.ts';
import { schema } from '../../src/graph/schema.ts';
import { createEvent, createFakeContext, createRecord, EMPTY_PAGE, NOW_MS } from './fake-context.ts';
import type { FakeAnswers } from './fake-context.ts';

const RANGE = 'range: { last: "PT1H" }';
const USAGE_ID = encodeGlobalId(createRecord());
const EVENT_ID = encodeGlobalId(createEvent());

/** Every root field that returns data, and the scope that it needs. */
const FIELDS: readonly (readonly [field: string, scope: Scope])[] = [
  ['usageRecord(recordId: "1") { id }', 'usage:read'],
  ['usageRecords { from }', 'usage:read'],
  ['usageRecords { totalCount { value } }', 'usage:read'],
  [`usageAnalytics(${RANGE}) { totals { count } }`, 'usage:read'],
  [`node(id: "${USAGE_ID}") { id }`, 'usage:read'],
  ['events { from }', 'events:read'],
  ['eventFacets { categories { missing } }', 'events:read'],
  ['usageBreakdown(by: [ELEMENT]) { groups { count } }', 'usage:read'],
  ['eventBreakdown(by: [ACTION]) { groups { count } }', 'events:read'],
  [`node(id: "${EVENT_ID}") { __typename }`, 'events:read'],
];
const OTHERS: readonly Scope[] = ['usage:read', 'events:read', 'pii:read', 'introspect'];

const page = <Row>(row: Row) => ({ rows: [row], hasMore: false, end: null, coverage: [] });
const answers: FakeAnswers = {
  usage: { listUsageRecords: async () => page(createRecord()), getUsageRecord: async () => createRecord() },
  events: { listEvents: async () => page(createEvent()), getEvent: async () => createEvent() },
};
const anonymous = { viewer: { isAnonymous: true, scopes: new Set<Scope>() } };

const codesOf = (raw: { errors?: readonly { originalError?: unknown }[] | undefined }) =>
  (raw.errors ?? []).map(({ originalError }) => (originalError as { code?: string } | undefined)?.code);

describe('a field', () => {
  test.each(FIELDS)('%s needs %s, and is refused before any call', async (field, scope) => {
    const others = OTHERS.filter((other) => other !== scope);
    const refused = createFakeContext({ ...answers, scopes: others });
    expect(codesOf(await refused.askRaw(`{ ${field} }`))).toEqual(['FORBIDDEN']);
    expect(refused.calls).toEqual([]);

    const unknown = createFakeContext({ ...answers, context: anonymous });
    expect(codesOf(await unknown.askRaw(`{ ${field} }`))).toEqual(['UNAUTHENTICATED']);
    expect(unknown.calls).toEqual([]);

    const allowed = createFakeContext({ ...answers, scopes: [scope] });
    expect(codesOf(await allowed.askRaw(`{ ${field} }`))).toEqual([]);
  });

  test('service needs an authenticated caller; everybody may ask for viewer and __typename', async () => {
    const { askRaw } = createFakeContext({ context: anonymous });
    const { data, ...rest } = await askRaw('{ __typename viewer { scopes } service { version } }');
    expect(data).toEqual({ __typename: 'Query', viewer: { scopes: [] }, service: null });
    expect(codesOf(rest)).toEqual(['UNAUTHENTICATED']);
    expect((await createFakeContext({ scopes: [] }).ask('{ service { version } }')).errors).toBeUndefined();
  });

  test('each of several ids is refused separately', async () => {
    const { askRaw } = createFakeContext({ ...answers, scopes: ['events:read'] });
    const { data, ...rest } = await askRaw(`{ nodes(ids: ["${USAGE_ID}", "${EVENT_ID}", "x"]) { id } }`);
    expect(data).toEqual({ nodes: [null, { id: EVENT_ID }, null] });
    expect(codesOf(rest)).toEqual(['FORBIDDEN']);
  });

  test('related entries need the scope of their own source', async () => {
    const { askRaw } = createFakeContext({ ...answers, scopes: ['usage:read'] });
    const { data, ...rest } = await askRaw(
      '{ usageRecords { nodes { recordId relatedEvents(by: [TIME]) { edges { cursor } } } } }',
    );
    expect(data).toMatchObject({ usageRecords: { nodes: [{ relatedEvents: null }] } });
    expect(codesOf(rest)).toEqual(['FORBIDDEN']);
  });
});

describe('a row behind an interface', () => {
  test('is refused because of its type, if no resolver checked the scope', async () => {
    const { askRaw } = createFakeContext({
      timeline: { listActivities: async () => page(createEvent()) },
      scopes: ['usage:read'],
    });
    const { data, ...rest } = await askRaw('{ timeline { nodes { id } } }');
    expect(data).toEqual({ timeline: null });
    expect(codesOf(rest)).toEqual(['FORBIDDEN']);
  });
});

describe('the timeline', () => {
  const span = { fromMs: NOW_MS - 1_000, toMs: NOW_MS - 500 };
  const covered = {
    source: 'USAGE' as const,
    operation: null,
    status: 'COMPLETE' as const,
    ...span,
    asOfMs: NOW_MS,
    origin: 'VENDOR' as const,
    scanned: 1,
    matched: 1,
    dropped: 0,
    code: null,
    reason: null,
  };
  const timeline = {
    listActivities: async () => ({ ...page(createRecord()), coverage: [covered] }),
    countActivities: async () => ({ value: 1, accuracy: 'EXACT' as const }),
  };
  const QUERY = `{ timeline { nodes { source } totalCount { value } coverage { source status code from to } } }`;

  test('leaves out the source that the caller may not read, and says so for the span that it examined', async () => {
    const { ask, calls } = createFakeContext({ timeline, scopes: ['usage:read'] });
    const { data, errors } = await ask(QUERY);
    expect(errors).toBeUndefined();
    const when = { from: new Date(span.fromMs).toISOString(), to: new Date(span.toMs).toISOString() };
    expect(data).toEqual({
      timeline: {
        nodes: [{ source: 'USAGE' }],
        totalCount: null,
        coverage: [
          { source: 'USAGE', status: 'COMPLETE', code: null, ...when },
          { source: 'EVENTS', status: 'FAILED', code: 'FORBIDDEN', ...when },
        ],
      },
    });
    expect(calls).toMatchObject([['listActivities', { filter: { sources: ['USAGE'] } }]]);
  });

  test('is empty, and FORBIDDEN for the whole range, if only that source is requested', async () => {
    const { ask, calls } = createFakeContext({
      timeline: { listActivities: async () => EMPTY_PAGE },
      scopes: ['usage:read'],
    });
    const { data } = await ask(
      `{ timeline(range: { from: "2026-11-21T10:00:00Z", to: "2026-11-21T11:00:00Z" }, filter: { sources: [EVENTS] }) { nodes { id } coverage { source code from to } } }`,
    );
    expect(data).toEqual({
      timeline: {
        nodes: [],
        coverage: [
          {
            source: 'EVENTS',
            code: 'FORBIDDEN',
            from: '2026-11-21T10:00:00.000Z',
            to: '2026-11-21T11:00:00.000Z',
          },
        ],
      },
    });
    expect(calls).toMatchObject([['listActivities', { filter: { sources: [] } }]]);
  });

  test('reports no source that is not requested or that the caller may read', async () => {
    const both = createFakeContext({ timeline, configured: SOURCES, scopes: ['usage:read', 'events:read'] });
    expect((await both.ask(QUERY)).data).toMatchObject({
      timeline: { totalCount: { value: 1 }, coverage: [{ source: 'USAGE' }] },
    });
    const one = createFakeContext({ timeline, scopes: ['usage:read'] });
    const { data } = await one.ask(`{ timeline(filter: { sources: [USAGE] }) { coverage { source } } }`);
    expect(data).toEqual({ timeline: { coverage: [{ source: 'USAGE' }] } });
  });

  test.each([
    ['an anonymous caller', anonymous, 'UNAUTHENTICATED'],
    [
      'a caller without either scope',
      { viewer: { isAnonymous: false, scopes: new Set<Scope>(['pii:read']) } },
      'FORBIDDEN',
    ],
  ])('is refused for %s', async (_name, context, code) => {
    const { askRaw, calls } = createFakeContext({ timeline, context });
    expect(codesOf(await askRaw(QUERY))).toEqual([code]);
    expect(calls).toEqual([]);
  });
});

describe('the schema', () => {
  test('names the scopes of every root field that returns data', () => {
    const fields = Object.values(schema.getQueryType()?.getFields() ?? {});
    const open = fields.filter(({ description }) => !/[Nn]eeds /.test(description ?? ''));
    expect(open.map(({ name }) => name)).toEqual(['viewer']);
  });

  test('says that personal data needs pii:read, in answers and in filters', () => {
    const described = Object.values(schema.getTypeMap()).flatMap((type) =>
      isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)
        ? Object.values(type.getFields())
            .filter(({ description }) => description?.includes('pii:read'))
            .map(({ name }) => `${type.name}.${name}`)
        : [],
    );
    expect(described).toEqual(
      expect.arrayContaining([
        'UsageRecord.ipAddress',
        'UsageRecord.requestIP',
        'UsageRecord.requestURI',
        'UsageRecordFilter.searchText',
        'UsageRecordFilter.ipAddress',
        'Event.ipAddress',
        'Event.description',
        'Event.username',
        'EventFacets.usernames',
        'EventFacets.ipAddresses',
        'EventFilter.username',
        'EventFilter.ipAddress',
        'EventFilter.searchText',
        'TimelineFilter.ipAddress',
      ]),
    );
  });
});
