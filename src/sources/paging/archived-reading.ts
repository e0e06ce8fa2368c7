import type { Range } from '../../base/time.ts';
import type { ArchivedRows, ArchivedSpan } from './archived-rows.ts';
import type { AgePolicy } from './coverage-recorder.ts';
import { startOfReading } from './position.ts';
import type { Position } from './position.ts';
import type { Batch, BatchRequest, ReadBatches } from './row-stream.ts';

/** From which time on the vendor keeps rows, in milliseconds since the epoch. */
export function keepsFrom({ retentionMs }: AgePolicy, nowMs: number): number {
  return retentionMs === null ? -Infinity : nowMs - retentionMs;
}

/** How one filter is read from an archive. */
export interface ArchiveReading<Row extends Position, Filter> {
  readonly source: Row['source'];
  readonly rows: ArchivedRows<Row, Filter>;
  readonly filter: Filter;
  /** If it is set, the vendor is not asked, because it does not know what it knew then. */
  readonly knownAtMs: number | null;
  /** The vendor answers for spans with rows that could not be parsed, as long as it keeps them: from this time on. */
  readonly vendorKeepsFromMs: number;
}

const LEAST_ROWS = 25;
const MOST_ROWS = 5_000;

/**
 * Reads from an archive what it holds whole, and the rest from the vendor, in one order. A position may lie in either, so cursors stay
 * valid when rows move from the vendor to the archive. If the archive fails, the vendor is asked for the rest of that span.
 * @throws as `readVendor`
 */
export function readThroughArchive<Row extends Position, Filter>(
  archive: ArchiveReading<Row, Filter>,
  readVendor: ReadBatches<Row>,
): ReadBatches<Row> {
  return async function* readBatches(request) {
    const pieces = planPieces(archive, request);
    for (const [at, piece] of pieces.entries()) {
      const isLast = at === pieces.length - 1;
      const { after } = request;
      const isInside = after && after.timestampMs >= piece.fromMs && after.timestampMs < piece.toMs;
      let own: BatchRequest = { ...request, range: piece, after: isInside ? after : null };
      if (piece.held) {
        const unread = yield* readPiece(archive, own, piece.held, isLast);
        if (!unread) continue;
        own = { ...own, range: unread };
      }
      if (archive.knownAtMs !== null) {
        yield knowNothing(own, archive.knownAtMs, isLast);
        continue;
      }
      for await (const batch of readVendor(own)) {
        yield { ...batch, ended: batch.ended && isLast };
        if (batch.ended) break;
      }
    }
  };
}

/** A batch for a span that the archive had not read at the time in question. */
function knowNothing({ range, direction }: BatchRequest, knownAtMs: number, isLast: boolean): Batch<never> {
  return {
    rows: [],
    edgeMs: direction === 'DESC' ? range.fromMs : range.toMs,
    dropped: [],
    received: 0,
    parsed: 0,
    readAtMs: knownAtMs,
    stale: false,
    origin: 'NONE',
    ended: isLast,
  };
}

/** A span that either the archive or the vendor answers for. */
interface Piece extends Range {
  /** null: the vendor answers for it. */
  readonly held: ArchivedSpan | null;
}

/** Cuts what is to be read into spans for the archive and for the vendor, in the direction of reading. */
export function planPieces<Row extends Position, Filter>(
  { source, rows, knownAtMs, vendorKeepsFromMs }: ArchiveReading<Row, Filter>,
  { range, direction, after }: Pick<BatchRequest, 'range' | 'direction' | 'after'>,
): readonly Piece[] {
  const startMs = startOfReading(source, range, after, direction);
  const fromMs = direction === 'DESC' ? range.fromMs : startMs;
  let toMs = direction === 'DESC' ? startMs : range.toMs;
  const pieces: Piece[] = [];
  for (const held of rows.heldSpans(knownAtMs)) {
    // What was known then is asked of the archive alone, however whole it was.
    const isLess = (held.dropped > 0 || rows.lacksPersonalData) && knownAtMs === null;
    const untilMs = isLess ? Math.min(toMs, vendorKeepsFromMs) : toMs;
    const piece = { fromMs: Math.max(held.fromMs, fromMs), toMs: Math.min(held.toMs, untilMs), held };
    if (piece.fromMs >= piece.toMs) continue;
    if (piece.toMs < toMs) pieces.push({ fromMs: piece.toMs, toMs, held: null });
    pieces.push(piece);
    toMs = piece.fromMs;
  }
  if (fromMs < toMs) pieces.push({ fromMs, toMs, held: null });
  return direction === 'DESC' ? pieces : pieces.reverse();
}

/**
 * Reads a span from the archive in batches of whole instants.
 * @returns what is left to read because the archive failed; null: nothing
 */
async function* readPiece<Row extends Position, Filter>(
  { rows: archive, filter, knownAtMs }: ArchiveReading<Row, Filter>,
  request: BatchRequest,
  held: ArchivedSpan,
  isLast: boolean,
): AsyncGenerator<Batch<Row>, Range | null> {
  const { direction } = request;
  const isDesc = direction === 'DESC';
  let range = request.range;
  let { after } = request;
  let dropped = held.dropped;
  for (;;) {
    const wanted = (request.wantedMatches ?? request.wanted)();
    const limit = Math.min(Math.max(wanted, LEAST_ROWS), MOST_ROWS);
    const question = { filter, direction, knownAtMs };
    let rows: Row[];
    let isCut: boolean;
    try {
      rows = [...(await archive.list({ ...question, range, after, limit }))];
      isCut = rows.length >= limit;
      const last = rows.at(-1);
      if (isCut && last) {
        const instant = { fromMs: last.timestampMs, toMs: last.timestampMs + 1 };
        rows.push(...(await archive.list({ ...question, range: instant, after: last, limit: null })));
      }
    } catch (error) {
      archive.noteFault(error);
      return range;
    }
    const lastMs = rows.at(-1)?.timestampMs ?? range.fromMs;
    const edgeMs = isCut ? (isDesc ? lastMs : lastMs + 1) : isDesc ? range.fromMs : range.toMs;
    const ended = edgeMs === (isDesc ? range.fromMs : range.toMs);
    yield {
      rows,
      edgeMs,
      dropped: Array.from({ length: dropped }, () => (isDesc ? range.toMs - 1 : range.fromMs)),
      received: rows.length,
      parsed: rows.length,
      readAtMs: held.readAtMs,
      stale: false,
      origin: archive.origin,
      holdsMatchesAlone: true,
      ended: ended && isLast,
    };
    if (ended) return null;
    dropped = 0;
    range = isDesc ? { ...range, toMs: edgeMs } : { ...range, fromMs: edgeMs };
    after = null;
  }
}
