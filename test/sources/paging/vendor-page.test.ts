import { describe, expect, test } from 'vitest';
import { readVendorPage } from '../../../src/sources/paging/vendor-page.ts';
import type { VendorPageQuery } from '../../../src/sources/paging/vendor-page.ts';
import type { UpstreamResponse } from '../../../src/upstream/upstream.ts';
import { createSimulatedUpstream, createTestCallContext } from '../../support/simulated-vendor.ts';

const settings = {
  largestPage: 10,
  maxScannedRows: 10,
  staleIfErrorMs: 0,
  age: { settleMs: 0, retentionMs: null },
};

const QUERY: VendorPageQuery<{ at: number }> = {
  source: 'EVENTS',
  operation: '/events',
  query: [],
  upperMs: 1000,
  unitMs: 1000,
  notFound: 'refusal',
  decodeRow: (at) => ({ at: Number(at) }),
};

const read = (response: UpstreamResponse, query: Partial<VendorPageQuery<{ at: number }>> = {}) =>
  readVendorPage(
    { upstream: createSimulatedUpstream('EVENTS', () => response), settings, nowMs: 0 },
    createTestCallContext(),
    { ...QUERY, ...query },
  );

const listOf = (length: number): UpstreamResponse => ({
  status: 200,
  headers: {},
  body: Array.from({ length }, (_, at) => at),
});

describe('a list', () => {
  test('of more rows than were asked for is read', async () => {
    const { entries } = await read(listOf(10_007));
    expect(entries).toHaveLength(10_007);
    expect(entries.at(-1)).toEqual({ at: 10_006 });
  });

  test('of far more rows than can have been asked for is refused before a row is looked at', async () => {
    let looks = 0;
    const flood = read(listOf(20_001), {
      decodeRow: () => {
        looks += 1;
        return { at: 0 };
      },
    });
    await expect(flood).rejects.toMatchObject({
      code: 'UPSTREAM_TOO_LARGE',
      source: 'EVENTS',
      operation: '/events',
    });
    expect(looks).toBe(0);
  });

  test.each([
    ['is asked for once more, and the answer to that is taken', [[null], [1, 2]], 2, 2],
    ['is taken for bad rows if it comes again', [[null], [null]], 1, 2],
    ['is no list without rows, which is asked for once', [[]], 0, 1],
  ] as const)('without any row that can be parsed %s', async (_name, answers, length, calls) => {
    const upstream = createSimulatedUpstream('EVENTS', () => ({
      status: 200,
      headers: {},
      body: answers[upstream.calls.length - 1],
    }));
    const { entries } = await readVendorPage({ upstream, settings, nowMs: 0 }, createTestCallContext(), {
      ...QUERY,
      decodeRow: (row) => (row === null ? { dropped: true, timestampMs: null } : { at: Number(row) }),
    });
    expect(entries).toHaveLength(length);
    expect(upstream.calls).toHaveLength(calls);
  });

  test('with status 404 is empty if the vendor uses it so, and a refusal otherwise', async () => {
    expect((await read({ status: 404 }, { notFound: 'empty' })).entries).toEqual([]);
    await expect(read({ status: 404 })).rejects.toMatchObject({ code: 'UPSTREAM_REJECTED', status: 404 });
  });
});
