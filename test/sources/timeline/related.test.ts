import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RequestError, UpstreamError } from '../../../src/base/errors.ts';
import type { AuditEvent } from '../../../src/sources/events/event.ts';
import { createEventsQuirks } from '../../../src/sources/events/quirks.ts';
import { createEventsRowStream } from '../../../src/sources/events/row-stream.ts';
import type { Activity } from '../../../src/sources/timeline/activity.ts';
import type {
  CorrelationBasis,
  RelatedRequest,
  RelatedRows,
} from '../../../src/sources/timeline/correlation.ts';
import { createRelatedLoader } from '../../../src/sources/timeline/related.ts';
import { FEW_USERS } from '../../../src/sources/timeline/time-index.ts';
import { createUsageQuirks } from '../../../src/sources/usage/quirks.ts';
import type { UsageQuirks } from '../../../src/sources/usage/quirks.ts';
import type { UsageRecord } from '../../../src/sources/usage/record.ts';
import { createUsageRowStream } from '../../../src/sources/usage/row-stream.ts';
import { createCallBudget } from '../../../src/upstream/call-budget.ts';
import type { UpstreamResponse } from '../../../src/upstream/upstream.ts';
import { createEvent, createRecord } from '../../graph/fake-context.ts';
import { createSimulatedEventsVendor } from '../../support/simulated-events-vendor.ts';
import type { SimulatedEvent } from '../../support/simulated-events-vendor.ts';
import { createSimulatedUsageVendor } from '../../support/simulated-usage-vendor.ts';
import type { SimulatedUsageRow } from '../../support/simulated-usage-vendor.ts';
import { createSimulatedUpstream, createTestCallContext } from '../../support/simulated-vendor.ts';
import type { SeenCall } from '../../support/simulated-vendor.ts';

/** The vendor has given a long page. */
function createSeasonedQuirks(): UsageQuirks {
  const quirks = createUsageQuirks();
  quirks.pages.note(1_000, 1_000, NOW);
  return quirks;
}

const NOW = Date.parse('2026-03-04T12:00:00.000Z');
const FROM = NOW - 3_600_000;
const PUBLIC = '81.92.103.114';
const ADDRESSES = [PUBLIC, '10.0.0.1', '81.92.103.115', null] as const;

interface Settings {
  readonly largestPage?: number;
  readonly maxScannedRows?: number;
  readonly budget?: number;
  readonly events?: readonly SimulatedEvent[];
  readonly answer?: (call: SeenCall, vendor: (call: SeenCall) => Answer) => Answer;
}
type Answer = UpstreamResponse | UpstreamError;

