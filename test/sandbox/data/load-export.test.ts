import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadEventsExport, loadUsageExport } from '../../../src/sandbox/data/load-export.ts';
import type { LoadedExport } from '../../../src/sandbox/data/load-export.ts';
import { openDatabase } from '../../../src/sandbox/db/database.ts';
import type { Database } from '../../../src/sandbox/db/database.ts';
import { createTables } from '../../../src/sandbox/db/tables.ts';
import { startSandbox } from '../../../src/sandbox/start.ts';
import { askEvents, askUsage, EVERYTHING, startSmallSandbox } from '../small-sandbox.ts';

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
      const sandbox = await startSandbox({ usageFiles: [file], dialect });
      const { rows } = await askUsage(sandbox, '/usage', { ...EVERYTHING, pageSize: '1000' });
      expect(sandbox.loaded).toMatchObject({ usage: { unreadable: 0, repeated: 0 }, events: null });
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
    const sandbox = await startSandbox({ eventsFiles: [file] });
    const { text } = await askEvents(sandbox, { pageSize: '1000' });
    const empty = await askUsage(sandbox, '/usage', EVERYTHING);
    await sandbox.close();
    expect(text).toBe(source.events);
    expect(empty.rows).toEqual([]);
  });
});

type Content = string | Buffer;

/** Writes files, each by its name. */
async function writeAll(files: Readonly<Record<string, Content>>): Promise<string[]> {
  return await Promise.all(
    Object.entries(files).map(async ([name, content]) => {
      const file = join(folder, name);
      await writeFile(file, content);
      return file;
    }),
  );
}

interface Loaded {
  readonly loaded: LoadedExport;
  readonly query: Database['readObjects'];
}

/** Reads files into tables, without a server over them. */
async function withTables<T>(
  load: typeof loadUsageExport,
  paths: readonly string[],
  work: (tables: Loaded) => T | Promise<T>,
): Promise<T> {
  const database = await openDatabase();
  try {
    await createTables(database);
    return await work({ loaded: await load(database, paths), query: database.readObjects });
  } finally {
    await database.close();
  }
}

/** What was read of files of usage records. */
async function loadUsage(files: Readonly<Record<string, Content>>): Promise<LoadedExport> {
  return await withTables(loadUsageExport, await writeAll(files), ({ loaded }) => loaded);
}

/** Why files can't be served. */
async function refusal(files: Readonly<Record<string, Content>>, load = loadUsageExport): Promise<string> {
  const paths = await writeAll(files);
  return await withTables(load, paths, () => 'they can').catch((error: Error) => error.message);
}

const HEADER = 'id,usageDate,elementName';
const timeOf = (n: number) => new Date(Date.parse('2026-03-01T00:00:00Z') + n * 1_000).toISOString();
const lineOf = (n: number, name = 'plain') => `id${n},${timeOf(n)},${name}`;
const linesOf = (count: number, nameOf: (n: number) => string = () => 'plain') =>
  Array.from({ length: count }, (_, n) => lineOf(n, nameOf(n)));

