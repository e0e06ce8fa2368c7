import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UpstreamError } from '../../../src/base/errors.ts';
import type { EventFacet } from '../../../src/sources/events/facets.ts';
import type { EventFilter } from '../../../src/sources/events/filter.ts';
import { createEventsQuirks } from '../../../src/sources/events/quirks.ts';
import { createEventsSource } from '../../../src/sources/events/source.ts';
import { createCallBudget } from '../../../src/upstream/call-budget.ts';
import type { UpstreamResponse } from '../../../src/upstream/upstream.ts';
import { createSimulatedEventsVendor } from '../../support/simulated-events-vendor.ts';
import type { SimulatedEvent } from '../../support/simulated-events-vendor.ts';
import { createSimulatedUpstream, createTestCallContext } from '../../support/simulated-vendor.ts';
import type { SeenCall } from '../../support/simulated-vendor.ts';

const NOW = Date.parse('2026-03-04T12:00:00.000Z');
const FROM = NOW - 3_600_000;
const range = { fromMs: FROM, toMs: NOW - 600_000 };
const ALL: readonly EventFacet[] = ['category', 'action', 'username', 'ipAddress'];

type Answer = (call: SeenCall) => UpstreamResponse | UpstreamError;
interface Settings {
  readonly largestPage?: number;
  readonly maxScannedRows?: number;
  readonly budget?: number;
  readonly isConfigured?: boolean;
  readonly wrap?: (answer: Answer) => Answer;
}

