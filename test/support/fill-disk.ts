/**
 * Commits rows into the archive of a folder until two commits have failed. After each of them it says as one line of JSON how many rows it
 * has committed, why it failed, and what it still reads. The test of a full disk starts it with a bound on the size of files:
 * `node fill-disk.ts FOLDER`.
 */
import { writeSync } from 'node:fs';
import { openArchive } from '../../src/archive/archive.ts';
import { makeEvent } from './archive-rows.ts';
import { createSeededRandom } from './seeded-random.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new TypeError('Name a folder.');
const random = createSeededRandom(1);
const archive = await openArchive(
  { kind: 'duckdb', folder },
  { rereads: { overlapMs: 1, settleMs: 2 }, onFault: () => {} },
);
const { events } = archive;
const SPAN_MS = 10;
const ROWS = 300;
const MOST_ATTEMPTS = 1_000;
let committed = 0;

async function commitNext(): Promise<void> {
  const fromMs = committed * SPAN_MS;
  const rows = Array.from({ length: ROWS }, (_, at) =>
    makeEvent({
      id: String(committed * ROWS + at),
      timestampMs: fromMs + (at % SPAN_MS),
      // Texts that do not become smaller by compression.
      description: Array.from({ length: 150 }, () => random().toString(36)).join(''),
    }),
  );
  const readMs = 1_000_000_000;
  const read = { fromMs, toMs: fromMs + SPAN_MS, firstReadMs: readMs, lastReadMs: readMs, dropped: 0 };
  await events.commit(rows, read);
  committed += 1;
}

const say = async (error: unknown): Promise<string> => {
  const range = { fromMs: 0, toMs: 1_000_000 };
  const listed = await events.list({
    range,
    filter: {},
    direction: 'DESC',
    after: null,
    limit: null,
    knownAtMs: null,
  });
  return JSON.stringify({
    committed: committed * ROWS,
    reason: error instanceof Error ? error.message : String(error),
    held: events.heldSpans(null),
    listed: listed.length,
    counted: await events.count(range, {}, null),
  });
};

for (let attempt = 0, failures = 0; attempt < MOST_ATTEMPTS && failures < 2; attempt += 1) {
  try {
    await commitNext();
  } catch (error) {
    failures += 1;
    writeSync(1, `${await say(error)}\n`);
  }
}
await archive.close();
