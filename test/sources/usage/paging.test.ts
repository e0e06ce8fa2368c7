import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UpstreamError } from '../../../src/base/errors.ts';
import type { Page } from '../../../src/sources/paging/page.ts';
import { comparePositions } from '../../../src/sources/paging/position.ts';
import type { Position } from '../../../src/sources/paging/position.ts';
import { createUsageQuirks } from '../../../src/sources/usage/quirks.ts';
import type { UsageRecord } from '../../../src/sources/usage/record.ts';
import { createUsageSource } from '../../../src/sources/usage/source.ts';
import { createCallBudget } from '../../../src/upstream/call-budget.ts';
import { createSimulatedUsageVendor } from '../../support/simulated-usage-vendor.ts';
import type { SimulatedUsageRow, UsageBehaviour } from '../../support/simulated-usage-vendor.ts';
import { createSimulatedUpstream, createTestCallContext } from '../../support/simulated-vendor.ts';
import { expectNoSilentLoss, readAllPages } from '../../support/read-all-pages.ts';

const FROM = Date.parse('2026-03-01T00:00:00.000Z');
const TO = Date.parse('2026-03-01T01:00:00.000Z');
const NOW = Date.parse('2026-03-02T00:00:00.000Z');
const range = { fromMs: FROM, toMs: TO };

const plain: UsageBehaviour = {
  offsetUnit: 'records',
  clamp: 1000,
  isFromInclusive: true,
  isToInclusive: false,
  dialect: 'camel',
  tie: () => (a, b) => (a.id < b.id ? 1 : -1),
};

type Answer = ReturnType<typeof createSimulatedUsageVendor>;

function openSource(
  rows: () => readonly SimulatedUsageRow[],
  behaviour: UsageBehaviour,
  options: {
    largestPage?: number;
    beforeCall?: (call: number) => void;
    budget?: number;
    wrap?: (answer: Answer) => Answer;
  } = {},
) {
  const upstream = createSimulatedUpstream(
    'USAGE',
    (options.wrap ?? ((answer) => answer))(createSimulatedUsageVendor(rows, behaviour, options.beforeCall)),
    () => NOW,
  );
  const deps = {
    upstream,
    quirks: createUsageQuirks(),
    nowMs: NOW,
    settings: {
      largestPage: options.largestPage ?? 200,
      maxScannedRows: 10_000,
      staleIfErrorMs: 0,
      age: { settleMs: 90_000, retentionMs: null },
    },
  };
  return {
    upstream,
    /** A source for each operation, because a caller reads each page with its own operation. */
    open: (over = upstream) =>
      createUsageSource(
        { ...deps, upstream: over },
        async () => {
          throw new Error('no series are asked for here');
        },
        createTestCallContext('test', createCallBudget(options.budget ?? 1_000_000)),
      ),
  };
}

/** Reads a whole list page by page as a caller does, each page with its own operation. */
async function listAll(
  vendor: ReturnType<typeof openSource>,
  count: () => number,
  direction: 'DESC' | 'ASC',
): Promise<UsageRecord[]> {
  const rows: UsageRecord[] = [];
  let after: Position | null = null;
  for (let pages = 0; ; pages += 1) {
    expect(pages).toBeLessThan(2000);
    const page: Page<UsageRecord> = await vendor
      .open()
      .listUsageRecords({ range, filter: {}, count: count(), direction, after });
    if (direction === 'DESC') rows.push(...page.rows);
    else rows.unshift(...page.rows);
    if (!page.hasMore) return rows;
    after = page.end?.position ?? null;
    expect(after).not.toBeNull();
  }
}

/** Rows with many ties: `instants` instants, an hour at most from the range's edge. */
const rowsArbitrary = (options: { maxLength: number; instants: number }) =>
  fc
    .uniqueArray(fc.tuple(fc.nat({ max: options.instants - 1 }), fc.nat({ max: 0xffffff })), {
      maxLength: options.maxLength,
      selector: ([, id]) => id,
    })
    .map((pairs): SimulatedUsageRow[] => pairs.map(([at, id]) => rowAt(FROM + at * 60_000, id)));

