import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UpstreamError } from '../../../src/base/errors.ts';
import type { AuditEvent } from '../../../src/sources/events/event.ts';
import type { EventFilter } from '../../../src/sources/events/filter.ts';
import { directionInTime } from '../../../src/sources/events/order.ts';
import type { EventOrder, EventPageRequest } from '../../../src/sources/events/order.ts';
import { createEventsQuirks } from '../../../src/sources/events/quirks.ts';
import { createEventsSource } from '../../../src/sources/events/source.ts';
import type { Page } from '../../../src/sources/paging/page.ts';
import { comparePositions } from '../../../src/sources/paging/position.ts';
import type { Position } from '../../../src/sources/paging/position.ts';
import { createCallBudget } from '../../../src/upstream/call-budget.ts';
import { createSimulatedEventsVendor } from '../../support/simulated-events-vendor.ts';
import type { EventsBehaviour, SimulatedEvent } from '../../support/simulated-events-vendor.ts';
import { createSimulatedUpstream, createTestCallContext } from '../../support/simulated-vendor.ts';
import type { SeenCall } from '../../support/simulated-vendor.ts';
import { expectNoSilentLoss, readAllPages } from '../../support/read-all-pages.ts';

const FROM = Date.parse('2026-03-01T00:00:00.000Z');
const TO = Date.parse('2026-03-01T01:00:00.000Z');
const NOW = Date.parse('2026-03-02T00:00:00.000Z');
const range = { fromMs: FROM, toMs: TO };
/** Ids beyond what a number can hold. */
const BIG = 2n ** 53n;

const plain: EventsBehaviour = {
  isFromInclusive: false,
  isToInclusive: false,
  takesOperators: true,
  sortFields: ['timestamp', 'id', 'category'],
  unsorted: (a, b) => (a.id < b.id ? -1 : 1),
};

type Answer = ReturnType<typeof createSimulatedEventsVendor>;

function openSource(
  rows: () => readonly SimulatedEvent[],
  behaviour: EventsBehaviour = plain,
  options: {
    largestPage?: number;
    maxScannedRows?: number;
    beforeCall?: () => void;
    budget?: number;
    wrap?: (answer: Answer) => Answer;
  } = {},
) {
  const upstream = createSimulatedUpstream(
    'EVENTS',
    (options.wrap ?? ((answer) => answer))(createSimulatedEventsVendor(rows, behaviour, options.beforeCall)),
    () => NOW,
  );
  const deps = {
    upstream,
    quirks: createEventsQuirks(),
    nowMs: NOW,
    settings: {
      largestPage: options.largestPage ?? 1000,
      maxScannedRows: options.maxScannedRows ?? 10_000,
      staleIfErrorMs: 0,
      age: { settleMs: 90_000, retentionMs: null },
    },
  };
  return {
    upstream,
    quirks: deps.quirks,
    open: (over = upstream) =>
      createEventsSource(
        { ...deps, upstream: over },
        createTestCallContext('test', createCallBudget(options.budget ?? 1_000_000)),
      ),
  };
}

const question = (asked: Partial<EventPageRequest> = {}): EventPageRequest => ({
  range,
  filter: {},
  orderBy: [],
  fields: new Set(),
  count: 50,
  direction: 'DESC',
  after: null,
  ...asked,
});

const isOutOfOrder = (error: unknown): boolean =>
  error instanceof UpstreamError && error.code === 'UPSTREAM_OUT_OF_ORDER';

async function listAll(
  vendor: ReturnType<typeof openSource>,
  count: () => number,
  asked: Partial<EventPageRequest> = {},
): Promise<AuditEvent[]> {
  const rows: AuditEvent[] = [];
  let after: Position | null = null;
  for (let pages = 0; ; pages += 1) {
    expect(pages).toBeLessThan(2000);
    const page: Page<AuditEvent> = await vendor
      .open()
      .listEvents(question({ ...asked, count: count(), after }));
    const isFromStart = (asked.direction ?? 'DESC') === (directionInTime(asked.orderBy ?? []) ?? 'DESC');
    rows[isFromStart ? 'push' : 'unshift'](...page.rows);
    if (!page.hasMore) return rows;
    after = page.end?.position ?? null;
    expect(after).not.toBeNull();
  }
}

const rowAt = (timestampMs: number, id: number): SimulatedEvent => ({ id: BIG + BigInt(id), timestampMs });

