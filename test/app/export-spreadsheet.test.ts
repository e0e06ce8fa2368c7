import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Transport } from '../../src/upstream/transport.ts';
import { hasCalc, openInCalc } from '../support/calc.ts';
import type { CalcCell } from '../support/calc.ts';
import { readExport, UNPACED } from '../support/exported.ts';
import { createTestApp, NOW_MS, PATIENT } from '../support/running-app.ts';

const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython) console.warn("Python is not installed: the test that reads a CSV with its 'csv' is skipped.");

/** Ids that a spreadsheet would read as something else. */
const IDS = [
  ['007', '000', '1e5', '53E6', '1234567890123456789', '123456789012', '12345678901'],
  ['3/4', '12:30', '2026-03-01', '1.500', '1,5', '10%', '53e6e0c8e4b067fd19a9d6ab', '0'],
].flat();
/** Texts that are hard to quote, or that a spreadsheet would run. */
const TEXTS = [
  [
    'é 漢 🙂',
    'say "hi"',
    '"',
    'two\nlines',
    'three\r\nlines\rin all',
    'a,b',
    'a;b',
    'a\tb',
    "'quoted'",
    'a; b, "c"',
    ' spaces ',
  ],
  ['=1+1', '+1+1', '-1+1', '@SUM(1)', '\t=1+1', '\r=1+1', '\n=1+1', '＝1+1', '=cmd|"/c calc"!A1'],
  ['a;=1+1;b', 'a\t=1+1', 'a,=1+1', 'a";=1+1;"b', '";=1+1', '=HYPERLINK("http://example.com";"x")'],
].flat();
const FIELDS = ['timestamp', 'accountId', 'requestURI', 'processTime', 'elementTags', 'requestStatus'];

/** A vendor with one page of rows, the newest first. */
const ROWS = Array.from({ length: 60 }, (_, at) => ({
  id: `record-${at}`,
  usageDate: new Date(NOW_MS - 3_600_000 - at * 1_001).toISOString(),
  requestStatus: at % 3 === 0 ? 'FAILED' : 'SUCCESS',
  accountId: IDS[at % IDS.length],
  requestURI: TEXTS[at % TEXTS.length],
  elementTags: ['x', '=y'],
  processTime: at * 10,
}));
const vendor: Transport = {
  async get({ target }) {
    const query = new URL(target, 'http://vendor.test').searchParams;
    const [from, to] = [query.get('from'), query.get('to')].map((time) => Date.parse(time ?? ''));
    const found = ROWS.filter(
      ({ usageDate }) => Date.parse(usageDate) >= from! && Date.parse(usageDate) <= to!,
    );
    const offset = Number(query.get('pageOffset') ?? 0);
    const page = found.slice(offset, offset + Number(query.get('pageSize')));
    return { status: 200, headers: {}, body: Buffer.from(JSON.stringify(page)) };
  },
  async close() {},
};

let folder: string;
let file: string;
/** What the list in the graph has, cell by cell. */
let expected: readonly (readonly string[])[];
beforeAll(async () => {
  const app = createTestApp(
    { USAGE_API_USER_SECRET: 'u', USAGE_API_ORGANIZATION_SECRET: 'o', ...UNPACED, ...PATIENT },
    { clock: { now: () => NOW_MS }, transports: { USAGE: vendor, EVENTS: vendor } },
  );
  const parameters = { range: { last: 'P1D' }, fields: FIELDS.join(',') };
  const { rows } = await readExport(app, 'usage.ndjson', parameters);
  const { text } = await readExport(app, 'usage.csv', parameters);
  await app.close();
  expected = rows.map((row) =>
    FIELDS.map((name) => (Array.isArray(row[name]) ? row[name].join('; ') : String(row[name]))),
  );
  folder = mkdtempSync(join(tmpdir(), 'sightline-spreadsheet-'));
  file = join(folder, 'usage.csv');
  writeFileSync(file, text);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A cell without the apostrophe that keeps a spreadsheet from changing it. */
const unmark = (text: string): string => text.replace(/^'/, '');
/** A cell of a spreadsheet has one kind of line end. */
const oneKindOfLines = (text: string): string => text.replaceAll(/\r\n?/g, '\n');

test('the rows reach the export with what makes them hard', () => {
  expect(expected).toHaveLength(ROWS.length);
  const column = (name: string) => new Set(expected.map((row) => row[FIELDS.indexOf(name)]));
  expect(column('accountId')).toEqual(new Set(IDS));
  expect(column('requestURI')).toEqual(new Set(TEXTS));
});

describe.skipIf(!hasCalc)('LibreOffice Calc', () => {
  // As it reads by itself, and as it does if somebody ticks more separators in its dialog.
  test.each([[','], [',;\t']])(
    'reads each cell of a CSV as it was if separators are %j, and runs no formula',
    async (separators) => {
      const [head = [], ...rows] = await openInCalc(file, separators);
      expect(head.map(({ text }) => text)).toEqual(FIELDS);
      const texts = rows.map((row) => row.map(({ text }) => unmark(text)));
      expect(texts).toEqual(expected.map((row) => row.map(oneKindOfLines)));
      expect(rows.flat().filter(({ isFormula }) => isFormula)).toEqual([]);
      const kindsOf = (name: string, isTold: (cell: CalcCell) => boolean = () => true) =>
        new Set(
          rows
            .map((row) => row[FIELDS.indexOf(name)]!)
            .filter(isTold)
            .map(({ kind }) => kind),
        );
      expect(kindsOf('timestamp')).toEqual(new Set(['string']));
      expect(kindsOf('requestURI')).toEqual(new Set(['string']));
      expect(kindsOf('processTime')).toEqual(new Set(['float']));
      // A short number is shown as it was written.
      expect(kindsOf('accountId', ({ text }) => !/^\d+$/.test(text))).toEqual(new Set(['string']));
    },
    200_000,
  );

  test('runs what is not disarmed', async () => {
    const armed = join(folder, 'armed.csv');
    writeFileSync(armed, '\u{FEFF}a,b\r\n=1+1,x;=1+1\r\n');
    const [, cells = []] = await openInCalc(armed, ',;');
    expect(cells.map(({ text, isFormula }) => [text, isFormula])).toEqual([
      ['2', true],
      ['x', false],
      ['2', true],
    ]);
  }, 200_000);
});

test.skipIf(!hasPython)("Python's csv reads each cell of a CSV as it was", () => {
  const script =
    "import csv, json, sys; print(json.dumps(list(csv.reader(open(sys.argv[1], encoding='utf-8-sig', newline='')))))";
  const { stdout, stderr } = spawnSync('python3', ['-c', script, file], { encoding: 'utf8' });
  expect(stderr).toBe('');
  const [head, ...rows] = JSON.parse(stdout) as string[][];
  expect(head).toEqual(FIELDS);
  expect(rows.map((row) => row.map(unmark))).toEqual(expected);
});

test('DuckDB reads each cell of a CSV as it was, and finds out the format and times by itself', async () => {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  const read = async (sql: string) => (await connection.runAndReadAll(sql)).getRows();
  const rows = await read(`select * from read_csv('${file}', all_varchar = true)`);
  expect(rows.map((row) => row.map((cell) => unmark(String(cell))))).toEqual(expected);
  const types = await read(`describe select timestamp, processTime from read_csv('${file}')`);
  expect(types.map(([, type]) => type)).toEqual([expect.stringContaining('TIMESTAMP'), 'BIGINT']);
  connection.closeSync();
  instance.closeSync();
});
