import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UpstreamError } from '../../../src/base/errors.ts';
import { createEventsQuirks } from '../../../src/sources/events/quirks.ts';
import { createEventsSource } from '../../../src/sources/events/source.ts';
import type { Page } from '../../../src/sources/paging/page.ts';
import { comparePositions } from '../../../src/sources/paging/position.ts';
import type { Position } from '../../../src/sources/paging/position.ts';
import type { Activity } from '../../../src/sources/timeline/activity.ts';
import type { TimelineFilter } from '../../../src/sources/timeline/filter.ts';
import { createTimelineSource } from '../../../src/sources/timeline/source.ts';
import { createUsageQuirks } from '../../../src/sources/usage/quirks.ts';
import { createUsageSource } from '../../../src/sources/usage/source.ts';
import { createCallBudget } from '../../../src/upstream/call-budget.ts';
import type { UpstreamResponse } from '../../../src/upstream/upstream.ts';
import { createSimulatedEventsVendor } from '../../support/simulated-events-vendor.ts';
import type { SimulatedEvent } from '../../support/simulated-events-vendor.ts';
import { createSimulatedUsageVendor } from '../../support/simulated-usage-vendor.ts';
import type { SimulatedUsageRow } from '../../support/simulated-usage-vendor.ts';
import { createSimulatedUpstream, createTestCallContext } from '../../support/simulated-vendor.ts';
import type { SeenCall } from '../../support/simulated-vendor.ts';

const FROM = Date.parse('2026-03-01T00:00:00.000Z');
const TO = Date.parse('2026-03-01T01:00:00.000Z');
const NOW = Date.parse('2026-03-02T00:00:00.000Z');
const range = { fromMs: FROM, toMs: TO };

interface Log {
  usage: SimulatedUsageRow[];
  events: SimulatedEvent[];
}

type Answer = (call: SeenCall) => UpstreamResponse | UpstreamError;

function openTimeline(
  log: Log,
  options: {
    largestPage?: number;
    budget?: number;
    wrap?: (source: 'USAGE' | 'EVENTS', answer: Answer) => Answer;
    beforeCall?: () => void;
    maxScannedRows?: number;
    eventSorts?: readonly string[];
  } = {},
) {
  const settings = {
    largestPage: options.largestPage ?? 200,
    maxScannedRows: options.maxScannedRows ?? 10_000,
    staleIfErrorMs: 0,
    age: { settleMs: 90_000, retentionMs: null },
  };
  const { wrap = (_source, answer) => answer, beforeCall = () => {} } = options;
  const usageVendor = createSimulatedUsageVendor(
    () => log.usage,
    {
      offsetUnit: 'pages',
      clamp: 1000,
      isFromInclusive: true,
      isToInclusive: true,
      dialect: 'snake',
      tie: () => (a, b) => (a.id < b.id ? -1 : 1),
    },
    beforeCall,
  );
  const eventsVendor = createSimulatedEventsVendor(
    () => log.events,
    {
      isFromInclusive: false,
      isToInclusive: false,
      takesOperators: true,
      sortFields: options.eventSorts ?? ['timestamp', 'id'],
      unsorted: () => 0,
    },
    beforeCall,
  );
  const usage = {
    upstream: createSimulatedUpstream('USAGE', wrap('USAGE', usageVendor), () => NOW),
    quirks: createUsageQuirks(),
    nowMs: NOW,
    settings,
  };
  const events = {
    upstream: createSimulatedUpstream('EVENTS', wrap('EVENTS', eventsVendor), () => NOW),
    quirks: createEventsQuirks(),
    nowMs: NOW,
    settings,
  };
  return {
    usageCalls: usage.upstream.calls,
    eventsCalls: events.upstream.calls,
    open() {
      const context = createTestCallContext('test', createCallBudget(options.budget ?? 1_000_000));
      const noSeries = async () => {
        throw new Error('no series are asked for here');
      };
      return createTimelineSource(
        { deps: usage, context, reader: createUsageSource(usage, noSeries, context) },
        { deps: events, context, reader: createEventsSource(events, context) },
        NOW,
      );
    },
  };
}

