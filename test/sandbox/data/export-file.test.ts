import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadEventsExport } from '../../../src/sandbox/data/load-export.ts';
import { startSandbox } from '../../../src/sandbox/start.ts';
import { askEvents, askUsage, EVERYTHING, startSmallSandbox } from '../small-sandbox.ts';
import { folder, HEADER, lineOf, linesOf, loadUsage, refusal, timeOf } from './export-files.ts';
import type { Content } from './export-files.ts';

const source: { usage: Record<'camel' | 'snake', readonly Record<string, unknown>[]>; events: string } = {
  usage: { camel: [], snake: [] },
  events: '',
};

beforeAll(async () => {
  for (const dialect of ['camel', 'snake'] as const) {
    const sandbox = await startSmallSandbox({ dialect, usageRows: 300, eventsRows: 200 });
    source.usage[dialect] = (await askUsage(sandbox, '/usage', { ...EVERYTHING, pageSize: '1000' })).rows;
    source.events = (await askEvents(sandbox, { pageSize: '1000' })).text;
    await sandbox.close();
  }
});

const FORMATS = ['json', 'ndjson', 'csv', 'parquet'] as const;
type Format = (typeof FORMATS)[number];

/** Writes rows, given as a JSON array, in a format. The database writes CSV and Parquet. */
async function write(format: Format, json: string, name: string): Promise<string> {
  const file = join(folder, `${name}.${format}`);
  if (format === 'json') {
    await writeFile(file, json);
    return file;
  }
  const plain = await write('json', json, `${name}-source`);
  const sandbox = await startSmallSandbox({ usageRows: 0, eventsRows: 0, stories: false });
  const option = { ndjson: 'format json', csv: 'format csv, header', parquet: 'format parquet' }[format];
  await sandbox.query(`copy (select * from read_json('${plain}')) to '${file}' (${option})`);
  await sandbox.close();
  return file;
}

const plainFields = (row: Record<string, unknown>, names: readonly string[]) =>
  names.map((name) => row[name] ?? '');

describe.each(FORMATS)('an export in %s', (format) => {
  test.each(['camel', 'snake'] as const)(
    'of usage records in the %s dialect is served unchanged',
    async (dialect) => {
      const file = await write(format, JSON.stringify(source.usage[dialect]), `usage-${dialect}`);
      const sandbox = await startSandbox({ usageFiles: [file], dialect });
      const { rows } = await askUsage(sandbox, '/usage', { ...EVERYTHING, pageSize: '1000' });
      expect(sandbox.loaded).toMatchObject({ usage: { unreadable: 0, repeated: 0 }, events: null });
      expect(sandbox.ranges.events.rows).toBe(0);
      await sandbox.close();

      const names = Object.keys(source.usage[dialect][0] ?? {}).filter(
        // The raw headers are not stored, and fields that follow from other fields are made again.
        (name) => !/^(headers|vendor_request_method|company_external)/.test(name),
      );
      expect(names.length).toBeGreaterThan(10);
      expect(rows).toHaveLength(source.usage[dialect].length);
      expect(rows.map((row) => plainFields(row, names))).toEqual(
        source.usage[dialect].map((row) => plainFields(row, names)),
      );
    },
  );

  test('of events is served unchanged, with exact ids beyond 2^53', async () => {
    const file = await write(format, source.events, 'events');
    const sandbox = await startSandbox({ eventsFiles: [file] });
    const { text } = await askEvents(sandbox, { pageSize: '1000' });
    const empty = await askUsage(sandbox, '/usage', EVERYTHING);
    await sandbox.close();
    expect(text).toBe(source.events);
    expect(empty.rows).toEqual([]);
  });
});