describe('a CSV file', () => {
  /** More plain rows than any sample of a sniffer, then as many with quotes, separators and line ends in them. */
  const late = linesOf(41_000, (n) => (n < 20_500 ? 'plain' : `"a, ""${n}""\nb"`));

  test.each([
    ['\n', ','],
    ['\r\n', ';'],
    ['\n', '\t'],
  ])(
    'whose quotes begin after 20,480 rows is read whole, with line ends %j and the delimiter %j',
    async (newline, delimiter) => {
      const text = [HEADER, ...late]
        .map((line) => line.replace(/^([^,]+),([^,]+),/, `$1${delimiter}$2${delimiter}`))
        .join(newline);
      const [file = ''] = await writeAll({ 'late.csv': text });
      await withTables(loadUsageExport, [file], async ({ loaded, query }) => {
        expect(loaded).toMatchObject({ rows: 41_000, unreadable: 0, repeated: 0 });
        const [row] = await query(
          `select count(*) filter (element_name = 'a, "' || substr(id, 3) || '"' || chr(10) || 'b') as quoted from usage`,
        );
        expect(row).toEqual({ quoted: 20_500n });
      });
    },
  );

  test.each([
    ['in a quote', 'id9,"2026-03-01T00', 'has a quote that is not closed, or text after a closing quote'],
    ['before its last value', 'id9,2026-03-01T00', 'has fewer values than the header has names'],
  ])('cut off %s loses its last line alone, which is told with its number', async (_name, last, problem) => {
    const plain = linesOf(30_000);
    expect(await loadUsage({ 'cut.csv': [HEADER, ...plain, last].join('\n') })).toMatchObject({
      rows: 30_000,
      unreadable: 1,
      firstUnreadable: [`cut.csv, line 30002 ${problem}`],
    });
  });

  test('tells every line that it can not read with its number and the cause', async () => {
    const lines = [
      HEADER,
      lineOf(0),
      `id1,"2026-03-01"x,b`,
      `id2,soon,c`,
      lineOf(3),
      `id4,2026-03-01,d,too,many`,
      ',2026-03-01,e',
      lineOf(5),
      'a b,2026-03-01,f',
      'id6,2026-03-01,caf\u00e9',
    ];
    expect(await loadUsage({ 'broken.csv': Buffer.from(lines.join('\r\n'), 'latin1') })).toMatchObject({
      rows: 3,
      unreadable: 6,
      firstUnreadable: [
        'broken.csv, line 3 has a quote that is not closed, or text after a closing quote',
        'broken.csv, line 4 has no time that can be read in usageDate',
        'broken.csv, line 6 has more values than the header has names',
        'broken.csv, line 7 has no id',
        'broken.csv, line 9 has an id that is not 1 to 64 letters, digits, _ or -',
      ],
    });
  });

  test('a quote that is never closed costs no line that is not counted', async () => {
    for (const width of [1, 40]) {
      const lines = linesOf(30_000, () => 'plain '.repeat(width));
      lines[10_000] = 'id10000,"2026-03-01,open';
      const loaded = await loadUsage({ 'open.csv': [HEADER, ...lines].join('\n') });
      expect(loaded.rows + loaded.unreadable).toBe(30_000);
      expect(loaded.rows).toBeGreaterThanOrEqual(10_000);
      expect(loaded.firstUnreadable[0]).toContain('line 10002 has a quote');
    }
  });

  test('blank lines and rows without a value are no rows, and the last line needs no end', async () => {
    const text = `${HEADER}\n\n${lineOf(0)}\n,,\n\n\n${lineOf(1)}\n,,`;
    expect(await loadUsage({ 'blank.csv': text })).toMatchObject({ rows: 2, unreadable: 0 });
  });

  test('with a byte order mark, old line ends or one that lies in a value is read like every other', async () => {
    const rows = ['id,"usageDate",elementName', lineOf(0, '"a\r\nb"'), lineOf(1)];
    expect(await loadUsage({ 'mark.csv': `\uFEFF${rows.join('\n')}` })).toMatchObject({
      rows: 2,
      unreadable: 0,
    });
    const old = ['id,usageDate,elementName', lineOf(0), lineOf(1), 'x,y'].join('\r');
    expect(await loadUsage({ 'old.csv': old })).toMatchObject({ rows: 2, unreadable: 1 });
  });

  test('whose lines end in different ways is refused with the way out', async () => {
    expect(await refusal({ 'mixed.csv': `${HEADER}\r\n${lineOf(0)}\n${lineOf(1)}\r\n` })).toMatch(
      /mixed\.csv can't be read: its lines end in different ways .*save it with one of them$/,
    );
  });

  test('gives every line that obeys RFC 4180, and counts every other', async () => {
    const good = fc.constantFrom('', 'plain', '"quoted"', '"a,b"', '"a ""b"" c"', '""', '"a;\t\nb"');
    const bad = fc.constantFrom('"a"b', 'a,b', '"a","b"', '""a');
    const name = fc.oneof(
      good,
      good,
      bad.map((text) => ({ bad: text })),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(name, { maxLength: 40 }),
        fc.constantFrom('\n', '\r\n'),
        async (names, newline) => {
          const lines = names.map((each, n) => lineOf(n, typeof each === 'string' ? each : each.bad));
          const { rows, unreadable, repeated } = await loadUsage({
            'any.csv': [HEADER, lineOf(999), ...lines].join(newline),
          });
          const refused = names.filter((each) => typeof each !== 'string').length;
          expect({ rows, unreadable, repeated }).toEqual({
            rows: 1 + names.length - refused,
            unreadable: refused,
            repeated: 0,
          });
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a JSON file', () => {
  test('with values that are no rows among its rows is served without them, which are counted', async () => {
    const lines = [
      '{"id":"a","usageDate":"2014-08-10T03:02:34.053+00:00","processTime":"12"}',
      'not json',
      '{"id":"b","usageDate":"soon"}',
      '',
      '[1]',
      'null',
      '{"id":"b","usageDate":"99999999999999999999"}',
      '{"usageDate":"2014-08-10T03:02:34.053+00:00"}',
      '{"id":"c","usageDate":1407639760000,"elementTags":["x","y"],"processTime":"fast"}',
      '{"id":"c"',
    ];
    const [file = ''] = await writeAll({ 'broken.ndjson': lines.join('\n') });
    await withTables(loadUsageExport, [file], async ({ loaded, query }) => {
      expect(loaded).toMatchObject({
        rows: 2,
        unreadable: 7,
        firstUnreadable: [
          'broken.ndjson, row 2 is not JSON',
          'broken.ndjson, row 3 has no time that can be read in usageDate',
          'broken.ndjson, row 4 is not a JSON object',
          'broken.ndjson, row 5 is not a JSON object',
          'broken.ndjson, row 6 has no time that can be read in usageDate',
        ],
        unreadableValues: { processTime: 1 },
      });
      expect(await query('select id, process_time, element_tags from usage order by id')).toEqual([
        { id: 'a', process_time: 12n, element_tags: null },
        { id: 'c', process_time: null, element_tags: ['x', 'y'] },
      ]);
    });
  });

  test('by lines may begin with a byte order mark', async () => {
    const rows = [0, 1].map((n) => `{"id":"${n}","usageDate":"${timeOf(n)}"}`);
    expect(await loadUsage({ 'mark.ndjson': `\uFEFF${rows.join('\r\n')}` })).toMatchObject({
      rows: 2,
      unreadable: 0,
    });
  });
});

describe('columns', () => {
  test.each([
    ['in capitals', { ID: 'a', USAGEDATE: timeOf(0), ELEMENTKEY: 'box' }],
    ['of the other dialect in capitals', { TRAFFIC_ID: 'a', TRAFFIC_DATE: timeOf(0), ELEMENT_KEY: 'box' }],
    ['with spaces', { Id: 'a', 'Usage Date': timeOf(0), 'Element Key': 'box' }],
    ['of both dialects', { id: 'a', traffic_date: timeOf(0), elementKey: null, element_key: 'box' }],
  ])('are found %s', async (_name, row) => {
    const csv = `${Object.keys(row).join(',')}\n${Object.values(row)
      .map((value) => value ?? '')
      .join(',')}\n`;
    const files = await writeAll({ 'named.csv': csv, 'named.ndjson': JSON.stringify(row) });
    for (const file of files) {
      await withTables(loadUsageExport, [file], async ({ query }) => {
        expect(await query('select id, element_key, epoch_ms(happened_at) as at from usage')).toEqual([
          { id: 'a', element_key: 'box', at: BigInt(Date.parse(timeOf(0))) },
        ]);
      });
    }
  });

  test('without a name are none', async () => {
    const { ignored } = await loadUsage({ 'numbered.csv': `,${HEADER}\n1,${lineOf(0)}\n` });
    expect(ignored).toEqual([]);
  });

  test('that differ from row to row in their case alone are one', async () => {
    const lines = [`{"ID":"a","usageDate":"${timeOf(0)}"}`, `{"id":"b","UsageDate":"${timeOf(1)}"}`];
    expect(await loadUsage({ 'cases.ndjson': lines.join('\n') })).toMatchObject({ rows: 2, unreadable: 0 });
  });

  test('that are missing or not used are told', async () => {
    const loaded = await loadUsage({ 'few.csv': `${HEADER},colour\n${lineOf(0)},red\n` });
    expect(loaded.ignored).toEqual(['colour']);
    expect(loaded.absent).toContain('requestIP');
    expect(loaded.absent).not.toContain('elementName');
  });
});

describe('times and ids', () => {
  test.each([
    ['2014-08-10T03:02:34.053+0000', '2014-08-10T03:02:34.053Z'],
    ['2014-08-10T03:02:34.053999Z', '2014-08-10T03:02:34.053Z'],
    ['2014-08-10 03:02:34 UTC', '2014-08-10T03:02:34.000Z'],
    ['2014-08-10T05:02+02:00', '2014-08-10T03:02:00.000Z'],
    ['2014-08-10T03:02Z', '2014-08-10T03:02:00.000Z'],
    ['2014-08-10', '2014-08-10T00:00:00.000Z'],
    ['1407639760000', '2014-08-10T03:02:40.000Z'],
    ['2014-02-30T00:00:00Z', null],
    ['0000-01-01T00:00:00Z', null],
    ['10/08/2014', null],
    ['2014-08-10 (BC)', null],
  ])('%s is %s', async (written, instant) => {
    const files = await writeAll({ 'times.csv': `${HEADER}\nx,2020-01-01,\na,${written},\n` });
    await withTables(loadUsageExport, files, async ({ query }) => {
      const rows = await query(`select epoch_ms(happened_at) as at from usage where id = 'a'`);
      expect(rows.map(({ at }) => new Date(Number(at)).toISOString())).toEqual(
        instant === null ? [] : [instant],
      );
    });
  });

  test('an event id that is no whole number is not rounded to another', async () => {
    const ids = ['12.7', '1e3', '0x10', 'x', '9223372036854775808', '-5', '9223372036854775807'];
    const rows = ids.map((id) => ({ id, timestamp: timeOf(0), category: 'a', action: 'b' }));
    await withTables(
      loadEventsExport,
      await writeAll({ 'ids.json': JSON.stringify(rows) }),
      async ({ query, loaded }) => {
        expect(await query('select id from events order by id')).toEqual([
          { id: -5n },
          { id: 9223372036854775807n },
        ]);
        expect(loaded.unreadable).toBe(5);
      },
    );
  });

  test('one id at another time is no repetition, so it is counted as a row that is lost', async () => {
    const text = [HEADER, 'a,2026-03-01,x', 'a,2026-03-01,x', 'a,2026-03-02,y', 'b,2026-03-02,y'].join('\n');
    expect(await loadUsage({ 'one-id.csv': text })).toMatchObject({
      rows: 2,
      repeated: 1,
      unreadable: 1,
      firstUnreadable: ['one-id.csv, line 4 has the id of an earlier row, but another time'],
    });
  });
});

describe('several files', () => {
  test('of one source are read as one, in any formats, and what is in both is given once', async () => {
    const files = await writeAll({
      'one.csv': [HEADER, lineOf(0), lineOf(1)].join('\n'),
      'two.ndjson.gz': gzipSync(
        [1, 2].map((n) => `{"traffic_id":"id${n}","traffic_date":"${timeOf(n)}"}`).join('\n'),
      ),
    });
    await withTables(loadUsageExport, files, async ({ loaded, query }) => {
      expect(loaded).toMatchObject({
        spans: [
          { firstMs: Date.parse(timeOf(0)), lastMs: Date.parse(timeOf(1)) },
          { firstMs: Date.parse(timeOf(1)), lastMs: Date.parse(timeOf(2)) },
        ],
        files: ['one.csv', 'two.ndjson.gz'],
        rows: 3,
        repeated: 1,
        unreadable: 0,
      });
      expect(await query('select id from usage order by id')).toEqual([
        { id: 'id0' },
        { id: 'id1' },
        { id: 'id2' },
      ]);
    });
  });

  test('each keep the numbers of their own lines', async () => {
    const loaded = await loadUsage({
      'one.csv': [HEADER, 'a,b', lineOf(0)].join('\n'),
      'two.csv': [HEADER, lineOf(1), lineOf(2), ',2026-03-01,x'].join('\n'),
    });
    expect(loaded.firstUnreadable).toEqual([
      'one.csv, line 2 has fewer values than the header has names',
      'two.csv, line 4 has no id',
    ]);
  });

  test('a name that reads like a pattern is that file alone', async () => {
    const files = await writeAll({
      'export[1].csv': [HEADER, lineOf(0)].join('\n'),
      'export1.csv': [HEADER, lineOf(1), lineOf(2)].join('\n'),
    });
    await withTables(loadUsageExport, files.slice(0, 1), ({ loaded }) => expect(loaded.rows).toBe(1));
  });
});

describe('a compressed file', () => {
  const csv = [HEADER, ...linesOf(5_000)].join('\n');
  const ndjson = Array.from({ length: 5_000 }, (_, n) => `{"id":"${n}","usageDate":"${timeOf(n)}"}`).join(
    '\n',
  );
  const packers = { gz: gzipSync, zst: zstdCompressSync };

  test.each(['gz', 'zst'] as const)('of .%s is read, its ending in any case', async (ending) => {
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

  test.each(['gz', 'zst'] as const)(
    'of .%s that is cut off is refused, not served in part',
    async (ending) => {
      const whole = packers[ending](csv);
      expect(await refusal({ [`cut.csv.${ending}`]: whole.subarray(0, whole.length / 2) })).toMatch(
        /can't be read: it is cut off: its compressed data ends too early$/,
      );
    },
  );
});

test('the hub comes from the path, or from the element where it is known', async () => {
  const files = await writeAll({
    'hubs.json': JSON.stringify([
      { id: 'a', usageDate: '2026-01-01', requestURI: '/elements/api-v2/hubs/general/things?x=1' },
      { id: 'b', usageDate: '2026-01-01', elementKey: 'box', requestURI: '/elements/api-v2/files' },
      { id: 'c', usageDate: '2026-01-01', elementKey: 'unheard-of' },
    ]),
  });
  await withTables(loadUsageExport, files, async ({ query }) => {
    const rows = await query('select id, hub from usage order by id');
    expect(rows.map((row) => row['hub'])).toEqual(['general', 'documents', null]);
  });
});

describe('what it tells at the start', () => {
  const tell = async (files: Readonly<Record<string, Content>>) => {
    const sandbox = await startSandbox({ usageFiles: await writeAll(files) });
    await sandbox.close();
    return sandbox.describe();
  };

  test('is the files, their range, what was left out, and the source that has none', async () => {
    const lines = [...linesOf(2_000), lineOf(7), 'a,b'];
    const text = await tell({
      'calls.csv': [`${HEADER},colour`, ...lines.map((line) => `${line},red`)].join('\n'),
    });
    expect(text).toContain('Usage API   calls.csv\n');
    expect(text).toContain(`2000 rows from ${timeOf(0)} to ${timeOf(1_999)}`);
    expect(text).toContain('left out: 1 row with the id and the time of an earlier row');
    expect(text).toContain('1 row could not be read');
    expect(text).toContain('calls.csv, line 2003 has fewer values than the header has names');
    expect(text).toMatch(/missing columns \(null; no filter matches\): .*requestIP/);
    expect(text).toContain('unused columns: colour');
    expect(text).toContain('Events API  no file, so not configured; give one with --events FILE');
    expect(text).not.toMatch(/WARNING|http|sandbox/);
  });

  test('is loud above 1 % of unreadable rows', async () => {
    const bad = (count: number) => Array.from({ length: count }, () => 'a,b');
    expect(await tell({ 'one.csv': [HEADER, ...linesOf(990), ...bad(10)].join('\n') })).not.toContain(
      'WARNING',
    );
    expect(await tell({ 'two.csv': [HEADER, ...linesOf(989), ...bad(11)].join('\n') })).toContain(
      'WARNING: 1.1 % COULD NOT BE READ',
    );
  });
});

describe('it does not start over', () => {
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

  test('usage records given as events', async () => {
    expect(await refusal({ 'calls.json': JSON.stringify([record]) }, loadEventsExport)).toContain(
      'an export of events needs the columns id or event_id, timestamp, category, action, and these were found: id, usageDate. These are the columns of an export of usage records, which --usage takes.',
    );
  });

  test('a file that is not there', async () => {
    const missing = join(folder, 'missing.json');
    await expect(startSandbox({ usageFiles: [missing] })).rejects.toThrow(
      `${missing} can't be read: there is no such file`,
    );
  });

  test('two files of which one has no usable row', async () => {
    expect(
      await refusal({
        'good.csv': [HEADER, 'a,b', lineOf(0)].join('\n'),
        'hollow.csv': [HEADER, 'b,soon,x'].join('\n'),
      }),
    ).toContain('hollow.csv, line 2 has no time that can be read');
  });

  test('two files of which one is no export', async () => {
    expect(
      await refusal({ 'good.csv': [HEADER, lineOf(0)].join('\n'), 'bad-columns.csv': 'a,b\n1,2\n' }),
    ).toContain("bad-columns.csv can't be read");
  });
});
