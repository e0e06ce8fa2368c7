import type { Range } from '../../base/time.ts';
import { planPieces } from './archived-reading.ts';
import type { ArchiveReading } from './archived-reading.ts';
import type { ArchivedSpan } from './archived-rows.ts';
import { recordCoverage } from './coverage-recorder.ts';
import type { Coverage } from './coverage.ts';
import { applyFiles, cutByFiles } from './held-files.ts';
import type { HeldFiles } from './held-files.ts';
import type { Position } from './position.ts';
import { coverUnread, readRanges } from './read-ranges.ts';
import { requireParsable } from './row-stream.ts';
import type { RowStream } from './row-stream.ts';

/** The rows of a range that match, as far as they could be read. */
export interface ScannedRows<Row> {
  /** Newest first; without those of the spans that the archive holds. */
  readonly rows: readonly Row[];
  /** The spans that the archive holds and whose rows it groups itself; empty without an archive. */
  readonly held: readonly Range[];
  /** What was read, then the rest of the range if a bound or a failure left it unread. */
  readonly coverage: readonly Coverage[];
}

const WAY_OUT = "counts are lower bounds: ask for a shorter 'range' or a narrower 'filter'";

/**
 * Reads the rows of a range in one bounded scan, newest first.
 * @param archive leaves what it holds to it; null: reads all rows
 * @throws never for a failure of the vendor or a spent call budget
 */
export async function scanRange<Row extends Position, Filter>(
  range: Range,
  stream: RowStream<Row>,
  maxScannedRows: number,
  nowMs: number,
  archive: ArchiveReading<Row, Filter> | null,
): Promise<ScannedRows<Row>> {
  const pieces = archive
    ? planPieces(archive, { range, direction: 'DESC', after: null })
    : [{ ...range, held: null }];
  const { source, age, isMatch } = stream;
  const unheld = pieces.filter(({ held }) => !held);
  const read = await readRanges(unheld, requireParsable(stream), maxScannedRows, WAY_OUT);
  const held = pieces.flatMap((piece) => (piece.held ? [{ ...piece, held: piece.held }] : []));
  const stop = read.stopped?.kind === 'bound' ? read.stopped.stop : null;
  return {
    rows: read.rows.filter((row) => isMatch(row) && unheld.some((piece) => contains(piece, row))),
    held: held.map(({ fromMs, toMs }) => ({ fromMs, toMs })),
    coverage: [
      ...recordCoverage(source, read.examined, age, nowMs, stop),
      ...unheld.flatMap((piece) => coverUnread(source, piece, read.stopped)),
      ...held.flatMap((piece) => (archive ? coverHeld(archive, piece, age.files) : [])),
    ].sort((a, b) => b.toMs - a.toMs),
  };
}

function contains({ fromMs, toMs }: Range, { timestampMs }: Position): boolean {
  return timestampMs >= fromMs && timestampMs < toMs;
}

/** The coverage of a span whose rows the archive groups. It does not say how many it has looked at. */
function coverHeld<Row extends Position, Filter>(
  { source, rows }: ArchiveReading<Row, Filter>,
  { fromMs, toMs, held }: Range & { readonly held: ArchivedSpan },
  files: HeldFiles | null | undefined,
): readonly Coverage[] {
  const { dropped, readAtMs } = held;
  const entry: Coverage = {
    source,
    operation: null,
    status: dropped > 0 ? 'TRUNCATED' : 'COMPLETE',
    fromMs,
    toMs,
    asOfMs: readAtMs,
    origin: rows.origin,
    scanned: null,
    matched: null,
    dropped,
    code: dropped > 0 ? 'ROWS_DROPPED' : null,
    reason: dropped > 0 ? 'Rows from the vendor could not be parsed.' : null,
  };
  return files ? cutByFiles(entry, files).map((part) => applyFiles(part, files)) : [entry];
}
