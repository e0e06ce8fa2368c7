import { describe, expect, test } from 'vitest';
import '../../../../src/graph/usage/queries.ts';
import { createReader, logCalls } from '../../../sources/usage/analytics/simulated-vendor.ts';
import type { VendorOptions } from '../../../sources/usage/analytics/simulated-vendor.ts';
import { createFakeContext, NOW_MS } from '../../fake-context.ts';
import { byIdAlone, byTypeAndId, createNormalisingCache } from './normalising-cache.ts';

const LOG = logCalls({ fromMs: NOW_MS - 90 * 86_400_000, toMs: NOW_MS }, 3_000);

/** The graph over a simulated vendor. */
function createGraph(options: Partial<VendorOptions> = {}) {
  const { read, calls } = createReader({ log: LOG, ...options }, {}, NOW_MS);
  const { ask } = createFakeContext({ usage: { getUsageAnalytics: read } });
  return {
    calls,
    async ask(
      selection: string,
      args = 'range: { from: "2026-11-01T00:00:00Z", to: "2026-11-08T00:00:00Z" }',
    ) {
      const { data, errors } = await ask(`{ usageAnalytics(${args}) { ${selection} } }`);
      return { answer: data?.['usageAnalytics'] as Record<string, never>, errors };
    },
  };
}

describe('calls for a selection', () => {
  test.each([
    ['id from to interval timeZone __typename', 0],
    ['buckets { id timestamp end cut filling } totals { id } coverage { status }', 0],
    ['buckets { count }', 1],
    ['totals { count }', 1],
    ['buckets { count elements(top: 3) { elementKey } } totals { elements { count } elementCount }', 2],
    ['totals { elementCount }', 1],
    ['totals { successRate }', 1],
    ['totals { successRate statuses { failed } } buckets { statuses { success } }', 1],
    ['totals { processTime { avg } }', 1],
    ['buckets { count elements { count } processTime { max } statuses { failed } }', 4],
    ['previous { totals { count } }', 1],
    ['buckets { count } previous { buckets { count } }', 1],
    ['totals { count successRate } previous { totals { count successRate } }', 2],
    [
      'totals { count } week: previous { totals { count } } month: previous(offset: "P1M") { totals { count } }',
      1,
    ],
    ['... on UsageAnalytics { all: totals { n: count } } totals @skip(if: true) { successRate }', 1],
  ])('%s: %i', async (selection, count) => {
    const { ask, calls } = createGraph();
    const { errors } = await ask(selection);
    expect(errors).toBeUndefined();
    expect(calls).toHaveLength(count);
  });

  test('two charts in one operation over one range share their calls', async () => {
    const { read, calls } = createReader({ log: LOG }, {}, NOW_MS);
    const { ask } = createFakeContext({ usage: { getUsageAnalytics: read } });
    await ask(
      '{ a: usageAnalytics(range: { last: "P7D" }) { buckets { count } } b: usageAnalytics(range: { last: "P7D" }) { totals { count successRate } } }',
    );
    expect(calls).toHaveLength(2);
  });
});

describe('an answer', () => {
  test('returns the exact range, and the interval that was chosen', async () => {
    const { ask } = createGraph();
    const { answer } = await ask(
      'from to interval timeZone',
      'range: { last: "P7D" }, timeZone: "Europe/Berlin"',
    );
    expect(answer).toEqual({
      from: new Date(NOW_MS - 7 * 86_400_000).toISOString(),
      to: new Date(NOW_MS).toISOString(),
      interval: 'DAY',
      timeZone: 'Europe/Berlin',
    });
  });

  test('shows the same elements in the same order in every bucket, with zeros', async () => {
    const log = ['box', 'box', 'twilio', 'sap'].map((element, day) => ({
      atMs: Date.parse('2026-11-01T00:00:00Z') + day * 86_400_000,
      element,
      failed: false,
      ms: 1,
    }));
    const { ask } = createGraph({ log });
    const { answer } = await ask(
      'buckets { elements(top: 2) { elementKey count } } totals { elements(top: 2) { elementKey count } elementCount none: elements(keys: []) { count } }',
    );
    const { buckets, totals } = answer as unknown as { buckets: unknown[]; totals: unknown };
    expect(totals).toEqual({
      elements: [
        { elementKey: 'box', count: 2 },
        { elementKey: 'sap', count: 1 },
      ],
      elementCount: 3,
      none: [],
    });
    expect(buckets[2]).toEqual({
      elements: [
        { elementKey: 'box', count: 0 },
        { elementKey: 'sap', count: 0 },
      ],
    });
  });

  test('has zero calls, no rate and no times if nothing was called', async () => {
    const { ask } = createGraph({ log: [] });
    const { answer, errors } = await ask(
      'totals { count elementCount successRate processTime { avg } statuses { success failed } elements(top: 3) { count } }',
    );
    expect(errors).toBeUndefined();
    expect(answer['totals']).toEqual({
      count: 0,
      elementCount: 0,
      successRate: null,
      processTime: null,
      statuses: { success: 0, failed: 0 },
      elements: [],
    });
  });

  test('of a series that cannot be parsed is null, reported once in coverage, without an error', async () => {
    const { ask } = createGraph({
      answer: (operation, rows) => (operation.endsWith('/activity') ? { oops: true } : rows),
    });
    const { answer, errors } = await ask(
      'totals { count successRate } buckets { count statuses { failed } } coverage { operation status code asOf reason }',
    );
    expect(errors).toBeUndefined();
    const { totals, buckets, coverage } = answer as unknown as {
      totals: object;
      buckets: object[];
      coverage: object[];
    };
    expect(totals).toMatchObject({ count: null, successRate: expect.any(Number) as number });
    expect(buckets.map((bucket) => 'count' in bucket && bucket.count)).toEqual(
      Array.from({ length: 7 }, () => null),
    );
    expect(coverage).toMatchObject([
      {
        operation: '/usage/analytics/activity',
        status: 'FAILED',
        code: 'UPSTREAM',
        asOf: null,
        reason: 'UPSTREAM_BAD_RESPONSE: The answer could not be parsed.',
      },
      { operation: '/usage/analytics/statuses', status: 'COMPLETE', code: null, reason: null },
    ]);
  });

  test('returns each earlier period under its own offset', async () => {
    const { ask } = createGraph();
    const { answer } = await ask(
      'before: previous { from to } month: previous(offset: "P1M") { from to buckets { timestamp } totals { count } coverage { operation status } }',
    );
    expect(answer).toMatchObject({
      before: { from: '2026-10-25T00:00:00.000Z', to: '2026-11-01T00:00:00.000Z' },
      month: { from: '2026-10-01T00:00:00.000Z', to: '2026-10-08T00:00:00.000Z' },
    });
    const month = answer['month'] as unknown as { buckets: unknown[]; coverage: unknown[] };
    expect(month.buckets).toHaveLength(7);
    expect(month.coverage).toEqual([{ operation: '/usage/analytics/activity', status: 'COMPLETE' }]);
  });
});

