import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  estimateEventBreakdown,
  estimateEventFacets,
  estimateEventList,
  estimateEvents,
} from '../../../src/sources/events/estimate.ts';
import type { EventListQuestion } from '../../../src/sources/events/estimate.ts';
import { EVENT_DIMENSIONS } from '../../../src/sources/events/breakdown.ts';
import { EVENT_FACETS } from '../../../src/sources/events/facets.ts';
import { checkEventFilter } from '../../../src/sources/events/filter.ts';
import type { EventFilter } from '../../../src/sources/events/filter.ts';
import { createEventsQuirks } from '../../../src/sources/events/quirks.ts';
import { createEventsSource } from '../../../src/sources/events/source.ts';
import { createCallBudget } from '../../../src/upstream/call-budget.ts';
import { boundsOf, settle } from '../../support/estimated-calls.ts';
import { createSimulatedEventsVendor } from '../../support/simulated-events-vendor.ts';
import type { SimulatedEvent } from '../../support/simulated-events-vendor.ts';
import { createSimulatedUpstream, createTestCallContext } from '../../support/simulated-vendor.ts';

const FROM = Date.parse('2026-03-01T00:00:00.000Z');
const NOW = FROM + 86_400_000;
const BUDGET = 12;
const READING = { list: 'events', pageSize: 5, isCountedByPage: true };

/** The source over these events, and how many calls it makes. */
function openSource(rows: readonly SimulatedEvent[]) {
  const context = createTestCallContext('test', createCallBudget(BUDGET));
  const upstream = createSimulatedUpstream(
    'EVENTS',
    createSimulatedEventsVendor(() => rows, {
      isFromInclusive: true,
      isToInclusive: false,
      takesOperators: true,
      sortFields: ['timestamp', 'id'],
      unsorted: () => 0,
    }),
    () => NOW,
  );
  const settings = {
    largestPage: 5,
    maxScannedRows: 50,
    staleIfErrorMs: 0,
    age: { settleMs: 90_000, retentionMs: null },
  };
  const source = createEventsSource(
    { upstream, quirks: createEventsQuirks(), nowMs: NOW, settings },
    context,
  );
  return { source, calls: () => BUDGET - context.callBudget.remaining() };
}

const rowsArbitrary = fc
  .array(
    fc.record({
      seconds: fc.integer({ min: 0, max: 3_600 }),
      action: fc.constantFrom('user-login-success', 'role-created'),
      username: fc.constantFrom('bob', 'ada'),
    }),
    { maxLength: 40 },
  )
  .map((rows) =>
    rows.map(({ seconds, ...facts }, at) => ({
      id: BigInt(at + 1),
      timestampMs: FROM + seconds * 1_000,
      ...facts,
    })),
  );

const ownFilterArbitrary: fc.Arbitrary<EventFilter> = fc.record(
  {
    category: fc.constantFrom({ eq: 'authentication' }, { in: [] }, { startsWith: 'auth' }),
    action: fc.constantFrom({ contains: 'login' }, { in: ['role-created', 'other'] }, { isNull: true }),
    username: fc.constantFrom({ eq: 'bob' }),
    searchText: fc.constantFrom('x'),
  },
  { requiredKeys: [] },
);
const filterArbitrary: fc.Arbitrary<EventFilter> = fc
  .tuple(ownFilterArbitrary, fc.option(ownFilterArbitrary))
  .map(([filter, not]) => (not ? { ...filter, not } : filter));

const questionArbitrary: fc.Arbitrary<EventListQuestion> = fc.record({
  range: fc.constantFrom({ fromMs: FROM, toMs: NOW }, { fromMs: FROM, toMs: FROM + 600_000 }),
  filter: filterArbitrary,
  count: fc.integer({ min: 1, max: 20 }),
  direction: fc.constantFrom('DESC', 'ASC'),
  cursor: fc.constant(null),
  wantsPage: fc.boolean(),
  isCounted: fc.boolean(),
  orderBy: fc.constantFrom<EventListQuestion['orderBy'][]>(
    [],
    [{ field: 'TIMESTAMP', direction: 'ASC' }],
    [{ field: 'ACTION', direction: 'DESC' }],
  ),
});

