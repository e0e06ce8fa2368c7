import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { digest } from '../../src/base/sealing.ts';
import { PARQUET_RECEIPT_KEY } from '../../src/http/export/lists.ts';
import type { Receipt } from '../../src/http/export/receipts.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import type { RunningSandbox } from '../../src/sandbox/start.ts';
import { addressOf, readExport, UNPACED } from '../support/exported.ts';
import type { Parameters } from '../support/exported.ts';
import { createTestApp, NOW_MS, PATIENT } from '../support/running-app.ts';

const RANGE = { from: '2026-02-03T00:00:00Z', to: '2026-03-04T11:00:00Z' };

let sandbox: RunningSandbox;
let app: ReturnType<typeof createTestApp>;
beforeAll(async () => {
  sandbox = await startSandbox({ nowMs: NOW_MS, arrivals: false, usageRows: 6_000, eventsRows: 1_500 });
  app = createTestApp(
    {
      USAGE_API_URL: sandbox.usageUrl,
      EVENTS_API_URL: sandbox.eventsUrl,
      USAGE_API_USER_SECRET: sandbox.credentials.usageUserSecret,
      USAGE_API_ORGANIZATION_SECRET: sandbox.credentials.usageOrganizationSecret,
      EVENTS_API_TOKEN: sandbox.credentials.eventsToken,
      ...PATIENT,
      ...UNPACED,
    },
    { clock: { now: () => NOW_MS } },
  );
});
afterAll(async () => {
  await app.close();
  await sandbox.close();
});

/** What another program reads of a Parquet file. */
async function openFile(bytes: Buffer) {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-parquet-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'list.parquet');
  writeFileSync(file, bytes);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  onTestFinished(() => {
    connection.closeSync();
    instance.closeSync();
  });
  await connection.run("set timezone = 'UTC'");
  return async (sql: string) =>
    (await connection.runAndReadAll(sql.replaceAll('FILE', `'${file}'`))).getRowObjectsJS();
}

async function download(path: string, parameters: Parameters) {
  const response = await app.fetch(addressOf(path, parameters));
  const bytes = Buffer.from(await response.arrayBuffer());
  const receipt = await app.fetch(`http://127.0.0.1${response.headers.get('export-receipt')}`);
  return { response, bytes, receipt: ((await receipt.json()) as { export: Receipt }).export };
}

/** The values of a Parquet row as the graph writes them. */
const asGraph = (row: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(
    Object.entries(row).flatMap(([given, value]) => {
      // DuckDB does not distinguish `userName` and `username`.
      const name = given === 'username_1' ? 'username' : given;
      if (value === null) return [];
      if (value instanceof Date) return [[name, value.toISOString()]];
      if (name === 'eventId') return [[name, String(value)]];
      return [[name, typeof value === 'bigint' ? Number(value) : value]];
    }),
  );
const withoutNulls = (row: object): object =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));

test.each(['usage', 'events', 'timeline'])(
  'a Parquet file of %s has the rows of NDJSON, in their order, as another program reads them',
  async (list) => {
    const ndjson = await readExport(app, `${list}.ndjson`, { range: RANGE });
    const { bytes, response, receipt } = await download(`${list}.parquet`, { range: RANGE });
    expect(response.headers.get('content-type')).toBe('application/vnd.apache.parquet');
    const ask = await openFile(bytes);
    const rows = await ask('select * from read_parquet(FILE)');
    expect(rows.length).toBe(ndjson.rows.length);
    expect(rows.map(asGraph)).toEqual(ndjson.rows.map(withoutNulls));
    expect(receipt).toMatchObject({ complete: true, rows: rows.length, endCursor: null });
    // The receipt is in the file's own metadata, and is about all bytes before them.
    const [stored] = await ask(
      `select decode(value) as value from parquet_kv_metadata(FILE) where decode(key) = '${PARQUET_RECEIPT_KEY}'`,
    );
    expect(JSON.parse(String(stored!['value']))).toEqual({ export: receipt });
    const footer = bytes.readUInt32LE(bytes.length - 8);
    expect(digest(bytes.subarray(0, -8 - footer)).toString('hex')).toBe(receipt.sha256);
  },
  60_000,
);

test('columns are typed: times are timestamps in UTC, ids of events and numbers are integers of 64 bits, lists are lists', async () => {
  const { bytes } = await download('timeline.parquet', { range: RANGE });
  const ask = await openFile(bytes);
  const described = await ask('describe select * from read_parquet(FILE)');
  const types = Object.fromEntries(described.map((row) => [row['column_name'], row['column_type']]));
  expect(types).toMatchObject({
    timestamp: 'TIMESTAMP WITH TIME ZONE',
    eventId: 'BIGINT',
    processTime: 'BIGINT',
    recordId: 'VARCHAR',
    ipAddress: 'VARCHAR',
    elementTags: 'VARCHAR[]',
  });
  const [groups] = await ask('select count(distinct row_group_id) as groups from parquet_metadata(FILE)');
  expect(Number(groups!['groups'])).toBeGreaterThan(1);
});

test('a list without a row is a file without a row', async () => {
  const { bytes, receipt } = await download('events.parquet', {
    range: RANGE,
    filter: { action: { eq: 'none' } },
  });
  const ask = await openFile(bytes);
  expect(await ask('select * from read_parquet(FILE)')).toEqual([]);
  expect(receipt).toMatchObject({ complete: true, rows: 0 });
});

test('a file that is cut anywhere is refused by another program', async () => {
  const { bytes } = await download('events.parquet', { range: { last: 'P5D' } });
  for (let part = 0; part < 20; part += 1) {
    const ask = await openFile(bytes.subarray(0, Math.floor((bytes.length * part) / 20)));
    await expect(ask('select count(*) from read_parquet(FILE)')).rejects.toThrow();
  }
});

test('behind a cursor a file has the rest, and is whole by itself', async () => {
  const { rows } = await readExport(app, 'events.ndjson', { range: RANGE, fields: 'cursor,eventId' });
  const { bytes } = await download('events.parquet', {
    range: RANGE,
    after: rows[69]!['cursor'] as string,
    fields: 'eventId',
  });
  const ask = await openFile(bytes);
  const read = await ask('select * from read_parquet(FILE)');
  expect(read.map(({ eventId }) => String(eventId))).toEqual(
    rows.slice(70).map(({ eventId }) => String(eventId)),
  );
});