type Timeline = ReturnType<typeof openTimeline>;

const readPage = (
  timeline: Timeline,
  count: number,
  direction: 'DESC' | 'ASC',
  after: Position | null,
  filter: TimelineFilter = {},
): Promise<Page<Activity>> =>
  timeline.open().listActivities({ range, filter, count, direction, after, fields: new Set(['ipAddress']) });

async function readAll(
  timeline: Timeline,
  count: () => number,
  direction: 'DESC' | 'ASC' = 'DESC',
  filter: TimelineFilter = {},
): Promise<Activity[]> {
  const rows: Activity[] = [];
  let after: Position | null = null;
  for (let pages = 0; ; pages += 1) {
    expect(pages).toBeLessThan(2000);
    const page = await readPage(timeline, count(), direction, after, filter);
    if (direction === 'DESC') rows.push(...page.rows);
    else rows.unshift(...page.rows);
    if (!page.hasMore) return rows;
    after = page.end?.position ?? null;
    expect(after).not.toBeNull();
  }
}

const usageAt = (timestampMs: number, id: number): SimulatedUsageRow => ({
  id: id.toString(16).padStart(24, '0'),
  timestampMs,
  ip: id % 3 === 0 ? '203.0.113.9' : '10.0.0.1',
});
const eventAt = (timestampMs: number, id: number): SimulatedEvent => ({
  id: BigInt(id + 1),
  timestampMs: Math.floor(timestampMs / 1000) * 1000,
  ipAddress: id % 4 === 0 ? '203.0.113.9' : null,
});

const logArbitrary: fc.Arbitrary<Log> = fc
  .tuple(
    fc.uniqueArray(fc.tuple(fc.nat({ max: 50 }), fc.nat({ max: 0xffffff })), {
      maxLength: 80,
      selector: ([, id]) => id,
    }),
    fc.uniqueArray(fc.tuple(fc.nat({ max: 50 }), fc.nat({ max: 0xffffff })), {
      maxLength: 80,
      selector: ([, id]) => id,
    }),
  )
  .map(([usage, events]) => ({
    usage: usage.map(([at, id]) => usageAt(FROM + at * 500, id)),
    events: events.map(([at, id]) => eventAt(FROM + at * 500, id)),
  }));

const positionsOf = (log: Log): Position[] => [
  ...log.usage.map(({ id, timestampMs }) => ({ source: 'USAGE' as const, id, timestampMs })),
  ...log.events.map(({ id, timestampMs }) => ({ source: 'EVENTS' as const, id: String(id), timestampMs })),
];
const namesOf = (rows: readonly Position[]): string[] => rows.map(({ source, id }) => `${source} ${id}`);
const inOrder = (log: Log): string[] => namesOf(positionsOf(log).sort(comparePositions));

const failure = (source: 'USAGE' | 'EVENTS'): UpstreamError =>
  new UpstreamError({
    code: 'UPSTREAM_UNAVAILABLE',
    source,
    operation: '/x',
    message: 'The vendor is unavailable.',
  });

const denseLog: Log = {
  usage: Array.from({ length: 400 }, (_, at) => usageAt(FROM + at * 2000, at)),
  events: Array.from({ length: 400 }, (_, at) => eventAt(FROM + at * 3000, at)),
};

