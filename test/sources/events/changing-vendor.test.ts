import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UpstreamError } from '../../../src/base/errors.ts';
import type { AuditEvent } from '../../../src/sources/events/event.ts';
import type { EventPageRequest } from '../../../src/sources/events/order.ts';
import { createEventsQuirks } from '../../../src/sources/events/quirks.ts';
import { createEventsSource } from '../../../src/sources/events/source.ts';
import type { Page } from '../../../src/sources/paging/page.ts';
import type { Position } from '../../../src/sources/paging/position.ts';
import type { UpstreamResponse } from '../../../src/upstream/upstream.ts';
import { createSimulatedEventsVendor } from '../../support/simulated-events-vendor.ts';
import type { EventsBehaviour, SimulatedEvent } from '../../support/simulated-events-vendor.ts';
import { createSimulatedUpstream, createTestCallContext } from '../../support/simulated-vendor.ts';
import type { SeenCall } from '../../support/simulated-vendor.ts';

const FROM = Date.parse('2026-03-01T00:00:00.000Z');
const TO = Date.parse('2026-03-01T06:00:00.000Z');
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const plain: EventsBehaviour = {
  isFromInclusive: false,
  isToInclusive: false,
  takesOperators: true,
  sortFields: ['timestamp', 'id', 'category'],
  unsorted: (a, b) => (a.id < b.id ? -1 : 1),
};

const refusal = (): UpstreamError =>
  new UpstreamError({
    code: 'UPSTREAM_REJECTED',
    source: 'EVENTS',
    operation: '/events',
    status: 400,
    message: 'The vendor rejected the request.',
  });

/** A vendor that may change between any two calls, and a service that keeps what it has learnt. */
function createRig(count: number, perSecond = 1) {
  const rows: readonly SimulatedEvent[] = Array.from({ length: count }, (_, at) => ({
    id: BigInt(at + 1),
    timestampMs: FROM + Math.floor(at / perSecond) * 1000,
  }));
  const vendor = {
    behaviour: plain,
    takesBare: true,
    limit: 1000,
    strange: null as unknown,
    beforeCall: () => {},
  };
  let nowMs = Date.parse('2026-03-02T00:00:00.000Z');
  const answer = (call: SeenCall): UpstreamResponse | UpstreamError => {
    vendor.beforeCall();
    if (!vendor.takesBare && !new Map(call.query).get('createdFrom')?.startsWith('gt:')) return refusal();
    if (vendor.strange !== null) return { status: 200, headers: {}, body: vendor.strange };
    // A page begins at the place that the requested size gives, and ends at the vendor's limit.
    const answered = createSimulatedEventsVendor(() => rows, vendor.behaviour)(call);
    if (answered instanceof UpstreamError || answered.status !== 200) return answered;
    return { ...answered, body: (answered.body as unknown[]).slice(0, vendor.limit) };
  };
  const upstream = createSimulatedUpstream('EVENTS', answer, () => nowMs);
  const quirks = createEventsQuirks();
  const ask = (asked: Partial<EventPageRequest> = {}): Promise<Page<AuditEvent>> =>
    createEventsSource(
      {
        upstream,
        quirks,
        nowMs,
        settings: {
          largestPage: 1000,
          maxScannedRows: 10_000,
          staleIfErrorMs: 0,
          age: { settleMs: 90_000, retentionMs: null },
        },
      },
      createTestCallContext(),
    ).listEvents({
      range: { fromMs: FROM, toMs: TO },
      filter: {},
      orderBy: [],
      fields: new Set(),
      count: 20,
      direction: 'DESC',
      after: null,
      ...asked,
    });
  return {
    vendor,
    ask,
    async listAll(asked: Partial<EventPageRequest>): Promise<number> {
      const ids = new Set<string>();
      for (let after: Position | null = null; ;) {
        const page: Page<AuditEvent> = await ask({ ...asked, after });
        for (const { id } of page.rows) {
          expect(ids.has(id)).toBe(false);
          ids.add(id);
        }
        if (!page.hasMore) return ids.size;
        after = page.end?.position ?? null;
      }
    },
    pass(ms: number) {
      nowMs += ms;
    },
    /** The request forms of the calls since the last look, as `sort` and `gt` or `bare`. */
    ways(): readonly string[] {
      return upstream.calls.splice(0).map(({ query }) => {
        const asked = new Map(query);
        const sort = asked.get('sort')?.split(/[:,]/)[0] ?? 'none';
        return `${sort} ${asked.get('createdFrom')?.startsWith('gt:') ? 'gt' : 'bare'}`;
      });
    },
  };
}

