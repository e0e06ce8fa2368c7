import { execute, parse, printSchema, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { readSubgraphLimits } from '../../../src/config/config.ts';
import { readConfig } from '../../../src/config/load.ts';
import { encodeGlobalId } from '../../../src/graph/global-id.ts';
import { createSubgraph } from '../../../src/graph/federation/subgraph.ts';
import { schema } from '../../../src/graph/schema.ts';
import { createEvent, createFakeContext, createRecord } from '../fake-context.ts';
import type { FakeAnswers } from '../fake-context.ts';

const defaults = readConfig({});
if (defaults.kind === 'faults') throw new Error('The defaults are wrong.');
const subgraph = createSubgraph(schema, readSubgraphLimits(defaults.config));

const RECORD_ID = encodeGlobalId(createRecord());
const EVENT_ID = encodeGlobalId(createEvent());
const answers: FakeAnswers = {
  usage: { getUsageRecord: async (id: string) => (id === createRecord().id ? createRecord() : null) },
  events: { getEvent: async (id: string) => (id === createEvent().id ? createEvent() : null) },
};

const ENTITIES = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) {
    __typename
    ... on Activity { id }
    ... on Event { action username }
    ... on UsageRecord { elementApi }
  }
}`;

/** Asks the subgraph as a gateway does. */
async function askEntities(representations: readonly unknown[], fake = createFakeContext(answers)) {
  const document = parse(ENTITIES);
  expect(validate(subgraph, document)).toEqual([]);
  const { data, errors = [] } = await execute({
    schema: subgraph,
    document,
    contextValue: fake.context,
    variableValues: { representations },
  });
  return {
    entities: data ? (JSON.parse(JSON.stringify(Object.values(data)[0])) as unknown) : undefined,
    errors: errors.map(({ path, message, originalError }) => ({
      path,
      message,
      code: originalError && Reflect.get(originalError, 'code'),
      details: originalError && Reflect.get(originalError, 'details'),
    })),
    calls: fake.calls,
  };
}

const EVENT = { __typename: 'Event', id: EVENT_ID, action: 'user-login-success', username: 'bob.smith' };
const RECORD = { __typename: 'UsageRecord', id: RECORD_ID, elementApi: 'authenticate' };

describe('_entities', () => {
  test('reads entries of both types in the order of their representations, as nodes does', async () => {
    const { entities, errors, calls } = await askEntities([
      { __typename: 'Event', id: EVENT_ID },
      { __typename: 'UsageRecord', id: RECORD_ID },
    ]);
    expect([entities, errors]).toEqual([[EVENT, RECORD], []]);
    const { timestampMs: eventMs, id: eventId } = createEvent();
    const { timestampMs: recordMs, id: recordId } = createRecord();
    expect(calls).toEqual([
      ['getEvent', eventId, eventMs],
      ['getUsageRecord', recordId, recordMs],
    ]);
  });

  test('finds the type of an entry that a gateway knows as an Activity only', async () => {
    const { entities } = await askEntities([
      { __typename: 'Activity', id: RECORD_ID },
      { __typename: 'Activity', id: EVENT_ID },
    ]);
    expect(entities).toEqual([RECORD, EVENT]);
  });

  test('is null for an entry that is not there, and without a call for an id of nothing or of the other type', async () => {
    const gone = encodeGlobalId(createEvent({ id: '7' }));
    const { entities, errors, calls } = await askEntities([
      { __typename: 'Event', id: gone },
      { __typename: 'Event', id: 'nonsense' },
      { __typename: 'Event', id: RECORD_ID },
      { __typename: 'UsageRecord', id: EVENT_ID },
    ]);
    expect([entities, errors]).toEqual([[null, null, null, null], []]);
    expect(calls.map(([, id]) => id)).toEqual(['7']);
  });

  test.each([
    [
      'an unknown type',
      { __typename: 'Viewer', id: EVENT_ID },
      '.__typename',
      'Activity, Event, UsageRecord',
    ],
    ['a type that is not an entity', { __typename: 'Node', id: EVENT_ID }, '.__typename', 'Activity, Event'],
    ['no type', { id: EVENT_ID }, '.__typename', 'must be one of'],
    ['no id', { __typename: 'Event', eventId: '7' }, '.id', 'as the field `id` gives it'],
    ['an id that is no text', { __typename: 'Event', id: 7 }, '.id', 'global id'],
    ['a text', 'Event', '', '{ __typename: "Event", id: "…" }'],
    ['a list', [{ __typename: 'Event', id: EVENT_ID }], '', 'must be an object'],
  ])('fails for %s alone, and names its index and the way out', async (_name, wrong, place, way) => {
    const { entities, errors } = await askEntities([{ __typename: 'Event', id: EVENT_ID }, wrong]);
    expect(entities).toEqual([EVENT, null]);
    expect(errors).toEqual([
      {
        path: ['_entities', 1],
        code: 'BAD_USER_INPUT',
        message: expect.stringContaining(way) as string,
        details: { argument: `representations[1]${place}` },
      },
    ]);
    expect(errors[0]?.message).toContain(`'representations[1]${place}'`);
  });

  test('reads representations that are written into the document', async () => {
    const document = parse(
      `query ($id: ID!) { _entities(representations: [{ __typename: "Event", id: $id }]) { ... on Event { id } } }`,
    );
    const { context } = createFakeContext(answers);
    const { data, errors } = await execute({
      schema: subgraph,
      document,
      contextValue: context,
      variableValues: { id: EVENT_ID },
    });
    expect([errors, JSON.parse(JSON.stringify(data))]).toEqual([
      undefined,
      { _entities: [{ id: EVENT_ID }] },
    ]);
  });

  test('refuses an entry of a source that the caller may not read, without a call, and gives the others', async () => {
    const fake = createFakeContext({ ...answers, scopes: ['usage:read'] });
    const { entities, errors, calls } = await askEntities(
      [
        { __typename: 'Activity', id: EVENT_ID },
        { __typename: 'UsageRecord', id: RECORD_ID },
      ],
      fake,
    );
    expect(entities).toEqual([null, RECORD]);
    expect(errors.map(({ path, code }) => [path, code])).toEqual([[['_entities', 0], 'FORBIDDEN']]);
    expect(calls.map(([name]) => name)).toEqual(['getUsageRecord']);
  });

  test('masks what node masks', async () => {
    const fake = createFakeContext({ ...answers, scopes: ['events:read'] });
    const { entities } = await askEntities([{ __typename: 'Event', id: EVENT_ID }], fake);
    expect(entities).toEqual([{ ...EVENT, username: null }]);
  });

  test('refuses all for a caller without any scope, and for more than a page, before any call', async () => {
    const representation = { __typename: 'Event', id: EVENT_ID };
    const anonymous = createFakeContext({
      ...answers,
      context: { viewer: { isAnonymous: true, scopes: new Set() } },
    });
    const refused = await askEntities([representation], anonymous);
    expect(refused.errors.map(({ path, code }) => [path, code])).toEqual([
      [['_entities'], 'UNAUTHENTICATED'],
    ]);

    const many = await askEntities(Array.from({ length: 501 }, () => representation));
    expect(many.errors).toEqual([
      {
        path: ['_entities'],
        code: 'LIMIT_EXCEEDED',
        message: expect.stringContaining("'representations' may hold at most 500") as string,
        details: { argument: 'representations', limit: 'maxPageSize', allowed: 500, requested: 501 },
      },
    ]);
    expect([refused.calls, many.calls]).toEqual([[], []]);
  });
});

test('a subgraph is the graph with _entities and _service, and leaves the graph as it is', () => {
  expect(schema.getType('_Any')).toBeUndefined();
  expect(Object.keys(schema.getQueryType()!.getFields()).filter((name) => name.startsWith('_'))).toEqual([]);
  const added = printSchema(subgraph)
    .split('\n')
    .filter((line) => /^(?:scalar|union|type) _|^ {2}_/.test(line));
  expect(added).toEqual([
    '  _entities(',
    '  _service: _Service!',
    'union _Entity = Event | UsageRecord',
    'scalar _Any',
    'type _Service {',
  ]);
});
