import { createHash } from 'node:crypto';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Receipt } from '../../src/http/export/receipts.ts';
import type { RequestLine } from '../../src/http/handler.ts';
import { addressOf, LISTS, namesOf, readExport, readList, splitLines, UNPACED } from '../support/exported.ts';
import { createSeededRandom } from '../support/seeded-random.ts';
import { PATIENT, startApp } from '../support/running-app.ts';
import type { RunningApp } from '../support/running-app.ts';

// The vendor keeps 30 days, so that all of this range is known whole.
const RANGE = { from: '2026-02-03T00:00:00Z', to: '2026-03-04T11:00:00Z' };
const NAMES = ['usage', 'events', 'timeline'] as const;
const lines: RequestLine[] = [];
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const withoutReceipt = (text: string): string => text.slice(0, text.lastIndexOf('{"export"'));

let running: RunningApp;
beforeAll(async () => {
  running = await startApp(
    { maxPageSize: 1_000 },
    { ...UNPACED, ...PATIENT },
    { onRequest: (line) => lines.push(line) },
  );
});
afterAll(() => running.close());

describe('an export', () => {
  test.each(NAMES)('of %s has the rows of the list in their order', async (name) => {
    const list = await readList(running.app, LISTS[name], RANGE, null);
    const { rows, receipt, headers } = await readExport(running.app, `${name}.ndjson`, {
      range: RANGE,
      fields: namesOf(LISTS[name]),
    });
    expect(rows).toEqual(list.rows);
    expect(rows.length).toBeGreaterThan(500);
    expect(receipt).toMatchObject({ rows: rows.length, complete: true, endCursor: null });
    expect(headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
  });

  test('has a receipt with the digest of all bytes before it', async () => {
    const { text, receipt } = await readExport(running.app, 'events.ndjson', { range: RANGE });
    expect(receipt?.sha256).toBe(sha256(withoutReceipt(text)));
  });

  test.each([
    ['usage.ndjson', 11],
    ['events.ndjson', 2],
    ['timeline.ndjson', 15],
  ])('of %s makes %i vendor calls', async (path, calls) => {
    lines.length = 0;
    await readExport(running.app, path, { range: RANGE });
    expect(lines).toMatchObject([{ path: `/export/${path}`, status: 200, vendorCalls: calls }]);
  });

  test('has every scalar field of a row, unless fields are named', async () => {
    const { rows } = await readExport(running.app, 'timeline.ndjson', { range: { last: 'PT12H' } });
    const keysOf = (source: string) => Object.keys(rows.find((row) => row['source'] === source) ?? {});
    expect(keysOf('EVENTS')).toEqual(
      'timestamp source id ipAddress masked firstSeenAt action category description eventId username'.split(
        ' ',
      ),
    );
    expect(keysOf('USAGE')).toEqual(
      expect.arrayContaining(['id', 'recordId', 'requestURI', 'elementTags', 'processTime', 'firstSeenAt']),
    );
    expect(rows.some((row) => 'cursor' in row || 'relatedEvents' in row)).toBe(false);
  });

  test('writes fields in the order in which they are named', async () => {
    const { rows, text } = await readExport(running.app, 'events.ndjson', {
      range: { last: 'P1D' },
      fields: 'username,cursor,action,id',
    });
    expect(Object.keys(rows[0]!)).toEqual(['username', 'cursor', 'action', 'id']);
    const csv = await readExport(running.app, 'events.csv', {
      range: { last: 'P1D' },
      fields: 'action,id,timestamp',
    });
    expect(csv.text.slice(0, 21)).toBe('\uFEFFaction,id,timestamp\r\n'.slice(0, 21));
    expect(text).not.toContain('timestamp');
  });

  test('as CSV has the rows of the NDJSON, and leaves its receipt at the address in its header', async () => {
    const parameters = { range: RANGE, fields: 'eventId,timestamp,action,username' };
    const [ndjson, csv] = [
      await readExport(running.app, 'events.ndjson', parameters),
      await readExport(running.app, 'events.csv', parameters),
    ];
    const unmark = (cell: string) => cell.replace(/^'/, '');
    const table = csv.text
      .slice(1)
      .trimEnd()
      .split('\r\n')
      .map((line) => line.split(',').map(unmark));
    expect(table).toEqual([
      ['eventId', 'timestamp', 'action', 'username'],
      ...ndjson.rows.map((row) =>
        ['eventId', 'timestamp', 'action', 'username'].map((name) => row[name] ?? ''),
      ),
    ]);
    const answer = await running.app.fetch(`http://127.0.0.1${csv.headers.get('export-receipt')}`);
    const { export: receipt } = (await answer.json()) as { export: Receipt };
    expect(receipt).toEqual({
      ...ndjson.receipt,
      of: { ...ndjson.receipt?.of, format: 'csv' },
      sha256: sha256(csv.text),
      coverage: receipt.coverage,
    });
    expect(receipt.coverage).toMatchObject([{ status: 'COMPLETE', matched: ndjson.rows.length }]);
  });

  test('is compressed as its caller accepts', async () => {
    const plain = await readExport(running.app, 'events.ndjson', { range: RANGE });
    for (const [accepted, encoding, open] of [
      ['gzip, deflate, br', 'gzip', gunzipSync],
      ['gzip, zstd;q=0.9', 'zstd', zstdDecompressSync],
      ['zstd;q=0, *', 'gzip', gunzipSync],
      ['identity', null, (bytes: Buffer) => bytes],
    ] as const) {
      const answer = await running.app.fetch(addressOf('events.ndjson', { range: RANGE }), {
        headers: { 'accept-encoding': accepted },
      });
      expect([accepted, answer.headers.get('content-encoding')]).toEqual([accepted, encoding]);
      const text = open(Buffer.from(await answer.arrayBuffer())).toString('utf8');
      expect(withoutReceipt(text)).toBe(withoutReceipt(plain.text));
    }
  });

  test('of an empty list has a receipt alone', async () => {
    const { rows, receipt } = await readExport(running.app, 'events.ndjson', {
      range: RANGE,
      filter: { action: { in: [] } },
    });
    expect(rows).toEqual([]);
    expect(receipt).toMatchObject({ rows: 0, sha256: sha256(''), complete: true, endCursor: null });
    expect(receipt?.coverage).toHaveLength(1);
  });

  test('of a range that the vendor may have forgotten is not complete', async () => {
    const { receipt } = await readExport(running.app, 'usage.ndjson', { range: { last: 'P60D' } });
    expect(receipt).toMatchObject({ complete: false, endCursor: null });
    expect(receipt?.coverage.map(({ status }) => status)).toEqual(['FILLING', 'COMPLETE', 'EXPIRED']);
  });

  test('of a scan that stops in its middle goes on and is complete', async () => {
    const small = await startApp({}, { ...UNPACED, ...PATIENT, SIGHTLINE_MAX_SCANNED_ROWS: '200' });
    try {
      const parameters = { range: RANGE, filter: { processTime: { gte: 900 } } };
      const { rows, receipt } = await readExport(small.app, 'usage.ndjson', parameters);
      expect(receipt).toMatchObject({ complete: true, endCursor: null });
      expect(receipt?.coverage).toMatchObject([
        { status: 'COMPLETE', matched: rows.length, from: '2026-02-03T00:00:00.000Z' },
      ]);
      expect(receipt?.coverage[0]?.scanned).toBeGreaterThan(1_000);
    } finally {
      await small.close();
    }
  });
});

describe('a cut file', () => {
  test('is recognised wherever it is cut, and goes on after its last whole row', async () => {
    const fields = 'id,timestamp,requestURI,cursor';
    const whole = await readExport(running.app, 'usage.ndjson', { range: RANGE, fields });
    const body = withoutReceipt(whole.text);
    const resume = async (at: number) => {
      const cut = splitLines(whole.text.slice(0, at));
      expect(cut.receipt).toBeNull();
      const after = cut.rows.at(-1)?.['cursor'] as string | undefined;
      const rest = await readExport(running.app, 'usage.ndjson', { range: RANGE, fields, after });
      expect(rest.receipt).toMatchObject({ complete: true, rows: whole.rows.length - cut.rows.length });
      const kept = whole.text.slice(0, whole.text.slice(0, at).lastIndexOf('\n') + 1);
      expect(kept + withoutReceipt(rest.text)).toBe(body);
    };
    const random = createSeededRandom(15);
    const cuts = Array.from({ length: 100 }, () => Math.floor(random() * body.length));
    for (const at of [0, 1, ...cuts, body.length, whole.text.length - 1]) await resume(at);
  }, 240_000);

  test('of CSV goes on without a second header', async () => {
    const parameters = { range: RANGE, fields: 'eventId,action,cursor' };
    const whole = await readExport(running.app, 'events.csv', parameters);
    const rows = whole.text.split('\r\n');
    const after = rows[100]!.split(',')[2]!;
    const rest = await readExport(running.app, 'events.csv', { ...parameters, after });
    expect(`${rows.slice(0, 101).join('\r\n')}\r\n${rest.text}`).toBe(whole.text);
  });
});

describe('a refused export', () => {
  test.each([
    ['usage.xlsx', {}, 406, 'BAD_USER_INPUT', 'format', 'formats are ndjson, csv, parquet'],
    ['users.csv', {}, 404, 'BAD_USER_INPUT', 'list', 'Lists are usage, events, timeline'],
    ['usage.csv', { range: '{last' }, 400, 'BAD_USER_INPUT', 'range', "'range' must be JSON"],
    [
      'usage.csv',
      { range: { from: 'x' } },
      400,
      'BAD_USER_INPUT',
      'range.from',
      "The parameter 'range' has invalid value at .from",
    ],
    [
      'usage.csv',
      { range: { last: 'P1D', from: '2026-03-01T00:00:00Z' } },
      400,
      'BAD_USER_INPUT',
      'range.last',
      "can't be combined",
    ],
    [
      'events.csv',
      { filter: { action: 7 } },
      400,
      'BAD_USER_INPUT',
      'filter.action',
      "The parameter 'filter'",
    ],
    ['events.csv', { filter: '[]' }, 400, 'BAD_USER_INPUT', 'filter', "The parameter 'filter'"],
    [
      'events.csv',
      { fields: 'id,nothing' },
      400,
      'BAD_USER_INPUT',
      'fields',
      'It takes these, with commas between: timestamp, source, id, ',
    ],
    ['events.csv', { fields: 'id,id' }, 400, 'BAD_USER_INPUT', 'fields', 'twice'],
    ['events.csv', { filtre: '{}' }, 400, 'BAD_USER_INPUT', undefined, 'takes range, filter, fields, after'],
    ['events.csv', { after: 'x' }, 400, 'CURSOR_INVALID', 'after', 'was not made by this service'],
    [
      'events.csv',
      { range: { asKnownAt: '2026-03-01T00:00:00Z' } },
      400,
      'BAD_USER_INPUT',
      'range.asKnownAt',
      'needs the archive',
    ],
  ])('of %s with %o is %i %s', async (path, parameters, status, code, argument, sentence) => {
    const answer = await readExport(running.app, path, parameters);
    const { errors } = JSON.parse(answer.text) as { errors: { message: string; extensions: object }[] };
    expect([answer.status, errors[0]?.extensions]).toEqual([
      status,
      { code, ...(argument === undefined ? {} : { argument }) },
    ]);
    expect(errors[0]?.message).toContain(sentence);
  });

  test('of a cursor of another list names the argument', async () => {
    const { rows } = await readExport(running.app, 'events.ndjson', { range: RANGE, fields: 'cursor' });
    const after = rows[3]!['cursor'] as string;
    const answer = await readExport(running.app, 'usage.ndjson', { range: RANGE, after });
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('another query')]);
  });

  test('by another method than GET names the methods', async () => {
    const answer = await running.app.fetch(addressOf('usage.csv'), { method: 'POST', body: '{}' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, OPTIONS']);
  });

  test('by a page of another origin makes no call', async () => {
    lines.length = 0;
    const answer = await readExport(running.app, 'usage.csv', {}, { 'sec-fetch-site': 'cross-site' });
    expect(answer.status).toBe(403);
    expect(lines).toMatchObject([{ errors: ['FORBIDDEN'], vendorCalls: 0 }]);
  });
});
