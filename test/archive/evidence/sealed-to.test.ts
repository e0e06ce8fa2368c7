import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createArchive } from '../../../src/archive/archive.ts';
import { openDuckDbStore } from '../../../src/archive/duckdb/store.ts';
import { makeUsageRecord } from '../../support/archive-rows.ts';
import { DAY_MS, dayOf, fill, newKey, readOf, seal } from '../../support/sealed-folder.ts';

const START_MS = Date.parse('2026-11-23T00:00:00.000Z');

test('the archive says how far each source is sealed: a revision does not count as a later day, a partial file as none', async () => {
  const root = mkdtempSync(join(tmpdir(), 'sealed-to-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const store = await openDuckDbStore(join(root, 'archive'));
  const sealedFolder = join(root, 'sealed');
  const options = {
    rereads: { overlapMs: 900_000, settleMs: DAY_MS },
    sealedFolder,
    onFault(error: unknown) {
      throw error;
    },
  };
  const archive = await createArchive(store, options);
  onTestFinished(() => archive.close());
  expect(await archive.sealedTo('USAGE')).toBeNull();
  const key = newKey();
  const usage = [makeUsageRecord({ id: 'a', timestampMs: START_MS + 5 })];
  await fill(store, { usage, events: [] }, readOf(START_MS, START_MS + 2 * DAY_MS));
  const days = [START_MS, START_MS + DAY_MS].map(dayOf);
  for (const day of days) await seal(store, 'USAGE', day, { folder: sealedFolder, key });
  expect(await archive.sealedTo('USAGE')).toBe(START_MS + 2 * DAY_MS);
  expect(await archive.sealedTo('EVENTS')).toBeNull();
  const late = [...usage, makeUsageRecord({ id: 'b', timestampMs: START_MS + 6 })];
  await fill(store, { usage: late, events: [] }, readOf(START_MS, START_MS + DAY_MS));
  await seal(store, 'USAGE', days[0]!, { folder: sealedFolder, key });
  writeFileSync(join(sealedFolder, 'usage', '2026-11-26.json.partial'), '{}');
  expect(await archive.sealedTo('USAGE')).toBe(START_MS + 2 * DAY_MS);
  const unaware = await createArchive(store, { ...options, sealedFolder: null });
  expect(await unaware.sealedTo('USAGE')).toBeNull();
});