describe('paging over both sources', () => {
  test.each(['DESC', 'ASC'] as const)(
    'reports a skipped row of either source at least once over all its pages, %s',
    async (direction) => {
      await fc.assert(
        fc.asyncProperty(
          logArbitrary.filter(({ usage, events }) => usage.length > 1 && events.length > 1),
          fc.nat(),
          fc.constantFrom(['timestamp', 'id'], []),
          fc.integer({ min: 1, max: 20 }),
          async (log, at, eventSorts, count) => {
            const undate = <Row>(rows: readonly Row[]): Row[] =>
              rows.map((row, n) => ({ ...row, isUndated: n === at % rows.length }));
            const timeline = openTimeline(
              { usage: undate(log.usage), events: undate(log.events) },
              { eventSorts },
            );
            // The vendor shows how long its pages can be, so that a page with a single unparsable row is known to be the last.
            await readPage(timeline, 200, 'DESC', null);
            const skipped = { USAGE: 0, EVENTS: 0 };
            let after: Position | null = null;
            for (;;) {
              const page: Page<Activity> = await readPage(timeline, count, direction, after);
              for (const { source, dropped } of page.coverage) skipped[source] += dropped;
              if (!page.hasMore) break;
              after = page.end?.position ?? null;
            }
            expect(skipped.USAGE).toBeGreaterThanOrEqual(1);
            expect(skipped.EVENTS).toBeGreaterThanOrEqual(1);
          },
        ),
      );
    },
  );

  test.each(['DESC', 'ASC'] as const)('gives every entry once, in the one order, %s', async (direction) => {
    await fc.assert(
      fc.asyncProperty(
        logArbitrary,
        fc.infiniteStream(fc.integer({ min: 1, max: 30 })),
        fc.integer({ min: 2, max: 40 }),
        async (log, counts, largestPage) => {
          const given = await readAll(
            openTimeline(log, { largestPage }),
            () => counts.next().value,
            direction,
          );
          expect(namesOf(given)).toEqual(inOrder(log));
        },
      ),
      { numRuns: 150 },
    );
  });

  test.each(['DESC', 'ASC'] as const)(
    'gives every entry that existed at its start once and none twice, %s, while entries arrive in both',
    async (direction) => {
      await fc.assert(
        fc.asyncProperty(
          logArbitrary,
          fc.array(fc.tuple(fc.nat({ max: 40 }), fc.nat({ max: 50 }), fc.boolean()), { maxLength: 60 }),
          fc.integer({ min: 1, max: 25 }),
          async (start, arrivals, count) => {
            const log = { usage: [...start.usage], events: [...start.events] };
            let call = 0;
            let next = 0x1000000;
            const beforeCall = () => {
              for (const [at, half, isUsage] of arrivals) {
                if (at !== call) continue;
                if (isUsage) log.usage.push(usageAt(FROM + half * 500, next++));
                else log.events.push(eventAt(FROM + half * 500, next++));
              }
              call += 1;
            };
            const given = namesOf(await readAll(openTimeline(log, { beforeCall }), () => count, direction));
            expect(new Set(given).size).toBe(given.length);
            expect(inOrder(start).filter((name) => !given.includes(name))).toEqual([]);
            expect(inOrder(log).filter((name) => given.includes(name))).toEqual(given);
          },
        ),
        { numRuns: 150 },
      );
    },
  );

  test('stops at the call budget, at the time up to which both are examined, and continues without loss', async () => {
    await fc.assert(
      fc.asyncProperty(
        logArbitrary,
        fc.integer({ min: 4, max: 7 }),
        fc.integer({ min: 1, max: 60 }),
        async (log, budget, count) => {
          const given = await readAll(openTimeline(log, { budget, largestPage: 8 }), () => count).catch(
            (error: unknown) => {
              expect(error).toMatchObject({ code: 'LIMIT_EXCEEDED' });
              return null;
            },
          );
          fc.pre(given !== null);
          expect(namesOf(given)).toEqual(inOrder(log));
        },
      ),
      { numRuns: 150 },
    );
  });

  test('finds what happened from one address in both, as a scan that resumes without loss', async () => {
    const timeline = openTimeline(denseLog, { largestPage: 30, maxScannedRows: 25 });
    const given = await readAll(timeline, () => 10, 'DESC', { ipAddress: '203.0.113.0/24' });
    const expected = inOrder({
      usage: denseLog.usage.filter(({ ip }) => ip === '203.0.113.9'),
      events: denseLog.events.filter(({ ipAddress }) => ipAddress === '203.0.113.9'),
    });
    expect(namesOf(given)).toEqual(expected);
  });

  test('costs one call to each source for a page of 50, at any depth', async () => {
    const timeline = openTimeline(denseLog);
    let after: Position | null = null;
    for (let pages = 1; pages <= 6; pages += 1) {
      const page = await readPage(timeline, 50, 'DESC', after);
      expect([timeline.usageCalls.length, timeline.eventsCalls.length]).toEqual([pages, pages]);
      after = page.end?.position ?? null;
    }
  });

  test('asks only the source that is wanted', async () => {
    const timeline = openTimeline(denseLog);
    const page = await readPage(timeline, 50, 'DESC', null, { sources: ['EVENTS'] });
    expect(page.rows.every(({ source }) => source === 'EVENTS')).toBe(true);
    expect(page.coverage.map(({ source }) => source)).toEqual(['EVENTS']);
    expect(timeline.usageCalls).toHaveLength(0);
  });
});

