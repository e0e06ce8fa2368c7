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
const NEEDS_QUOTES = /[",\r\n]/;
/** A spreadsheet keeps 15 digits of a number. */
const MAX_DIGITS = 15;

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
  const isMarked = ACTIVE.test(text) || (isId && changesAsNumber(text));
  const cell = isMarked ? `${MARK}${text}` : text;
  return NEEDS_QUOTES.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** Whether a spreadsheet would show another text, because it reads this one as a number: `007`, `53e6`, 19 digits. */
function changesAsNumber(text: string): boolean {
  const number = Number(text);
  if (text.trim() === '' || Number.isNaN(number)) return false;
  return text.length > MAX_DIGITS || String(number) !== text;
}
