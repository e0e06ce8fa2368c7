import type { Range } from '../../../base/range.ts';

/** A stretch of a series and when it was read. */
export interface ReadStretch extends Range {
  /** Milliseconds since the epoch. */
  readonly readAtMs: number;
  /** The vendor failed, and this earlier answer stands in. */
  readonly stale: boolean;
}

/**
 * Neighbours, oldest first, as one wherever that tells no less: they were read together, or had both settled when they were
 * read, and then the earlier reading is told.
 */
export function joinStretches(stretches: readonly ReadStretch[], settleMs: number): readonly ReadStretch[] {
  const isSettled = ({ toMs, readAtMs }: ReadStretch) => toMs <= readAtMs - settleMs;
  const joined: ReadStretch[] = [];
  for (const stretch of stretches) {
    const before = joined.at(-1);
    const isOne =
      before?.stale === stretch.stale &&
      (before.readAtMs === stretch.readAtMs || (isSettled(before) && isSettled(stretch)));
    if (!before || !isOne) {
      joined.push(stretch);
      continue;
    }
    const readAtMs = Math.min(before.readAtMs, stretch.readAtMs);
    joined[joined.length - 1] = { ...before, toMs: stretch.toMs, readAtMs };
  }
  return joined;
}
