import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { copyStore } from '../../src/archive/copy.ts';
import { openDuckDbStore } from '../../src/archive/duckdb/store.ts';
import { foldReads } from '../../src/archive/ledger.ts';
import type { ReadSpan } from '../../src/archive/ledger.ts';
import { makeEvent, makeUsageRecord } from '../support/archive-rows.ts';
import { createMemoryDisk, openMemoryArchive } from '../support/memory-archive.ts';

const folder = mkdtempSync(join(tmpdir(), 'archive-copy-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const question = {
  range: { fromMs: 0, toMs: 100_000 },
  filter: {},
  direction: 'DESC',
  after: null,
  limit: null,
  knownAtMs: null,
} as const;
const read = (fromMs: number, toMs: number, atMs: number): ReadSpan => ({
  fromMs,
  toMs,
  firstReadMs: atMs,
  lastReadMs: atMs,
  dropped: 0,
});

test('a copy has the rows, when each was first seen, and the ledger, also if it is made twice', async () => {
  const from = openMemoryArchive(createMemoryDisk());
  const rows = Array.from({ length: 12_000 }, (_, at) =>
    makeUsageRecord({ id: `id-${at}`, timestampMs: at % 700 }),
  );
  await from.usage.commit(rows, read(0, 700, 5_000));
  await from.usage.commit([{ ...rows[5]!, elementKey: 'changed' }], read(0, 50, 6_000));
  await from.events.commit([makeEvent({ id: '7', timestampMs: 80 })], read(50, 90, 7_000));
  const to = await openDuckDbStore(join(folder, 'to'));
  await copyStore(from, to);
  await copyStore(from, to);
  expect(await to.usage.list(question)).toEqual(await from.usage.list(question));
  expect(await to.events.list(question)).toEqual(await from.events.list(question));
  expect(foldReads(await to.usage.loadReads())).toEqual(
    expect.arrayContaining([...foldReads(await from.usage.loadReads())]),
  );
  await to.close();
});

test('a copy that is interrupted claims no span whose rows are missing', async () => {
  const from = openMemoryArchive(createMemoryDisk());
  const rows = Array.from({ length: 12_000 }, (_, at) =>
    makeUsageRecord({ id: `id-${at}`, timestampMs: at }),
  );
  await from.usage.commit(rows, read(0, 12_000, 50_000));
  const to = openMemoryArchive(createMemoryDisk());
  let commits = 0;
  const failing = {
    ...to,
    usage: {
      ...to.usage,
      commit: async (...args: Parameters<typeof to.usage.commit>) => {
        commits += 1;
        if (commits === 2) throw new Error('The disk is full.');
        await to.usage.commit(...args);
      },
    },
  };
  await expect(copyStore(from, failing)).rejects.toThrow('The disk is full.');
  expect((await to.usage.loadReads()).filter(({ fromMs, toMs }) => fromMs < toMs)).toEqual([]);
});
