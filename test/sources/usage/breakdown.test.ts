import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sourceNotConfigured, UpstreamError } from '../../../src/base/errors.ts';
import { listBucketEdges } from '../../../src/sources/shared/buckets.ts';
import { createUsageBreakdown } from '../../../src/sources/usage/breakdown.ts';
import type {
  UsageBreakdownRequest,
  UsageDimension,
  UsageFigures,
} from '../../../src/sources/usage/breakdown.ts';
import { createUsageQuirks } from '../../../src/sources/usage/quirks.ts';
import type { UsageRecord } from '../../../src/sources/usage/record.ts';
import { createUsageSource } from '../../../src/sources/usage/source.ts';
import { createCallBudget } from '../../../src/upstream/call-budget.ts';
import type { UpstreamResponse } from '../../../src/upstream/upstream.ts';
import { createRecord } from '../../graph/fake-context.ts';
import { createSimulatedUsageVendor } from '../../support/simulated-usage-vendor.ts';
import type { SimulatedUsageRow } from '../../support/simulated-usage-vendor.ts';
import { createSimulatedUpstream, createTestCallContext } from '../../support/simulated-vendor.ts';
import type { SeenCall } from '../../support/simulated-vendor.ts';

const NOW = Date.parse('2026-03-04T12:00:00.000Z');
const range = { fromMs: NOW - 3 * 86_400_000, toMs: NOW - 600_000 };
const edges = listBucketEdges(range, 'DAY', 'Europe/Berlin', 100)!;

const recordArbitrary = fc
  .record({
    timestampMs: fc.integer({ min: range.fromMs, max: range.toMs - 1 }),
    elementKey: fc.option(fc.constantFrom('sfdc', 'box', 'hubspot')),
    requestStatus: fc.option(fc.constantFrom('SUCCESS' as const, 'FAILED' as const)),
    processTime: fc.option(fc.integer({ min: 0, max: 5_000 })),
    accountId: fc.option(fc.constantFrom('1', '2')),
  })
  .map((facts) => createRecord({ ...facts, requestStatusText: facts.requestStatus }));
const recordsArbitrary = fc.array(recordArbitrary, { maxLength: 80 });

function figuresOf(records: readonly UsageRecord[]): UsageFigures {
  const times = records.flatMap(({ processTime }) => processTime ?? []);
  /** The least time that at least so many percent of the times do not pass, looked for one by one. */
  const rank = (percent: number) =>
    Math.min(
      ...times.filter((time) => 100 * times.filter((t) => t <= time).length >= percent * times.length),
    );
  return {
    count: records.length,
    statuses: {
      success: records.filter(({ requestStatus }) => requestStatus === 'SUCCESS').length,
      failed: records.filter(({ requestStatus }) => requestStatus === 'FAILED').length,
    },
    processTime:
      times.length === 0
        ? null
        : {
            min: Math.min(...times),
            max: Math.max(...times),
            avg: times.reduce((sum, time) => sum + time, 0) / times.length,
            p50: rank(50),
            p95: rank(95),
            p99: rank(99),
          },
  };
}

