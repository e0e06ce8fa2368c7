import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countKnown, USAGE_EXPORT } from '../../../src/sandbox/data/export-columns.ts';
import { readCsvHeader } from '../../../src/sandbox/data/csv-export.ts';
import { loadUsageExport } from '../../../src/sandbox/data/load-export.ts';
import { HEADER, lineOf, linesOf, loadUsage, refusal, withTables, writeAll } from './export-files.ts';

const read = (line: string) => readCsvHeader(line, (names) => countKnown(names, USAGE_EXPORT));

test.each([
  ['id,usageDate', ',', ['id', 'usageDate']],
  ['id;usageDate;requestURI', ';', ['id', 'usageDate', 'requestURI']],
  ['id\tusageDate', '\t', ['id', 'usageDate']],
  // Names may contain the other delimiters and need not be known.
  ['id;"a,b,c,d";usageDate', ';', ['id', 'a,b,c,d', 'usageDate']],
  ['id,"x;y;z",usageDate', ',', ['id', 'x;y;z', 'usageDate']],
  ['"id","usage ""Date"""', ',', ['id', 'usage "Date"']],
  [' id , "usageDate" ,', ',', ['id', 'usageDate', '']],
  ['', ',', ['']],
  ['colour;size', ';', ['colour', 'size']],
])('the header %j is split by %j', (line, delimiter, names) => {
  expect(read(line)).toEqual({ delimiter, names });
});

test('a header by RFC 4180 is read exactly, with any characters in its names', () => {
  const name = fc
    .string({ unit: fc.constantFrom('a', ',', ';', '\t', '"', ' ', 'ä') })
    .map((text) => text.trim());
  fc.assert(
    fc.property(fc.array(name), fc.constantFrom(',', ';', '\t'), (others, delimiter) => {
      const names = ['id', 'usageDate', ...others];
      const line = names.map((each) => `"${each.replaceAll('"', '""')}"`).join(delimiter);
      expect(read(line)).toEqual({ delimiter, names });
    }),
  );
});

describe('a CSV file', () => {
  /** More plain rows than the database samples, then as many with quotes, delimiters and line ends. */
  const late = linesOf(41_000, (n) => (n < 20_500 ? 'plain' : `"a, ""${n}""\nb"`));

  test.each([
    ['\n', ','],
    ['\r\n', ';'],
    ['\n', '\t'],
  ])(
    'whose quotes begin after 20,480 rows is read completely, with line ends %j and the delimiter %j',
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
  ])(
    'cut off %s loses only its last line, which is reported with its number',
    async (_name, last, problem) => {
      const plain = linesOf(30_000);
      expect(await loadUsage({ 'cut.csv': [HEADER, ...plain, last].join('\n') })).toMatchObject({
        rows: 30_000,
        unreadable: 1,
        firstUnreadable: [`cut.csv, line 30002 ${problem}`],
      });
    },
  );

  test('that has unreadable lines reports each with its number and the cause', async () => {
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

  test('with a quote that is never closed counts every line that it loses', async () => {
    for (const width of [1, 40]) {
      const lines = linesOf(30_000, () => 'plain '.repeat(width));
      lines[10_000] = 'id10000,"2026-03-01,open';
      const loaded = await loadUsage({ 'open.csv': [HEADER, ...lines].join('\n') });
      expect(loaded.rows + loaded.unreadable).toBe(30_000);
      expect(loaded.rows).toBeGreaterThanOrEqual(10_000);
      expect(loaded.firstUnreadable[0]).toContain('line 10002 has a quote');
    }
  });

  test('may have blank lines and rows without a value, which are not rows, and no end of the last line', async () => {
    const text = `${HEADER}\n\n${lineOf(0)}\n,,\n\n\n${lineOf(1)}\n,,`;
    expect(await loadUsage({ 'blank.csv': text })).toMatchObject({ rows: 2, unreadable: 0 });
  });

  test('with a byte order mark, with line ends of CR alone or with a line end in a value is read like any other', async () => {
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

  test('gives every line that follows RFC 4180, and counts every other line', async () => {
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
