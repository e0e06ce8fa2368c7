import { describe, expect, test } from 'vitest';
import type { CoverageStatus } from '../../../src/sources/paging/coverage.ts';
import type { AnalyticsRequest, UsageAnalytics } from '../../../src/sources/usage/analytics/analytics.ts';
import { encodeUsageFilter } from '../../../src/sources/usage/filter.ts';
import { createUsageQuirks } from '../../../src/sources/usage/quirks.ts';
import { createUsageSource } from '../../../src/sources/usage/source.ts';
import { createCallBudget } from '../../../src/upstream/call-budget.ts';
import type { CallBudget } from '../../../src/upstream/call-budget.ts';
import { createSimulatedUsageVendor } from '../../support/simulated-usage-vendor.ts';
import type { SimulatedUsageRow } from '../../support/simulated-usage-vendor.ts';
import { createSimulatedUpstream, createTestCallContext } from '../../support/simulated-vendor.ts';

const NOW = Date.parse('2026-03-02T00:00:00.000Z');
const at = (text: string): number => Date.parse(`2026-03-01T${text}Z`);
const hour = { fromMs: at('10:00:00'), toMs: at('11:00:00') };

function openSource(
  options: {
    rows?: readonly SimulatedUsageRow[];
    status?: CoverageStatus;
    reason?: string;
    failed?: boolean;
    asOfMs?: number;
    retentionMs?: number;
    elements?: readonly (readonly [string, number])[];
    maxScannedRows?: number;
    callBudget?: CallBudget;
  } = {},
) {
  const asked: AnalyticsRequest[] = [];
  const upstream = createSimulatedUpstream(
    'USAGE',
    createSimulatedUsageVendor(() => options.rows ?? [], {
      offsetUnit: 'pages',
      clamp: 100,
      isFromInclusive: true,
      isToInclusive: true,
      dialect: 'snake',
      tie: () => (a, b) => (a.id < b.id ? -1 : 1),
    }),
    () => NOW,
  );
  const analytics = async (request: AnalyticsRequest): Promise<UsageAnalytics> => {
    asked.push(request);
    return {
      ...request.range,
      interval: request.interval ?? 'HOUR',
      timeZone: 'UTC',
      buckets: [],
      previous: [],
      totals: {
        count: options.failed ? null : 120,
        elements: new Map(
          options.elements ?? [
            ['box', 40],
            ['sfdc', 30],
          ],
        ),
        processTime: null,
        statuses: { success: 100, failed: 20 },
      },
      coverage: [
        {
          source: 'USAGE',
          operation: '/usage/analytics/activity',
          status: options.status ?? 'COMPLETE',
          ...request.range,
          asOfMs: options.asOfMs ?? NOW,
          origin: 'VENDOR',
          scanned: null,
          matched: null,
          dropped: 0,
          code: null,
          reason: options.reason ?? null,
        },
      ],
    };
  };
  const settings = {
    largestPage: 100,
    maxScannedRows: options.maxScannedRows ?? 1_000,
    staleIfErrorMs: 0,
    age: { settleMs: 90_000, retentionMs: options.retentionMs ?? null },
  };
  const source = createUsageSource(
    { upstream, quirks: createUsageQuirks(), nowMs: NOW, settings },
    analytics,
    createTestCallContext('test', options.callBudget),
  );
  return { source, asked, upstream };
}

