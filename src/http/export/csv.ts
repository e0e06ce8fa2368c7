import { writeText } from './run.ts';

/** Without it, spreadsheets read UTF-8 as the encoding of their country. */
const BYTE_ORDER_MARK = '\uFEFF';
const LINE_END = '\r\n';
const MARK = "'";

/**
 * What a spreadsheet runs as a formula, also in the wide forms of East Asian keyboards. A cell that begins with our own mark gets it,
 * too, so that taking one mark away gives back each value.
 */
const ACTIVE = /^[=+\-@\t\r\n'＝＋－＠]/;
/** Semicolons and tabs, too, because a spreadsheet may read them as separators, and then runs the text behind one as a formula. */
const NEEDS_QUOTES = /[",;\t\r\n]/;
/** What a spreadsheet may read as a number, a date or a time, in its country's writing: `53e6`, `1.500`, `3/4`, `12:30`. */
const READ_AS_VALUE = /^[\s.,:/()%e+-]*\d[\d\s.,:/()%e+-]*$/i;
/** Numbers that look the same afterwards. A spreadsheet shows longer ones as `1.23E+11`. */
const SHOWN_AS_WRITTEN = /^(?:0|[1-9]\d{0,10})$/;

/**
 * CSV by RFC 4180, with a byte order mark and a header line; both only at the start of a list, so that the parts of an export that was
 * resumed join to one file. Lists are joined by `; `. An apostrophe before a cell keeps a spreadsheet from running or changing it.
 */
export const CSV = writeText({
  type: 'text/csv; charset=utf-8',
  head: (fields) => `${BYTE_ORDER_MARK}${fields.map(({ name }) => name).join(',')}${LINE_END}`,
  row: (row, fields) => fields.map(({ name, isId }) => writeCell(row[name], isId)).join(',') + LINE_END,
  tail: () => '',
});

/** @param isId the value is an id, so that a number must stay as it is written */
export function writeCell(value: unknown, isId: boolean): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = Array.isArray(value) ? value.join('; ') : String(value);
  const isMarked = ACTIVE.test(text) || (isId && READ_AS_VALUE.test(text) && !SHOWN_AS_WRITTEN.test(text));
  const cell = isMarked ? `${MARK}${text}` : text;
  return NEEDS_QUOTES.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
