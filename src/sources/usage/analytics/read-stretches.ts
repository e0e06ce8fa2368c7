import type { Range } from '../../../base/range.ts';

/** A stretch of a series and when it was read. */
export interface ReadStretch extends Range {
  /** Milliseconds since the epoch. */
  readonly readAtMs: number;
  /** The vendor failed, and this earlier answer stands in. */
  readonly stale: boolean;
}

/**
 * Neighbours, oldest first, as one wherever that tells no less: they were read together, or the later one had already
 * settled when the other was read, and then the earlier of the two readings is told.
 */
export function joinStretches(stretches: readonly ReadStretch[], settleMs: number): readonly ReadStretch[] {
  const joined: ReadStretch[] = [];
  for (const stretch of stretches) {
    const before = joined.at(-1);
    const readAtMs = Math.min(before?.readAtMs ?? Infinity, stretch.readAtMs);
    const isOne =
      before?.stale === stretch.stale &&
      (before.readAtMs === stretch.readAtMs || stretch.toMs <= readAtMs - settleMs);
    if (before && isOne) joined[joined.length - 1] = { ...before, toMs: stretch.toMs, readAtMs };
    else joined.push(stretch);
  }
  return joined;
}