describe('a count of usage records', () => {
  test.each([
    ['an hour', hour, 'HOUR'],
    ['minutes', { fromMs: at('10:07:00'), toMs: at('11:00:00') }, 'MINUTE'],
    ['days', { fromMs: Date.parse('2026-01-01T00:00:00Z'), toMs: Date.parse('2026-02-01T00:00:00Z') }, 'DAY'],
  ])(
    'is exact if the series is complete and its buckets begin and end with the range: %s',
    async (_, range, interval) => {
      const { source, asked } = openSource();
      expect(await source.countUsageRecords(range, {})).toEqual({ value: 120, accuracy: 'EXACT' });
      expect(asked).toMatchObject([{ range, interval, timeZone: 'UTC' }]);
    },
  );

  test.each([
    ['its edges fall between buckets', { fromMs: at('10:00:00.001'), toMs: at('11:00:00') }],
    ['its buckets would be too many', { fromMs: Date.parse('2025-01-01T00:01:00Z'), toMs: at('11:00:00') }],
  ])('is an estimate if %s', async (_, range) => {
    const { source, asked } = openSource();
    expect(await source.countUsageRecords(range, {})).toEqual({ value: 120, accuracy: 'ESTIMATE' });
    expect(asked).toMatchObject([{ interval: null }]);
  });

  test.each(['FILLING', 'STALE', 'TRUNCATED', 'EXPIRED'] as const)(
    'is an estimate if the series is %s',
    async (status) => {
      expect(await openSource({ status }).source.countUsageRecords(hour, {})).toMatchObject({
        accuracy: 'ESTIMATE',
      });
    },
  );

  test('is an estimate if the series was read before the operation, because the list may have changed since', async () => {
    const kept = openSource({ asOfMs: NOW - 1 }).source;
    expect(await kept.countUsageRecords(hour, {})).toEqual({ value: 120, accuracy: 'ESTIMATE' });
    const readNow = openSource({ asOfMs: NOW + 1 }).source;
    expect(await readNow.countUsageRecords(hour, {})).toEqual({ value: 120, accuracy: 'EXACT' });
  });

  test('is null if the sum of the elements is too large to be exact', async () => {
    const { source } = openSource({
      elements: [
        ['box', Number.MAX_SAFE_INTEGER],
        ['sfdc', 1],
      ],
    });
    expect(await source.countUsageRecords(hour, { elementKeys: ['box', 'sfdc'] })).toBeNull();
  });

  test('is an estimate if the series contradict each other', async () => {
    const { source } = openSource({ reason: 'sums differ' });
    expect(await source.countUsageRecords(hour, {})).toMatchObject({ accuracy: 'ESTIMATE' });
  });

  test('is null if the series failed', async () => {
    expect(await openSource({ failed: true }).source.countUsageRecords(hour, {})).toBeNull();
  });

  test.each([
    ['elements', { elementKeys: ['box', 'box', 'none'] }, 40, 'elements'],
    ['a status', { status: 'FAILED' as const }, 20, 'statuses'],
    ['the other status', { status: 'SUCCESS' as const }, 100, 'statuses'],
  ])('by %s comes from the series of that filter', async (_, filter, value, series) => {
    const { source, asked } = openSource();
    expect(await source.countUsageRecords(hour, filter)).toEqual({ value, accuracy: 'EXACT' });
    expect([...asked[0]!.series]).toEqual([series]);
  });

  test.each([
    { hub: 'crm' },
    { tags: ['a'] },
    { searchText: 'x' },
    { elementKeys: ['box'], status: 'FAILED' as const },
  ])('without a series for its filter takes a scan: %j', async (filter) => {
    const rows = Array.from({ length: 250 }, (_, n) => ({
      id: `a${String(n).padStart(4, '0')}`,
      timestampMs: hour.fromMs + n * 1000,
    }));
    const whole = openSource({ rows });
    expect(await whole.source.countUsageRecords(hour, filter)).toEqual({ value: 250, accuracy: 'EXACT' });
    expect([whole.asked.length, whole.upstream.calls.length]).toEqual([0, 3]);
    for (const { query } of whole.upstream.calls)
      expect(query).toEqual(expect.arrayContaining([...encodeUsageFilter(filter)]));

    const bounded = openSource({ rows, maxScannedRows: 150 });
    const count = await bounded.source.countUsageRecords(hour, filter);
    expect(count).toMatchObject({ accuracy: 'AT_LEAST' });
    expect(count!.value).toBeGreaterThanOrEqual(150);
    expect(bounded.upstream.calls).toHaveLength(2);
  });

  test('has a share of the call budget, as every scan', async () => {
    const rows = Array.from({ length: 2_500 }, (_, n) => ({
      id: `a${String(n).padStart(4, '0')}`,
      timestampMs: hour.fromMs + n * 1000,
    }));
    const callBudget = createCallBudget(20);
    callBudget.share({ keptFromScans: 10, scans: 2, counts: 1 });
    const { source, upstream } = openSource({ rows, callBudget });
    expect(await source.countUsageRecords(hour, { hub: 'crm' })).toMatchObject({ accuracy: 'AT_LEAST' });
    expect(upstream.calls).toHaveLength(5);
  });

  test('is exactly zero, without a call, if nothing can match', async () => {
    const { source, asked } = openSource();
    expect(await source.countUsageRecords(hour, { tags: [] })).toEqual({ value: 0, accuracy: 'EXACT' });
    expect(asked).toEqual([]);
  });

  test('by address takes a scan, and is exact or a lower bound', async () => {
    const rows = Array.from({ length: 300 }, (_, n) => ({
      id: `a${String(n).padStart(4, '0')}`,
      timestampMs: hour.fromMs + n * 1000,
      ip: n % 3 === 0 ? '203.0.113.9' : '10.0.0.1',
    }));
    const filter = { ipAddress: '203.0.113.9' };
    expect(await openSource({ rows }).source.countUsageRecords(hour, filter)).toEqual({
      value: 100,
      accuracy: 'EXACT',
    });
    const bounded = await openSource({ rows, maxScannedRows: 150 }).source.countUsageRecords(hour, filter);
    expect(bounded).toMatchObject({ accuracy: 'AT_LEAST' });
    expect(bounded!.value).toBeLessThan(100);
  });

  test('is exact and costs no call after a page with the whole list', async () => {
    const { source, asked } = openSource({ rows: [{ id: 'a', timestampMs: hour.fromMs }] });
    await source.listUsageRecords({ range: hour, filter: {}, count: 50, direction: 'DESC', after: null });
    expect(await source.countUsageRecords(hour, {})).toEqual({ value: 1, accuracy: 'EXACT' });
    expect(asked).toEqual([]);
  });

  test("is a lower bound if the range begins before the vendor's retention, by such a page and by a scan", async () => {
    const page = { range: hour, count: 50, direction: 'DESC', after: null } as const;
    for (const filter of [{}, { ipAddress: '203.0.113.9' }]) {
      const { source } = openSource({ retentionMs: 3_600_000 });
      await source.listUsageRecords({ ...page, filter });
      expect(await source.countUsageRecords(hour, filter)).toEqual({ value: 0, accuracy: 'AT_LEAST' });
      const scanned = openSource({ retentionMs: 3_600_000 }).source;
      expect(await scanned.countUsageRecords(hour, { ipAddress: '203.0.113.9' })).toEqual({
        value: 0,
        accuracy: 'AT_LEAST',
      });
    }
  });
});

