import type { Direction, Range } from '../../base/time.ts';
import type { Groups } from '../shared/groups.ts';
import type { AgePolicy } from './coverage-recorder.ts';
import { startOfReading } from './position.ts';
import type { Position } from './position.ts';
import type { Batch, BatchRequest, ReadBatches } from './row-stream.ts';

/** The rows of one source that an archive has copied from the vendor. */
export interface ArchivedRows<Row extends Position, Filter> {
  /** Its rows have no personal data, so the vendor answers as long as it keeps them. */
  readonly lacksPersonalData: boolean;
  /**
   * The spans that it holds whole; disjoint, newest first.
   * @param knownAtMs only what it had read by then; null: by now
   */
  heldSpans(knownAtMs: number | null): readonly ArchivedSpan[];
  /**
   * The rows that match, in the direction of reading, at most `limit` of them.
   * @throws Error if the archive can't be read
   */
  list(question: ArchiveQuestion<Filter>): Promise<readonly Row[]>;
  /** How many rows match; null: this filter can only be counted row by row. @throws Error */
  count(range: Range, filter: Filter, knownAtMs: number | null): Promise<number | null>;
  /** Rows by their ids, in no order. @throws Error */
  find(ids: readonly string[]): Promise<readonly Row[]>;
  /** Groups of the rows that match, together with further rows; null: this filter can only be tested row by row. @throws Error */
  group(question: ArchiveGrouping<Row, Filter>): Promise<Groups<ArchiveFigures> | null>;
  /** Receives why the archive could not be read. The vendor is asked instead. */
  noteFault(error: unknown): void;
}

/** A span that an archive holds whole. */
export interface ArchivedSpan extends Range {
  /** When its least recent part was read from the vendor. */
  readonly readAtMs: number;
  /** Rows of it that could not be parsed. */
  readonly dropped: number;
}

/** A range, and the moment at which the archive is asked what it knew of it; left out: now. */
export interface KnownRange extends Range {
  readonly knownAtMs?: number;
}

/** Which rows to read from an archive. */
export interface ArchiveQuestion<Filter> {
  readonly range: Range;
  readonly filter: Filter;
  readonly direction: Direction;
  /** Only rows strictly ahead of this position. */
  readonly after: Position | null;
  /** The most rows; null: all. */
  readonly limit: number | null;
  /** Rows as the archive knew them then; null: as it knows them now. */
  readonly knownAtMs: number | null;
}

/** Which rows of an archive to group, and how. */
export interface ArchiveGrouping<Row, Filter> {
  /** Disjoint spans that it holds whole. */
  readonly ranges: readonly Range[];
  readonly filter: Filter;
  readonly knownAtMs: number | null;
  /** Rows that match and lie outside of these spans. */
  readonly extra: readonly Row[];
  /** The names of the dimensions: one to three, each once. */
  readonly by: readonly string[];
  /** The edges of the buckets, which hold all rows; null: no buckets. */
  readonly edges: readonly number[] | null;
  readonly top: number;
}

/** The figures of a group of either source. What a source does not have is 0 or null. */
export interface ArchiveFigures {
  readonly count: number;
  readonly success: number;
  readonly failed: number;
  /** Milliseconds; percentiles by nearest rank. null: no row has one. */
  readonly processTime: {
    readonly min: number;
    readonly max: number;
    readonly avg: number;
    readonly p50: number;
    readonly p95: number;
    readonly p99: number;
  } | null;
  /** The times of the oldest and of the newest row; null: there is no row. */
  readonly times: { readonly firstMs: number; readonly lastMs: number } | null;
}

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
      origin: 'ARCHIVE',
      ended: ended && isLast,
    };
    if (ended) return null;
    dropped = 0;
    range = isDesc ? { ...range, toMs: edgeMs } : { ...range, fromMs: edgeMs };
    after = null;
  }
}

/**
 * Finds rows in the archive by their ids, and asks the vendor for those that it does not have.
 * @param findAtVendor gives one result for each of its keys
 */
export async function findThroughArchive<
  Row extends Position,
  Key extends { readonly id: string; readonly timestampMs: number | null },
>(
  archive: Pick<ArchivedRows<Row, never>, 'find' | 'noteFault' | 'lacksPersonalData'> | undefined,
  keys: readonly Key[],
  findAtVendor: (keys: readonly Key[]) => Promise<readonly (Row | Error | null)[]>,
): Promise<readonly (Row | Error | null)[]> {
  if (!archive) return findAtVendor(keys);
  const findHere = async (wanted: readonly Key[]): Promise<readonly (Row | null)[]> => {
    const rows = await archive.find(wanted.map(({ id }) => id)).catch((error: unknown) => {
      archive.noteFault(error);
      return [];
    });
    const byId = new Map(rows.map((row) => [row.id, row]));
    return wanted.map(({ id, timestampMs }) => {
      const row = byId.get(id) ?? null;
      return timestampMs === null || row?.timestampMs === timestampMs ? row : null;
    });
  };
  const [first, second] = archive.lacksPersonalData ? [findAtVendor, findHere] : [findHere, findAtVendor];
  const found = await first(keys);
  const missing = keys.filter((_, at) => !isRow(found[at]));
  const others = missing.length > 0 ? await second(missing) : [];
  return keys.map((key, at) => {
    const row = found[at] ?? null;
    return isRow(row) ? row : (others[missing.indexOf(key)] ?? row);
  });
}

function isRow<Row>(found: Row | Error | null | undefined): found is Row {
  return found !== null && found !== undefined && !(found instanceof Error);
}