describe('a refusal', () => {
  test.each([
    ['buckets { elements(top: 0) { count } }'],
    ['totals { elements(top: -1) { count } }'],
    ['previous { buckets { elements(top: 0) { count } } }'],
  ])('of %s is one error, before any call', async (selection) => {
    const { ask, calls } = createGraph();
    const { errors } = await ask(selection);
    expect(errors?.map(({ message }) => message)).toEqual(["'elements.top' must be at least 1."]);
    expect(calls).toEqual([]);
  });

  test('of an invalid offset comes before any call', async () => {
    const { ask, calls } = createGraph();
    const { errors } = await ask('totals { count } previous(offset: "-P1D") { totals { count } }');
    expect(errors).toHaveLength(1);
    expect(calls).toEqual([]);
  });
});

describe.each([
  ['by type and id', byTypeAndId],
  ['by id alone', byIdAlone],
])("a client's cache that keys objects %s", (_name, keyOf) => {
  const chart = (
    fields: string,
    args = 'range: { from: "2026-11-01T00:00:00Z", to: "2026-11-08T00:00:00Z" }',
  ) => `{ usageAnalytics(${args}) { __typename id ${fields} } }`;
  const counts = 'buckets { __typename id timestamp count } totals { __typename id count }';
  const times =
    'buckets { __typename id processTime { __typename id avg } } totals { __typename id successRate statuses { __typename id success } }';
  const peaks =
    'buckets { __typename id processTime { __typename id max } } totals { __typename id statuses { __typename id failed } }';
  const elements = (top: number) =>
    `buckets { __typename id elements(top: ${top}) { __typename id elementKey count } }`;
  const previous =
    'previous { __typename id buckets { __typename id count } totals { __typename id count } }';

  test('holds several charts over one range, and none evicts or changes another', async () => {
    const { read } = createReader({ log: LOG }, {}, NOW_MS);
    const { ask } = createFakeContext({ usage: { getUsageAnalytics: read } });
    const cache = createNormalisingCache(keyOf);
    const other = 'range: { from: "2026-11-01T00:00:00Z", to: "2026-11-07T12:00:00Z" }';
    const weeks = 'range: { from: "2026-11-01T00:00:00Z", to: "2026-11-08T00:00:00Z" }, interval: WEEK';
    const kolkata =
      'range: { from: "2026-11-01T00:00:00Z", to: "2026-11-08T00:00:00Z" }, timeZone: "Asia/Kolkata"';
    const queries = [
      ...[counts, times, peaks, elements(1), elements(3), previous].map((fields) => chart(fields)),
      ...[other, weeks, kolkata].flatMap((args) => [chart(counts, args), chart(peaks, args)]),
      chart(counts, 'range: { from: "2026-10-25T00:00:00Z", to: "2026-11-01T00:00:00Z" }'),
    ];
    const answers = [];
    for (const query of queries) {
      const { data, errors } = await ask(query);
      expect(errors).toBeUndefined();
      answers.push(data);
      cache.write(query, data as Record<string, unknown>);
    }
    for (const [index, query] of queries.entries()) expect(cache.read(query)).toEqual(answers[index]);
  });
});