function openEvents(rows: readonly SimulatedEvent[], settings: Settings = {}) {
  const { largestPage = 1_000, maxScannedRows = 10_000, budget = 1_000_000, isConfigured = true } = settings;
  const vendor = createSimulatedEventsVendor(() => rows, {
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
  const deps = {
    upstream,
    quirks,
    nowMs: NOW,
    settings: {
      largestPage,
      maxScannedRows,
      staleIfErrorMs: 0,
      age: { settleMs: 90_000, retentionMs: null },
    },
  };
  const context = createTestCallContext('test', createCallBudget(budget));
  const source = createEventsSource(deps, isConfigured ? context : { ...context, credentials: null });
  const count = (filter: EventFilter, ...facets: readonly EventFacet[]) =>
    source.countEventFacets({ range, filter, facets: new Set(facets) });
  return { calls: upstream.calls, count, source };
}

const eventAt = (id: number, facts: Partial<SimulatedEvent> = {}): SimulatedEvent => ({
  id: BigInt(id),
  timestampMs: FROM + (id % 2_900) * 1_000,
  ...facts,
});

const CATEGORIES = ['authentication', 'role', 'billing'] as const;
const ACTIONS = ['user-login-success', 'user-login-failure', 'role-created'] as const;
const logArbitrary = fc
  .array(
    fc.record({
      category: fc.constantFrom(...CATEGORIES),
      action: fc.constantFrom(...ACTIONS),
      username: fc.option(fc.constantFrom('bob', 'ada')),
      ipAddress: fc.option(fc.constantFrom('10.0.0.1', '12.34.56.78')),
    }),
    { maxLength: 60 },
  )
  .map((list) => list.map((facts, at) => eventAt(at + 1, facts)));

const filterArbitrary = fc.record(
  {
    category: fc.constantFrom(...CATEGORIES).map((eq) => ({ eq })),
    action: fc.subarray([...ACTIONS]).map((values) => ({ in: values })),
    username: fc.boolean().map((isNull) => ({ isNull })),
    ipAddress: fc.constantFrom('10.0.0.0/8', '12.34.56.78'),
  },
  { requiredKeys: [] },
);

test('a value of a facet finds as many events as it counts, with any characters', async () => {
  const value = fc.constantFrom(
    'billing.run',
    'in:a',
    'like:%',
    'a,b',
    'user-login',
    'é',
    ' x',
    'v'.repeat(101),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(value, { maxLength: 12 }), async (actions) => {
      const { count, source } = openEvents(actions.map((action, at) => eventAt(at + 1, { action })));
      const counted = (await count({}, 'action')).facets.get('action')!.values;
      for (const { value: eq, count: expected } of counted) {
        const page = await source.listEvents({
          range,
          filter: { action: { eq } },
          orderBy: [],
          fields: new Set(),
          count: 50,
          direction: 'DESC',
          after: null,
        });
        expect(page.rows.map(({ action }) => action)).toEqual(Array.from({ length: expected }, () => eq));
        expect(page.coverage.every(({ status }) => status === 'COMPLETE')).toBe(true);
      }
      expect(counted.reduce((sum, entry) => sum + entry.count, 0)).toBe(actions.length);
    }),
    { numRuns: 40 },
  );
});

test('an event with several addresses is counted and found by each of them', async () => {
  const { count, source } = openEvents([
    eventAt(1, { ipAddress: '10.0.0.1:443' }),
    eventAt(2, { ipAddress: '10.0.0.1, 10.0.0.2' }),
    eventAt(3, { ipAddress: 'unknown' }),
  ]);
  const counted = (await count({}, 'ipAddress')).facets.get('ipAddress')!;
  expect(counted).toEqual({
    values: [
      { value: '10.0.0.1', count: 2 },
      { value: '10.0.0.2', count: 1 },
    ],
    missing: 1,
  });
  for (const { value, count: expected } of counted.values) {
    const asked = {
      range,
      orderBy: [],
      fields: new Set<never>(),
      count: 50,
      direction: 'DESC',
      after: null,
    } as const;
    const page = await source.listEvents({ ...asked, filter: { ipAddress: value } });
    expect(page.rows).toHaveLength(expected);
  }
});

/** A second implementation: the rows that one facet counts. */
function seenBy(log: readonly SimulatedEvent[], filter: EventFilter, facet: EventFacet): SimulatedEvent[] {
  const { category, action, username, ipAddress } = filter;
  return log.filter(
    (row) =>
      (facet === 'category' || !category || ('eq' in category && row.category === category.eq)) &&
      (facet === 'action' || !action || ('in' in action && action.in.includes(row.action!))) &&
      (facet === 'username' ||
        !username ||
        ('isNull' in username && (row.username === null) === username.isNull)) &&
      (facet === 'ipAddress' ||
        ipAddress === undefined ||
        (row.ipAddress !== null && ipAddress.startsWith(row.ipAddress!.slice(0, 3)))),
  );
}

function tally(values: readonly string[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const value of values) sums[value] = (sums[value] ?? 0) + 1;
  return sums;
}

test('each facet counts the rows that match the filter without its own part', async () => {
  await fc.assert(
    fc.asyncProperty(
      logArbitrary,
      filterArbitrary,
      fc.subarray([...ALL], { minLength: 1 }),
      async (log, filter, facets) => {
        const { count, calls } = openEvents(log);
        const { facets: found, coverage } = await count(filter, ...facets);
        expect([...found.keys()]).toEqual(facets);
        for (const facet of facets) {
          const seen = seenBy(log, filter, facet);
          const { values, missing } = found.get(facet)!;
          expect(missing).toBe(seen.filter((row) => row[facet] === null).length);
          expect(Object.fromEntries(values.map(({ value, count: times }) => [value, times]))).toEqual(
            tally(seen.flatMap((row) => row[facet] ?? [])),
          );
        }
        expect(coverage.every(({ status }) => status === 'COMPLETE')).toBe(true);
        expect(calls.length).toBeLessThanOrEqual(1);
      },
    ),
    { numRuns: 100 },
  );
});

describe('the scan', () => {
  const log = Array.from({ length: 201 }, (_, at) => eventAt(at + 1, { username: at % 4 ? 'bob' : null }));

  test('is made once for equal questions with any facets', async () => {
    const { count, calls } = openEvents(log);
    await Promise.all([count({}, ...ALL), count({}, ...ALL.toReversed()), count({}, ...ALL)]);
    expect(calls).toHaveLength(1);
  });

  test('sends the vendor the parts of the filter that no requested facet ignores', async () => {
    const { count, calls } = openEvents(log);
    const filter = { category: { eq: 'authentication' }, action: { eq: 'user-login-success' } };
    await count(filter, 'username');
    await count(filter, 'category');
    await count(filter, 'category', 'action');
    const sent = calls.map(({ query }) => query.filter(([name]) => ['category', 'action'].includes(name)));
    expect(sent).toEqual([
      [
        ['category', 'authentication'],
        ['action', 'user-login-success'],
      ],
      [['action', 'user-login-success']],
      [],
    ]);
  });

  test('requests only the fields that are counted or filtered', async () => {
    const { count, calls } = openEvents(log);
    await count({}, 'category');
    await count({ searchText: 'x' }, 'username');
    const fields = calls.map(({ query }) => new Map(query).get('fields')?.split(',').toSorted());
    expect(fields).toEqual([
      ['action', 'category', 'id', 'timestamp'],
      ['action', 'category', 'description', 'id', 'timestamp', 'username'],
    ]);
  });

  test('is not made if no facet is requested or nothing can match', async () => {
    const { count, calls } = openEvents(log);
    expect(await count({})).toMatchObject({
      coverage: [{ status: 'COMPLETE', reason: expect.stringMatching(/No facet/) }],
    });
    const { facets } = await count({ category: { in: [] } }, 'action');
    expect(facets.get('action')).toEqual({ values: [], missing: 0 });
    expect(calls).toEqual([]);
  });

  test.each([
    ['rows', { maxScannedRows: 50, largestPage: 20 }, 'SCAN_LIMIT'],
    ['calls', { budget: 3, largestPage: 20 }, 'CALL_BUDGET'],
  ] as const)('stopped by a bound of %s gives lower bounds, and says so', async (_name, settings, code) => {
    const { count } = openEvents(log, settings);
    const { facets, coverage } = await count({}, 'username');
    const { values, missing } = facets.get('username')!;
    const counted = values.reduce((sum, { count: times }) => sum + times, missing);
    expect(counted).toBeGreaterThan(30);
    expect(counted).toBeLessThan(80);
    expect(coverage.every((entry) => entry.status === 'TRUNCATED' && entry.code === code)).toBe(true);
    expect(coverage.reduce((sum, { scanned }) => sum + (scanned ?? 0), 0)).toBe(counted);
    expect([coverage[0]?.toMs, coverage.at(-1)?.fromMs]).toEqual([range.toMs, range.fromMs]);
  });

  test('that fails on the way counts the rows before, and coverage says what is missing', async () => {
    let calls = 0;
    const { count } = openEvents(log, {
      largestPage: 50,
      wrap: (answer) => (call) => ((calls += 1) > 2 ? failure : answer(call)),
    });
    const { facets, coverage } = await count({}, 'username');
    expect(facets.get('username')!.missing).toBeGreaterThan(0);
    expect(coverage.map(({ status }) => status)).toEqual(['COMPLETE', 'FAILED']);
    expect(coverage[1]).toMatchObject({ code: 'UPSTREAM', fromMs: range.fromMs, toMs: coverage[0]!.fromMs });
  });

  test('that fails at its first call gives no facet, because zero counts would be wrong', async () => {
    const { count } = openEvents(log, { wrap: () => () => failure });
    expect(await count({}, 'username')).toEqual({
      facets: new Map(),
      coverage: [expect.objectContaining({ status: 'FAILED', code: 'UPSTREAM', ...range })],
    });
    expect(await openEvents(log, { budget: 0 }).count({}, 'username')).toEqual({
      facets: new Map(),
      coverage: [expect.objectContaining({ status: 'TRUNCATED', code: 'CALL_BUDGET', ...range })],
    });
  });

  test('without credentials is reported as NOT_CONFIGURED', async () => {
    const { count } = openEvents(log, { isConfigured: false, wrap: () => () => notConfigured });
    expect(await count({}, 'username')).toMatchObject({
      coverage: [{ status: 'FAILED', code: 'NOT_CONFIGURED' }],
    });
  });
});

const failure = new UpstreamError({
  code: 'UPSTREAM_UNAVAILABLE',
  source: 'EVENTS',
  operation: '/events',
  message: 'The vendor is unavailable.',
});
const notConfigured = new UpstreamError({
  code: 'SOURCE_NOT_CONFIGURED',
  source: 'EVENTS',
  operation: '/events',
  message: 'This source has no credentials.',
});
