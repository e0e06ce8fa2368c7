import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { copyFileRows } from '../../src/archive/copy-file-rows.ts';
import { createFileArchive } from '../../src/archive/file-archive.ts';
import { openStore } from '../../src/archive/open-store.ts';

const NOW_MS = Date.parse('2026-03-04T12:00:00Z');

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'file-archive-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function* groupsOf(...groups: (readonly object[])[]): AsyncGenerator<readonly string[]> {
  for (const group of groups) yield group.map((row) => JSON.stringify(row));
}

const record = (id: string, more: object = {}) => ({
  traffic_id: id,
  traffic_date: '2014-08-01T00:00:00Z',
  ...more,
});

function createArchive() {
  const archive = createFileArchive((error) => {
    throw error;
  });
  onTestFinished(() => archive.close());
  return archive;
}

test('a file archive holds nothing and finds nothing before it is opened and after it is closed', async () => {
  const folder = makeFolder();
  await copyFileRows(folder, { usage: groupsOf([record('a')], [record('b')]), events: null }, NOW_MS);
  const { usage, events, open, close } = createArchive();
  expect(usage.heldSpans(null)).toEqual([]);
  expect(await usage.find(['a'])).toEqual([]);
  await open(folder);
  expect(usage.heldSpans(null)).toMatchObject([{ readAtMs: NOW_MS, dropped: 0 }]);
  expect(await usage.find(['a', 'b'])).toHaveLength(2);
  // The source has no file.
  expect(events.heldSpans(null)).toEqual([]);
  await close();
  expect(usage.heldSpans(null)).toEqual([]);
  expect(await usage.find(['a'])).toEqual([]);
});

test('a copy counts the rows that could not be decoded, so that the sandbox answers instead', async () => {
  const folder = makeFolder();
  const rows = groupsOf([record('a'), record('b', { response_status: {} })]);
  await copyFileRows(folder, { usage: rows, events: null }, NOW_MS);
  const { usage, open } = createArchive();
  await open(folder);
  expect(usage.heldSpans(null)).toMatchObject([{ dropped: 1 }]);
});

test('a copy that is there only after the end is released at once', async () => {
  const folder = makeFolder();
  await copyFileRows(folder, { usage: groupsOf([record('a')]), events: null }, NOW_MS);
  const { usage, open, close } = createArchive();
  await close();
  await open(folder);
  expect(usage.heldSpans(null)).toEqual([]);
  const other = await openStore({ kind: 'duckdb', folder });
  await other.close();
});

test('a folder that can not be written is a fault of the copy', async () => {
  const rows = { usage: groupsOf([record('a')]), events: null };
  await expect(copyFileRows('/dev/null/copy', rows, NOW_MS)).rejects.toThrow("can't be made");
});
