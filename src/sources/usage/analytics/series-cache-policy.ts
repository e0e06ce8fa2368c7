import type { Range } from '../../../base/range.ts';
import type { CachePolicy } from '../../../upstream/upstream.ts';

const DAY_MS = 86_400_000;
/** Long enough to bring callers together, and no more. */
const SHORT_MS = 5_000;

/** How series age. */
export interface SeriesAge {
  /** The vendor's lag: what ended so long ago no longer changes. */
  readonly settleMs: number;
  /** How long an earlier answer may stand in for a vendor that fails. */
  readonly staleIfErrorMs: number;
}

/** How long a series over a range may be kept: for a day where it has settled, for seconds where it still moves. */
export function seriesCachePolicy(
  range: Range,
  nowMs: number,
  { settleMs, staleIfErrorMs }: SeriesAge,
): CachePolicy {
  const isSettled = range.toMs <= nowMs - settleMs;
  return { freshMs: isSettled ? DAY_MS : SHORT_MS, staleIfErrorMs };
}

/** A 404 can mean that nothing was called, and need not. */
export const DOUBTFUL: CachePolicy = { freshMs: SHORT_MS, staleIfErrorMs: 0 };
/** Rows that could not be understood may be mended when they are asked for again. */
export const NOT_KEPT: CachePolicy = { freshMs: 0, staleIfErrorMs: 0 };
