import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openClickHouseStore } from '../../src/archive/clickhouse/store.ts';
import { openDuckDbStore } from '../../src/archive/duckdb/store.ts';
import { erasePerson, honourErasures } from '../../src/archive/erasing.ts';
import { foldErasures, readErasedAddress } from '../../src/archive/erasure.ts';
import type { ArchiveStore } from '../../src/archive/store.ts';
import type { ArchiveFigures, WantedFigure } from '../../src/sources/paging/archived-rows.ts';
import { comparePositions } from '../../src/sources/paging/position.ts';
import { createEventBreakdown, EVENT_DIMENSIONS } from '../../src/sources/events/breakdown.ts';
import type { AuditEvent } from '../../src/sources/events/event.ts';
import { createEventTest } from '../../src/sources/events/filter.ts';
import type { EventFilter } from '../../src/sources/events/filter.ts';
import { mapGroups } from '../../src/sources/shared/groups.ts';
import { createUsageBreakdown, USAGE_DIMENSIONS } from '../../src/sources/usage/breakdown.ts';
import { createUsageTest } from '../../src/sources/usage/filter.ts';
import type { UsageFilter } from '../../src/sources/usage/filter.ts';
import type { UsageRecord } from '../../src/sources/usage/record.ts';
import { makeEvent, makeUsageRecord } from '../support/archive-rows.ts';
import { hasClickHouse, startClickHouse } from '../support/clickhouse-server.ts';

interface Engine {
  readonly name: string;
  readonly isInstalled: boolean;
  /** Makes the engine ready, and gives what opens its archives by name. */
  start(): Promise<{ open(name: string): Promise<ArchiveStore>; dispose(): Promise<void> }>;
}

const ENGINES: readonly Engine[] = [
  {
    name: 'DuckDB',
    isInstalled: true,
    async start() {
      const folder = mkdtempSync(join(tmpdir(), 'archive-store-'));
      return {
        open: async (name) => openDuckDbStore(join(folder, name)),
        dispose: async () => rmSync(folder, { recursive: true, force: true }),
      };
    },
  },
  {
    name: 'ClickHouse',
    isInstalled: hasClickHouse,
    async start() {
      const server = await startClickHouse();
      return { open: async (name) => openClickHouseStore(server.url(name)), dispose: server.kill };
    },
  },
];

const read = (fromMs: number, toMs: number, atMs: number) => ({
  fromMs,
  toMs,
  firstReadMs: atMs,
  lastReadMs: atMs,
  dropped: 0,
});
const ALL = { fromMs: 0, toMs: 10_000 };
const question = { range: ALL, direction: 'DESC', after: null, limit: null, knownAtMs: null } as const;

/** Few values, so that rows tie, change and match often. Some are texts that a database may spoil. */
const text = fc.constantFrom('a', 'A', 'ab', 'b%', "o'x", 'K\u212a', 'İ', '\u0000x', '😀', '');
const nullable = fc.option(text.filter((value) => value !== ''));
const usageRow = fc
  .record({
    id: fc.integer({ min: 0, max: 30 }).map((n) => `id-${n}`),
    timestampMs: fc.integer({ min: 0, max: 9_999 }),
    elementKey: nullable,
    requestStatus: fc.constantFrom('SUCCESS', 'FAILED', null),
    elementTags: fc.array(text, { maxLength: 2 }),
    instanceTags: fc.array(text, { maxLength: 2 }),
    requestIP: fc.constantFrom('10.0.0.1', '10.1.0.2, 192.0.2.7', '2001:db8::1', 'nonsense', null),
    processTime: fc.option(fc.integer({ min: 0, max: 5_000 })),
    requestURI: nullable,
  })
  .map(makeUsageRecord);
const eventRow = fc
  .record({
    id: fc.oneof(fc.integer({ min: -3, max: 30 }).map(String), fc.constant('9223372036854775807')),
    timestampMs: fc.integer({ min: 0, max: 9_999 }),
    category: fc.constantFrom('a', 'ab', 'B'),
    action: fc.constantFrom('x', 'x_y'),
    description: nullable,
    username: nullable,
    ipAddress: fc.constantFrom('10.0.0.1', '10.1.0.2', null),
  })
  .map(makeEvent);
