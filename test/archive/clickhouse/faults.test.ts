import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { readAddress } from '../../../src/archive/clickhouse/database.ts';
import { openClickHouseStore } from '../../../src/archive/clickhouse/store.ts';
import { ArchiveRefused } from '../../../src/archive/store.ts';
import type { ArchiveStore } from '../../../src/archive/store.ts';
import { makeUsageRecord } from '../../support/archive-rows.ts';

type Answer =
  | { readonly status?: number; readonly code?: string; readonly body: string }
  | 'silence'
  | 'half';

let server: Server | null = null;
let store: ArchiveStore | null = null;
afterEach(async () => {
  await stopServer();
  await store?.close();
  store = null;
});

/** Long enough for a slow machine to answer, and short enough to wait for a server that never does. */
const TIMEOUTS = { readMs: 2_000, writeMs: 2_000 };
const PATIENT = { readMs: 30_000, writeMs: 30_000 };
const SECRET = 'hunter2';

async function startServer(answerTo: (statement: string) => Answer, port = 0): Promise<string> {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const answer = answerTo(`${request.url ?? ''} ${Buffer.concat(chunks).toString()}`);
      if (answer === 'silence') return;
      if (answer === 'half') response.write('["a", ');
      else
        response
          .writeHead(answer.status ?? 200, answer.code ? { 'x-clickhouse-exception-code': answer.code } : {})
          .end(answer.body);
    });
  });
  const listening = server.listen(port, '127.0.0.1');
  await new Promise((resolve) => listening.once('listening', resolve));
  return `clickhouse://reader:${SECRET}@127.0.0.1:${(listening.address() as AddressInfo).port}/archive`;
}

/** A server with an archive, which answers to each further statement as it is told. */
async function openArchive(answer: () => Answer, timeouts = PATIENT): Promise<ArchiveStore> {
  store = await openClickHouseStore(await startServer(holdArchive(answer)), timeouts);
  return store;
}

function holdArchive(answer: () => Answer): (statement: string) => Answer {
  return (statement) => {
    if (statement.includes('system.tables')) return { body: '["archive_version"]\n' };
    if (statement.includes('max(version)')) return { body: '[2]\n' };
    return answer();
  };
}

async function stopServer(): Promise<void> {
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(null)));
  server = null;
}

const SPAN = { fromMs: 0, toMs: 10, firstReadMs: 20, lastReadMs: 20, dropped: 0 };
const QUESTION = {
  range: { fromMs: 0, toMs: 10 },
  filter: {},
  direction: 'DESC',
  after: null,
  limit: 5,
  knownAtMs: null,
} as const;

function askAll({ usage }: ArchiveStore): readonly Promise<unknown>[] {
  return [
    usage.list(QUESTION),
    usage.list({ ...QUESTION, limit: null }),
    usage.count(QUESTION.range, {}, null),
    usage.find(['a']),
    usage.size(),
    usage.erase('username', 'private'),
    usage.loadReads(),
    usage.replaceReads([SPAN]),
    usage.commit([], SPAN),
    usage.commit([makeUsageRecord({ id: 'private', timestampMs: 5 })], SPAN),
  ];
}

async function reasonOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (error: unknown) => error,
  );
}

test.each([
  ['is silent', 'silence', /did not answer within 2000 ms/],
  ['stops in the middle of an answer', 'half', /did not answer within 2000 ms/],
  [
    'refuses a statement',
    {
      status: 500,
      code: '241',
      body: `Code: 241. DB::Exception: at 'private' ${SECRET} (MEMORY_LIMIT_EXCEEDED)`,
    },
    /failed: MEMORY_LIMIT_EXCEEDED 241\.$/,
  ],
  ['speaks another language', { status: 502, body: `<html>${SECRET}` }, /failed: it gave no proper answer/],
] as const)(
  'each method rejects in time if the server %s, and says no value',
  async (_name, answer, message) => {
    const isSilent = answer === 'silence' || answer === 'half';
    const opened = await openArchive(() => answer, isSilent ? TIMEOUTS : PATIENT);
    for (const error of await Promise.all(askAll(opened).map(reasonOf))) {
      expect(error).toBeInstanceOf(Error);
      expect(String(error)).toMatch(message);
      expect(`${String(error)} ${(error as Error).stack}`).not.toMatch(/hunter2|private/);
    }
  },
);

test('each method rejects if the server is gone', async () => {
  const opened = await openArchive(() => 'silence');
  await stopServer();
  for (const error of await Promise.all(askAll(opened).map(reasonOf)))
    expect(String(error)).toMatch(/failed: ECONN/);
});