const rowAt = (timestampMs: number, id: number): SimulatedUsageRow => ({
  id: id.toString(16).padStart(24, '0'),
  timestampMs,
});

const behaviours: fc.Arbitrary<UsageBehaviour> = fc.record({
  offsetUnit: fc.constantFrom('records' as const, 'pages' as const),
  clamp: fc.integer({ min: 2, max: 60 }),
  isFromInclusive: fc.boolean(),
  isToInclusive: fc.boolean(),
  dialect: fc.constantFrom('camel' as const, 'snake' as const),
  tie: fc.constantFrom(...[true, false].map((isUp) => () => byId(isUp))),
});

function byId(isUp: boolean): (a: SimulatedUsageRow, b: SimulatedUsageRow) => number {
  return (a, b) => (a.id < b.id === isUp ? -1 : 1);
}

/** The rows in the range. */
const inRange = <Row extends { readonly timestampMs: number }>(rows: readonly Row[]): Row[] =>
  rows.filter(({ timestampMs }) => timestampMs >= FROM && timestampMs < TO);

const inOrder = (rows: readonly SimulatedUsageRow[]): string[] =>
  rows
    .filter(({ timestampMs }) => timestampMs >= FROM && timestampMs < TO)
    .map((row) => ({ source: 'USAGE' as const, ...row }))
    .sort(comparePositions)
    .map(({ id }) => id);

const idsOf = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id);

const isOutOfOrder = (error: unknown): boolean =>
  error instanceof UpstreamError && error.code === 'UPSTREAM_OUT_OF_ORDER';