describe('the estimate of events', () => {
  test('a list makes at least the least calls, and no more than the most: random questions', async () => {
    await fc.assert(
      fc.asyncProperty(rowsArbitrary, questionArbitrary, async (rows, question) => {
        const { least, most } = boundsOf(estimateEventList(question, READING), BUDGET);
        const { source, calls } = openSource(rows);
        if (question.wantsPage)
          await settle(source.listEvents({ ...question, after: null, fields: new Set() }));
        if (question.isCounted) await settle(source.countEvents(question.range, question.filter));
        expect(calls()).toBeGreaterThanOrEqual(least);
        expect(calls()).toBeLessThanOrEqual(most);
      }),
    );
  });

  test('facets make at least the least calls, and no more than the most: random requests', async () => {
    const requestArbitrary = fc.record({
      range: fc.constant({ fromMs: FROM, toMs: NOW }),
      filter: filterArbitrary,
      facets: fc.subarray([...EVENT_FACETS]).map((facets) => new Set(facets)),
    });
    await fc.assert(
      fc.asyncProperty(rowsArbitrary, requestArbitrary, async (rows, request) => {
        const { least, most } = boundsOf(estimateEventFacets(request), BUDGET);
        const { source, calls } = openSource(rows);
        await settle(source.countEventFacets(request));
        expect(calls()).toBeGreaterThanOrEqual(least);
        expect(calls()).toBeLessThanOrEqual(most);
      }),
    );
  });

  test('a breakdown makes at least the least calls, and no more than the most: random requests', async () => {
    const requestArbitrary = fc.record({
      range: fc.constant({ fromMs: FROM, toMs: NOW }),
      filter: filterArbitrary,
      by: fc.subarray([...EVENT_DIMENSIONS], { minLength: 1, maxLength: 3 }),
      edges: fc.constant(null),
      top: fc.constant(5),
      wanted: fc.constant(new Set<never>()),
    });
    await fc.assert(
      fc.asyncProperty(rowsArbitrary, requestArbitrary, async (rows, request) => {
        const { least, most } = boundsOf(estimateEventBreakdown(request), BUDGET);
        const { source, calls } = openSource(rows);
        await settle(source.getEventBreakdown(request));
        expect(calls()).toBeGreaterThanOrEqual(least);
        expect(calls()).toBeLessThanOrEqual(most);
      }),
    );
  });

  test('events by id make at least the least calls, and no more than the most: random ids', async () => {
    const rows = Array.from({ length: 20 }, (_, at) => ({
      id: BigInt(at + 1),
      timestampMs: FROM + at * 60_000,
    }));
    const key = fc
      .integer({ min: 1, max: 25 })
      .map((id) => ({ id: String(id), timestampMs: FROM + (id - 1) * 60_000 }));
    await fc.assert(
      fc.asyncProperty(fc.array(key, { maxLength: 8 }), async (keys) => {
        const { least, most } = boundsOf(estimateEvents(keys), BUDGET);
        const { source, calls } = openSource(rows);
        await Promise.all(keys.map(({ id, timestampMs }) => settle(source.getEvent(id, timestampMs))));
        expect(calls()).toBeGreaterThanOrEqual(least);
        expect(calls()).toBeLessThanOrEqual(most);
      }),
    );
  });

  test.each<[string, EventFilter]>([
    ['filter.ipAddress', { ipAddress: 'here' }],
    ['filter.not.ipAddress', { not: { ipAddress: '10.0.0.0/33' } }],
    ['filter.not.not.ipAddress', { not: { not: { ipAddress: 'here' } } }],
    ['filter.not.action.eq', { not: { action: { eq: '\ud800' } } }],
  ])(
    'a refused filter has no estimate; the list, the count, the facets and the breakdown refuse it alike: %s',
    async (argument, filter) => {
      const refusal = expect.objectContaining({ code: 'BAD_USER_INPUT', details: { argument } });
      const question = { ...fc.sample(questionArbitrary, 1)[0]!, filter };
      const facets = { range: question.range, filter, facets: new Set(EVENT_FACETS) };
      const { range } = question;
      const breakdown = {
        range,
        filter,
        by: ['ACTION' as const],
        edges: null,
        top: 1,
        wanted: new Set<never>(),
      };
      const { source, calls } = openSource([]);
      expect(() => checkEventFilter(filter, 'filter')).toThrow(refusal);
      expect(() => estimateEventList(question, READING)).toThrow(refusal);
      expect(() => estimateEventFacets(facets)).toThrow(refusal);
      expect(() => estimateEventBreakdown(breakdown)).toThrow(refusal);
      await expect(source.listEvents({ ...question, after: null, fields: new Set() })).rejects.toEqual(
        refusal,
      );
      await expect(source.countEvents(question.range, filter)).rejects.toEqual(refusal);
      await expect(source.countEventFacets(facets)).rejects.toEqual(refusal);
      await expect(source.getEventBreakdown(breakdown)).rejects.toEqual(refusal);
      expect(calls()).toBe(0);
    },
  );
});
