import type { GraphQLError } from 'graphql';
import { createRunningDigest } from '../../base/sealing.ts';
import type { Source } from '../../base/source.ts';
import type { CoverageCode } from '../../sources/paging/coverage.ts';
import { createCoverageLog } from './coverage.ts';
import type { CoverageAnswer } from './coverage.ts';
import type { ExportField } from './fields.ts';
import type { PageResult } from './page-reader.ts';
import type { ExportPage, ExportRow } from './page.ts';
import type { ReceiptOf } from './receipt-of.ts';
import type { Receipt } from './receipts.ts';

/** How rows become the bytes of a file. */
export interface RowWriter {
  /** The media type. */
  readonly type: string;
  /** @param isResumed it goes on inside a list, so nothing comes before its rows */
  readonly begin: (fields: readonly ExportField[], isResumed: boolean) => RowEncoder;
}

/** The bytes of one file, in their order. Each function gives those that are ready. */
export interface RowEncoder {
  /** Those of a page, and what comes before the first one. */
  readonly rows: (rows: readonly ExportRow[]) => Uint8Array;
  /** Those of rows that waited for more. */
  readonly end: () => Uint8Array;
  /** What comes after the last row. The receipt is not about it. */
  readonly tail: (receipt: Receipt) => Uint8Array;
}

/** How rows become the text of a file. */
export interface TextFormat {
  readonly type: string;
  /** What comes before the first row of a list. */
  readonly head: (fields: readonly ExportField[]) => string;
  readonly row: (row: ExportRow, fields: readonly ExportField[]) => string;
  /** What comes after the last row. */
  readonly tail: (receipt: Receipt) => string;
}

/** A writer of text, which keeps no row back. */
export function writeText({ type, head, row, tail }: TextFormat): RowWriter {
  return {
    type,
    begin(fields, isResumed) {
      let start = isResumed ? '' : head(fields);
      return {
        rows(rows) {
          let text = start;
          start = '';
          for (const one of rows) text += row(one, fields);
          return Buffer.from(text);
        },
        end: () => Buffer.alloc(0),
        tail: (receipt) => Buffer.from(tail(receipt)),
      };
    },
  };
}

/** How an export went. `left`: the caller left, or the receipt could not be given out. */
export type ExportEnd = 'ended' | 'left';

/** One export while it runs. */
export interface ExportRun {
  /** The bytes of the file, page by page. The next page is read when the bytes of the page before are taken. */
  readonly stream: AsyncIterable<Uint8Array>;
  /** The receipt of the bytes that were taken so far. */
  receipt(): Receipt;
  /** How many bytes the receipt is about. */
  bytes(): number;
  /** The code of the error that ended the reading; null: none did. */
  failure(): string | null;
}

export interface ExportRunOptions {
  readonly writer: RowWriter;
  readonly fields: readonly ExportField[];
  readonly sources: readonly Source[];
  readonly of: ReceiptOf;
  /** It goes on inside a list, so nothing comes before its rows. */
  readonly isResumed: boolean;
  readonly first: ExportPage;
  readonly readNext: (after: string | null) => Promise<PageResult>;
  /** Learns, once, how the export went, before its receipt goes out. Rejects if the receipt must be withheld. */
  readonly onEnd: (end: ExportEnd) => Promise<void>;
}

/** Reads a list to its end, holding one page at a time. */
export function startRun(options: ExportRunOptions): ExportRun {
  const { writer, fields, sources, of, isResumed, first, readNext, onEnd } = options;
  const digest = createRunningDigest();
  const coverage = createCoverageLog();
  const { from, to } = first;
  let rows = 0;
  let bytes = 0;
  let endCursor: string | null = null;
  let isRead = false;
  let failure: string | null = null;
  let shown: Receipt = takeStock();
  let ending: Promise<void> | null = null;
  const end = (how: ExportEnd): Promise<void> => (ending ??= onEnd(how));

  function takeStock(): Receipt {
    return {
      rows,
      sha256: digest.hex(),
      complete: isRead && coverage.isWhole(),
      endCursor,
      coverage: coverage.list(),
      of,
    };
  }

  async function* write(): AsyncGenerator<Uint8Array, void> {
    let page = first;
    const encoder = writer.begin(fields, isResumed);
    const note = (piece: Uint8Array): void => {
      digest.update(piece);
      bytes += piece.length;
    };
    for (;;) {
      const piece = encoder.rows(page.rows);
      if (piece.length > 0) yield piece;
      note(piece);
      rows += page.rows.length;
      coverage.add(page.coverage);
      ({ endCursor } = page);
      shown = takeStock();
      if (!page.hasNext) {
        isRead = true;
        endCursor = null;
        break;
      }
      const next = await readNext(page.endCursor);
      if (next.kind === 'failure') {
        failure = String(next.error.extensions['code']);
        coverage.add(
          sources.map((source) => coverUnread(source, from, coverage.reached(source) ?? to, next.error)),
        );
        break;
      }
      ({ page } = next);
    }
    const kept = encoder.end();
    if (kept.length > 0) yield kept;
    note(kept);
    shown = takeStock();
    await end('ended');
    const tail = encoder.tail(shown);
    if (tail.length > 0) yield tail;
  }

  return {
    stream: {
      [Symbol.asyncIterator]() {
        const pieces = write();
        return {
          async next() {
            try {
              return await pieces.next();
            } catch (error) {
              await end('left').catch(() => {});
              throw error;
            }
          },
          // A generator that was not started would not learn that its reader has left.
          async return() {
            await pieces.return();
            await end('left').catch(() => {});
            return { done: true, value: undefined };
          },
        };
      },
    },
    receipt: () => shown,
    bytes: () => bytes,
    failure: () => failure,
  };
}

/** The part of the range that a page would have read. */
function coverUnread(
  source: Source,
  from: string,
  to: string,
  { message, extensions }: GraphQLError,
): CoverageAnswer {
  return {
    source,
    operation: null,
    status: 'FAILED',
    from,
    to,
    asOf: null,
    origin: 'NONE',
    scanned: null,
    matched: null,
    dropped: 0,
    code: codeOf(extensions['code']),
    reason: message,
  };
}

function codeOf(code: unknown): CoverageCode {
  return code === 'LIMIT_EXCEEDED' ? 'CALL_BUDGET' : 'UPSTREAM';
}