describe('a list over a log that does not change', () => {
  test.each(['DESC', 'ASC'] as const)(
    'reports an unparsable row at least once over all pages, %s, with every behaviour of the vendor',
    async (direction) => {
      await fc.assert(
        fc.asyncProperty(
          rowsArbitrary({ maxLength: 40, instants: 30 }).filter((rows) => rows.length > 1),
          behaviours,
          fc.nat(),
          fc.integer({ min: 1, max: 20 }),
          async (rows, behaviour, at, count) => {
            const undated = at % rows.length;
            const held = rows.map((row, n) => ({ ...row, isUndated: n === undated }));
            const toMs = Math.max(...rows.map(({ timestampMs }) => timestampMs)) + 1;
            // A page holds every instant whole, because behaviour by offsets needs parsable rows.
            const vendor = openSource(() => held, { ...behaviour, clamp: 50 });
            const whole = { fromMs: FROM, toMs };
            // The vendor has given a longer page, so a page with one unparsable row is known to be the last.
            await vendor
              .open()
              .listUsageRecords({ range: whole, filter: {}, count: 50, direction: 'DESC', after: null });
            let reported = 0;
            let after: Position | null = null;
            for (;;) {
              const page: Page<UsageRecord> = await vendor
                .open()
                .listUsageRecords({ range: whole, filter: {}, count, direction, after });
              for (const { dropped } of page.coverage) reported += dropped;
              if (!page.hasMore) break;
              after = page.end?.position ?? null;
            }
            expect(reported).toBeGreaterThanOrEqual(1);
          },
        ),
      );
    },
  );

  test.each(['DESC', 'ASC'] as const)(
    'gives every row once and in order, %s, with every behaviour of the vendor and all page sizes',
    async (direction) => {
      await fc.assert(
        fc.asyncProperty(
          rowsArbitrary({ maxLength: 120, instants: 61 }),
          behaviours,
          fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
          fc.integer({ min: 2, max: 50 }),
          async (rows, behaviour, counts, largestPage) => {
            const vendor = openSource(() => rows, behaviour, { largestPage });
            const listed = await listAll(vendor, () => counts.next().value, direction);
            expect(idsOf(listed)).toEqual(inOrder(rows));
          },
        ),
        { numRuns: 100 },
      );
    },
  );

  test.each(['DESC', 'ASC'] as const)(
    'gives an instant with more rows than a page, %s',
    async (direction) => {
      await fc.assert(
        fc.asyncProperty(
          rowsArbitrary({ maxLength: 150, instants: 2 }),
          behaviours,
          fc.integer({ min: 1, max: 30 }),
          async (rows, behaviour, count) => {
            const vendor = openSource(() => rows, behaviour, { largestPage: 20 });
            expect(idsOf(await listAll(vendor, () => count, direction))).toEqual(inOrder(rows));
          },
        ),
        { numRuns: 100 },
      );
    },
  );

  test('is exact or a coded error if the vendor changes the order within one instant between calls', async () => {
    await fc.assert(
      fc.asyncProperty(
        rowsArbitrary({ maxLength: 120, instants: 6 }),
        behaviours,
        fc.integer({ min: 1, max: 30 }),
        async (rows, behaviour, count) => {
          const shuffled = { ...behaviour, tie: (call: number) => byId(call % 3 === 0) };
          const vendor = openSource(() => rows, shuffled, { largestPage: 20 });
          const listed = await listAll(vendor, () => count, 'DESC').catch((error: unknown) => {
            if (!isOutOfOrder(error)) throw error;
            return null;
          });
          if (listed) expect(idsOf(listed)).toEqual(inOrder(rows));
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('a vendor that gives more rows at once than requested', () => {
  test('is read exactly with all page sizes', async () => {
    const rows = Array.from({ length: 300 }, (_, at) => rowAt(FROM + Math.floor(at / 3) * 1000, at + 1));
    for (const clamp of [40, 130, 500]) {
      const upstream = createSimulatedUpstream('USAGE', (call) =>
        createSimulatedUsageVendor(() => rows, { ...plain, clamp })({
          ...call,
          query: call.query.map(([name, value]) => [name, name === 'pageSize' ? String(clamp) : value]),
        }),
      );
      const { open } = openSource(() => rows, plain);
      expect(idsOf(await listAll({ upstream, open: () => open(upstream) }, () => 7, 'DESC'))).toEqual(
        inOrder(rows),
      );
    }
  });

  test('is read exactly even if one instant holds more rows than a call can have arguments', async () => {
    const rows = Array.from({ length: 130_000 }, (_, at) => rowAt(FROM + 1000, at + 1));
    const vendor = openSource(() => rows, { ...plain, clamp: 10_000 }, { largestPage: 10_000 });
    const page = await vendor
      .open()
      .listUsageRecords({ range, filter: {}, count: 130_000, direction: 'DESC', after: null });
    expect([page.rows.length, page.hasMore]).toEqual([130_000, false]);
  });
});

describe('a list over a log that changes', () => {
  test.each(['DESC', 'ASC'] as const)(
    'gives every row of its start once and in order, %s, while rows arrive late, tied and back-dated',
    async (direction) => {
      await fc.assert(
        fc.asyncProperty(
          rowsArbitrary({ maxLength: 100, instants: 61 }),
          behaviours,
          fc.array(fc.tuple(fc.nat({ max: 30 }), fc.nat({ max: 60 })), { maxLength: 60 }),
          fc.integer({ min: 1, max: 25 }),
          async (rows, behaviour, arrivals, count) => {
            const log = [...rows];
            let call = 0;
            let next = 0x1000000;
            const vendor = openSource(
              () => log,
              { ...behaviour, clamp: behaviour.clamp + 20 },
              {
                beforeCall: () => {
                  for (const [at, minute] of arrivals) {
                    if (at === call) log.push(rowAt(FROM + minute * 60_000, next++));
                  }
                  call += 1;
                },
              },
            );
            const listed = await listAll(vendor, () => count, direction).catch((error: unknown) => {
              if (!isOutOfOrder(error)) throw error;
              return null;
            });
            fc.pre(listed !== null);
            const ids = idsOf(listed);
            expect(new Set(ids).size).toBe(ids.length);
            expect(inOrder(rows).filter((id) => !ids.includes(id))).toEqual([]);
            expect(ids).toEqual(inOrder(listed));
          },
        ),
        { numRuns: 100 },
      );
    },
  );
});

describe('the cost of a page', () => {
  const sparse = Array.from({ length: 3000 }, (_, at) => rowAt(FROM + at * 1000, at + 1));

  test('is one call for a page of 50, at any depth', async () => {
    const vendor = openSource(() => sparse, plain);
    let after: Position | null = null;
    for (let page = 0; page < 10; page += 1) {
      const before = vendor.upstream.calls.length;
      const read: Page<UsageRecord> = await vendor
        .open()
        .listUsageRecords({ range, filter: {}, count: 50, direction: 'DESC', after });
      expect(read.rows).toHaveLength(50);
      expect(read.hasMore).toBe(true);
      expect(vendor.upstream.calls.length - before).toBe(1);
      after = read.end?.position ?? null;
    }
  });

  test('is ⌈(first + 1) / page size⌉ calls for a page of 500 from a vendor that gives 200', async () => {
    const vendor = openSource(() => sparse, plain);
    const page = await vendor
      .open()
      .listUsageRecords({ range, filter: {}, count: 500, direction: 'DESC', after: null });
    expect(page.rows).toHaveLength(500);
    expect(vendor.upstream.calls).toHaveLength(3);
  });

  test('is none for a count that the same operation has made', async () => {
    const vendor = openSource(() => [rowAt(FROM + 1_000, 1)], plain);
    const source = vendor.open();
    const filter = { ipAddress: '192.0.2.1' };
    const first = await source.countUsageRecords(range, filter);
    const calls = vendor.upstream.calls.length;
    expect([await source.countUsageRecords(range, filter), first?.value]).toEqual([first, 0]);
    expect(vendor.upstream.calls).toHaveLength(calls);
  });

  test('is one call for ten equal questions of one operation', async () => {
    const vendor = openSource(() => sparse, plain);
    const source = vendor.open();
    const question = { range, filter: {}, count: 50, direction: 'DESC' as const, after: null };
    await Promise.all(Array.from({ length: 10 }, () => source.listUsageRecords({ ...question })));
    expect(vendor.upstream.calls).toHaveLength(1);
  });

  test('never asks for a deep offset', async () => {
    const vendor = openSource(() => sparse, plain);
    await listAll(vendor, () => 100, 'DESC');
    const offsets = vendor.upstream.calls.map((call) => new Map(call.query).get('pageOffset'));
    expect(new Set(offsets)).toEqual(new Set(['0']));
  });
});

describe('a vendor that breaks its own order', () => {
  test('is detected, and its page is refused', async () => {
    const rows = Array.from({ length: 30 }, (_, at) => rowAt(FROM + at * 1000, at + 1));
    const upstream = createSimulatedUpstream('USAGE', () => ({
      status: 200,
      headers: {},
      body: rows.map(({ id, timestampMs }) => ({ id, usageDate: new Date(timestampMs).toISOString() })),
    }));
    const source = createUsageSource(
      {
        upstream,
        quirks: createUsageQuirks(),
        nowMs: NOW,
        settings: {
          largestPage: 200,
          maxScannedRows: 1000,
          staleIfErrorMs: 0,
          age: { settleMs: 0, retentionMs: null },
        },
      },
      async () => {
        throw new Error('no series are asked for here');
      },
      createTestCallContext(),
    );
    const page = source.listUsageRecords({ range, filter: {}, count: 10, direction: 'DESC', after: null });
    await expect(page).rejects.toMatchObject({
      code: 'UPSTREAM_OUT_OF_ORDER',
      source: 'USAGE',
      operation: '/usage',
    });
  });
});

describe('a spent call budget', () => {
  const tied = Array.from({ length: 900 }, (_, at) => rowAt(FROM + 1000, at + 1));

  test('within an instant refuses the page and names the way out', async () => {
    const vendor = openSource(() => tied, { ...plain, clamp: 50 }, { budget: 5 });
    const page = vendor
      .open()
      .listUsageRecords({ range, filter: {}, count: 100, direction: 'DESC', after: null });
    await expect(page).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: expect.stringContaining('Narrow the filter'),
    });
  });

  test('between instants gives the rows read so far, TRUNCATED, and the position to continue from', async () => {
    const rows = Array.from({ length: 900 }, (_, at) => rowAt(FROM + at * 1000, at + 1));
    const vendor = openSource(() => rows, { ...plain, clamp: 50 }, { budget: 5 });
    const page = await vendor
      .open()
      .listUsageRecords({ range, filter: {}, count: 500, direction: 'DESC', after: null });
    expect(page.hasMore).toBe(true);
    expect(page.rows.length).toBeGreaterThan(200);
    expect(page.coverage).toMatchObject([{ status: 'TRUNCATED', code: 'CALL_BUDGET' }]);
  });
});

describe('a row that cannot be parsed', () => {
  test.each(['DESC', 'ASC'] as const)(
    'among parsable rows is counted at any place, even if it could be parsed one page before, %s',
    async (direction) => {
      await fc.assert(
        fc.asyncProperty(
          rowsArbitrary({ maxLength: 60, instants: 6 }),
          fc.integer({ min: 1, max: 20 }),
          fc.nat(20),
          fc.nat(20),
          async (rows, count, junkAt, row) => {
            let calls = 0;
            const vendor = openSource(() => rows, plain, {
              wrap: (answer) => (call) => {
                calls += 1;
                const response = answer(call);
                if (calls !== junkAt + 1 || !('body' in response) || !Array.isArray(response.body))
                  return response;
                const body = response.body.map((one: unknown, at) => (at === row ? null : one));
                return { ...response, body };
              },
            });
            const listed = await readAllPages((after) =>
              vendor.open().listUsageRecords({ range, filter: {}, count, direction, after }),
            );
            expectNoSilentLoss(inRange(rows), listed);
          },
        ),
        { numRuns: 150 },
      );
    },
  );
});

describe('an answer without a parsable row', () => {
  test.each(['DESC', 'ASC'] as const)(
    'never ends a list, %s: its page is refused and can be read again, or coverage counts the skipped rows',
    async (direction) => {
      await fc.assert(
        fc.asyncProperty(
          rowsArbitrary({ maxLength: 60, instants: 20 }),
          behaviours,
          fc.integer({ min: 1, max: 20 }),
          fc.integer({ min: 0, max: 12 }),
          fc.integer({ min: 1, max: 2 }),
          fc.constantFrom<unknown[]>([null], [{ message: 'Internal error' }], [null, {}, 'x']),
          async (rows, behaviour, count, junkAt, times, junk) => {
            let calls = 0;
            const vendor = openSource(() => rows, behaviour, {
              largestPage: 25,
              wrap: (answer) => (call) => {
                calls += 1;
                const isJunk = calls > junkAt && calls <= junkAt + times;
                return isJunk ? { status: 200, headers: {}, body: junk } : answer(call);
              },
            });
            const listed = await readAllPages((after) =>
              vendor.open().listUsageRecords({ range, filter: {}, count, direction, after }),
            );
            expectNoSilentLoss(inRange(rows), listed);
          },
        ),
        { numRuns: 150 },
      );
    },
  );

  test('with one bad row only does not fail the first page that a new service reads backward', async () => {
    const vendor = openSource(
      () => [
        { ...rowAt(FROM + 60_000, 1), isUndated: true },
        ...Array.from({ length: 20 }, (_, at) => rowAt(TO - 1_000 - at, at + 2)),
      ],
      plain,
    );
    const page = await vendor
      .open()
      .listUsageRecords({ range, filter: {}, count: 10, direction: 'ASC', after: null });
    expect(page.rows).toHaveLength(10);
    expect(page.coverage).toContainEqual(expect.objectContaining({ status: 'TRUNCATED', dropped: 1 }));
  });
});

describe('a log that comes in bursts', () => {
  const DAY = 86_400_000;
  const week = { fromMs: FROM, toMs: FROM + 7 * DAY };
  const burst = (atMs: number, rows: number, widthMs: number) => ({ atMs, rows, widthMs });
  const logOf = (bursts: readonly ReturnType<typeof burst>[]): SimulatedUsageRow[] =>
    bursts.flatMap(({ atMs, rows, widthMs }, at) =>
      Array.from({ length: rows }, (_, n) =>
        rowAt(FROM + atMs + Math.floor((n * widthMs) / rows), at * 10_000 + n),
      ),
    );

  /** Reads the week backward and returns the number of pages. A refused page fails the test. */
  async function listWeek(
    rows: readonly SimulatedUsageRow[],
    count: number,
    { behaviour = plain, budget = 20 } = {},
  ): Promise<{ readonly pages: number; readonly calls: number }> {
    const vendor = openSource(() => rows, behaviour, { budget });
    const given: string[] = [];
    let pages = 0;
    for (let after: Position | null = null; ; pages += 1) {
      expect(pages).toBeLessThan(1_000);
      const page: Page<UsageRecord> = await vendor
        .open()
        .listUsageRecords({ range: week, filter: {}, count, direction: 'ASC', after });
      given.unshift(...idsOf(page.rows));
      if (!page.hasMore) break;
      after = page.end?.position ?? null;
    }
    const stood = rows.map((row) => ({ source: 'USAGE' as const, ...row })).sort(comparePositions);
    expect(given).toEqual(idsOf(stood));
    return { pages: pages + 1, calls: vendor.upstream.calls.length };
  }

  test.each([
    ['600 rows in two seconds, among 30 others', [burst(3 * DAY, 600, 2_000), burst(0, 30, 7 * DAY - 1)]],
    ['600 rows in two seconds at its beginning', [burst(0, 600, 2_000), burst(DAY, 30, 5 * DAY)]],
    ['3,000 rows in two seconds after four empty days', [burst(4 * DAY, 3_000, 2_000)]],
    ['1,500 rows in one millisecond', [burst(5 * DAY, 1_500, 1), burst(0, 50, 6 * DAY)]],
    ['5,000 rows in a tenth of a second, twice', [burst(DAY, 5_000, 100), burst(6 * DAY, 5_000, 100)]],
  ])('is read backward to its end: %s', async (_name, bursts) => {
    const rows = logOf(bursts);
    const { pages } = await listWeek(rows, 500);
    expect(pages).toBeLessThanOrEqual(2 * Math.ceil(rows.length / 500) + 4);
  });

  test.each([
    [
      'two instants of 1,000 rows within two seconds, with 10 calls',
      [burst(3 * DAY, 1_000, 1), burst(3 * DAY + 1_447, 1_000, 1), burst(3 * DAY - 1_000, 40, 1_000)],
      { behaviour: { ...plain, clamp: 200, isToInclusive: true }, budget: 10 },
    ],
    [
      '330 rows in one whole second among seconds of 60, in pages of 50',
      [59, 60, 330, 60, 75].map((rows, second) => burst(3 * DAY + second * 1_000, rows, 1)),
      { behaviour: { ...plain, clamp: 50, isToInclusive: true }, budget: 20 },
    ],
  ])('is read backward past a crowded instant: %s', async (_name, bursts, options) => {
    const rows = logOf(bursts);
    const { pages } = await listWeek(rows, 52, options);
    expect(pages).toBeLessThanOrEqual(2 * Math.ceil(rows.length / 52) + 8);
  });

  test('runs into a crowded instant at most once before its turn comes', async () => {
    const rows = logOf([burst(3 * DAY, 450, 1), burst(3 * DAY + 2_000, 450, 1)]);
    const { calls } = await listWeek(rows, 50, { behaviour: { ...plain, clamp: 200 } });
    expect(calls).toBeLessThanOrEqual(92);
  });

  /** Reads a part of the hour backward; the first calls that begin at `fromMs` or later get this body instead of rows. */
  async function listSpoilt(
    rows: readonly SimulatedUsageRow[],
    spoilt: { readonly calls: number; readonly fromMs: number; readonly body: readonly null[] },
    asked: { readonly count: number; readonly minutes: number; readonly after: Position | null },
  ) {
    let left = spoilt.calls;
    const vendor = openSource(
      () => rows,
      { ...plain, clamp: 200 },
      {
        wrap: (answer) => (call) => {
          const isSpoilt = left > 0 && Date.parse(new Map(call.query).get('from') ?? '') >= spoilt.fromMs;
          if (!isSpoilt) return answer(call);
          left -= 1;
          return { status: 200, headers: {}, body: spoilt.body };
        },
      },
    );
    const { count, minutes, after } = asked;
    const page = await vendor.open().listUsageRecords({
      range: { fromMs: FROM, toMs: FROM + minutes * 60_000 },
      filter: {},
      count,
      direction: 'ASC',
      after,
    });
    return { page, calls: vendor.upstream.calls.length };
  }

  test('is not at its end if an empty answer behind a cursor is followed by a dense one', async () => {
    const rows = Array.from({ length: 600 }, (_, at) => rowAt(FROM + at * 1_000, at));
    const after = { source: 'USAGE' as const, ...rows[9]! };
    const { page, calls } = await listSpoilt(
      rows,
      { calls: 1, fromMs: FROM, body: [] },
      { count: 20, minutes: 14, after },
    );
    expect([page.rows.length, page.hasMore, calls]).toEqual([20, true, 3]);
  });

  test('is whole if a junk answer hides a crowded instant, because it is read again with an earlier row', async () => {
    const rows = [
      ...Array.from({ length: 5 }, (_, at) => rowAt(FROM + 1_000, at)),
      rowAt(FROM + 20 * 60_000, 5),
      ...Array.from({ length: 450 }, (_, at) => rowAt(FROM + 30 * 60_000, at + 6)),
    ];
    const { page } = await listSpoilt(
      rows,
      { calls: 2, fromMs: FROM + 14 * 60_000, body: [null] },
      { count: 600, minutes: 60, after: null },
    );
    expect([page.rows.length, page.hasMore]).toEqual([456, false]);
    expect(page.coverage.map(({ status }) => status)).toEqual(['COMPLETE']);
  });

  test('is read backward to its end, with any shape', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            atMs: fc.oneof(fc.nat(6 * DAY), fc.nat(100_000)),
            rows: fc.integer({ min: 1, max: 500 }),
            widthMs: fc.constantFrom(1, 20, 2_000, 100_000, DAY / 2),
          }),
          { minLength: 1, maxLength: 4 },
        ),
        fc.constantFrom(100, 500),
        async (bursts, count) => {
          await listWeek(logOf(bursts), count);
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe('a log that rows are deleted from', () => {
  test.each(['DESC', 'ASC'] as const)(
    'gives every row that stays from the first call to the last once, or a coded error, %s',
    async (direction) => {
      await fc.assert(
        fc.asyncProperty(
          fc
            .array(fc.nat(1), { minLength: 30, maxLength: 60 })
            .map((instants) => instants.map((at, id) => rowAt(FROM + at * 60_000, id))),
          behaviours,
          fc.integer({ min: 1, max: 30 }),
          fc.array(fc.tuple(fc.nat(12), fc.nat(60)), { minLength: 1, maxLength: 3 }),
          async (rows, behaviour, count, deletions) => {
            let log = rows;
            let calls = 0;
            const beforeCall = (): void => {
              for (const [call, at] of deletions)
                if (call === calls) log = log.filter((row) => row !== rows[at]);
              calls += 1;
            };
            const vendor = openSource(
              () => log,
              { ...behaviour, clamp: Math.max(behaviour.clamp, 9) },
              { largestPage: 9, beforeCall },
            );
            const listed = await listAll(vendor, () => count, direction).catch((error: unknown) => {
              if (!isOutOfOrder(error)) throw error;
              return null;
            });
            if (!listed) return;
            const given = idsOf(listed);
            expect(new Set(given).size).toBe(given.length);
            expect(inOrder(log).filter((id) => !given.includes(id))).toEqual([]);
          },
        ),
        { numRuns: 150 },
      );
    },
  );
});
