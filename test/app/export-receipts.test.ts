import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { verifyExport } from '../../src/cli/export-verify.ts';
import type { ReceiptOf } from '../../src/http/export/receipt-of.ts';
import type { Receipt } from '../../src/http/export/receipts.ts';
import { makeKey } from '../support/api-key.ts';
import { addressOf, readExport, UNPACED } from '../support/exported.ts';
import { NOW_MS, PATIENT, startApp } from '../support/running-app.ts';
import type { RunningApp } from '../support/running-app.ts';

const FORMATS = ['ndjson', 'csv', 'parquet'] as const;
const callers = {
  full: makeKey('full', 'usage:read', 'events:read', 'pii:read', 'export'),
  masked: makeKey('masked', 'usage:read', 'events:read', 'export'),
};
const as = (name: keyof typeof callers) => ({ 'x-api-key': callers[name].key });
/** All role changes of a month. */
const ASKED = {
  range: { from: '2026-02-04T00:00:00Z', to: '2026-03-04T00:00:00Z' },
  filter: { category: { eq: 'role' }, username: { startsWith: 'a' } },
  fields: 'timestamp,eventId,action,username',
};

let running: RunningApp;
beforeAll(async () => {
  const keys = Object.values(callers).map(({ line }) => line);
  running = await startApp(
    { usageRows: 300, eventsRows: 600 },
    { ...UNPACED, ...PATIENT, SIGHTLINE_MAX_PAGE_SIZE: '100', SIGHTLINE_API_KEYS: keys.join(';') },
    { clock: { now: () => NOW_MS } },
  );
});
afterAll(() => running.close());

/** An export with its receipt, in a file. */
async function save(format: ReceiptOf['format'], parameters: object, headers = as('full')) {
  const response = await running.app.fetch(addressOf(`events.${format}`, { ...parameters }), { headers });
  const bytes = Buffer.from(await response.arrayBuffer());
  const answer = await running.app.fetch(`http://127.0.0.1${response.headers.get('export-receipt')}`, {
    headers,
  });
  const sent = (await answer.json()) as { readonly export: Receipt };
  const folder = mkdtempSync(join(tmpdir(), 'sightline-receipt-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, `events.${format}`);
  writeFileSync(file, bytes);
  const writeBeside = (receipt: object) =>
    writeFileSync(`${file}.receipt.json`, JSON.stringify({ export: receipt }));
  if (format === 'csv') writeBeside(sent.export);
  return { file, bytes, receipt: sent.export, writeBeside };
}

test.each(FORMATS)(
  'the receipt of %s says of which list, range, filter and fields the file is, and that nothing is hidden',
  async (format) => {
    const { file, receipt } = await save(format, ASKED);
    const of: ReceiptOf = {
      list: 'events',
      format,
      range: { from: '2026-02-04T00:00:00.000Z', to: '2026-03-04T00:00:00.000Z' },
      filter: ASKED.filter,
      fields: ASKED.fields.split(','),
      order: 'newest first',
      masked: false,
      after: null,
    };
    expect(receipt).toMatchObject({ complete: true, of });
    // The one in the file, or beside it, is the same.
    expect(await verifyExport(file)).toEqual({ kind: 'intact', receipt });
  },
);

test('a range that is relative is said as it was resolved, and without a filter all rows are meant', async () => {
  const { receipt } = await readExport(
    running.app,
    'timeline.ndjson',
    { range: { last: 'PT6H' } },
    as('full'),
  );
  expect(receipt?.of).toMatchObject({
    list: 'timeline',
    range: {
      from: new Date(NOW_MS - 6 * 3_600_000).toISOString(),
      to: new Date(NOW_MS).toISOString(),
    },
    filter: {},
  });
});

test('the part of a list behind a cursor says so, with the range of the whole list', async () => {
  const last = { range: { last: 'P20D' } };
  const whole = await readExport(
    running.app,
    'events.ndjson',
    { ...last, fields: 'eventId,cursor' },
    as('full'),
  );
  const after = whole.rows[9]!['cursor'] as string;
  const rest = await readExport(running.app, 'events.ndjson', { ...last, after }, as('full'));
  expect(rest.receipt?.of).toMatchObject({ after, range: whole.receipt?.of.range });
  const csv = await save('csv', { ...last, fields: 'eventId,action', after });
  expect(await verifyExport(csv.file)).toMatchObject({ kind: 'intact' });
});

test('a caller without pii:read gets a receipt that says so and holds no personal value', async () => {
  const full = await readExport(running.app, 'events.ndjson', { range: ASKED.range }, as('full'));
  const masked = await readExport(running.app, 'events.ndjson', { range: ASKED.range }, as('masked'));
  expect([full.receipt?.of.masked, masked.receipt?.of.masked]).toEqual([false, true]);
  const said = JSON.stringify(masked.receipt);
  const personal = full.rows.flatMap((row) => [row['username'], row['ipAddress'], row['description']]);
  expect(personal.filter((value) => typeof value === 'string' && said.includes(value))).toEqual([]);
  expect(said).not.toContain(callers.masked.key);
});

test.each([
  ['another format', { format: 'ndjson' }],
  ['other columns', { fields: ['timestamp', 'eventId', 'action'] }],
  ['columns in another order', { fields: ['eventId', 'timestamp', 'action', 'username'] }],
  ['a shorter range', { range: { from: '2026-02-04T00:00:00.000Z', to: '2026-03-03T00:00:00.000Z' } }],
  ['a list without a range', { range: undefined }],
])('a receipt that was changed to be of %s does not fit its file', async (_, change) => {
  const { file, receipt, writeBeside } = await save('csv', ASKED);
  writeBeside({ ...receipt, of: { ...receipt.of, ...change } });
  expect((await verifyExport(file)).kind).toBe('unlike');
});

test('a receipt of an older service, which does not say what it is of, fits its file', async () => {
  const { file, receipt, writeBeside } = await save('csv', ASKED);
  const { of: _of, ...older } = receipt;
  writeBeside(older);
  expect(await verifyExport(file)).toEqual({ kind: 'intact', receipt: older });
});
