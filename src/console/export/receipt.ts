import type { ExportQuestion } from './question.ts';

/** How complete one span of an export is, as in GraphQL. */
export interface ExportSpan {
  readonly source: string;
  readonly status: string;
  readonly from: string;
  readonly to: string;
  readonly code: string | null;
  readonly reason: string | null;
}

/** What an export was asked for, as the service says it. */
export interface ReceiptOf extends ExportQuestion {
  readonly fields: readonly string[];
  readonly order: string;
  /** Personal data was hidden. */
  readonly masked: boolean;
  /** The cursor behind which the file begins; null: it begins at the newest row. */
  readonly after: string | null;
}

/** What the service says of an export. */
export interface Receipt {
  readonly rows: number;
  /** Of all bytes before the receipt; 64 hexadecimal digits. */
  readonly sha256: string;
  readonly complete: boolean;
  /** Where `after` goes on; null: the list was read to its end. */
  readonly endCursor: string | null;
  readonly coverage: readonly ExportSpan[];
  readonly of: ReceiptOf;
}

/** A receipt while the export runs: of the bytes that were sent so far. */
export interface SentReceipt {
  readonly export: Receipt;
  readonly bytes?: number;
}

/** The receipt in a line; null: the line is a row. */
export function readReceiptLine(line: string): Receipt | null {
  try {
    const { export: receipt } = JSON.parse(line) as { readonly export?: Receipt };
    return receipt && typeof receipt.sha256 === 'string' ? receipt : null;
  } catch {
    return null;
  }
}

export const writeReceiptLine = (receipt: Receipt): string => `${JSON.stringify({ export: receipt })}\n`;

/**
 * The receipt in a file of its own. `npm run export -- --verify` reads it.
 * @param file the name of the file with the rows
 */
export function writeReceiptFile(receipt: Receipt, file: string): string {
  return `${JSON.stringify({ file, export: receipt }, null, 2)}\n`;
}

const isWhole = ({ status }: ExportSpan): boolean => status === 'COMPLETE' || status === 'FILLING';

/** The spans of which rows are missing. */
export const listGaps = ({ coverage }: Receipt): readonly ExportSpan[] =>
  coverage.filter((span) => !isWhole(span));

/** The sources of an export that don't say how long they keep rows, so that nobody knows whether older ones were there. */
export function listUnknownKeeping(
  { coverage }: Receipt,
  sources: readonly { readonly source: string; readonly retention: string | null }[],
): readonly string[] {
  const unknown = sources.filter(({ retention }) => retention === null).map(({ source }) => source);
  return unknown.filter((source) => coverage.some((span) => span.source === source));
}

/** Spans that a vendor did not give, and that another try can read. */
const isUnread = ({ status, code }: ExportSpan): boolean =>
  status === 'FAILED' && (code === 'UPSTREAM' || code === 'CALL_BUDGET');

/** The receipt of a part that another one follows: what was not read comes with that one. */
export const withoutUnread = (receipt: Receipt): Receipt => ({
  ...receipt,
  coverage: receipt.coverage.filter((span) => !isUnread(span)),
});

/** The receipt of parts that were read one after the other. @param sha256 of all of them together */
export function joinReceipts(before: Receipt | null, after: Receipt, sha256: string): Receipt {
  if (!before) return { ...after, sha256 };
  return {
    rows: before.rows + after.rows,
    sha256,
    complete: after.complete && listGaps(before).length === 0,
    endCursor: after.endCursor,
    coverage: joinSpans(before.coverage, after.coverage),
    of: before.of,
  };
}

/** The span of a source that the parts share is one span. */
function joinSpans(before: readonly ExportSpan[], after: readonly ExportSpan[]): readonly ExportSpan[] {
  const joined = [...before];
  for (const span of after) {
    const at = joined.findLastIndex(({ source }) => source === span.source);
    const newer = joined[at];
    const isOne = newer && newer.from <= span.to && newer.status === span.status && newer.code === span.code;
    if (isOne) joined[at] = { ...newer, from: newer.from < span.from ? newer.from : span.from };
    else joined.push(span);
  }
  return joined;
}

/** How far back every source of the export was read, in milliseconds; null: nothing was read. */
export function reachedMs({ coverage }: Receipt): number | null {
  const oldest = new Map<string, number>();
  for (const { source, from } of coverage)
    oldest.set(source, Math.min(oldest.get(source) ?? Infinity, Date.parse(from)));
  return oldest.size === 0 ? null : Math.max(...oldest.values());
}
