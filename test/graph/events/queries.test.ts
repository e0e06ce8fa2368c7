import { describe, expect, test } from 'vitest';
import type { EventPageRequest } from '../../../src/sources/events/order.ts';
import { createEvent, createFakeContext, EMPTY_PAGE, NOW_MS } from '../fake-context.ts';

const WEEK = { fromMs: NOW_MS - 7 * 86_400_000, toMs: NOW_MS };

/** The request that a query makes to the source. */
async function requestOf(query: string, variables?: Record<string, unknown>): Promise<EventPageRequest> {
  const requests: EventPageRequest[] = [];
  const listEvents = async (request: EventPageRequest) => {
    requests.push(request);
    return EMPTY_PAGE;
  };
  const { errors } = await createFakeContext({ events: { listEvents } }).ask(query, variables);
  if (errors) throw new Error(errors[0]!.message);
  expect(requests).toHaveLength(1);
  return requests[0]!;
}

describe('events', () => {
  test('reads the last seven days, newest first, by default', async () => {
    expect(await requestOf('{ events { nodes { id } } }')).toEqual({
      range: WEEK,
      filter: {},
      count: 50,
      direction: 'DESC',
      after: null,
      orderBy: [],
      fields: new Set(),
    });
  });

  test('returns every field of an event', async () => {
    const listEvents = async () => ({ ...EMPTY_PAGE, rows: [createEvent()] });
    const { data } = await createFakeContext({ events: { listEvents } }).ask(
      '{ events { nodes { eventId timestamp source ipAddress masked category action description username } } }',
    );
    const { id: eventId, timestampMs, ...rest } = createEvent();
    const timestamp = new Date(timestampMs).toISOString();
    expect(data).toEqual({ events: { nodes: [{ ...rest, eventId, timestamp, masked: [] }] } });
  });

  test.each<[string, string[]]>([
    ['{ events { nodes { id eventId timestamp category action source masked } } }', []],
    ['{ events { nodes { description } } }', ['description']],
    ['{ events { edges { node { username } } nodes { ipAddress } } }', ['username', 'ipAddress']],
    ['{ events { edges { ...E } } } fragment E on EventEdge { node { who: username } }', ['username']],
    ['{ events { nodes { ... on Activity { ipAddress } } } }', ['ipAddress']],
    ['{ events { nodes { id description @skip(if: true) username @include(if: true) } } }', ['username']],
    ['{ events { coverage { reason } pageInfo { endCursor } } }', []],
  ])('asks only for the selected fields: %s', async (query, fields) => {
    expect((await requestOf(query)).fields).toEqual(new Set(fields));
  });

  test('passes a filter to the source in the shape of the source', async () => {
    const { filter } = await requestOf(`{ events(filter: {
      category: { in: [] }
      action: { contains: "login_%" }
      username: { isNull: false }
      searchText: null
      not: { action: { startsWith: "user-" }, username: { eq: "bob" }, not: { category: { eq: "x" } } }
    }) { nodes { id } } }`);
    expect(filter).toEqual({
      category: { in: [] },
      action: { contains: 'login_%' },
      username: { isNull: false },
      not: { action: { startsWith: 'user-' }, username: { eq: 'bob' }, not: { category: { eq: 'x' } } },
    });
  });

  test('passes an order to the source unchanged, descending by default', async () => {
    const { orderBy } = await requestOf(
      '{ events(orderBy: [{ field: CATEGORY, direction: ASC }, { field: ID }]) { nodes { id } } }',
    );
    expect(orderBy).toEqual([
      { field: 'CATEGORY', direction: 'ASC' },
      { field: 'ID', direction: 'DESC' },
    ]);
  });

  test.each([
    ['orderBy: [{ field: TIMESTAMP, direction: ASC }], first: 1', 'ASC'],
    ['orderBy: [{ field: TIMESTAMP, direction: ASC }], last: 1', 'DESC'],
    ['orderBy: [{ field: CATEGORY, direction: ASC }], first: 1', 'DESC'],
  ])('with %s are read in the order of time %s', async (args, direction) => {
    expect(await requestOf(`{ events(${args}) { nodes { id } } }`)).toMatchObject({ direction });
  });

  test('a cursor belongs to its order', async () => {
    const listEvents = async () => ({ ...EMPTY_PAGE, rows: [createEvent()] });
    const { ask } = createFakeContext({ events: { listEvents } });
    const { data } = await ask('{ events(orderBy: [{ field: ACTION }]) { pageInfo { endCursor } } }');
    const after = (data as { events: { pageInfo: { endCursor: string } } }).events.pageInfo.endCursor;
    const other = await ask('query ($after: String) { events(after: $after) { nodes { id } } }', { after });
    expect(other.errors?.[0]?.message).toContain('another query');
    const same = await ask(
      'query ($after: String) { events(orderBy: [{ field: ACTION }], after: $after) { nodes { id } } }',
      { after },
    );
    expect(same.errors).toBeUndefined();
  });

  test.each(['{}', '{ eq: "a", contains: "b" }', '{ eq: null }'])(
    'a text filter takes exactly one field: %s',
    async (filter) => {
      const { ask, calls } = createFakeContext();
      const { errors } = await ask(`{ events(filter: { category: ${filter} }) { nodes { id } } }`);
      expect(errors).toHaveLength(1);
      expect(calls).toEqual([]);
    },
  );

  test.each([
    [5, false],
    [6, true],
  ])('not nested %i deep is refused: %s', async (depth, isRefused) => {
    const { askRaw, calls } = createFakeContext();
    const nested = `${'{ not: '.repeat(depth)}{}${' }'.repeat(depth)}`;
    const { errors } = await askRaw(`{ events(filter: ${nested}) { nodes { id } } }`);
    expect(errors?.[0]?.message.includes('at most 5 levels deep') ?? false).toBe(isRefused);
    if (isRefused)
      expect(errors?.[0]?.originalError).toMatchObject({
        code: 'LIMIT_EXCEEDED',
        details: { argument: 'filter.not.not.not.not.not.not', allowed: 5 },
      });
    expect(calls).toHaveLength(isRefused ? 0 : 1);
  });

  test('counts with the same filter', async () => {
    const { ask, calls } = createFakeContext();
    const { data } = await ask('{ events(filter: { category: { eq: "a" } }) { totalCount { value } } }');
    expect(data).toEqual({ events: { totalCount: null } });
    expect(calls).toEqual([['countEvents', WEEK, { category: { eq: 'a' } }]]);
  });
});