describe('a request form', () => {
  test('is not learnt from an answer without a parsable row', async () => {
    const { vendor, ask, ways, pass } = createRig(5);
    vendor.strange = [{ message: 'Internal error' }];
    await ask().catch(() => null);
    ways();
    pass(1_000);
    vendor.strange = null;
    vendor.behaviour = { ...plain, takesOperators: false };
    expect((await ask()).rows).toHaveLength(5);
    expect(ways()).toEqual(['timestamp gt', 'timestamp bare']);
  });

  test('that the vendor suddenly refuses is replaced by the one that it takes now, and later back again', async () => {
    const { vendor, ask, ways, pass } = createRig(5);
    await ask();
    vendor.behaviour = { ...plain, takesOperators: false };
    expect((await ask()).rows).toHaveLength(5);
    expect(ways()).toEqual(['timestamp gt', 'timestamp gt', 'timestamp bare']);
    pass(MINUTE_MS);
    vendor.behaviour = plain;
    vendor.takesBare = false;
    expect((await ask()).rows).toHaveLength(5);
    expect(ways()).toEqual(['timestamp bare', 'timestamp gt']);
  });

  test('that is not the best is used for 15 minutes, then the best is tried again', async () => {
    const { vendor, ask, ways, pass } = createRig(5);
    vendor.behaviour = { ...plain, takesOperators: false };
    await ask();
    expect(ways()).toEqual(['timestamp gt', 'timestamp bare']);
    pass(14 * MINUTE_MS);
    await ask();
    expect(ways()).toEqual(['timestamp bare']);
    pass(MINUTE_MS);
    await ask();
    await ask();
    expect(ways()).toEqual(['timestamp gt', 'timestamp bare', 'timestamp bare']);
  });

  test('is replaced once a minute at most, so a query that the vendor always refuses costs one call and unlearns nothing', async () => {
    const { vendor, ask, ways, pass } = createRig(5);
    await ask();
    ways();
    vendor.beforeCall = () => {
      throw refusal();
    };
    const counts: number[] = [];
    for (let n = 0; n < 4; n += 1) {
      pass(29_000);
      await expect(ask()).rejects.toMatchObject({ code: 'UPSTREAM_REJECTED' });
      counts.push(ways().length);
    }
    expect(counts).toEqual([6, 1, 1, 6]);
    vendor.beforeCall = () => {};
    await ask();
    expect(ways()).toEqual(['timestamp gt']);
  });

  test('stays the same for a list that has begun with it, so no row comes twice if the vendor changes', async () => {
    const { vendor, ask } = createRig(300);
    let calls = 0;
    vendor.limit = 100;
    vendor.beforeCall = () => {
      calls += 1;
      if (calls === 2) vendor.behaviour = { ...plain, sortFields: ['id'] };
    };
    await expect(ask({ count: 250 })).rejects.toMatchObject({ code: 'UPSTREAM_REJECTED' });
    const page = await ask({ count: 250 });
    expect(new Set(page.rows.map(({ id }) => id)).size).toBe(250);
  });
});

