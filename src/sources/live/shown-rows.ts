import { SOURCES } from '../../base/source.ts';
import type { Source } from '../../base/source.ts';
import { comparePositions } from '../paging/position.ts';
import type { Position } from '../paging/position.ts';
import { addHashes, hashRow } from './row-hash.ts';
import type { HashedRow } from './row-hash.ts';

/** How many rows were shown, and the sum of their hashes. */
export interface ShownSum {
  readonly count: number;
  readonly sum: number;
}

/** Where the rows end that a page accounts for. */
interface ShownFloor {
  /** No row before it is accounted for. */
  readonly fromMs: number;
  /** The row of `fromMs` at which the page ends: those behind it were not shown. null: all rows of `fromMs` are accounted for. */
  readonly last: { readonly source: Source; readonly hash: number } | null;
}

/** Which rows of one source a page has shown. */
export interface ShownRows extends ShownFloor, ShownSum {}

/** Which rows a page has shown, small enough for the cursor of a list. */
export interface ShownPage extends ShownFloor {
  readonly sums: Readonly<Record<Source, ShownSum>>;
}

/** Sums up the rows of a page. @param floor the place at which the page ends, or a later one */
export function sumShown(
  rows: readonly Position[],
  floor: { readonly fromMs: number; readonly last: Position | null },
): ShownPage {
  const sumOf = (source: Source): ShownSum => {
    const own = rows.filter((row) => row.source === source && row.timestampMs >= floor.fromMs);
    return { count: own.length, sum: addHashes(own.map(hashRow)) };
  };
  const { fromMs, last } = floor;
  return {
    fromMs,
    last: last && { source: last.source, hash: hashRow(last) },
    sums: { USAGE: sumOf('USAGE'), EVENTS: sumOf('EVENTS') },
  };
}

/**
 * The rows of one source among which those are that a page has shown; null: the row at which it ends is not there any more.
 * @param rows those that the list would give
 */
export function rowsOfPage<Row extends Position>(
  { fromMs, last }: ShownRows,
  start: Position,
  rows: readonly HashedRow<Row>[],
): readonly HashedRow<Row>[] | null {
  const end = last && rows.find(({ row, hash }) => row.source === last.source && hash === last.hash);
  if (last && !end && rows[0]?.row.source === last.source) return null;
  return rows.filter(({ row }) => {
    if (row.timestampMs < fromMs || comparePositions(row, start) < 0) return false;
    if (!last || row.timestampMs > fromMs) return true;
    return end
      ? comparePositions(row, end.row) <= 0
      : SOURCES.indexOf(row.source) < SOURCES.indexOf(last.source);
  });
}
