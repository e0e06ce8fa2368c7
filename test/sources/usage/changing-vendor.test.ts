import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Page, PageRequest } from '../../../src/sources/paging/page.ts';
import type { Position } from '../../../src/sources/paging/position.ts';
import type { UsageFilter } from '../../../src/sources/usage/filter.ts';
import { createUsageQuirks } from '../../../src/sources/usage/quirks.ts';
import type { UsageRecord } from '../../../src/sources/usage/record.ts';
import { createUsageSource } from '../../../src/sources/usage/source.ts';
import type { UpstreamResponse } from '../../../src/upstream/upstream.ts';
import { createSimulatedUpstream, createTestCallContext } from '../../support/simulated-vendor.ts';
import type { SeenCall } from '../../support/simulated-vendor.ts';

const FROM = Date.parse('2026-03-01T00:00:00.000Z');
const HOUR_MS = 3_600_000;
const range = { fromMs: FROM, toMs: FROM + 6 * HOUR_MS };

/** How the vendor rounds milliseconds to seconds. */
type Seconds = 'kept' | 'cut' | 'rounded';

const toSecond = (ms: number, seconds: Seconds): number => {
  if (seconds === 'kept') return ms;
  return (seconds === 'cut' ? Math.floor(ms / 1000) : Math.round(ms / 1000)) * 1000;
};

/** A vendor that may change between any two calls, and a service that keeps what it has learnt. */
function createRig(times: readonly number[]) {
  const vendor = {
    limit: 1_000,
    strange: null as number | null,
    /** How the vendor writes times, and how it reads the bounds of a query. */
    stamps: 'kept' as Seconds,
    bounds: 'kept' as Seconds,
    isToInclusive: false,
    beforeCall: () => {},
  };
  let nowMs = FROM + 24 * HOUR_MS;
  const newestFirst = times
    .map((ms, at) => ({ ms, id: String(at).padStart(24, '0') }))
    .sort((a, b) => b.ms - a.ms);
  const answer = (call: SeenCall): UpstreamResponse => {
    vendor.beforeCall();
    const asked = new Map(call.query);
    const bound = (name: string): number => toSecond(Date.parse(asked.get(name) ?? ''), vendor.bounds);
    const offset = Number(asked.get('pageOffset'));
    const size = vendor.strange ?? Math.min(Number(asked.get('pageSize')), vendor.limit);
    const found = newestFirst.filter(
      ({ ms }) => ms >= bound('from') && (ms < bound('to') || (vendor.isToInclusive && ms === bound('to'))),
    );
    const body = found
      .slice(offset, offset + size)
      .map(({ id, ms }) => ({ id, usageDate: new Date(toSecond(ms, vendor.stamps)).toISOString() }));
    return { status: 200, headers: {}, body };
  };
  const upstream = createSimulatedUpstream('USAGE', answer, () => nowMs);
  const quirks = createUsageQuirks();
  const ask = (asked: Partial<PageRequest<UsageFilter>> = {}): Promise<Page<UsageRecord>> =>
    createUsageSource(
      {
        upstream,
        quirks,
        nowMs,
        settings: {
          largestPage: 200,
          maxScannedRows: 10_000,
          staleIfErrorMs: 0,
          age: { settleMs: 90_000, retentionMs: null },
        },
      },
      async () => {
        throw new Error('no series are asked for here');
      },
      createTestCallContext(),
    ).listUsageRecords({ range, filter: {}, count: 20, direction: 'DESC', after: null, ...asked });
  return {
    vendor,
    ask,
    async listAll(asked: Partial<PageRequest<UsageFilter>>): Promise<string[]> {
      const ids: string[] = [];
      for (let after: Position | null = null; ;) {
        const page: Page<UsageRecord> = await ask({ ...asked, after });
        ids.push(...page.rows.map(({ id }) => id));
        if (!page.hasMore) return ids.sort();
        after = page.end?.position ?? null;
      }
    },
    pass(ms: number) {
      nowMs += ms;
    },
    calls: () => upstream.calls.splice(0).length,
    /** `from` and `to` of the calls since the last look. */
    bounds: () =>
      upstream.calls.splice(0).map(({ query }) => {
        const asked = new Map(query);
        return ['from', 'to'].map((name) => asked.get(name)?.slice(11, 23));
      }),
  };
}

const everySecond = (count: number): number[] =>
  Array.from({ length: count }, (_, at) => FROM + at * 1000 + (at % 7));
const idsOf = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => String(at).padStart(24, '0'));

