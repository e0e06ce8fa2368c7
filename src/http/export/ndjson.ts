import { CURSOR_FIELD } from './fields.ts';
import type { ExportField } from './fields.ts';
import type { Receipt } from './receipts.ts';
import { writeText } from './run.ts';

/** One JSON object a line, under the graph's field names. A field that a row's type does not have is left out. */
export const NDJSON = writeText({
  type: 'application/x-ndjson; charset=utf-8',
  head: () => '',
  row: (row, fields) => `${JSON.stringify(fields.includes(CURSOR_FIELD) ? order(row, fields) : row)}\n`,
  tail: (receipt) => writeReceiptLine(receipt),
});

/** The last line of a file. */
export function writeReceiptLine(receipt: Receipt): string {
  return `${JSON.stringify({ export: receipt })}\n`;
}

/** The graph answers fields in the order of their selection, and the cursor apart. */
function order(row: Readonly<Record<string, unknown>>, fields: readonly ExportField[]): object {
  return Object.fromEntries(fields.flatMap(({ name }) => (name in row ? [[name, row[name]]] : [])));
}
