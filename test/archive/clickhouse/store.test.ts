import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openClickHouseStore } from '../../../src/archive/clickhouse/store.ts';
import { erasePerson } from '../../../src/archive/erasing.ts';
import type { ArchiveStore } from '../../../src/archive/store.ts';
import { makeUsageRecord } from '../../support/archive-rows.ts';
import { hasClickHouse, startClickHouse } from '../../support/clickhouse-server.ts';
import type { ClickHouseServer } from '../../support/clickhouse-server.ts';

let server: ClickHouseServer;

async function withStores<T>(
  database: string,
  work: (a: ArchiveStore, b: ArchiveStore) => Promise<T>,
): Promise<T> {
  const stores = await Promise.all([1, 2].map(async () => openClickHouseStore(server.url(database))));
  try {
    return await work(stores[0]!, stores[1]!);
  } finally {
    await Promise.all(stores.map(async (store) => store.close()));
  }
}

const span = (fromMs: number, toMs: number, atMs: number) => ({
  fromMs,
  toMs,
  firstReadMs: atMs,
  lastReadMs: atMs,
  dropped: 0,
});
const QUESTION = {
  range: { fromMs: 0, toMs: 10_000 },
  filter: {},
  direction: 'ASC',
  after: null,
  limit: null,
  knownAtMs: null,
} as const;
const rows = Array.from({ length: 500 }, (_, at) => makeUsageRecord({ id: `id-${at}`, timestampMs: at }));

