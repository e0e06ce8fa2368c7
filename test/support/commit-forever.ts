/**
 * Commits groups of random rows into the archive of a folder, and compacts it now and then, until it is killed. After each commit it prints one line: the span and
 * the ids of the group. The test of deaths starts it: `node commit-forever.ts FOLDER SEED`.
 */
import { writeSync } from 'node:fs';
import { openDuckDbStore } from '../../src/archive/duckdb/store.ts';
import { ArchiveRefused } from '../../src/archive/store.ts';
import { makeEvent } from './archive-rows.ts';
import { createSeededRandom } from './seeded-random.ts';

const COMPACTED = 5;
const [folder, seed] = process.argv.slice(2);
if (folder === undefined) throw new TypeError('Name a folder.');
const random = createSeededRandom(Number(seed));

try {
  const { events } = await openDuckDbStore(folder);
  writeSync(1, 'open\n');
  for (let at = 0; ; at += 1) {
    const fromMs = Math.floor(random() * 100_000) * 10;
    const rows = Array.from({ length: 1 + Math.floor(random() * 400) }, () =>
      makeEvent({
        id: String(Math.floor(random() * 5_000)),
        timestampMs: fromMs + Math.floor(random() * 10),
        description: String(random()),
      }),
    );
    const read = { fromMs, toMs: fromMs + 10, firstReadMs: at, lastReadMs: at, dropped: 0 };
    await events.commit(rows, read);
    writeSync(1, `${JSON.stringify({ read, ids: rows.map(({ id }) => id) })}\n`);
    if (at % COMPACTED === COMPACTED - 1) await events.compact();
  }
} catch (error) {
  if (!(error instanceof ArchiveRefused)) throw error;
  writeSync(1, `refused: ${error.message}\n`);
}
