import { UpstreamError } from '../../base/errors.ts';
import type { Source } from '../../base/source.ts';
import type { AgePolicy } from './coverage-recorder.ts';
import type { Batch, BatchRequest } from './keyset-paging.ts';
import type { Position } from './position.ts';

/** One source's rows under one filter: what a page is taken from, alone or merged with the other source's. */
export interface RowStream<Row extends Position> {
  readonly source: Source;
  readonly read: (read: BatchRequest) => AsyncGenerator<Batch<Row>, void>;
  readonly isMatch: (row: Row) => boolean;
  /** The most rows to look at; null: the filter drops none that the vendor gives, so no bound is needed. */
  readonly maxScannedRows: number | null;
  readonly age: AgePolicy;
}

/** Where the lists are, for errors. */
const OPERATIONS: Readonly<Record<Source, string>> = { USAGE: '/usage', EVENTS: '/events' };

/**
 * A strand that fails with `UPSTREAM_BAD_RESPONSE` if the rest of a range was read and not one row that came could be understood:
 * that is no empty list, and no end of one. It is judged over all answers of a walk, since a window of time may hold nothing
 * but one bad row. Behind a cursor the cursor's own row comes again.
 */
export function requireParsable<Row extends Position>(stream: RowStream<Row>): RowStream<Row> {
  return {
    ...stream,
    async *read(read) {
      let received = 0;
      let parsed = 0;
      for await (const batch of stream.read(read)) {
        received += batch.received;
        parsed += batch.parsed;
        if (batch.ended && received > 0 && parsed === 0) throw unparsableError(stream.source, received);
        yield batch;
      }
    },
  };
}

/** What to throw for rows of which not one could be understood. */
export function unparsableError(source: Source, received: number): UpstreamError {
  return new UpstreamError({
    code: 'UPSTREAM_BAD_RESPONSE',
    source,
    operation: OPERATIONS[source],
    message: `The vendor answered with ${received} ${received === 1 ? 'row' : 'rows'}, and none could be understood.`,
  });
}
