import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, onTestFinished, test } from 'vitest';
import { openDuckDbStore } from '../../src/archive/duckdb/store.ts';
import { erasePerson } from '../../src/archive/erasing.ts';
import { makeUsageRecord } from '../support/archive-rows.ts';
import { fill, readOf } from '../support/sealed-folder.ts';

test('an archive of the first schema keeps its rows and its ledger, and can erase', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'migrate-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const first = await openDuckDbStore(folder);
  const usage = [
    makeUsageRecord({ id: 'a', timestampMs: 5, userName: 'bob' }),
    makeUsageRecord({ id: 'b', timestampMs: 6 }),
  ];
  await fill(first, { usage, events: [] }, readOf(0, 10));
  await first.close();
  const instance = await DuckDBInstance.create(join(folder, 'archive.duckdb'));
  const connection = await instance.connect();
  await connection.run('drop table erasures');
  await connection.run('update archive_version set version = 1');
  connection.closeSync();
  instance.closeSync();
  const store = await openDuckDbStore(folder);
  onTestFinished(() => store.close());
  expect(await store.usage.size()).toMatchObject({ rows: 2 });
  expect(await store.usage.loadReads()).toHaveLength(1);
  expect(await store.loadErasures()).toEqual([]);
  const { usage: erased } = await erasePerson(store, 'username', 'bob', { nowMs: 1, salt: 'aa' });
  expect(erased).toEqual({ rows: 1, days: ['1970-01-01'] });
});
