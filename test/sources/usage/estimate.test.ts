import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Interval } from '../../../src/base/time.ts';
import type { ListQuestion } from '../../../src/sources/paging/estimate.ts';
import { USAGE_SERIES } from '../../../src/sources/usage/analytics/analytics.ts';
import type { AnalyticsRequest } from '../../../src/sources/usage/analytics/analytics.ts';
import {
  estimateUsageAnalytics,
  estimateUsageBreakdown,
  estimateUsageList,
  estimateUsageRecords,
} from '../../../src/sources/usage/estimate.ts';
import { splitUsageFilter } from '../../../src/sources/usage/filter.ts';
import type { UsageFilter } from '../../../src/sources/usage/filter.ts';
import { createUsageQuirks } from '../../../src/sources/usage/quirks.ts';
import { createUsageSource } from '../../../src/sources/usage/source.ts';
import { createCallBudget } from '../../../src/upstream/call-budget.ts';
import { boundsOf, settle } from '../../support/estimated-calls.ts';
import { createSimulatedUsageVendor } from '../../support/simulated-usage-vendor.ts';
import type { SimulatedUsageRow } from '../../support/simulated-usage-vendor.ts';
import { createSimulatedUpstream, createTestCallContext } from '../../support/simulated-vendor.ts';
import { createReader, NOW as SERIES_NOW, SETTINGS } from './analytics/simulated-vendor.ts';

const FROM = Date.parse('2026-03-01T00:00:00.000Z');
const NOW = FROM + 86_400_000;
const BUDGET = 12;
const PAGE_SIZE = 5;
const READING = { list: 'usageRecords', pageSize: PAGE_SIZE, isCountedByPage: true };

/** The source over these rows, and how many calls it makes. */
function openSource(rows: readonly SimulatedUsageRow[]) {
  const context = createTestCallContext('test', createCallBudget(BUDGET));
  const upstream = createSimulatedUpstream(
    'USAGE',
    createSimulatedUsageVendor(() => rows, {
      offsetUnit: 'records',
      clamp: 1_000,
      isFromInclusive: true,
      isToInclusive: true,
      dialect: 'camel',
      tie: () => (a, b) => (a.id < b.id ? -1 : 1),
    }),
    () => NOW,
  );
  const settings = {
    largestPage: PAGE_SIZE,
    maxScannedRows: 50,
    staleIfErrorMs: 0,
    age: { settleMs: 90_000, retentionMs: null },
  };
  const source = createUsageSource(
    { upstream, quirks: createUsageQuirks(), nowMs: NOW, settings },
    async ({ range, interval, timeZone }) => {
      context.callBudget.spend('USAGE', '/usage/analytics/activity');
      const totals = {
        count: rows.length,
        elements: new Map(),
        processTime: null,
        statuses: { success: 1, failed: 1 },
      };
      return {
        ...range,
        interval: interval ?? 'HOUR',
        timeZone,
        buckets: [],
        previous: [],
        totals,
        coverage: [],
      };
    },
    context,
  );
  return { source, calls: () => BUDGET - context.callBudget.remaining() };
}

const rowsArbitrary = fc
  .array(
    fc.record({ seconds: fc.integer({ min: 0, max: 3_600 }), ip: fc.constantFrom('10.0.0.1', '8.8.8.8') }),
    {
      maxLength: 40,
    },
  )
  .map((rows) =>
    rows.map(({ seconds, ip }, at) => ({ id: `r${at}`, timestampMs: FROM + seconds * 1_000, ip })),
  );

const filterArbitrary: fc.Arbitrary<UsageFilter> = fc.record(
  {
    hub: fc.constantFrom('crm', 'documents'),
    elementKeys: fc.subarray(['sfdc', 'box']),
    tags: fc.subarray(['a', 'b']),
    status: fc.constantFrom('SUCCESS', 'FAILED'),
    ipAddress: fc.constantFrom('10.0.0.0/8', '8.8.8.8'),
    userIds: fc.subarray(['1', '2']),
    processTime: fc.constantFrom({ gte: 100 }, { lt: 100 }, { gte: 1, lt: 1 }),
  },
  { requiredKeys: [] },
);

const questionArbitrary: fc.Arbitrary<ListQuestion<UsageFilter>> = fc.record({
  range: fc.constantFrom({ fromMs: FROM, toMs: NOW }, { fromMs: FROM, toMs: FROM + 600_000 }),
  filter: filterArbitrary,
  count: fc.integer({ min: 1, max: 20 }),
  direction: fc.constantFrom('DESC', 'ASC'),
  cursor: fc.constant(null),
  wantsPage: fc.boolean(),
  isCounted: fc.boolean(),
});

