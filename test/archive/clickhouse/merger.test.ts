import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EVENT_COLUMNS } from '../../../src/archive/clickhouse/columns.ts';
import type { Database } from '../../../src/archive/clickhouse/database.ts';
import { createMerger } from '../../../src/archive/clickhouse/merger.ts';
import { OPEN_MS } from '../../../src/archive/clickhouse/versions.ts';
import type { AuditEvent } from '../../../src/sources/events/event.ts';
import { makeEvent } from '../../support/archive-rows.ts';

type Stored = Record<string, unknown>;
const LEAST = ['first_seen_ms', 'since_ms', 'until_ms'];

/** The merging of records by their key, without a database. `pause` is called before and after each statement. */
function createRecords(pause: () => Promise<unknown>) {
  const records = new Map<string, Stored>();
  const places: { id: unknown; at_ms: unknown }[] = [];
  const columns = ['id', 'at_ms', 'version', 'hash', ...LEAST, ...Object.keys(EVENT_COLUMNS.types)];
  const database: Database = {
    name: 'records',
    isReplicated: false,
    async read(sql, [ids] = []) {
      await pause();
      const wanted = new Set([ids?.value].flat().map(String));
      const known = places.filter(({ id }) => wanted.has(String(id)));
      const found = [...records.values()].filter((record) =>
        known.some(({ id, at_ms: atMs }) => id === record['id'] && atMs === record['at_ms']),
      );
      await pause();
      // Which rows are in two versions is asked by id. That all are named takes only longer.
      return sql.startsWith('select id from')
        ? [...new Set(found.map((record) => record['id']))].map((id) => [id])
        : found.map((record) => columns.map((name) => record[name]));
    },
    async insert(table, names, rows) {
      await pause();
      for (const row of rows) {
        const record: Stored = Object.fromEntries(names.map((name, at) => [name, row[at]]));
        if (table === 'events_places') {
          places.push({ id: record['id'], at_ms: record['at_ms'] });
          continue;
        }
        record['hash'] ??= String(record['category']);
        const key = JSON.stringify(['at_ms', 'id', 'version', 'hash'].map((name) => record[name]));
        const merged = { ...record };
        for (const name of LEAST) {
          const times = [record[name], records.get(key)?.[name] ?? record[name]].map((ms) =>
            BigInt(ms as number | string),
          );
          merged[name] = String(times[0]! < times[1]! ? times[0]! : times[1]!);
        }
        records.set(key, merged);
      }
      await pause();
    },
    run: async () => {},
    close: async () => {},
  };
  const open = () =>
    [...records.values()]
      .filter((record) => record['until_ms'] === OPEN_MS)
      .map((record) => ({ id: record['id'], category: record['category'], seen: record['first_seen_ms'] }));
  return { database, open, records };
}

const commit = fc.record({
  rows: fc.array(
    fc
      .record({
        id: fc.constantFrom('1', '2'),
        timestampMs: fc.constantFrom(10, 20),
        category: fc.constantFrom('a', 'b'),
      })
      .map(makeEvent),
    { maxLength: 3 },
  ),
  seenMs: fc.integer({ min: 100, max: 105 }),
});

test('several writers leave each row once, in a version that one of them read, whatever they do at once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.array(commit, { maxLength: 3 }), { minLength: 1, maxLength: 3 }),
      async (scheduler, writers) => {
        const { database, open } = createRecords(async () => scheduler.schedule(Promise.resolve()));
        const work = Promise.all(
          writers.map(async (commits) => {
            const merger = createMerger<AuditEvent>(database, EVENT_COLUMNS);
            for (const { rows, seenMs } of commits) await merger.merge(rows, seenMs);
          }),
        );
        await scheduler.waitFor(work);
        const commits = writers.flat();
        const rows = commits.flatMap((one) => one.rows);
        expect(
          open()
            .map(({ id }) => id)
            .sort(),
        ).toEqual([...new Set(rows.map(({ id }) => id))].sort());
        for (const { id, category, seen } of open()) {
          const sights = commits.filter((one) => one.rows.some((row) => row.id === id));
          expect(rows.filter((row) => row.id === id).map((row) => row.category)).toContain(category);
          expect(sights.map(({ seenMs }) => String(seenMs))).toContain(seen);
        }
      },
    ),
    { numRuns: 1_000 },
  );
});

test('what a writer left that died after any of its writes is made good by the next reading, even of changed rows', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(commit, { maxLength: 4 }), commit, fc.nat(12), async (commits, last, life) => {
      let left = life;
      const { database, open } = createRecords(async () => {
        if ((left -= 1) < 0) throw new Error('killed');
      });
      const merger = createMerger<AuditEvent>(database, EVENT_COLUMNS);
      for (const { rows, seenMs } of commits) {
        try {
          await merger.merge(rows, seenMs);
        } catch {
          left = life;
        }
      }
      left = Infinity;
      await merger.merge(last.rows, 200);
      for (const id of new Set(last.rows.map((row) => row.id))) {
        expect(open().filter((row) => row.id === id)).toMatchObject([
          { category: last.rows.find((row) => row.id === id)?.category },
        ]);
      }
    }),
    { numRuns: 1_000 },
  );
});

test('a row that is known and equal is not written again', async () => {
  const { database, records } = createRecords(async () => {});
  const merger = createMerger<AuditEvent>(database, EVENT_COLUMNS);
  const row = makeEvent({ id: '1', timestampMs: 10 });
  await merger.merge([row, { ...row, category: 'second of one id' }], 100);
  await merger.merge([row], 200);
  expect([...records.values()]).toMatchObject([{ category: row.category, since_ms: '100' }]);
});