const usageFilter: fc.Arbitrary<UsageFilter> = fc.record(
  {
    elementKeys: fc.array(text, { maxLength: 2 }),
    tags: fc.array(text, { maxLength: 2 }),
    status: fc.constantFrom('SUCCESS', 'FAILED'),
    ipAddress: fc.constantFrom('10.0.0.0/8', '10.0.0.1', '192.0.2.7', '2001:db8::/32'),
  },
  { requiredKeys: [] },
);
const stringFilter = fc.oneof(
  text.map((eq) => ({ eq })),
  fc.array(text, { maxLength: 2 }).map((values) => ({ in: values })),
  text.map((startsWith) => ({ startsWith })),
  text.map((contains) => ({ contains })),
  fc.boolean().map((isNull) => ({ isNull })),
);
const plainEventFilter: fc.Arbitrary<EventFilter> = fc.record(
  {
    category: stringFilter,
    username: stringFilter,
    ipAddress: fc.constantFrom('10.0.0.0/8', '10.0.0.1'),
    searchText: text,
  },
  { requiredKeys: [] },
);
const eventFilter = fc
  .tuple(plainEventFilter, fc.option(plainEventFilter))
  .map(([filter, not]): EventFilter => (not ? { ...filter, not } : filter));

/** What an archive must hold after some commits: each id once, in its newest version. */
function modelOf<Row extends UsageRecord | AuditEvent>(commits: readonly (readonly Row[])[]): Row[] {
  const rows = new Map<string, Row>();
  for (const [at, commit] of commits.entries()) {
    const seen = new Set<string>();
    for (const row of commit) {
      if (seen.has(row.id)) continue;
      seen.add(row.id);
      rows.set(row.id, { ...row, firstSeenMs: rows.get(row.id)?.firstSeenMs ?? at });
    }
  }
  return [...rows.values()].sort(comparePositions);
}

