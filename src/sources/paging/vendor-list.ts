import type { Source } from '../../base/source.ts';
import type { Direction } from '../../base/time.ts';
import type { Position } from './position.ts';

/**
 * One list of a vendor, read in windows of time, each from its first page on. The vendor's parameters, its sorting and how it
 * shows the end of a list are hidden behind this interface.
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

/** A window in whole units of the vendor, wide enough whether the vendor's bounds are inclusive or exclusive. */
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

/** One page of the vendor, in its order. */
export interface VendorPage<Row> {
  /** Skipped rows keep their place. */
  readonly entries: readonly (Row | SkippedRow)[];
  /** It is certain that nothing follows this page. */
  readonly ended: boolean;
  readonly readAtMs: number;
  readonly stale: boolean;
}

/** A row that could not be parsed. */
export interface SkippedRow {
  readonly dropped: true;
  /** null if not even the time could be parsed. */
  readonly timestampMs: number | null;
}

export function isSkipped(entry: object): entry is SkippedRow {
  return 'dropped' in entry;
}
