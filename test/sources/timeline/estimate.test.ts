import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEventsQuirks } from '../../../src/sources/events/quirks.ts';
import { createEventsSource } from '../../../src/sources/events/source.ts';
import type { ListQuestion } from '../../../src/sources/paging/estimate.ts';
import { estimateRelated, estimateTimeline } from '../../../src/sources/timeline/estimate.ts';
import { splitTimelineFilter } from '../../../src/sources/timeline/filter.ts';
import type { TimelineFilter } from '../../../src/sources/timeline/filter.ts';
import { createTimelineSource } from '../../../src/sources/timeline/source.ts';
import { createUsageQuirks } from '../../../src/sources/usage/quirks.ts';
import { createUsageSource } from '../../../src/sources/usage/source.ts';
import { createCallBudget } from '../../../src/upstream/call-budget.ts';
import { boundsOf, settle } from '../../support/estimated-calls.ts';
import { createSimulatedEventsVendor } from '../../support/simulated-events-vendor.ts';
import type { SimulatedEvent } from '../../support/simulated-events-vendor.ts';
import { createSimulatedUsageVendor } from '../../support/simulated-usage-vendor.ts';
import type { SimulatedUsageRow } from '../../support/simulated-usage-vendor.ts';
import { createSimulatedUpstream, createTestCallContext } from '../../support/simulated-vendor.ts';

const FROM = Date.parse('2026-03-01T00:00:00.000Z');
const NOW = FROM + 86_400_000;
const BUDGET = 16;

interface Log {
  readonly usage: readonly SimulatedUsageRow[];
  readonly events: readonly SimulatedEvent[];
}

/** The timeline over these rows, and how many calls it makes. */
function openTimeline(log: Log) {
  const context = createTestCallContext('test', createCallBudget(BUDGET));
  const shared = {
    nowMs: NOW,
    settings: {
      largestPage: 5,
      maxScannedRows: 50,
      staleIfErrorMs: 0,
      age: { settleMs: 90_000, retentionMs: null },
    },
  };
  const usage = {
    ...shared,
    quirks: createUsageQuirks(),
    upstream: createSimulatedUpstream(
      'USAGE',
      createSimulatedUsageVendor(() => log.usage, {
        offsetUnit: 'records',
        clamp: 1_000,
        isFromInclusive: true,
        isToInclusive: true,
        dialect: 'camel',
        tie: () => (a, b) => (a.id < b.id ? -1 : 1),
      }),
      () => NOW,
    ),
  };
  const events = {
    ...shared,
    quirks: createEventsQuirks(),
    upstream: createSimulatedUpstream(
      'EVENTS',
      createSimulatedEventsVendor(() => log.events, {
        isFromInclusive: true,
        isToInclusive: false,
        takesOperators: true,
        sortFields: ['timestamp', 'id'],
        unsorted: () => 0,
      }),
      () => NOW,
    ),
  };
  const usageReader = createUsageSource(
    usage,
    async ({ range, timeZone }) => {
      context.callBudget.spend('USAGE', '/usage/analytics/activity');
      const totals = { count: log.usage.length, elements: new Map(), processTime: null, statuses: null };
      return { ...range, interval: 'HOUR', timeZone, buckets: [], previous: [], totals, coverage: [] };
    },
    context,
  );
  const source = createTimelineSource(
    { deps: usage, context, reader: usageReader },
    { deps: events, context, reader: createEventsSource(events, context) },
    NOW,
  );
  return { source, calls: () => BUDGET - context.callBudget.remaining() };
}

const timesArbitrary = fc.array(fc.integer({ min: 0, max: 3_600 }), { maxLength: 20 });
const logArbitrary: fc.Arbitrary<Log> = fc.tuple(timesArbitrary, timesArbitrary).map(([usage, events]) => ({
  usage: usage.map((seconds, at) => ({ id: `r${at}`, timestampMs: FROM + seconds * 1_000, ip: '10.0.0.1' })),
  events: events.map((seconds, at) => ({ id: BigInt(at + 1), timestampMs: FROM + seconds * 1_000 })),
}));

