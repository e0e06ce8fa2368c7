import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import type { RunningSandbox } from '../../src/sandbox/start-sandbox.ts';
import { askUsage, askEvents, EVERYTHING, startSmallSandbox } from './small-sandbox.ts';

let folder: string;
const source: { usage: Record<'camel' | 'snake', readonly Record<string, unknown>[]>; events: string } = {
  usage: { camel: [], snake: [] },
  events: '',
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sightline-'));
  for (const dialect of ['camel', 'snake'] as const) {
    const sandbox = await startSmallSandbox({ dialect, usageRows: 300, eventsRows: 200 });
    source.usage[dialect] = (await askUsage(sandbox, '/usage', { ...EVERYTHING, pageSize: '1000' })).rows;
    source.events = (await askEvents(sandbox, { pageSize: '1000' })).text;
    await sandbox.close();
  }
});
afterAll(() => rm(folder, { recursive: true }));

const FORMATS = ['json', 'ndjson', 'csv', 'parquet'] as const;
type Format = (typeof FORMATS)[number];

/** Writes rows, given as a JSON array, in a format; CSV and Parquet by the database itself. */
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
    'of usage records in the %s dialect is served as it was',
    async (dialect) => {
      const file = await write(format, JSON.stringify(source.usage[dialect]), `usage-${dialect}`);
      const sandbox = await startSandbox({ usageFile: file, dialect });
      const { rows } = await askUsage(sandbox, '/usage', { ...EVERYTHING, pageSize: '1000' });
      expect(sandbox.loadedExports).toBe(true);
      expect(sandbox.describe()).not.toContain('left out');
      expect(sandbox.ranges.events.rows).toBe(0);
      await sandbox.close();

      const names = Object.keys(source.usage[dialect][0] ?? {}).filter(
        // Not stored: an export's raw headers stay out, and what follows from other fields is made again.
        (name) =>
          !/^(headers|vendor_re|element_resource|company_(n|e)|account_name|provision_name)/.test(name),
      );
      expect(names.length).toBeGreaterThan(10);
      expect(rows).toHaveLength(source.usage[dialect].length);
      expect(rows.map((row) => plainFields(row, names))).toEqual(
        source.usage[dialect].map((row) => plainFields(row, names)),
      );
    },
  );

  test('of events is served as it was, ids beyond 2^53 exact', async () => {
    const file = await write(format, source.events, 'events');
    const sandbox = await startSandbox({ eventsFile: file });
    const { text } = await askEvents(sandbox, { pageSize: '1000' });
    const empty = await askUsage(sandbox, '/usage', EVERYTHING);
    await sandbox.close();
    expect(text).toBe(source.events);
    expect(empty.rows).toEqual([]);
  });
});

async function withUsage<T>(file: string, work: (sandbox: RunningSandbox) => Promise<T>): Promise<T> {
  const sandbox = await startSandbox({ usageFile: file });
  try {
    return await work(sandbox);
  } finally {
    await sandbox.close();
  }
}

describe('what an export lacks', () => {
  test('unusable and repeated rows are left out, counted and said, with the range that was found', async () => {
    const file = join(folder, 'broken.ndjson');
    await writeFile(
      file,
      [
        '{"id":"a","usageDate":"2014-08-10T03:02:34.053+00:00","processTime":"12"}',
        'not json',
        '{"id":"b","usageDate":"soon"}',
        '{"id":"b","usageDate":"99999999999999999999"}',
        '{"usageDate":"2014-08-10T03:02:34.053+00:00"}',
        '{"id":"a","usageDate":"2014-08-10T03:02:34.053+00:00"}',
        '{"id":"c","usageDate":1407639760000,"elementTags":["x","y"]}',
      ].join('\n'),
    );
    await withUsage(file, async (sandbox) => {
      expect(sandbox.describe()).toContain(
        '2 rows from 2014-08-10T03:02:34.053Z to 2014-08-10T03:02:40.000Z (left out: 4 unusable, 1 repeated)',
      );
      const rows = await sandbox.query('select id, process_time, element_tags from usage order by id');
      expect(rows).toEqual([
        { id: 'a', process_time: 12n, element_tags: null },
        { id: 'c', process_time: null, element_tags: ['x', 'y'] },
      ]);
    });
  });

  test('lines of a CSV that do not fit are counted', async () => {
    const file = join(folder, 'broken.csv');
    const good = Array.from({ length: 30 }, (_, n) => `id${n},2014-08-10T03:02:${10 + n}.000Z,SUCCESS`);
    await writeFile(
      file,
      ['id,usageDate,requestStatus', ...good, 'x,2014-08-10,FAILED,too,many', ''].join('\n'),
    );
    await withUsage(file, async (sandbox) => {
      expect(sandbox.describe()).toContain('30 rows');
      expect(sandbox.describe()).toContain('left out: 1 unusable');
    });
  });

  test('the hub comes from the path, or from the element where it is known', async () => {
    const file = join(folder, 'hubs.json');
    await writeFile(
      file,
      JSON.stringify([
        { id: 'a', usageDate: '2026-01-01', requestURI: '/elements/api-v2/hubs/general/things?x=1' },
        { id: 'b', usageDate: '2026-01-01', elementKey: 'box', requestURI: '/elements/api-v2/files' },
        { id: 'c', usageDate: '2026-01-01', elementKey: 'unheard-of' },
      ]),
    );
    await withUsage(file, async (sandbox) => {
      const rows = await sandbox.query('select id, hub from usage order by id');
      expect(rows.map((row) => row['hub'])).toEqual(['general', 'documents', null]);
    });
  });

  test.each([
    ['missing.json', null, "missing.json can't be read"],
    ['torn.json', '[{"id":"a"},{"id":', "torn.json can't be read"],
    ['list.txt', 'x', 'is to end in .json, .ndjson, .jsonl, .csv or .parquet'],
    ['foreign.csv', 'colour,size\nred,1\n', 'none of its columns is known'],
  ])('%s is refused with the reason', async (name, content, reason) => {
    const file = join(folder, name);
    if (content !== null) await writeFile(file, content);
    await expect(startSandbox({ usageFile: file })).rejects.toThrow(reason);
  });
});