/** Ties within a second, as whole seconds or to the millisecond. */
const rowsArbitrary = (maxLength: number, seconds: number) =>
  fc
    .uniqueArray(fc.tuple(fc.nat({ max: seconds }), fc.nat({ max: 999 }), fc.nat({ max: 0xffffff })), {
      maxLength,
      selector: ([, , id]) => id,
    })
    .chain((rows) =>
      fc
        .boolean()
        .map((isWhole) => rows.map(([at, ms, id]) => rowAt(FROM + at * 1000 + (isWhole ? 0 : ms), id))),
    );

const behaviours: fc.Arbitrary<EventsBehaviour> = fc.record({
  isFromInclusive: fc.boolean(),
  isToInclusive: fc.boolean(),
  takesOperators: fc.boolean(),
  sortFields: fc.constantFrom(['timestamp', 'id'], ['id'], []),
  unsorted: fc.constantFrom(plain.unsorted, (a: SimulatedEvent, b: SimulatedEvent) => (a.id > b.id ? -1 : 1)),
});

/** The rows in the range. */
const inRange = <Row extends { readonly timestampMs: number }>(rows: readonly Row[]): Row[] =>
  rows.filter(({ timestampMs }) => timestampMs >= FROM && timestampMs < TO);

const inOrder = (rows: readonly SimulatedEvent[]): string[] =>
  rows
    .filter(({ timestampMs }) => timestampMs >= FROM && timestampMs < TO)
    .map(({ id, timestampMs }) => ({ source: 'EVENTS' as const, id: String(id), timestampMs }))
    .sort(comparePositions)
    .map(({ id }) => id);

const idsOf = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id);

