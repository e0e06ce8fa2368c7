import type { ReceiptOf } from '../http/export/receipt-of.ts';
import type { Receipt } from '../http/export/receipts.ts';

/** What a file shows of itself. */
export interface SeenFile {
  readonly format: ReceiptOf['format'];
  /** Names of columns, all or those of the first row; null: it shows none. */
  readonly columns: readonly string[] | null;
}

/** What a receipt is of; null: it does not say, because an older service wrote it, or it was changed. */
export function readOf({ of }: { readonly of?: unknown }): ReceiptOf | null {
  const found = of as Partial<ReceiptOf> | null | undefined;
  const isWhole =
    typeof found?.list === 'string' &&
    typeof found.format === 'string' &&
    typeof found.range?.from === 'string' &&
    typeof found.range.to === 'string' &&
    Array.isArray(found.fields);
  return isWhole ? (found as ReceiptOf) : null;
}

/** Whether a file has the format and the columns that its receipt names, and its coverage is of the range. */
export function isOfFile(receipt: Receipt, { format, columns }: SeenFile): boolean {
  const of = readOf(receipt);
  if (!of) return !('of' in receipt);
  // Rows of NDJSON leave out what their type does not have.
  const hasColumns =
    columns === null ||
    (format === 'ndjson'
      ? columns.every((name) => of.fields.includes(name))
      : columns.join() === of.fields.join());
  const isInside = receipt.coverage.every(({ from, to }) => from >= of.range.from && to <= of.range.to);
  return of.format === format && hasColumns && isInside;
}

/** Lines that say what a receipt is of. */
export function describeOf(receipt: Receipt): readonly string[] {
  const of = readOf(receipt);
  if (!of) return ['The receipt does not say what it is of.'];
  const { list, range, filter, fields, masked, after } = of;
  return [
    `${list} from ${range.from} to ${range.to}, newest first`,
    `filter ${JSON.stringify(filter)}`,
    `fields ${fields.join(', ')}`,
    masked ? 'personal data is hidden' : 'personal data is as the service has it',
    ...(after === null ? [] : ['newer rows are missing, because the export began behind a cursor']),
  ];
}
