import { describe, expect, test } from 'vitest';
import { UpstreamError } from '../../../src/base/errors.ts';
import { createUsageQuirks } from '../../../src/sources/usage/quirks.ts';
import { createUsageSource } from '../../../src/sources/usage/source.ts';
import { createCallBudget } from '../../../src/upstream/call-budget.ts';
import { createSimulatedUsageVendor } from '../../support/simulated-usage-vendor.ts';
import { createSimulatedUpstream, createTestCallContext } from '../../support/simulated-vendor.ts';

const NOW = Date.parse('2026-03-04T12:00:00.000Z');
const HOUR_MS = 3_600_000;
const range = { fromMs: NOW - 12 * 3_600_000, toMs: NOW - 600_000 };
const log = Array.from({ length: 12_000 }, (_, at) => ({
  id: at.toString(16).padStart(24, '0'),
  timestampMs: range.toMs - 1 - at * 3_000,
  ip: at % 1_000 === 999 ? '203.0.113.9' : '10.0.0.1',
}));

interface Vendor {
  readonly clamp?: number;
  /** The vendor refuses to give more rows at once. */
  readonly refusesAbove?: number;
}

function openVendor({ clamp = 10_000, refusesAbove = Infinity }: Vendor = {}) {
  const limit = { refusesAbove };
  const vendor = createSimulatedUsageVendor(() => log, {
    offsetUnit: 'records',
    clamp,
    isFromInclusive: true,
    isToInclusive: false,
    dialect: 'snake',
    tie: () => (a, b) => (a.id < b.id ? 1 : -1),
  });
  const sizes: number[] = [];
  const upstream = createSimulatedUpstream(
    'USAGE',
    (call) => {
      const size = Number(new Map(call.query).get('pageSize'));
      sizes.push(size);
      if (size <= limit.refusesAbove) return vendor(call);
      return new UpstreamError({
        code: 'UPSTREAM_REJECTED',
        source: 'USAGE',
        operation: '/usage',
        status: 400,
        message: 'The vendor refused the request with status 400.',
      });
    },
    () => NOW,
  );
  const deps = {
    upstream,
    quirks: createUsageQuirks(),
    nowMs: NOW,
    settings: {
      largestPage: 200,
      scanPage: 2_000,
      maxScannedRows: 10_000,
      staleIfErrorMs: 0,
      age: { settleMs: 90_000, retentionMs: null },
    },
  };
  const noSeries = () => Promise.reject(new Error('no series are asked for here'));
  const read = async (filter: { ipAddress?: string }, budget: number, scans = 1, nowMs = NOW) => {
    const callBudget = createCallBudget(budget);
    callBudget.share({ keptFromScans: 0, scans, counts: 0 });
    sizes.length = 0;
    const source = createUsageSource({ ...deps, nowMs }, noSeries, createTestCallContext('test', callBudget));
    const page = await source.listUsageRecords({ range, filter, count: 50, direction: 'DESC', after: null });
    const scanned = page.coverage.reduce((sum, entry) => sum + (entry.scanned ?? 0), 0);
    return { page, scanned, sizes: [...sizes], codes: page.coverage.map(({ code }) => code) };
  };
  return { read, limit };
}
const filter = { ipAddress: '203.0.113.9' };

describe('a scan', () => {
  test.each([
    [20, 1],
    [20, 2],
  ])('reaches its 10,000 rows within its share of %i calls for %i scans', async (budget, scans) => {
    const { page, scanned, sizes, codes } = await openVendor().read(filter, budget, scans);
    expect(scanned).toBeGreaterThanOrEqual(10_000);
    expect(codes).toEqual(['SCAN_LIMIT']);
    expect(sizes.length).toBeLessThanOrEqual(budget / scans);
    expect(page.rows).toHaveLength(10);
  });

  test('asks for no page larger than allowed, and coverage names the bound that stopped it', async () => {
    const { scanned, sizes, codes } = await openVendor().read(filter, 4);
    expect(Math.max(...sizes)).toBe(2_000);
    expect(scanned).toBeLessThan(8_000);
    expect(codes).toEqual(['CALL_BUDGET']);
  });

  test('reads what the vendor gives if it lowers the page size', async () => {
    const { scanned, codes } = await openVendor({ clamp: 200 }).read(filter, 20);
    expect(scanned).toBeGreaterThan(3_900);
    expect(codes).toEqual(['CALL_BUDGET']);
  });

  test('asks a vendor that refuses a large page for a smaller one, and remembers the refusal', async () => {
    const { read } = openVendor({ refusesAbove: 200 });
    const first = await read(filter, 20);
    expect(first.sizes.slice(0, 2)).toEqual([expect.any(Number), 200]);
    expect(first.sizes.filter((size) => size > 200)).toHaveLength(1);
    expect(first.codes).toEqual(['CALL_BUDGET']);
    const second = await read(filter, 20);
    expect(Math.max(...second.sizes)).toBe(200);
    expect(second.scanned).toBeGreaterThan(3_900);
  });

  test('asks for a large page again after an hour, and remembers the refusal for another hour', async () => {
    const { read } = openVendor({ refusesAbove: 200 });
    const sizesAt = async (nowMs: number) => (await read(filter, 20, 1, nowMs)).sizes;
    const isRefused = (sizes: readonly number[]) => [sizes[0]! > 200, Math.max(...sizes.slice(1))];
    expect(isRefused(await sizesAt(NOW))).toEqual([true, 200]);
    expect(isRefused(await sizesAt(NOW + HOUR_MS))).toEqual([false, 200]);
    expect(isRefused(await sizesAt(NOW + HOUR_MS + 1))).toEqual([true, 200]);
    expect(isRefused(await sizesAt(NOW + 2 * HOUR_MS))).toEqual([false, 200]);
  });

  test('reads an upgraded vendor in large pages an hour after the refusal', async () => {
    const { read, limit } = openVendor({ refusesAbove: 200 });
    await read(filter, 20);
    limit.refusesAbove = Infinity;
    const { scanned, sizes, codes } = await read(filter, 20, 1, NOW + HOUR_MS + 1);
    expect(Math.max(...sizes)).toBeGreaterThan(200);
    expect(scanned).toBeGreaterThanOrEqual(10_000);
    expect(codes).toEqual(['SCAN_LIMIT']);
  });

  test('fails if the vendor refuses small pages too, and remembers nothing', async () => {
    const { read, limit } = openVendor({ refusesAbove: 0 });
    await expect(read(filter, 20)).rejects.toMatchObject({ code: 'UPSTREAM_REJECTED' });
    limit.refusesAbove = Infinity;
    expect(Math.max(...(await read(filter, 20)).sizes)).toBeGreaterThan(200);
  });
});

describe('a page', () => {
  test('without a scan asks for no more rows than it needs', async () => {
    const { page, sizes } = await openVendor().read({}, 20);
    expect(sizes).toEqual([60]);
    expect(page.rows).toHaveLength(50);
  });
});
