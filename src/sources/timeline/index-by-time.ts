import type { Range } from '../../base/range.ts';
import { canonicalAddress } from './judge-address.ts';
import type { Activity } from './activity.ts';

/** A row with its address in the one spelling that addresses are compared in. */
export interface Placed<Row extends Activity> {
  readonly row: Row;
  readonly address: string | null;
}

/** Rows that many windows are cut from: each address is read once, each window found by halving. */
export interface TimeIndex<Row extends Activity> {
  /** The rows inside a half-open window, in their order. */
  within(window: Range): readonly Placed<Row>[];
}

/** @param rows newest first */
export function indexByTime<Row extends Activity>(rows: readonly Row[]): TimeIndex<Row> {
  const placed = rows.map((row): Placed<Row> => ({
    row,
    address: row.ipAddress === null ? null : canonicalAddress(row.ipAddress),
  }));
  /** How many rows are no older than `timestampMs`. */
  const countFrom = (timestampMs: number): number => {
    let [low, high] = [0, placed.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (placed[middle]!.row.timestampMs >= timestampMs) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return { within: ({ fromMs, toMs }) => placed.slice(countFrom(toMs), countFrom(fromMs)) };
}
