import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sourceNotConfigured, UpstreamError } from '../../../src/base/errors.ts';
import { createEventBreakdown } from '../../../src/sources/events/breakdown.ts';
import type {
  EventBreakdownRequest,
  EventDimension,
  EventFigures,
} from '../../../src/sources/events/breakdown.ts';
import type { AuditEvent } from '../../../src/sources/events/event.ts';
import { createEventsQuirks } from '../../../src/sources/events/quirks.ts';
import { createEventsSource } from '../../../src/sources/events/source.ts';
import { listBucketEdges } from '../../../src/sources/shared/buckets.ts';
import { createCallBudget } from '../../../src/upstream/call-budget.ts';
import type { UpstreamResponse } from '../../../src/upstream/upstream.ts';
import { createEvent } from '../../graph/fake-context.ts';
import { createSimulatedEventsVendor } from '../../support/simulated-events-vendor.ts';
import type { SimulatedEvent } from '../../support/simulated-events-vendor.ts';
import { createSimulatedUpstream, createTestCallContext } from '../../support/simulated-vendor.ts';
import type { SeenCall } from '../../support/simulated-vendor.ts';

const NOW = Date.parse('2026-03-04T12:00:00.000Z');
const range = { fromMs: NOW - 3 * 86_400_000, toMs: NOW - 600_000 };
const edges = listBucketEdges(range, 'DAY', 'Europe/Berlin', 100)!;

const eventArbitrary = fc
  .record({
    timestampMs: fc.integer({ min: range.fromMs, max: range.toMs - 1 }),
    category: fc.constantFrom('authentication', 'role'),
    username: fc.option(fc.constantFrom('bob', 'ada')),
  })
  .map((facts) => createEvent(facts));

function figuresOf(events: readonly AuditEvent[]): EventFigures {
  const times = events.map(({ timestampMs }) => timestampMs);
  return {
    count: events.length,
    times: times.length > 0 ? { firstMs: Math.min(...times), lastMs: Math.max(...times) } : null,
  };
}

test('the figures of a group are those of its events, in each bucket and over the range', () => {
  fc.assert(
    fc.property(
      fc.array(eventArbitrary, { maxLength: 80 }),
      fc.integer({ min: 1, max: 6 }),
      (events, top) => {
        const breakdown = createEventBreakdown(['CATEGORY', 'USERNAME'], edges);
        for (const event of events) breakdown.add(event);
        const { groups, other } = breakdown.groups(top);
        const isIn =
          ([category, username]: readonly (string | null)[]) =>
          (event: AuditEvent) =>
            event.category === category && event.username === username;
        const shown = groups.map(({ key }) => isIn(key));
        const beyond = events.filter((event) => !shown.some((isShown) => isShown(event)));
        const sets = [
          ...groups.map((group) => ({ group, own: events.filter(isIn(group.key)) })),
          ...(other ? [{ group: other, own: beyond }] : []),
        ];
        for (const { group, own } of sets) {
          expect(group.total).toEqual(figuresOf(own));
          expect(group.buckets).toEqual(
            edges.slice(1).map((endMs, at) => {
              const inside = own.filter(
                ({ timestampMs }) => timestampMs >= edges[at]! && timestampMs < endMs,
              );
              return figuresOf(inside);
            }),
          );
        }
        expect(sets.reduce((sum, { group }) => sum + group.total.count, 0)).toBe(events.length);
      },
    ),
  );
});

test.each<[EventDimension, Partial<AuditEvent>, (string | null)[]]>([
  ['CATEGORY', { category: 'role' }, ['role']],
  ['ACTION', { action: 'role-created' }, ['role-created']],
  ['USERNAME', { username: 'bob' }, ['bob']],
  ['USERNAME', { username: null }, [null]],
  ['IP_ADDRESS', { ipAddress: '10.0.0.1' }, ['10.0.0.1']],
  ['IP_ADDRESS', { ipAddress: null, addresses: ['10.0.0.1', '8.8.8.8'] }, ['10.0.0.1', '8.8.8.8']],
  ['IP_ADDRESS', { ipAddress: null }, [null]],
])('by %s, an event with %j counts under %j', (dimension, facts, values) => {
  const breakdown = createEventBreakdown([dimension], null);
  breakdown.add(createEvent(facts));
  expect(breakdown.groups(10).groups.map(({ key }) => key[0])).toEqual(values);
});

type Answer = (call: SeenCall) => UpstreamResponse | UpstreamError;
interface Settings {
  readonly largestPage?: number;
  readonly maxScannedRows?: number;
  readonly budget?: number;
  readonly isConfigured?: boolean;
  readonly wrap?: (answer: Answer) => Answer;
}

const log: readonly SimulatedEvent[] = Array.from({ length: 201 }, (_, at) => ({
  id: BigInt(at + 1),
  timestampMs: range.fromMs + (at + 1) * 600_000,
  category: at % 4 ? 'authentication' : 'role',
  username: at % 2 ? 'bob' : null,
}));