const questionArbitrary: fc.Arbitrary<ListQuestion<TimelineFilter>> = fc.record({
  range: fc.constantFrom({ fromMs: FROM, toMs: NOW }, { fromMs: FROM, toMs: FROM + 600_000 }),
  filter: fc.record(
    {
      sources: fc.subarray(['USAGE', 'EVENTS'] as const),
      ipAddress: fc.constantFrom('10.0.0.0/8'),
      usage: fc.constantFrom({ hub: 'crm' }, { tags: [] }),
      events: fc.constantFrom(
        { action: { eq: 'user-login-success' } },
        { action: { in: [] } },
        { searchText: 'x' },
      ),
    },
    { requiredKeys: [] },
  ),
  count: fc.integer({ min: 1, max: 20 }),
  direction: fc.constantFrom('DESC', 'ASC'),
  cursor: fc.constant(null),
  wantsPage: fc.boolean(),
  isCounted: fc.boolean(),
});

describe('the estimate of the timeline', () => {
  test('a list makes at least the least calls, and no more than the most: random questions', async () => {
    await fc.assert(
      fc.asyncProperty(logArbitrary, questionArbitrary, async (log, question) => {
        const { least, most } = boundsOf(estimateTimeline(question), BUDGET);
        const { source, calls } = openTimeline(log);
        if (question.wantsPage)
          await settle(source.listActivities({ ...question, after: null, fields: new Set() }));
        if (question.isCounted) await settle(source.countActivities(question.range, question.filter));
        expect(calls()).toBeGreaterThanOrEqual(least);
        expect(calls()).toBeLessThanOrEqual(most);
      }),
    );
  });

  test('what is related needs no call for sure, and one scan of the other source', () => {
    expect(boundsOf(estimateRelated('EVENTS'), BUDGET)).toEqual({ least: 0, most: BUDGET });
    expect(estimateRelated('EVENTS')).not.toEqual(estimateRelated('USAGE'));
  });
});

describe('a timeline filter', () => {
  const address = (ipAddress: string) => ({ ipAddress });

  test.each<[string, TimelineFilter]>([
    ['filter.ipAddress', address('here')],
    ['filter.usage.ipAddress', { usage: address('10.0.0.0/33') }],
    ['filter.events.ipAddress', { events: address('here') }],
    ['filter.events.not.ipAddress', { events: { not: address('here') } }],
    ['filter.events.not.action.eq', { events: { not: { action: { eq: '\ud800' } } } }],
    ['filter.usage.hub', { usage: { hub: '' } }],
    ['filter.usage.userIds', { usage: { userIds: [''] } }],
    ['filter.usage.processTime', { usage: { processTime: {} } }],
    ['filter.usage.ipAddress', { ...address('10.0.0.1'), usage: address('10.0.0.2') }],
    ['filter.events.ipAddress', { ...address('10.0.0.1'), events: address('10.0.0.2') }],
  ])('that is refused names %s in the page, in the count and in the estimate', async (argument, filter) => {
    const refusal = expect.objectContaining({ code: 'BAD_USER_INPUT', details: { argument } });
    const question = { ...fc.sample(questionArbitrary, 1)[0]!, filter };
    const { source, calls } = openTimeline({ usage: [], events: [] });
    expect(() => estimateTimeline(question)).toThrow(refusal);
    await expect(source.listActivities({ ...question, after: null, fields: new Set() })).rejects.toEqual(
      refusal,
    );
    await expect(source.countActivities(question.range, filter)).rejects.toEqual(refusal);
    expect(calls()).toBe(0);
  });

  test('is not checked for a source that it does not ask for', () => {
    expect(splitTimelineFilter({ sources: ['EVENTS'], usage: { hub: '' } })).toEqual({
      usage: null,
      events: {},
    });
  });

  test('gives its address to both sources', () => {
    expect(splitTimelineFilter({ ipAddress: '10.0.0.1', usage: { hub: 'crm' } })).toEqual({
      usage: { hub: 'crm', ipAddress: '10.0.0.1' },
      events: { ipAddress: '10.0.0.1' },
    });
  });
});
