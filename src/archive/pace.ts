import type { DailyHours } from './hours.ts';

/** How often the rounds run. */
export interface SyncPace {
  /** The time between two rounds if nothing is due, in milliseconds. */
  readonly intervalMs: number;
  /** The most vendor calls of a minute, for each source. */
  readonly callsPerMinute: number;
  /** When rounds may run; null: always. */
  readonly hours: DailyHours | null;
}

/** What a round tells about the next one. */
export interface RoundOutcome {
  readonly calls: number;
  /** Whether something is still due, because the round's calls were used up. */
  readonly isBehind: boolean;
  /** The calls did not get over the beginning of a span, so that the next round needs more of them. */
  readonly isStuck: boolean;
  /** Why a span could not be read; null: each could. */
  readonly failure: Error | null;
}

/** A round has this part of a minute's calls. */
const ROUND_SHARE = 1 / 3;
/** With one call a round would read the newest minute again and again, and never get further back. */
const LEAST_CALLS = 3;
/** A round that got stuck is followed by one with twice its calls, up to so many times its share. */
const MOST_SHARES = 16;

/**
 * The calls of the next round.
 * @param before the report of the round before, and the calls that it had; null: there is none
 */
export function callsOfRound(
  { callsPerMinute }: Pick<SyncPace, 'callsPerMinute'>,
  before: { readonly report: Pick<RoundOutcome, 'isStuck'>; readonly calls: number } | null,
): number {
  const share = Math.max(LEAST_CALLS, Math.round(callsPerMinute * ROUND_SHARE));
  return before?.report.isStuck ? Math.min(before.calls * 2, share * MOST_SHARES) : share;
}

/**
 * How long to wait after a round, in milliseconds: until its calls have been used at the pace and, if nothing more is due or the
 * vendor failed, for the interval at least.
 */
export function pauseAfter(
  { calls, isBehind, failure }: Omit<RoundOutcome, 'isStuck'>,
  { intervalMs, callsPerMinute }: Pick<SyncPace, 'intervalMs' | 'callsPerMinute'>,
): number {
  const paceMs = (calls * 60_000) / callsPerMinute;
  return isBehind && failure === null ? paceMs : Math.max(intervalMs, paceMs);
}
