import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RequestError } from '../../../src/base/errors.ts';
import { createEventsQuirks } from '../../../src/sources/events/quirks.ts';
import { createEventsSource } from '../../../src/sources/events/source.ts';
import { comparePositions } from '../../../src/sources/paging/position.ts';
import type { Position } from '../../../src/sources/paging/position.ts';
import type { Activity } from '../../../src/sources/timeline/activity.ts';
import type { Related as RelatedRow, RelatedRequest } from '../../../src/sources/timeline/correlation.ts';
import { createTimelineSource } from '../../../src/sources/timeline/source.ts';
import { createUsageQuirks } from '../../../src/sources/usage/quirks.ts';
import type { UsageQuirks } from '../../../src/sources/usage/quirks.ts';
import type { UsageRecord } from '../../../src/sources/usage/record.ts';
import { createUsageSource } from '../../../src/sources/usage/source.ts';
import { createSimulatedEventsVendor } from '../../support/simulated-events-vendor.ts';
import { createSimulatedUsageVendor } from '../../support/simulated-usage-vendor.ts';
import { createSimulatedUpstream, createTestCallContext } from '../../support/simulated-vendor.ts';
import { createEvent, createFakeContext, createRecord, EMPTY_PAGE, NOW_MS } from '../fake-context.ts';

/** Quirks of a vendor that has returned a long page. */
function createSeasonedQuirks(): UsageQuirks {
  const quirks = createUsageQuirks();
  quirks.pages.note(1_000, 1_000, NOW_MS);
  return quirks;
}

const MINUTE_MS = 60_000;
const PUBLIC = '81.92.103.114';

/** A source of calls near events over `rows`, newest first. It stops after `maxScanned` rows. */
function listNear(rows: readonly UsageRecord[], maxScanned = Infinity) {
  return async ({ of, withinMs, belowMs }: RelatedRequest) => {
    const near = rows.filter(
      ({ timestampMs: ms }) => Math.abs(ms - of.timestampMs) <= withinMs && ms < (belowMs ?? Infinity),
    );
    const read = near.slice(0, maxScanned);
    const isStopped = read.length < near.length;
    return {
      take: takeFrom(read.map((row) => ({ row, basis: ['IP'], confidence: async () => 'HIGH' }) as const)),
      coverage: isStopped ? [STOPPED] : [],
      unreadBelowMs: isStopped ? read.at(-1)!.timestampMs : null,
    };
  };
}
const takeFrom =
  <Row extends Activity>(related: readonly RelatedRow<Row>[]) =>
  (count: number, after: Position | null) =>
    related.filter(({ row }) => !after || comparePositions(row, after) > 0).slice(0, count);
const NOTHING = { take: () => [], coverage: [], unreadBelowMs: null };
const STOPPED = {
  source: 'USAGE',
  operation: null,
  status: 'TRUNCATED',
  fromMs: 0,
  toMs: 1,
  asOfMs: null,
  origin: 'NONE',
  scanned: 0,
  matched: 0,
  dropped: 0,
  code: 'SCAN_LIMIT',
  reason: 'a bound',
} as const;

const oneEvent = { getEvent: async () => createEvent() };
const NODE_ID = 'RXZlbnQ6MTc5NTI2MjM3MDAwMDo5MjIzMzcyMDM2ODU0Nzc1ODA3';

interface Related {
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly recordId: string } }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}
const CONNECTION =
  '{ edges { cursor node { recordId } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }';

