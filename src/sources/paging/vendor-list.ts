import type { Source } from '../../base/source.ts';
import type { Direction } from '../../base/time.ts';
import type { Position } from './position.ts';

/**
 * One vendor list as a walk sees it: windows of time, each read from its first page on. What the vendor calls its
 * parameters, how it sorts and how it tells the end is behind this seam.
 */
export interface VendorList<Row extends Position> {
  readonly source: Source;
  /** The vendor's path template, for errors. */
  readonly operation: string;
  /** The precision of the vendor's time bounds in milliseconds. */
  readonly unitMs: number;
  /** The most rows to ask for at once. */
  readonly largestPage: number;
  open(window: VendorWindow): WindowReader<Row>;
}

/** A stretch of time as it is sent to the vendor: whole units, wide enough for either reading of 'from' and 'to'. */
export interface VendorWindow {
  readonly lowerMs: number;
  readonly upperMs: number;
  readonly direction: Direction;
  readonly pageSize: number;
}

/** Reads one vendor query page by page. */
export interface WindowReader<Row> {
  next(): Promise<VendorPage<Row>>;
}

/** One page as the vendor gave it, in the vendor's order. */
export interface VendorPage<Row> {
  /** A row that could not be understood stands in its place, with its time if that much was legible. */
  readonly entries: readonly (Row | SkippedRow)[];
  /** Nothing follows this page: known, not guessed. */
  readonly ended: boolean;
  readonly readAtMs: number;
  readonly stale: boolean;
}

/** A row that could not be understood. */
export interface SkippedRow {
  readonly dropped: true;
  readonly timestampMs: number | null;
}

export function isSkipped(entry: object): entry is SkippedRow {
  return 'dropped' in entry;
}
