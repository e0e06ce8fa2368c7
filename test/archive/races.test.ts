import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { openDuckDbStore } from '../../src/archive/duckdb/store.ts';
import { createMemoryDisk, openMemoryArchive } from '../support/memory-archive.ts';
import { describeRaces } from '../support/store-laws.ts';

const folder = mkdtempSync(join(tmpdir(), 'archive-races-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

describeRaces('DuckDB', () => openDuckDbStore(join(folder, String((count += 1)))));
// The model of the tests obeys the same laws.
describeRaces('the memory of a test', async () => openMemoryArchive(createMemoryDisk()));
