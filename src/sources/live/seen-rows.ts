import type { Range } from '../../base/time.ts';
import { comparePositions } from '../paging/position.ts';
import type { Position } from '../paging/position.ts';
import { addHashes, MODULUS } from './row-hash.ts';
import type { HashedRow } from './row-hash.ts';
import { rowsOfPage } from './shown-rows.ts';
import type { ShownRows, ShownSum } from './shown-rows.ts';

/** Rows of consecutive instants: how many were seen, and the sum of their hashes. */
export interface SeenBlock extends ShownSum {
  /** Exclusive. It begins where the block before it ends. */
  readonly toMs: number;
}

/**
 * Which rows of one source a listener has seen, small enough for a cursor. A vendor inserts most late rows within seconds, so the
 * newest rows are listed one by one; older ones are summed up in blocks. From the rows that the vendor has now, the few that were
 * not in a block are found again by the sum.
 */
export interface SeenRows {
  /** Rows before it count as seen. */
  readonly floorMs: number;
  /** Blocks lie between `floorMs` and it. After it a row was seen only if it is listed. */
  readonly listFromMs: number;
  /** The vendor was read up to here. */
  readonly edgeMs: number;
  readonly blocks: readonly SeenBlock[];
  readonly listed: ReadonlySet<number>;
  /** Rows at it and older ones count as seen, but for those that `shown` tells apart; null: no position is known. */
  readonly position: Position | null;
  /** Which rows at the position and before it a page has shown, of those that pass the listener's filter; null: it is not known. */
  readonly shown: ShownRows | null;
}

/** What a listener has not seen of the rows that the vendor has now. */
export interface Unseen<Row extends Position> {
  /** In the order of the given rows. */
  readonly rows: readonly HashedRow<Row>[];
  /** Hashes of rows that the listener has seen and that are not among the given ones. */
  readonly absent: ReadonlySet<number>;
  /** Spans for which that can't be found out: more rows were added than the sum can separate, or some were deleted. */
  readonly doubtful: readonly Range[];
}

/** Rows that are newer by so much than the edge are listed one by one. */
export const LISTED_MS = 15_000;
/** Rows of one block, if there are few enough blocks. */
const BLOCK_ROWS = 16;
const MOST_BLOCKS = 500;
export const MOST_LISTED = 900;
/** The most sums that are tried for one block. */
const MOST_TRIES = 3_000_000;

/** Nothing from a time on has been seen, and everything before. */
export function seenBefore(timeMs: number): SeenRows {
  return {
    floorMs: timeMs,
    listFromMs: timeMs,
    edgeMs: timeMs,
    blocks: [],
    listed: new Set(),
    position: null,
    shown: null,
  };
}

/** Everything up to a position has been seen, and nothing that is newer. */
export function seenUpTo(position: Position): SeenRows {
  return { ...seenBefore(position.timestampMs), position };
}

/** A page that begins at this position has shown these rows; nothing that is newer has been seen. */
export function seenOnPage(position: Position, shown: ShownRows): SeenRows {
  const { timestampMs } = position;
  // An update of late rows must not end before the position: rows there were shown, and its place would count them as new.
  return { ...seenBefore(Math.min(shown.fromMs, timestampMs)), edgeMs: timestampMs + 1, position, shown };
}

/**
 * Sums up the rows that were seen.
 * @param rows oldest first; those outside of the span are left out
 */
export function summarize(rows: readonly HashedRow[], floorMs: number, edgeMs: number): SeenRows {
  const inside = rows.filter(({ row }) => row.timestampMs >= floorMs && row.timestampMs < edgeMs);
  const crowded = inside.at(-MOST_LISTED - 1)?.row.timestampMs ?? -Infinity;
  const listFromMs = Math.min(Math.max(floorMs, edgeMs - LISTED_MS, crowded + 1), edgeMs);
  const start = inside.findIndex(({ row }) => row.timestampMs >= listFromMs);
  const listed = new Set(start === -1 ? [] : inside.slice(start).map(({ hash }) => hash));
  const older = start === -1 ? inside : inside.slice(0, start);
  const size = Math.max(BLOCK_ROWS, Math.ceil(older.length / MOST_BLOCKS));
  const blocks: SeenBlock[] = [];
  let count = 0;
  let sum = 0;
  for (const [at, { row, hash }] of older.entries()) {
    count += 1;
    sum = (sum + hash) % MODULUS;
    const next = older[at + 1]?.row.timestampMs;
    if (next === undefined || count < size || next === row.timestampMs) continue;
    blocks.push({ toMs: next, count, sum });
    count = 0;
    sum = 0;
  }
  if ((blocks.at(-1)?.toMs ?? floorMs) < listFromMs) blocks.push({ toMs: listFromMs, count, sum });
  return { floorMs, listFromMs, edgeMs, blocks, listed, position: null, shown: null };
}

