import type { Range } from '../../base/time.ts';
import { recordCoverage } from './coverage-recorder.ts';
import type { Coverage } from './coverage.ts';
import type { Position } from './position.ts';
import { coverUnread, readRanges } from './read-ranges.ts';
import { requireParsable } from './row-stream.ts';
import type { RowStream } from './row-stream.ts';

/** The rows of a range that match, as far as they could be read. */
export interface ScannedRows<Row> {
  /** Newest first. */
  readonly rows: readonly Row[];
  /** What was read, then the rest of the range if a bound or a failure left it unread. */
  readonly coverage: readonly Coverage[];
}

const WAY_OUT = "counts are lower bounds: ask for a shorter 'range' or a narrower 'filter'";

/** Reads the rows of a range in one bounded scan, newest first. @throws never for a failure of the vendor or a spent call budget */
export async function scanRange<Row extends Position>(
  range: Range,
  stream: RowStream<Row>,
  maxScannedRows: number,
  nowMs: number,
): Promise<ScannedRows<Row>> {
  const { source, age, isMatch } = stream;
  const read = await readRanges([range], requireParsable(stream), maxScannedRows, WAY_OUT);
  const stop = read.stopped?.kind === 'bound' ? read.stopped.stop : null;
  return {
    rows: read.rows.filter(isMatch),
    coverage: [
      ...recordCoverage(source, read.examined, age, nowMs, stop),
      ...coverUnread(source, range, read.stopped),
    ],
  };
}
