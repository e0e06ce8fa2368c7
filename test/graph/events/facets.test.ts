import { describe, expect, test } from 'vitest';
import { RequestError } from '../../../src/base/errors.ts';
import type { EventFacetsRequest, FacetCounts } from '../../../src/sources/events/facets.ts';
import { createFakeContext, NOW_MS } from '../fake-context.ts';

const WEEK = { fromMs: NOW_MS - 7 * 86_400_000, toMs: NOW_MS };
const COUNTS: FacetCounts = {
  values: [
    { value: 'a', count: 3_000_000_000 },
    { value: 'b', count: 20 },
    { value: 'c', count: 1 },
  ],
  missing: 4,
};

/** A source that returns the same counts for each requested facet. */
const answers = {
  countEventFacets: async ({ facets }: EventFacetsRequest) => ({
    facets: new Map([...facets].map((facet) => [facet, COUNTS] as const)),
    coverage: [],
  }),
};

describe('eventFacets', () => {
  test('shows the top values, and counts the other and the missing ones', async () => {
    const { ask } = createFakeContext({ events: answers });
    const { data } = await ask(
      '{ eventFacets(top: 1) { from to categories { values { value count } missing other } } }',
    );
    expect(data).toEqual({
      eventFacets: {
        from: '2026-11-14T12:00:00.000Z',
        to: '2026-11-21T12:00:00.000Z',
        categories: { values: [{ value: 'a', count: 3_000_000_000 }], missing: 4, other: 21 },
      },
    });
  });

  test('shows twenty values by default, so that three leave no others', async () => {
    const { ask } = createFakeContext({ events: answers });
    const { data } = await ask('{ eventFacets { actions { values { value } other } } }');
    expect(data).toMatchObject({ eventFacets: { actions: { values: [{}, {}, {}], other: 0 } } });
  });

  test.each<[string, string[]]>([
    ['{ eventFacets { categories { missing } } }', ['category']],
    [
      '{ eventFacets { who: usernames { missing } ...F } } fragment F on EventFacets { ipAddresses { other } }',
      ['username', 'ipAddress'],
    ],
    ['{ eventFacets { actions @skip(if: true) { missing } coverage { status } } }', []],
    [
      '{ eventFacets { categories { missing } actions { missing } usernames { missing } ipAddresses { missing } } }',
      ['category', 'action', 'username', 'ipAddress'],
    ],
  ])('counts only the selected facets: %s', async (query, facets) => {
    const { ask, calls } = createFakeContext({ events: answers });
    await ask(query);
    expect(calls).toEqual([['countEventFacets', { range: WEEK, filter: {}, facets: new Set(facets) }]]);
  });

  test('passes the range and the filter to the source', async () => {
    const { ask, calls } = createFakeContext({ events: answers });
    await ask(
      '{ eventFacets(range: { last: "P1D" }, filter: { action: { in: [] } }) { actions { missing } } }',
    );
    expect(calls).toMatchObject([
      [
        'countEventFacets',
        { range: { fromMs: NOW_MS - 86_400_000, toMs: NOW_MS }, filter: { action: { in: [] } } },
      ],
    ]);
  });

  test('does not count names and addresses for a caller who may not see them', async () => {
    const { ask, calls } = createFakeContext({ events: answers, scopes: ['events:read'] });
    const { data, errors } = await ask(
      '{ eventFacets { actions { missing } usernames { missing } ipAddresses { missing } } }',
    );
    expect([data, errors]).toEqual([
      { eventFacets: { actions: { missing: 4 }, usernames: null, ipAddresses: null } },
      undefined,
    ]);
    expect(calls).toMatchObject([['countEventFacets', { facets: new Set(['action']) }]]);
  });

  test('has null for each facet if nothing could be read', async () => {
    const { ask } = createFakeContext();
    const { data, errors } = await ask('{ eventFacets { actions { missing } coverage { status } } }');
    expect([data, errors]).toEqual([{ eventFacets: { actions: null, coverage: [] } }, undefined]);
  });

  test.each([
    ['top: 0', 'BAD_USER_INPUT', 'top'],
    ['top: 501', 'LIMIT_EXCEEDED', 'top'],
    ['range: { last: "-P1D" }', 'BAD_USER_INPUT', 'range.last'],
    ['filter: { username: { eq: "bob" } }', 'FORBIDDEN', 'filter.username'],
    ['filter: { not: { ipAddress: "10.0.0.1" } }', 'FORBIDDEN', 'filter.not.ipAddress'],
    ['filter: { searchText: "bob" }', 'FORBIDDEN', 'filter.searchText'],
  ])('refuses (%s) with %s before any call', async (args, code, argument) => {
    const { askRaw, calls } = createFakeContext({ events: answers, scopes: ['events:read'] });
    const { data, errors } = await askRaw(`{ eventFacets(${args}) { actions { missing } } }`);
    expect(data?.['eventFacets']).toBeNull();
    const refusal = errors?.[0]?.originalError;
    expect(refusal).toBeInstanceOf(RequestError);
    expect(refusal).toMatchObject({ code, details: { argument } });
    expect(calls).toEqual([]);
  });
});
