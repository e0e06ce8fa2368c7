import { describe, expect, test } from 'vitest';
import { UpstreamError } from '../../../src/base/errors.ts';
import { createUsageQuirks } from '../../../src/sources/usage/quirks.ts';
import { createUsageSource } from '../../../src/sources/usage/source.ts';
import { createCallBudget } from '../../../src/upstream/call-budget.ts';
import type { UpstreamResponse } from '../../../src/upstream/upstream.ts';
import { createSimulatedUsageVendor } from '../../support/simulated-usage-vendor.ts';
import type { SimulatedUsageRow } from '../../support/simulated-usage-vendor.ts';
import { createSimulatedUpstream, createTestCallContext } from '../../support/simulated-vendor.ts';
import type { SeenCall } from '../../support/simulated-vendor.ts';

const NOW = Date.parse('2026-03-04T12:00:00.000Z');
type Answer = UpstreamResponse | UpstreamError;

interface Settings {
  readonly budget?: number;
  readonly clamp?: number;
  readonly answer?: (call: SeenCall, vendor: (call: SeenCall) => Answer) => Answer;
}

/** A new operation over a vendor that holds `rows`, three in each second. */
function openSource(rows: readonly SimulatedUsageRow[], { budget, clamp = 1_000, answer }: Settings = {}) {
  const vendor = createSimulatedUsageVendor(() => rows, {
    offsetUnit: 'records',
    clamp,
    isFromInclusive: true,
    isToInclusive: false,
    dialect: 'snake',
    tie: () => (a, b) => (a.id < b.id ? 1 : -1),
  });
  const upstream = createSimulatedUpstream(
    'USAGE',
    (call) => (answer ? answer(call, vendor) : vendor(call)),
    () => NOW,
  );
  const quirks = createUsageQuirks();
  quirks.pages.note(60, 60, NOW);
  const deps = {
    upstream,
    // A longer page has been read before, so a shorter one is the last.
    quirks,
    nowMs: NOW,
    settings: {
      largestPage: 200,
      maxScannedRows: 10_000,
      staleIfErrorMs: 86_400_000,
      age: { settleMs: 90_000, retentionMs: null },
    },
  };
  const noSeries = () => Promise.reject(new Error('no series are asked for here'));
  const source = createUsageSource(
    deps,
    noSeries,
    createTestCallContext('test', createCallBudget(budget ?? 1_000_000)),
  );
  return {
    source,
    find: (keys: readonly (readonly [id: string, timestampMs: number | null])[]) =>
      Promise.allSettled(keys.map(([id, timestampMs]) => source.getUsageRecord(id, timestampMs))),
    operations: () => upstream.calls.map(({ operation }) => operation),
  };
}

const log = Array.from({ length: 9_000 }, (_, at) => ({
  id: at.toString(16).padStart(24, '0'),
  timestampMs: NOW - 3_600_000 + at * 333,
}));
const keyOf = ({ id, timestampMs }: SimulatedUsageRow) => [id, timestampMs] as const;
const LIST = '/usage';
const BY_ID = '/usage/{id}';

