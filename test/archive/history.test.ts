import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { openClickHouseStore } from '../../src/archive/clickhouse/store.ts';
import { openDuckDbStore } from '../../src/archive/duckdb/store.ts';
import { hasClickHouse, startClickHouse } from '../support/clickhouse-server.ts';
import type { ClickHouseServer } from '../support/clickhouse-server.ts';
import { describeHistory } from '../support/history-laws.ts';
import { describeLateRows } from '../support/lateness-laws.ts';
import { createMemoryDisk, openMemoryArchive } from '../support/memory-archive.ts';

const folder = mkdtempSync(join(tmpdir(), 'archive-history-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;
const newName = (): string => `archive-${(count += 1)}`;

describeHistory('DuckDB', () => openDuckDbStore(join(folder, newName())));
describeLateRows('DuckDB', () => openDuckDbStore(join(folder, newName())));
// The model of the tests obeys the same laws.
describeHistory('the memory of a test', async () => openMemoryArchive(createMemoryDisk()));

describe.runIf(hasClickHouse)('on a server', () => {
  let server: ClickHouseServer;
  beforeAll(async () => {
    server = await startClickHouse();
  });
  afterAll(async () => server.kill());
  describeHistory('ClickHouse', () => openClickHouseStore(server.url(newName())));
  describeLateRows('ClickHouse', () => openClickHouseStore(server.url(newName())));
});