describe('the figures of a group', () => {
  test('are those of its records, in each bucket and over the range', () => {
    fc.assert(
      fc.property(recordsArbitrary, fc.integer({ min: 1, max: 6 }), (records, top) => {
        const breakdown = createUsageBreakdown(['ELEMENT', 'ACCOUNT'], edges);
        for (const record of records) breakdown.add(record);
        const { groups, other } = breakdown.groups(top);
        const isIn =
          ([element, account]: readonly (string | null)[]) =>
          (record: UsageRecord) =>
            record.elementKey === element && record.accountId === account;
        const shown = groups.map(({ key }) => isIn(key));
        const sets = [
          ...groups.map((group) => ({ group, records: records.filter(isIn(group.key)) })),
          ...(other
            ? [
                {
                  group: other,
                  records: records.filter((record) => !shown.some((isShown) => isShown(record))),
                },
              ]
            : []),
        ];
        for (const { group, records: own } of sets) {
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
        expect(sets.reduce((sum, { group }) => sum + group.total.count, 0)).toBe(records.length);
      }),
    );
  });

  test.each([
    [1, [1, 1, 1]],
    [2, [1, 2, 2]],
    [20, [10, 19, 20]],
    [100, [50, 95, 99]],
    [101, [51, 96, 100]],
  ])('over the times 1 to %i have the percentiles %j', (count, percentiles) => {
    const breakdown = createUsageBreakdown(['ELEMENT'], null);
    for (let processTime = count; processTime > 0; processTime -= 1)
      breakdown.add(createRecord({ processTime }));
    const { p50, p95, p99 } = breakdown.groups(1).groups[0]!.total.processTime!;
    expect([p50, p95, p99]).toEqual(percentiles);
  });
});

test.each<[UsageDimension, Partial<UsageRecord>, (string | null)[]]>([
  ['ELEMENT', { elementKey: 'sfdc' }, ['sfdc']],
  ['ELEMENT', { elementKey: null }, [null]],
  ['STATUS', { requestStatus: 'FAILED', requestStatusText: 'failed' }, ['FAILED']],
  ['STATUS', { requestStatus: null, requestStatusText: 'Pending' }, ['Pending']],
  ['STATUS', { requestStatus: null, requestStatusText: null }, [null]],
  ['API', { elementApi: 'authenticate' }, ['authenticate']],
  ['INSTANCE', { instanceId: '7', instanceName: 'production' }, ['7']],
  ['INSTANCE', { instanceId: null, instanceName: 'production' }, ['production']],
  ['INSTANCE', { instanceId: null, instanceName: null }, [null]],
  ['ACCOUNT', { accountId: '3' }, ['3']],
  ['USER', { userId: '4' }, ['4']],
  ['TAG', { elementTags: ['b', 'a', 'b'], instanceTags: ['a', 'c'] }, ['a', 'b', 'c']],
  ['TAG', { elementTags: [], instanceTags: [] }, [null]],
  ['METHOD', { requestMethod: 'POST' }, ['POST']],
  ['RESPONSE_STATUS', { responseStatus: 404 }, ['404']],
  ['RESPONSE_STATUS', { responseStatus: null }, [null]],
  ['IP_ADDRESS', { ipAddress: '10.0.0.1' }, ['10.0.0.1']],
  ['IP_ADDRESS', { ipAddress: null, addresses: ['10.0.0.1', '8.8.8.8'] }, ['10.0.0.1', '8.8.8.8']],
  ['IP_ADDRESS', { ipAddress: null }, [null]],
])('by %s, a record with %j counts under %j', (dimension, facts, values) => {
  const breakdown = createUsageBreakdown([dimension], null);
  breakdown.add(createRecord(facts));
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

const log: readonly SimulatedUsageRow[] = Array.from({ length: 201 }, (_, at) => ({
  id: `r${at}`,
  timestampMs: range.fromMs + at * 600_000,
  ip: at % 2 ? '10.0.0.1' : '8.8.8.8',
  fields: { elementKey: at % 4 ? 'sfdc' : 'box', processTime: at },
}));

function openUsage(settings: Settings = {}) {
  const { largestPage = 1_000, maxScannedRows = 10_000, budget = 1_000_000, isConfigured = true } = settings;
  const vendor = createSimulatedUsageVendor(() => log, {
    offsetUnit: 'records',
    clamp: largestPage,
    isFromInclusive: true,
    isToInclusive: true,
    dialect: 'camel',
    tie: () => (a, b) => (a.id < b.id ? -1 : 1),
  });
  const upstream = createSimulatedUpstream('USAGE', settings.wrap?.(vendor) ?? vendor, () => NOW);
  const context = createTestCallContext('test', createCallBudget(budget));
  const quirks = createUsageQuirks();
  // The vendor has given a long page.
  quirks.pages.note(1_000, 1_000, NOW);
  const source = createUsageSource(
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
    () => Promise.reject(new Error('no series are asked for here')),
    isConfigured ? context : { ...context, credentials: null },
  );
  const wanted: UsageBreakdownRequest['wanted'] = new Set(['STATUSES', 'PROCESS_TIME']);
  const group = (request: Partial<UsageBreakdownRequest> = {}) =>
    source.getUsageBreakdown({
      range,
      filter: {},
      by: ['ELEMENT'],
      edges: null,
      top: 20,
      wanted,
      ...request,
    });
  return { calls: upstream.calls, group };
}

describe('the scan', () => {
  test('is made once for one range and filter, whatever the dimensions, buckets and top are', async () => {
    const { calls, group } = openUsage();
    const [byElement, byStatus, first] = await Promise.all([
      group(),
      group({ by: ['STATUS'], edges }),
      group({ top: 1 }),
    ]);
    expect(calls).toHaveLength(1);
    expect(byElement.groups.map(({ key, total }) => [...key, total.count])).toEqual([
      ['sfdc', 150],
      ['box', 51],
    ]);
    expect(byElement.coverage.map(({ status }) => status)).toEqual(['COMPLETE']);
    expect(byStatus.groups[0]?.buckets).toHaveLength(edges.length - 1);
    expect(first.other?.total.count).toBe(51);
    await group({ filter: { status: 'FAILED' } });
    expect(calls).toHaveLength(2);
  });

  test('sends the vendor its part of the filter, and tests the rest here', async () => {
    const { calls, group } = openUsage();
    const filter = { elementKeys: ['sfdc'], status: 'FAILED', ipAddress: '10.0.0.0/8' } as const;
    const { groups, coverage } = await group({ filter, by: ['IP_ADDRESS'] });
    expect(calls[0]?.query).toEqual(
      expect.arrayContaining([
        ['keys[]', 'sfdc'],
        ['status', 'FAILED'],
      ]),
    );
    expect(groups.map(({ key, total }) => [...key, total.count])).toEqual([['10.0.0.1', 100]]);
    expect(coverage).toMatchObject([{ status: 'COMPLETE', scanned: 201, matched: 100 }]);
  });

  test('is not made if nothing can match', async () => {
    const { calls, group } = openUsage();
    expect(await group({ filter: { tags: [] } })).toMatchObject({
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
    const { groups, coverage } = await openUsage(settings).group();
    const counted = groups.reduce((sum, { total }) => sum + total.count, 0);
    expect(counted).toBeGreaterThan(30);
    expect(counted).toBeLessThan(80);
    expect(coverage.every((entry) => entry.status === 'TRUNCATED' && entry.code === code)).toBe(true);
    expect(coverage.reduce((sum, { scanned }) => sum + (scanned ?? 0), 0)).toBe(counted);
    expect([coverage[0]?.toMs, coverage.at(-1)?.fromMs]).toEqual([range.toMs, range.fromMs]);
  });

  test('that fails on the way groups the records before, and coverage says what is missing', async () => {
    let calls = 0;
    const { group } = openUsage({
      largestPage: 50,
      wrap: (answer) => (call) => ((calls += 1) > 2 ? failure : answer(call)),
    });
    const { groups, coverage } = await group();
    expect(groups).toHaveLength(2);
    expect(coverage.map(({ status }) => status)).toEqual(['COMPLETE', 'FAILED']);
    expect(coverage[1]).toMatchObject({ code: 'UPSTREAM', fromMs: range.fromMs, toMs: coverage[0]!.fromMs });
  });

  test('that fails at its first call gives no groups', async () => {
    expect(await openUsage({ wrap: () => () => failure }).group()).toEqual({
      groups: [],
      other: null,
      coverage: [expect.objectContaining({ status: 'FAILED', code: 'UPSTREAM', ...range })],
    });
  });

  test('without credentials is reported as NOT_CONFIGURED', async () => {
    const unconfigured = sourceNotConfigured('USAGE', '/usage');
    const { group } = openUsage({ isConfigured: false, wrap: () => () => unconfigured });
    expect(await group()).toMatchObject({
      groups: [],
      coverage: [{ status: 'FAILED', code: 'NOT_CONFIGURED' }],
    });
  });

  test('refuses a faulty filter', async () => {
    await expect(openUsage().group({ filter: { hub: '' } })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      details: { argument: 'filter.hub' },
    });
  });
});

const failure = new UpstreamError({
  code: 'UPSTREAM_UNAVAILABLE',
  source: 'USAGE',
  operation: '/usage',
  message: 'The vendor is unavailable.',
});