/** API calls near events, from a vendor that holds `rows`; each `open` is an operation of its own. */
function openLoader(rows: readonly SimulatedUsageRow[], settings: Settings = {}) {
  const { largestPage = 200, maxScannedRows = 10_000, budget = 1_000_000, answer, events = [] } = settings;
  const vendor = createSimulatedUsageVendor(() => rows, {
    offsetUnit: 'records',
    clamp: 1_000,
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
  const deps = {
    upstream,
    // A page as long as any that was asked for: whether a shorter one is the last is known without a further call.
    quirks: createSeasonedQuirks(),
    nowMs: NOW,
    settings: {
      largestPage,
      maxScannedRows,
      staleIfErrorMs: 0,
      age: { settleMs: 90_000, retentionMs: null },
    },
  };
  const eventsUpstream = createSimulatedUpstream(
    'EVENTS',
    createSimulatedEventsVendor(() => events, {
      isFromInclusive: true,
      isToInclusive: false,
      takesOperators: true,
      sortFields: ['timestamp', 'id'],
      unsorted: () => 0,
    }),
    () => NOW,
  );
  const eventsDeps = { ...deps, upstream: eventsUpstream, quirks: createEventsQuirks() };
  return {
    calls: upstream.calls,
    eventsCalls: eventsUpstream.calls,
    open: () => openBoth().nearUsage,
    openBoth,
  };

  function openBoth() {
    const context = createTestCallContext('test', createCallBudget(budget));
    const calls = {
      stream: createUsageRowStream(deps, context, {}, () =>
        Promise.reject(new Error('no series are asked for here')),
      )!,
      userOf: ({ userId }: UsageRecord) => userId,
      maxScannedRows,
    };
    const happened = {
      stream: createEventsRowStream(eventsDeps, context, {}, ['username', 'ipAddress'])!,
      userOf: ({ username }: AuditEvent) => username,
      maxScannedRows,
    };
    const keyOf = ({ of, withinMs, by, belowMs }: RelatedRequest) =>
      JSON.stringify([of.id, withinMs, [...by], belowMs]);
    return {
      nearUsage: createRelatedLoader(calls, happened, NOW, keyOf),
      nearEvents: createRelatedLoader(happened, calls, NOW, keyOf),
    };
  }
}

const rowAt = (id: number, timestampMs: number, ip: string | null = PUBLIC): SimulatedUsageRow => ({
  id: id.toString(16).padStart(24, '0'),
  timestampMs,
  ip,
});

const requestFor = (
  id: number,
  timestampMs: number,
  withinMs: number,
  by: readonly CorrelationBasis[] = ['IP'],
  ipAddress: string | null = PUBLIC,
): RelatedRequest => ({
  of: createEvent({ id: String(id), timestampMs, ipAddress }),
  withinMs,
  by: new Set(by),
  belowMs: null,
});

const logArbitrary = fc
  .array(fc.tuple(fc.nat({ max: 24 }), fc.constantFrom(...ADDRESSES)), { maxLength: 60 })
  // A grid of times, so that rows of several addresses share an instant.
  .map((list) => list.map(([at, ip], id) => rowAt(id + 1, FROM + at * 150_000, ip)));
const requestsArbitrary = fc
  .array(
    fc.tuple(
      fc.nat({ max: 3_700_000 }),
      fc.integer({ min: 1, max: 400_000 }),
      fc.constantFrom<readonly CorrelationBasis[]>(['IP'], ['TIME'], ['IP', 'TIME']),
      fc.constantFrom(...ADDRESSES),
    ),
    { minLength: 1, maxLength: 20 },
  )
  .map((list) => list.map(([at, within, by, ip], id) => requestFor(id, FROM + at, within, by, ip)));

/** What the log itself says is related, newest first. */
function expectedIds(log: readonly SimulatedUsageRow[], { of, withinMs, by }: RelatedRequest): string[] {
  return log
    .filter(({ timestampMs: ms }) => Math.abs(ms - of.timestampMs) <= withinMs && ms < NOW)
    .filter(({ ip }) => by.has('TIME') || (ip !== null && ip === of.ipAddress))
    .toSorted((a, b) => b.timestampMs - a.timestampMs || (a.id < b.id ? 1 : -1))
    .map(({ id }) => id);
}
const allOf = <Row extends Activity>({ take }: RelatedRows<Row>) => take(Infinity, null);
const idsOf = (found: RelatedRows<UsageRecord>): string[] => allOf(found).map(({ row }) => row.id);
const confidencesOf = <Row extends Activity>(found: RelatedRows<Row>) =>
  Promise.all(allOf(found).map(({ confidence }) => confidence()));

/** Each moment of a window once, newest first. */
function expectCovered({ coverage }: RelatedRows<UsageRecord>, { of, withinMs }: RelatedRequest): void {
  let edge = Math.min(of.timestampMs + withinMs + 1, NOW);
  for (const entry of coverage) {
    expect(entry.toMs).toBe(edge);
    edge = entry.fromMs;
  }
  if (coverage.length > 0) expect(edge).toBe(of.timestampMs - withinMs);
  else expect(of.timestampMs - withinMs).toBeGreaterThanOrEqual(NOW);
}

test('each entry is given what lies in its own window, all of it and nothing of another', async () => {
  await fc.assert(
    fc.asyncProperty(logArbitrary, requestsArbitrary, async (log, requests) => {
      const loader = openLoader(log, { largestPage: 20 }).open();
      const found = await Promise.all(requests.map((request) => loader.load(request)));
      for (const [at, request] of requests.entries()) {
        expect(idsOf(found[at]!)).toEqual(expectedIds(log, request));
        expectCovered(found[at]!, request);
        expect(found[at]!.unreadBelowMs).toBeNull();
        const matched = found[at]!.coverage.reduce((sum, entry) => sum + (entry.matched ?? 0), 0);
        expect(matched).toBe(idsOf(found[at]!).length);
      }
    }),
    { numRuns: 60 },
  );
});

test('what an entry is given does not depend on which others are asked about with it', async () => {
  await fc.assert(
    fc.asyncProperty(logArbitrary, requestsArbitrary, async (log, requests) => {
      const source = openLoader(log);
      const together = source.open();
      const found = await Promise.all(requests.map((request) => together.load(request)));
      const alone = await Promise.all(requests.map((request) => source.open().load(request)));
      expect(found.map(idsOf)).toEqual(alone.map(idsOf));
      expect(await Promise.all(found.map(confidencesOf))).toEqual(
        await Promise.all(alone.map(confidencesOf)),
      );
    }),
    { numRuns: 40 },
  );
});

describe('vendor calls', () => {
  const log = Array.from({ length: 500 }, (_, at) => rowAt(at + 1, FROM + at * 7_000));
  const requests = Array.from({ length: 50 }, (_, at) => requestFor(at, FROM + at * 60_000, 300_000));

  test('for 50 entries within an hour are 3 instead of 50', async () => {
    const source = openLoader(log);
    for (const request of requests) await source.open().load(request);
    expect(source.calls).toHaveLength(50);

    const merged = openLoader(log);
    const loader = merged.open();
    await Promise.all(requests.map((request) => loader.load(request)));
    expect(merged.calls).toHaveLength(3);
  });

  test('for 400 windows apart from each other are no more than for the whole span', async () => {
    const apart = Array.from({ length: 400 }, (_, at) => requestFor(at, FROM + at * 8_750, 1_000));
    const source = openLoader(log);
    const loader = source.open();
    const found = await Promise.all(apart.map((request) => loader.load(request)));
    expect(source.calls).toHaveLength(3);
    expect(found.map(idsOf)).toEqual(apart.map((request) => expectedIds(log, request)));
    for (const [at, request] of apart.entries()) expectCovered(found[at]!, request);
  });

  test('skip gaps between windows that no page crosses', async () => {
    const source = openLoader(log, { largestPage: 20 });
    const loader = source.open();
    // 20 rows are 140 s.
    const apart = [0, 900_000, 1_800_000].map((back, at) => requestFor(at, NOW - 200_000 - back, 55_000));
    const found = await Promise.all(apart.map((request) => loader.load(request)));
    expect(found.map(idsOf)).toEqual(apart.map((request) => expectedIds(log, request)));
    expect(source.calls).toHaveLength(3);
  });

  test('are one for the same question asked ten times', async () => {
    const source = openLoader(log);
    const loader = source.open();
    await Promise.all(Array.from({ length: 10 }, () => loader.load(requests[7]!)));
    expect(source.calls).toHaveLength(1);
  });

  test('are none for entries without an address, by address alone, and coverage says why', async () => {
    const source = openLoader(log);
    const found = await source.open().load(requestFor(1, NOW - 600_000, 300_000, ['IP'], null));
    expect(allOf(found)).toEqual([]);
    expect(found).toMatchObject({
      coverage: [{ status: 'COMPLETE', asOfMs: null, reason: expect.stringContaining('no address') }],
    });
    expect(source.calls).toEqual([]);
  });
});

test('only the rows that are taken become related entries, in a window of any size', async () => {
  const log = Array.from({ length: 500 }, (_, at) => rowAt(at + 1, FROM + at * 7_000));
  const loader = openLoader(log).open();
  const found = await Promise.all(
    Array.from({ length: 100 }, (_, at) =>
      loader.load(requestFor(at, FROM + at * 36_000, 86_400_000, at % 2 ? ['TIME'] : ['IP', 'TIME'])),
    ),
  );
  expect(found.map(({ take }) => take(2, null).length)).toEqual(found.map(() => 2));
  expect(found.map(({ coverage }) => coverage.reduce((sum, { matched }) => sum + (matched ?? 0), 0))).toEqual(
    found.map(() => 500),
  );
});

describe('a bound', () => {
  const log = Array.from({ length: 300 }, (_, at) => rowAt(at + 1, NOW - 200_000 - at * 10_000));
  // Windows of 61 rows: two near now, then one far back.
  const requests = [500_000, 900_000, 2_700_000].map((back, at) => requestFor(at, NOW - back, 300_000));

  test.each([
    ['rows', { maxScannedRows: 70, largestPage: 20 }, 'SCAN_LIMIT'],
    ['calls', { budget: 3, largestPage: 20 }, 'CALL_BUDGET'],
  ] as const)(
    'of %s leaves windows unread, and their coverage is TRUNCATED',
    async (_name, settings, code) => {
      const loader = openLoader(log, settings).open();
      const found = await Promise.all(requests.map((request) => loader.load(request)));
      for (const [at, request] of requests.entries()) {
        const { unreadBelowMs, coverage } = found[at]!;
        expectCovered(found[at]!, request);
        const unread = coverage.filter(({ status }) => status === 'TRUNCATED');
        expect(unread.length > 0).toBe(unreadBelowMs !== null);
        if (unreadBelowMs === null) continue;
        expect(unread).toMatchObject([{ code, toMs: unreadBelowMs, asOfMs: null, scanned: 0 }]);
        expect(idsOf(found[at]!)).toEqual(
          expectedIds(
            log.filter(({ timestampMs }) => timestampMs >= unreadBelowMs),
            request,
          ),
        );
      }
      expect(found.at(-1)).toMatchObject({ coverage: [{ status: 'TRUNCATED', code }] });
      expect(allOf(found.at(-1)!)).toEqual([]);
    },
  );

  test('is passed by asking again below it, without lost or repeated rows', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 2, max: 40 }),
        async (rows, page) => {
          const source = openLoader(log, { maxScannedRows: rows, largestPage: page });
          const [request] = requests;
          const ids: string[] = [];
          let belowMs: number | null = null;
          for (let pages = 0; ; pages += 1) {
            expect(pages).toBeLessThan(100);
            const found: RelatedRows<UsageRecord> = await source.open().load({ ...request!, belowMs });
            ids.push(...idsOf(found));
            if (found.unreadBelowMs === null) break;
            belowMs = found.unreadBelowMs;
          }
          expect(ids).toEqual(expectedIds(log, request!));
        },
      ),
      { numRuns: 40 },
    );
  });

  test('that is met exactly at the start of a window leaves that window whole', async () => {
    const between = Array.from({ length: 12 }, (_, at) => rowAt(at + 4, NOW - 400_000 - at * 100_000));
    const rows = [rowAt(1, NOW - 300_000), rowAt(2, NOW - 301_000), ...between, rowAt(3, NOW - 2_700_000)];
    const loader = openLoader(rows, { maxScannedRows: 2 }).open();
    const [near, far] = await Promise.all(
      [300_000, 2_700_000].map((back, at) => loader.load(requestFor(at, NOW - back, 10_000))),
    );
    expect(near).toMatchObject({ unreadBelowMs: null });
    expect(await confidencesOf(near!)).toEqual(['HIGH', 'HIGH']);
    expect(far).toMatchObject({ unreadBelowMs: NOW - 2_700_000 + 10_001 });
    expect(allOf(far!)).toEqual([]);
  });

  test('takes away the certainty of what is near to what it left unread', async () => {
    const rows = Array.from({ length: 60 }, (_, at) => rowAt(at + 1, NOW - 200_000 - at * 10_000));
    const request = { ...requests[0]!, withinMs: 100_000 };
    const whole = await openLoader(rows).open().load(request);
    expect(await confidencesOf(whole)).toEqual(allOf(whole).map(() => 'HIGH'));
    const found = await openLoader(rows, { maxScannedRows: 13, largestPage: 4 }).open().load(request);
    const unread = found.unreadBelowMs!;
    const { timestampMs } = request.of;
    const expected = allOf(found).map(({ row }) =>
      Math.max(row.timestampMs, timestampMs) - 100_000 >= unread ? 'HIGH' : 'LOW',
    );
    expect(new Set(expected)).toEqual(new Set(['HIGH', 'LOW']));
    expect(await confidencesOf(found)).toEqual(expected);
    const resumed = await openLoader(rows)
      .open()
      .load({ ...request, belowMs: unread });
    expect(allOf(resumed).length).toBeGreaterThan(0);
    expect(new Set(await confidencesOf(resumed))).toEqual(new Set(['LOW']));
  });
});