describe('a source that fails', () => {
  test('leaves the rows of the other one, and coverage reports the failed span', async () => {
    const timeline = openTimeline(denseLog, {
      wrap: (source, answer) => (source === 'USAGE' ? () => failure('USAGE') : answer),
    });
    const page = await readPage(timeline, 50, 'DESC', null);
    expect(page.rows).toHaveLength(50);
    expect(page.coverage.filter(({ source }) => source === 'USAGE')).toEqual([
      expect.objectContaining({
        status: 'FAILED',
        code: 'UPSTREAM',
        toMs: TO,
        fromMs: page.rows.at(-1)!.timestampMs,
        asOfMs: null,
        origin: 'NONE',
      }),
    ]);
    expect(page.coverage.filter(({ source }) => source === 'EVENTS')).toEqual([
      expect.objectContaining({ status: 'COMPLETE', matched: 50 }),
    ]);
  });

  test('at the third page, and back at the fifth, is missing in exactly those pages, and the same cursor reads the span again', async () => {
    let isDown = false;
    const timeline = openTimeline(denseLog, {
      wrap: (source, answer) => (call) => (isDown && source === 'EVENTS' ? failure('EVENTS') : answer(call)),
    });
    const pages: Page<Activity>[] = [];
    const cursors: (Position | null)[] = [];
    let after: Position | null = null;
    for (let at = 1; ; at += 1) {
      isDown = at === 3 || at === 4;
      cursors.push(after);
      const page = await readPage(timeline, 40, 'DESC', after);
      pages.push(page);
      after = page.end?.position ?? null;
      if (!page.hasMore) break;
    }
    const failed = pages.map((page) => page.coverage.some(({ status }) => status === 'FAILED'));
    expect(failed.slice(0, 6)).toEqual([false, false, true, true, false, false]);
    isDown = false;
    const again = await readPage(timeline, 40, 'DESC', cursors[2]!);
    expect(again.coverage.every(({ status }) => status === 'COMPLETE')).toBe(true);

    const given = new Set(namesOf(pages.flatMap((page) => page.rows)));
    const gaps = pages.flatMap((page) => page.coverage.filter(({ status }) => status === 'FAILED'));
    const missing = positionsOf(denseLog).filter((position) => !given.has(namesOf([position])[0]!));
    expect(missing.length).toBeGreaterThan(0);
    for (const { source, timestampMs } of missing) {
      expect(
        gaps.some((gap) => gap.source === source && timestampMs >= gap.fromMs && timestampMs < gap.toMs),
      ).toBe(true);
    }
  });

  test("behind a cursor of its own is FAILED from the cursor's instant on, because it may hold more rows of it", async () => {
    let isDown = false;
    const log: Log = {
      usage: Array.from({ length: 10 }, (_, at) => ({ id: `u${at}`, timestampMs: FROM })),
      events: [eventAt(FROM + 1_000, 1), eventAt(FROM + 2_000, 2)],
    };
    const timeline = openTimeline(log, {
      wrap: (source, answer) => (call) => (isDown && source === 'USAGE' ? failure('USAGE') : answer(call)),
    });
    const first = await readPage(timeline, 4, 'DESC', null);
    expect(first.rows.map(({ source }) => source)).toEqual(['EVENTS', 'EVENTS', 'USAGE', 'USAGE']);
    isDown = true;
    const second = await readPage(timeline, 4, 'DESC', first.end!.position);
    expect(second).toMatchObject({ rows: [], hasMore: false });
    expect(second.coverage.map(({ source, status, fromMs, toMs }) => [source, status, fromMs, toMs])).toEqual(
      [
        ['USAGE', 'FAILED', FROM, FROM + 1],
        ['EVENTS', 'COMPLETE', FROM, FROM + 1],
      ],
    );
  });

  test('within an instant that rows are inserted into is FAILED there', async () => {
    const log: Log = {
      usage: Array.from({ length: 230 }, (_, at) => ({ id: `u${1000 + at}`, timestampMs: FROM })),
      events: [],
    };
    let calls = 0;
    const timeline = openTimeline(log, {
      largestPage: 50,
      beforeCall: () => {
        calls += 1;
        log.usage = [{ id: `u0${1000 + calls}`, timestampMs: FROM }, ...log.usage];
      },
    });
    const page = await readPage(timeline, 10, 'DESC', { source: 'USAGE', timestampMs: FROM, id: 'u1200' });
    expect(page.rows).toEqual([]);
    expect(page.coverage).toContainEqual(
      expect.objectContaining({ source: 'USAGE', status: 'FAILED', fromMs: FROM, toMs: FROM + 1 }),
    );
  });

  test('loses no row silently, wherever it fails, page after page, in either direction', async () => {
    const instants = [FROM, FROM + 1, FROM + 1_000, FROM + 1_001];
    const rows = fc.array(fc.constantFrom(...instants), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(
        rows,
        rows,
        fc.constantFrom('DESC', 'ASC'),
        fc.integer({ min: 1, max: 7 }),
        fc.array(fc.constantFrom('USAGE', 'EVENTS', null, null), { minLength: 40, maxLength: 40 }),
        async (usage, events, direction, count, faults) => {
          const log: Log = {
            usage: usage.map((timestampMs, at) => ({ id: `u${at}`, timestampMs })),
            events: events.map((ms, at) => eventAt(ms, at)),
          };
          let fault: string | null = null;
          const timeline = openTimeline(log, {
            largestPage: 8,
            wrap: (source, answer) => (call) => (fault === source ? failure(source) : answer(call)),
          });
          const given: string[] = [];
          const gaps: Page<Activity>['coverage'][number][] = [];
          let after: Position | null = null;
          for (let at = 0; ; at += 1) {
            fault = faults[at] ?? null;
            const page = await readPage(timeline, count, direction, after);
            given.push(...namesOf(page.rows));
            gaps.push(...page.coverage.filter(({ status }) => status !== 'COMPLETE'));
            if (!page.hasMore) break;
            after = page.end?.position ?? null;
          }
          expect(new Set(given).size).toBe(given.length);
          const missing = positionsOf(log).filter((position) => !given.includes(namesOf([position])[0]!));
          for (const { source, timestampMs } of missing) {
            expect(
              gaps.filter(
                (gap) => gap.source === source && timestampMs >= gap.fromMs && timestampMs < gap.toMs,
              ),
            ).not.toEqual([]);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  test('and then the other too leave an empty page that says so for both', async () => {
    const timeline = openTimeline(denseLog, { wrap: (source) => () => failure(source) });
    const page = await readPage(timeline, 40, 'DESC', null);
    expect(page.rows).toEqual([]);
    expect(page.coverage.map(({ source, status }) => [source, status])).toEqual([
      ['USAGE', 'FAILED'],
      ['EVENTS', 'FAILED'],
    ]);
  });
});

describe('coverage of both', () => {
  test('is disjoint for each source, and page by page leaves no gap', async () => {
    const timeline = openTimeline(denseLog);
    let after: Position | null = null;
    const edges = { USAGE: TO, EVENTS: TO };
    for (;;) {
      const page: Page<Activity> = await readPage(timeline, 70, 'DESC', after);
      for (const entry of page.coverage) {
        expect(entry.toMs).toBeGreaterThanOrEqual(edges[entry.source]);
        edges[entry.source] = entry.fromMs;
      }
      if (!page.hasMore) break;
      after = page.end?.position ?? null;
    }
    expect(edges).toEqual({ USAGE: FROM, EVENTS: FROM });
  });
});