describe('relatedEvents and relatedUsage', () => {
  test('look five minutes before and after, by address, by default', async () => {
    const { ask, calls } = createFakeContext({
      usage: { listUsageRecords: async () => ({ ...EMPTY_PAGE, rows: [createRecord()] }) },
      events: { listEvents: async () => ({ ...EMPTY_PAGE, rows: [createEvent()] }) },
    });
    await ask(`{
      usageRecords { nodes { relatedEvents { edges { basis } } } }
      events { nodes { ipAddress relatedUsage { edges { basis } } } }
    }`);
    const asked = { withinMs: 5 * MINUTE_MS, by: new Set(['IP']), belowMs: null };
    expect(calls.slice(2)).toEqual([
      ['listRelatedEvents', { of: createRecord(), ...asked }],
      ['listRelatedUsage', { of: createEvent(), ...asked }],
    ]);
  });

  test('return each entry with its basis, and the coverage of the window', async () => {
    const listRelatedEvents = async () => ({
      take: takeFrom([{ row: createEvent(), basis: ['IP', 'TIME'], confidence: async () => 'LOW' } as const]),
      coverage: [STOPPED],
      unreadBelowMs: null,
    });
    const { ask, calls } = createFakeContext({
      usage: { getUsageRecord: async () => createRecord() },
      timeline: { listRelatedEvents },
    });
    const { data } = await ask(`{ usageRecord(recordId: "r1") {
      relatedEvents(within: "PT1H", by: [TIME, IP]) {
        edges { node { eventId username } basis confidence }
        pageInfo { hasNextPage hasPreviousPage }
        coverage { status code }
      }
    } }`);
    expect(data).toEqual({
      usageRecord: {
        relatedEvents: {
          edges: [
            {
              node: { eventId: '9223372036854775807', username: 'bob.smith' },
              basis: ['IP', 'TIME'],
              confidence: 'LOW',
            },
          ],
          pageInfo: { hasNextPage: false, hasPreviousPage: false },
          coverage: [{ status: 'TRUNCATED', code: 'SCAN_LIMIT' }],
        },
      },
    });
    expect(calls.at(-1)).toMatchObject([
      'listRelatedEvents',
      { withinMs: 60 * MINUTE_MS, by: new Set(['TIME', 'IP']) },
    ]);
  });

  test('that fail are null with one coded error each, and leave the entry intact', async () => {
    const fault = new RequestError('LIMIT_EXCEEDED', 'none are left');
    const { ask } = createFakeContext({
      events: oneEvent,
      timeline: { listRelatedUsage: () => Promise.reject(fault) },
    });
    const { data, errors } = await ask(
      `{ node(id: "${NODE_ID}") { ... on Event { eventId relatedUsage { edges { basis } } } } }`,
    );
    expect(data).toEqual({ node: { eventId: createEvent().id, relatedUsage: null } });
    expect(errors).toMatchObject([{ path: ['node', 'relatedUsage'] }]);
  });

  test.each([
    ['within: "PT0S"', 'BAD_USER_INPUT', 'within'],
    ['within: "P2D"', 'LIMIT_EXCEEDED', 'within'],
    ['by: []', 'BAD_USER_INPUT', 'by'],
    ['first: 0', 'BAD_USER_INPUT', 'first'],
    ['first: 501', 'LIMIT_EXCEEDED', 'first'],
    ['after: "x"', 'CURSOR_INVALID', 'after'],
  ])('refuse (%s) with %s before any call', async (args, code, argument) => {
    const { askRaw, calls } = createFakeContext({ events: oneEvent });
    const { errors } = await askRaw(
      `{ node(id: "${NODE_ID}") { ... on Event { relatedUsage(${args}) { edges { basis } } } } }`,
    );
    expect(errors?.[0]?.originalError).toBeInstanceOf(RequestError);
    expect(errors?.[0]?.originalError).toMatchObject({ code, details: { argument } });
    expect(calls.map(([name]) => name)).toEqual(['getEvent']);
  });

  test('by address are refused for a caller who may not see addresses; by time they are not', async () => {
    const { askRaw, calls } = createFakeContext({ events: oneEvent, scopes: ['usage:read', 'events:read'] });
    const { errors } = await askRaw(`{ node(id: "${NODE_ID}") { ... on Event {
      relatedUsage { edges { basis } }
      near: relatedUsage(by: [TIME]) { edges { basis node { requestIP } } }
    } } }`);
    expect(errors).toHaveLength(1);
    expect(errors?.[0]?.originalError).toMatchObject({ code: 'FORBIDDEN', details: { argument: 'by' } });
    expect(calls.map(([name]) => name)).toEqual(['getEvent', 'listRelatedUsage']);
  });
});

