import type { ExportFormat, ExportList } from './lists.ts';

/** What an export was asked for, so that its receipt says which rows the file has all of. It holds no value of a row. */
export interface ReceiptOf {
  readonly list: ExportList['name'];
  readonly format: ExportFormat;
  /** The range that the first page fixed, in RFC 3339; `to` is exclusive. */
  readonly range: { readonly from: string; readonly to: string };
  /** As the caller wrote it; `{}`: all rows of the range. */
  readonly filter: unknown;
  /** The names of the columns, in their order. */
  readonly fields: readonly string[];
  readonly order: 'newest first';
  /** Personal data was hidden, because the caller lacks `pii:read`. */
  readonly masked: boolean;
  /** The cursor behind which the file begins; null: it begins at the newest row. */
  readonly after: string | null;
}
