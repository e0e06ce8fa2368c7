import type { Position } from '../paging/position.ts';
import { hashRow } from './row-hash.ts';
import type { HashedRow } from './row-hash.ts';

/** The rows that a poller remembers, each once. */
export interface HeldRows<Row extends Position> {
  /** Oldest first. */
  all(): readonly HashedRow<Row>[];
  /** Adds those that are not held yet, and returns them, oldest first. */
  add(rows: readonly Row[]): readonly HashedRow<Row>[];
  /** Forgets the rows before a time. */
  prune(beforeMs: number): void;
}

export function createHeldRows<Row extends Position>(): HeldRows<Row> {
  const hashes = new Set<number>();
  let rows: HashedRow<Row>[] = [];
  return {
    all: () => rows,
    add(given) {
      const added: HashedRow<Row>[] = [];
      for (const row of given) {
        const hash = hashRow(row);
        if (hashes.has(hash)) continue;
        hashes.add(hash);
        added.push({ row, hash });
      }
      added.sort(byTime);
      if (added.length > 0) rows = [...rows, ...added].sort(byTime);
      return added;
    },
    prune(beforeMs) {
      const first = rows.findIndex(({ row }) => row.timestampMs >= beforeMs);
      const gone = rows.splice(0, first === -1 ? rows.length : first);
      for (const { hash } of gone) hashes.delete(hash);
    },
  };
}

function byTime(a: HashedRow, b: HashedRow): number {
  return a.row.timestampMs - b.row.timestampMs;
}
