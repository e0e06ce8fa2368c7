import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { loadEventsExport, loadUsageExport } from '../../../src/sandbox/data/load-export.ts';
import { HEADER, lineOf, linesOf, loadUsage, refusal, timeOf, withTables, writeAll } from './export-files.ts';

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

  test('without a name are ignored', async () => {
    const { ignored } = await loadUsage({ 'numbered.csv': `,${HEADER}\n1,${lineOf(0)}\n` });
    expect(ignored).toEqual([]);
  });

  test('whose names differ from row to row only in case are one column', async () => {
    const lines = [`{"ID":"a","usageDate":"${timeOf(0)}"}`, `{"id":"b","UsageDate":"${timeOf(1)}"}`];
    expect(await loadUsage({ 'cases.ndjson': lines.join('\n') })).toMatchObject({ rows: 2, unreadable: 0 });
  });

  test('that are missing or unused are reported', async () => {
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

  test('an event id that is not a whole number is not rounded to another id', async () => {
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

  test('a row with the id of an earlier row but another time counts as unreadable', async () => {
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
  test('of one source are read as one, in any formats, and a row in both is given once', async () => {
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

  test('each have their own line numbers', async () => {
    const loaded = await loadUsage({
      'one.csv': [HEADER, 'a,b', lineOf(0)].join('\n'),
      'two.csv': [HEADER, lineOf(1), lineOf(2), ',2026-03-01,x'].join('\n'),
    });
    expect(loaded.firstUnreadable).toEqual([
      'one.csv, line 2 has fewer values than the header has names',
      'two.csv, line 4 has no id',
    ]);
  });

  test('a name that looks like a pattern means only the file of that name', async () => {
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

test('the hub comes from the path or, if the element is known, from the element', async () => {
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
