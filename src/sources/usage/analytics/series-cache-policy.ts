import type { Range } from '../../../base/range.ts';
import type { CachePolicy } from '../../../upstream/upstream.ts';

const DAY_MS = 86_400_000;

/** A range that is closed no longer changes: a day. */
const CLOSED: CachePolicy = { freshMs: DAY_MS, staleIfErrorMs: DAY_MS };
/** The live edge moves: long enough to bring callers together, and no more. */
const LIVE: CachePolicy = { freshMs: 5_000, staleIfErrorMs: DAY_MS };

/** How long a series over a range may be kept: closed is what ended at least `settleMs` (the vendor's lag) before `nowMs`. */
export function seriesCachePolicy(range: Range, nowMs: number, settleMs: number): CachePolicy {
  return range.toMs <= nowMs - settleMs ? CLOSED : LIVE;
}