describe('how much a pair proves', () => {
  const places = [PUBLIC, '10.0.0.1', null] as const;
  /** Few users in one log and many in the other. */
  const rowsOf = (users: number) =>
    fc.array(fc.tuple(fc.nat({ max: 20 }), fc.constantFrom(...places), fc.nat({ max: users })), {
      minLength: 5,
      maxLength: 40,
    });

  test('is the same whichever of the two is asked about, however the two logs differ', async () => {
    let high = 0;
    await fc.assert(
      fc.asyncProperty(
        rowsOf(3),
        rowsOf(12),
        fc.integer({ min: 1, max: 8 }),
        async (calls, happened, minutes) => {
          const withinMs = minutes * 60_000;
          const events = happened.map(([at, ipAddress, user], id) => ({
            id: BigInt(id + 1),
            timestampMs: FROM + at * 60_000,
            ipAddress,
            username: `user${user}`,
          }));
          const rows = calls.map(([at, ip, user], id) => ({
            ...rowAt(id + 1, FROM + at * 60_000, ip),
            userId: `u${user}`,
          }));
          const { nearUsage, nearEvents } = openLoader(rows, { events }).openBoth();
          const by = new Set(['IP'] as const);
          const relate = async (loader: typeof nearUsage | typeof nearEvents, of: Activity) => {
            const found = await loader.load({ of, withinMs, by, belowMs: null });
            return Promise.all(
              found
                .take(Infinity, null)
                .map(async ({ row, confidence }) => [row, await confidence()] as const),
            );
          };
          const forth = new Map<string, string>();
          const back = new Map<string, string>();
          for (const { id, timestampMs, ipAddress } of events) {
            const of = createEvent({ id: String(id), timestampMs, ipAddress });
            for (const [row, confidence] of await relate(nearUsage, of))
              forth.set(`${id} ${row.id}`, confidence);
          }
          for (const { id, timestampMs, ip } of rows) {
            const of = createRecord({ id, timestampMs, ipAddress: ip ?? null });
            for (const [row, confidence] of await relate(nearEvents, of))
              back.set(`${row.id} ${id}`, confidence);
          }
          expect(back).toEqual(new Map(forth));
          high += [...forth.values()].filter((confidence) => confidence === 'HIGH').length;
        },
      ),
      { numRuns: 60 },
    );
    expect(high).toBeGreaterThan(50);
  });

  const crowd = (count: number) =>
    Array.from({ length: count }, (_, at) => ({
      id: BigInt(at + 1),
      timestampMs: NOW - 600_000 + at * 1_000,
      ipAddress: PUBLIC,
      username: `user${at}`,
    }));
  const call = { ...rowAt(1, NOW - 600_000), userId: 'u1' };

  test.each([
    [FEW_USERS, 'HIGH'],
    [FEW_USERS + 1, 'LOW'],
  ])(
    'depends on how many users of either source are seen from the address: %i make it %s',
    async (count, confidence) => {
      const { nearUsage } = openLoader([call], { events: crowd(count) }).openBoth();
      const found = await nearUsage.load(requestFor(1, NOW - 600_000, 300_000));
      expect(await confidencesOf(found)).toEqual([confidence]);
    },
  );

  test("costs a call of the entries' own source for all of them, and none if it is not asked for or can not be HIGH", async () => {
    const source = openLoader([call], { events: crowd(3) });
    const { nearUsage } = source.openBoth();
    const found = await Promise.all(
      [1, 2, 3].map((id) => nearUsage.load(requestFor(id, NOW - 600_000 + id, 300_000))),
    );
    expect([source.calls.length, source.eventsCalls.length]).toEqual([1, 0]);
    await Promise.all(found.map(confidencesOf));
    expect([source.calls.length, source.eventsCalls.length]).toEqual([1, 1]);

    const local = openLoader([{ ...call, ip: '10.0.0.1' }], { events: crowd(3) });
    const one = await local.open().load(requestFor(1, NOW - 600_000, 300_000, ['IP', 'TIME'], '10.0.0.1'));
    expect(await confidencesOf(one)).toEqual(['LOW']);
    expect(local.eventsCalls).toHaveLength(0);
  });

  test("is LOW if the entries' own source fails, because many users may be seen from there", async () => {
    const source = openLoader([call], { events: crowd(1), budget: 1 });
    const found = await source.open().load(requestFor(1, NOW - 600_000, 300_000));
    expect(await confidencesOf(found)).toEqual(['LOW']);
  });
});

