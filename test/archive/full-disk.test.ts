import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { openDuckDbStore } from '../../src/archive/duckdb/store.ts';
import { makeEvent } from '../support/archive-rows.ts';

const SCRIPT = new URL('../support/fill-disk.ts', import.meta.url).pathname;

interface Said {
  readonly committed: number;
  readonly reason: string;
  readonly held: readonly { readonly fromMs: number; readonly toMs: number }[];
  readonly listed: number;
  readonly counted: number;
}

/** No file may become larger than this many blocks, whose size is the shell's: 25 or 49 MB. The log takes 17 MB. */
const MOST_BLOCKS = 48_000;

test('while the disk is full an archive answers from all that it has committed, and it goes on once there is room', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'full-disk-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const bounded = `ulimit -f ${MOST_BLOCKS}; exec "$0" "$@"`;
  const { stdout } = await promisify(execFile)('sh', ['-c', bounded, process.execPath, SCRIPT, folder]);
  const said = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Said);
  expect(said).toHaveLength(2);
  // The database refuses everything after it could not empty its log, until it is opened again.
  expect(said[0]!.reason).toMatch(/checkpoint failed/);
  for (const { committed, held, listed, counted } of said) {
    expect(committed).toBeGreaterThan(0);
    // What the commit has written that failed is there or not, but nobody claims it.
    expect(listed).toBeGreaterThanOrEqual(committed);
    expect(counted).toBe(listed);
    expect(held).toMatchObject([{ fromMs: 0, toMs: (committed / 300) * 10 }]);
  }
  const store = await openDuckDbStore(folder);
  onTestFinished(() => store.close());
  const { rows } = await store.events.size();
  expect(rows).toBe(said[1]!.listed);
  const read = { fromMs: 500_000, toMs: 500_010, firstReadMs: 2, lastReadMs: 2, dropped: 0 };
  await store.events.commit([makeEvent({ id: '-1', timestampMs: 500_000 })], read);
  expect(await store.events.size()).toMatchObject({ rows: rows + 1 });
}, 300_000);
