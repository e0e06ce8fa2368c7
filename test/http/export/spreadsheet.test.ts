import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, onTestFinished, test } from 'vitest';
import { CSV } from '../../../src/http/export/csv.ts';
import type { ExportField } from '../../../src/http/export/fields.ts';

const TEXTS = [
  'plain',
  'a,b;c\td',
  'say "hi"',
  'two\r\nlines\nthree',
  '=1+1',
  "'apostrophe",
  'ünï 漢字 🙂',
  ' spaces ',
  '"',
  '1234567890123456789',
  '007',
];
const FIELDS: readonly ExportField[] = ['id', 'text', 'tags'].map((name) => ({
  name,
  onTypes: null,
  type: 'String',
  isList: false,
  isId: name === 'id',
}));

test('another program reads each text of a CSV as it was, but for the apostrophe', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-csv-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'rows.csv');
  const rows = TEXTS.map((text) => ({ id: text, text, tags: ['x', 'y'] }));
  writeFileSync(file, CSV.begin(FIELDS, false).rows(rows));
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  const read = await connection.runAndReadAll(
    `SELECT * FROM read_csv('${file}', all_varchar = true, header = true, delim = ',', quote = '"', escape = '"')`,
  );
  connection.closeSync();
  expect(read.columnNames()).toEqual(['id', 'text', 'tags']);
  const unmark = (text: unknown) => String(text).replace(/^'/, '');
  expect(read.getRows().map((row) => row.map(unmark))).toEqual(TEXTS.map((text) => [text, text, 'x; y']));
});