describe('a vendor that gives fewer events at once than requested', () => {
  test.each([
    ['DESC', 'timestamp', 200],
    ['ASC', 'timestamp', 200],
    ['DESC', 'none', 200],
    ['ASC', 'none', 200],
    ['DESC', 'timestamp', 137],
    ['DESC', 'none', 137],
    ['DESC', 'timestamp', 50],
  ] as const)('is read whole, %s, sorted by %s, at a limit of %d', async (direction, sort, limit) => {
    const { vendor, listAll } = createRig(1_234, 3);
    vendor.limit = limit;
    vendor.behaviour = { ...plain, sortFields: sort === 'none' ? [] : plain.sortFields };
    expect(await listAll({ direction, count: 500 })).toBe(1_234);
  });

  test('is read whole at any constant limit from 50 on', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 50, max: 300 }),
        fc.nat({ max: 700 }),
        fc.constantFrom(1, 7, 90, 700),
        fc.constantFrom('DESC' as const, 'ASC' as const),
        fc.boolean(),
        fc.integer({ min: 20, max: 500 }),
        async (limit, count, perSecond, direction, isSorted, pageSize) => {
          const { vendor, listAll } = createRig(count, perSecond);
          vendor.limit = limit;
          vendor.behaviour = { ...plain, sortFields: isSorted ? plain.sortFields : [] };
          expect(await listAll({ direction, count: pageSize })).toBe(count);
        },
      ),
      {
        numRuns: 60,
        // One second holds exactly as many events as the limit, and the list one more.
        examples: [[90, 91, 90, 'ASC', false, 20]],
      },
    );
  });

  test.each(['timestamp', 'none'])('is read whole if one second holds more, sorted by %s', async (sort) => {
    const { vendor, listAll } = createRig(1_000, 1_000);
    vendor.limit = 200;
    vendor.behaviour = { ...plain, sortFields: sort === 'none' ? [] : plain.sortFields };
    expect(await listAll({ count: 500 })).toBe(1_000);
  });

  test('is read whole even if its limit falls between two lists', async () => {
    const { vendor, listAll } = createRig(700);
    for (const limit of [1_000, 200, 50]) {
      vendor.limit = limit;
      expect(await listAll({ count: 500 })).toBe(700);
    }
  });

  test.each(['timestamp', 'none'])(
    'is read whole if its limit falls while one second is read, sorted by %s',
    async (sort) => {
      for (let at = 2; at < 12; at += 1) {
        const { vendor, listAll } = createRig(1_000, 1_000);
        let calls = 0;
        vendor.limit = 200;
        vendor.behaviour = { ...plain, sortFields: sort === 'none' ? [] : plain.sortFields };
        vendor.beforeCall = () => {
          if ((calls += 1) === at) vendor.limit = 50;
        };
        expect(await listAll({ count: 500 })).toBe(1_000);
      }
    },
  );
});

describe('a list that is shorter than requested', () => {
  const callsFor = async (rig: ReturnType<typeof createRig>, asked: Partial<EventPageRequest> = {}) => {
    await rig.ask({ count: 500, ...asked });
    return rig.ways().length;
  };

  test.each([0, 3, 49])('costs one call with %d events, because no limit is so low', async (count) => {
    const rig = createRig(count);
    expect([await callsFor(rig), await callsFor(rig)]).toEqual([1, 1]);
  });

  test.each(['DESC', 'ASC'] as const)(
    'costs a second call each time if it may be as long as a limit that is unknown, %s',
    async (direction) => {
      for (const perSecond of [1, 1_000]) {
        const rig = createRig(157, perSecond);
        const calls: number[] = [];
        for (const passMs of [0, 0, 60 * MINUTE_MS]) {
          rig.pass(passMs);
          calls.push(await callsFor(rig, { direction }));
        }
        expect(calls).toEqual([2, 2, 2]);
      }
    },
  );

  test('costs one call for an hour after a longer one was seen', async () => {
    const rig = createRig(157);
    const shorter = { range: { fromMs: FROM + 2_000, toMs: TO } };
    expect(await callsFor(rig)).toBe(2);
    expect([await callsFor(rig, shorter), await callsFor(rig, shorter)]).toEqual([1, 1]);
    rig.pass(HOUR_MS + 1);
    expect(await callsFor(rig, shorter)).toBe(2);
  });

  test.each([50, 64, 200])(
    'costs a second call each time if it has %d events, because a limit may have fallen to that',
    async (count) => {
      const rig = createRig(count);
      const calls: number[] = [];
      for (const passMs of [0, 0, HOUR_MS + 1]) {
        rig.pass(passMs);
        calls.push(await callsFor(rig));
      }
      expect(calls).toEqual([2, 2, 2]);
    },
  );

  test.each([137, 200])(
    'does not hide a limit of %d, even if the first list has just as many',
    async (limit) => {
      const rig = createRig(1_234, 1);
      rig.vendor.limit = limit;
      const just = { fromMs: FROM, toMs: FROM + limit * 1_000 };
      for (let n = 0; n < 3; n += 1) {
        expect(await rig.listAll({ count: 500, range: just })).toBe(limit);
        expect(await rig.listAll({ count: 500 })).toBe(1_234);
      }
    },
  );
});
