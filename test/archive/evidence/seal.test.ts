import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openDuckDbStore } from '../../../src/archive/duckdb/store.ts';
import { fileSteps } from '../../../src/archive/evidence/folder.ts';
import type { FileSteps } from '../../../src/archive/evidence/folder.ts';
import { EvidenceRefused } from '../../../src/archive/evidence/manifest.ts';
import { withDatabase } from '../../../src/archive/evidence/parquet.ts';
import { verifyFolder } from '../../../src/archive/evidence/verify.ts';
import type { ArchiveStore } from '../../../src/archive/store.ts';
import { loadEventsExport, loadUsageExport } from '../../../src/sandbox/data/load-export.ts';
import { makeEvent, makeUsageRecord } from '../../support/archive-rows.ts';
import {
  DAY_MS,
  dayOf,
  filesOf,
  fill,
  flipBit,
  newKey,
  readManifest,
  readOf,
  seal,
} from '../../support/sealed-folder.ts';
import { withTables } from '../../sandbox/data/export-files.ts';

const root = mkdtempSync(join(tmpdir(), 'seal-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let count = 0;
const newFolder = (): string => join(root, String((count += 1)));

const START_MS = Date.parse('2026-11-23T00:00:00.000Z');
const FIRST = dayOf(START_MS);
const SECOND = dayOf(START_MS + DAY_MS);
const key = newKey();

const USAGE = [
  makeUsageRecord({
    id: 'a-1',
    timestampMs: START_MS,
    requestStatus: 'FAILED',
    requestStatusText: 'failed',
    elementKey: "o'x",
    elementTags: ['crm, old', 'b'],
    instanceTags: ['c'],
    accountId: '7',
    processTime: 12,
    vendorProcessTime: 5,
    requestURI: '/elements/api-v2/hubs/crm/contacts?q=😀',
    requestIP: '10.0.0.1, 192.0.2.7',
    responseStatus: 500,
    instanceId: '9007199254740991',
  }),
  makeUsageRecord({ id: 'a-3', timestampMs: START_MS + 5 }),
  makeUsageRecord({ id: 'a-2', timestampMs: START_MS + 5, requestIP: '2001:db8::1' }),
  makeUsageRecord({ id: 'next', timestampMs: START_MS + DAY_MS }),
];
const EVENTS = [
  makeEvent({ id: '9223372036854775807', timestampMs: START_MS + 1_000, description: 'x', username: 'jo' }),
  makeEvent({ id: '-3', timestampMs: START_MS + 1_000, ipAddress: '10.0.0.1' }),
  makeEvent({ id: '12', timestampMs: START_MS + 1_000, addresses: ['10.0.0.1', '192.0.2.7'] }),
  makeEvent({ id: '2', timestampMs: START_MS + 1_000, addresses: ['10.0.0.1'] }),
];

async function withStore<T>(work: (store: ArchiveStore) => Promise<T>): Promise<T> {
  const store = await openDuckDbStore(newFolder());
  try {
    await fill(store, { usage: USAGE, events: EVENTS }, readOf(START_MS, START_MS + 2 * DAY_MS));
    return await work(store);
  } finally {
    await store.close();
  }
}

describe('a sealed day', () => {
  test('has its rows in the order of the graph, typed, and a manifest that says what they are', async () => {
    await withStore(async (store) => {
      const folder = newFolder();
      const first = await seal(store, 'EVENTS', FIRST, { folder, key });
      const second = await seal(store, 'USAGE', FIRST, { folder, key });
      expect(first).toMatchObject({ outcome: 'SEALED', manifest: `events/${FIRST}.json`, rows: 4 });
      expect(filesOf(folder)).toEqual(
        ['events', 'usage'].flatMap((source) =>
          ['json', 'parquet', 'sig'].map((ending) => `${source}/${FIRST}.${ending}`),
        ),
      );
      expect(readManifest(folder, `usage/${FIRST}`)).toMatchObject({
        format: 1,
        sequence: 2,
        source: 'USAGE',
        day: FIRST,
        revision: 1,
        supersedes: null,
        rows: 3,
        coverage: [
          {
            from: '2026-11-23T00:00:00.000Z',
            to: '2026-11-24T00:00:00.000Z',
            firstRead: '2026-11-26T00:00:00.000Z',
            lastRead: '2026-11-26T00:00:00.000Z',
            dropped: 0,
          },
        ],
        sealedAt: '2026-11-26T00:00:00.000Z',
        previous: { manifest: first.manifest, sha256: first.head },
      });
      await withDatabase(async (database) => {
        const read = async (sql: string) => (await database.runAndReadAll(sql)).getRowsJS();
        const file = (source: string) => `'${join(folder, source, `${FIRST}.parquet`)}'`;
        expect(await read(`select id from ${file('usage')}`)).toEqual([['a-3'], ['a-2'], ['a-1']]);
        expect(await read(`select id from ${file('events')}`)).toEqual([
          [9223372036854775807n],
          [12n],
          [2n],
          [-3n],
        ]);
        expect(
          await read(
            `select name, converted_type from parquet_schema(${file('events')}) where name in ('id', 'timestamp')`,
          ),
        ).toEqual([
          ['id', 'INT_64'],
          ['timestamp', 'TIMESTAMP_MILLIS'],
        ]);
      });
      expect(await verifyFolder(folder, key.public, { head: second.head })).toEqual([]);
    });
  });

  test('is served like any other export, with equal rows', async () => {
    await withStore(async (store) => {
      const folder = newFolder();
      await seal(store, 'USAGE', FIRST, { folder, key });
      await seal(store, 'EVENTS', FIRST, { folder, key });
      await withTables(
        loadUsageExport,
        [join(folder, 'usage', `${FIRST}.parquet`)],
        async ({ query, loaded }) => {
          expect(loaded).toMatchObject({ rows: 3, unreadable: 0, repeated: 0, ignored: ['firstSeenAt'] });
          const rows = await query(
            `select id, epoch_ms(happened_at) as at, request_status, element_key, element_tags, instance_tags, account_id, instance_id,
              process_time, vendor_process_time, request_uri, request_ip, response_status, hub from usage order by id`,
          );
          expect(rows[0]).toEqual({
            id: 'a-1',
            at: BigInt(START_MS),
            request_status: 'failed',
            element_key: "o'x",
            element_tags: ['crm, old', 'b'],
            instance_tags: ['c'],
            account_id: 7n,
            instance_id: 9007199254740991n,
            process_time: 12n,
            vendor_process_time: 5n,
            request_uri: '/elements/api-v2/hubs/crm/contacts?q=😀',
            request_ip: '10.0.0.1, 192.0.2.7',
            response_status: 500n,
            hub: 'crm',
          });
          expect(rows.map(({ id, request_ip: address }) => [id, address]).slice(1)).toEqual([
            ['a-2', '2001:db8::1'],
            ['a-3', null],
          ]);
        },
      );
      await withTables(
        loadEventsExport,
        [join(folder, 'events', `${FIRST}.parquet`)],
        async ({ query, loaded }) => {
          expect(loaded).toMatchObject({ rows: 4, unreadable: 0, absent: [] });
          expect(await query('select id, username, description, ip_address from events order by id')).toEqual(
            [
              { id: -3n, username: null, description: null, ip_address: '10.0.0.1' },
              { id: 2n, username: null, description: null, ip_address: '10.0.0.1, 10.0.0.1' },
              { id: 12n, username: null, description: null, ip_address: '10.0.0.1, 192.0.2.7' },
              { id: 9223372036854775807n, username: 'jo', description: 'x', ip_address: null },
            ],
          );
        },
      );
    });
  });

  test('can have no rows, and more rows than are read at once', async () => {
    const store = await openDuckDbStore(newFolder());
    const rows = Array.from({ length: 10_001 }, (_, at) =>
      makeUsageRecord({ id: `id-${at}`, timestampMs: START_MS + Math.floor(at / 7) }),
    );
    await fill(store, { usage: rows, events: [] }, readOf(START_MS, START_MS + DAY_MS));
    const folder = newFolder();
    expect(await seal(store, 'EVENTS', FIRST, { folder, key })).toMatchObject({ rows: 0 });
    expect(await seal(store, 'USAGE', FIRST, { folder, key })).toMatchObject({ rows: 10_001 });
    expect(await verifyFolder(folder, key.public)).toEqual([]);
    await store.close();
  });

  test('is left alone as long as it has the same rows, even if it is read again', async () => {
    await withStore(async (store) => {
      const folder = newFolder();
      const { head } = await seal(store, 'USAGE', FIRST, { folder, key });
      const files = filesOf(folder);
      await store.usage.commit([], readOf(START_MS, START_MS + DAY_MS, START_MS + 9 * DAY_MS));
      expect(await seal(store, 'USAGE', FIRST, { folder, key })).toMatchObject({
        outcome: 'UNCHANGED',
        rows: 3,
        head,
      });
      expect(filesOf(folder)).toEqual(files);
    });
  });

  test('gets a revision if rows come later, and the rows that were sealed first stay', async () => {
    await withStore(async (store) => {
      const folder = newFolder();
      await seal(store, 'USAGE', FIRST, { folder, key });
      await seal(store, 'EVENTS', FIRST, { folder, key });
      const late = makeUsageRecord({ id: 'late', timestampMs: START_MS + 9 });
      await store.usage.commit([late], readOf(START_MS, START_MS + DAY_MS, START_MS + 9 * DAY_MS));
      const { head, ...resealed } = await seal(store, 'USAGE', FIRST, { folder, key });
      expect(resealed).toEqual({ outcome: 'SEALED', manifest: `usage/${FIRST}.r2.json`, rows: 4 });
      expect(readManifest(folder, `usage/${FIRST}.r2`)).toMatchObject({
        sequence: 3,
        revision: 2,
        supersedes: `usage/${FIRST}.json`,
        previous: { manifest: `events/${FIRST}.json` },
      });
      expect(await seal(store, 'USAGE', FIRST, { folder, key })).toMatchObject({
        outcome: 'UNCHANGED',
        manifest: `usage/${FIRST}.r2.json`,
      });
      expect(filesOf(folder)).toContain(`usage/${FIRST}.parquet`);
      expect(await verifyFolder(folder, key.public, { head })).toEqual([]);
    });
  });
});

describe('a day is refused', () => {
  test.each([
    ['was never read', []],
    ['lacks a part', [readOf(START_MS, START_MS + 5), readOf(START_MS + 6, START_MS + DAY_MS)]],
    ['was last read too soon', [readOf(START_MS, START_MS + DAY_MS, START_MS + DAY_MS + 60_000)]],
  ])('if it %s', async (_name, reads) => {
    const store = await openDuckDbStore(newFolder());
    for (const read of reads) await store.usage.commit([], read);
    const folder = newFolder();
    await expect(seal(store, 'USAGE', FIRST, { folder, key })).rejects.toThrow(
      /^USAGE of 2026-11-23 can't be sealed: the archive does not hold it whole/,
    );
    await store.close();
  });

  test('if it is no day', async () => {
    await withStore(async (store) => {
      for (const day of ['2026-02-30', '2026-11-23T00:00:00Z', 'yesterday', ''])
        await expect(seal(store, 'USAGE', day, { folder: newFolder(), key, nowMs: 0 })).rejects.toThrow(
          EvidenceRefused,
        );
    });
  });

  test('if the chain is broken, was signed by another key, or holds a file without a manifest', async () => {
    await withStore(async (store) => {
      const folder = newFolder();
      await seal(store, 'USAGE', FIRST, { folder, key });
      await expect(seal(store, 'EVENTS', FIRST, { folder, key: newKey() })).rejects.toThrow(
        `usage/${FIRST}.json does not have the signature`,
      );
      writeFileSync(join(folder, 'events', `${FIRST}.parquet`), '');
      await expect(seal(store, 'EVENTS', FIRST, { folder, key })).rejects.toThrow(
        `events/${FIRST}.parquet belongs to no manifest`,
      );
      rmSync(join(folder, 'events', `${FIRST}.parquet`));
      flipBit(folder, `usage/${FIRST}.parquet`, 100);
      await expect(seal(store, 'USAGE', FIRST, { folder, key })).rejects.toThrow('missing or altered');
    });
  });
});

class Death extends Error {}

/** Lets the process die at a step, in the middle of what is written. */
function dyingSteps(stepsToLive: number): FileSteps {
  let left = stepsToLive;
  const diesNow = (): boolean => (left -= 1) < 0;
  return {
    async write(path, bytes) {
      if (!diesNow()) return fileSteps.write(path, bytes);
      writeFileSync(path, bytes.subarray(0, bytes.length / 2));
      throw new Death('write');
    },
    async sync(path) {
      if (!diesNow()) return fileSteps.sync(path);
      truncateSync(path, 10);
      throw new Death('sync');
    },
    async rename(from, to) {
      if (diesNow()) throw new Death('rename');
      return fileSteps.rename(from, to);
    },
    async remove(path) {
      if (diesNow()) throw new Death('remove');
      return fileSteps.remove(path);
    },
  };
}

describe('if the process dies', () => {
  /** @returns the step at which it died; null: it did not */
  async function sealDying(store: ArchiveStore, folder: string, stepsToLive: number): Promise<string | null> {
    try {
      await seal(store, 'USAGE', SECOND, { folder, key, steps: dyingSteps(stepsToLive) });
      return null;
    } catch (error) {
      if (error instanceof Death) return error.message;
      throw error;
    }
  }

  test('at each step of sealing, and then at each step of cleaning, the day is sealed or not, and the next run is clean', async () => {
    await withStore(async (store) => {
      await store.usage.commit(
        [{ ...USAGE[3]!, elementKey: 'changed' }],
        readOf(START_MS, START_MS + 2 * DAY_MS, START_MS + 4 * DAY_MS),
      );
      const before = newFolder();
      await seal(store, 'EVENTS', FIRST, { folder: before, key });
      const died: string[] = [];
      for (let stepsToLive = 0; ; stepsToLive += 1) {
        let step: string | null = null;
        for (let cleaned = 0, isCleaning = true; isCleaning; cleaned += 1) {
          const folder = newFolder();
          cpSync(before, folder, { recursive: true });
          step = await sealDying(store, folder, stepsToLive);
          if (step === null) break;
          if (cleaned === 0) {
            died.push(step);
            expect(await verifyFolder(folder, key.public), step).toEqual([]);
          }
          isCleaning = (await sealDying(store, folder, cleaned)) === 'remove';
          if (isCleaning) expect(await verifyFolder(folder, key.public), step).toEqual([]);
          const { head } = await seal(store, 'USAGE', SECOND, { folder, key });
          expect(filesOf(folder)).toEqual([
            ...[`events/${FIRST}`, `usage/${SECOND}`].flatMap((stem) =>
              ['.json', '.parquet', '.sig'].map((ending) => stem + ending),
            ),
            `usage/${SECOND}.versions`,
          ]);
          expect(await verifyFolder(folder, key.public, { head })).toEqual([]);
        }
        if (step === null) break;
      }
      expect(died).toEqual(['sync', 'sync', 'write', 'write', 'rename', 'rename', 'rename', 'rename']);
    });
  }, 120_000);

  test('the sealing of another day cleans up, too', async () => {
    await withStore(async (store) => {
      const folder = newFolder();
      await sealDying(store, folder, 4);
      expect(filesOf(folder)).toHaveLength(3);
      await seal(store, 'EVENTS', FIRST, { folder, key });
      expect(filesOf(folder)).toHaveLength(3);
      expect(readFileSync(join(folder, `events/${FIRST}.sig`))).toHaveLength(64);
    });
  });
});
