import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, describe, expect, test } from 'vitest';
import { openArchive } from '../../src/archive/archive.ts';
import type { Archive } from '../../src/archive/archive.ts';
import { openDuckDbStore } from '../../src/archive/duckdb/store.ts';
import type { ReadSpan } from '../../src/archive/ledger.ts';
import { ArchiveRefused } from '../../src/archive/store.ts';
import { makeEvent } from '../support/archive-rows.ts';
import { createSeededRandom } from '../support/seeded-random.ts';

const folder = mkdtempSync(join(tmpdir(), 'archive-death-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const SCRIPT = new URL('../support/commit-forever.ts', import.meta.url).pathname;
const FILE = 'archive.duckdb';
const ALL = { fromMs: 0, toMs: 10_000_000 };
const question = { filter: {}, direction: 'DESC', after: null, limit: null, knownAtMs: null } as const;

interface Group {
  readonly read: ReadSpan;
  readonly ids: readonly string[];
}

const start = (place: string, seed: number): ChildProcess =>
  spawn(process.execPath, [SCRIPT, place, String(seed)], { stdio: ['ignore', 'pipe', 'inherit'] });

/** Starts a writer, kills it in the middle of the commit after so many groups, and gives the groups that it said to have committed. */
async function writeAndDie(place: string, seed: number, groups: number, delay: number): Promise<Group[]> {
  const child = start(place, seed);
  const committed: Group[] = [];
  for await (const line of createInterface({ input: child.stdout! })) {
    if (line === 'open') continue;
    expect(line).not.toContain('refused');
    committed.push(JSON.parse(line) as Group);
    if (committed.length < groups) continue;
    // Some turns of the event loop later the next commit is anywhere between its begin and its end.
    for (let turn = 0; turn < delay; turn += 1) await new Promise(setImmediate);
    child.kill('SIGKILL');
    break;
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return committed;
}

describe('a process that is killed', () => {
  test('loses no row that it has committed, doubles none, and claims no span that it has not', async () => {
    const place = join(folder, 'killed');
    const random = createSeededRandom(7);
    const committed: Group[] = [];
    for (let death = 0; death < 6; death += 1) {
      const groups = 1 + Math.floor(random() * 25);
      committed.push(...(await writeAndDie(place, death, groups, Math.floor(random() * 400))));
      const store = await openDuckDbStore(place);
      const rows = await store.events.list({ ...question, range: ALL });
      const ids = new Set(rows.map(({ id }) => id));
      expect(ids.size).toBe(rows.length);
      expect(committed.flatMap((group) => group.ids).filter((id) => !ids.has(id))).toEqual([]);
      // The last commits may have happened without being said: one for each death.
      const reads = await store.events.loadReads();
      const keyOf = ({ fromMs, lastReadMs }: ReadSpan): string => `${fromMs}@${lastReadMs}`;
      const said = new Set(committed.map(({ read }) => keyOf(read)));
      const claimed = new Set(reads.map(keyOf));
      expect([...said].filter((key) => !claimed.has(key))).toEqual([]);
      expect(reads.length - committed.length).toBeLessThanOrEqual(death + 1);
      for (const read of reads.filter((one) => !said.has(keyOf(one)))) {
        const seen = await store.events.list({ ...question, range: read });
        expect(seen.length).toBeGreaterThan(0);
      }
      await store.close();
    }
    expect(committed.length).toBeGreaterThan(20);
  }, 120_000);
});

describe('an archive is refused', () => {
  const open = (place: string): Promise<Archive> =>
    openArchive(
      { kind: 'duckdb', folder: place },
      { rereads: { overlapMs: 1, settleMs: 2 }, onFault: () => {} },
    );
  /** Why a folder is refused. */
  const refusalOf = async (place: string): Promise<string> => {
    const archive = await open(place).catch((error: unknown) => error);
    if (archive instanceof ArchiveRefused) return archive.message;
    if (archive instanceof Error) throw archive;
    throw new Error('It was opened.');
  };
  const makeFolder = (name: string): string => {
    const place = join(folder, name);
    mkdirSync(place, { recursive: true });
    return place;
  };

  test('by a second process while one has it open', async () => {
    // The word in the path must not decide what the sentence says.
    const place = makeFolder('locked');
    const child = start(place, 1);
    const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    expect((await lines.next()).value).toBe('open');
    expect(await refusalOf(place)).toBe(
      `The archive ${join(place, FILE)} is open in another process. One process can use it at a time: end the other one, or use an archive on ClickHouse.`,
    );
    child.kill('SIGKILL');
    await once(child, 'exit');
    await (await openDuckDbStore(place)).close();
  });

  test('if its file is no database', async () => {
    const place = makeFolder('blocks');
    const file = join(place, FILE);
    for (const content of ['id,date\n1,2026-03-01\n', Buffer.alloc(100_000, 0xa5)]) {
      writeFileSync(file, content);
      expect(await refusalOf(place)).toBe(
        `The archive ${file} can't be opened: it is no database of this version, or it is damaged. Restore it from a copy, or name another folder.`,
      );
      expect(readFileSync(file)).toEqual(Buffer.from(content));
    }
  });

  test('if its file was cut off or overwritten in places', async () => {
    const whole = makeFolder('whole');
    const store = await openDuckDbStore(whole);
    const rows = Array.from({ length: 20_000 }, (_, at) =>
      makeEvent({ id: String(at), timestampMs: at, description: `text ${at} ${at * 7919}` }),
    );
    const read = { fromMs: 0, toMs: 20_000, firstReadMs: 1, lastReadMs: 1, dropped: 0 };
    await store.events.commit(rows, read);
    await store.close();
    const { size } = statSync(join(whole, FILE));
    const random = createSeededRandom(3);
    for (let at = 0; at < 12; at += 1) {
      const torn = makeFolder(`torn-${at}`);
      cpSync(whole, torn, { recursive: true });
      if (at < 6) truncateSync(join(torn, FILE), Math.floor((size * at) / 6));
      else {
        const bytes = readFileSync(join(torn, FILE));
        const from = Math.floor(random() * size);
        bytes.fill(0x5a, from, from + 40_000);
        writeFileSync(join(torn, FILE), bytes);
      }
      // What is not seen at the start fails when it is read, by an error, and never as rows that are not the vendor's.
      const answer = await open(torn).then(
        async (opened) => {
          const found = await opened.events.list({ ...question, range: ALL }).catch(() => null);
          const reads = opened.events.readSpans();
          await opened.close();
          return found && { rows: found, reads };
        },
        (error: unknown) => {
          expect(error).toBeInstanceOf(ArchiveRefused);
          return null;
        },
      );
      if (answer === null) continue;
      if (answer.reads.length > 0 || answer.rows.length > 0)
        expect(answer.rows.map(({ id }) => Number(id))).toEqual(rows.map((_, id) => 19_999 - id));
    }
  });

  test('if its file is a database with other tables', async () => {
    const place = makeFolder('foreign');
    const instance = await DuckDBInstance.create(join(place, FILE));
    const connection = await instance.connect();
    await connection.run('create table orders (id INTEGER)');
    connection.closeSync();
    instance.closeSync();
    expect(await refusalOf(place)).toBe(
      'This database holds other tables than those of an archive. Name another folder.',
    );
    const like = makeFolder('foreign-alike');
    const other = await DuckDBInstance.create(join(like, FILE));
    const writer = await other.connect();
    await writer.run('create table archive_version (name VARCHAR)');
    writer.closeSync();
    other.closeSync();
    expect(await refusalOf(like)).toMatch(
      /can't be read: it is damaged, or not one of Sightline's\. Restore/,
    );
  });

  test('if a newer version has written it', async () => {
    const place = makeFolder('future');
    await (await openDuckDbStore(place)).close();
    const instance = await DuckDBInstance.create(join(place, FILE));
    const connection = await instance.connect();
    await connection.run('update archive_version set version = 99');
    connection.closeSync();
    instance.closeSync();
    expect(await refusalOf(place)).toMatch(/^This archive was written by a newer version \(schema 99; /);
  });

  test('if its folder can not be made', async () => {
    const place = join(folder, 'a-file');
    writeFileSync(place, '');
    expect(await refusalOf(place)).toBe(
      `The archive ${join(place, FILE)} can't be made. Name a folder that this process may write to.`,
    );
    expect(existsSync(join(place, FILE))).toBe(false);
  });
});

test('a closed archive refuses questions instead of letting them wait, and closes twice', async () => {
  const store = await openDuckDbStore(join(folder, 'closed'));
  await Promise.all([store.events.find(['1']), store.close()]);
  await store.close();
  await expect(store.events.find(['1'])).rejects.toThrow(/is closed\.$/);
  const read = { fromMs: 0, toMs: 1, firstReadMs: 1, lastReadMs: 1, dropped: 0 };
  await expect(store.events.commit([], read)).rejects.toThrow(/is closed\.$/);
});
