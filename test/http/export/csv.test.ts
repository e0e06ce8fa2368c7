import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeCell } from '../../../src/http/export/csv.ts';

/** The value of a cell as a reader of RFC 4180 sees it. */
const readCell = (cell: string): string =>
  cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;

describe('a cell', () => {
  test.each([
    ['=1+1', "'=1+1"],
    ['+49 30 1234', "'+49 30 1234"],
    ['-2+3', "'-2+3"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', '"\'\t=1"'],
    ['\r=1', '"\'\r=1"'],
    ['\n=1', '"\'\n=1"'],
    ['＝1+1', "'＝1+1"],
    ["'quoted", "''quoted"],
    ['=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'],
    ['a,b', '"a,b"'],
    ['a;=1+1', '"a;=1+1"'],
    ['a\t=1+1', '"a\t=1+1"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\r\nlines', '"two\r\nlines"'],
    ['plain = text', 'plain = text'],
  ])('of %j is %j', (text, cell) => {
    expect(writeCell(text, false)).toBe(cell);
  });

  test.each([
    [null, ''],
    [undefined, ''],
    [-5, '-5'],
    [1.5, '1.5'],
    [['a', 'b'], '"a; b"'],
    [['=a', 'b'], '"\'=a; b"'],
    [[], ''],
  ])('of %j is %j', (value, cell) => {
    expect(writeCell(value, false)).toBe(cell);
  });

  test.each([
    ['1234567890123456789', "'1234567890123456789"],
    ['007', "'007"],
    ['53e6', "'53e6"],
    ['1.500', "'1.500"],
    ['3/4', "'3/4"],
    ['12:30', "'12:30"],
    ['2026-03-01', "'2026-03-01"],
    [' 7', "' 7"],
    ['123456789012', "'123456789012"],
    ['12345678901', '12345678901'],
    ['0', '0'],
    ['element-7', 'element-7'],
    ['53e6e0c8e4b067fd19a9d6ab', '53e6e0c8e4b067fd19a9d6ab'],
  ])('of the id %s is %s', (id, cell) => {
    expect(writeCell(id, true)).toBe(cell);
  });

  test('never begins as a formula, and gives its text back without the apostrophe', () => {
    const text = fc.string({
      unit: fc.oneof(
        fc.constantFrom(...'=+-@\t\r\n\'",; \u{FF1D}9'.split('')),
        fc.string({ minLength: 1, maxLength: 1 }),
      ),
    });
    fc.assert(
      fc.property(text, fc.boolean(), (value, isId) => {
        const read = readCell(writeCell(value, isId));
        expect(read).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/);
        expect(read.replace(/^'/, '')).toBe(value);
      }),
    );
  });
});
