import type { Clock } from '../base/time.ts';

/** What retries are earned by. */
export interface RetryEarnings {
  /** Retries earned by one call. */
  readonly retryShare: number;
  /** Retries earned by each second that begins. */
  readonly retriesPerSecond: number;
}

/** How many retries a vendor is asked to bear: an outage then multiplies calls by 1.10, not by the attempts allowed. */
export interface RetryBudget {
  /** A call has been sent for the first time. */
  earn(): void;
  /** Takes one retry; false where none has been earned. */
  take(): boolean;
}

// Saved up, so that a lull does not pay for a storm of retries afterwards.
const MOST_SAVED = 10;
// A tenth has no exact binary form: ten calls must earn one whole retry.
const ROUNDING = 1e-9;

/**
 * A token bucket. At all times: retries ≤ share × calls + rate × seconds begun since it was made. Whole seconds, rather
 * than their parts, so that the first failure after a start has its retry and the law still holds.
 */
export function createRetryBudget(
  clock: Clock,
  { retryShare, retriesPerSecond }: RetryEarnings,
): RetryBudget {
  const startMs = clock.now();
  let saved = Math.min(MOST_SAVED, retriesPerSecond);
  let paidSeconds = 0;
  const accrue = (): void => {
    const seconds = Math.floor((clock.now() - startMs) / 1_000);
    if (seconds <= paidSeconds) return;
    saved = Math.min(MOST_SAVED, saved + (seconds - paidSeconds) * retriesPerSecond);
    paidSeconds = seconds;
  };
  return {
    earn() {
      saved = Math.min(MOST_SAVED, saved + retryShare);
    },
    take() {
      accrue();
      if (saved + ROUNDING < 1) return false;
      saved = Math.max(0, saved - 1);
      return true;
    },
  };
}
