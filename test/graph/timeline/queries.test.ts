import { describe, expect, test } from 'vitest';
import { RequestError } from '../../../src/base/errors.ts';
import { SOURCES } from '../../../src/base/source.ts';
import type { Activity } from '../../../src/sources/timeline/activity.ts';
import type { TimelinePageRequest } from '../../../src/sources/timeline/source.ts';
import { createEvent, createFakeContext, createRecord, EMPTY_PAGE, NOW_MS } from '../fake-context.ts';
import { listInMemory } from '../list-in-memory.ts';

const WEEK = { fromMs: NOW_MS - 7 * 86_400_000, toMs: NOW_MS };

/** The request that a query makes to the source. */
async function requestOf(query: string): Promise<TimelinePageRequest> {
  const requests: TimelinePageRequest[] = [];
  const listActivities = async (request: TimelinePageRequest) => {
    requests.push(request);
    return EMPTY_PAGE;
  };
  const { errors } = await createFakeContext({ timeline: { listActivities } }).ask(query);
  if (errors) throw new Error(errors[0]!.message);
  expect(requests).toHaveLength(1);
  const [{ filter, ...request }] = requests as [TimelinePageRequest];
  // Omitted sources mean both.
  return { ...request, filter: { sources: SOURCES, ...filter } };
}

describe('timeline', () => {
  test('reads the last seven days of both sources, unfiltered, by default', async () => {
    expect(await requestOf('{ timeline { nodes { id } } }')).toEqual({
      range: WEEK,
      filter: { sources: SOURCES },
      count: 50,
      direction: 'DESC',
      after: null,
      fields: new Set(),
    });
  });

  test('returns entries of both sources with their own types, in one order', async () => {
    const rows = [createEvent(), createRecord()];
    const { ask } = createFakeContext({
      timeline: { listActivities: async () => ({ ...EMPTY_PAGE, rows }) },
    });
    const { data } = await ask(`{ timeline { nodes {
      __typename source timestamp ipAddress masked
      ... on Event { eventId description }
      ... on UsageRecord { recordId elementKey }
    } edges { node { source } } } }`);
    expect(data).toEqual({
      timeline: {
        nodes: [
          {
            __typename: 'Event',
            source: 'EVENTS',
            timestamp: '2026-11-21T11:59:30.000Z',
            ipAddress: '12.34.56.78',
            masked: [],
            eventId: '9223372036854775807',
            description: 'User bob.smith has logged in',
          },
          {
            __typename: 'UsageRecord',
            source: 'USAGE',
            timestamp: '2026-11-21T11:59:00.000Z',
            ipAddress: '172.31.28.13',
            masked: [],
            recordId: '53e6e0c8e4b067fd19a9d6ab',
            elementKey: 'githuboauth',
          },
        ],
        edges: [{ node: { source: 'EVENTS' } }, { node: { source: 'USAGE' } }],
      },
    });
  });

  test.each<[string, string[]]>([
    ['{ timeline { nodes { id timestamp source ... on UsageRecord { elementKey } } } }', []],
    ['{ timeline { nodes { ipAddress } } }', ['ipAddress']],
    [
      '{ timeline { nodes { ... on Event { username } } edges { node { ...E } } } } fragment E on Event { what: description }',
      ['description', 'username'],
    ],
    ['{ timeline { nodes { ... on Activity { ... on Event { username @skip(if: true) } } } } }', []],
    ['{ timeline { nodes { ... on Event { relatedUsage { edges { basis } } } } } }', ['ipAddress']],
  ])('asks only for the selected fields of events: %s', async (query, fields) => {
    expect((await requestOf(query)).fields).toEqual(new Set(fields));
  });

  test('passes a filter to the source in the shape of the source, without nulls and with empty lists', async () => {
    const { filter } = await requestOf(`{ timeline(filter: {
      sources: [EVENTS, USAGE]
      ipAddress: "10.0.0.0/8"
      usage: { hub: "crm", tags: [], status: null }
      events: { category: { eq: "a" }, not: { username: { isNull: true } } }
    }) { nodes { id } } }`);
    expect(filter).toEqual({
      sources: ['EVENTS', 'USAGE'],
      ipAddress: '10.0.0.0/8',
      usage: { hub: 'crm', tags: [] },
      events: { category: { eq: 'a' }, not: { username: { isNull: true } } },
    });
    const bare = await requestOf(
      '{ timeline(filter: { sources: null, ipAddress: null, usage: null, events: null }) { nodes { id } } }',
    );
    expect(bare.filter).toEqual({ sources: SOURCES });
    expect((await requestOf('{ timeline(filter: { sources: [] }) { nodes { id } } }')).filter).toEqual({
      sources: [],
    });
  });

  test('counts only if the count is selected, and reads no page if only the count is selected', async () => {
    const countActivities = async () => ({ value: 7, accuracy: 'AT_LEAST' }) as const;
    const { ask, calls } = createFakeContext({ timeline: { countActivities } });
    const { data } = await ask(
      '{ timeline(filter: { sources: [USAGE] }) { from to totalCount { value accuracy } } }',
    );
    expect(data).toMatchObject({ timeline: { totalCount: { value: 7, accuracy: 'AT_LEAST' } } });
    expect(calls).toEqual([['countActivities', WEEK, { sources: ['USAGE'] }]]);
  });

  test('does not count if a source is not configured, because the count of the other one is not that of both', async () => {
    const countActivities = async () => ({ value: 7, accuracy: 'EXACT' }) as const;
    const { askRaw, calls } = createFakeContext({ timeline: { countActivities } });
    const { data, errors } = await askRaw('{ timeline { from totalCount { value } } }');
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ timeline: { totalCount: null } });
    expect(calls).toEqual([]);
  });

  test.each([
    ['ipAddress: "10.0.0.1"', 'filter.ipAddress'],
    ['usage: { searchText: "bob" }', 'filter.usage.searchText'],
    ['usage: { ipAddress: "10.0.0.1" }', 'filter.usage.ipAddress'],
    ['events: { username: { eq: "bob" } }', 'filter.events.username'],
    ['events: { not: { searchText: "bob" } }', 'filter.events.not.searchText'],
  ])('refuses the filter {%s} of a caller who may not see the data', async (filter, argument) => {
    const { askRaw, calls } = createFakeContext({ scopes: ['usage:read', 'events:read'] });
    const { errors } = await askRaw(`{ timeline(filter: { ${filter} }) { nodes { id } } }`);
    expect(errors?.[0]?.originalError).toBeInstanceOf(RequestError);
    expect(errors?.[0]?.originalError).toMatchObject({ code: 'FORBIDDEN', details: { argument } });
    expect(calls).toEqual([]);
  });
});

