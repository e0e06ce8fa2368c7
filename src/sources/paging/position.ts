import { SOURCES } from '../../base/source.ts';
import type { Source } from '../../base/source.ts';
import type { Direction, Range } from '../../base/time.ts';

/**
 * Where an entry stands in the one order of all entries: newest first, at one instant USAGE before EVENTS, then the
 * greater id first, as the vendor's own `timestamp:desc,id:desc` has it.
 *
 * An empty id marks an edge: the place behind every entry of that instant, where a walk that gave out no row can go on.
 */
export interface Position {
  readonly timestampMs: number;
  readonly source: Source;
  /** The vendor's id: usage ids by code unit, event ids as integers (decimal text). */
  readonly id: string;
}

/** Below zero where `a` comes before `b`; zero only for the same entry. */
export function comparePositions(a: Position, b: Position): number {
  if (a.timestampMs !== b.timestampMs) return b.timestampMs - a.timestampMs;
  if (a.source !== b.source) return SOURCES.indexOf(a.source) - SOURCES.indexOf(b.source);
  return compareIds(a.source, b.id, a.id);
}

/** Ascending; the empty id of an edge is below every other. */
export function compareIds(source: Source, a: string, b: string): number {
  if (a === b) return 0;
  if (source === 'EVENTS' && a !== '' && b !== '') return BigInt(a) < BigInt(b) ? -1 : 1;
  return a < b ? -1 : 1;
}

/** The place behind every entry of an instant. */
export function edgeAt(source: Source, timestampMs: number): Position {
  return { timestampMs, source, id: '' };
}

/**
 * Where the rest of a range begins for one source, behind a position in the direction of reading. Downward, the position's
 * own instant is in if it can hold further rows of that source: until they are read, nobody knows.
 */
export function startOfRest(
  source: Source,
  range: Range,
  after: Position | null,
  direction: Direction,
): number {
  if (direction === 'ASC') return Math.max(after?.timestampMs ?? range.fromMs, range.fromMs);
  if (!after) return range.toMs;
  const canHoldMore = comparePositions(edgeAt(source, after.timestampMs), after) > 0;
  return Math.min(after.timestampMs + (canHoldMore ? 1 : 0), range.toMs);
}