describe('records by id and time', () => {
  test('of one page of 50 cost one call of the list, not fifty calls by id', async () => {
    const page = log.slice(4_000, 4_050).toReversed();
    const { find, operations } = openSource(log);
    const found = await find(page.map(keyOf));
    expect(found).toMatchObject(page.map(({ id }) => ({ value: { id } })));
    expect(operations()).toEqual([LIST]);
  });

  test('are equal by the list and by id', async () => {
    const page = log.slice(4_000, 4_050);
    const byTime = await openSource(log).find(page.map(keyOf));
    const byId = await openSource(log).find(page.map(({ id }) => [id, null]));
    expect(byTime).toEqual(byId);
  });

  test('of a page that a filter has spread out cost one call each at most', async () => {
    const spread = log.filter((_, at) => at % 900 === 0);
    const { find, operations } = openSource(log);
    expect(await find(spread.map(keyOf))).toMatchObject(spread.map(({ id }) => ({ value: { id } })));
    expect(operations()).toEqual(spread.map(() => LIST));
  });

  test('are read by id if there is only one, or if their times are unknown', async () => {
    const [a, b, c] = [log[1]!, log[2]!, log[8_000]!];
    const single = openSource(log);
    expect(await single.find([keyOf(a)])).toMatchObject([{ value: { id: a.id } }]);
    expect(single.operations()).toEqual([BY_ID]);
    const mixed = openSource(log);
    const found = await mixed.find([keyOf(a), [b.id, null], keyOf(c), keyOf(a)]);
    expect(found).toMatchObject([a, b, c, a].map(({ id }) => ({ value: { id } })));
    expect(mixed.operations().toSorted()).toEqual([LIST, LIST, BY_ID]);
  });

  test('are found by id if their times are wrong, and are null if there is no such record', async () => {
    const [a, b] = [log[10]!, log[20]!];
    const { find, operations } = openSource(log);
    const found = await find([keyOf(a), [b.id, b.timestampMs + 1], ['feed', a.timestampMs]]);
    expect(found).toMatchObject([{ value: { id: a.id } }, { value: { id: b.id } }, { value: null }]);
    expect(operations().toSorted()).toEqual([LIST, BY_ID, BY_ID]);
  });

  test('of one crowded instant are all found', async () => {
    const crowd = log.map((row) => ({ ...row, timestampMs: NOW - 60_000 })).slice(0, 700);
    const { find } = openSource(crowd, { clamp: 100 });
    const page = crowd.slice(300, 350);
    expect(await find(page.map(keyOf))).toMatchObject(page.map(({ id }) => ({ value: { id } })));
  });

  test('that were found before the call budget ended are given', async () => {
    const spread = log.filter((_, at) => at % 900 === 0).toReversed();
    const found = await openSource(log, { budget: 4 }).find(spread.map(keyOf));
    expect(found).toMatchObject([
      ...spread.slice(0, 4).map(({ id }) => ({ value: { id } })),
      ...spread.slice(4).map(() => ({ status: 'rejected', reason: { code: 'LIMIT_EXCEEDED' } })),
    ]);
  });

  test('fail with the error of the list, without a call for each', async () => {
    const failure = new UpstreamError({
      code: 'UPSTREAM_UNAVAILABLE',
      source: 'USAGE',
      operation: LIST,
      message: 'The vendor is unavailable.',
    });
    const { find, operations } = openSource(log, { answer: () => failure });
    const found = await find(log.slice(0, 50).map(keyOf));
    expect(found).toEqual(found.map(() => ({ status: 'rejected', reason: failure })));
    expect(operations()).toEqual([LIST]);
  });

  test('are read by id if the list cannot be parsed', async () => {
    const page = log.slice(0, 3);
    const { find, operations } = openSource(log, {
      answer: (call, vendor) =>
        call.operation === LIST
          ? { status: 200, headers: {}, body: [{ message: 'Internal error' }] }
          : vendor(call),
    });
    expect(await find(page.map(keyOf))).toMatchObject(page.map(({ id }) => ({ value: { id } })));
    // The list is asked once more, because its next answer may be parsable.
    expect(operations()).toEqual([LIST, LIST, BY_ID, BY_ID, BY_ID]);
  });
});

describe('an answer by id that is no record', () => {
  test.each([null, [], {}, { message: 'Internal error' }, [{ id: 'abc' }], 'abc', { traffic_id: 'abc' }])(
    'is an error and never null, because null means that there is no record: %j',
    async (body) => {
      const { find } = openSource(log, { answer: () => ({ status: 200, headers: {}, body }) });
      expect(
        await find([
          ['abc', null],
          ['abc', NOW],
        ]),
      ).toMatchObject([
        { status: 'rejected', reason: expect.any(Error) },
        { status: 'rejected', reason: expect.any(Error) },
      ]);
    },
  );
});
