import { HOUR_MS } from '../base/time.ts';
import type { ReadSpan, Rereads } from './ledger.ts';

/** How late a vendor adds rows to its log. A row is late if it was not there when its time was read for the first time. */
export interface Lateness {
  /** The rows of the spans that were measured. */
  readonly rows: number;
  readonly late: number;
  /** The late rows that were not there at the second reading either, so that only the last one found them. */
  readonly foundLast: number;
  /** So long after its time at most, 99.9 % of the rows were found; 0: they were there when it was read first. In milliseconds. */
  readonly mostMs: number;
  /** The same of all rows. */
  readonly latestMs: number;
}

/** The share of rows that may be later than `mostMs`. */
export const EXEMPT_SHARE = 0.001;

/** How many of some rows may be later than `mostMs`. */
export const exemptOf = (rows: number): number => Math.floor(rows * EXEMPT_SHARE);

/** Older spans say little about the vendor of today. */
const MEASURED_MS = 30 * 86_400_000;
/** A server takes no more spans at once. */
const MOST_SPANS = 4_000;

/**
 * The spans of the last 30 days that tell how late rows come: those that were read soon after their time. What was read later for the first time, such as when
 * the archive was made, shows late rows among the others.
 * @param folded newest first
 * @returns oldest first
 */
export function measuredSpans(
  folded: readonly ReadSpan[],
  { overlapMs }: Pick<Rereads, 'overlapMs'>,
): readonly ReadSpan[] {
  // Settled spans are joined to ones of an hour (`joinSettled`).
  const sinceMs = (folded[0]?.toMs ?? 0) - MEASURED_MS;
  return folded
    .filter(({ fromMs, firstReadMs }) => fromMs >= sinceMs && firstReadMs - fromMs <= HOUR_MS + overlapMs)
    .slice(0, MOST_SPANS)
    .toReversed();
}