describe('the cursor of a timeline', () => {
  // Both sources have entries at each time, so that pages end between the two.
  const rows = Array.from({ length: 60 }, (_, at): Activity => {
    const timestampMs = NOW_MS - 1_000 * (1 + Math.floor(at / 4));
    return at % 2 === 0
      ? createRecord({ id: `r${at}`, timestampMs })
      : createEvent({ id: String(at), timestampMs });
  });
  const timeline = { listActivities: listInMemory(rows) };
  const idOf = ({ source, id }: Activity) => `${source} ${id}`;

  interface Page {
    readonly timeline: {
      readonly nodes: Activity[];
      readonly pageInfo: {
        hasNextPage: boolean;
        hasPreviousPage: boolean;
        startCursor: string;
        endCursor: string;
      };
    };
  }
  const PAGE_INFO = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';

  test.each([1, 3, 7, 59, 60, 61])(
    'reads both sources in pages of %i, forward and backward',
    async (size) => {
      const { ask } = createFakeContext({ timeline });
      const read = async (direction: 'first' | 'last', cursor: string | null): Promise<Page['timeline']> => {
        const place = direction === 'first' ? 'after' : 'before';
        const { data, errors } = await ask(
          `query ($cursor: String) { timeline(${direction}: ${size}, ${place}: $cursor) {
          nodes { __typename source ... on Event { eventId } ... on UsageRecord { recordId } } ${PAGE_INFO} } }`,
          { cursor },
        );
        expect(errors).toBeUndefined();
        return (data as unknown as Page).timeline;
      };
      const nameOf = (node: unknown) => {
        const { source, eventId, recordId } = node as Record<string, string>;
        return `${source} ${eventId ?? recordId}`;
      };
      const { rows: expected } = await timeline.listActivities({
        range: WEEK,
        filter: {},
        count: 100,
        direction: 'DESC',
        after: null,
      });

      const forward: string[] = [];
      for (let cursor: string | null = null, more = true; more;) {
        const page = await read('first', cursor);
        forward.push(...page.nodes.map(nameOf));
        [cursor, more] = [page.pageInfo.endCursor, page.pageInfo.hasNextPage];
      }
      expect(forward).toEqual(expected.map(idOf));

      const backward: string[] = [];
      for (let cursor: string | null = null, more = true; more;) {
        const page = await read('last', cursor);
        backward.unshift(...page.nodes.map(nameOf));
        [cursor, more] = [page.pageInfo.startCursor, page.pageInfo.hasPreviousPage];
      }
      expect(backward).toEqual(forward);
    },
  );

  test('is valid only for its filter and its list', async () => {
    const { ask } = createFakeContext({ timeline });
    const { data } = await ask('{ timeline(first: 1) { pageInfo { endCursor } } }');
    const { endCursor: after } = (data as unknown as Page).timeline.pageInfo;
    for (const field of [
      'timeline(first: 1, filter: { sources: [USAGE] }, after: $after)',
      'timeline(first: 1, filter: { ipAddress: "10.0.0.1" }, after: $after)',
      'usageRecords(first: 1, after: $after)',
      'events(first: 1, after: $after)',
    ]) {
      const { errors } = await ask(`query ($after: String) { ${field} { nodes { id } } }`, { after });
      expect(errors?.[0]?.message).toContain('another query');
    }
    const same = await ask(`query ($after: String) { timeline(first: 30, after: $after) { ${PAGE_INFO} } }`, {
      after,
    });
    expect(same.errors).toBeUndefined();
  });
});
