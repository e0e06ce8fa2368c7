import type { Position } from '../sources/paging/position.ts';
import { readPages } from './pages.ts';

/** A row as the archive knew it for some time. */
export interface RowVersion<Row extends Position> {
  /** With when it was first seen, which is a fact of the row, not of this version. */
  readonly row: Row;
  /** From when on it was known so, in milliseconds since the epoch. */
  readonly sinceMs: number;
  /** When another version replaced it; null: it is the newest. */
  readonly untilMs: number | null;
}

/** Which versions to read, in the order of the graph: newest first. */
export interface HistoryQuestion {
  readonly fromMs: number;
  readonly toMs: number;
  /** Only versions of rows strictly past this position. */
  readonly after: Position | null;
  /** The versions of one row at one time come together, so it may be more. */
  readonly limit: number;
}

/**
 * Versions that can be added to those that are known, so that at no moment a row has two. If versions overlap, the first one counts.
 * @param known in no order
 */
export function keepDisjoint<Row extends Position>(
  versions: readonly RowVersion<Row>[],
  known: ReadonlyMap<string, readonly VersionSpan[]> = new Map(),
): readonly RowVersion<Row>[] {
  const taken = new Map<string, VersionSpan[]>();
  return versions.filter((version) => {
    const { id } = version.row;
    const others = taken.get(id) ?? [...(known.get(id) ?? [])];
    taken.set(id, others);
    if (isEmpty(version) || others.some((other) => overlaps(version, other))) return false;
    others.push(version);
    return true;
  });
}

type VersionSpan = Pick<RowVersion<Position>, 'sinceMs' | 'untilMs'>;

/** Two versions that were read at one moment: the first of them was never known. */
function isEmpty({ sinceMs, untilMs }: VersionSpan): boolean {
  return untilMs !== null && untilMs <= sinceMs;
}

function overlaps(a: VersionSpan, b: VersionSpan): boolean {
  return !isEmpty(b) && a.sinceMs < (b.untilMs ?? Infinity) && b.sinceMs < (a.untilMs ?? Infinity);
}

/** Reads the versions of a range page by page. */
export function readHistory<Row extends Position>(
  listVersions: (question: HistoryQuestion) => Promise<readonly RowVersion<Row>[]>,
  { fromMs, toMs }: Pick<HistoryQuestion, 'fromMs' | 'toMs'>,
): AsyncGenerator<readonly RowVersion<Row>[]> {
  return readPages(
    (after: Row | null, limit) => listVersions({ fromMs, toMs, after, limit }),
    ({ row }) => row,
  );
}