describe('a usage filter', () => {
  test.each([
    [{ hub: '' }, 'filter.hub'],
    [{ searchText: 'a\nb' }, 'filter.searchText'],
    [{ searchText: 'x'.repeat(257) }, 'filter.searchText'],
    [{ elementKeys: ['ok', 'a\u0000'] }, 'filter.elementKeys'],
    [{ tags: Array.from({ length: 51 }, () => 'a') }, 'filter.tags'],
  ])(
    'with a value that must not reach the vendor is refused by its argument: %#',
    async (filter, argument) => {
      const { source, upstream } = openSource();
      const page = source.listUsageRecords({ range: hour, filter, count: 1, direction: 'DESC', after: null });
      await expect(page).rejects.toMatchObject({ code: 'BAD_USER_INPUT', details: { argument } });
      expect(upstream.calls).toEqual([]);
    },
  );

  test('is sent as the vendor spells it', async () => {
    const { source, upstream } = openSource();
    const filter = {
      hub: 'crm',
      elementKeys: ['a', 'b'],
      tags: ['c'],
      status: 'FAILED' as const,
      searchText: 'd e',
    };
    await source.listUsageRecords({ range: hour, filter, count: 1, direction: 'DESC', after: null });
    expect(upstream.calls[0]?.query.slice(0, 6)).toEqual([
      ['hub', 'crm'],
      ['keys[]', 'a'],
      ['keys[]', 'b'],
      ['tags[]', 'c'],
      ['status', 'FAILED'],
      ['searchText', 'd e'],
    ]);
  });
});

describe('a record by id', () => {
  test.each(['..', 'a/b', 'a'.repeat(65), '', 'é'])(
    'is null without a call if the text can be no id: %j',
    async (id) => {
      const { source, upstream } = openSource();
      expect(await source.getUsageRecord(id, null)).toBeNull();
      expect(upstream.calls).toEqual([]);
    },
  );

  test('of a list costs no call of its own', async () => {
    const { source, upstream } = openSource({ rows: [{ id: 'abc', timestampMs: hour.fromMs }] });
    await source.listUsageRecords({ range: hour, filter: {}, count: 50, direction: 'DESC', after: null });
    const asked = upstream.calls.length;
    for (const timestampMs of [null, hour.fromMs])
      expect(await source.getUsageRecord('abc', timestampMs)).toMatchObject({ id: 'abc' });
    expect(upstream.calls).toHaveLength(asked);
  });

  test('is null if there is no such record', async () => {
    expect(await openSource().source.getUsageRecord('abc', null)).toBeNull();
  });
});