function openEvents(settings: Settings = {}) {
  const { largestPage = 1_000, maxScannedRows = 10_000, budget = 1_000_000, isConfigured = true } = settings;
  const vendor = createSimulatedEventsVendor(() => log, {
    isFromInclusive: false,
    isToInclusive: true,
    takesOperators: true,
    sortFields: ['timestamp', 'id'],
    unsorted: () => 0,
  });
  const upstream = createSimulatedUpstream('EVENTS', settings.wrap?.(vendor) ?? vendor, () => NOW);
  const quirks = createEventsQuirks();
  // The vendor has given a long page.
  quirks.pages.note(1_000, 1_000, NOW);
  const context = createTestCallContext('test', createCallBudget(budget));
  const source = createEventsSource(
    {
      upstream,
      quirks,
      nowMs: NOW,
      settings: {
        largestPage,
        maxScannedRows,
        staleIfErrorMs: 0,
        age: { settleMs: 90_000, retentionMs: null },
      },
    },
    isConfigured ? context : { ...context, credentials: null },
  );
  const wanted: EventBreakdownRequest['wanted'] = new Set(['TIMES']);
  const group = (request: Partial<EventBreakdownRequest> = {}) =>
    source.getEventBreakdown({
      range,
      filter: {},
      by: ['CATEGORY'],
      edges: null,
      top: 20,
      wanted,
      ...request,
    });
  return { calls: upstream.calls, group };
}

describe('the scan', () => {
  test('is made once for one range and filter and equal fields, whatever the buckets and top are', async () => {
    const { calls, group } = openEvents();
    const [byCategory, byAction, first] = await Promise.all([
      group(),
      group({ by: ['ACTION'], edges }),
      group({ top: 1 }),
    ]);
    expect(calls).toHaveLength(1);
    expect(byCategory.groups.map(({ key, total }) => [...key, total.count])).toEqual([
      ['authentication', 150],
      ['role', 51],
    ]);
    expect(byCategory.coverage.map(({ status }) => status)).toEqual(['COMPLETE']);
    expect(byAction.groups[0]?.buckets).toHaveLength(edges.length - 1);
    expect(first.other?.total.count).toBe(51);
    await Promise.all([
      group({ by: ['USERNAME', 'IP_ADDRESS'] }),
      group({ by: ['IP_ADDRESS', 'CATEGORY', 'USERNAME'] }),
    ]);
    expect(calls).toHaveLength(2);
  });

  test('sends the vendor its part of the filter, and tests the rest here', async () => {
    const { calls, group } = openEvents();
    const filter = { category: { eq: 'authentication' }, not: { action: { eq: 'x' } } };
    const { groups } = await group({ filter, by: ['USERNAME'] });
    expect(calls[0]?.query).toContainEqual(['category', 'authentication']);
    expect(groups.map(({ key, total }) => [...key, total.count])).toEqual([
      ['bob', 100],
      [null, 50],
    ]);
  });

  test('requests only the fields that are grouped by or filtered', async () => {
    const { calls, group } = openEvents();
    await group();
    await group({ by: ['IP_ADDRESS', 'ACTION'], filter: { searchText: 'x' } });
    const fields = calls.map(({ query }) => new Map(query).get('fields')?.split(',').toSorted());
    expect(fields).toEqual([
      ['action', 'category', 'id', 'timestamp'],
      ['action', 'category', 'description', 'id', 'ipAddress', 'timestamp'],
    ]);
  });

  test('is not made if nothing can match', async () => {
    const { calls, group } = openEvents();
    expect(await group({ filter: { action: { in: [] } } })).toMatchObject({
      groups: [],
      other: null,
      coverage: [{ status: 'COMPLETE', reason: expect.stringMatching(/Nothing can match/) }],
    });
    expect(calls).toEqual([]);
  });

  test.each([
    ['rows', { maxScannedRows: 50, largestPage: 20 }, 'SCAN_LIMIT'],
    ['calls', { budget: 3, largestPage: 20 }, 'CALL_BUDGET'],
  ] as const)('stopped by a bound of %s gives lower bounds, and says so', async (_name, settings, code) => {
    const { groups, coverage } = await openEvents(settings).group();
    const counted = groups.reduce((sum, { total }) => sum + total.count, 0);
    expect(counted).toBeGreaterThan(30);
    expect(counted).toBeLessThan(80);
    expect(coverage.every((entry) => entry.status === 'TRUNCATED' && entry.code === code)).toBe(true);
    expect(coverage.reduce((sum, { scanned }) => sum + (scanned ?? 0), 0)).toBe(counted);
    expect([coverage[0]?.toMs, coverage.at(-1)?.fromMs]).toEqual([range.toMs, range.fromMs]);
  });

  test('that fails on the way groups the events before, and coverage says what is missing', async () => {
    let calls = 0;
    const { group } = openEvents({
      largestPage: 50,
      wrap: (answer) => (call) => ((calls += 1) > 2 ? failure : answer(call)),
    });
    const { groups, coverage } = await group();
    expect(groups).toHaveLength(2);
    expect(coverage.map(({ status }) => status)).toEqual(['COMPLETE', 'FAILED']);
    expect(coverage[1]).toMatchObject({ code: 'UPSTREAM', fromMs: range.fromMs, toMs: coverage[0]!.fromMs });
  });

  test('that fails at its first call gives no groups', async () => {
    expect(await openEvents({ wrap: () => () => failure }).group()).toEqual({
      groups: [],
      other: null,
      coverage: [expect.objectContaining({ status: 'FAILED', code: 'UPSTREAM', ...range })],
    });
  });

  test('without credentials is reported as NOT_CONFIGURED', async () => {
    const unconfigured = sourceNotConfigured('EVENTS', '/events');
    const { group } = openEvents({ isConfigured: false, wrap: () => () => unconfigured });
    expect(await group()).toMatchObject({
      groups: [],
      coverage: [{ status: 'FAILED', code: 'NOT_CONFIGURED' }],
    });
  });

  test('refuses a faulty filter', async () => {
    await expect(openEvents().group({ filter: { searchText: '\ud800' } })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      details: { argument: 'filter.searchText' },
    });
  });
});

const failure = new UpstreamError({
  code: 'UPSTREAM_UNAVAILABLE',
  source: 'EVENTS',
  operation: '/events',
  message: 'The vendor is unavailable.',
});
