import { describe, expect, test } from 'vitest';
import { RequestError, UpstreamError } from '../../../src/base/errors.ts';
import { listBucketEdges } from '../../../src/sources/shared/buckets.ts';
import type { UsageFigures } from '../../../src/sources/usage/breakdown.ts';
import { createUsageQuirks } from '../../../src/sources/usage/quirks.ts';
import { createUsageSource } from '../../../src/sources/usage/source.ts';
import type { UpstreamResponse } from '../../../src/upstream/upstream.ts';
import { createSimulatedUsageVendor } from '../../support/simulated-usage-vendor.ts';
import type { SimulatedUsageRow } from '../../support/simulated-usage-vendor.ts';
import { createSimulatedUpstream, createTestCallContext } from '../../support/simulated-vendor.ts';
import type { SeenCall } from '../../support/simulated-vendor.ts';
import { createFakeContext, NOW_MS } from '../fake-context.ts';
import { graphql } from '../generated/gql.ts';

const DAY_MS = 86_400_000;
const WEEK = { fromMs: NOW_MS - 7 * DAY_MS, toMs: NOW_MS };

/** The graph over a simulated vendor with these rows. */
function openGraph(
  rows: readonly SimulatedUsageRow[],
  answer?: (call: SeenCall) => UpstreamResponse | UpstreamError,
  maxScannedRows = 10_000,
) {
  const vendor = createSimulatedUsageVendor(() => rows, {
    offsetUnit: 'records',
    clamp: 1_000,
    isFromInclusive: true,
    isToInclusive: false,
    dialect: 'camel',
    tie: () => (a, b) => (a.id < b.id ? -1 : 1),
  });
  const upstream = createSimulatedUpstream('USAGE', answer ?? vendor, () => NOW_MS);
  const settings = {
    largestPage: 500,
    maxScannedRows,
    staleIfErrorMs: 0,
    age: { settleMs: 90_000, retentionMs: null },
  };
  const quirks = createUsageQuirks();
  // The vendor has given a long page.
  quirks.pages.note(1_000, 1_000, NOW_MS);
  const source = createUsageSource(
    { upstream, quirks, nowMs: NOW_MS, settings },
    () => Promise.reject(new Error('no series are asked for here')),
    createTestCallContext(),
  );
  return { ...createFakeContext({ usage: source }), vendorCalls: upstream.calls };
}

const rowAt = (time: string, fields: NonNullable<SimulatedUsageRow['fields']>, status = 'SUCCESS') => ({
  id: `r${time.replaceAll(/\D/g, '')}`,
  timestampMs: Date.parse(time),
  status,
  fields,
});
const ROWS: readonly SimulatedUsageRow[] = [
  rowAt('2026-11-18T08:00:00Z', { elementKey: 'sfdc', processTime: 100 }),
  rowAt('2026-11-18T09:00:00Z', { elementKey: 'sfdc', processTime: 120 }, 'FAILED'),
  rowAt('2026-11-18T22:59:59Z', { elementKey: 'box', processTime: 50 }),
  // From here on it is the 19th in Berlin.
  rowAt('2026-11-18T23:00:00Z', { elementKey: 'sfdc', processTime: 3_000 }),
  rowAt('2026-11-19T12:00:00Z', { elementKey: 'sfdc', processTime: 5_000 }, 'PENDING'),
  rowAt('2026-11-20T01:00:00Z', { processTime: null }),
];
const RANGE = 'range: { from: "2026-11-18T00:00:00Z", to: "2026-11-20T12:00:00Z" }';

