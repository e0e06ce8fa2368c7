import type { Direction, Range } from '../../base/time.ts';
import type { Groups } from '../shared/groups.ts';
import type { CoverageOrigin } from './coverage.ts';
import type { Position } from './position.ts';

/** The rows of one source that an archive has copied from the vendor, or that the user's own files hold. */
export interface ArchivedRows<Row extends Position, Filter> {
  /** What coverage calls them. */
  readonly origin: Extract<CoverageOrigin, 'ARCHIVE' | 'FILE'>;
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
  readonly wanted: WantedFigures;
}

/** A figure of a group besides its count. */
export type WantedFigure = 'STATUSES' | 'PROCESS_TIME' | 'TIMES';
/** The figures to give. The others are 0 or null, because each takes the database time, and percentiles the most. */
export type WantedFigures = ReadonlySet<WantedFigure>;

/** The figures of a group of either source. What a source does not have, or was not asked for, is 0 or null. */
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