describe.runIf(hasClickHouse)('an archive on ClickHouse', () => {
  test('of the first schema keeps its rows and its ledger, and can erase', async () => {
    const url = server.url('migrated');
    const first = await openClickHouseStore(url);
    const named = makeUsageRecord({ id: 'named', timestampMs: 9_000, userName: 'bob' });
    await first.usage.commit([...rows, named], span(0, 10_000, 1));
    await first.close();
    for (const statement of [
      'drop table migrated.erasures',
      'truncate table migrated.archive_version',
      'insert into migrated.archive_version values (1)',
    ])
      await server.run(statement);
    const store = await openClickHouseStore(url);
    try {
      expect(await store.usage.size()).toMatchObject({ rows: rows.length + 1 });
      expect(await store.usage.loadReads()).toEqual([span(0, 10_000, 1)]);
      expect(await store.loadErasures()).toEqual([]);
      const { usage } = await erasePerson(store, 'username', 'bob', { nowMs: 1, salt: 'aa' });
      expect(usage).toEqual({ rows: 1, days: ['1970-01-01'] });
    } finally {
      await store.close();
    }
  });

  beforeAll(async () => {
    server = await startClickHouse();
  });
  afterAll(async () => server.kill());

  test('two processes that make the same archive at once both open it', async () => {
    await withStores('made-twice', async (a, b) => {
      expect(await Promise.all([a.usage.size(), b.usage.size()])).toMatchObject([{ rows: 0 }, { rows: 0 }]);
    });
  });

  test('rows that two syncers write at once are there once, and the first sight counts', async () => {
    await withStores('both', async (a, b) => {
      await Promise.all([a.usage.commit(rows, span(0, 500, 20)), b.usage.commit(rows, span(0, 500, 10))]);
      const listed = await a.usage.list(QUESTION);
      expect(listed.map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
      expect(await b.usage.count(QUESTION.range, {}, null)).toBe(500);
      expect(await a.usage.loadReads()).toHaveLength(2);
    });
  });

  test('of two instances one may copy, and the other takes over when the claim of the first has ended', async () => {
    await withStores('claims', async (a, b) => {
      expect(await a.claim(1_000, 500)).toBe(true);
      expect(await b.claim(1_100, 500)).toBe(false);
      expect(await a.claim(1_400, 500)).toBe(true);
      expect(await b.claim(1_500, 500)).toBe(false);
      // The first one has died.
      expect(await b.claim(1_950, 500)).toBe(true);
      expect(await a.claim(2_000, 500)).toBe(false);
    });
  });

  test('rows that two syncers read differently at once are there once', async () => {
    await withStores('differing', async (a, b) => {
      const moved = rows.map((row) => ({ ...row, timestampMs: row.timestampMs + 1_000 }));
      for (const [at, [ours, theirs]] of [
        [rows, moved],
        [moved, rows],
      ].entries()) {
        await Promise.all([
          a.usage.commit(ours!, span(0, 2_000, at * 2)),
          b.usage.commit(theirs!, span(0, 2_000, at * 2 + 1)),
        ]);
        const ids = (await a.usage.list(QUESTION)).map(({ id }) => id);
        expect(ids.sort()).toEqual(rows.map(({ id }) => id).sort());
      }
    });
  });

  test('a reader sees either all or nothing of a commit', async () => {
    await withStores('whole', async (a, b) => {
      const seen = new Set<number>();
      const writing = a.usage.commit(rows, span(0, 500, 1)).then(() => 'written');
      let state = '';
      while (state === '') {
        seen.add((await b.usage.list(QUESTION)).length);
        state = await Promise.race([writing, Promise.resolve('')]);
      }
      seen.add((await b.usage.list(QUESTION)).length);
      expect([...seen].filter((count) => count !== 0)).toEqual([500]);
    });
  });

  test('entries of another process stay in the ledger when ours are replaced', async () => {
    await withStores('ledgers', async (a, b) => {
      await a.usage.loadReads();
      await a.usage.commit([], span(0, 10, 1));
      await a.usage.commit([], span(10, 20, 1));
      await b.usage.commit([], span(20, 30, 2));
      await a.usage.replaceReads([span(0, 20, 1)]);
      const reads = [...(await b.usage.loadReads())].sort((x, y) => x.fromMs - y.fromMs);
      expect(reads).toEqual([span(0, 20, 1), span(20, 30, 2)]);
    });
  });

  test('a value can end no text of a statement', async () => {
    await withStores('quotes', async (a) => {
      const odd = makeUsageRecord({
        id: "a') or 1=1 --\n\t\\",
        timestampMs: 5,
        elementKey: "'\\'{x:String}?",
      });
      await a.usage.commit([odd], span(0, 10, 1));
      expect(await a.usage.find([odd.id])).toMatchObject([odd]);
      expect(await a.usage.count(QUESTION.range, { elementKeys: [odd.elementKey!] }, null)).toBe(1);
      expect(await a.usage.count(QUESTION.range, { elementKeys: ["' or '1'='1"] }, null)).toBe(0);
    });
  });

  test('an archive over Distributed tables, made as docs/archive.md says, is an archive', async () => {
    await (await openClickHouseStore(server.url('archive_local'))).close();
    const page = readFileSync(new URL('../../../docs/archive.md', import.meta.url), 'utf8');
    const [, block = ''] = /```sql\n(create database archive;.*?)```/s.exec(page) ?? [];
    for (const statement of block.split(';').filter((part) => part.trim() !== ''))
      await server.run(statement);
    await withStores('archive', async (a, b) => {
      const moved = rows.map((row) => ({ ...row, timestampMs: row.timestampMs + 1_000 }));
      await a.usage.commit(rows, span(0, 2_000, 1));
      await b.usage.commit(moved, span(0, 2_000, 2));
      await a.usage.loadReads();
      await a.usage.replaceReads([span(0, 2_000, 1)]);
      expect((await a.usage.list({ ...QUESTION, limit: 3 })).map(({ id }) => id)).toEqual([
        'id-0',
        'id-1',
        'id-2',
      ]);
      expect(await a.usage.count(QUESTION.range, {}, 1)).toBe(500);
      expect(await a.usage.find(['id-7'])).toMatchObject([{ timestampMs: 1_007, firstSeenMs: 1 }]);
      expect(await a.usage.loadReads()).toEqual([span(0, 2_000, 1)]);
      expect(await a.usage.size()).toEqual({ rows: 500, bytes: null });
    });
  });
});
