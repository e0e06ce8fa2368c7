import type { Range } from '../../base/range.ts';
import { comparePositions, type Position } from './position.ts';
import type { Step, Walk } from './walk-list.ts';

/** Reads a window of time whole, unless it holds far more rows than are wanted. */
export type ReadWhole<Row> = (range: Range, wanted: number) => Promise<WholeRead<Row>>;

export type WholeRead<Row> =
  | {
      readonly kind: 'whole';
      /** In any order. */
      readonly rows: readonly Row[];
      /** The times of rows that could not be understood; null: it has none that is legible. */
      readonly dropped: readonly (number | null)[];
      readonly readAtMs: number;
      readonly stale: boolean;
    }
  /** More rows than are worth reading at once: about how many there are in a millisecond. */
  | { readonly kind: 'dense'; readonly rowsPerMs: number };

/**
 * Says where a window that begins (in the walk's direction) with this stretch should end to hold about so many rows; null:
 * can't say. Only a hint: what a window holds is read, never assumed.
 */
export type LocateRows = (stretch: Range, wanted: number) => Promise<number | null>;

/** The first window of a walk, in milliseconds. */
const FIRST_WINDOW_MS = 15 * 60_000;
/** How much longer the next window may be than the last. */
const GROWTH = 16;

/**
 * Walks in an order that the vendor does not offer: windows of time one after the other, each read whole and sorted here.
 * Their length follows what the last one held, so that a window is nearly always one page.
 * @throws as `readWhole`
 */
export async function* walkByWindows<Row extends Position>(
  walk: Walk,
  largestPage: number,
  readWhole: ReadWhole<Row>,
  locateRows: LocateRows = async () => null,
): AsyncGenerator<Step<Row>, void> {
  const { range, after } = walk;
  const down = walk.direction === 'down';
  const compare = down ? comparePositions : (a: Position, b: Position): number => comparePositions(b, a);
  /** More rows than are wanted, since they vary in density, and at least a good part of a page: a call costs more. */
  const worthReading = (): number =>
    Math.min(Math.max(walk.wanted() * 1.5, largestPage / 4), largestPage * 0.8);
  let edgeMs = startOf(walk);
  let lengthMs = FIRST_WINDOW_MS;
  let isLocated = false;
  while (down ? edgeMs > range.fromMs : edgeMs < range.toMs) {
    const window = down
      ? { fromMs: Math.max(edgeMs - lengthMs, range.fromMs), toMs: edgeMs }
      : { fromMs: edgeMs, toMs: Math.min(edgeMs + lengthMs, range.toMs) };
    const windowMs = window.toMs - window.fromMs;
    const read = await readWhole(window, Math.min(walk.wanted(), largestPage));
    if (read.kind === 'dense') {
      // Rows may lie anywhere in it, not only as near as they lie to each other where it was read.
      const located = isLocated ? null : await locateRows(window, worthReading());
      isLocated = true;
      const fittingMs = located === null ? walk.wanted() / read.rowsPerMs : Math.abs(located - edgeMs);
      lengthMs = Math.max(1, Math.floor(Math.min(fittingMs, windowMs / 2)));
      continue;
    }
    isLocated = false;
    const rows = read.rows.filter((row) => !after || compare(row, after) > 0).sort(compare);
    edgeMs = down ? window.fromMs : window.toMs;
    const ended = down ? edgeMs === range.fromMs : edgeMs === range.toMs;
    const dropped = read.dropped.map((ms) => ms ?? nearestTo(window, walk));
    yield { rows, dropped, readAtMs: read.readAtMs, stale: read.stale, edgeMs, ended };
    const fitting = read.rows.length > 0 ? (worthReading() * windowMs) / read.rows.length : Infinity;
    lengthMs = Math.max(1, Math.ceil(Math.min(windowMs * GROWTH, fitting)));
  }
}

/** More than this is not read on: a shorter window costs less. Whatever one instant holds must be read. */
export function isDense(rows: number, wanted: number, window: Range, unitMs: number): boolean {
  return rows > 2 * wanted && window.toMs - window.fromMs > unitMs;
}

/**
 * Where a row without a time is told: the instant that the walk reaches first. A page may end anywhere behind it, and the
 * windows of the next one need not hold that row.
 */
function nearestTo({ fromMs, toMs }: Range, { direction, after }: Walk): number {
  if (direction === 'up') return fromMs;
  // What is at the instant of `after` belongs to the page before.
  return Math.max(Math.min(toMs, after?.timestampMs ?? toMs) - 1, fromMs);
}

function startOf({ range, direction, after }: Walk): number {
  if (direction === 'up') return after ? Math.max(after.timestampMs, range.fromMs) : range.fromMs;
  return after ? Math.min(after.timestampMs + 1, range.toMs) : range.toMs;
}