describe.each(ENGINES)('$name', ({ isInstalled, start }) => {
  describe.runIf(isInstalled)('is an archive that', () => {
    let engine: Awaited<ReturnType<typeof start>>;
    beforeAll(async () => {
      engine = await start();
    }, 60_000);
    // ClickHouse leaves some hundred databases of small files.
    afterAll(async () => engine.dispose(), 300_000);
    let opened = 0;

    async function withStore<T>(work: (store: ArchiveStore) => Promise<T>): Promise<T> {
      const store = await engine.open(`archive-${(opened += 1)}`);
      try {
        return await work(store);
      } finally {
        await store.close();
      }
    }

    test('a row comes back as it was written, once, in its newest version, whatever order it is read in', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(usageRow, { maxLength: 12 }), { maxLength: 4 }),
          fc.array(fc.array(eventRow, { maxLength: 12 }), { maxLength: 4 }),
          usageFilter,
          eventFilter,
          fc.constantFrom('ASC', 'DESC'),
          fc.integer({ min: 1, max: 5 }),
          async (usageCommits, eventCommits, usageFilters, eventFilters, direction, limit) =>
            withStore(async ({ usage, events }) => {
              for (const [at, rows] of usageCommits.entries()) await usage.commit(rows, read(0, 10_000, at));
              for (const [at, rows] of eventCommits.entries()) await events.commit(rows, read(0, 10_000, at));
              const usageModel = modelOf(usageCommits).filter(createUsageTest(usageFilters));
              const eventModel = modelOf(eventCommits).filter(createEventTest(eventFilters));
              expect(await usage.list({ ...question, filter: usageFilters })).toEqual(usageModel);
              expect(await events.list({ ...question, filter: eventFilters })).toEqual(eventModel);
              expect(await usage.count(ALL, usageFilters, null)).toBe(usageModel.length);
              expect([eventModel.length, null]).toContain(await events.count(ALL, eventFilters, null));
              const turn = <Row>(rows: readonly Row[]): readonly Row[] =>
                direction === 'DESC' ? rows : rows.toReversed();
              expect(await usage.list({ ...question, filter: usageFilters, direction, limit })).toEqual(
                turn(usageModel).slice(0, limit),
              );
              const [after = null] = turn(eventModel);
              expect(
                await events.list({ ...question, filter: eventFilters, direction, after, limit }),
              ).toEqual(turn(eventModel).slice(1, limit + 1));
            }),
        ),
        { numRuns: 60 },
      );
    }, 120_000);

    test('holds what each row was at each moment, wherever its time moved', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(eventRow, { maxLength: 12 }), { minLength: 1, maxLength: 4 }),
          fc.integer({ min: 1, max: 9_999 }),
          async (commits, edgeMs) =>
            withStore(async ({ events }) => {
              for (const [at, rows] of commits.entries()) await events.commit(rows, read(0, 10_000, at));
              for (const knownAtMs of commits.keys()) {
                const model = modelOf(commits.slice(0, knownAtMs + 1));
                const newer = model.filter((row) => row.timestampMs >= edgeMs);
                const older = model.filter((row) => row.timestampMs < edgeMs);
                const asked = { ...question, filter: {}, knownAtMs };
                expect(await events.list({ ...asked, range: { ...ALL, fromMs: edgeMs } })).toEqual(newer);
                expect(await events.list({ ...asked, range: { ...ALL, toMs: edgeMs } })).toEqual(older);
                expect(await events.count(ALL, {}, knownAtMs)).toBe(model.length);
              }
            }),
        ),
        { numRuns: 20 },
      );
    }, 120_000);

    test('groups rows, its own and further ones, as they are grouped one by one, with the figures that are wanted', async () => {
      const edges = fc.constantFrom(null, [0, 5_000, 10_000], [0, 10, 6_000, 10_000]);
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(usageRow, { maxLength: 25, selector: ({ id }) => id }),
          fc.uniqueArray(eventRow, { maxLength: 25, selector: ({ id }) => id }),
          fc.uniqueArray(fc.constantFrom(...USAGE_DIMENSIONS), { minLength: 1, maxLength: 3 }),
          fc.uniqueArray(fc.constantFrom(...EVENT_DIMENSIONS), { minLength: 1, maxLength: 3 }),
          usageFilter,
          eventFilter,
          edges,
          fc.integer({ min: 1, max: 4 }),
          fc.subarray<WantedFigure>(['STATUSES', 'PROCESS_TIME', 'TIMES']).map((names) => new Set(names)),
          async (usageRows, eventRows, usageBy, eventBy, usageFilters, eventFilters, buckets, top, wanted) =>
            withStore(async ({ usage, events }) => {
              const isHeld = ({ timestampMs }: { timestampMs: number }): boolean => timestampMs < 7_000;
              await usage.commit(usageRows.filter(isHeld), read(0, 7_000, 1));
              await events.commit(eventRows.filter(isHeld), read(0, 7_000, 1));
              const grouping = {
                ranges: [{ fromMs: 0, toMs: 7_000 }],
                knownAtMs: null,
                edges: buckets,
                top,
                wanted,
              };
              const usageMatches = usageRows.filter(createUsageTest(usageFilters));
              const usageModel = createUsageBreakdown(usageBy, buckets);
              for (const row of usageMatches) usageModel.add(row);
              const usageGroups = await usage.group({
                ...grouping,
                filter: usageFilters,
                by: usageBy,
                extra: usageMatches.filter((row) => !isHeld(row)),
              });
              const usageFigures = ({ count, success, failed, processTime }: ArchiveFigures) => ({
                count,
                statuses: { success, failed },
                processTime,
              });
              expect(usageGroups && mapGroups(usageGroups, usageFigures)).toEqual(
                mapGroups(usageModel.groups(top), ({ count, statuses, processTime }) => ({
                  count,
                  statuses: wanted.has('STATUSES') ? statuses : { success: 0, failed: 0 },
                  processTime: wanted.has('PROCESS_TIME') ? processTime : null,
                })),
              );
              const eventMatches = eventRows.filter(createEventTest(eventFilters));
              const eventModel = createEventBreakdown(eventBy, buckets);
              for (const row of eventMatches) eventModel.add(row);
              const eventGroups = await events.group({
                ...grouping,
                filter: eventFilters,
                by: eventBy,
                extra: eventMatches.filter((row) => !isHeld(row)),
              });
              if (eventGroups) {
                expect(mapGroups(eventGroups, ({ count, times }) => ({ count, times }))).toEqual(
                  mapGroups(eventModel.groups(top), ({ count, times }) => ({
                    count,
                    times: wanted.has('TIMES') ? times : null,
                  })),
                );
              }
            }),
        ),
        { numRuns: 60 },
      );
    }, 120_000);

    test('a new row that says when it was first seen keeps that, and is known from then on', async () => {
      await withStore(async ({ events }) => {
        const row = { ...makeEvent({ id: '7', timestampMs: 5 }), firstSeenMs: 20 };
        await events.commit([row, makeEvent({ id: '8', timestampMs: 5 })], read(0, 10, 1_000));
        await events.commit([{ ...row, description: 'changed' }], read(0, 10, 2_000));
        expect(await events.list({ ...question, filter: {}, knownAtMs: 20 })).toEqual([row]);
        const { description: _changed, ...first } = row;
        expect(await events.find(['7'])).toMatchObject([first]);
        expect(await events.find(['8'])).toMatchObject([{ firstSeenMs: 1_000 }]);
      });
    });

    test('answers as it knew the rows at an earlier moment', async () => {
      await withStore(async ({ usage }) => {
        const first = makeUsageRecord({ id: 'a', timestampMs: 10, elementKey: 'old' });
        await usage.commit([first], read(0, 100, 1_000));
        await usage.commit(
          [{ ...first, elementKey: 'new' }, makeUsageRecord({ id: 'late', timestampMs: 20 })],
          read(0, 100, 2_000),
        );
        const keysAt = async (knownAtMs: number | null) =>
          (await usage.list({ ...question, filter: {}, knownAtMs })).map(({ id, elementKey }) => [
            id,
            elementKey,
          ]);
        expect(await keysAt(999)).toEqual([]);
        expect(await keysAt(1_000)).toEqual([['a', 'old']]);
        expect(await keysAt(1_999)).toEqual([['a', 'old']]);
        expect(await keysAt(2_000)).toEqual([
          ['late', null],
          ['a', 'new'],
        ]);
        expect(await keysAt(null)).toEqual(await keysAt(2_000));
        expect(await usage.count(ALL, {}, 1_000)).toBe(1);
      });
    });

    test('forgets each version of the rows before a time, and no others', async () => {
      await withStore(async ({ usage }) => {
        const old = makeUsageRecord({ id: 'old', timestampMs: 10 });
        const kept = makeUsageRecord({ id: 'kept', timestampMs: 50 });
        await usage.commit([old, kept], read(0, 100, 1));
        await usage.commit([{ ...old, elementKey: 'changed' }], read(0, 100, 2));
        await usage.forget(50);
        for (const knownAtMs of [null, 1, 2])
          expect((await usage.list({ ...question, filter: {}, knownAtMs })).map(({ id }) => id)).toEqual([
            'kept',
          ]);
        expect(await usage.find(['old'])).toEqual([]);
        await usage.commit([old], read(0, 100, 3));
        expect((await usage.list({ ...question, filter: {} })).map(({ id }) => id)).toEqual(['kept', 'old']);
        await usage.compact();
        expect((await usage.list({ ...question, filter: {} })).map(({ id }) => id)).toEqual(['kept', 'old']);
      });
    });

    test('erases each version of the rows of one person, keeps them out from then on, and names nobody in the record', async () => {
      await withStore(async (bare) => {
        const store = honourErasures(bare);
        const DAY_MS = 86_400_000;
        const at = (id: string, day: number, userName: string | null, userId = '1') =>
          makeUsageRecord({ id, timestampMs: day * DAY_MS + 5, userName, userId });
        const span = (atMs: number) => read(0, 9 * DAY_MS, atMs);
        const range = { fromMs: 0, toMs: 9 * DAY_MS };
        const idsAt = async (knownAtMs: number | null): Promise<readonly string[]> => {
          const asked = { ...question, range, filter: {}, knownAtMs };
          return [...(await store.usage.list(asked)), ...(await store.events.list(asked))].map(
            ({ id }) => id,
          );
        };
        const events = [
          makeEvent({ id: '1', timestampMs: DAY_MS, username: "o'bob" }),
          makeEvent({ id: '2', timestampMs: DAY_MS + 1, username: 'ann' }),
        ];
        const usage = [
          at('a', 1, "o'bob"),
          at('b', 2, 'ann'),
          at('c', 3, "o'bob", '7'),
          at('d', 4, 'bo', '7'),
        ];
        await store.usage.commit(usage, span(1));
        await store.events.commit(events, span(1));
        // Its newest version names nobody, an earlier one does.
        await store.usage.commit([at('c', 3, null, '7')], span(2));
        const done = await erasePerson(store, 'username', "o'bob", { nowMs: 10, salt: 'ab12' });
        expect(done).toMatchObject({
          usage: { rows: 2, days: ['1970-01-02', '1970-01-04'] },
          events: { rows: 1, days: ['1970-01-02'] },
        });
        for (const knownAtMs of [null, 1, 2]) expect(await idsAt(knownAtMs)).toEqual(['d', 'b', '2']);
        expect(await store.usage.find(['a', 'c'])).toEqual([]);
        expect(await store.usage.count(range, {}, null)).toBe(2);
        // The vendor still has them, and a later round reads them again.
        await store.usage.commit(usage, span(3));
        await store.events.commit(events, span(3));
        expect(await idsAt(null)).toEqual(['d', 'b', '2']);
        expect(await store.usage.loadReads()).toHaveLength(3);
        const byId = await erasePerson(store, 'userId', '7', { nowMs: 11, salt: 'ffff' });
        expect([byId.usage.rows, byId.events.rows]).toEqual([1, 0]);
        expect(await idsAt(null)).toEqual(['b', '2']);
        const again = await erasePerson(store, 'username', "o'bob", { nowMs: 12, salt: 'ffff' });
        expect([again.usage.rows, again.events.rows]).toEqual([0, 0]);
        const erasures = await bare.loadErasures();
        expect(JSON.stringify(erasures)).not.toMatch(/bob/);
        expect(foldErasures(erasures)).toMatchObject([
          { atMs: 10, by: 'username', usageRows: 2, eventRows: 1, subject: done.erasure.subject },
          { atMs: 11, by: 'userId', usageRows: 1, eventRows: 0 },
        ]);
      });
    });

    test('erases the rows that name an address, alone or in a list, however it is written, and keeps them out', async () => {
      await withStore(async (bare) => {
        const store = honourErasures(bare);
        const usage = [
          '192.0.2.7',
          '192.0.2.70',
          '::ffff:192.0.2.7',
          '10.0.0.1, 192.0.2.7',
          'nonsense',
          null,
        ].map((requestIP, at) => makeUsageRecord({ id: `u${at}`, timestampMs: at, requestIP }));
        const events = [
          makeEvent({ id: '1', timestampMs: 1, ipAddress: '192.0.2.7' }),
          makeEvent({ id: '2', timestampMs: 2, ipAddress: '2001:db8::1' }),
        ];
        const idsOf = async (): Promise<readonly string[]> => {
          const asked = { ...question, filter: {} };
          return [...(await store.usage.list(asked)), ...(await store.events.list(asked))].map(
            ({ id }) => id,
          );
        };
        await store.usage.commit(usage, read(0, 10, 1));
        await store.events.commit(events, read(0, 10, 1));
        const address = readErasedAddress('::ffff:192.0.2.7')!;
        const done = await erasePerson(store, 'address', address, { nowMs: 10, salt: 'ab12' });
        expect([done.usage.rows, done.events.rows]).toEqual([3, 1]);
        expect(await idsOf()).toEqual(['u5', 'u4', 'u1', '2']);
        await store.usage.commit(usage, read(0, 10, 2));
        await store.events.commit(events, read(0, 10, 2));
        expect(await idsOf()).toEqual(['u5', 'u4', 'u1', '2']);
        const long = await erasePerson(store, 'address', readErasedAddress('2001:db8:0::1')!, {
          nowMs: 11,
          salt: 'ffff',
        });
        expect([long.usage.rows, long.events.rows]).toEqual([0, 1]);
        const erasures = await bare.loadErasures();
        expect(JSON.stringify(erasures)).not.toMatch(/192|2001/);
        expect(foldErasures(erasures)).toMatchObject([{ by: 'address' }, { by: 'address' }]);
      });
    });

    test('writes nothing for a row that it has already', async () => {
      await withStore(async ({ usage }) => {
        const row = makeUsageRecord({ id: 'a', timestampMs: 10 });
        await usage.commit([row], read(0, 100, 1));
        await usage.commit([row], read(0, 100, 2));
        expect(await usage.list({ ...question, filter: {} })).toMatchObject([{ id: 'a', firstSeenMs: 1 }]);
        expect(await usage.loadReads()).toHaveLength(2);
        expect(await usage.size()).toMatchObject({ rows: 1 });
      });
    });

    test('keeps its rows and its ledger when it is opened again', async () => {
      const first = await engine.open('again');
      await first.events.commit([makeEvent({ id: '7', timestampMs: 5 })], read(0, 10, 20));
      await first.close();
      const second = await engine.open('again');
      expect(await second.events.find(['7', '8'])).toMatchObject([{ id: '7', timestampMs: 5 }]);
      expect(await second.events.loadReads()).toEqual([read(0, 10, 20)]);
      await second.close();
    });

    test('replaces the ledger of one source and leaves that of the other', async () => {
      await withStore(async ({ usage, events }) => {
        await usage.commit([], read(0, 10, 20));
        await usage.commit([], read(10, 20, 30));
        await events.commit([], read(0, 5, 6));
        await usage.replaceReads([read(0, 20, 20)]);
        await usage.replaceReads([read(0, 20, 20)]);
        expect(await usage.loadReads()).toEqual([read(0, 20, 20)]);
        expect(await events.loadReads()).toEqual([read(0, 5, 6)]);
      });
    });

    test('lists a part of many rows in order, however few of them match', async () => {
      const rows = Array.from({ length: 3_000 }, (_, at) =>
        makeEvent({
          id: String(at),
          timestampMs: (at * 7) % 1_000,
          description: at % 500 === 3 ? 'GRÜN' : 'blau',
          ipAddress: `10.0.0.${at % 200}`,
        }),
      );
      const old = rows.slice(0, 1_500).map((row) => ({ ...row, timestampMs: row.timestampMs + 5 }));
      const model = modelOf([old, rows]);
      await withStore(async ({ events }) => {
        await events.commit(old, read(0, 10_000, 0));
        await events.commit(rows, read(0, 10_000, 1));
        for (const filter of [{}, { searchText: 'grün' }, { ipAddress: '10.0.0.7' }]) {
          const expected = model.filter(createEventTest(filter));
          const listed = async (direction: 'ASC' | 'DESC', after: AuditEvent | null) =>
            events.list({ ...question, filter, direction, after, limit: 4 });
          expect(await listed('DESC', null)).toEqual(expected.slice(0, 4));
          expect(await listed('DESC', expected[1]!)).toEqual(expected.slice(2, 6));
          expect(await listed('ASC', null)).toEqual(expected.toReversed().slice(0, 4));
          expect(await listed('ASC', expected[2]!)).toEqual(expected.slice(0, 2).toReversed());
        }
      });
    });
  });
});