describe('the estimate of usage records', () => {
  test('a list makes at least the least calls, and no more than the most: random questions', async () => {
    await fc.assert(
      fc.asyncProperty(rowsArbitrary, questionArbitrary, async (rows, question) => {
        const { least, most } = boundsOf(estimateUsageList(question, READING), BUDGET);
        const { source, calls } = openSource(rows);
        if (question.wantsPage) await settle(source.listUsageRecords({ ...question, after: null }));
        if (question.isCounted) await settle(source.countUsageRecords(question.range, question.filter));
        expect(calls()).toBeGreaterThanOrEqual(least);
        expect(calls()).toBeLessThanOrEqual(most);
      }),
    );
  });

  test('a breakdown makes at least the least calls, and no more than the most: random requests', async () => {
    await fc.assert(
      fc.asyncProperty(rowsArbitrary, filterArbitrary, async (rows, filter) => {
        const request = { range: { fromMs: FROM, toMs: NOW }, filter };
        const { least, most } = boundsOf(estimateUsageBreakdown(request), BUDGET);
        const { source, calls } = openSource(rows);
        await settle(
          source.getUsageBreakdown({ ...request, by: ['ELEMENT'], edges: null, top: 5, wanted: new Set() }),
        );
        expect(calls()).toBeGreaterThanOrEqual(least);
        expect(calls()).toBeLessThanOrEqual(most);
      }),
    );
  });

  test('records by id make at least the least calls, and no more than the most: random ids', async () => {
    const key = fc
      .integer({ min: 0, max: 30 })
      .chain((id) =>
        fc.constantFrom(
          { id: `r${id}`, timestampMs: null },
          { id: `r${id}`, timestampMs: FROM + id * 1_000 },
        ),
      );
    const rows = Array.from({ length: 20 }, (_, at) => ({ id: `r${at}`, timestampMs: FROM + at * 1_000 }));
    await fc.assert(
      fc.asyncProperty(fc.array(key, { maxLength: 8 }), async (keys) => {
        const { least, most } = boundsOf(estimateUsageRecords(keys), BUDGET);
        const { source, calls } = openSource(rows);
        await Promise.all(keys.map(({ id, timestampMs }) => settle(source.getUsageRecord(id, timestampMs))));
        expect(calls()).toBeGreaterThanOrEqual(least);
        expect(calls()).toBeLessThanOrEqual(most);
      }),
    );
  });

  test('a filter that is refused has no estimate, but the same refusal', () => {
    const question = { ...fc.sample(questionArbitrary, 1)[0]!, filter: { hub: '' } };
    expect(() => estimateUsageList(question, READING)).toThrow(
      expect.objectContaining({ code: 'BAD_USER_INPUT', details: { argument: 'filter.hub' } }),
    );
  });

  test.each<[string, UsageFilter, object]>([
    ['nothing, if a list is empty', { tags: [] }, { kind: 'nothing' }],
    ['the vendor and the activity series', {}, { kind: 'read', isScan: false, countingSeries: 'activity' }],
    ['the series of statuses', { status: 'FAILED' }, { isScan: false, countingSeries: 'statuses' }],
    ['the series of elements', { elementKeys: ['box'] }, { isScan: false, countingSeries: 'elements' }],
    ['no series for both', { elementKeys: ['box'], status: 'FAILED' }, { countingSeries: null }],
    [
      'a scan for an address',
      { hub: 'crm', ipAddress: '10.0.0.1' },
      { isScan: true, countingSeries: null, query: [['hub', 'crm']] },
    ],
  ])('a filter is answered by %s', (_name, filter, split) => {
    expect(splitUsageFilter(filter)).toMatchObject(split);
  });
});

const DAY_MS = 86_400_000;
const seriesArbitrary = fc.subarray([...USAGE_SERIES]).map((series) => new Set(series));
const requestArbitrary: fc.Arbitrary<AnalyticsRequest> = fc.record({
  range: fc
    .record({ days: fc.integer({ min: 1, max: 40 }), offsetMs: fc.integer({ min: 0, max: DAY_MS }) })
    .map(({ days, offsetMs }) => ({
      fromMs: SERIES_NOW - days * DAY_MS - offsetMs,
      toMs: SERIES_NOW - offsetMs,
    })),
  interval: fc.constantFrom<(Interval | null)[]>(null, 'DAY', 'WEEK', 'MONTH'),
  timeZone: fc.constantFrom('UTC', 'Europe/Berlin'),
  series: seriesArbitrary,
  previous: fc
    .tuple(fc.subarray([null, 'P1M', 'P1Y']), seriesArbitrary)
    .map(([offsets, series]) => offsets.map((offset) => ({ offset, series }))),
});

describe('the estimate of analytics', () => {
  test('a request makes at least the least calls, and no more than the full answer: random requests', async () => {
    await fc.assert(
      fc.asyncProperty(requestArbitrary, async (request) => {
        const { calls: needs } = estimateUsageAnalytics(request, SERIES_NOW, SETTINGS);
        const { read, calls } = createReader({ log: [] });
        await read(request);
        const full = needs.flatMap((need) => need.full ?? []).reduce((sum, [, made]) => sum + made, 0);
        expect(calls.length).toBeGreaterThanOrEqual(boundsOf(needs, BUDGET).least);
        expect(calls.length).toBeLessThanOrEqual(full);
      }),
      { numRuns: 40 },
    );
  });

  test('a request that is refused has no estimate, but the same refusal', async () => {
    const range = { fromMs: SERIES_NOW - 40 * DAY_MS, toMs: SERIES_NOW };
    const request: AnalyticsRequest = {
      range,
      interval: 'DAY',
      timeZone: 'Asia/Kolkata',
      series: new Set(USAGE_SERIES),
      previous: [],
    };
    const refusal = expect.objectContaining({ code: 'LIMIT_EXCEEDED' });
    const { read, calls } = createReader({ log: [] });
    expect(() => estimateUsageAnalytics(request, SERIES_NOW, SETTINGS)).toThrow(refusal);
    await expect(read(request)).rejects.toEqual(refusal);
    expect(calls).toEqual([]);
  });
});
