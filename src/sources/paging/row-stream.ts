import { UpstreamError } from '../../base/errors.ts';
import type { Source } from '../../base/source.ts';
import type { Direction, Range } from '../../base/time.ts';
import type { AgePolicy } from './coverage-recorder.ts';
import type { CoverageOrigin } from './coverage.ts';
import type { Position } from './position.ts';

/**
 * How to read the rows of one source for one filter, in batches and in either direction. A page is taken from one stream, or from
 * two that are merged.
 */
export interface RowStream<Row extends Position> {
  readonly source: Source;
  /** The vendor's path template, for errors. */
  readonly operation: string;
  /** Gives also rows that do not match: apply `isMatch`. */
  readonly read: ReadBatches<Row>;
  readonly isMatch: (row: Row) => boolean;
  /** The most rows to look at; null: the vendor applies the whole filter, so no bound is needed. */
  readonly maxScannedRows: number | null;
  readonly age: AgePolicy;
}

export type ReadBatches<Row> = (request: BatchRequest) => AsyncGenerator<Batch<Row>, void>;

/** Which rows to read, and in which direction. */
export interface BatchRequest {
  readonly range: Range;
  readonly direction: Direction;
  /** Only rows strictly ahead of this position in the direction of reading. */
  readonly after: Position | null;
  /** How many more rows the reader can use: it determines the size of the pages. Infinity: as many as a page holds. */
  readonly wanted: () => number;
  /** How many more matches the reader can use, if it looks at other rows, too; left out: as many as rows. */
  readonly wantedMatches?: () => number;
  /** The time that skipped rows without a time are counted at; left out: the time of the row before them. */
  readonly undatedMs?: number;
}

/** Rows of whole instants only, so that no row that is read later can belong before them. */
export interface Batch<Row> {
  /** In the direction of reading, inside the range, ahead of `after`. */
  readonly rows: readonly Row[];
  /** Rows of the next instant, which the vendor's page may have cut: the next batch has that instant whole. */
  readonly rowsAtCut?: readonly Row[];
  /** The range is examined up to this time: including it for `DESC`, excluding it for `ASC`. */
  readonly edgeMs: number;
  /** The times of the rows that were skipped because they could not be parsed, as exact as they are known. */
  readonly dropped: readonly number[];
  /** How many rows the vendor answered, including those that an earlier batch or page has given out. */
  readonly received: number;
  /** How many of them could be parsed. */
  readonly parsed: number;
  readonly readAtMs: number;
  readonly stale: boolean;
  readonly origin: CoverageOrigin;
  /** Only matches were read, so the bound of a scan does not count these rows; left out: rows were read that may not match. */
  readonly holdsMatchesAlone?: boolean;
  /** The range holds nothing further. */
  readonly ended: boolean;
}

/**
 * A stream that fails with `UPSTREAM_BAD_RESPONSE` if it was read to its end and not one row could be parsed, because such an
 * answer is no empty list. All batches are judged together, because a window of time may hold nothing but one bad row. Behind
 * a cursor the vendor gives the cursor's own row again, so a good stream holds at least that one.
 */
export function requireParsable<Row extends Position>(stream: RowStream<Row>): RowStream<Row> {
  return {
    ...stream,
    async *read(request) {
      let received = 0;
      let parsed = 0;
      for await (const batch of stream.read(request)) {
        received += batch.received;
        parsed += batch.parsed;
        if (batch.ended && received > 0 && parsed === 0) throw unparsableError(stream, received);
        yield batch;
      }
    },
  };
}

/** The error for an answer without any row that could be parsed. */
export function unparsableError(
  { source, operation }: { readonly source: Source; readonly operation: string },
  received: number,
): UpstreamError {
  return new UpstreamError({
    code: 'UPSTREAM_BAD_RESPONSE',
    source,
    operation,
    message: `The vendor answered with ${received} ${received === 1 ? 'row' : 'rows'}, and none could be understood.`,
  });
}