describe('a vendor that fails', () => {
  const log = Array.from({ length: 300 }, (_, at) => rowAt(at + 1, NOW - at * 10_000));
  const near = requestFor(1, NOW - 300_000, 60_000);
  const far = requestFor(2, NOW - 2_700_000, 60_000);
  const failure = new UpstreamError({
    code: 'UPSTREAM_UNAVAILABLE',
    source: 'USAGE',
    operation: '/usage',
    message: 'The vendor is unavailable.',
  });

  test('fails the entries whose windows it left unread, and not those that were read before', async () => {
    let calls = 0;
    const loader = openLoader(log, {
      answer: (call, vendor) => ((calls += 1) > 1 ? failure : vendor(call)),
    }).open();
    const [first, second] = await Promise.allSettled([loader.load(near), loader.load(far)]);
    expect(first).toMatchObject({ status: 'fulfilled' });
    expect(second).toEqual({ status: 'rejected', reason: failure });
  });

  test('does not stop an entry that it was not needed for', async () => {
    const loader = openLoader(log, { answer: () => failure }).open();
    const [first, second] = await Promise.allSettled([
      loader.load(near),
      loader.load(requestFor(3, NOW - 300_000, 60_000, ['IP'], null)),
    ]);
    expect([first.status, second.status]).toEqual(['rejected', 'fulfilled']);
  });
});