describe('a list of events', () => {
  test.each([
    ['DESC', 'DESC'],
    ['ASC', 'DESC'],
    ['ASC', 'ASC'],
    ['DESC', 'ASC'],
  ] as const)(
    'gives every row once and in order, read %s in a list ordered %s, with every behaviour of the vendor',
    async (direction, order) => {
      await fc.assert(
        fc.asyncProperty(
          rowsArbitrary(120, 80),
          behaviours,
          fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
          fc.integer({ min: 2, max: 50 }),
          async (rows, behaviour, counts, largestPage) => {
            const vendor = openSource(() => rows, behaviour, { largestPage });
            const listed = await listAll(vendor, () => counts.next().value, {
              direction,
              orderBy: [{ field: 'TIMESTAMP', direction: order }],
            });
            expect(idsOf(listed)).toEqual(order === 'DESC' ? inOrder(rows) : inOrder(rows).reverse());
          },
        ),
        { numRuns: 100 },
      );
    },
  );

  test.each(['DESC', 'ASC'] as const)(
    'gives every row of its start once and in order, %s, while rows arrive late, tied and back-dated',
    async (direction) => {
      await fc.assert(
        fc.asyncProperty(
          rowsArbitrary(100, 60),
          behaviours.map((behaviour) => ({ ...behaviour, sortFields: ['timestamp', 'id'] })),
          fc.array(fc.tuple(fc.nat({ max: 30 }), fc.nat({ max: 60 })), { maxLength: 60 }),
          fc.integer({ min: 1, max: 25 }),
          async (rows, behaviour, arrivals, count) => {
            const log = [...rows];
            let call = 0;
            let next = 0x1000000;
            const vendor = openSource(() => log, behaviour, {
              beforeCall: () => {
                for (const [at, second] of arrivals) {
                  if (at === call) log.push(rowAt(FROM + second * 1000, next++));
                }
                call += 1;
              },
            });
            const listed = await listAll(vendor, () => count, { direction });
            const ids = idsOf(listed);
            expect(new Set(ids).size).toBe(ids.length);
            expect(inOrder(rows).filter((id) => !ids.includes(id))).toEqual([]);
            expect(ids).toEqual(
              inOrder(listed.map((row) => ({ id: BigInt(row.id), timestampMs: row.timestampMs }))),
            );
          },
        ),
        { numRuns: 100 },
      );
    },
  );

  test.each([
    ['DESC', 'DESC'],
    ['ASC', 'DESC'],
    ['ASC', 'ASC'],
    ['DESC', 'ASC'],
  ] as const)(
    'reports an unparsable row at least once over all pages, read %s in a list ordered %s, with every behaviour of the vendor',
    async (direction, order) => {
      await fc.assert(
        fc.asyncProperty(
          rowsArbitrary(40, 80).filter((rows) => rows.length > 1),
          behaviours,
          fc.nat(),
          fc.integer({ min: 1, max: 20 }),
          fc.boolean(),
          async (rows, behaviour, at, count, isScan) => {
            const undated = at % rows.length;
            const held = rows.map((row, n) => ({ ...row, username: 'x', isUndated: n === undated }));
            const vendor = openSource(() => held, behaviour, { largestPage: 25, maxScannedRows: 7 });
            let reported = 0;
            let after: Position | null = null;
            for (;;) {
              const page: Page<AuditEvent> = await vendor.open().listEvents(
                question({
                  range: { fromMs: FROM, toMs: Math.max(...rows.map(({ timestampMs }) => timestampMs)) + 1 },
                  filter: isScan ? { username: { eq: 'x' } } : {},
                  orderBy: [{ field: 'TIMESTAMP', direction: order }],
                  direction,
                  count,
                  after,
                }),
              );
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

  test.each([
    ['one crowded second', ['timestamp', 'id'], 3, 6],
    // The calls before find out that the vendor refuses to sort.
    ['a window that the vendor does not sort', [], 8, 9],
  ])('is exact if a row is added between two pages of %s', async (_where, sortFields, addedBefore, calls) => {
    const log = Array.from({ length: 50 }, (_, at) => rowAt(FROM + 5000, at));
    let call = 0;
    const vendor = openSource(
      () => log,
      { ...plain, sortFields },
      {
        largestPage: 20,
        beforeCall: () => {
          call += 1;
          if (call === addedBefore) log.push(rowAt(FROM + 5000, 999));
        },
      },
    );
    const listed = await listAll(vendor, () => 60);
    expect(idsOf(listed)).toEqual(inOrder(log));
    expect(call).toBe(calls);
  });

  test('costs one call for a page of 50, at any depth and in either direction', async () => {
    const rows = Array.from({ length: 3000 }, (_, at) => rowAt(FROM + at * 1000, at));
    for (const direction of ['DESC', 'ASC'] as const) {
      const vendor = openSource(() => rows);
      let after: Position | null = null;
      for (let pages = 1; pages <= 8; pages += 1) {
        const page: Page<AuditEvent> = await vendor.open().listEvents(question({ direction, after }));
        expect(page.rows).toHaveLength(50);
        expect(vendor.upstream.calls).toHaveLength(pages);
        after = page.end?.position ?? null;
      }
    }
  });

  test('tries each request form once, then uses the one that the vendor takes', async () => {
    const rows = [rowAt(FROM + 1000, 1)];
    const vendor = openSource(() => rows, { ...plain, takesOperators: false, sortFields: ['id'] });
    await vendor.open().listEvents(question());
    expect(vendor.upstream.calls.map(({ query }) => new Map(query).get('sort'))).toEqual([
      'timestamp:desc,id:desc',
      'timestamp:desc,id:desc',
      'id:desc',
      'id:desc',
      ...Array.from({ length: vendor.upstream.calls.length - 4 }, () => 'id:desc'),
    ]);
    const asked = vendor.upstream.calls.length;
    await vendor.open().listEvents(question());
    expect(
      vendor.upstream.calls.slice(asked).every(({ query }) => new Map(query).get('sort') === 'id:desc'),
    ).toBe(true);
    expect(new Map(vendor.upstream.calls.at(-1)?.query).get('createdFrom')).toMatch(/^2026-/);
  });

  test("sorts windows of time here if the vendor's ids do not follow time", async () => {
    const rows = Array.from({ length: 30 }, (_, at) => rowAt(FROM + at * 1000, 100 - at));
    const vendor = openSource(() => rows, { ...plain, sortFields: ['id'] }, { largestPage: 12 });
    expect(idsOf(await listAll(vendor, () => 7))).toEqual(inOrder(rows));
  });

  test('learns no request form if all are refused, and reports the first refusal', async () => {
    const rows = [rowAt(FROM + 1000, 1)];
    const vendor = openSource(() => rows);
    let refusals = 0;
    const refusing = createSimulatedUpstream('EVENTS', () => {
      refusals += 1;
      return new UpstreamError({
        code: 'UPSTREAM_REJECTED',
        source: 'EVENTS',
        operation: '/events',
        status: 400,
        message: `refusal ${refusals}`,
      });
    });
    const page = vendor.open(refusing).listEvents(question());
    await expect(page).rejects.toMatchObject({ code: 'UPSTREAM_REJECTED', message: 'refusal 1' });
    expect(refusals).toBe(6);
    expect(idsOf((await vendor.open().listEvents(question())).rows)).toEqual(inOrder(rows));
    expect(vendor.upstream.calls.map(({ query }) => new Map(query).get('sort'))).toEqual([
      'timestamp:desc,id:desc',
    ]);
  });

  test('learns no request form if the call budget ends before one is taken, and starts again', async () => {
    const rows = [rowAt(FROM + 1000, 1)];
    const vendor = openSource(() => rows, { ...plain, takesOperators: false, sortFields: [] }, { budget: 5 });
    await expect(vendor.open().listEvents(question())).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    const asked = vendor.upstream.calls.length;
    await expect(vendor.open().listEvents(question())).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    expect(new Map(vendor.upstream.calls[asked]?.query).get('sort')).toBe('timestamp:desc,id:desc');
  });

  test('uses the request form that another list has learnt meanwhile', async () => {
    const rows = [rowAt(FROM + 1000, 1)];
    const vendor = openSource(() => rows, { ...plain, takesOperators: false });
    const source = vendor.open();
    const [first, second] = await Promise.all([
      source.listEvents(question()),
      source.listEvents(question({ filter: { category: { eq: 'authentication' } } })),
    ]);
    expect([idsOf(first.rows), idsOf(second.rows)]).toEqual([inOrder(rows), inOrder(rows)]);
    await vendor.open().listEvents(question());
    expect(vendor.upstream.calls.map(({ query }) => new Map(query).get('sort'))).toEqual(
      Array.from({ length: 5 }, () => 'timestamp:desc,id:desc'),
    );
  });

  test('reports a 400 as a rejection if the vendor has taken a form before and now refuses all of them', async () => {
    let isRejecting = false;
    const upstream = createSimulatedUpstream('EVENTS', () =>
      isRejecting
        ? new UpstreamError({
            code: 'UPSTREAM_REJECTED',
            source: 'EVENTS',
            operation: '/events',
            status: 400,
            message: '',
          })
        : { status: 200, headers: {}, body: [] },
    );
    const deps = {
      upstream,
      quirks: createEventsQuirks(),
      nowMs: NOW,
      settings: {
        largestPage: 10,
        maxScannedRows: 10,
        staleIfErrorMs: 0,
        age: { settleMs: 0, retentionMs: null },
      },
    };
    await createEventsSource(deps, createTestCallContext()).listEvents(question());
    isRejecting = true;
    const page = createEventsSource(deps, createTestCallContext()).listEvents(question());
    await expect(page).rejects.toMatchObject({ code: 'UPSTREAM_REJECTED' });
    expect(upstream.calls).toHaveLength(1 + 6);
  });

  test('reads a 404 as a refusal, not as an empty list', async () => {
    const upstream = createSimulatedUpstream('EVENTS', () => ({ status: 404 }));
    const page = openSource(() => [])
      .open(upstream)
      .listEvents(question());
    await expect(page).rejects.toMatchObject({ code: 'UPSTREAM_REJECTED', status: 404 });
  });

  test('reads int64 ids without loss', async () => {
    const rows = [rowAt(FROM, 1), { id: 2n ** 63n - 1n, timestampMs: FROM }];
    const page = await openSource(() => rows)
      .open()
      .listEvents(question());
    expect(idsOf(page.rows)).toEqual(['9223372036854775807', '9007199254740993']);
  });
});

describe('a filter', () => {
  const rows: SimulatedEvent[] = Array.from({ length: 40 }, (_, at) => ({
    ...rowAt(FROM + at * 1000, at),
    category: at % 2 === 0 ? 'authentication' : 'role_x',
    action: ['user-login-success', 'user_locked', 'userXlocked', 'role-created'][at % 4]!,
    username: at % 5 === 0 ? null : `user${at % 3}`,
    ipAddress: at % 7 === 0 ? null : `10.0.${at % 3}.${at}`,
    description: at % 4 === 1 ? 'User LOCKED out' : null,
  }));

  async function ask(filter: EventFilter) {
    const vendor = openSource(() => rows);
    const page = await vendor.open().listEvents(question({ filter, count: 100 }));
    return {
      at: page.rows.map((row) => Number(BigInt(row.id) - BIG)).sort((a, b) => a - b),
      page,
      calls: vendor.upstream.calls,
    };
  }
  const where = (isWanted: (row: SimulatedEvent, at: number) => boolean): number[] =>
    rows.flatMap((row, at) => (isWanted(row, at) ? [at] : []));

  test("is sent in the vendor's grammar if the vendor can apply it", async () => {
    const { at, calls } = await ask({
      category: { eq: 'role_x' },
      action: { in: ['user_locked', 'role-created'] },
    });
    expect(at).toEqual(
      where((row) => row.category === 'role_x' && /user_locked|role-created/.test(row.action!)),
    );
    expect(calls[0]?.query).toContainEqual(['category', 'role_x']);
    expect(calls[0]?.query).toContainEqual(['action', 'in:user_locked,role-created']);
  });

  test("takes a caller's underscore as a letter, although it is a wildcard to the vendor", async () => {
    const { at, calls } = await ask({ action: { contains: 'user_l' } });
    expect(calls[0]?.query).toContainEqual(['action', 'like:%user_l%']);
    expect(at).toEqual(where((row) => row.action === 'user_locked'));
  });

  test.each<[string, EventFilter]>([
    ['a value with an operator', { action: { eq: 'in:user_locked,role-created' } }],
    ['a wildcard', { action: { contains: '%' } }],
    ['a list of values with letters of their own', { category: { in: ['a b', 'role_x,authentication'] } }],
  ])(
    "outside of the vendor's grammar, such as %s, is never sent: a scan tests the rows here",
    async (_, filter) => {
      const { at, calls, page } = await ask(filter);
      expect(at).toEqual([]);
      expect(calls.map(({ query }) => query.map(([name]) => name))).toEqual([
        ['createdFrom', 'createdTo', 'fields', 'page', 'pageSize', 'sort'],
      ]);
      expect(page.coverage).toMatchObject([{ status: 'COMPLETE', scanned: rows.length, matched: 0 }]);
    },
  );

  test.each<[string, EventFilter]>([
    ['an empty text', { action: { eq: '' } }],
    ['an empty list', { username: { in: [] } }],
    ['a category that is missing', { category: { isNull: true } }],
  ])('that matches nothing, such as %s, needs no call', async (_, filter) => {
    const { at, calls, page } = await ask(filter);
    expect(at).toEqual([]);
    expect(calls).toHaveLength(0);
    expect(page.coverage).toMatchObject([{ status: 'COMPLETE', asOfMs: null, fromMs: FROM, toMs: TO }]);
  });

  test.each<[string, EventFilter, (row: SimulatedEvent) => boolean]>([
    ['username', { username: { eq: 'user1' } }, (row) => row.username === 'user1'],
    ['a missing username', { username: { isNull: true } }, (row) => row.username === null],
    ['an address', { ipAddress: '10.0.1.1' }, (row) => row.ipAddress === '10.0.1.1'],
    ['a block', { ipAddress: '10.0.1.0/24' }, (row) => row.ipAddress?.startsWith('10.0.1.') ?? false],
    [
      'a text in any case',
      { searchText: 'locked' },
      (row) => row.description !== null && row.description !== undefined,
    ],
    ['the start of an action', { action: { startsWith: 'user_' } }, (row) => row.action === 'user_locked'],
    ['not', { not: { username: { eq: 'user1' } } }, (row) => row.username !== 'user1'],
    [
      'not of two',
      { not: { username: { eq: 'user1' }, category: { eq: 'role_x' } } },
      (row) => !(row.username === 'user1' && row.category === 'role_x'),
    ],
    ['an empty not', { not: {} }, () => true],
  ])('on %s gives the rows that match', async (_, filter, isMatch) => {
    expect((await ask(filter)).at).toEqual(where(isMatch));
  });

  test('with half a surrogate pair is refused by its argument, before a call', async () => {
    const vendor = openSource(() => rows);
    const half = { username: { eq: 'a\ud800' } };
    for (const asked of [
      vendor.open().listEvents(question({ filter: half })),
      vendor.open().countEvents(range, half),
      vendor.open().countEventFacets({ range, filter: half, facets: new Set(['username'] as const) }),
    ]) {
      await expect(asked).rejects.toMatchObject({
        code: 'BAD_USER_INPUT',
        details: { argument: 'filter.username.eq' },
      });
    }
    expect(vendor.upstream.calls).toHaveLength(0);
  });

  test('that takes a scan stops at its bound, reports it, and continues from there to the same rows', async () => {
    const many = Array.from({ length: 2000 }, (_, at) => ({
      ...rowAt(FROM + at * 1000, at),
      username: at % 500 === 3 ? 'x' : 'y',
    }));
    const vendor = openSource(() => many, plain, { maxScannedRows: 300, largestPage: 100 });
    const first = await vendor.open().listEvents(question({ filter: { username: { eq: 'x' } } }));
    expect(first).toMatchObject({
      rows: [],
      hasMore: true,
      coverage: [{ status: 'TRUNCATED', code: 'SCAN_LIMIT', matched: 0 }],
    });
    expect(first.coverage[0]?.scanned).toBeGreaterThan(250);
    const listed = await listAll(vendor, () => 50, { filter: { username: { eq: 'x' } } });
    expect(listed.map((row) => Number(BigInt(row.id) - BIG))).toEqual([1503, 1003, 503, 3]);
  });
});

describe('events ordered by another field', () => {
  const rows: SimulatedEvent[] = Array.from({ length: 60 }, (_, at) => ({
    ...rowAt(FROM + ((at * 7) % 60) * 1000, at),
    username: at % 6 === 0 ? null : `u${at % 5}`,
  }));
  const orders: EventOrder[][] = [
    [{ field: 'USERNAME', direction: 'ASC' }],
    [
      { field: 'USERNAME', direction: 'DESC' },
      { field: 'ID', direction: 'ASC' },
    ],
    [{ field: 'ID', direction: 'ASC' }],
  ];

  test.each(orders.map((orderBy) => [JSON.stringify(orderBy), orderBy] as const))(
    'come once each, in order, missing ones last, by %s, forward and backward',
    async (_, orderBy) => {
      const vendor = openSource(() => rows);
      const forward = await listAll(vendor, () => 7, { orderBy });
      const backward = await listAll(vendor, () => 7, { orderBy, direction: 'ASC' });
      expect(idsOf(backward)).toEqual(idsOf(forward));
      expect(new Set(idsOf(forward)).size).toBe(60);
      if (orderBy[0]?.field === 'USERNAME')
        expect(forward.slice(-10).every((row) => row.username === null)).toBe(true);
    },
  );

  test('are refused if the range holds more events than a scan may read', async () => {
    const vendor = openSource(() => rows, plain, { maxScannedRows: 50 });
    const page = vendor.open().listEvents(question({ orderBy: orders[0]! }));
    await expect(page).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      details: { argument: 'orderBy', allowed: 50 },
    });
  });

  test('count skipped rows against the bound, as in every other scan', async () => {
    const held = rows.map((row, at) => ({ ...row, isUndated: at % 4 === 1 }));
    const ask = (maxScannedRows: number) =>
      openSource(() => held, plain, { maxScannedRows })
        .open()
        .listEvents(question({ orderBy: orders[0]! }));
    await expect(ask(59)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    expect((await ask(60)).rows).toHaveLength(45);
  });
});

describe('events by id', () => {
  const rows = Array.from({ length: 3000 }, (_, at) => rowAt(FROM + at * 1000, at));

  test('are found many at once in few calls', async () => {
    const vendor = openSource(() => rows);
    // The vendor has given a longer page.
    vendor.quirks.pages.note(1_000, 1_000, NOW);
    const source = vendor.open();
    const wanted = Array.from({ length: 50 }, (_, at) => rows[(at * 37) % 900]!);
    const found = await Promise.all(
      wanted.map(({ id, timestampMs }) => source.getEvent(String(id), timestampMs)),
    );
    expect(found.map((event) => event?.id)).toEqual(wanted.map(({ id }) => String(id)));
    expect(vendor.upstream.calls).toHaveLength(1);
  });

  test('are read without the time between them', async () => {
    const dense = Array.from({ length: 20_000 }, (_, at) => rowAt(FROM + at * 100, at));
    const vendor = openSource(() => dense);
    const source = vendor.open();
    const found = await Promise.all(
      [dense[10]!, dense[19_000]!].map(({ id, timestampMs }) => source.getEvent(String(id), timestampMs)),
    );
    expect(found.every((event) => event !== null)).toBe(true);
    expect(vendor.upstream.calls).toHaveLength(2);
  });

  test('are null if there is no such event, or if it has another time', async () => {
    const source = openSource(() => rows).open();
    expect(await source.getEvent('1', FROM)).toBeNull();
    expect(await source.getEvent(String(rows[5]!.id), FROM + 60_000)).toBeNull();
  });
});

describe('two events with one id', () => {
  const twins = [FROM, FROM + 3_000, FROM + 600_000].map((timestampMs, at) => ({
    ...rowAt(timestampMs, 7),
    action: `action-${at}`,
  }));

  test('are each found by their own time, in any order', async () => {
    for (const pair of twins.flatMap((a) => twins.map((b) => [a, b] as const))) {
      const source = openSource(() => twins).open();
      const found = await Promise.all(
        pair.map(({ id, timestampMs }) => source.getEvent(String(id), timestampMs)),
      );
      expect(found).toMatchObject(pair.map(({ action }) => ({ action })));
    }
  });

  test('within one second are an error, because the ids contradict each other', async () => {
    const source = openSource(() => [rowAt(FROM, 7), rowAt(FROM + 500, 7)]).open();
    for (const ms of [FROM, FROM + 500])
      await expect(source.getEvent(String(BIG + 7n), ms)).rejects.toMatchObject({
        code: 'UPSTREAM_OUT_OF_ORDER',
      });
  });

  test('are not confused: if one is deleted, it is null', async () => {
    for (const gone of twins)
      for (const left of twins.filter((twin) => twin !== gone)) {
        const source = openSource(() => [left]).open();
        expect(await source.getEvent(String(gone.id), gone.timestampMs)).toBeNull();
      }
  });
});

describe('events by id in an answer that cannot be parsed', () => {
  const bodies: readonly (readonly [string, unknown, string])[] = [
    ['no row', [null], 'UPSTREAM_BAD_RESPONSE'],
    ['a message', [{ message: 'Internal error' }], 'UPSTREAM_BAD_RESPONSE'],
    [
      'a row without an id',
      [{ timestamp: '2026-03-01T00:00:05Z', category: 'a', action: 'b' }],
      'UPSTREAM_BAD_RESPONSE',
    ],
  ];
  const answering = (body: (call: SeenCall) => unknown) =>
    createEventsSource(
      {
        upstream: createSimulatedUpstream(
          'EVENTS',
          (call) => ({ status: 200, headers: {}, body: body(call) }),
          () => NOW,
        ),
        quirks: createEventsQuirks(),
        nowMs: NOW,
        settings: {
          largestPage: 1000,
          maxScannedRows: 10_000,
          staleIfErrorMs: 0,
          age: { settleMs: 90_000, retentionMs: null },
        },
      },
      createTestCallContext(),
    );

  test.each(bodies)(
    'fail with a code, because null would say that there is no event: %s',
    async (_, body, code) => {
      const source = answering(() => body);
      await expect(source.getEvent('7', FROM + 5_000)).rejects.toMatchObject({ code, source: 'EVENTS' });
    },
  );

  test('are given if their row can be parsed, and null if their window can', async () => {
    const good = { id: 7, timestamp: '2026-03-01T00:00:05Z', category: 'a', action: 'b' };
    const bad = { ...good, id: 8, category: 5 };
    const source = answering(() => [good, bad]);
    const found = await Promise.allSettled([
      source.getEvent('7', FROM + 5_000),
      source.getEvent('8', FROM + 5_000),
      source.getEvent('9', FROM + 60_000),
    ]);
    expect(found).toMatchObject([
      { value: { id: '7' } },
      { status: 'rejected', reason: { code: 'UPSTREAM_BAD_RESPONSE' } },
      { value: null },
    ]);
  });
});

describe('events by id, if the call budget ends', () => {
  test('give the events that were found before', async () => {
    const dense = Array.from({ length: 20_000 }, (_, at) => rowAt(FROM + at * 100, at));
    const source = openSource(() => dense, plain, { budget: 2 }).open();
    const found = await Promise.allSettled(
      [dense[19_000]!, dense[9_000]!, dense[10]!].map(({ id, timestampMs }) =>
        source.getEvent(String(id), timestampMs),
      ),
    );
    expect(found).toMatchObject([
      { value: { id: String(dense[19_000]!.id) } },
      { value: { id: String(dense[9_000]!.id) } },
      { status: 'rejected', reason: { code: 'LIMIT_EXCEEDED' } },
    ]);
  });
});

describe('a count of events', () => {
  const rows = Array.from({ length: 2500 }, (_, at) => rowAt(FROM + at * 1000, at));

  test('is exact if the scan reaches the end, and a lower bound if it is stopped', async () => {
    const source = openSource(() => rows).open();
    expect(await source.countEvents(range, {})).toEqual({ value: 2500, accuracy: 'EXACT' });
    const bounded = openSource(() => rows, plain, { maxScannedRows: 1500 }).open();
    expect(await bounded.countEvents(range, {})).toMatchObject({ accuracy: 'AT_LEAST' });
  });

  test('is read once for equal questions of one operation, whenever they come', async () => {
    const vendor = openSource(() => Array.from({ length: 30 }, (_, at) => rowAt(FROM + at * 1_000, at)));
    const source = vendor.open();
    const first = await source.countEvents(range, {});
    const calls = vendor.upstream.calls.length;
    expect([await source.countEvents(range, {}), first?.value]).toEqual([first, 30]);
    expect(vendor.upstream.calls).toHaveLength(calls);
  });

  test('costs no call after a page with the whole list', async () => {
    const vendor = openSource(() => rows.slice(0, 30));
    const source = vendor.open();
    await source.listEvents(question());
    expect(await source.countEvents(range, {})).toEqual({ value: 30, accuracy: 'EXACT' });
    expect(vendor.upstream.calls).toHaveLength(1);
  });
});

describe('a row that cannot be parsed', () => {
  test.each(['DESC', 'ASC'] as const)(
    'among parsable rows is counted at any place, even if it could be parsed one page before, %s',
    async (direction) => {
      await fc.assert(
        fc.asyncProperty(
          rowsArbitrary(60, 6),
          behaviours,
          fc.integer({ min: 1, max: 20 }),
          fc.nat(20),
          fc.nat(20),
          async (rows, behaviour, count, junkAt, row) => {
            let calls = 0;
            const vendor = openSource(() => rows, behaviour, {
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
              vendor.open().listEvents(question({ count, direction, after })),
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
          rowsArbitrary(60, 20),
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
              vendor.open().listEvents(question({ count, direction, after })),
            );
            expectNoSilentLoss(inRange(rows), listed);
          },
        ),
        { numRuns: 150 },
      );
    },
  );
});

describe('a log that rows are deleted from', () => {
  test.each(['DESC', 'ASC'] as const)(
    'gives every row that stays from the first call to the last once, or a coded error, %s',
    async (direction) => {
      await fc.assert(
        fc.asyncProperty(
          fc
            .array(fc.nat(1), { minLength: 30, maxLength: 60 })
            .map((seconds) => seconds.map((at, id) => rowAt(FROM + at * 60_000, id))),
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
            const vendor = openSource(() => log, behaviour, { largestPage: 9, beforeCall });
            const listed = await listAll(vendor, () => count, { direction }).catch((error: unknown) => {
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

describe('a log that comes in bursts, from a vendor that does not sort by time', () => {
  test.each([
    ['id', 'ASC'],
    ['id', 'DESC'],
    ['none', 'ASC'],
  ] as const)('is read to its end within the call budget: sorted by %s, %s', async (sort, direction) => {
    const week = { fromMs: FROM, toMs: FROM + 7 * 86_400_000 };
    const rows = [
      ...Array.from({ length: 160 }, (_, at) => rowAt(FROM + 3 * 86_400_000 + at * 25, at)),
      ...Array.from({ length: 20 }, (_, at) => rowAt(FROM + at * 20_000_000, 1_000 + at)),
    ];
    const vendor = openSource(
      () => rows,
      { ...plain, sortFields: sort === 'none' ? [] : [sort] },
      { largestPage: 50, budget: 20 },
    );
    for (const count of [8, 100]) {
      const listed = await listAll(vendor, () => count, {
        range: week,
        direction,
        orderBy: [{ field: 'TIMESTAMP', direction }],
      });
      expect(new Set(idsOf(listed)).size).toBe(rows.length);
      expect(listed).toHaveLength(rows.length);
    }
  });
});