describe('a vendor that gives fewer records at once than it did', () => {
  test.each([
    ['DESC', [200, 50]],
    ['ASC', [200, 50]],
    ['DESC', [200, 128, 100, 64, 60, 50]],
    ['DESC', [50, 200, 50]],
  ] as const)('is read whole, %s, at limits of %j', async (direction, limits) => {
    const rig = createRig(everySecond(777));
    for (const limit of limits) {
      rig.vendor.limit = limit;
      expect(await rig.listAll({ direction, count: 500 })).toEqual(idsOf(777));
    }
  });

  test('is read whole even if its limit falls between two pages', async () => {
    for (let at = 1; at < 6; at += 1) {
      const rig = createRig(everySecond(777));
      let calls = 0;
      rig.vendor.limit = 200;
      rig.vendor.beforeCall = () => {
        if ((calls += 1) === at) rig.vendor.limit = 50;
      };
      expect(await rig.listAll({ count: 500 })).toEqual(idsOf(777));
    }
  });

  test('is read whole at any limit, an hour after it gave more', async () => {
    const rig = createRig(everySecond(777));
    rig.vendor.limit = 200;
    await rig.listAll({ count: 500 });
    rig.pass(HOUR_MS + 1);
    rig.vendor.limit = 137;
    expect(await rig.listAll({ count: 500 })).toEqual(idsOf(777));
  });

  test('is not expected to give again a page longer than requested', async () => {
    const rig = createRig(everySecond(777));
    rig.vendor.strange = 600;
    await rig.ask({ count: 20 });
    rig.vendor.strange = null;
    rig.vendor.limit = 137;
    expect(await rig.listAll({ count: 500 })).toEqual(idsOf(777));
  });
});

describe('a list that is shorter than requested', () => {
  test('costs one call after a longer page, unless its length looks like a limit', async () => {
    const rig = createRig(everySecond(777));
    await rig.ask({ count: 199 });
    rig.calls();
    const counts: number[] = [];
    for (const count of [3, 49, 57, 100, 157]) {
      await rig.ask({ count: 190, range: { fromMs: FROM, toMs: FROM + count * 1000 } });
      counts.push(rig.calls());
    }
    expect(counts).toEqual([1, 1, 1, 2, 1]);
  });
});

describe('a vendor that gives whole seconds and selects by milliseconds', () => {
  const secondsArbitrary = fc.constantFrom('kept', 'cut', 'rounded') satisfies fc.Arbitrary<Seconds>;

  test.each(['DESC', 'ASC'] as const)(
    'is read whole, however it rounds times and bounds, %s',
    async (direction) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.nat({ max: 40_000 }), { minLength: 3, maxLength: 90 }),
          secondsArbitrary,
          fc.boolean(),
          fc.tuple(fc.nat({ max: 20_000 }), fc.integer({ min: 20_000, max: 45_000 })),
          fc.integer({ min: 1, max: 40 }),
          async (times, bounds, isToInclusive, [from, to], count) => {
            const rig = createRig(times.map((ms) => FROM + ms));
            Object.assign(rig.vendor, {
              stamps: bounds === 'rounded' ? 'rounded' : 'cut',
              bounds,
              isToInclusive,
            });
            const asked = { fromMs: FROM + from, toMs: FROM + to };
            // The first page shows that the vendor's times are whole seconds.
            await rig.ask({ count: 40 });
            // A record belongs to the time that the vendor gives.
            const expected = times.flatMap((ms, at) => {
              const stamp = toSecond(FROM + ms, bounds === 'rounded' ? 'rounded' : 'cut');
              return stamp >= asked.fromMs && stamp < asked.toMs ? [String(at).padStart(24, '0')] : [];
            });
            expect(await rig.listAll({ range: asked, direction, count })).toEqual(expected);
          },
        ),
        { numRuns: 150 },
      );
    },
  );

  test('gets bounds in whole seconds while its times are whole seconds', async () => {
    const rig = createRig(Array.from({ length: 9 }, (_, at) => FROM + at * 1_000 + 250));
    const asked = { range: { fromMs: FROM + 250, toMs: FROM + 7_750 } };
    const exact = ['00:00:00.000', '00:00:07.750'];
    const wide = ['00:00:00.000', '00:00:08.000'];
    const bounds: unknown[] = [];
    for (const stamps of ['kept', 'cut', 'cut', 'kept', 'kept'] as const) {
      rig.vendor.stamps = stamps;
      await rig.ask(asked);
      bounds.push(rig.bounds()[0]);
    }
    expect(bounds).toEqual([exact, exact, wide, wide, exact]);
  });
});
