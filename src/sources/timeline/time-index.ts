import type { Range } from '../../base/time.ts';
import { comparePositions } from '../paging/position.ts';
import type { Position } from '../paging/position.ts';
import { canonicalAddress, namedAddresses } from '../shared/addresses.ts';
import type { Activity } from './activity.ts';

/** If more users than this are seen from one address, many share it, as in an office or behind a proxy. */
export const FEW_USERS = 5;

/** Rows that many windows are cut from. Windows are found by binary search. */
export interface TimeIndex<Row extends Activity> {
  readonly all: TimeList<Row>;
  /** The rows with any of these addresses, in any spelling. */
  from(addresses: readonly string[]): TimeList<Row>;
}

/** Rows, newest first. */
export interface TimeList<Row extends Activity> {
  count(window: Range): number;
  /** At most `count` rows of a window, ahead of a position or from the newest on. */
  take(window: Range, count: number, after: Position | null): readonly Row[];
  /** Whether the rows of a window belong to more than `FEW_USERS` users. */
  isShared(window: Range): boolean;
}

/**
 * @param rows newest first
 * @param userOf the user of a row; null if it names none
 */
export function indexByTime<Row extends Activity>(
  rows: readonly Row[],
  userOf: (row: Row) => string | null,
): TimeIndex<Row> {
  let places: ReadonlyMap<string, readonly number[]> | null = null;
  const lists = new Map<string, TimeList<Row>>();
  return {
    all: createTimeList(rows, userOf),
    from(addresses) {
      const named = [...new Set(addresses.map(canonicalAddress))].toSorted();
      const key = named.join();
      const known = lists.get(key);
      if (known) return known;
      const byAddress = (places ??= placeByAddress(rows));
      const found = named.flatMap((address) => byAddress.get(address) ?? []);
      const sorted = named.length > 1 ? [...new Set(found)].toSorted((a, b) => a - b) : found;
      const list = createTimeList(
        sorted.flatMap((place) => rows[place] ?? []),
        userOf,
      );
      lists.set(key, list);
      return list;
    },
  };
}

function placeByAddress(rows: readonly Activity[]): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  for (const [place, row] of rows.entries()) {
    for (const address of new Set(namedAddresses(row).map(canonicalAddress))) {
      const known = places.get(address);
      if (known) known.push(place);
      else places.set(address, [place]);
    }
  }
  return places;
}

function createTimeList<Row extends Activity>(
  rows: readonly Row[],
  userOf: (row: Row) => string | null,
): TimeList<Row> {
  /** How many rows, from the newest on, fulfil this. They are the first ones, so that binary search finds the last of them. */
  const countWhile = (isAhead: (row: Row) => boolean): number => {
    let [low, high] = [0, rows.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isAhead(rows[middle]!)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const countFrom = (ms: number): number => countWhile((row) => row.timestampMs >= ms);
  let manyUntil: readonly number[] | null = null;
  return {
    count: ({ fromMs, toMs }) => Math.max(countFrom(fromMs) - countFrom(toMs), 0),
    take({ fromMs, toMs }, count, after) {
      const past = after ? countWhile((row) => comparePositions(row, after) <= 0) : 0;
      const start = Math.max(countFrom(toMs), past);
      return rows.slice(start, Math.min(start + count, countFrom(fromMs)));
    },
    isShared({ fromMs, toMs }) {
      manyUntil ??= findManyUsers(rows.map(userOf));
      return (manyUntil[countFrom(toMs)] ?? Infinity) <= countFrom(fromMs);
    },
  };
}

/** For each row, the end of the shortest run of rows from it on with more than `FEW_USERS` users; Infinity: there is none. */
function findManyUsers(users: readonly (string | null)[]): readonly number[] {
  const within = new Map<string, number>();
  let end = 0;
  return users.map((user) => {
    while (end < users.length && within.size <= FEW_USERS) {
      const next = users[end] ?? null;
      if (next !== null) within.set(next, (within.get(next) ?? 0) + 1);
      end += 1;
    }
    const reach = within.size > FEW_USERS ? end : Infinity;
    if (user !== null) {
      const left = (within.get(user) ?? 0) - 1;
      if (left > 0) within.set(user, left);
      else within.delete(user);
    }
    return reach;
  });
}