test('an error of the caller rejects all', async () => {
  const fault = new RequestError('BAD_USER_INPUT', 'a fault');
  const loader = openLoader([], {
    answer: () => {
      throw fault;
    },
  }).open();
  await expect(loader.load(requestFor(1, NOW - 300_000, 60_000))).rejects.toBe(fault);
});

test('a skipped row is reported only in the windows that it lies in', async () => {
  const rows = [rowAt(1, NOW - 300_000), rowAt(2, NOW - 400_000), rowAt(3, NOW - 500_000)];
  const loader = openLoader(rows, {
    answer: (call, vendor) => {
      const response = vendor(call);
      if (response instanceof UpstreamError || response.status !== 200) return response;
      const body = (response.body as Record<string, unknown>[]).map((row) =>
        row['traffic_id'] === rows[1]!.id ? { traffic_date: row['traffic_date'] } : row,
      );
      return { ...response, body };
    },
  }).open();
  const found = await Promise.all(
    [300_000, 400_000, 500_000].map((back, at) => loader.load(requestFor(at, NOW - back, 20_000))),
  );
  expect(found.map(({ coverage }) => coverage.map(({ status, dropped }) => [status, dropped]))).toEqual([
    [['COMPLETE', 0]],
    [['TRUNCATED', 1]],
    [['COMPLETE', 0]],
  ]);
});