test('an archive goes on when its server was restarted', async () => {
  const url = await startServer(holdArchive(() => ({ body: '[7]\n' })));
  store = await openClickHouseStore(url, PATIENT);
  const count = async (): Promise<number | null> => store!.usage.count(QUESTION.range, {}, null);
  expect(await count()).toBe(7);
  await stopServer();
  expect(String(await reasonOf(count()))).toMatch(/failed: ECONN/);
  await startServer(
    holdArchive(() => ({ body: '[8]\n' })),
    Number(new URL(url.replace('clickhouse:', 'http:')).port),
  );
  expect(await count()).toBe(8);
});

test('nothing is noted as read whose rows were not written', async () => {
  const statements: string[] = [];
  const url = await startServer((statement) => {
    if (statement.includes('system.tables')) return { body: '["archive_version"]\n' };
    if (statement.includes('max(version)')) return { body: '[2]\n' };
    statements.push(decodeURIComponent(statement).replaceAll('+', ' '));
    if (statement.includes('usage_places') && statement.includes('select')) return { body: '' };
    return { status: 500, body: 'Code: 243. DB::Exception: full (NOT_ENOUGH_SPACE)' };
  });
  store = await openClickHouseStore(url, PATIENT);
  const commit = store.usage.commit([makeUsageRecord({ id: 'a', timestampMs: 5 })], SPAN);
  expect(String(await reasonOf(commit))).toMatch(/NOT_ENOUGH_SPACE/);
  expect(statements.filter((statement) => statement.includes('ledger'))).toEqual([]);
});

test('a server that is silent or gone may be tried again, so it is no refusal', async () => {
  const silent = await reasonOf(openClickHouseStore(await startServer(() => 'silence'), TIMEOUTS));
  expect(silent).not.toBeInstanceOf(ArchiveRefused);
  expect(String(silent)).toMatch(/did not answer/);
});

test.each([
  ['516', 'AUTHENTICATION_FAILED', /refuses this user/],
  ['497', 'ACCESS_DENIED', /lacks a right/],
])('a fault that waiting does not mend is a refusal: %s', async (code, type, message) => {
  const url = await startServer(() => ({ status: 403, body: `Code: ${code}. DB::Exception: no (${type})` }));
  const error = await reasonOf(openClickHouseStore(url, PATIENT));
  expect(error).toBeInstanceOf(ArchiveRefused);
  expect(String(error)).toMatch(message);
  expect(String(error)).not.toContain(SECRET);
});

test.each([
  ['other tables', '["orders"]\n', '[0]\n', /holds other tables/],
  ['a newer schema', '["archive_version"]\n', '[99]\n', /newer version \(schema 99/],
])('a database with %s is refused', async (_name, tables, version, message) => {
  const url = await startServer((statement) => ({
    body: statement.includes('system.tables') ? tables : version,
  }));
  const error = await reasonOf(openClickHouseStore(url, PATIENT));
  expect(error).toBeInstanceOf(ArchiveRefused);
  expect(String(error)).toMatch(message);
});

test('with replicas, each table is made on all of them, and each statement asks for the newest rows', async () => {
  const statements: string[] = [];
  const url = await startServer((statement) => {
    statements.push(statement);
    return { body: statement.includes('max(version)') ? '[0]\n' : '' };
  });
  store = await openClickHouseStore(`${url}?replicated=true`, PATIENT);
  const tables = statements.filter((statement) => statement.includes('create table'));
  expect(tables).toHaveLength(8);
  for (const table of tables) expect(table).toMatch(/engine = Replicated\w*MergeTree order by/);
  for (const statement of statements)
    expect(statement).toMatch(/insert_quorum=auto.*select_sequential_consistency=1/);
});

test('an address is read with its escapes, its defaults and TLS', () => {
  expect(readAddress('clickhouse://a%40b:p%2Fw@host:9000/logs')).toEqual({
    url: 'http://host:9000',
    username: 'a@b',
    password: 'p/w',
    database: 'logs',
    isReplicated: false,
  });
  expect(readAddress('clickhouse://host/logs?replicated=true').isReplicated).toBe(true);
  expect(readAddress('clickhouses://[::1]')).toEqual({
    url: 'https://[::1]:8443',
    username: 'default',
    password: '',
    database: 'default',
    isReplicated: false,
  });
});

test.each([
  'http://user:hunter2@host/db',
  'clickhouse:///db',
  'clickhouse://user:hunter2@host/db/table',
  'clickhouse://user:hunter2@host/db?secure=1',
  'clickhouse://user:hunter2%@host/db',
  'hunter2',
])('an address of another form is refused without repeating it: %s', (address) => {
  expect(() => readAddress(address)).toThrow(ArchiveRefused);
  expect(() => readAddress(address)).not.toThrow(/hunter2/);
});
