import { SOURCES } from '../../base/source.ts';
import type { Source } from '../../base/source.ts';
import type { Direction, Range } from '../../base/time.ts';

/**
 * The place of a row in the order of all rows: newest first, at one instant USAGE before EVENTS, then the greater id first,
 * as in the Events API's `timestamp:desc,id:desc`.
 *
 * An empty id marks the end of an instant: it comes after every row of that source at that instant. Reading can continue from it.
 */
export interface Position {
  readonly timestampMs: number;
  readonly source: Source;
  /** The vendor's id: usage ids by code unit, event ids as integers (decimal text). */
  readonly id: string;
}

/** Negative if `a` comes before `b`; zero only for the same row. */
export function comparePositions(a: Position, b: Position): number {
  if (a.timestampMs !== b.timestampMs) return b.timestampMs - a.timestampMs;
  if (a.source !== b.source) return SOURCES.indexOf(a.source) - SOURCES.indexOf(b.source);
  return compareIds(a.source, b.id, a.id);
}

/** Ascending; the empty id of the end of an instant is below every other id. */
export function compareIds(source: Source, a: string, b: string): number {
  if (a === b) return 0;
  if (source === 'EVENTS' && a !== '' && b !== '') return BigInt(a) < BigInt(b) ? -1 : 1;
  return a < b ? -1 : 1;
}

/** The position after every row of a source at an instant. */
export function endOfInstant(source: Source, timestampMs: number): Position {
  return { timestampMs, source, id: '' };
}

/** Whether a position is that of a row which this source has given, and not the end of an instant. */
export function isGivenRow(position: Position | null, source: Source): position is Position {
  return position !== null && position.id !== '' && position.source === source;
}

/**
 * Where reading one source goes on from a position: for `ASC` the first millisecond to read, for `DESC` the millisecond above the
 * last one to read. The position's own millisecond is read again only if it can hold further rows of the source.
 */
export function startOfReading(
  source: Source,
  range: Range,
  after: Position | null,
  direction: Direction,
): number {
  if (direction === 'ASC') {
    if (!after) return range.fromMs;
    const isPast = SOURCES.indexOf(source) > SOURCES.indexOf(after.source);
    return Math.max(after.timestampMs + (isPast ? 1 : 0), range.fromMs);
  }
  if (!after) return range.toMs;
  const canHoldMore = comparePositions(endOfInstant(source, after.timestampMs), after) > 0;
  return Math.min(after.timestampMs + (canHoldMore ? 1 : 0), range.toMs);
}