describe('usageBreakdown', () => {
  test('answers from one scan which element got slow on which day', async () => {
    const { ask, vendorCalls } = openGraph(ROWS);
    const { data, errors } = await ask(
      `{ usageBreakdown(${RANGE}, by: [ELEMENT], interval: DAY, timeZone: "Europe/Berlin") {
           from to interval timeZone
           groups {
             key { dimension value } count statuses { success failed }
             processTime { min max avg p50 p95 p99 }
             buckets { timestamp end count statuses { success failed } processTime { p95 } }
           }
           other { count } coverage { status scanned matched }
         }
         slow: usageBreakdown(${RANGE}, by: [STATUS], top: 1) { groups { key { value } count buckets { count } } other { key { value } count processTime { max } } } }`,
    );
    expect(errors).toBeUndefined();
    const days = ['2026-11-17', '2026-11-18', '2026-11-19', '2026-11-20'].map(
      (day) => `${day}T23:00:00.000Z`,
    );
    const bucket = (at: number, count: number, success: number, failed: number, p95: number | null) => ({
      timestamp: days[at],
      end: days[at + 1],
      count,
      statuses: { success, failed },
      processTime: p95 === null ? null : { p95 },
    });
    expect(data?.['usageBreakdown']).toEqual({
      from: '2026-11-18T00:00:00.000Z',
      to: '2026-11-20T12:00:00.000Z',
      interval: 'DAY',
      timeZone: 'Europe/Berlin',
      groups: [
        {
          key: [{ dimension: 'ELEMENT', value: 'sfdc' }],
          count: 4,
          // PENDING is neither.
          statuses: { success: 2, failed: 1 },
          processTime: { min: 100, max: 5_000, avg: 2_055, p50: 120, p95: 5_000, p99: 5_000 },
          buckets: [bucket(0, 2, 1, 1, 120), bucket(1, 2, 1, 0, 5_000), bucket(2, 0, 0, 0, null)],
        },
        {
          key: [{ dimension: 'ELEMENT', value: 'box' }],
          count: 1,
          statuses: { success: 1, failed: 0 },
          processTime: { min: 50, max: 50, avg: 50, p50: 50, p95: 50, p99: 50 },
          buckets: [bucket(0, 1, 1, 0, 50), bucket(1, 0, 0, 0, null), bucket(2, 0, 0, 0, null)],
        },
        {
          key: [{ dimension: 'ELEMENT', value: null }],
          count: 1,
          statuses: { success: 1, failed: 0 },
          processTime: null,
          buckets: [bucket(0, 0, 0, 0, null), bucket(1, 0, 0, 0, null), bucket(2, 1, 1, 0, null)],
        },
      ],
      other: null,
      coverage: [{ status: 'COMPLETE', scanned: 6, matched: 6 }],
    });
    expect(data?.['slow']).toEqual({
      groups: [{ key: [{ value: 'SUCCESS' }], count: 4, buckets: null }],
      other: { key: [], count: 2, processTime: { max: 5_000 } },
    });
    expect(vendorCalls).toHaveLength(1);
  });

  test('groups by three dimensions, in the order asked for', async () => {
    const { ask } = openGraph(ROWS);
    const { data } = await ask(
      `{ usageBreakdown(${RANGE}, by: [STATUS, ELEMENT, METHOD]) { groups { key { dimension value } count } } }`,
    );
    expect(data).toMatchObject({
      usageBreakdown: {
        groups: [
          ['SUCCESS', 'sfdc', 2],
          ['FAILED', 'sfdc', 1],
          ['PENDING', 'sfdc', 1],
          ['SUCCESS', 'box', 1],
          ['SUCCESS', null, 1],
        ].map(([status, element, count]) => ({
          key: [
            { dimension: 'STATUS', value: status },
            { dimension: 'ELEMENT', value: element },
            { dimension: 'METHOD', value: null },
          ],
          count,
        })),
      },
    });
  });

  test('a range without records has no groups', async () => {
    const { ask } = openGraph([]);
    const { data } = await ask(
      '{ usageBreakdown(by: [ELEMENT], interval: HOUR) { from to groups { count } other { count } coverage { status } } }',
    );
    expect(data?.['usageBreakdown']).toEqual({
      from: '2026-11-14T12:00:00.000Z',
      to: '2026-11-21T12:00:00.000Z',
      groups: [],
      other: null,
      coverage: [{ status: 'FILLING' }, { status: 'COMPLETE' }],
    });
  });

  test('a scan that stops at its bound gives lower bounds, TRUNCATED', async () => {
    const many = Array.from({ length: 900 }, (_, at) => ({
      id: `r${at}`,
      timestampMs: NOW_MS - DAY_MS - at,
    }));
    const { read } = openGraph(many, undefined, 100);
    const { usageBreakdown } = await read(
      graphql(`
        query TruncatedBreakdown {
          usageBreakdown(by: [USER]) {
            groups {
              count
            }
            coverage {
              status
              code
              reason
            }
          }
        }
      `),
      {},
    );
    const { groups, coverage } = usageBreakdown!;
    expect(groups[0]?.count).toBeLessThan(900);
    expect(new Set(coverage.map(({ status, code }) => `${status} ${code}`))).toEqual(
      new Set(['TRUNCATED SCAN_LIMIT']),
    );
    expect(coverage[0]?.reason).toContain("ask for a shorter 'range' or a narrower 'filter'");
  });

  test('a vendor that fails leaves no groups and FAILED coverage, without an error', async () => {
    const failure = new UpstreamError({
      code: 'UPSTREAM_UNAVAILABLE',
      source: 'USAGE',
      operation: '/usage',
      message: 'The vendor is unavailable.',
    });
    const { ask } = openGraph([], () => failure);
    const { data, errors } = await ask(
      '{ usageBreakdown(by: [ELEMENT]) { groups { count } other { count } coverage { status code } } }',
    );
    expect([data, errors]).toEqual([
      { usageBreakdown: { groups: [], other: null, coverage: [{ status: 'FAILED', code: 'UPSTREAM' }] } },
      undefined,
    ]);
  });

  test('passes the range, the filter and the edges of the buckets to the source', async () => {
    const { ask, calls } = createFakeContext();
    await ask(
      '{ usageBreakdown(by: [ELEMENT, TAG], filter: { status: FAILED }, interval: DAY, top: 5) { groups { count } } }',
    );
    expect(calls).toEqual([
      [
        'getUsageBreakdown',
        expect.objectContaining({
          range: WEEK,
          filter: { status: 'FAILED' },
          by: ['ELEMENT', 'TAG'],
          edges: listBucketEdges(WEEK, 'DAY', 'UTC', 100),
          top: 5,
        }),
      ],
    ]);
  });

  test.each([
    ['groups { count }', []],
    ['groups { count } other { statuses { failed } }', ['STATUSES']],
    ['coverage { status } groups { buckets { ...B } }', ['PROCESS_TIME']],
  ])('the source is asked for no figure that is not selected: %s', async (selection, wanted) => {
    const { ask, calls } = createFakeContext();
    const fragment = selection.includes('...B')
      ? 'fragment B on UsageGroupBucket { processTime { p95 } }'
      : '';
    await ask(`{ usageBreakdown(by: [USER], interval: DAY) { ${selection} } } ${fragment}`);
    expect(calls).toMatchObject([['getUsageBreakdown', { wanted: new Set(wanted) }]]);
  });

  test('takes twenty groups in UTC without buckets by default', async () => {
    const { ask, calls } = createFakeContext();
    const { data } = await ask('{ usageBreakdown(by: [USER]) { interval timeZone groups { count } } }');
    expect(data?.['usageBreakdown']).toEqual({ interval: null, timeZone: 'UTC', groups: [] });
    expect(calls).toMatchObject([['getUsageBreakdown', { range: WEEK, filter: {}, edges: null, top: 20 }]]);
  });

  test('asks nothing if neither groups nor coverage are selected', async () => {
    const { ask, calls } = createFakeContext();
    const { data } = await ask('{ usageBreakdown(by: [USER], timeZone: "europe/berlin") { from timeZone } }');
    expect(data?.['usageBreakdown']).toEqual({ from: '2026-11-14T12:00:00.000Z', timeZone: 'Europe/Berlin' });
    expect(calls).toEqual([]);
  });

  test('equal counts of statuses have equal ids, and others have other ids', async () => {
    const figures: UsageFigures = { count: 1, statuses: { success: 1, failed: 0 }, processTime: null };
    const group = (...key: string[]) => ({ key, total: figures, buckets: [figures, figures] });
    const { ask } = createFakeContext({
      usage: {
        getUsageBreakdown: async () => ({ groups: [group('a'), group('b')], other: group(), coverage: [] }),
      },
    });
    const asked = (args: string) =>
      `usageBreakdown(by: [ELEMENT], range: { last: "P1D" }, interval: DAY${args}) { groups { ...G } other { ...G } }`;
    const { data } = await ask(
      `{ a: ${asked('')} b: ${asked('')} top: ${asked(', top: 1')} filter: ${asked(', filter: { status: FAILED }')} zone: ${asked(', timeZone: "Europe/Berlin"')} }
       fragment G on UsageGroup { statuses { id } buckets { statuses { id } } }`,
    );
    const idsOf = (name: string) =>
      [...JSON.stringify(data?.[name]).matchAll(/"id":"([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(idsOf('a')).size).toBe(9);
    expect(idsOf('b')).toEqual(idsOf('a'));
    // Only the group of all others depends on `top`.
    expect(idsOf('top').slice(0, 6)).toEqual(idsOf('a').slice(0, 6));
    const all = new Set(['a', 'top', 'filter', 'zone'].flatMap(idsOf));
    expect(all.size).toBe(9 + 3 + 9 + 9);
  });

  test.each([
    ['by: []', 'BAD_USER_INPUT', { argument: 'by' }],
    ['by: [ELEMENT, STATUS, API, USER]', 'BAD_USER_INPUT', { argument: 'by' }],
    ['by: [ELEMENT, STATUS, ELEMENT]', 'BAD_USER_INPUT', { argument: 'by' }],
    ['by: [USER], top: 0', 'BAD_USER_INPUT', { argument: 'top' }],
    [
      'by: [USER], top: 501',
      'LIMIT_EXCEEDED',
      { argument: 'top', limit: 'maxGroups', allowed: 500, requested: 501 },
    ],
    ['by: [USER], range: { last: "-P1D" }', 'BAD_USER_INPUT', { argument: 'range.last' }],
    [
      'by: [USER], interval: MINUTE',
      'LIMIT_EXCEEDED',
      { argument: 'interval', limit: 'maxBuckets', allowed: 2_000, requested: 10_080 },
    ],
    [
      'by: [USER], interval: HOUR, range: { last: "P30D" }, top: 100',
      'LIMIT_EXCEEDED',
      { argument: 'top', limit: 'maxGroupBuckets', allowed: 50_000, requested: 72_000 },
    ],
    ['by: [IP_ADDRESS]', 'FORBIDDEN', { argument: 'by' }],
    ['by: [USER], filter: { searchText: "bob" }', 'FORBIDDEN', { argument: 'filter.searchText' }],
  ])('refuses (%s) with %s before any call', async (args, code, details) => {
    const { askRaw, calls } = createFakeContext({ scopes: ['usage:read'] });
    const { data, errors } = await askRaw(`{ usageBreakdown(${args}) { groups { count } } }`);
    expect(data?.['usageBreakdown']).toBeNull();
    const refusal = errors?.[0]?.originalError;
    expect(refusal).toBeInstanceOf(RequestError);
    expect(refusal).toMatchObject({ code, details });
    expect(calls).toEqual([]);
  });

  test('a refusal of too many buckets of all groups names the largest top', async () => {
    const { ask } = createFakeContext();
    const asked = async (top: number) =>
      ask(
        `{ usageBreakdown(by: [USER], interval: HOUR, range: { last: "P30D" }, top: ${top}) { groups { count } } }`,
      );
    const { errors } = await asked(500);
    const [, most] = /Ask for 'top: (\d+)', a longer 'interval' or a shorter 'range'\./.exec(
      errors?.[0]?.message ?? '',
    )!;
    expect((await asked(Number(most))).errors).toBeUndefined();
    expect((await asked(Number(most) + 1)).errors).toHaveLength(1);
  });
});