/**
 * Finds the rows that were not seen.
 * @param rows all rows that the vendor has now from the floor on, oldest first; if `shown` is known, those that pass the filter
 */
export function findUnseen<Row extends Position>(
  seen: SeenRows,
  rows: readonly HashedRow<Row>[],
): Unseen<Row> {
  const { floorMs, listFromMs, blocks, listed, position, shown } = seen;
  if (position && shown) return findUnshown(position, shown, rows);
  const absent = new Set(listed);
  const unseen: HashedRow<Row>[] = [];
  const doubtful: Range[] = [];
  const candidates = rows.filter(({ row, hash }) => {
    if (row.timestampMs < floorMs) return false;
    if (position !== null && comparePositions(row, position) >= 0) return false;
    return !absent.delete(hash);
  });
  let at = 0;
  let fromMs = floorMs;
  for (const block of blocks) {
    const inBlock: HashedRow<Row>[] = [];
    for (let next = candidates[at]; next && next.row.timestampMs < block.toMs; next = candidates[at]) {
      inBlock.push(next);
      at += 1;
    }
    const added = findAdded(block, inBlock);
    if (added) unseen.push(...added);
    else doubtful.push({ fromMs, toMs: block.toMs });
    fromMs = block.toMs;
  }
  for (const candidate of candidates.slice(at))
    if (candidate.row.timestampMs >= listFromMs) unseen.push(candidate);
  return { rows: unseen, absent, doubtful };
}

function findUnshown<Row extends Position>(
  position: Position,
  shown: ShownRows,
  rows: readonly HashedRow<Row>[],
): Unseen<Row> {
  const newer = rows.filter(({ row }) => comparePositions(row, position) < 0);
  const among = rowsOfPage(shown, position, rows);
  const added = among && findAdded(shown, among);
  const doubtful = added ? [] : [{ fromMs: shown.fromMs, toMs: position.timestampMs + 1 }];
  return { rows: [...(added ?? []), ...newer], absent: new Set(), doubtful };
}

/** The rows that were not in the block; null: they can't be told from the others. */
function findAdded<Row extends Position>(
  { count, sum }: ShownSum,
  rows: readonly HashedRow<Row>[],
): readonly HashedRow<Row>[] | null {
  const added = rows.length - count;
  if (added < 0) return null;
  const total = addHashes(rows.map(({ hash }) => hash));
  const rest = (total - sum + MODULUS) % MODULUS;
  // Whichever of both sets is smaller is searched for.
  if (added <= count) {
    const found = findSum(rows, added, rest);
    return found && rows.filter((_row, at) => found.has(at));
  }
  const found = findSum(rows, count, sum);
  return found && rows.filter((_row, at) => !found.has(at));
}

/** The places of `size` rows whose hashes have this sum; null: there are none, or too many sums would have to be tried. */
function findSum(rows: readonly HashedRow[], size: number, sum: number): ReadonlySet<number> | null {
  const hashes = rows.map(({ hash }) => hash);
  const places = new Map(hashes.map((hash, at) => [hash, at]));
  const chosen: number[] = [];
  let tries = 0;
  const choose = (from: number, left: number, rest: number): boolean => {
    if (left === 0) return rest === 0;
    if (left === 1) {
      const at = places.get(rest);
      tries += 1;
      if (at === undefined || at < from) return false;
      chosen.push(at);
      return true;
    }
    for (let at = from; at <= hashes.length - left; at += 1) {
      if (tries >= MOST_TRIES) return false;
      chosen.push(at);
      if (choose(at + 1, left - 1, (rest - hashes[at]! + MODULUS) % MODULUS)) return true;
      chosen.pop();
    }
    return false;
  };
  return choose(0, size, sum) ? new Set(chosen) : null;
}