describe('a compressed file', () => {
  const csv = [HEADER, ...linesOf(5_000)].join('\n');
  const ndjson = Array.from({ length: 5_000 }, (_, n) => `{"id":"${n}","usageDate":"${timeOf(n)}"}`).join(
    '\n',
  );
  const packers = { gz: gzipSync, zst: zstdCompressSync };

  test.each(['gz', 'zst'] as const)('of .%s is read, with its ending in any case', async (ending) => {
    const pack = packers[ending];
    for (const [name, text] of Object.entries({
      'a.csv': csv,
      'b.NDJSON': ndjson,
      'c.json': `[${ndjson.replaceAll('\n', ',')}]`,
    })) {
      const packed = { [`${name}.${ending}`]: pack(text), [`${name}.${ending.toUpperCase()}`]: pack(text) };
      for (const [packedName, content] of Object.entries(packed))
        expect(await loadUsage({ [packedName]: content })).toMatchObject({ rows: 5_000, unreadable: 0 });
    }
  });

  test.each(['gz', 'zst'] as const)('of .%s that is cut off is refused', async (ending) => {
    const whole = packers[ending](csv);
    expect(await refusal({ [`cut.csv.${ending}`]: whole.subarray(0, whole.length / 2) })).toMatch(
      /can't be read: it is cut off: its compressed data ends too early$/,
    );
  });
});

describe('the sandbox does not start with', () => {
  const event = { id: 1, timestamp: timeOf(0), category: 'a', action: 'b' };
  const record = { id: 'a', usageDate: timeOf(0) };

  test.each<[string, Content, string]>([
    ['torn.json', '[{"id":"a","usageDate":"2026-03-01"},{"id":', "torn.json can't be read"],
    ['list.txt', 'x', 'must end in .csv, .tsv, .json'],
    ['packed.parquet.gz', 'x', 'must end in .csv, .tsv, .json'],
    [
      'foreign.csv',
      'colour,size\nred,1\n',
      'needs the columns id or traffic_id, usageDate or traffic_date, and these were found: colour, size.',
    ],
    [
      'events.json',
      JSON.stringify([event]),
      'These are the columns of an export of events, which --events takes.',
    ],
    [
      'wrapped.json',
      JSON.stringify({ data: [record], total: 1 }),
      "these were found: data, total. If the rows are in the list 'data', save that list alone, for example by: jq '.data'.",
    ],
    [
      'large-wrapped.json',
      JSON.stringify({ data: [{ ...record, requestURI: '/'.repeat(17 * 1024 * 1024) }] }),
      'one value in it is larger than 16 MiB. If the rows are in a list within an object',
    ],
    ['no-rows.json', '[]', 'these were found: none'],
    ['header.csv', `${HEADER}\n`, 'it has no row at all'],
    ['empty.csv', '', 'these were found: none'],
    [
      'bad.csv',
      `${HEADER}\na,soon,x\n`,
      'no row that can be used: bad.csv, line 2 has no time that can be read in usageDate',
    ],
    ['wide.csv', `${HEADER}\n${lineOf(0)},x\n`, 'no row that can be used: wide.csv, line 2 has more values'],
    [
      'wide-text.csv',
      Buffer.from(`\uFEFF${HEADER}\n${lineOf(0)}`, 'utf16le'),
      'it is UTF-16; save it as UTF-8',
    ],
    ['not-packed.csv.gz', `${HEADER}\n${lineOf(0)}`, "not-packed.csv.gz can't be read"],
    ['no.parquet', 'PAR1', "no.parquet can't be read"],
  ])('%s', async (name, content, reason) => {
    expect(await refusal({ [name]: content })).toContain(reason);
  });

  test('usage records as events', async () => {
    expect(await refusal({ 'calls.json': JSON.stringify([record]) }, loadEventsExport)).toContain(
      'an export of events needs the columns id or event_id, timestamp, category, action, and these were found: id, usageDate. These are the columns of an export of usage records, which --usage takes.',
    );
  });

  test('a file that does not exist', async () => {
    const missing = join(folder, 'missing.json');
    await expect(startSandbox({ usageFiles: [missing] })).rejects.toThrow(
      `${missing} can't be read: there is no such file`,
    );
  });

  test('two files if one has no usable row', async () => {
    expect(
      await refusal({
        'good.csv': [HEADER, 'a,b', lineOf(0)].join('\n'),
        'hollow.csv': [HEADER, 'b,soon,x'].join('\n'),
      }),
    ).toContain('hollow.csv, line 2 has no time that can be read');
  });

  test('two files if one is not an export', async () => {
    expect(
      await refusal({ 'good.csv': [HEADER, lineOf(0)].join('\n'), 'bad-columns.csv': 'a,b\n1,2\n' }),
    ).toContain("bad-columns.csv can't be read");
  });
});