describe('pages of related entries', () => {
  const query = (args: string) =>
    `query ($id: ID!, $after: String) { node(id: $id) { ... on Event { related: relatedUsage(${args}) ${CONNECTION} } } }`;

  test('return every entry once, in order, for every page size and wherever a limit stops the scan', async () => {
    const times = fc.uniqueArray(fc.integer({ min: -240_000, max: 240_000 }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(
        times,
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 12 }),
        async (offsets, first, maxScanned) => {
          const rows = offsets
            .toSorted((a, b) => b - a)
            .map((offset) =>
              createRecord({ id: `r${offset}`, timestampMs: createEvent().timestampMs + offset }),
            );
          const { ask } = createFakeContext({
            events: oneEvent,
            timeline: { listRelatedUsage: listNear(rows, maxScanned) },
          });
          const ids: string[] = [];
          for (let after: string | null = null, pages = 0; ; pages += 1) {
            expect(pages).toBeLessThan(80);
            const { data, errors } = await ask(query(`first: ${first}, after: $after`), {
              id: NODE_ID,
              after,
            });
            expect(errors).toBeUndefined();
            const { edges, pageInfo } = (data as unknown as { node: { related: Related } }).node.related;
            expect(edges.length).toBeLessThanOrEqual(first);
            expect(pageInfo.hasPreviousPage).toBe(after !== null);
            ids.push(...edges.map(({ node }) => node.recordId));
            after = pageInfo.endCursor;
            if (!pageInfo.hasNextPage) break;
            expect(after).not.toBeNull();
          }
          expect(ids).toEqual(rows.map(({ id }) => id));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('continue after the cursor of any edge', async () => {
    const rows = Array.from({ length: 9 }, (_, at) =>
      createRecord({ id: `r${at}`, timestampMs: createEvent().timestampMs - at }),
    );
    const { ask } = createFakeContext({ events: oneEvent, timeline: { listRelatedUsage: listNear(rows) } });
    const read = async (after: string | null) => {
      const { data } = await ask(query('after: $after'), { id: NODE_ID, after });
      return (data as unknown as { node: { related: Related } }).node.related;
    };
    const { edges, pageInfo } = await read(null);
    expect(pageInfo).toMatchObject({ startCursor: edges[0]!.cursor, endCursor: edges[8]!.cursor });
    for (const [at, { cursor }] of edges.entries()) {
      expect((await read(cursor)).edges).toEqual(edges.slice(at + 1));
    }
  });

  test('a cursor is valid only for its entry, its window and its bases', async () => {
    const event = createEvent();
    const { ask } = createFakeContext({
      events: { getEvent: async (id) => createEvent({ id }) },
      timeline: { listRelatedUsage: listNear([createRecord({ timestampMs: event.timestampMs })]) },
    });
    const read = (args: string, id: string, after: string | null) =>
      ask(query(`${args}, after: $after`), { id, after });
    const { data } = await read('within: "PT5M", by: [IP, TIME]', NODE_ID, null);
    const after = (data as unknown as { node: { related: Related } }).node.related.pageInfo.endCursor;
    expect(after).not.toBeNull();

    expect((await read('within: "PT300S", by: [TIME, IP]', NODE_ID, after)).errors).toBeUndefined();
    const other = Buffer.from(`Event:${event.timestampMs}:7`).toString('base64url');
    for (const [args, id] of [
      ['within: "PT5M", by: [IP]', NODE_ID],
      ['within: "PT6M", by: [IP, TIME]', NODE_ID],
      ['within: "PT5M", by: [IP, TIME]', other],
    ] as const) {
      expect((await read(args, id, after)).errors?.[0]?.message).toContain('another query');
    }
  });
});

describe('a list of 50', () => {
  const events = Array.from({ length: 50 }, (_, at) =>
    createEvent({ id: String(1000 - at), timestampMs: NOW_MS - (at + 10) * MINUTE_MS, ipAddress: PUBLIC }),
  );
  const LIST = '{ events { nodes { eventId relatedUsage { edges { node { recordId } } } } } }';

  test('asks the source for all entries in one tick', async () => {
    let waiting = 0;
    const batches: number[] = [];
    const { ask, calls } = createFakeContext({
      events: { listEvents: async () => ({ ...EMPTY_PAGE, rows: events }) },
      timeline: {
        listRelatedUsage: async () => {
          if (waiting === 0) {
            process.nextTick(() => {
              batches.push(waiting);
              waiting = 0;
            });
          }
          waiting += 1;
          return NOTHING;
        },
      },
    });
    await ask(LIST);
    await setImmediate();
    expect(calls).toHaveLength(51);
    expect(batches).toEqual([50]);
  });

  test('needs one call for the list and two for the related entries, instead of one for each entry', async () => {
    const records = Array.from({ length: 250 }, (_, at) => ({
      id: at.toString(16).padStart(24, '0'),
      timestampMs: NOW_MS - at * 15_000,
      ip: at % 2 ? PUBLIC : '10.0.0.1',
    }));
    const merged = openSources(records);
    const { data, errors } = await merged.ask(LIST);
    expect(errors).toBeUndefined();
    expect([merged.eventsCalls.length, merged.usageCalls.length]).toEqual([1, 2]);

    const single = openSources(records);
    const { nodes } = (data as unknown as { events: { nodes: { eventId: string; relatedUsage: Related }[] } })
      .events;
    expect(nodes).toHaveLength(50);
    for (const [at, event] of events.entries()) {
      const found = await single.open().listRelatedUsage({
        of: event,
        withinMs: 5 * MINUTE_MS,
        by: new Set(['IP']),
        belowMs: null,
      });
      expect(nodes[at]!.relatedUsage.edges.map(({ node }) => node.recordId)).toEqual(
        found.take(50, null).map(({ row }) => row.id),
      );
      expect(found.take(50, null).length).toBeGreaterThan(15);
    }
    expect(single.usageCalls).toHaveLength(50);
  });

  /** Both real sources over simulated vendors, with the events from above. */
  function openSources(records: readonly { id: string; timestampMs: number; ip: string }[]) {
    const settings = {
      largestPage: 200,
      maxScannedRows: 10_000,
      staleIfErrorMs: 0,
      age: { settleMs: 90_000, retentionMs: null },
    };
    const usageVendor = createSimulatedUsageVendor(() => records, {
      offsetUnit: 'records',
      clamp: 1_000,
      isFromInclusive: true,
      isToInclusive: true,
      dialect: 'camel',
      tie: () => () => 0,
    });
    const eventsVendor = createSimulatedEventsVendor(
      // One event more, because the vendor may limit a page to just 50.
      () =>
        [...events, { id: '1', timestampMs: NOW_MS - 3 * 3_600_000 }].map((event) => ({
          ...event,
          id: BigInt(event.id),
        })),
      {
        isFromInclusive: true,
        isToInclusive: true,
        takesOperators: true,
        sortFields: ['timestamp', 'id'],
        unsorted: () => 0,
      },
    );
    const usage = {
      upstream: createSimulatedUpstream('USAGE', usageVendor, () => NOW_MS),
      // A longer page has been seen, so a page that is shorter than requested is the last one.
      quirks: createSeasonedQuirks(),
      nowMs: NOW_MS,
      settings,
    };
    const eventsQuirks = createEventsQuirks();
    eventsQuirks.pages.note(1_000, 1_000, NOW_MS);
    const eventsDeps = {
      upstream: createSimulatedUpstream('EVENTS', eventsVendor, () => NOW_MS),
      quirks: eventsQuirks,
      nowMs: NOW_MS,
      settings,
    };
    const open = () => {
      const context = createTestCallContext();
      const noSeries = () => Promise.reject(new Error('no series are asked for here'));
      const usageReader = createUsageSource(usage, noSeries, context);
      const eventsReader = createEventsSource(eventsDeps, context);
      return createTimelineSource(
        { deps: usage, context, reader: usageReader },
        { deps: eventsDeps, context, reader: eventsReader },
        NOW_MS,
      );
    };
    const eventsReader = createEventsSource(eventsDeps, createTestCallContext());
    return {
      open,
      usageCalls: usage.upstream.calls,
      eventsCalls: eventsDeps.upstream.calls,
      ask: createFakeContext({ events: eventsReader, timeline: open() }).ask,
    };
  }
});
